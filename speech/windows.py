"""Speech grouped into utterances, and utterances packed into the windows that the recogniser hears at once.

A window holds whole utterances of one channel, with the long pauses between them taken out: cutting inside speech
makes Whisper's decoder loop, and 15 s is where its encoder costs least for what the decoder gains in context
(docs/decisions/windows.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stimmung.speech.records import SAMPLE_RATE, Piece, Samples, Span, Window


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How speech is grouped; times in seconds."""

    max_pause: float = 0.5  # a longer pause ends an utterance
    max_utterance: float = 13.6  # with its margins it fits a window
    margin: float = 0.2  # kept of the silence around an utterance: soft onsets, and the decoder's sign that it ended
    max_window: float = 14.0  # with the recogniser's second of padding: 15 s


def group_utterances(speech: Sequence[Span], options: WindowOptions | None = None) -> list[tuple[Span, ...]]:
    """Group the spans of one channel, ordered in time, into utterances: spans with only short pauses between."""
    options = options or WindowOptions()
    groups: list[tuple[Span, ...]] = []
    for span in speech:
        if groups and _continues(groups[-1], span, options):
            groups[-1] += (span,)
        else:
            groups.append((span,))
    return groups


def pack_windows(
    samples: Samples, channel: int, speech: Sequence[Span], options: WindowOptions | None = None
) -> list[Window]:
    """Pack the utterances of one channel into windows, in the order of time.

    `samples` is the whole channel, float32 (samples,) at 16 kHz; `speech` its spans of at most `max_utterance`.
    """
    options = options or WindowOptions()
    groups = group_utterances(speech, options)
    padded = _with_margins(groups, samples.shape[0] / SAMPLE_RATE, options.margin)
    windows: list[Window] = []
    begin, length = 0, 0.0
    for index, span in enumerate(padded):
        if index > begin and length + span.duration > options.max_window:
            windows.append(_window(samples, channel, padded[begin:index], groups[begin:index]))
            begin, length = index, 0.0
        length += span.duration
    if padded:
        windows.append(_window(samples, channel, padded[begin:], groups[begin:]))
    return windows


def _continues(group: tuple[Span, ...], span: Span, options: WindowOptions) -> bool:
    return span.start - group[-1].end <= options.max_pause and span.end - group[0].start <= options.max_utterance


def _with_margins(groups: Sequence[tuple[Span, ...]], duration: float, margin: float) -> list[Span]:
    """Widen each utterance by `margin`, at most to the middle of the pause that it shares with its neighbour."""
    ends = [0.0, *(group[-1].end for group in groups)]
    starts = [*(group[0].start for group in groups), duration]
    spans = []
    for index, group in enumerate(groups):
        before, after = group[0].start - ends[index], starts[index + 1] - group[-1].end
        before = before if index == 0 else before / 2
        after = after if index == len(groups) - 1 else after / 2
        spans.append(Span(group[0].start - min(margin, before), group[-1].end + min(margin, max(after, 0.0))))
    return spans


def _window(samples: Samples, channel: int, spans: Sequence[Span], groups: Sequence[tuple[Span, ...]]) -> Window:
    pieces, parts, length = [], [], 0
    for span in spans:
        part = samples[round(span.start * SAMPLE_RATE) : round(span.end * SAMPLE_RATE)]
        pieces.append(Piece(span, length / SAMPLE_RATE))
        parts.append(part)
        length += part.shape[0]
    return Window(channel, np.concatenate(parts), tuple(pieces), tuple(span for group in groups for span in group))
