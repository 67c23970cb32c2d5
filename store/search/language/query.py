"""What somebody asks of the kept calls, as records: words, meanings, filters, an order. `parser` makes them.

Everything in them is checked and typed; nothing in them is SQL or comes near it but as a value.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from stimmung.speech.errors import Place as Place  # noqa: PLC0414 handed on to all who read queries
from stimmung.speech.errors import QueryError as QueryError  # noqa: PLC0414 likewise

Operator = Literal["=", "<", "<=", ">", ">="]
Sort = Literal["relevance", "distress", "time", "oldest"]


class Field(StrEnum):
    """What can be filtered by; of the utterance unless it says otherwise."""

    TIME = "time"  # when it was said: Periods
    LANGUAGE = "lang"
    BY = "by"  # a role
    LENGTH = "length"  # s
    MOOD = "mood"  # a polarity, or one of the emotions that its words show
    MOOD_SCORE = "mood.score"  # -5..5, by its words
    EMOTION = "emotion"  # by its words; `neutral` is none of the others
    VOICE = "voice"  # emotion, by its sound
    AROUSAL = "arousal"  # -1..1
    VALENCE = "valence"  # -1..1
    STATE = "distress.state"  # the caller's when it ended
    DISTRESS = "distress"  # 0..1, of this utterance
    FIRST = "first"  # s from the start of the call in which it begins
    LAST = "last"  # s before the end of the call in which it begins
    AT = "at"  # s in the call, Betweens: some of it is said then
    PACE = "pace"  # words per minute of whoever said it, over the call
    CALL_STATE = "call.state"  # of the call at its worst
    CALL_DISTRESS = "call.distress"  # of the call at its worst, 0..1
    CALL_MOOD = "call.mood"  # of the customer over the call, -5..5
    COURSE = "course"  # of the customer's mood through the call
    DURATION = "duration"  # of the call, s
    SILENCE = "silence"  # in the call, s
    HOLD = "hold"  # music in the call, s
    OVERLAP = "overlap"  # several speak at once in the call, s
    WAIT = "wait"  # before the call, s
    QUEUE = "queue"
    TEAM = "team"
    CUSTOMER = "customer"  # the deployment's own key: CustomerKeys
    CALL = "call"  # its id
    DIRECTION = "direction"
    META = "meta"  # of the call, under `Condition.key`
    HAS = "has"  # what is kept of the call


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms, also as part of a compound."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so; at least three letters or digits."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other, two at least; `prefix`: of the last only the beginning is given."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order, two at least, that lie no more than `within` words apart."""

    words: tuple[str, ...]
    within: int


@dataclass(frozen=True, slots=True)
class All:
    """Two parts or more that all hold of one utterance."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Two parts or more of which one holds at least."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Node"


Node = Word | Prefix | Phrase | Near | All | Any | Not


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, `start` inclusive, `end` exclusive, both aware; None: without bound."""

    start: datetime | None = None
    end: datetime | None = None

    def within(self, other: "Period") -> "Period":
        """Return what both have in common; it ends before it starts where that is nothing."""
        starts = [one.start for one in (self, other) if one.start is not None]
        ends = [one.end for one in (self, other) if one.end is not None]
        return Period(max(starts, default=None), min(ends, default=None))


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers from `low` to `high`, both inclusive."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """A customer's key as the deployment has it, to be made a pseudonym at once; it is not shown."""

    text: str = field(repr=False)


Value = str | float | Period | Between | CustomerKey


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter: one of `values` holds, or none of them where it is negated.

    With another operator than `=` there is one value, a float; FIRST and LAST always have `<=`. Under `=` values are
    strings (TIME: Periods; numbers: Betweens; CUSTOMER: CustomerKeys). `key` is META's.
    """

    field: Field
    operator: Operator
    values: tuple[Value, ...]
    negated: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """How something was read that could be meant otherwise; `instead` is what to write there for the other reading."""

    place: Place
    text: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: `words`, `meaning` and all `filters` together; all empty: everything.

    `sort` is None where nobody said. `text` is what was typed. It may hold a customer's key: it is not for logs.
    `asked` is the moment from which times were read; its zone is the asker's.
    """

    words: Node | None = None
    meaning: tuple[str, ...] = ()
    filters: tuple[Condition, ...] = ()
    sort: Sort | None = None
    text: str = field(default="", compare=False, repr=False)
    notes: tuple[Note, ...] = field(default=(), compare=False)
    asked: datetime | None = field(default=None, compare=False, repr=False)

    @property
    def period(self) -> Period:
        """Return the time outside of which nothing can be found."""
        found = Period()
        for one in self.filters:
            periods = [value for value in one.values if isinstance(value, Period)]
            if periods and not one.negated:
                found = found.within(_hull(periods))
        return found

    @property
    def plain(self) -> str:
        """Return the words that are looked for as one text, in the order typed: what a text model can read."""
        return " ".join(_said(self.words)) if self.words else ""


def _hull(periods: list[Period]) -> Period:
    starts = [one.start for one in periods if one.start is not None]
    ends = [one.end for one in periods if one.end is not None]
    return Period(
        min(starts) if len(starts) == len(periods) else None,
        max(ends) if len(ends) == len(periods) else None,
    )


def _said(node: Node) -> list[str]:
    match node:
        case Word(text) | Prefix(text):
            return [text]
        case Phrase(words) | Near(words):
            return list(words)
        case All(parts) | Any(parts):
            return [word for part in parts for word in _said(part)]
        case Not():
            return []
