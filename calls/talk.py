"""Who talks when: each channel's utterances as runs of talk, and the arithmetic of spans that the metrics need.

A run is what one channel says without a pause longer than half a second, however the recogniser cut it into utterances.
The words' own times make it up: an utterance may hold pauses, and its edges are no more than its words'.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stimmung.speech.records import Span, Utterance

# s: a shorter pause is breath or thought within a turn. The next speaker's turn comes after 0.2 s most often, so a
# longer one is an offer to take over (Heldner and Edlund 2010, Journal of Phonetics 38).
PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """What a channel says without a pause; `start` < `end` in seconds, `text` as the recogniser wrote it."""

    channel: int
    start: float
    end: float
    text: str


def runs_of(utterances: Iterable[Utterance], channel: int, duration: float) -> list[Run]:
    """Return a channel's runs in order, none touching the next, cut at `duration` seconds.

    An utterance whose words have no times is one run from its start to its end.
    """
    pieces = [piece for one in utterances if one.channel == channel for piece in _pieces(one)]
    pieces.sort(key=lambda piece: piece.start)
    found: list[Run] = []
    texts: list[str] = []
    start = end = 0.0
    for piece in pieces:
        if texts and piece.start - end > PAUSE:
            found.append(Run(channel, start, min(end, duration), " ".join(texts)))
            texts = []
        if not texts:
            start = end = piece.start
        texts.append(piece.text)
        end = max(end, piece.end)
    if texts:
        found.append(Run(channel, start, min(end, duration), " ".join(texts)))
    return [run for run in found if run.start < run.end]


def _pieces(utterance: Utterance) -> Iterator[Run]:
    """Yield an utterance cut at its longer pauses."""
    words = utterance.words
    if not words:
        yield Run(utterance.channel, max(0.0, utterance.start), utterance.end, utterance.text)
        return
    cuts = [at for at, (one, other) in enumerate(pairwise(words), start=1) if other.start - one.end > PAUSE]
    for first, last in pairwise([0, *cuts, len(words)]):
        text = " ".join(word.text for word in words[first:last]) if cuts else utterance.text
        yield Run(utterance.channel, max(0.0, words[first].start), words[last - 1].end, text)


def covered(spans: Sequence[Span | Run], depth: int = 1) -> list[Span]:
    """Return in order where at least `depth` of `spans` lie over each other; none is empty or touches the next."""
    starts, ends = sorted([span.start for span in spans]), sorted([span.end for span in spans])
    found: list[Span] = []
    # Before ends[i] at most i spans have ended, and from starts[i + depth - 1] on i + depth have begun.
    for start, end in zip(starts[depth - 1 :], ends, strict=False):
        if start >= end:
            continue
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return found


def gaps(spans: Sequence[Span], duration: float) -> list[Span]:
    """Return what ordered `spans`, none touching the next, leave of a call of `duration` seconds."""
    edges = [0.0, *(edge for span in spans for edge in (span.start, span.end)), duration]
    return [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def total(spans: Iterable[Span | Run]) -> float:
    """Return the seconds of `spans` together; what overlaps counts twice."""
    return sum(span.end - span.start for span in spans)


def spread(spans: Iterable[Span | Run], step: float, count: int) -> list[float]:
    """Return how many seconds of `spans` lie in each of `count` steps of `step` seconds from 0."""
    shares = [0.0] * count
    for span in spans:
        for place in range(int(span.start / step), count):
            begin = place * step
            if begin >= span.end:
                break
            shares[place] += min(span.end, begin + step) - max(span.start, begin)
    return shares
