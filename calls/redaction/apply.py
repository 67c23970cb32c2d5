"""Findings taken out of utterances: a placeholder for the words, a bleep for their sound, a count for the record."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from stimmung.calls.redaction.records import Bleep, Finding, Identifier, Original, Part, Redacted
from stimmung.calls.redaction.tokens import words_of
from stimmung.speech.records import Span, Utterance, Word

# s by which recognisers begin a word too late or end it too early; a word beside it that stays is not cut for it.
MARGIN = 0.4
LONGEST_PAUSE = 12.0  # s of silence between two groups of a number that are bleeped with them
LEAD = re.compile(r"^[(\[{\"'„“‚»«¿¡]+(?=\w|\+)")
TRAIL = re.compile(r"(?<=[\w\])%€])[^\w\s]+$")


def apply(utterances: Sequence[Utterance], findings: Sequence[Finding]) -> Redacted:
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
    bleeps = tuple(_bleeps(utterances, findings))
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


def _bleeps(utterances: Sequence[Utterance], findings: Sequence[Finding]) -> list[Bleep]:
    """Return what must not be heard: whatever was said in these utterances between the words that stay.

    Recognisers drop words of a number and place others late, and a pause between two groups may hold a third.
    """
    taken = {(part.utterance, word) for one in findings for part in one.parts for word in range(part.first, part.last)}
    kept = _kept(utterances, taken)
    bleeps = []
    for finding in findings:
        spans: dict[int, list[Span]] = {}
        for part in finding.parts:
            utterance = utterances[part.utterance]
            spans.setdefault(utterance.channel, []).append(_span(utterance, part, taken))
        for channel, said in spans.items():
            bleeps += [Bleep(channel, span, finding.kind) for span in _joined(said, kept.get(channel, []))]
    return sorted(bleeps, key=lambda one: (one.span.start, one.channel, one.span.end))


def _span(utterance: Utterance, part: Part, taken: set[tuple[int, int]]) -> Span:
    """Return a part's time: from the end of the last word that stays, or the utterance's start, to the next or its end.

    Between two placeholders it ends halfway.
    """
    words = utterance.words
    if not words:
        return Span(utterance.start, utterance.end)
    first, last = words[part.first], words[part.last - 1]
    start, end = min(utterance.start, first.start), max(utterance.end, last.end)
    if part.first:
        before = words[part.first - 1]
        start = (before.end + first.start) / 2 if (part.utterance, part.first - 1) in taken else before.end
    if part.last < len(words):
        behind = words[part.last]
        end = (last.end + behind.start) / 2 if (part.utterance, part.last) in taken else behind.start
    return Span(min(start, first.start), max(end, last.end))


def _kept(utterances: Sequence[Utterance], taken: set[tuple[int, int]]) -> dict[int, list[Span]]:
    """Return by channel when words are said that stay, ordered by their start."""
    kept: dict[int, list[Span]] = {}
    for place, utterance in enumerate(utterances):
        words = (word for number, word in enumerate(utterance.words) if (place, number) not in taken)
        kept.setdefault(utterance.channel, []).extend(Span(word.start, word.end) for word in words)
    return {channel: sorted(spans, key=lambda span: span.start) for channel, spans in kept.items()}


def _joined(spans: Sequence[Span], kept: Sequence[Span]) -> list[Span]:
    """Join spans between which nothing is kept, and widen each by a margin that stops at what is kept."""
    starts = [span.start for span in kept]
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if (
            joined
            and span.start - joined[-1].end <= LONGEST_PAUSE
            and not _lies_between(starts, joined[-1].end, span.start)
        ):
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return [_widened(span, kept, starts) for span in joined]


def _lies_between(starts: Sequence[float], begin: float, end: float) -> bool:
    return bisect_left(starts, begin) < bisect_left(starts, end)


def _widened(span: Span, kept: Sequence[Span], starts: Sequence[float]) -> Span:
    place = bisect_left(starts, span.start)
    before = kept[place - 1].end if place else 0.0
    behind = bisect_left(starts, span.end)
    after = starts[behind] if behind < len(starts) else span.end + MARGIN
    start = max(span.start - MARGIN, min(before, span.start), 0.0)
    return Span(start, min(span.end + MARGIN, max(after, span.end)))
