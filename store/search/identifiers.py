"""Identifiers in a search that is to be kept: customers' keys and whatever redaction would take out of what was said.

A search names them freely; what is kept of one outlives the people in it, and no erasure looks there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from stimmung.calls.redacting import Redacting, veiled_moments
from stimmung.store.membership import among
from stimmung.store.pseudonyms import open_secret
from stimmung.store.schema import calls
from stimmung.store.search.language.query import All, Any, Field, Near, Node, Not, Phrase, Prefix, Query, Word

LANGUAGES: Final = ("de", "en")  # nobody says in which one a search is; some words name a number in one only
LONGEST_KEY: Final = 4  # words that are tried together as a key
SIGNS: Final = re.compile(r"[\W_]+")
EDGES: Final = "\"'~()|*,;:.!?-"  # of the query language, and of sentences
# `hold>60`, `since:7d`, `queue:"Technik Nord"`: their values are judged as what they were read as.
FILTER: Final = re.compile(r"""(?<![\w"])[^\W\d_][\w.]*(?: ?[<>≤≥]=? ?-?|[:=])(?:"[^"]*"|[^\s()|]*)""")
NAMED: Final = frozenset({Field.META, Field.QUEUE, Field.TEAM})  # filters whose values are a deployment's own


@dataclass(frozen=True, slots=True)
class Guard:
    """What tells identifiers: a redactor, the deployment's patterns of customer numbers, the secret of pseudonyms."""

    redactor: Redacting
    patterns: Sequence[str]
    secret_file: Path

    def found_in(self, connection: Connection, query: Query) -> str | None:
        """Return the type of an identifier in what was typed, None where there is none. Raises StoreError."""
        words = list(_words(query.words))
        texts = (FILTER.sub(" ", query.text), " ".join(words), *query.meaning, *_values(query))
        found = (kind for text in texts if (kind := self.kind_in(text)) is not None)
        if (first := next(found, None)) is not None:
            return first
        kept = self._is_kept(connection, [*_runs(words), *_runs(query.text.split()), *_runs_of_values(query)])
        return "CUSTOMER_NUMBER" if kept else None

    def named_in(self, connection: Connection, name: str) -> str | None:
        """Return the type of an identifier in the name of a search, None where there is none. Raises StoreError."""
        if (kind := self.kind_in(name)) is not None:
            return kind
        return "CUSTOMER_NUMBER" if self._is_kept(connection, list(_runs(name.split()))) else None

    def kind_in(self, text: str) -> str | None:
        """Return the type of an identifier in a text; customers' numbers also with signs and blanks in them."""
        readable = veiled_moments(text)
        for language in LANGUAGES:
            for one in self.redactor.find_in_text(readable, language):
                return one.kind
        patterns = [re.compile(one, re.IGNORECASE) for one in self.patterns]
        joined = [SIGNS.sub("", "".join(run)) for run in _runs(readable.split())]
        return "CUSTOMER_NUMBER" if any(one.fullmatch(run) for one in patterns for run in joined) else None

    def _is_kept(self, connection: Connection, runs: Sequence[Sequence[str]]) -> bool:
        """Say whether words together are the key of a customer with calls: many deployments tell no pattern.

        Case counts in keys (`secret.normalised`), but who types one as a word may not mind it.
        """
        parted = [[core for word in run if (core := word.strip(EDGES))] for run in runs]
        keys = {sign.join(run) for run in parted for sign in ("", " ", "-")}
        forms = {form for key in keys if key for form in (key, key.upper(), key.lower())}
        secret = open_secret(connection, self.secret_file)
        values = [one.value for form in forms for one in secret.pseudonyms("customer", form)]
        return (
            connection.scalar(select(calls.c.id).where(among(calls.c.customer_pseudonym, values)).limit(1)) is not None
        )


def _words(node: Node | None) -> Iterator[str]:
    """Yield the words of a query in their order, those that are left out too."""
    match node:
        case Word(text) | Prefix(text):
            yield text
        case Phrase(words) | Near(words):
            yield from words
        case All(parts) | Any(parts):
            for part in parts:
                yield from _words(part)
        case Not(part):
            yield from _words(part)


def _values(query: Query) -> Iterator[str]:
    """Yield what a deployment's own values are asked to be; of metadata as a key and what stands under it: `pin: 1`."""
    for one in query.filters:
        for value in one.values if one.field in NAMED else ():
            yield f"{SIGNS.sub(' ', one.key)}: {value}" if one.key else str(value)


def _runs_of_values(query: Query) -> Iterator[Sequence[str]]:
    for one in query.filters:
        for value in one.values:
            if isinstance(value, str):
                yield from _runs(value.split())


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield each word, and words that follow each other."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + LONGEST_KEY, len(words)) + 1):
            yield words[first:last]
