"""Utterances that words and filters find, newest or most distressed first where they are many.

A frequent word stands in a tenth of all utterances: ranking them all would take seconds. Days and weeks (or tenths of
distress) are looked through one after the other, each time more, until there are enough; the index knows the day of
each entry. So a search costs what its page costs, however much is kept. The planner knows nothing of the words (it
keeps no statistics of what was said, see migration 0002), so that each statement leaves it one way only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from stimmung.store.search.filters import Clause, Filters
from stimmung.store.search.lexeme_queries import Term, conjunction, disjunction, lexeme
from stimmung.store.search.query import Period, Sort
from stimmung.store.search.tags import DAYS_A_WEEK, DECILES, day_of, day_start, day_tag, decile_tag, week_tag

BUDGET: Final = 2_000  # utterances that are ranked and counted
DEEPEST: Final = 500  # hits that pages by relevance reach
MOST_WEEKS: Final = 16  # at once; more are a stretch of time: the index would read as many lists
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
    """The best of what was found, in order; how many were found, by day, queue and mood; and whether that is all."""

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
    whole = wanted.words is not None and wanted.sort in {"relevance", "distress"}
    if whole:
        found = _look(connection, wanted, _Window(), wanted.budget + 1)
        if found.total <= wanted.budget:
            return found
    return _gathered(connection, wanted)


def _gathered(connection: Connection, wanted: Wanted) -> Candidates:
    best: list[Candidate] = []
    counts: dict[str, Counter[str]] = {}
    total, complete = 0, True
    for window in _windows(connection, wanted):
        if total >= wanted.budget or (not wanted.facets and wanted.sort != "relevance" and len(best) >= wanted.limit):
            complete = False
            break
        found = _look(connection, wanted, window, wanted.budget - total + 1)
        best.extend(found.best)
        total += found.total
        for name, own in found.counts.items():
            counts.setdefault(name, Counter()).update(own)
    if total > wanted.budget:
        complete = False
    return Candidates(tuple(ordered(best, wanted.sort)[: wanted.limit]), total, complete, counts)


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


def _windows(connection: Connection, wanted: Wanted) -> Iterator[_Window]:
    if wanted.sort == "distress":
        for decile in reversed(range(DECILES)):
            yield _Window(lexeme(decile_tag(decile)))
        yield _Window(clauses=(entries.distress.is_(None),))
        return
    first, last = connection.execute(select(func.min(entries.said_at), func.max(entries.said_at))).one()
    if first is None:
        return
    begin, end = wanted.period.start, wanted.period.end
    days = (day_of(max(first, begin) if begin else first), day_of(min(last, end) if end else last))
    if wanted.after is not None:
        reached = day_of(wanted.after[0])
        days = (max(days[0], reached), days[1]) if wanted.sort == "oldest" else (days[0], min(days[1], reached))
    yield from _stretches(*days, upwards=wanted.sort == "oldest")


def _stretches(first: int, last: int, upwards: bool) -> Iterator[_Window]:
    """Yield windows from the last day down, or the first one up: days to the end of a week, then 1, 2, 4 … weeks."""
    while first <= last and (first % DAYS_A_WEEK if upwards else (last + 1) % DAYS_A_WEEK):
        yield _Window(lexeme(day_tag(first if upwards else last)))
        first, last = (first + 1, last) if upwards else (first, last - 1)
    low, high = first // DAYS_A_WEEK, last // DAYS_A_WEEK
    size = 1
    while low <= high:
        begin, end = (low, min(low + size - 1, high)) if upwards else (max(high - size + 1, low), high)
        if size <= MOST_WEEKS:
            yield _Window(disjunction([lexeme(week_tag(week)) for week in range(begin, end + 1)]))
        else:
            bounds = (day_start(begin * DAYS_A_WEEK), day_start((end + 1) * DAYS_A_WEEK))
            yield _Window(clauses=(entries.said_at >= bounds[0], entries.said_at < bounds[1]))
        low, high = (end + 1, high) if upwards else (low, begin - 1)
        size *= 2


def _look(connection: Connection, wanted: Wanted, window: _Window, most: int) -> Candidates:
    """Return the best of at most `most` entries of a window, and the counts of these."""
    row = connection.execute(_statement(wanted, window, most)).one()
    best = tuple(
        Candidate(call, number, score, datetime.fromisoformat(said_at), distress)
        for call, number, score, said_at, distress in row.best or ()
    )
    counts: dict[str, dict[str, int]] = {}
    for name, value, count in row.counts or ():
        counts.setdefault(name, {})[value] = count
    return Candidates(best, row.total, True, counts)


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
        _score(wanted).label("score"),
    ).where(*clauses)
    if window.sign or window.clauses:
        look = look.order_by(*_unindexed(wanted.sort))
    found = look.limit(most).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return _summary(found, wanted)


def _unindexed(sort: Sort) -> list[Clause]:
    """Return the order of a window's entries, so written that no index offers it, whose way there would be long."""
    said_at = entries.said_at + text("interval '0'")
    if sort == "oldest":
        return [said_at.asc(), entries.call.asc(), entries.number.asc()]
    newest: list[Clause] = [said_at.desc(), entries.call.desc(), entries.number.desc()]
    return [entries.distress.desc().nulls_last(), *newest] if sort == "distress" else newest


