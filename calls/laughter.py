"""Utterances that are nothing but laughter: a laugh is loud and high like anger, and is none."""

import re

SYLLABLE = r"h+(?P<vowel>[aeiouäöü])(?P=vowel)*"
# One vowel all along, since "hohe" is a word; a syllable in front only of a laugh of two, since "aha" is agreement.
LAUGH = re.compile(rf"(?:[bm]?[uw]*a)?{SYLLABLE}(?:h+(?P=vowel)+)+h*")
SINGLE = re.compile(r"h(?:a+|e+|o+|ä+|ö+)h?")  # "ha" of "ha ha"; "hi, hi" is a greeting
LAUGHING = (
    r"lach(?:t|te|en|end|e)|gelächter|kicher(?:t|te|n|nd)"
    r"|laugh(?:s|ed|ing|ter)?|chuckl(?:e|es|ed|ing)|giggl(?:e|es|ed|ing)"
)
DESCRIBED = re.compile(rf"[(\[*][^)\]*]*\b(?:{LAUGHING})\b[^)\]*]*[)\]*]")  # "(lacht)", "[laughter]", "*lacht laut*"
WORD = re.compile(r"[^\W\d_]+")


def only_laughter(text: str) -> bool:
    """Return whether the words are laughter and nothing else: written out or described, in German or English."""
    spoken, described = DESCRIBED.subn(" ", text.lower())
    words = WORD.findall(spoken)
    laughs = [word for word in words if LAUGH.fullmatch(word)]
    singles = [word for word in words if SINGLE.fullmatch(word)]
    enough = bool(described or laughs or len(singles) > 1)
    return enough and len(laughs) + len(singles) == len(words) and not any(letter.isdigit() for letter in spoken)
