"""Utterances that have the words of a query; where few do, those that have nearly what was asked for.

What has every word comes first, then what has the parts of compounds apart (`Gebühr für die Mahnung`), then words that
sound alike, then some of the words. Misheard words are looked for by their sound and must look alike, too. Of the rest,
the rarer the words an utterance has, the better it is: `who was angry about the bill` is found without `who`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, select, tuple_

from stimmung.store.schema import utterances
from stimmung.store.search.candidates import Candidate, Candidates, Key, Wanted, find_candidates
from stimmung.store.search.frequencies import MOST, Rarities, rarities
from stimmung.store.search.lexeme_queries import WordQuery
from stimmung.store.search.lexemes.folding import fold
from stimmung.store.search.lexemes.sounds import likeness
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.records import PAGE, Way

ENOUGH: Final = PAGE  # hits as asked, from which on nothing else is tried
MISHEARD: Final = 3  # utterances that have a word at most, where it is also looked for by its sound
ALIKE: Final = 0.65  # likeness of words that sound alike; sounds.likeness tells what it keeps
MOST_READ: Final = 300  # utterances whose words are compared
APART, SOUND = "parts", "sound"  # what is told of compounds whose parts stand apart, and of words that sound alike


@dataclass(frozen=True, slots=True)
class Worded:
    """What was found, best first, and what was tried beyond what was asked.

    `ways` says how each was found, `fits` how much of what was asked for it has, 0 to 1.
    """

    found: Candidates
    ways: Mapping[Key, Way] = field(default_factory=dict)
    fits: Mapping[Key, float] = field(default_factory=dict)
    tried: tuple[str, ...] = ()


def find_words(
    connection: Connection, analysis: WordAnalysis, words: WordQuery, filters: Wanted, widen: bool = True
) -> Worded:
    """Return what has the words as asked; where that is little and they are a plain list, what comes near it, too, if
    `widen` says so.
    """
    asked = replace(filters, words=words.every, terms=words.terms, adjacent=words.adjacent)
    found = find_candidates(connection, asked)
    keys = [one.key for one in found.best]
    worded = Worded(found, dict.fromkeys(keys, "words"), dict.fromkeys(keys, 1.0))
    if not widen or found.total >= ENOUGH or not words.plain:
        return worded
    loose = words.apart() or words
    seen = rarities(connection, loose.terms, filters.until)
    wanted = replace(asked, terms=loose.terms, weights=seen.weights)
    if loose is not words:
        more = find_candidates(connection, replace(wanted, words=loose.every))
        worded = _widened(worded, more, "words", APART, least=1.0)  # all that was asked for is there
    sounding = loose.sounding([count <= MISHEARD for count in seen.counts])
    if sounding and worded.found.total < ENOUGH:
        near = _sounding(connection, analysis, replace(wanted, words=sounding), loose, seen)
        worded = _widened(worded, Candidates(tuple(near), len(near)), "sound", SOUND)
    some = loose.telling([count < MOST for count in seen.counts]) if worded.found.total < ENOUGH else None
    if some:
        more = find_candidates(connection, replace(wanted, words=some))
        worded = _widened(worded, more, "words", f"some of {len(words.terms)} words")
    return worded


def _widened(worded: Worded, more: Candidates, way: Way, tried: str, least: float = 0.0) -> Worded:
    """Return what was found and behind it more that was found in another way; the same where that is nothing new.

    `least` is how much of what was asked for it has at least, 0 to 1.
    """
    new = [one for one in more.best if one.key not in worded.ways]
    if not new:
        return worded
    best = (*worded.found.best, *new)
    return Worded(
        Candidates(
            best,
            max(more.total, len(best)),
            worded.found.complete and more.complete,
            more.counts or worded.found.counts,  # of all that was found before, too
        ),
        {**dict.fromkeys((one.key for one in new), way), **worded.ways},
        {**{one.key: min(max(one.score, least), 1.0) for one in new}, **worded.fits},
        (*worded.tried, tried),
    )


def _sounding(
    connection: Connection, analysis: WordAnalysis, wanted: Wanted, words: WordQuery, seen: Rarities
) -> Sequence[Candidate]:
    """Return utterances with words that sound like those that hardly any has, the most alike first."""
    found = find_candidates(connection, replace(wanted, limit=MOST_READ)).best
    texts = _texts(connection, [one.key for one in found])
    misheard = [one.text for one, count in zip(words.terms, seen.counts, strict=True) if count <= MISHEARD]
    scored = []
    for one in found:
        text = texts.get(one.key, "")
        said = [fold(text[first:last]) for first, last in analysis.spans(text)]
        alike = [max((likeness(own, word) for own in said), default=0.0) for word in misheard]
        if alike and min(alike) >= ALIKE:
            scored.append(replace(one, score=min(alike)))
    return sorted(scored, key=lambda one: (-one.score, -one.said_at.timestamp(), one.key))


def _texts(connection: Connection, keys: Sequence[Key]) -> dict[Key, str]:
    place = tuple_(utterances.c.call, utterances.c.number)
    query = select(utterances.c.call, utterances.c.number, utterances.c.text).where(place.in_(keys))
    return {(call, number): text for call, number, text in connection.execute(query)} if keys else {}
