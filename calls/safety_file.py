"""The file of safety phrases, read and checked: `data/safety_phrases.toml`, or one of a deployment's own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from stimmung.calls.safety_patterns import PatternReader, Phrase, Vocabulary
from stimmung.speech.errors import SettingsError

FILE = Path(__file__).resolve().parent / "data" / "safety_phrases.toml"
CONTEXT_WORDS = 8  # so many words around a phrase are looked at for what negates it or makes it a mere case
Category = Literal["emergency", "self_harm", "violence", "medical", "vulnerable"]
Floor = Literal["uneasy", "distressed", "urgent"]
CATEGORIES: tuple[str, ...] = get_args(Category)
FLOORS: tuple[str, ...] = get_args(Floor)  # least first
ENTRY_KEYS = {"phrase", "examples", "not", "floor", "reason"}
CONTEXT_KEYS = set("negators between that after after_between never_between hypothetical hypothetical_between".split())
LANGUAGE_KEYS = {"lists", "context", "innocent", *CATEGORIES}

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of the list, what it means, and what it must and must not be found in."""

    category: Category
    floor: Floor
    reason: str
    phrase: Phrase
    written: str  # the phrase as it stands in the file
    examples: tuple[str, ...]
    near_misses: tuple[str, ...]
    even_if: bool  # counts where it is only said to be possible, too


@dataclass(frozen=True, slots=True)
class Context:
    """What takes back a phrase, as expressions over folded text; those of `before` end where the phrase begins."""

    negated_before: re.Pattern[str]
    negated_after: re.Pattern[str]
    hypothetical: re.Pattern[str]
    clause: re.Pattern[str]  # commas that part what is before from the phrase: not those before "that"


@dataclass(frozen=True, slots=True)
class PhraseList:
    """All phrases of one language; those of `innocent` cover what only looks like one."""

    entries: tuple[Entry, ...]
    innocent: tuple[Phrase, ...]
    context: Context


def read_phrases(file: Path) -> dict[str, PhraseList]:
    """Return the list of each language in `file`, by its code; raise `SettingsError` where it cannot be used."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot read the safety phrases: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not a TOML file: {error}") from error
    categories = _Place(str(file), content).below("categories", allowed=set(CATEGORIES), needed=set(CATEGORIES))
    languages = [key for key in content if key != "categories"]
    if not languages:
        raise SettingsError(f"{file}: holds no language; a table such as [en] is needed")
    return {key: _language(_Place(str(file), content).below(key, LANGUAGE_KEYS), categories) for key in languages}


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of the file and where it stands, for messages."""

    name: str
    table: Table

    def wrong(self, what: str) -> SettingsError:
        return SettingsError(f"{self.name}: {what}")

    def below(self, key: str, allowed: set[str] | None = None, needed: set[str] | None = None) -> "_Place":
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            raise self.wrong(f"'{key}' must be a table")
        place = _Place(f"{self.name}: {key}", table)
        if allowed is not None and (unknown := set(table) - allowed):
            raise place.wrong(f"unknown key '{min(unknown)}'; known are {', '.join(sorted(allowed))}")
        if needed is not None and (missing := needed - set(table)):
            raise place.wrong(f"'{min(missing)}' is missing")
        return place

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"'{key}' must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
            raise self.wrong(f"'{key}' must be a list of texts")
        return tuple(value)

    def some_texts(self, key: str) -> tuple[str, ...]:
        texts = self.texts(key)
        if not texts:
            raise self.wrong(f"'{key}' must hold a phrase")
        return texts

    def truth(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"'{key}' must be true or false")
        return value


def _language(place: _Place, categories: _Place) -> PhraseList:
    names = place.below("lists")
    context = place.below("context", CONTEXT_KEYS)
    lists = {name: names.text(name) for name in names.table}
    try:
        reader = PatternReader(Vocabulary(lists, context.some_texts("never_between")))
        judged = _context(context, reader)
    except ValueError as error:
        raise context.wrong(str(error)) from error
    innocent = tuple(_phrase(place, written, reader) for written in place.texts("innocent"))
    return PhraseList(tuple(_entries(place, categories, reader)), innocent, judged)


def _context(place: _Place, reader: PatternReader) -> Context:
    negators, between = reader.alternatives(place.some_texts("negators")), reader.alternatives([place.text("between")])
    after = (
        f"{reader.alternatives([place.text('after_between')])}{{0,4}}{reader.alternatives(place.some_texts('after'))}"
    )
    cases = reader.alternatives(place.some_texts("hypothetical"))
    impersonal = reader.alternatives([place.text("hypothetical_between")])
    return Context(
        negated_before=re.compile(rf"{negators}{between}{{0,{CONTEXT_WORDS - 1}}}$"),
        negated_after=re.compile(after),
        hypothetical=re.compile(rf"{cases}{impersonal}{{0,{CONTEXT_WORDS - 1}}}$"),
        clause=re.compile(rf",(?!{reader.alternatives([place.text('that')])})"),
    )


def _entries(place: _Place, categories: _Place, reader: PatternReader) -> Iterator[Entry]:
    for category in get_args(Category):
        tables = place.table.get(category, [])
        if not isinstance(tables, list):
            raise place.wrong(f"'{category}' must be a list of tables: write its entries under [[LANGUAGE.{category}]]")
        general = categories.below(category, {"floor", "reason", "even_if"}, {"floor", "reason"})
        for number, table in enumerate(tables, 1):
            if not isinstance(table, dict):
                raise place.wrong(f"'{category}' must be a list of tables")
            yield _entry(_Place(f"{place.name}: {category} {number}", table), category, general, reader)


def _entry(place: _Place, category: Category, general: _Place, reader: PatternReader) -> Entry:
    if unknown := set(place.table) - ENTRY_KEYS:
        raise place.wrong(f"unknown key '{min(unknown)}'; known are {', '.join(sorted(ENTRY_KEYS))}")
    written, examples = place.text("phrase"), place.some_texts("examples")
    floor = place.text("floor", general.text("floor"))
    for known in get_args(Floor):
        if floor == known:
            reason = place.text("reason", general.text("reason"))
            phrase = _phrase(place, written, reader)
            return Entry(
                category, known, reason, phrase, written, examples, place.texts("not"), general.truth("even_if")
            )
    raise place.wrong(f"floor '{floor}' is none of {', '.join(FLOORS)}")


def _phrase(place: _Place, written: str, reader: PatternReader) -> Phrase:
    try:
        return reader.compile(written)
    except ValueError as error:
        raise place.wrong(f"phrase '{written}': {error}") from error
