"""Utterances that words and filters find, newest or most distressed first where they are many.

A frequent word stands in a tenth of all utterances: ranking them all would take seconds. Days and weeks (or tenths of
distress) are looked through one after the other, each time more, until there are enough; the index knows the day of
each entry. So a search costs what its page costs, however much is kept. The planner knows nothing of the words (it
keeps no statistics of what was said, see migration 0002), so that each statement leaves it one way only.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    TEXT,
    Connection,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from stimmung.store.schema import search_entries
from stimmung.store.search.facet_days import QUARTER
from stimmung.store.search.filters import Clause, Filters
from stimmung.store.search.language.query import Period, Sort
from stimmung.store.search.lexeme_queries import Term, conjunction, lexeme
from stimmung.store.search.stretches import Stretch, Walk
from stimmung.store.search.tags import DECILES, day_of, day_start, decile_tag

BUDGET: Final = 2_000  # utterances that are ranked and counted
DEEPEST: Final = 500  # hits that pages by relevance reach
DAY_SECONDS: Final = 86_400.0
COMPOUND: Final = 0.6  # of a word's weight, where it is part of a compound
ADJACENT: Final = 0.5  # for words that stand next to each other, added
LONG: Final = 0.15  # the same words weigh less in a long utterance
USUAL: Final = 60.0  # lexemes of an entry with all its signs and sounds
SHORTEST: Final = 0.7  # times as much as in an usual one
Key = tuple[int, int]  # call and number of an utterance
entries = search_entries.c


@dataclass(frozen=True, slots=True)
class Candidate:
    """An utterance that was found; `score` by its words."""

    call: int
    number: int
    score: float
    said_at: datetime
    distress: float | None

    @property
    def key(self) -> Key:
        return (self.call, self.number)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best of what was found, in order; how many were found, by `quarter` of an hour (its number since 1970), queue
    and mood; and whether that is all.
    """

    best: tuple[Candidate, ...] = ()
    total: int = 0
    complete: bool = True
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What candidates must have: `words` as a tsquery, `terms` to rank by, and the order; `until`: kept by then.

    `after` is the last one of the page before, in orders by time.
    """

    words: str | None
    terms: tuple[Term, ...]
    filters: Filters
    sort: Sort
    period: Period
    until: datetime
    limit: int
    adjacent: str | None = None
    after: tuple[datetime, int, int] | None = None
    weights: Sequence[float] = ()
    facets: bool = True
    budget: int = BUDGET


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the entries: by a sign in the index, and, or, a stretch of time."""

    sign: str | None = None
    clauses: tuple[Clause, ...] = ()


def find_candidates(connection: Connection, wanted: Wanted) -> Candidates:
    """Return what is found within the budget."""
    a_day = None
    if wanted.words is not None and wanted.sort in {"relevance", "distress"}:
        looked = _look(connection, wanted, _Window(), wanted.budget + 1)
        if looked.found.total <= wanted.budget:
            return looked.found
        a_day = looked.a_day
    gathered = _Gathered(wanted)
    if wanted.sort == "distress":
        _by_distress(connection, wanted, gathered)
    else:
        _by_days(connection, wanted, gathered, a_day)
    return gathered.candidates()