def _summary(found: Any, wanted: Wanted) -> Select[Any]:  # Any: a CTE with columns of its own
    order = {
        "relevance": (found.c.score.desc(), found.c.said_at.desc()),
        "distress": (found.c.distress.desc().nulls_last(), found.c.said_at.desc()),
        "time": (found.c.said_at.desc(),),
        "oldest": (found.c.said_at.asc(),),
    }[wanted.sort]
    last = (
        (found.c.call.asc(), found.c.number.asc())
        if wanted.sort == "oldest"
        else (found.c.call.desc(), found.c.number.desc())
    )
    best = (
        select(found.c.call, found.c.number, found.c.score, found.c.said_at, found.c.distress)
        .order_by(*order, *last)
        .limit(wanted.limit)
        .subquery("ordered")
    )
    rows = func.json_build_array(best.c.call, best.c.number, best.c.score, best.c.said_at, best.c.distress)
    return select(
        select(func.count()).select_from(found).scalar_subquery().label("total"),
        select(func.json_agg(rows)).select_from(best).scalar_subquery().label("best"),
        (_counts(found) if wanted.facets else literal(None)).label("counts"),
    )


def _counts(found: Any) -> Any:  # Any: SQLAlchemy's expressions
    day = func.to_char(func.timezone("UTC", found.c.said_at), "YYYY-MM-DD")
    names = {"day": day, "queue": func.coalesce(found.c.queue, ""), "mood": func.coalesce(found.c.polarity, "")}
    grouped = [
        select(literal(name).label("name"), value.label("value"), func.count().label("count")).group_by(value)
        for name, value in names.items()
    ]
    every = grouped[0].union_all(*grouped[1:]).subquery("counted")
    return select(func.json_agg(func.json_build_array(every.c.name, every.c.value, every.c["count"]))).scalar_subquery()


def _score(wanted: Wanted) -> Clause:
    """Return how well an entry's words fit, about 1 where it has all: each word once, by its weight, less in compounds,
    more side by side, less in long utterances.
    """
    if wanted.sort != "relevance" or not wanted.terms:
        return literal(0.0)
    weights = wanted.weights or [1.0] * len(wanted.terms)
    score: Clause = literal(0.0)
    for term, weight in zip(wanted.terms, weights, strict=True):
        score = score + case(
            (entries.words.op("@@")(_tsquery(term.exact)), weight),
            (entries.words.op("@@")(_tsquery(term.anyhow)), weight * COMPOUND),
            else_=0.0,
        )
    if wanted.adjacent:
        score = score + case((entries.words.op("@@")(_tsquery(wanted.adjacent)), ADJACENT), else_=0.0)
    length = 1.0 + LONG * func.ln(func.greatest(func.length(entries.words), 1) / USUAL)
    return score / func.greatest(length, SHORTEST) / sum(weights)


def _tsquery(words: str) -> Clause:
    return cast(bindparam(None, words, TEXT, unique=True), TSQUERY)
