"""What others wrote about a call, without identifiers: JSON whose keys say what stands under them, and may be one.

A value is judged with its key before it, as a number in a call is with the words before it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from stimmung.calls.redaction.naming_words import NUMBER_NOUNS
from stimmung.calls.redaction.records import TextFinding
from stimmung.calls.redaction.secret_words import NUMERIC, WORDED
from stimmung.calls.redaction.tokens import fold

FindInText = Callable[[str, str], Sequence[TextFinding]]  # of a text in a language
Veil = Callable[[str], str]  # covers what is harmless, every sign in its place

# A key that says by itself that a secret stands under it: `pin`, `wlan_passwort`. Nobody need say a word before it.
SECRET_KEY: Final = re.compile(rf"(?:.* )?(?:{NUMERIC}|{WORDED})")
SECRET: Final = "[SECRET]"
DIGITS: Final = re.compile(r"\d(?:\W*\d){2}")  # of a key, that may begin a number; `address2` begins none
GENERIC: Final = NUMBER_NOUNS | {"value", "wert"}  # keys that say nothing without the one above them: customer, number


@dataclass(frozen=True, slots=True)
class MetadataReader:
    """Finds identifiers in JSON; `veil_name` covers what is harmless in a key, `veil_value` in a value."""

    find: FindInText
    language: str
    veil_name: Veil
    veil_value: Veil

    def redacted(self, values: Mapping[str, Any], above: str = "") -> dict[str, Any]:  # Any: JSON
        """Return an object of JSON without identifiers in keys and values; `above` is the key that it stands under.

        Two keys that become the same are told apart by a number.
        """
        pairs = [(self._key(key, value), key, value) for key, value in values.items()]
        taken = {key for new, key, _ in pairs if new == key}
        names = [key if new == key else _free(new, taken) for new, key, _ in pairs]
        return {name: self._value((above, key), value) for name, (_, key, value) in zip(names, pairs, strict=True)}

    def _key(self, key: str, value: Any) -> str:
        """Return a key without identifiers, nor the beginning of one that its value goes on with."""
        readable = self.veil_name(key).replace("_", " ")  # as a part of a word it would hide a number beside it
        if found := self.find(readable, self.language):
            return without(key, found)
        return without(key, [replace(one, end=len(key)) for one in self._across(readable, _text(value))])

    def _across(self, readable: str, text: str | None) -> Iterator[TextFinding]:
        """Yield what begins with digits in a key and ends in its value."""
        first = DIGITS.search(readable)
        if first is None or text is None:
            return
        named = f"{readable}: "
        for one in self.find(named + self.veil_value(text), self.language):
            if one.start <= first.start() and one.end > len(named):
                yield one

    def _value(self, keys: tuple[str, str], value: Any) -> Any:
        """Return a value without identifiers; `keys` are the one above its own, and its own."""
        if isinstance(value, dict):
            return self.redacted(value, keys[1])
        if isinstance(value, list):
            return [self._value(keys, one) for one in value]
        text = _text(value)
        if not text:
            return value
        if SECRET_KEY.fullmatch(fold(_words_of(keys[1]))):
            return SECRET
        if isinstance(value, float) and not value.is_integer():
            return value  # what has a fraction was measured
        found = list(self._inside(keys, text))
        return without(text, found) if found else value

    def _inside(self, keys: tuple[str, str], text: str) -> Iterator[TextFinding]:
        """Yield what is found in a value: by itself, behind its key, behind both keys, and begun in its key."""
        readable, own = self.veil_value(text), _words_of(keys[1])
        names = ["", f"{own}: "]
        if own in GENERIC:
            names.append(f"{_words_of(keys[0])} {own}: ")
        for named in names:
            for one in self.find(named + readable, self.language):
                if one.end > len(named):
                    yield replace(one, start=max(one.start - len(named), 0), end=one.end - len(named))
        name = self.veil_name(keys[1]).replace("_", " ")
        for one in () if self.find(name, self.language) else self._across(name, text):
            yield replace(one, start=0, end=one.end - len(name) - 2)


def without(text: str, found: Sequence[TextFinding]) -> str:
    """Replace what was found; of findings that lie over each other the first stands for all of them."""
    pieces, end = [], 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            pieces += [text[end : one.start], f"[{one.kind}]"]
        end = max(end, one.end)
    return "".join((*pieces, text[end:]))


def _text(value: Any) -> str | None:
    """Return what a value says; None for what says nothing. A whole number is one however it was written: 4711.0."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _words_of(key: str) -> str:
    """Return the words that a key is made of: `customerNumber` and `customer_number2` are `customer number`."""
    return re.sub(r"[\W\d_]+", " ", re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", key)).strip().lower()


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other key has, and take it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    taken.add(free)
    return free
