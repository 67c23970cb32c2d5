"""Letters in a number: codes of letters and digits in turn, and letters that a number begins with.

Where nobody writes capitals, `abc` in "claim number abc 123" is no word that a run of digits would begin with.
"""

import re
from collections.abc import Container, Iterator, Sequence

from stimmung.calls.redaction import number_words as words
from stimmung.calls.redaction.common_words import is_ordinary
from stimmung.calls.redaction.covering import Numbers, covering
from stimmung.calls.redaction.lines import mark
from stimmung.calls.redaction.numbers import Run
from stimmung.calls.redaction.records import Identifier, Part
from stimmung.calls.redaction.tokens import Stream

SHORTEST_CODE = 5  # characters
CODE = re.compile(r"(?:[A-Z]+\d+){2,}[A-Z]*|(?:\d+[A-Z]+){2,}\d*")
LONGEST_PREFIX = 4  # letters: KDNR, abc
LINKS = frozenset("ist is das that that's als as waere war was lautet my meine mein the die your ihre".split())


def find_codes(numbers: Numbers, taken: Container[int]) -> Iterator[Run]:
    """Yield runs that are not `taken` in which letters and digits take turns: "A 4 G 4 F 3", and nothing else is said.

    Only codes are written so.
    """
    for run in numbers.runs:
        alone = numbers.sayings[run.utterance].strays == 0 and len(run.characters) >= SHORTEST_CODE
        if alone and run.first not in taken and CODE.fullmatch(run.characters):
            yield run


def begins_with_letters(stream: Stream, first: int, last: int) -> bool:
    """Tell whether of the tokens `first` to `last` (exclusive) the last is letters of the number behind."""
    if last <= first:
        return False
    token = stream.tokens[last - 1]
    text = token.text
    if token.digits or mark(token) or not text.isalpha() or not 1 < len(text) <= LONGEST_PREFIX:
        return False
    return not (text in LINKS or text in words.FILLERS or text in words.NO_LETTERS or is_ordinary(text))


def with_letters(numbers: Numbers, runs: Sequence[Run], kind: Identifier, named: Container[int]) -> tuple[Part, ...]:
    """Return the words that go with a number: those that it covers, and letters between it and what names it.

    `named` are the first tokens of the runs that something names.
    """
    parts = covering(numbers, runs, kind)
    stream, run = numbers.stream, runs[0]
    begin = stream.spans[run.utterance][0]
    place = begin + parts[0].first - 1
    if run.first not in named or parts[0].utterance != run.utterance or place <= begin or place + 1 != run.first:
        return parts
    announced = place - 1 in numbers.named or stream.tokens[place - 1].text in LINKS
    if not announced or place in numbers.named or not begins_with_letters(stream, place, place + 1):
        return parts
    return (Part(run.utterance, parts[0].first - 1, parts[0].last), *parts[1:])
