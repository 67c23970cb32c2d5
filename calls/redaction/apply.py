"""Findings taken out of utterances: a placeholder for the words, a bleep for their sound, a count for the record."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from stimmung.calls.redaction.bleeping import Lost, bleep
from stimmung.calls.redaction.records import Finding, Identifier, Original, Part, Redacted
from stimmung.calls.redaction.tokens import words_of
from stimmung.speech.records import Utterance, Word

LEAD = re.compile(r"^[(\[{\"'„“‚»«¿¡]+(?=\w|\+)")
TRAIL = re.compile(r"(?<=[\w\])%€])[^\w\s]+$")


def apply(utterances: Sequence[Utterance], findings: Sequence[Finding], lost: Sequence[Lost] = ()) -> Redacted:
    """Return utterances without what was found; the parts of findings do not overlap.

    Words that stay keep their times and probabilities; a placeholder lasts from the first word it stands for to the
    last. What was computed of an utterance's sound or text stays with it.
    """
    by_utterance: dict[int, list[tuple[Part, Identifier]]] = {}
    for finding in findings:
        for part in finding.parts:
            by_utterance.setdefault(part.utterance, []).append((part, finding.kind))
    clear = list(utterances)
    originals: list[Original] = []
    for place in sorted(by_utterance):
        parts = sorted(by_utterance[place], key=lambda one: one[0].first)
        said = utterances[place]
        clear[place] = _without(said, parts)
        originals.append(Original(place, said.text, said.words))
    counts = Counter(finding.kind for finding in findings)
    bleeps = tuple(bleep(utterances, findings, lost))
    return Redacted(tuple(clear), bleeps, MappingProxyType(dict(sorted(counts.items()))), tuple(originals))


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
