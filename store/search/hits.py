"""What a page of hits shows: the utterances, their calls, what was said around them, and the marks in their texts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, tuple_

from stimmung.speech.records import Span
from stimmung.store.schema import calls, search_entries, utterances
from stimmung.store.search.candidates import Key
from stimmung.store.search.language.query import All, Near, Node, Not, Phrase, Prefix, Word
from stimmung.store.search.language.query import Any as Either
from stimmung.store.search.lexemes.folding import fold
from stimmung.store.search.lexemes.sounds import likeness
from stimmung.store.search.lexemes.tokens import pieces
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.records import Hit, Neighbour, Way
from stimmung.store.utterance_rows import AnyRow

ALIKE = 0.6  # likeness from which on a word that sounds like one that was asked for is marked
COLUMNS = (
    utterances.c.call,
    utterances.c.number,
    utterances.c.role,
    utterances.c.language,
    utterances.c.started,
    utterances.c.ended,
    utterances.c.text,
    utterances.c.polarity,
    utterances.c.sentiment,
    utterances.c.distress_probability,
    utterances.c.distress_state,
    search_entries.c.said_at,
    calls.c.call_id,
    calls.c.started_at,
    calls.c.queue,
    calls.c.team,
    calls.c.audio_file,
)


def read_hits(
    connection: Connection,
    found: Mapping[Key, tuple[float, tuple[Way, ...]]],
    words: Node | None,
    analysis: WordAnalysis,
) -> tuple[Hit, ...]:
    """Return hits in the order of `found`; an utterance that went meanwhile is left out."""
    rows = {(row.call, row.number): row for row in connection.execute(_about(list(found)))}
    beside = _neighbours(connection, list(rows))
    marker = Marker(words, analysis)
    return tuple(_hit(rows[key], score, ways, beside, marker) for key, (score, ways) in found.items() if key in rows)


class Marker:
    """Marks what was asked for in texts."""

    def __init__(self, words: Node | None, analysis: WordAnalysis) -> None:
        self._analysis = analysis
        texts = list(_texts(words)) if words else []
        self._words = [text for text, prefix in texts if not prefix]
        cut = [pieces(text) for text, prefix in texts if prefix]  # `E-Mail*` is marked at `Mail`, or as one word
        self._prefixes = tuple(fold(one) for own in cut for one in (own[-1], "".join(own)))
        known = [analysis.of_query(text) for text in self._words]
        self._stems = {stem for one in known for stem in one.stems}
        self._parts = {part for one in known for part in one.parts}
        self._compounds = [one.made_of for one in known if one.made_of]

    def marks(self, text: str, language: str, sounding: bool) -> tuple[tuple[int, int], ...]:
        """Return the places of words that were asked for; of those that only sound like them, too, if `sounding`."""
        spans = self._analysis.spans(text)
        found = []
        for span, lexemes in zip(spans, self._analysis.of_text(text, language), strict=True):
            said = fold(text[slice(*span)])
            if (
                self._stems.intersection(lexemes.stems)
                or self._stems.intersection(lexemes.parts)
                or self._parts.intersection(lexemes.stems)
                or self._has_parts({*lexemes.stems, *lexemes.parts})
                or (self._prefixes and said.startswith(self._prefixes))
                or (sounding and any(likeness(said, word) >= ALIKE for word in self._words))
            ):
                found.append(span)
        return tuple(found)

    def _has_parts(self, said: set[str]) -> bool:
        """Tell whether a word has all parts of a compound that was asked for: `Mahngebühren` those of `mahngebuehr`."""
        return any(all(said.intersection(part) for part in compound) for compound in self._compounds)


def _texts(node: Node) -> Sequence[tuple[str, bool]]:
    match node:
        case Word(text):
            return [(text, False)]
        case Prefix(text):
            return [(text, True)]
        case Phrase(words, prefix):
            return [(word, prefix and place == len(words) - 1) for place, word in enumerate(words)]
        case Near(words):
            return [(word, False) for word in words]
        case All(parts) | Either(parts):
            return [one for part in parts for one in _texts(part)]
        case Not():
            return []


def _about(keys: Sequence[Key]) -> Any:  # Any: SQLAlchemy's statement
    entry = (search_entries.c.call == utterances.c.call) & (search_entries.c.number == utterances.c.number)
    return (
        select(*COLUMNS)
        .select_from(utterances.join(calls, calls.c.id == utterances.c.call).join(search_entries, entry))
        .where(tuple_(utterances.c.call, utterances.c.number).in_(keys))
    )


def _neighbours(connection: Connection, keys: Collection[Key]) -> dict[Key, AnyRow]:
    around = sorted({(call, number + step) for call, number in keys for step in (-1, 1)})
    columns = (utterances.c.call, utterances.c.number, utterances.c.role, utterances.c.started, utterances.c.text)
    query = select(*columns).where(tuple_(utterances.c.call, utterances.c.number).in_(around))
    rows: dict[Key, Any] = {(row.call, row.number): row for row in connection.execute(query)}  # Any: AnyRow, invariant
    return rows


def _hit(row: AnyRow, score: float, ways: tuple[Way, ...], beside: Mapping[Key, AnyRow], marker: Marker) -> Hit:
    return Hit(
        call_id=row.call_id,
        number=row.number,
        role=row.role,
        language=row.language,
        span=Span(row.started, row.ended),
        said_at=row.said_at,
        text=row.text,
        marks=marker.marks(row.text, row.language, "sound" in ways),
        ways=ways,
        score=score,
        call_started_at=row.started_at,
        queue=row.queue,
        team=row.team,
        polarity=row.polarity,
        sentiment=row.sentiment,
        distress=row.distress_probability,
        distress_state=row.distress_state,
        has_audio=row.audio_file is not None,
        before=_neighbour(beside.get((row.call, row.number - 1))),
        after=_neighbour(beside.get((row.call, row.number + 1))),
    )


def _neighbour(row: AnyRow | None) -> Neighbour | None:
    return None if row is None else Neighbour(row.number, row.role, row.started, row.text)