class _Gathered:
    """What was found so far, window by window."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._best: list[Candidate] = []
        self._counts: dict[str, Counter[str]] = {}
        self._total = 0
        self._complete = True

    @property
    def missing(self) -> int:
        """Return how many more there should be, 0 where there are enough."""
        wanted = self._wanted
        some = not wanted.facets and wanted.sort != "relevance"
        return max(wanted.limit - len(self._best) if some else wanted.budget - self._total, 0)

    @property
    def room(self) -> int:
        """Return how many more may be looked at: one too many says that there are more."""
        return self._wanted.budget - self._total + 1

    def take(self, found: Candidates) -> None:
        """Add what a window held."""
        self._best.extend(found.best)
        self._total += found.total
        for name, own in found.counts.items():
            self._counts.setdefault(name, Counter()).update(own)

    def stop(self) -> None:
        """Note that not all windows were looked through."""
        self._complete = False

    def candidates(self) -> Candidates:
        """Return the best of all windows."""
        best = tuple(ordered(self._best, self._wanted.sort)[: self._wanted.limit])
        return Candidates(best, self._total, self._complete and self._total <= self._wanted.budget, self._counts)


def _by_distress(connection: Connection, wanted: Wanted, gathered: _Gathered) -> None:
    signs = [_Window(lexeme(decile_tag(decile))) for decile in reversed(range(DECILES))]
    for window in (*signs, _Window(clauses=(entries.distress.is_(None),))):
        if not gathered.missing:
            gathered.stop()
            return
        gathered.take(_look(connection, wanted, window, gathered.room).found)


def _by_days(connection: Connection, wanted: Wanted, gathered: _Gathered, a_day: float | None) -> None:
    days = _days(connection, wanted)
    if days is None:
        return
    walk = Walk(days, wanted.sort == "oldest", a_day)
    while stretch := walk.take(gathered.missing):
        if not gathered.missing:
            gathered.stop()
            return
        found = _look(connection, wanted, _window(stretch, wanted), gathered.room).found
        walk.note(found.total)
        gathered.take(found)


def ordered(found: Sequence[Candidate], sort: Sort) -> list[Candidate]:
    """Return candidates in the order that is asked for."""
    return sorted(found, key=lambda one: _rank(one, sort))


def _rank(one: Candidate, sort: Sort) -> tuple[float, ...]:
    newest = -one.said_at.timestamp()
    last = (-one.call, -one.number)
    match sort:
        case "relevance":
            return (-one.score, newest, *last)
        case "distress":
            return (-1.0 if one.distress is None else -1.0 - one.distress, newest, *last)
        case "time":
            return (newest, *last)
        case "oldest":
            return (-newest, one.call, one.number)


def _days(connection: Connection, wanted: Wanted) -> Stretch | None:
    """Return the days in which something can be, None where nothing is kept."""
    first, last = connection.execute(select(func.min(entries.said_at), func.max(entries.said_at))).one()
    if first is None:
        return None
    begin, end = wanted.period.start, wanted.period.end
    days = (day_of(max(first, begin) if begin else first), day_of(min(last, end) if end else last))
    if wanted.after is not None:
        reached = day_of(wanted.after[0])
        days = (max(days[0], reached), days[1]) if wanted.sort == "oldest" else (days[0], min(days[1], reached))
    return Stretch(*days)


def _window(stretch: Stretch, wanted: Wanted) -> _Window:
    """Return the window of some days; where words or signs lead to few, no index over the time may lead to many."""
    if sign := stretch.sign:
        return _Window(sign)
    said_at = _off_index(entries.said_at) if wanted.terms or wanted.filters.positive else entries.said_at
    return _Window(clauses=(said_at >= day_start(stretch.first), said_at < day_start(stretch.last + 1)))


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look found, and how many there are a day where it did not reach all, as far as it saw."""

    found: Candidates
    a_day: float


def _look(connection: Connection, wanted: Wanted, window: _Window, most: int) -> _Looked:
    """Return the best of at most `most` entries of a window, and the counts of these.

    A look at everything that finds too much returns no more than how many: its entries were not the newest.
    """
    row = connection.execute(_statement(wanted, window, most)).one()
    best = tuple(
        Candidate(call, number, score, datetime.fromisoformat(said_at), distress)
        for call, number, score, said_at, distress in row.best or ()
    )
    counts: dict[str, dict[str, int]] = {}
    for name, value, count in row.counts or ():
        counts.setdefault(name, {})[value] = count
    days = max((row.last - row.first).total_seconds() / DAY_SECONDS, 1.0) if row.total else 1.0
    return _Looked(Candidates(best, row.total, True, counts), row.total / days)


def _statement(wanted: Wanted, window: _Window, most: int) -> Select[Any]:  # Any: columns of many types
    """One look for hits, counts and total alike."""
    signs = [part for part in (wanted.words, wanted.filters.signs, window.sign) if part]
    clauses = [*wanted.filters.clauses, *window.clauses, entries.kept_at <= wanted.until]
    if signs:
        clauses.append(entries.words.op("@@")(_tsquery(conjunction(signs))))
    if wanted.after is not None:
        place = tuple_(entries.said_at, entries.call, entries.number)
        clauses.append(place > wanted.after if wanted.sort == "oldest" else place < wanted.after)
    look = select(
        entries.call,
        entries.number,
        entries.said_at,
        entries.distress,
        entries.queue,
        entries.polarity,
        *((entries.words,) if _is_scored(wanted) else ()),
    ).where(*clauses)
    if window.sign or window.clauses:
        look = look.order_by(*_unindexed(wanted.sort))
    found = look.limit(most).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    whole = not (window.sign or window.clauses)
    return _summary(found, wanted, wanted.budget if whole and wanted.words is not None else None)


