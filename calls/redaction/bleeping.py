"""The stretches of sound that must not be heard: more than the words that were found.

A recogniser drops words of a number, places others late, writes groups that were seconds apart as one word at the end
of them, or writes nothing down at all. Silence is bleeped sooner than a digit is left.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.redaction.audible import NOBODY, Near, doubtful_words, joined_near, words_in
from stimmung.calls.redaction.records import Bleep, Finding, Part
from stimmung.speech.records import Span, Utterance

MARGIN = 0.4  # s by which recognisers begin a word too late or end it too early; words that stay are not cut for it
LONGEST_PAUSE = 12.0  # s of silence between two groups of a number that are bleeped with them
SLOWEST = 0.25  # s a digit: in less time than that nobody says several, and part of the number was said before
LONGEST_LOST = 30.0  # s without a word before such a number that are bleeped
USUAL = (0, 1)  # channels that may sound though no word of them was written; of one that is not there nothing goes
SHORTEST_GAP = 0.1  # s between words that stay in which anything else can be said
FAST_DIGIT = 0.33  # s: a digit takes longer, and what is written of it as a word beside it is part of it


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

    def inside(self, begin: float, end: float) -> Iterator[Span]:
        """Yield the words that touch a stretch."""
        for place in range(bisect_right(self.ends, begin), len(self.starts)):
            if self.starts[place] >= end:
                return
            yield Span(self.starts[place], self.ends[place])

    def lie_between(self, begin: float, end: float) -> bool:
        return bisect_left(self.starts, begin) < bisect_left(self.starts, end)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Stretches to bleep, and those of which only what sounds in them is; ordered by their start."""

    bleeps: tuple[Bleep, ...]
    unsure: tuple[Bleep, ...] = ()


def hide(
    utterances: Sequence[Utterance],
    findings: Sequence[Finding],
    near: Sequence[Near] = (),
    left: Sequence[Finding] = (),
) -> Hidden:
    """Return what must not be heard; `near` is where numbers are said, `left` are those that may be heard.

    Stretches of one channel may overlap.
    """
    taken = words_in(findings)
    doubtful = doubtful_words(utterances, taken | words_in(left), near)
    taken |= doubtful.keys()
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
            bleeps += [Bleep(utterance.channel, slow, finding.kind) for slow in _spoken_slowly(utterance, part)]
        for channel, said in spans.items():
            bleeps += [Bleep(channel, span, finding.kind) for span in _joined(said, kept[channel])]
    for (place, word), kind in doubtful.items():
        one = utterances[place]
        span = _span(one, Part(place, word, word + 1), taken)
        bleeps += [Bleep(one.channel, wide, kind) for wide in _joined([span], kept[one.channel])]
    wide_near = joined_near(_while_nobody_speaks(one, everybody) for one in near)
    unsure = [
        bleep
        for channel in sorted({*channels, *USUAL})
        for bleep in _between(channel, kept.get(channel, _Kept((), ())), wide_near)
    ]
    return Hidden(_ordered(bleeps), _ordered(unsure))


def _ordered(bleeps: Sequence[Bleep]) -> tuple[Bleep, ...]:
    return tuple(sorted(bleeps, key=lambda one: (one.span.start, one.channel, one.span.end)))


def _while_nobody_speaks(near: Near, everybody: _Kept) -> Near:
    """Return a stretch that begins with the last word before it that stays, and ends with the next, if they are far."""
    start = max(everybody.last_before(near.start), near.start - NOBODY)
    after = everybody.first_from(near.end)
    end = near.end + NOBODY if after is None else min(after, near.end + NOBODY)
    return replace(near, start=max(0.0, min(start, near.start)), end=max(end, near.end))


def _between(channel: int, kept: _Kept, near: Sequence[Near]) -> Iterator[Bleep]:
    """Yield the stretches near numbers in which no word of a channel stays."""
    for one in near:
        start = one.start
        for word in kept.inside(one.start, one.end):
            if word.start - start >= SHORTEST_GAP:
                yield Bleep(channel, Span(start, word.start), one.kind)
            start = max(start, word.end)
        if one.end - start >= SHORTEST_GAP:
            yield Bleep(channel, Span(start, one.end), one.kind)


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


def _spoken_slowly(utterance: Utterance, part: Part) -> Iterator[Span]:
    """Yield the time that a part's digits take at least, where the next word is said to begin before they end."""
    words = utterance.words
    digits = sum(letter.isdecimal() for word in words[part.first : part.last] for letter in word.text)
    if part.last < len(words) and words[part.first].start + FAST_DIGIT * digits > words[part.last].start:
        yield Span(words[part.first].start, words[part.first].start + FAST_DIGIT * digits)


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
