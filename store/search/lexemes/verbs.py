"""Forms of verbs that stemmers leave apart, and their infinitives: `gekündigt`, `abgebucht`, `storniert`, `paid`."""

import re
from collections.abc import Iterator
from functools import cached_property
from importlib import resources

from stimmung.store.search.lexemes.folding import lowered

GERMAN = "data/german_verbs.txt"
ENGLISH = "data/english_verbs.txt"
FINITE = ("t", "te", "ten", "test", "tet")  # behind the stem of a weak verb; the stemmer takes `-e`, `-en`, `-st`
ENDINGS = ("", "e", "en", "er", "es", "em")  # of a participle that stands before a noun
NEEDS_E = re.compile(r"(?:[dt]|[^aeiouhlr][mn])$")  # `melde|t`, `öffne|t`; not `nehm|t`, `lern|t`
DIGRAPH = re.compile(r"[ao]e|(?<![aeq])ue")  # umlauts as typed abroad: `geaendert`
FOREIGN = re.compile(r"(.+[^e]ier)t(?:e|en|er|es|em|est|et)?")  # verbs in -ieren, listed or not


class Verbs:
    """Knows the infinitives of forms. The lists are read when they are first needed."""

    @cached_property
    def _german(self) -> dict[str, str]:
        forms: dict[str, str] = {}
        for line in _lines(GERMAN):
            for form, infinitive in _german_forms(line):
                forms.setdefault(lowered(form), infinitive)
        return forms

    @cached_property
    def _english(self) -> dict[str, str]:
        return {form: base for base, *forms in map(str.split, _lines(ENGLISH)) for form in forms}

    def infinitive(self, word: str, language: str) -> str:
        """Return the infinitive of a form in small letters, in `de` or `en`; empty for any other word."""
        if language == "en":
            return self._english.get(word, "")
        if known := self._german.get(word) or self._german.get(DIGRAPH.sub(_umlaut, word)):
            return known
        found = FOREIGN.fullmatch(word)
        return found[1] + "en" if found else ""


def _lines(file: str) -> list[str]:
    lines = resources.files(__package__).joinpath(file).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _german_forms(line: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of a line of the list with their infinitives, those with prefixes as verbs of their own."""
    regular, _, irregular = line.partition(":")
    marked, *prefixes = regular.split()
    infinitive = marked.rstrip("!?")
    stem = infinitive.removesuffix("en") if infinitive.endswith("en") else infinitive.removesuffix("n")
    finite = irregular.split()
    participles = [form for form in finite if form.startswith("ge") or ("!" in marked and form.endswith("en"))]
    if not irregular:
        link = "e" if NEEDS_E.search(stem) else ""
        finite = [stem + link + ending for ending in FINITE]
        participles = [("" if "!" in marked else "ge") + stem + link + "t"]
    nouns = [stem.removesuffix("e") + "ung" + ending for ending in ("", "en", "s")] if "?" in marked else []
    inflected = [participle + ending for participle in participles for ending in ENDINGS]
    for form in (*finite, *inflected, *nouns):
        yield form, infinitive
    for prefix in prefixes:
        yield prefix + "zu" + infinitive, prefix + infinitive
        current = [form for form in finite if form.endswith("t")]  # `anruft`, never `aufgaben`: a noun
        for form in (*current, *inflected, *nouns):
            yield prefix + form, prefix + infinitive


def _umlaut(found: re.Match[str]) -> str:
    return {"ae": "ä", "oe": "ö", "ue": "ü"}[found.group()]