def _unindexed(sort: Sort) -> list[Clause]:
    """Return the order of a window's entries, so written that no index offers it, whose way there would be long."""
    said_at = _off_index(entries.said_at)
    if sort == "oldest":
        return [said_at.asc(), entries.call.asc(), entries.number.asc()]
    newest: list[Clause] = [said_at.desc(), entries.call.desc(), entries.number.desc()]
    return [entries.distress.desc().nulls_last(), *newest] if sort == "distress" else newest


def _off_index(time: Clause) -> Clause:
    """Return the same time, so written that no index knows it."""
    return time + text("interval '0'")


def _summary(found: Any, wanted: Wanted, most: int | None) -> Select[Any]:  # Any: a CTE with columns of its own
    """Return counts and the best of `found`; both are left out where there are more than `most`."""
    count = select(func.count()).select_from(found).scalar_subquery()
    some = literal(True) if most is None else count <= most
    score = _score(found.c.words, wanted) if _is_scored(wanted) else literal(0.0)
    scored = select(found, score.label("score")).where(some).subquery("scored")
    order = {
        "relevance": (scored.c.score.desc(), scored.c.said_at.desc()),
        "distress": (scored.c.distress.desc().nulls_last(), scored.c.said_at.desc()),
        "time": (scored.c.said_at.desc(),),
        "oldest": (scored.c.said_at.asc(),),
    }[wanted.sort]
    last = (
        (scored.c.call.asc(), scored.c.number.asc())
        if wanted.sort == "oldest"
        else (scored.c.call.desc(), scored.c.number.desc())
    )
    best = (
        select(scored.c.call, scored.c.number, scored.c.score, scored.c.said_at, scored.c.distress)
        .order_by(*order, *last)
        .limit(wanted.limit)
        .subquery("ordered")
    )
    rows = func.json_build_array(best.c.call, best.c.number, best.c.score, best.c.said_at, best.c.distress)
    return select(
        count.label("total"),
        select(func.min(found.c.said_at)).scalar_subquery().label("first"),
        select(func.max(found.c.said_at)).scalar_subquery().label("last"),
        select(func.json_agg(rows)).select_from(best).scalar_subquery().label("best"),
        (_counts(found, some) if wanted.facets else literal(None)).label("counts"),
    )


def _counts(found: Any, some: Clause) -> Any:  # Any: SQLAlchemy's expressions
    quarter = cast(func.floor(func.extract("epoch", found.c.said_at) / QUARTER), TEXT)
    names = {"quarter": quarter, "queue": func.coalesce(found.c.queue, ""), "mood": func.coalesce(found.c.polarity, "")}
    grouped = [
        select(literal(name).label("name"), value.label("value"), func.count().label("count"))
        .where(some)
        .group_by(value)
        for name, value in names.items()
    ]
    every = grouped[0].union_all(*grouped[1:]).subquery("counted")
    return select(func.json_agg(func.json_build_array(every.c.name, every.c.value, every.c["count"]))).scalar_subquery()


def _is_scored(wanted: Wanted) -> bool:
    return wanted.sort == "relevance" and bool(wanted.terms)


def _score(words: Clause, wanted: Wanted) -> Clause:
    """Return how well an entry's words fit, about 1 where it has all: each word once, by its weight, less in compounds,
    more side by side, less in long utterances.
    """
    weights = wanted.weights or [1.0] * len(wanted.terms)
    score: Clause = literal(0.0)
    for term, weight in zip(wanted.terms, weights, strict=True):
        score = score + case(
            (words.op("@@")(_tsquery(term.exact)), weight),
            (words.op("@@")(_tsquery(term.anyhow)), weight * COMPOUND),
            else_=0.0,
        )
    if wanted.adjacent:
        score = score + case((words.op("@@")(_tsquery(wanted.adjacent)), ADJACENT), else_=0.0)
    length = 1.0 + LONG * func.ln(func.greatest(func.length(words), 1) / USUAL)
    return score / func.greatest(length, SHORTEST) / sum(weights)


def _tsquery(words: str) -> Clause:
    return cast(bindparam(None, words, TEXT, unique=True), TSQUERY)
