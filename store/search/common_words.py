"""Words that nearly every utterance may have and that tell nothing by themselves: who asks in a sentence types them."""

from typing import Final

from stimmung.store.search.lexemes.folding import fold

GERMAN: Final = """
ab aber als also am an auch auf aus bei beim bin bis bist da dann das dass dein dem den denn der des dich die dir doch
du durch ein eine einem einen einer eines er es etwas euch für gab gegen geworden hab habe haben hast hat hatte hatten
hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins irgendwo ist ja jemand jetzt kam kann können konnte man mein
meine meinem meinen meiner mich mir mit möchte nach noch nur ob oder sehr sein seine seinem seinen seiner sich sie sind
so um und uns unser unsere unserem unseren vom von vor war waren warum was weil welche welcher wem wen wenn wer werde
werden wie will wir wird wo worden wurde wurden zu zum zur über
"""
ENGLISH: Final = """
a about after all am an and any anybody anyone are as at be because been before being but by can could did do does for
from get gets getting got had has have having he her him his how i if in into is it its just me my of on or our
people she so some somebody someone than that the their them then there they this to us was we were what when where
which who whose why will with would you your
"""
COMMON: Final = frozenset(fold(word) for word in (GERMAN + ENGLISH).split())
