"""What a search is asked with and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from stimmung.speech.records import Samples, Span
from stimmung.store.search.language.query import Note, Query

Mode = Literal["hybrid", "words", "meaning"]
Way = Literal["words", "sound", "meaning", "filters"]
PAGE, LONGEST_PAGE = 10, 100


@dataclass(frozen=True, slots=True)
class Ask:
    """A search: what, how, and which page.

    `vectors` are those of `wanted_meanings(query, mode)`, in their order; left out, nothing is found by meaning.
    `customers` are the pseudonyms of the keys in the query, `cursor` what the page before ended with. `facets`: counts
    are wanted. `exact`: of words only what has all of them as asked, however little that is.
    """

    query: Query
    mode: Mode = "hybrid"
    limit: int = PAGE
    cursor: str | None = None
    facets: bool = True
    exact: bool = False
    vectors: Sequence[Samples] = field(default=(), repr=False)
    customers: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What was said just before or after a hit."""

    number: int
    role: str
    start: float  # s in the call
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance that was found.

    `marks` are the places of what was searched for in `text`, as first and last + 1 character. `ways` says by what it
    was found, `score` how well (within one search only).
    """

    call_id: str
    number: int  # of the utterance in the call
    role: str
    language: str
    span: Span  # s in the call
    said_at: datetime
    text: str
    marks: tuple[tuple[int, int], ...]
    ways: tuple[Way, ...]
    score: float
    call_started_at: datetime | None = None
    queue: str | None = None
    team: str | None = None
    polarity: str | None = None
    sentiment: float | None = None  # -1..1
    distress: float | None = None  # 0..1
    distress_state: str | None = None
    has_audio: bool = False
    before: Neighbour | None = None
    after: Neighbour | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of the found fall on each day, queue and mood; days as 2026-11-22, in the time zone of the query."""

    days: Mapping[str, int]
    queues: Mapping[str, int]
    moods: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits.

    `total` were found and counted in `facets`; where `complete` is False there are more, and those are the newest
    (by relevance and time), or the most distressed. `notes` say how the query was read and what was tried beyond it.
    `cursor` is for the next page, None on the last.
    """

    hits: tuple[Hit, ...]
    total: int
    complete: bool
    facets: Facets | None
    notes: tuple[Note, ...] = ()
    tried: tuple[str, ...] = ()
    cursor: str | None = None
