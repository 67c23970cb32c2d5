"""The stretches of sound that must not be heard: more than the words that were found.

A recogniser drops words of a number, places others late, writes groups that were seconds apart as one word at the end
of them, or writes nothing down at all. Silence is bleeped sooner than a digit is left.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stimmung.calls.redaction.records import Bleep, Finding, Identifier, Part
from stimmung.speech.records import Span, Utterance

MARGIN = 0.4  # s by which recognisers begin a word too late or end it too early; words that stay are not cut for it
LONGEST_PAUSE = 12.0  # s of silence between two groups of a number that are bleeped with them
SLOWEST = 0.25  # s a digit: in less time than that nobody says several, and part of the number was said before
LONGEST_LOST = 30.0  # s without a word before such a number, or behind a question for one, that are bleeped
SHORTEST_LOST = 1.0  # s: less is how people breathe


@dataclass(frozen=True, slots=True)
class Lost:
    """A number that was asked for or announced and that nobody wrote down; `after` is when that was said (s)."""

    kind: Identifier
    after: float


@dataclass(frozen=True, slots=True)
class _Kept:
    """Words that stay: their starts and ends, each in its order."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def last_before(self, time: float) -> float:
        place = bisect_right(self.ends, time)
        return self.ends[place - 1] if place else 0.0

    def first_from(self, time: float) -> float | None:
        place = bisect_left(self.starts, time)
        return self.starts[place] if place < len(self.starts) else None

    def lie_between(self, begin: float, end: float) -> bool:
        return bisect_left(self.starts, begin) < bisect_left(self.starts, end)


def bleep(utterances: Sequence[Utterance], findings: Sequence[Finding], lost: Sequence[Lost] = ()) -> list[Bleep]:
    """Return the stretches to bleep, ordered by their start; those of one channel may overlap."""
    taken = {(part.utterance, word) for one in findings for part in one.parts for word in range(part.first, part.last)}
    channels = sorted({one.channel for one in utterances})
    everybody = _kept(utterances, taken, channels)
    kept = {channel: _kept(utterances, taken, [channel]) for channel in channels}
    bleeps = []
    for finding in findings:
        spans: dict[int, list[Span]] = {}
        for part in finding.parts:
            utterance = utterances[part.utterance]
            span = _spread(_span(utterance, part, taken), utterance, part, everybody)
            spans.setdefault(utterance.channel, []).append(span)
        for channel, said in spans.items():
            bleeps += [Bleep(channel, span, finding.kind) for span in _joined(said, kept[channel])]
    for one in lost:
        bleeps += _lost(one, everybody, channels, max((said.end for said in utterances), default=0.0))
    return sorted(bleeps, key=lambda one: (one.span.start, one.channel, one.span.end))


def _kept(utterances: Sequence[Utterance], taken: set[tuple[int, int]], channels: Iterable[int]) -> _Kept:
    words = [
        word
        for place, utterance in enumerate(utterances)
        if utterance.channel in channels
        for number, word in enumerate(utterance.words)
        if (place, number) not in taken
    ]
    return _Kept(tuple(sorted(word.start for word in words)), tuple(sorted(word.end for word in words)))


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


def _spread(span: Span, utterance: Utterance, part: Part, everybody: _Kept) -> Span:
    """Begin a span earlier where its digits are too many for it: at the last word before it that anybody said."""
    words = utterance.words[part.first : part.last]
    digits = sum(letter.isdecimal() for word in words for letter in word.text)
    if part.first or digits * SLOWEST <= sum(word.end - word.start for word in words):
        return span
    return Span(max(min(everybody.last_before(span.start), span.start), span.start - LONGEST_LOST), span.end)


def _joined(spans: Sequence[Span], kept: _Kept) -> list[Span]:
    """Join spans between which nothing stays, and widen each by a margin that stops at what stays."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        before = joined[-1] if joined else None
        if before and span.start - before.end <= LONGEST_PAUSE and not kept.lie_between(before.end, span.start):
            joined[-1] = Span(before.start, max(before.end, span.end))
        else:
            joined.append(span)
    return [_widened(span, kept) for span in joined]


def _widened(span: Span, kept: _Kept) -> Span:
    after = kept.first_from(span.end)
    start = max(span.start - MARGIN, min(kept.last_before(span.start), span.start), 0.0)
    return Span(start, span.end + MARGIN if after is None else min(span.end + MARGIN, after))


def _lost(lost: Lost, everybody: _Kept, channels: Sequence[int], end: float) -> list[Bleep]:
    """Return the time behind a question in which nobody said a word that was written down, on every channel."""
    until = everybody.first_from(lost.after)
    until = min(end if until is None else until, lost.after + LONGEST_LOST)
    if until - lost.after < SHORTEST_LOST:
        return []
    return [Bleep(channel, Span(lost.after, until), lost.kind) for channel in channels]
