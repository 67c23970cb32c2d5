"""Who says what after what: the lines of all voices, and where the answer to a question may begin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stimmung.calls.redaction.lines import Line, lines_of, mark
from stimmung.calls.redaction.tokens import Stream, Token

ANSWERS = 2  # utterances of the other voice that may hold the answer: "ja, Moment", then it comes
REACH = 5  # utterances after the question among which they are looked for


@dataclass(frozen=True, slots=True)
class Spot:
    """Word `place` of a line."""

    line: Line
    place: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stream, the lines of its voices, and each token's spot; `cased` tells which utterances know capital letters."""

    stream: Stream
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]  # by the token's index
    turns: tuple[int, ...]  # the first token of each utterance, in their order
    turn_of: Mapping[int, int]  # an utterance's place in `turns`
    cased: frozenset[int]

    def is_cased(self, token: Token) -> bool:
        """Tell whether names have a capital letter where this word stands."""
        return token.utterance in self.cased

    def answers(self, token: Token) -> Iterator[Spot]:
        """Yield where answers to a question that ends with `token` may begin.

        They are the next utterances of another voice; where only one is known, the rest of this one and the next.
        """
        if len(self.lines) == 1 and mark(token) and not self.stream.ends_utterance(token.index):
            yield self.spots[token.index + 1]
        found = 0
        turn = self.turn_of[token.utterance]
        for first in self.turns[turn + 1 : turn + 1 + REACH]:
            spot = self.spots[first]
            if len(self.lines) == 1 or spot.line is not self.spots[token.index].line:
                yield spot
                found += mark(spot.line.tokens[spot.place + self.length(spot) - 1]) != "?"  # "why?" is no answer
            if found == ANSWERS:
                return

    def length(self, spot: Spot) -> int:
        """Return how many words are left of the utterance from here."""
        utterance = spot.line.tokens[spot.place].utterance
        turn = self.turn_of[utterance]
        end = self.turns[turn + 1] if turn + 1 < len(self.turns) else len(self.stream.tokens)
        return end - spot.line.tokens[spot.place].index


def converse(stream: Stream) -> Conversation:
    """Return the stream as a conversation."""
    lines = lines_of(stream)
    by_index = {token.index: Spot(line, place) for line in lines for place, token in enumerate(line.tokens)}
    turns = [token.index for token in stream.tokens if stream.starts_utterance(token.index)]
    turn_of = {stream.tokens[first].utterance: turn for turn, first in enumerate(turns)}
    cased = {token.utterance for token in stream.tokens if _shows_case(token)}
    spots = tuple(by_index[index] for index in range(len(stream.tokens)))
    return Conversation(stream, lines, spots, tuple(turns), turn_of, frozenset(cased))


def _shows_case(token: Token) -> bool:
    """Whoever writes `I` large, or letters that are spelled, does not yet write names so."""
    if token.raw.islower() or token.placeholder or len(token.text) < 2 or token.text in ("i'm", "i've", "i'll", "i'd"):
        return False
    return any(letter.isupper() for letter in token.raw)
