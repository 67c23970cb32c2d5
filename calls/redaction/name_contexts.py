"""What is said before, behind and instead of a name, German and English, as phrases over folded words."""

from stimmung.calls.redaction.lines import phrase

WHOSE = "(?:mein|unser|der|ihr|sein|dein)"
KIND = "(?:vor|nach|familien|geburts|maedchen|ehe|zu|ruf|spitz)?"
FULL = "(?:(?:first|last|full|family|middle|maiden|second|complete|sur|legal|given|birth) (?:and last )?)?"

# A name follows for sure.
STRONG = phrase(
    f"{WHOSE} (?:voller |vollstaendiger )?{KIND}name (?:ist|lautet|waere|war)"
    f"|{KIND}name (?:ist|lautet)|ich heisse(?: mit (?:vor|nach)namen)?"
    "|(?:auf|unter) (?:den|dem|meinen|meinem|ihren|ihrem) (?:vor|nach|familien)?namen"
    "|mit (?:vor|nach|maedchen|familien)namen"
    f"|(?:my|his|her|their|your|the|our) {FULL}(?:sur)?name(?:'s| is| was| would be)"
    f"|{FULL}(?:sur)?name(?:'s| is)"
    "|under the name(?: of)?|i am called|i'm called|i go by"
)
# Probably one follows: what it looks like decides.
MEDIUM = phrase(
    "(?:sie|du|wir) (?:sprechen|sprichst|telefonieren) (?:hier |gerade |jetzt |heute )?mit"  # `wir`: misheard
    "|spreche ich (?:hier |gerade |jetzt |da )?mit|sprach ich mit|habe ich mit|hatte ich mit"
    "|hier (?:spricht|ist|am telefon ist|am apparat ist)(?: der| die| wieder| noch mal| nochmal)?"
    "|(?:am apparat|am telefon) ist(?: der| die)?"
    "|you(?:'re| are) (?:now )?(?:speaking|talking|chatting|through) (?:with|to)"
    "|am i (?:speaking|talking) (?:with|to)|i (?:spoke|talked|was speaking|was talking) (?:with|to)|in the name of"
    "|(?:er|sie|mann|frau|sohn|tochter|kollege|kollegin|partner|partnerin|mutter|vater|bruder|schwester) heisst"
    "|(?:konto|vertrags|anschluss|karten)?inhaber(?:in)?(?: des kontos| des vertrags)? (?:ist|heisst|waere)"
    "|(?:versicherungsnehmer|ansprechpartner|vertragspartner|mieter|vermieter|halter|empfaenger)(?:in)? (?:ist|heisst)"
    "|(?:account|policy|card|contract) ?(?:holder|owner)(?:'s| is| was)|registered to|made out to|call me"
    "|(?:husband|wife|son|daughter|partner|mother|father|brother|sister|colleague)(?:'s called| is called)"
    "|(?:my |first |last |full )?name|(?:vor|nach)name|myself"
)
THIS_IS = phrase("this is|is this|this's|it's|it is|its")
WEAK = phrase("(?:i'm|i am|im|ich bin|ich bin die|ich bin der|bin die|bin der)")
RELATIVE = phrase(
    "(?:mein|meine|meinen|meinem|meiner) (?:mann|frau|sohn|tochter|vater|mutter|bruder|schwester|partner|partnerin"
    "|freund|freundin|kollege|kollegin|ehemann|ehefrau|lebensgefaehrte|lebensgefaehrtin)"
    "|my (?:husband|wife|son|daughter|partner|mother|father|brother|sister|friend|boyfriend|girlfriend|colleague)"
)
TITLE = phrase(
    "(?:sehr geehrter? )?(?:herr|herrn|frau|fraeulein|familie|eheleute|mr|mrs|ms|miss|mister|missus|madame|mme|dr"
    "|doktor|doctor|prof|professor|kollege|kollegin|kollegen)(?: (?:dr|doktor|prof|professor|med))*"
)
POSSESSED = frozenset("meine meiner ihre ihrer seine seiner deine deiner eine einer die der keine my".split())
"""Before `Frau` they make a wife or a woman of it; whether a name follows is then less sure."""
BEHIND = phrase(
    "am apparat|am telefon|mein name|ist mein name|ist der name|my name|is my name|is the name|speaking|calling|here"
    "|hier|is calling|spricht|is speaking"
)
HERE = phrase("hier")
GREETING = phrase(
    "(?:einen )?(?:schoenen )?guten? (?:tag|morgen|abend)|gruess gott|hallo|hi|hello|hey|moin|servus|mahlzeit"
    "|good (?:morning|afternoon|evening|day)"
)
ADDRESSED = phrase(
    "(?:vielen |herzlichen |besten )?dank(?:e)?(?: ihnen| dir| schoen| sehr)?|thanks(?: so much| a lot)?"
    "|thank you(?: so much| very much)?|bye|goodbye|tschuess|auf wiederhoeren|okay|ok|all right|alright|sorry|so|well"
    "|right|yes|no|ja|nein|gut|please|bitte|sure|great|morning|tag|perfect|cheers|now|also|gern|gerne|hallo|hi|hello|hey"
)
NOT_A_PERSONS = frozenset(
    """
    company brand file domain host user business network wifi product plan street road pet pet's dog dog's cat event
    model firma produkt datei firmen city town state country place car insurance bank airline hotel movie channel
    package service app device store shop
    """.split()
)
"""What else has a name, by the word before "name is"."""

