"""A stream as text that phrases are looked up in: what each voice said, one line a voice, and whose turn follows whose.

Phrases are regular expressions over folded words. A blank in one stands for what may divide two words that belong
together: a comma, the end of a sentence, a pause.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stimmung.calls.redaction.tokens import Stream, Token

FAR_SECONDS = 15.0  # between two words of a voice: what follows is no longer the same thought
FAR_TOKENS = 8  # that others said in between: more than "mhm, ja, genau, einen Moment bitte"
GAP = r"[,.?]?[ \n]"
# A phrase takes what divides it from the word before along: what a search can begin with is found sooner.
WORD_BEGINS, WORD_ENDS = r"[ \n\f](?:", r")(?=[,.?]?(?:[ \n\f]|$))"
UNFIT = re.compile(r"[\s,.?]+$|[\s\[\]]")


@dataclass(frozen=True, slots=True)
class Line:
    """What one voice said: `text` holds, before each word, a blank, a line feed at a pause, a form feed at a long one.

    Token `i` of `tokens` begins at `starts[i]` of `text`, the sign before it included.
    """

    tokens: tuple[Token, ...]
    text: str
    starts: tuple[int, ...]

    def find(self, phrase: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Yield where the phrase is said: its first word and the one behind its last, by their places in `tokens`."""
        for match in phrase.finditer(self.text):
            yield self._at(match.start()), self._at(match.end() - 1) + 1

    def breaks(self, place: int) -> bool:
        """Tell whether a long pause divides word `place` from the one before it, or there is no such word."""
        return place >= len(self.tokens) or self.text[self.starts[place]] == "\f"

    def pauses(self, place: int) -> bool:
        """Tell whether word `place` begins an utterance, or there is no such word."""
        return place >= len(self.tokens) or self.text[self.starts[place]] != " "

    def _at(self, place: int) -> int:
        return bisect_right(self.starts, place) - 1


def phrase(pattern: str) -> re.Pattern[str]:
    """Compile an expression over folded words; a blank in it stands for what divides words."""
    return re.compile(WORD_BEGINS + pattern.replace(" ", GAP) + WORD_ENDS)


def mark(token: Token) -> str:
    """Return `,`, `.`, `?` or nothing: what the marks behind a word mean."""
    return token.sign


def is_capital(token: Token) -> bool:
    """Tell whether a word is written with a capital letter, whatever marks stand before it."""
    first = token.raw[:1]
    if first.isalpha():
        return first.isupper()
    return next((letter.isupper() for letter in token.raw if letter.isalpha()), False)


def lines_of(stream: Stream) -> tuple[Line, ...]:
    """Return one line for each voice: a channel, or on one channel a speaker's role."""
    voices: dict[tuple[int, str], list[Token]] = {}
    for token in stream.tokens:
        voices.setdefault((token.channel, token.role), []).append(token)
    return tuple(_line(tokens) for tokens in voices.values())


def _line(tokens: Sequence[Token]) -> Line:
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for place, token in enumerate(tokens):
        before = _sign(tokens[place - 1], token) if place else "\f"
        fit = token.text.isalnum()  # as most are
        word = token.text if fit else "[]" if token.placeholder else UNFIT.sub("", token.text) or "-"
        pieces.append(before + word + mark(token))
        starts.append(length)
        length += len(pieces[-1])
    return Line(tuple(tokens), "".join(pieces), tuple(starts))


def _sign(last: Token, token: Token) -> str:
    if last.utterance == token.utterance:
        return " "
    far = token.index - last.index > FAR_TOKENS + 1 or token.start - last.end > FAR_SECONDS
    return "\f" if far else "\n"
