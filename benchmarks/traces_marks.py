"""What must not be found of the sample calls: their planted identifiers, as written and as heard, and their keys.

`redaction_texts/samples.tsv` lists what is said; keys of customers and agents come with the calls.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final, Literal

from corpus import SAMPLES
from normalise import Language
from redaction_items import LETTERS
from redaction_records import Kind, Secret
from redaction_samples import MONO, Planted, read_planted, script
from redaction_scores import MOST_DIGITS, secret_in, telling_words
from redaction_symbols import digits_in
from traces_calls import known
from traces_reading import LONG_RUN, Raw, Reading, digits_of, holds_text, shared_digits

MarkKind = Kind | Literal["CUSTOMER_KEY", "AGENT_KEY"]
NOTHING: Final = Secret()
NEAR: Final = 0.4  # s by which a word may be told to begin or end outside its turn
LIKE: Final = 0.65  # of a word as heard and the one that was said: "Lemann" tells of Lehmann, "können" not of Köln


@dataclass(frozen=True, slots=True)
class Mark:
    """An identifier of a call. `exact` is set for keys: they are searched as they are written."""

    call: str
    kind: MarkKind
    text: str
    language: Language
    secret: Secret = NOTHING
    exact: str = ""

    def read_in(self, reading: Reading) -> str:
        """Return what a reader of the passage learns of it: a word, four of its digits in a row; else nothing."""
        if self.exact:
            return self.exact if self.exact.casefold() in reading.plain else ""
        if words := self.secret.words & reading.words:
            return " ".join(sorted(words))
        shared = (shared_digits(digits, digits_of(reading.told, self.language)) for digits in self.secret.digits)
        return next(filter(None, shared), "")

    def seen_in(self, raw: Raw, usual: frozenset[str] = frozenset()) -> str:
        """Return what stands in bytes: a word but the `usual` ones, so many of its digits that it is no chance."""
        words = {self.exact} if self.exact else self.secret.words
        if found := [word for word in sorted(words - usual) if holds_text(word, raw)]:
            return " ".join(found)
        long = [digits for digits in self.secret.digits if len(digits) >= LONG_RUN]
        stretches = [digits[n : n + LONG_RUN] for digits in long for n in range(len(digits) - LONG_RUN + 1)]
        return next((stretch for stretch in stretches if stretch in raw.runs), "")


def planted_marks(names: Sequence[str]) -> list[Mark]:
    """Return the marks of these calls, as they are written."""
    listed = read_planted()
    marks = []
    for name in names:
        info = known(name)
        language: Language = info["language"]
        for one in listed:
            if one.call == name.removesuffix(MONO):
                marks.append(Mark(name, one.kind, one.text, language, secret_in(one.kind, one.text, language)))
        marks.append(Mark(name, "CUSTOMER_KEY", info["customer"], language, exact=info["customer"]))
        marks.append(Mark(name, "AGENT_KEY", info["agent"], language, exact=info["agent"]))
    return marks


def as_heard(marks: Sequence[Mark], transcripts: Mapping[str, Path]) -> list[Mark]:
    """Add to each mark how a recogniser wrote it, told by what stands in its place where nothing was taken out.

    `transcripts` are results of `analyze --json` by call. A word that is said or heard elsewhere tells nobody apart.
    """
    heard = {name: json.loads(path.read_text("utf-8")) for name, path in transcripts.items()}
    places = {n: _words_for(mark, heard[mark.call]) for n, mark in enumerate(marks) if not mark.exact}
    usual = _elsewhere(marks, heard, places)
    complete: list[Mark] = []
    for n, mark in enumerate(marks):
        texts = [word["text"] for word in places.get(n, ())]
        if not texts:
            complete.append(mark)
            continue
        text = " ".join(texts)
        alike = [word for word in telling_words(text, mark.language) if _is_like(word, mark.secret.words)]
        words = frozenset(alike) - usual
        digits = digits_in(text, mark.language)
        more = (digits,) if len(digits) > MOST_DIGITS else ()
        secret = replace(mark.secret, words=mark.secret.words | words, digits=mark.secret.digits + more)
        complete.append(replace(mark, secret=secret))
    return complete


def _words_for(mark: Mark, heard: dict[str, Any]) -> list[dict[str, Any]]:  # Any: JSON
    """Return the recognised words that stand where the mark was said."""
    turns = json.loads((SAMPLES / f"{mark.call}.truth.json").read_text("utf-8"))["utterances"]
    assert mark.kind != "CUSTOMER_KEY"
    assert mark.kind != "AGENT_KEY"
    said = script(mark.call, [Planted(mark.call, mark.kind, mark.text)])
    found: list[dict[str, Any]] = []
    for n, turn in enumerate(turns):
        wanted = {place for number, place in said.words if number == n}
        if not wanted:
            continue
        own = [
            word
            for one in heard["utterances"]
            for word in one["words"]
            if one["channel"] == turn["channel"]
            and turn["start"] - NEAR <= (word["start"] + word["end"]) / 2 <= turn["end"] + NEAR
        ]
        own.sort(key=lambda word: float(word["start"]))
        found += _opposite([word.text for word in said.call[n].words], wanted, own)
    return found


def _opposite(written: Sequence[str], wanted: set[int], own: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the recognised words that stand opposite the wanted ones of those that were written."""
    left = [_folded(word) for word in written]
    right = [_folded(word["text"]) for word in own]
    for _, first, last, begin, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        share = (end - begin) / (last - first) if last > first else 0.0
        chosen = set()
        for place in wanted & set(range(first, last)):
            low, high = begin + (place - first) * share, begin + (place - first + 1) * share
            chosen |= set(range(math.floor(low), math.ceil(high)))
        yield from (own[place] for place in sorted(chosen))


def _elsewhere(
    marks: Sequence[Mark], heard: Mapping[str, dict[str, Any]], places: Mapping[int, list[dict[str, Any]]]
) -> frozenset[str]:
    """Return the words that are said in a script, or were heard in a call, outside of what was planted."""
    taken = {id(word) for words in places.values() for word in words}
    texts = [
        word["text"]
        for call in heard.values()
        for one in call["utterances"]
        for word in one["words"]
        if id(word) not in taken
    ]
    planted = {word for mark in marks for word in mark.secret.words}
    for name in {mark.call for mark in marks}:
        turns = json.loads((SAMPLES / f"{name}.truth.json").read_text("utf-8"))["utterances"]
        texts += [turn["text"] for turn in turns]
    return frozenset(word for text in texts for word in LETTERS.findall(text.casefold())) - planted


def _is_like(heard: str, said: Iterable[str]) -> bool:
    return any(SequenceMatcher(None, heard, word, autojunk=False).ratio() >= LIKE for word in said)


def _folded(word: str) -> str:
    return "".join(LETTERS.findall(word.casefold()))
