"""A small list of unfriendly words, ours: the baseline that counts words, as simple tools do."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STEMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "de": tuple(
            "angst ärger allein beschwer betrug blöd böse dringend dumm elend empör enttäusch ernst falsch"
            " fehler frech"
            " furchtbar fürcht gefahr grauenhaft hass hilf hoffnungslos kaputt katastroph klage krank leid lüg"
            " miserabel"
            " mist not panik peinlich problem sauer schande scheiß schlecht schlimm schmerz schrecklich schuld sorge"
            " sterb stress tod tot traurig unfähig unfassbar unmöglich unverschämt verlassen verloren verzweif wein wut"
            " wütend zumutung".split()
        ),
        "en": tuple(
            "afraid alone angry annoy appal ashamed awful bad broken complain cry danger dead death desperate die"
            " disappoint disgrace disgust dread emergency fail fear fed fraud fright furious grief hate help hopeless"
            " horrible hurt ill incompetent joke lonely lose lost mess miserable nightmare pain panic problem"
            " ridiculous"
            " sad scared shame shock sick sorry stupid suffer terrible terrif unacceptable unbelievable upset urgent"
            " useless worr worst wrong".split()
        ),
    }
)
WORD: Final = re.compile(r"[^\W\d_]+")


def unfriendly(text: str, language: str) -> int:
    """Return how many words begin like one of the list."""
    stems = STEMS[language]
    return sum(word.startswith(stems) for word in WORD.findall(text.lower()))
