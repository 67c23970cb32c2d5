"""Utterances that have the words of a query; where few do, those with words that sound alike, then with some of them.

What has every word comes first. Misheard words are looked for by their sound and must look alike, too. Of the rest, the
rarer the words an utterance has, the better it is: `who was angry about the bill` is found without `who`.
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


@dataclass(frozen=True, slots=True)
class Worded:
    """What was found, best first, and what was tried beyond what was asked.

    `ways` says how each was found, `fits` how much of what was asked for it has, 0 to 1.
    """

    found: Candidates
    ways: Mapping[Key, Way] = field(default_factory=dict)
    fits: Mapping[Key, float] = field(default_factory=dict)
    tried: tuple[str, ...] = ()


def find_words(connection: Connection, analysis: WordAnalysis, words: WordQuery, filters: Wanted) -> Worded:
    """Return what has the words as asked; where that is little and they are a plain list, what comes near it."""
    asked = replace(filters, words=words.every, terms=words.terms, adjacent=words.adjacent)
    found = find_candidates(connection, asked)
    ways: dict[Key, Way] = {one.key: "words" for one in found.best}
    fits = dict.fromkeys(ways, 1.0)
    if found.total >= ENOUGH or not words.plain:
        return Worded(found, ways, fits)
    seen = rarities(connection, words.terms)
    wanted = replace(asked, weights=seen.weights)
    tried = []
    sounding = words.sounding([count <= MISHEARD for count in seen.counts])
    if sounding:
        near = _sounding(connection, analysis, replace(wanted, words=sounding), words, seen)
        new = [one for one in near if one.key not in ways]
        if new:
            tried.append("sound")
            ways |= {one.key: "sound" for one in new}
            fits |= {one.key: one.score for one in new}
            found = _and_then(found, Candidates(tuple(new), len(new)))
    some = words.telling([count < MOST for count in seen.counts]) if found.total < ENOUGH else None
    if some:
        more = find_candidates(connection, replace(wanted, words=some))
        if any(one.key not in ways for one in more.best):
            tried.append(f"some of {len(words.terms)} words")
            for one in more.best:
                ways.setdefault(one.key, "words")
                fits.setdefault(one.key, min(one.score, 1.0))
            found = _and_then(found, more)
    return Worded(found, ways, fits, tuple(tried))


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


def _and_then(first: Candidates, then: Candidates) -> Candidates:
    """Return the first, and behind them those of the second that are not among them."""
    seen = {one.key for one in first.best}
    best = (*first.best, *(one for one in then.best if one.key not in seen))
    return Candidates(best, max(then.total, len(best)), first.complete and then.complete, first.counts or then.counts)
