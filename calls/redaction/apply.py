"""Findings taken out of utterances: a placeholder for the words, a bleep for their sound, a count for the record."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from stimmung.calls.redaction.audible import Near
from stimmung.calls.redaction.bleeping import hide
from stimmung.calls.redaction.records import Finding, Identifier, Original, Part, Redacted
from stimmung.calls.redaction.tokens import words_of
from stimmung.speech.records import Utterance, Word

LEAD = re.compile(r"^(?!\[[A-Z_]+\])[(\[{\"'„“‚»«¿¡]+(?=\w|\+)")
TRAIL = re.compile(r"(?<=[\w\])%€])[^\w\s]+$")


def apply(
    utterances: Sequence[Utterance],
    findings: Sequence[Finding],
    near: Sequence[Near] = (),
    left: Sequence[Finding] = (),
) -> Redacted:
    """Return utterances without what was found; the parts of findings do not overlap.

    Words that stay keep their times and probabilities; a placeholder lasts from the first word it stands for to the
    last. What was computed of an utterance's sound or text stays with it.
    """
    clear = without(utterances, findings)
    changed = sorted({part.utterance for finding in findings for part in finding.parts})
    originals = tuple(Original(place, utterances[place].text, utterances[place].words) for place in changed)
    counts = Counter(finding.kind for finding in findings)
    hidden = hide(utterances, findings, near, left)
    return Redacted(clear, hidden.bleeps, MappingProxyType(dict(sorted(counts.items()))), originals, hidden.unsure)


def without(utterances: Sequence[Utterance], findings: Sequence[Finding]) -> tuple[Utterance, ...]:
    """Return utterances with placeholders for what was found."""
    clear = list(utterances)
    for place, parts in _by_utterance(findings).items():
        clear[place] = _without(utterances[place], parts)
    return tuple(clear)


def placed_back(findings: Sequence[Finding], before: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what was found in utterances without `before` by the words of these utterances as they were."""
    taken = _by_utterance(before)
    return tuple(
        replace(one, parts=tuple(_placed_back(part, taken.get(part.utterance, [])) for part in one.parts))
        for one in findings
    )


def _by_utterance(findings: Sequence[Finding]) -> dict[int, list[tuple[Part, Identifier]]]:
    parts: dict[int, list[tuple[Part, Identifier]]] = {}
    for finding in findings:
        for part in finding.parts:
            parts.setdefault(part.utterance, []).append((part, finding.kind))
    return {place: sorted(ones, key=lambda one: one[0].first) for place, ones in parts.items()}


def _placed_back(part: Part, taken: Sequence[tuple[Part, Identifier]]) -> Part:
    first, last = part.first, part.last
    for earlier, _ in taken:  # each stands for so many words more than the one that replaced it
        more = earlier.last - earlier.first - 1
        first += more if earlier.first < first else 0
        last += more if earlier.first < last else 0
    return Part(part.utterance, first, last)


def _without(utterance: Utterance, parts: Sequence[tuple[Part, Identifier]]) -> Utterance:
    words = words_of(utterance)
    kept: list[Word] = []
    at = 0
    for part, kind in parts:
        kept += words[at : part.first]
        kept.append(_placeholder(words[part.first : part.last], kind))
        at = part.last
    kept += words[at:]
    text = " ".join(word.text for word in kept)
    return replace(utterance, text=text, words=tuple(kept) if utterance.words else ())


def _placeholder(words: Sequence[Word], kind: Identifier) -> Word:
    lead, trail = LEAD.match(words[0].text), TRAIL.search(words[-1].text)
    text = f"{lead[0] if lead else ''}[{kind}]{trail[0] if trail else ''}"
    return Word(words[0].start, words[-1].end, text, min(word.probability for word in words))
