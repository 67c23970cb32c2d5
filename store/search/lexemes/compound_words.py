"""The words that German compounds are made of, with the forms that they take first, inside and last."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType

from stimmung.store.search.lexemes.folding import fold

FILE = "data/german_words.txt"
LINKED = ("ung", "heit", "keit", "schaft", "ion", "tat", "ling", "en")  # folded; a part of more has an `s` behind it
ABSTRACT = ("ung", "heit", "keit", "schaft", "ion", "tat", "ling")  # folded; a linking `s` and no other
ADJECTIVE_ENDINGS = ("", "e", "en", "er", "es", "em")
UNSTRESSED = re.compile(r"[^aeiou]e[rl]$")  # `Fehler`, `Artikel`; not `Spiel`
SHORTEST_TELLING = 5  # letters: `art` and `amt` end many a word
SHORTEST_WITHOUT_E = 6  # letters: `adresse` first is `adress`, `karte` never `kart`


@dataclass(frozen=True, slots=True)
class First:
    """A form that another part follows: any of what it stands for, and whether an unknown word may follow.

    `inner` are words that these are made of.
    """

    words: tuple[str, ...]
    before_unknown: bool = False
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Last:
    """A form that ends a compound: what it stands for, whether an unknown word may precede; `inner` as above."""

    words: tuple[str, ...]
    after_unknown: bool = False
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompoundWords:
    """Forms, folded, by what they may be in a compound; `whole` are cut no further than into what they name."""

    first: dict[str, First] = field(default_factory=dict)
    last: dict[str, Last] = field(default_factory=dict)
    whole: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_compound_words(more: Mapping[str, Sequence[str]] = MappingProxyType({})) -> CompoundWords:
    """Read the list that comes along and add `more` nouns in small letters, each with the words it is made of.

    They may stand beside unknown words on both sides.
    """
    text = resources.files(__package__).joinpath(FILE).read_text("utf-8")
    words = CompoundWords()
    add = {"nouns": _add_noun, "heads": _add_head, "adjectives": _add_adjective, "first": _add_first}
    for section, entry in _entries(text):
        if section in add:
            add[section](words, entry)
        else:
            words.whole[fold(entry)] = ()
    for noun, parts in more.items():
        _add_noun(words, f"{noun}*>" + (f"={','.join(parts)}" if parts else ""))
    return words


def _entries(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            yield from ((section, entry) for entry in line.split())


def _add_noun(words: CompoundWords, entry: str) -> None:
    marked, _, inner = entry.partition("=")
    noun = marked.rstrip("*>")
    parts = tuple(inner.split(",")) if inner else ()
    _add_last(words, noun, parts, after_unknown="*" in marked and len(noun) >= SHORTEST_TELLING)
    telling = _telling_forms(fold(noun), linked=marked.endswith(">>")) if ">" in marked else ()
    for form in _first_forms(fold(noun)):
        if form not in words.first or form == fold(noun):
            words.first[form] = First((noun,), form in telling and len(form) >= SHORTEST_TELLING, parts)


def _add_head(words: CompoundWords, entry: str) -> None:
    _add_last(words, entry.rstrip("*"), (), after_unknown=entry.endswith("*") and len(entry) > SHORTEST_TELLING)


def _add_last(words: CompoundWords, noun: str, parts: tuple[str, ...], after_unknown: bool) -> None:
    own = fold(noun)
    for form in _last_forms(own):
        known = words.last.get(form)
        if known is None or (form == own and fold(known.words[0]) != own):  # `zähler` rather than a plural of `zahl`
            words.last[form] = Last((noun,), after_unknown, parts)
            words.whole[form] = parts


def _add_adjective(words: CompoundWords, entry: str) -> None:
    for ending in ADJECTIVE_ENDINGS:
        words.last.setdefault(fold(entry) + ending, Last((entry,)))


def _add_first(words: CompoundWords, entry: str) -> None:
    form, _, found_by = entry.partition(":")
    known = words.first.get(fold(form))
    names = (*found_by.split(","), *(known.words if known else ()))
    inner = known.inner if known else ()
    words.first[fold(form)] = First(tuple(dict.fromkeys(names)), bool(known and known.before_unknown), inner)


def _first_forms(noun: str) -> tuple[str, ...]:
    if noun.endswith(ABSTRACT):
        return (noun, noun + "s")
    if noun.endswith("e"):
        bare = (noun[:-1],) if len(noun) >= SHORTEST_WITHOUT_E else ()
        return (noun, noun + "n", *bare)
    if UNSTRESSED.search(noun):
        return (noun, noun + "s", noun + "n")
    return (noun, noun + "s", noun + "es", noun + "e", noun + "en")


def _telling_forms(noun: str, linked: bool) -> tuple[str, ...]:
    """Return the forms before an unknown word: they must not take a letter of it (`Telefon|seelsorge`)."""
    if linked or noun.endswith(LINKED):
        return (noun + "s", noun + "es")
    return (noun, noun + "n") if noun.endswith("e") else (noun, noun + "en")


def _last_forms(noun: str) -> tuple[str, ...]:
    if noun.endswith(ABSTRACT):
        return (noun, noun + "en", noun + "s")
    if noun.endswith("e"):
        return (noun, noun + "n", noun + "s")
    if UNSTRESSED.search(noun):
        return (noun, noun + "s", noun + "n", *((noun + "in", noun + "innen") if noun.endswith("r") else ()))
    return (noun, noun + "s", noun + "es", noun + "e", noun + "en", noun + "er", noun + "ern")