ASKED = phrase(
    f"(?:ihr|ihren|ihrem|dein|deinen|den|der|vollstaendigen|vollen|voller|vollstaendiger|und|um|bitte) {KIND}namen?"
    f"(?: bitte| noch| einmal| nochmal| mal| nennen| sagen| geben| durchgeben| wissen)*"
    "|wie (?:ist|war|lautet|waere)(?: denn| nochmal| noch mal| bitte)? (?:ihr|der|dein) (?:genaue )?name"
    "|(?:vor|nach|familien|zu)name|vor- und (?:nach|zu)namen?|ihr name"
    "|mit wem (?:spreche ich|habe ich|telefoniere ich)(?: denn| bitte| eigentlich)?(?: das vergnuegen| zu tun)?"
    "|wer (?:spricht|ist)(?: denn| bitte)?(?: da| dort| am apparat| am telefon)?"
    "|wie (?:heissen sie|heisst du|heisst er|heisst sie|heisst ihre? (?:mann|frau|sohn|tochter))(?: denn| bitte)?"
    "|auf (?:welchen|wessen) namen(?: laeuft| ist| war)?(?: das| der vertrag| die buchung)?"
    f"|(?:what's|what is|what was|may i have|may i take|can i have|can i take|can i get|could i have|could i get"
    f"|could i take|give me|tell me|confirm|provide|have|take|get|know|and|with|need|check)(?: me)?"
    f" (?:your|the|his|her|a) {FULL}(?:sur)?name(?: again| please| on the account| of the account holder| on the card)*"
    f"|(?:your|and) {FULL}(?:sur)?name|(?:first|last|full) name|surname"
    "|(?:what|which|whose) name (?:is|was)(?: \\w+){1,2} (?:under|in)"
    "|(?:who|whom) (?:am i|are we) (?:speaking|talking|chatting)(?: with| to)?(?: today| please)?"
    "|who(?:'s| is) (?:calling|this|speaking|there)|what (?:do|should|can|may|shall) (?:i|we) call you"
    "|how (?:may|should|can) i address you"
)
ASKED_TO_SPELL = phrase(
    "buchstabier\\w*|wie (?:schreibt|schreiben)(?: man| sie| sich)?(?: das| den| ihn| der)?|spell\\w*|spelt"
    "|how (?:do|would) you (?:spell|write)"
)
