"""Finds utterances by word, meaning, mood and moment: candidates by words and by meaning, fused, and a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from stimmung.store.database import Database
from stimmung.store.search.candidates import DEEPEST, Candidate, Candidates, Key, Wanted, find_candidates, ordered
from stimmung.store.search.cursors import Cursor, read_cursor, write_cursor
from stimmung.store.search.filters import compiled_filters
from stimmung.store.search.frequencies import rarities
from stimmung.store.search.hits import read_hits
from stimmung.store.search.lexeme_queries import WordQuery, word_query
from stimmung.store.search.meanings import find_nearest
from stimmung.store.search.query import All, Query, Sort, Word
from stimmung.store.search.records import LONGEST_PAGE, Ask, Facets, Found, Mode, Way
from stimmung.store.search.words import WordAnalysis

ENOUGH: Final = 5  # hits as asked, below which words that sound alike and fewer of the words are tried
NEAREST: Final = 200  # by meaning
FUSION: Final = 60  # k of reciprocal rank fusion (Cormack et al. 2009)


Ranked = dict[Key, tuple[Candidate, tuple[Way, ...]]]  # best first


@dataclass(frozen=True, slots=True)
class _Way:
    """What was found in one way, best first."""

    way: Way
    found: Sequence[Candidate]


def wanted_meanings(query: Query, mode: Mode = "hybrid") -> tuple[str, ...]:
    """Return the texts whose vectors a search needs: what is asked by meaning, and in hybrid the plain words too."""
    if mode == "words":
        return ()
    if query.meaning:
        return query.meaning
    words = query.words.parts if isinstance(query.words, All) else (query.words,)
    plain = all(isinstance(one, Word) for one in words)
    return (query.plain,) if query.words is not None and (plain or mode == "meaning") and query.plain else ()


def search(database: Database, ask: Ask) -> Found:
    """Return a page of what is found. Raises QueryError for a cursor that is none, StoreError for a lost database."""
    return database.run(lambda connection: _search(connection, database.words, ask))


def _search(connection: Connection, analysis: WordAnalysis, ask: Ask) -> Found:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    cursor = read_cursor(ask.cursor) if ask.cursor else None
    until = cursor.until if cursor else connection.execute(select(func.now())).scalar_one()
    return _Search(connection, analysis, ask, until).page(cursor)


class _Search:
    """One search in its transaction."""

    def __init__(self, connection: Connection, analysis: WordAnalysis, ask: Ask, until: datetime) -> None:
        self._connection = connection
        self._analysis = analysis
        self._ask = ask
        query = ask.query
        self._words = word_query(query.words, analysis) if query.words is not None and ask.mode != "meaning" else None
        self._sort: Sort = query.sort or ("relevance" if query.words or query.meaning else "time")
        self._tried: list[str] = []
        self._filters = Wanted(
            words=None,
            terms=(),
            filters=compiled_filters(query.filters, ask.customers),
            sort=self._sort,
            period=query.period,
            until=until,
            limit=DEEPEST,
            facets=ask.facets,
        )

    def page(self, cursor: Cursor | None) -> Found:
        limit = min(max(self._ask.limit, 1), LONGEST_PAGE)
        by_time = self._sort in {"time", "oldest"} and not self._ask.vectors
        if by_time:
            after = cursor.after if cursor else None
            wanted = replace(self._filters, limit=limit + 1, after=after, sort=self._sort)
            found = self._asked(wanted)
            way: Way = "words" if self._words else "filters"
            ranked: Ranked = {one.key: (one, (way,)) for one in found.best}
            skip = 0
        else:
            found = self._by_words()
            ranked = self._fused(found)
            skip = cursor.shown if cursor else 0
        keys = list(ranked)[skip : skip + limit + 1]
        shown = keys[:limit]
        hits = read_hits(
            self._connection,
            {key: (ranked[key][0].score, ranked[key][1]) for key in shown},
            self._ask.query.words,
            self._analysis,
        )
        return Found(
            hits=hits,
            total=max(found.total, len(ranked)),
            complete=found.complete,
            facets=_facets(found) if self._ask.facets else None,
            notes=self._ask.query.notes,
            tried=tuple(self._tried),
            cursor=self._next(ranked, shown, skip) if len(keys) > limit else None,
        )

    def _next(self, ranked: Ranked, shown: Sequence[Key], skip: int) -> str:
        last = ranked[shown[-1]][0]
        return write_cursor(Cursor(self._filters.until, skip + len(shown), (last.said_at, *last.key)))

    def _asked(self, wanted: Wanted) -> Candidates:
        words = self._words
        if words is None:
            return find_candidates(self._connection, wanted)
        asked = replace(wanted, words=words.every, terms=words.terms, adjacent=words.adjacent)
        return find_candidates(self._connection, asked)

    def _by_words(self) -> Candidates:
        """Return what has the words as asked; where that is little, of words that sound alike, then of fewer words."""
        if self._words is None:
            nothing = self._ask.query.words is not None or self._ask.vectors
            return Candidates() if nothing else self._asked(self._filters)
        found = self._asked(self._filters)
        if found.total >= ENOUGH or not self._words.plain:
            return found
        return self._widened(self._words, found)

    def _widened(self, words: WordQuery, found: Candidates) -> Candidates:
        seen = rarities(self._connection, [one.anyhow for one in words.terms])
        wanted = replace(self._filters, terms=words.terms, adjacent=words.adjacent, weights=seen.weights)
        sounding = words.sounding(seen.unknown)
        if sounding:
            self._tried.append("sound")
            found = _and_then(found, find_candidates(self._connection, replace(wanted, words=sounding)))
        least = len(words.terms) - 1
        while found.total < ENOUGH and least * 2 >= len(words.terms) and least > 0:
            fewer = words.loose(least)
            if fewer is None:
                break
            self._tried.append(f"{least} of {len(words.terms)} words")
            found = _and_then(found, find_candidates(self._connection, replace(wanted, words=fewer)))
            least -= 1
        return found

    def _fused(self, found: Candidates) -> Ranked:
        """Return candidates by key, best first, each with how it was found."""
        way: Way = "sound" if "sound" in self._tried else "words" if self._words else "filters"
        ways = [_Way(way, found.best)] if found.best else []
        restricted = self._filters
        if self._words is not None and self._ask.query.meaning:  # asked for both: the words must be there
            restricted = replace(restricted, words=self._words.every)
            ways = []
        near = replace(restricted, limit=NEAREST)
        ways += [_Way("meaning", find_nearest(self._connection, near, vector)) for vector in self._ask.vectors]
        if self._sort != "relevance" or len(ways) == 1:
            return self._sorted(ways)
        return fused(ways)

    def _sorted(self, ways: Sequence[_Way]) -> Ranked:
        every: Ranked = {}
        for way in ways:
            every.update({one.key: (one, (way.way,)) for one in way.found})
        if self._sort == "relevance":
            return every
        return {one.key: every[one.key] for one in ordered([one for one, _ in every.values()], self._sort)}


def fused(ways: Sequence[_Way]) -> Ranked:
    """Return everything that was found by reciprocal rank fusion: what several ways find near their top comes first."""
    scores: dict[Key, float] = {}
    known: Ranked = {}
    for way in ways:
        for rank, one in enumerate(way.found, 1):
            scores[one.key] = scores.get(one.key, 0.0) + 1.0 / (FUSION + rank)
            before = known.get(one.key, (one, ()))[1]
            known[one.key] = (one, before if way.way in before else (*before, way.way))
    order = sorted(scores, key=lambda key: (-scores[key], -known[key][0].said_at.timestamp(), key))
    return {key: (replace(known[key][0], score=scores[key]), known[key][1]) for key in order}


def _and_then(first: Candidates, then: Candidates) -> Candidates:
    """Return the first, and behind them those of the second that are not among them."""
    seen = {one.key for one in first.best}
    best = (*first.best, *(one for one in then.best if one.key not in seen))
    return Candidates(best, max(then.total, len(best)), then.complete, then.counts)


def _facets(found: Candidates) -> Facets:
    of = {name: dict(found.counts.get(name, {})) for name in ("day", "queue", "mood")}
    return Facets(days=dict(sorted(of["day"].items())), queues=of["queue"], moods=of["mood"])
