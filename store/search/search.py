"""Finds utterances by word, meaning, mood and moment: candidates by words and by meaning, fused, and a page of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Final

from sqlalchemy import Connection, func, select

from stimmung.store.database import Database
from stimmung.store.search.candidates import DEEPEST, Candidates, Key, Wanted, find_candidates, ordered
from stimmung.store.search.cursors import Cursor, read_cursor, write_cursor
from stimmung.store.search.facet_days import days_of
from stimmung.store.search.filters import compiled_filters
from stimmung.store.search.fusion import Listed, Ranked, fused, worth
from stimmung.store.search.hits import read_hits
from stimmung.store.search.language.query import All, Note, Place, Query, Sort, Word
from stimmung.store.search.lexeme_queries import word_query
from stimmung.store.search.meaning.meanings import find_near
from stimmung.store.search.records import LONGEST_PAGE, Ask, Facets, Found, Hit, Mode, Way
from stimmung.store.search.widening import Worded, find_words

NEAREST: Final = 100  # by meaning
ALL_FAR: Final = "nothing kept is clearly near what was meant; these places are the nearest"
BEGUN: Final = select(  # of a search: it writes nothing, and no plan reads all entries
    func.now(),
    func.set_config("transaction_read_only", "on", True),
    func.set_config("enable_seqscan", "off", True),
    # psycopg prepares what it sends often, and from the eleventh time on a connection PostgreSQL would plan without the
    # values: a vector's text was then read anew for each row it was compared with, 5,000 rows in 200 ms instead of 4.
    func.set_config("plan_cache_mode", "force_custom_plan", True),
)


def wanted_meanings(query: Query, mode: Mode = "hybrid") -> tuple[str, ...]:
    """Return the texts whose vectors a search needs: what is asked by meaning, and in hybrid the plain words too.

    Not in an order of its own: places that are merely near would stand before those that have the words.
    """
    if mode == "words":
        return ()
    if query.meaning:
        return query.meaning
    if mode == "hybrid" and query.sort not in {None, "relevance"}:
        return ()
    words = query.words.parts if isinstance(query.words, All) else (query.words,)
    plain = all(isinstance(one, Word) for one in words)
    return (query.plain,) if query.words is not None and (plain or mode == "meaning") and query.plain else ()


def search(database: Database, ask: Ask) -> Found:
    """Return a page of what is found. Raises QueryError for a cursor that is none, StoreError for a lost database."""
    return database.run(lambda connection: _search(connection, database, ask))


def _search(connection: Connection, database: Database, ask: Ask) -> Found:
    cursor = read_cursor(ask.cursor) if ask.cursor else None
    now = connection.execute(BEGUN).scalar_one()
    until = cursor.until if cursor else now
    return _Search(connection, database, ask, until).page(cursor)


class _Search:
    """One search in its transaction."""

    def __init__(self, connection: Connection, database: Database, ask: Ask, until: datetime) -> None:
        self._connection = connection
        self._analysis = database.words
        self._spread = database.spread
        self._ask = ask
        self._far = bool(ask.vectors)  # until something near was found
        query = ask.query
        self._asked_at = query.asked or until
        self._words = (
            word_query(query.words, database.words) if query.words is not None and ask.mode != "meaning" else None
        )
        self._sort: Sort = query.sort or ("relevance" if query.words or query.meaning else "time")
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
        tried: tuple[str, ...] = ()
        by_time = self._sort in {"time", "oldest"} and not self._ask.vectors
        if by_time:
            after = cursor.after if cursor else None
            wanted = replace(self._filters, limit=limit + 1, after=after, sort=self._sort)
            found = self._asked(wanted)
            way: Way = "words" if self._words else "filters"
            ranked: Ranked = {one.key: (one, (way,)) for one in found.best}
            if cursor:
                found = self._counted(found, cursor)
            skip = 0
        else:
            worded = self._by_words()
            found, tried = worded.found, worded.tried
            ranked = self._fused(worded)
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
            facets=_facets(found, self._asked_at.tzinfo or UTC) if self._ask.facets else None,
            notes=(*self._ask.query.notes, *self._told(hits)),
            tried=tried,
            cursor=self._next(ranked, shown, skip) if len(keys) > limit else None,
        )

    def _counted(self, page: Candidates, cursor: Cursor) -> Candidates:
        """Return a later page by time with the counts of all pages, as the first one has them."""
        if not self._ask.facets:
            return replace(page, total=page.total + cursor.shown)
        return self._asked(replace(self._filters, limit=1))

    def _told(self, hits: Sequence[Hit]) -> tuple[Note, ...]:
        """Return that all hits are far, where nothing but meaning found them."""
        if not self._far or not hits or any(hit.ways != ("meaning",) for hit in hits):
            return ()
        return (Note(Place(0, len(self._ask.query.text)), ALL_FAR),)

    def _next(self, ranked: Ranked, shown: Sequence[Key], skip: int) -> str:
        last = ranked[shown[-1]][0]
        return write_cursor(Cursor(self._filters.until, skip + len(shown), (last.said_at, *last.key), self._asked_at))

    def _asked(self, wanted: Wanted) -> Candidates:
        words = self._words
        if words is None:
            return find_candidates(self._connection, wanted)
        asked = replace(wanted, words=words.every, terms=words.terms, adjacent=words.adjacent)
        return find_candidates(self._connection, asked)

    def _by_words(self) -> Worded:
        """Return what has the words, or passes the filters where no words are asked for."""
        if self._words is not None:
            widen = not self._ask.exact and not self._ask.query.meaning  # beside a meaning the words must be there
            return find_words(self._connection, self._analysis, self._words, self._filters, widen)
        if self._ask.query.words is not None or self._ask.vectors:
            return Worded(Candidates())
        found = self._asked(self._filters)
        keys = [one.key for one in found.best]
        return Worded(found, dict.fromkeys(keys, "filters"), dict.fromkeys(keys, 1.0))

    def _fused(self, worded: Worded) -> Ranked:
        """Return candidates by key, best first, each with how it was found."""
        best = worded.found.best
        restricted = self._filters
        lists = (
            [Listed([worded.ways[one.key] for one in best], best, [worth(worded.fits[one.key]) for one in best])]
            if best
            else []
        )
        if self._words is not None and self._ask.query.meaning:  # asked for both: the words must be there
            restricted = replace(restricted, words=self._words.every)
            lists = []
        wanted = replace(restricted, limit=NEAREST)
        for vector in self._ask.vectors:
            near = find_near(self._connection, wanted, self._spread.aim(self._connection, vector, wanted.until))
            self._far &= not near.clear
            if self._is_told_by(worded):
                near = near.clearly()
            lists.append(Listed(["meaning"] * len(near.found), near.found, near.weights))
        if self._sort != "relevance" or len(lists) == 1:
            return self._sorted(lists)
        return fused(lists)

    def _is_told_by(self, worded: Worded) -> bool:
        """Return whether one word is asked for and found: it says what is meant, and what is near may not crowd it."""
        alone = self._words is not None and len(self._words.terms) == 1 and not self._ask.query.filters
        return alone and not self._ask.query.meaning and 1.0 in worded.fits.values()

    def _sorted(self, lists: Sequence[Listed]) -> Ranked:
        every: Ranked = {}
        for one in lists:
            every.update({found.key: (found, (way,)) for way, found in zip(one.ways, one.found, strict=True)})
        if self._sort == "relevance":
            return every
        return {one.key: every[one.key] for one in ordered([one for one, _ in every.values()], self._sort)}


def _facets(found: Candidates, zone: tzinfo) -> Facets:
    of = {name: dict(found.counts.get(name, {})) for name in ("quarter", "queue", "mood")}
    return Facets(days=days_of(of["quarter"], zone), queues=of["queue"], moods=of["mood"])
