"""Phrases that name danger or vulnerability: whoever says one is not left waiting, whatever the models think.

A list that people read and reviewed, and nothing learnt; it sets a floor under the distress score and says why. It is
careful of negation ("kein Notfall"), of cases that are only thought of ("falls mal ein Notfall ist") and of idioms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stimmung.calls.safety_file import (
    CONTEXT_WORDS,
    FILE,
    FLOORS,
    Category,
    Context,
    Entry,
    Floor,
    PhraseList,
    read_phrases,
)
from stimmung.calls.safety_patterns import KEY, Phrase
from stimmung.calls.safety_text import FoldedText, fold

LOOK_AHEAD = 80  # characters after a phrase in which a negation may follow: four short words and a "nicht"


@dataclass(frozen=True, slots=True)
class SafetyHit:
    """A phrase that was found: `text[start:end]` is the `quote`, `floor` the state below which the caller is not put.

    `reason` says in English what the phrase does: "names an emergency".
    """

    category: Category
    floor: Floor
    reason: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry that matches words `first` to `last`."""

    entry: Entry
    first: int
    last: int

    @property
    def weight(self) -> tuple[int, int]:
        return FLOORS.index(self.entry.floor), self.last - self.first


@dataclass(frozen=True, slots=True)
class _Searchable:
    """The phrases of a language, by the first letters of the word that they begin with."""

    phrases: PhraseList
    entries: Mapping[str, tuple[Entry, ...]]
    innocent: Mapping[str, tuple[Phrase, ...]]


class SafetyPhrases:
    """Finds phrases in what customers say; build it once, it keeps no state.

    What it does not understand: time ("last year" beside a phrase changes nothing, though most phrases stand in the
    present), who is meant (a neighbour's emergency is one), irony, quotations, and a negation that is far from its
    phrase or in a sentence of its own. Where in doubt it finds: a person sees a false alarm in seconds.
    """

    def __init__(self, lists: Mapping[str, PhraseList]) -> None:
        self._lists = {language: _searchable(phrases) for language, phrases in lists.items()}

    @classmethod
    def load(cls, file: Path = FILE) -> "SafetyPhrases":
        """Read the list that is shipped, or another one; raise `SettingsError` where it cannot be used."""
        return cls(read_phrases(file))

    @property
    def entries(self) -> Mapping[str, tuple[Entry, ...]]:
        """All entries by language, as they stand in the file."""
        return {language: searchable.phrases.entries for language, searchable in self._lists.items()}

    def find(self, text: str, language: str) -> tuple[SafetyHit, ...]:
        """Return what a text names, in its order, a category at most once for the same words.

        `language` is a code such as `de`; the phrases of all languages are looked for where it is another or empty.
        """
        known = self._lists.get(language)
        folded = fold(text)
        found: list[_Found] = []
        for searchable in (known,) if known else self._lists.values():
            found += _find(folded, searchable)
        return tuple(_hit(item, folded, text) for item in _strongest(found))


def _searchable(phrases: PhraseList) -> _Searchable:
    entries: dict[str, tuple[Entry, ...]] = {}
    innocent: dict[str, tuple[Phrase, ...]] = {}
    for entry in phrases.entries:
        for key in entry.phrase.keys:
            entries[key] = (*entries.get(key, ()), entry)
    for phrase in phrases.innocent:
        for key in phrase.keys:
            innocent[key] = (*innocent.get(key, ()), phrase)
    return _Searchable(phrases, entries, innocent)


def _find(text: FoldedText, searchable: _Searchable) -> list[_Found]:
    found = []
    for index, word in enumerate(text.words):
        for entry in searchable.entries.get(word.text[:KEY], ()):
            match = entry.phrase.expression.match(text.line, text.starts[index])
            if match is not None:
                item = _Found(entry, index, text.last_word(index, match.end()))
                if not _taken_back(item, text, searchable.phrases.context):
                    found.append(item)
    innocent = set(_innocent_words(text, searchable)) if found else set()
    return [item for item in found if innocent.isdisjoint(range(item.first, item.last + 1))]


def _innocent_words(text: FoldedText, searchable: _Searchable) -> Iterator[int]:
    for index, word in enumerate(text.words):
        for phrase in searchable.innocent.get(word.text[:KEY], ()):
            match = phrase.expression.match(text.line, text.starts[index])
            if match is not None:
                yield from range(index, text.last_word(index, match.end()) + 1)


def _taken_back(found: _Found, text: FoldedText, context: Context) -> bool:
    before = context.clause.split(text.before(found.first, CONTEXT_WORDS))[-1]
    if context.negated_before.search(before):
        return True
    if not found.entry.even_if and context.hypothetical.search(before):
        return True
    place = text.ends[found.last]
    after = text.line[place : place + LOOK_AHEAD].partition(".")[0].partition(",")[0]
    return context.negated_after.match(after) is not None


def _strongest(found: Sequence[_Found]) -> list[_Found]:
    """Of finds of one category that share words keep the one with the highest floor, of these the longest."""
    kept: list[_Found] = []
    latest: dict[str, int] = {}  # where the last find of a category stands in `kept`
    for item in sorted(found, key=lambda item: item.first):
        place = latest.get(item.entry.category)
        if place is not None and item.first <= kept[place].last:
            kept[place] = max(kept[place], item, key=lambda rival: rival.weight)
        else:
            latest[item.entry.category] = len(kept)
            kept.append(item)
    return kept


def _hit(found: _Found, folded: FoldedText, text: str) -> SafetyHit:
    start, end = folded.words[found.first].start, folded.words[found.last].end
    entry = found.entry
    return SafetyHit(entry.category, entry.floor, entry.reason, text[start:end], start, end)
