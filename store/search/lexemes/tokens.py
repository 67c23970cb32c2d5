"""Where words stand in an utterance. Indexing, asking and marking snippets all cut a text here, so that places agree.

A chunk is what is written together (`E-Mail-Adresse`, `can't`, `2.500`, `[IBAN]`); its pieces are the words at a place.
"""

import re
from collections.abc import Iterator

APOSTROPHES = "'’ʼ‘`´"
HYPHENS = r"\-‐‑"  # as they stand in a set of signs
AND = "&"
MARKS = "\u0300-\u036f\u00ad"  # combining accents and the soft hyphen: inside a word, no letters to `\w`
LETTERS = rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*"
NUMBER = r"\d+(?:[.,:]\d+)+(?![^\W_])"
# A letter that recognisers set apart: `E Mail`, `U Bahn`, `W LAN`. Only these: `I mail`, `a bike` are two words.
SET_APART = r"(?:[eE] (?=[mM]ail)|[uUsS] (?=[bB]ahn)|[wW] (?=[lL][aA][nN]\b)|[eE] (?=[sS][iI][mM]\b)|[tT] (?=[sS]hirt))"
CHUNK = re.compile(rf"\[[A-Z_]+\]|{NUMBER}|{SET_APART}?{LETTERS}(?:[{APOSTROPHES}{HYPHENS}{AND}]{LETTERS})*")
BETWEEN_PIECES = re.compile(rf"[{HYPHENS}{AND} ]")


def chunks(text: str) -> list[str]:
    """Return what is written together in a text, in order."""
    return CHUNK.findall(text)


def pieces(chunk: str) -> tuple[str, ...]:
    """Return the words of a chunk, one a place; an apostrophe parts nothing."""
    return tuple(BETWEEN_PIECES.split(chunk))


def piece_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield first and last + 1 character of each piece of a text, in the order of `pieces` of its chunks."""
    for found in CHUNK.finditer(text):
        start = found.start()
        for piece in pieces(found.group()):
            yield start, start + len(piece)
            start += len(piece) + 1
