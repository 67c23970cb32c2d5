"""Secrets said in pieces, and said again: what follows in the next utterances, and what the other side reads back."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from stimmung.calls.redaction.common_words import FUNCTION, ORDINARY
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line
from stimmung.calls.redaction.numbers import Run, read_runs
from stimmung.calls.redaction.secret_words import AMID, FILLERS
from stimmung.calls.redaction.spelling import spelled_in

Span = tuple[Line, int, int]  # words of a line

COMMON = FUNCTION | ORDINARY | AMID
MORE = 3  # utterances in which a secret may go on
NEAR = 8  # utterances within which it is repeated in part
LEAST = 2  # digits of a part
SHORTEST_WORD = 4  # letters


def going_on(line: Line, place: int, is_sign: Callable[[Line, int], bool]) -> Iterator[Span]:
    """Yield the next utterances of a voice behind word `place` that are nothing but digits, letters and signs."""
    if not line.pauses(place):
        return
    for _ in range(MORE):
        if line.breaks(place):
            return
        end = place + 1
        while not line.pauses(end):
            end += 1
        signs = sum(is_sign(line, at) for at in range(place, end))
        rest = [token for at, token in enumerate(line.tokens[place:end], place) if not is_sign(line, at)]
        if not signs or any(token.text not in AMID and token.text not in FILLERS for token in rest):
            return
        yield line, place, end
        place = end


def again(talk: Conversation, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield what repeats secrets: a word or what was spelled anywhere, digits in the utterances around."""
    taken = {token.index for line, first, last in spans for token in line.tokens[first:last]}
    runs = read_runs(talk.stream)
    said = [run for run in runs if any(place in taken for place in range(run.first, run.last))]
    yield from _digits(talk, runs, said, taken)
    words = {
        token.text
        for line, first, last in spans
        for token in line.tokens[first:last]
        if len(token.text) >= SHORTEST_WORD and token.text not in COMMON and not token.text.isdecimal()
    }
    for token in talk.stream.tokens:
        if token.index not in taken and token.text in words and not (token.digits and token.text.isalpha()):
            spot = talk.spots[token.index]
            yield spot.line, spot.place, spot.place + 1
    yield from _letters(talk, taken)


def _digits(talk: Conversation, runs: Sequence[Run], said: Iterable[Run], taken: set[int]) -> Iterator[Span]:
    known = [(talk.turn_of[run.utterance], run.digits) for run in said]
    whole = "".join(digits for _, digits in known)
    for run in runs:
        if any(place in taken for place in range(run.first, run.last)) or len(run.digits) < LEAST:
            continue
        turn = talk.turn_of[run.utterance]
        if any(abs(turn - own) <= NEAR for own, _ in known) and run.digits in whole:
            spot = talk.spots[run.first]
            yield spot.line, spot.place, spot.place + run.last - run.first


def _letters(talk: Conversation, taken: set[int]) -> Iterator[Span]:
    spelled = [(line, one) for line in talk.lines for one in spelled_in(line)]
    known = {one.letters for line, one in spelled if line.tokens[one.first].index in taken}
    for line, one in spelled:
        if one.letters in known and line.tokens[one.first].index not in taken:
            yield line, one.first, one.last
