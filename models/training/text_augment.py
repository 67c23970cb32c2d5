"""Makes written texts look as a recogniser writes what callers say: no capitals, no marks, fillers, lost words.

True recognition errors come from `benchmarks/spoken_texts.py`; this adds what is cheap to make anew every epoch.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

FILLERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "de": ("äh", "ähm", "also", "halt", "ja", "naja", "hm", "sozusagen", "irgendwie", "ne"),
        "en": ("uh", "um", "well", "like", "you know", "so", "I mean", "hm", "kind of", "right"),
    }
)
NAMES: Final = ("Alex", "Maria", "Thomas", "Anna", "Peter", "Lisa", "Kim", "Ali", "Eva", "Jan")
LOOKALIKES: Final = (("ei", "ai"), ("ä", "e"), ("ie", "i"), ("b", "p"), ("d", "t"), ("g", "k"), ("w", "v"), ("ck", "k"))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How often each change is made; shares of texts, but for `drop` and `misspell`, which are shares of words."""

    heard: float = 0.4  # what the recogniser made of it, where that is known
    plain: float = 0.35  # lower case, without punctuation
    fillers: float = 0.2
    dropped: float = 0.2  # texts that lose words
    drop: float = 0.1
    misspelt: float = 0.15  # texts with words that sound alike
    misspell: float = 0.15


def augment(text: str, language: str, heard: str | None, how: Augmentation, draw: np.random.Generator) -> str:
    """Return one spoken form of `text`; `heard` is a transcript of it, if there is one.

    Never empty where `text` is not: a text of punctuation alone keeps it.
    """
    if heard and draw.random() < how.heard:
        text = heard
    text = name_placeholders(text, draw)
    words = text.split()
    if len(words) > 3 and draw.random() < how.dropped:
        words = [word for word in words if draw.random() >= how.drop] or words
    if draw.random() < how.misspelt:
        words = [_misspelt(word, draw) if draw.random() < how.misspell else word for word in words]
    if draw.random() < how.fillers:
        fillers = FILLERS.get(language, FILLERS["en"])
        for _ in range(1 + len(words) // 12):
            words.insert(int(draw.integers(len(words) + 1)), str(draw.choice(fillers)))
    text = " ".join(words)
    return plain(text) or text if draw.random() < how.plain else text


def plain(text: str) -> str:
    """Return the text in lower case and without punctuation."""
    return " ".join(re.sub(r"[^\w\s'’%€$£-]", " ", text.lower()).split())


def name_placeholders(text: str, draw: np.random.Generator) -> str:
    """Fill GoEmotions' `[NAME]` with names, since no call has placeholders; other brackets lose theirs."""
    text = re.sub(r"\[NAME\]", lambda _: str(draw.choice(NAMES)), text)
    return re.sub(r"\[(\w+)\]", lambda found: found[1].lower(), text)


def _misspelt(word: str, draw: np.random.Generator) -> str:
    """Return the word with letters that sound alike; a longer one without any of those loses a letter."""
    first, second = LOOKALIKES[int(draw.integers(len(LOOKALIKES)))]
    if first in word:
        return word.replace(first, second, 1)
    if second in word:
        return word.replace(second, first, 1)
    if len(word) > 4:
        at = int(draw.integers(1, len(word)))
        return word[:at] + word[at + 1 :]
    return word
