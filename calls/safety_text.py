"""Text as phrases are looked up in it: spellings that mean the same are made one, and every word knows its place.

`I can't`, `I can’t`, `i cannot` and `I can not` read alike, as do `Gasgeruch` with `GASGERUCH`, `Tür` with `Tuer`,
`Sauerstoff-Gerät` with `Sauerstoff Gerät`, and `I, I... I can't` with `I can't`.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

APOSTROPHES = "'’‘ʼ`´"
LETTER = r"[^\W_][\u0300-\u036f]*"  # with its accents, where they are written as characters of their own
WORD = re.compile(rf"(?:{LETTER})+(?:[{APOSTROPHES}](?:{LETTER})+)*")
# A mark inside a number or a web address ends nothing, and three dots are a hesitation.
STOP = re.compile(r"(?<![.])[.!?](?![.])(?=\W)")
PAUSE = re.compile(r"[,;:…–—()\[\]]|\.\.|\s-+\s")
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
HESITATION = {"aeh", "aehm", "oeh", "oehm", "hm", "hmm", "uh", "uhm", "erm"}
# Said twice they are digits of a number such as 112, 911 or 999, and not a stammer.
DIGITS = {"eins", "zwei", "drei", "one", "two", "nine"}
# Only those that are no other word in either language: `its`, `were`, `ill` and the German `im` stay as they are.
WRITTEN_TOGETHER = {
    "cannot": "can not", "cant": "can not", "wont": "will not", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "isnt": "is not", "arent": "are not", "wasnt": "was not", "havent": "have not",
    "hasnt": "has not", "hadnt": "had not", "couldnt": "could not", "wouldnt": "would not", "ive": "i have",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "darent": "dare not",
    "aint": "is not", "shant": "shall not",
}  # fmt: skip
# `husband's` may be "husband is", "husband has" or his: the phrases say what must follow.
SHORTENED = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would", "s": "is"}


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word in its common spelling, and the characters of the text that it stands for."""

    text: str
    start: int
    end: int
    mark: str = ""  # what divides it from the word before: `.` ends a sentence, `,` is a lesser break or a hesitation


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in one spelling: `line` is its words, each after a space, with `,` and `.` where it breaks.

    A word begins in `line` at `starts[i]`, the space before it, and ends at `ends[i]`.
    """

    words: tuple[PlacedWord, ...]
    line: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def last_word(self, first: int, place: int) -> int:
        """Return the index of the word, at or after `first`, that ends at `place` of `line`."""
        return bisect_left(self.ends, place, first)

    def before(self, index: int, words: int) -> str:
        """Return the part of `line` that holds up to so many words in front of word `index`."""
        return self.line[self.starts[max(index - words, 0)] : self.starts[index]]


def fold(text: str) -> FoldedText:
    """Bring a text into one spelling; any string is a text."""
    words: list[PlacedWord] = []
    for spoken in _read(text):
        for number, part in enumerate(spoken.text.split()):
            words.append(PlacedWord(part, spoken.start, spoken.end, "" if number else spoken.mark))
    pieces, starts, ends, length = [], [], [], 0
    for word in words:
        pieces.append(f"{word.mark} {word.text}")
        starts.append(length + len(word.mark))
        length += len(pieces[-1])
        ends.append(length)
    return FoldedText(tuple(words), "".join(pieces) + ".", tuple(starts), tuple(ends))


def fold_word(word: str) -> str:
    """Return a word in the common spelling: several words for a short form, nothing for a hesitation."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(SPELT)
    plain = "".join(letter for letter in plain if letter.isalnum() or letter in APOSTROPHES)
    head, apostrophe, tail = _parted(plain)
    if apostrophe and head.endswith("n") and tail == "t":
        joined = (head + tail).strip()
        return WRITTEN_TOGETHER.get(joined, f"{head[:-1]} not")
    if apostrophe and tail in SHORTENED:
        return f"{head} {SHORTENED[tail]}"
    joined = "".join(letter for letter in plain if letter not in APOSTROPHES)
    return "" if joined in HESITATION else WRITTEN_TOGETHER.get(joined, joined)


def _parted(word: str) -> tuple[str, str, str]:
    place = max(word.rfind(mark) for mark in APOSTROPHES)
    return (word[:place], word[place], word[place + 1 :]) if place > 0 else (word, "", "")


def _read(text: str) -> list[PlacedWord]:
    """Return what is written, each word in the common spelling, hesitations and stammered words left out."""
    spoken: list[PlacedWord] = []
    mark, end = "", 0
    for match in WORD.finditer(text):
        gap = text[end : match.start()]
        if end and mark != ".":
            mark = "." if STOP.search(gap) else "," if PAUSE.search(gap) else mark
        end = match.end()
        word = PlacedWord(fold_word(match[0]), match.start(), end, mark)
        if not word.text:
            continue
        if spoken and spoken[-1].text == word.text and mark != "." and not _is_digit(word.text):
            word = PlacedWord(word.text, spoken[-1].start, end, spoken[-1].mark)
            spoken.pop()
        spoken.append(word)
        mark = ""
    return spoken


def _is_digit(word: str) -> bool:
    return word.isdigit() or word in DIGITS
