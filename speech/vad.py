"""From speech probabilities to runs of speech: pure arithmetic, tested without a model.

The rules are those of Silero's published post-processing (two thresholds, minimum lengths, a cut where a span grows
too long), without its mixing of samples and seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import Event, Span

Probabilities = npt.NDArray[np.float32]

SMOOTH = 5  # frames averaged to find where to cut: a pause, not the closure of one plosive


@dataclass(frozen=True, slots=True)
class VadOptions:
    """Where speech begins and ends; times in seconds."""

    # A frame at or above `on` begins speech: telephone speech stays below the usual 0.5
    # (docs/decisions/speech-detection.md).
    on: float = 0.25
    off: float = 0.15  # below it silence may begin: hysteresis keeps soft endings
    min_speech: float = 0.1  # shorter bursts are clicks
    min_silence: float = 0.3  # shorter gaps belong to the words around them
    max_speech: float = 13.0  # longer spans are cut where speech is least likely, so that they fit a window


def runs(
    probabilities: Probabilities, min_silence: int, options: VadOptions, *, inside: bool = False
) -> list[tuple[int, int]]:
    """Return (first, last) frames of speech, last exclusive; gaps of fewer than `min_silence` frames are closed.

    `inside`: the first frame lies in a run that began before it.
    """
    active = _hysteresis(probabilities, options.on, options.off, inside)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and first - runs[-1][1] < min_silence:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _hysteresis(probabilities: Probabilities, on: float, off: float, inside: bool) -> npt.NDArray[np.bool_]:
    """Switch on at `on`, off below `off`, and keep the state between: the last decisive frame counts."""
    decisive = np.where(probabilities >= on, 1, np.where(probabilities < off, 0, -1))
    decisive[:1] = np.where(inside, 1, decisive[:1])
    last = np.maximum.accumulate(np.where(decisive >= 0, np.arange(len(decisive)), -1))
    return np.asarray((last >= 0) & (decisive[np.maximum(last, 0)] == 1), dtype=np.bool_)


def cuts(probabilities: Probabilities, first: int, last: int, longest: int, certain: int) -> list[int]:
    """Return borders from `first` to `last`, at most `longest` frames apart, at the least likely frames.

    A cut is looked for in the second half of what fits, so that pieces stay long. Up to `certain`, at most `last`, a
    border is due; beyond it the last piece may be longer for now.
    """
    borders = [first]
    padded = np.pad(probabilities[first:last], SMOOTH // 2, mode="edge")
    smooth = np.convolve(padded, np.ones(SMOOTH) / SMOOTH, mode="valid")
    while certain - borders[-1] > longest:
        begin = borders[-1] + longest // 2
        borders.append(begin + int(np.argmin(smooth[begin - first : borders[-1] + longest - first])))
    return [*borders, last]


def without_events(speech: Sequence[Span], events: Sequence[Event], min_speech: float = 0.1) -> tuple[Span, ...]:
    """Cut music and tones of the same channel out of `speech`; leftovers shorter than `min_speech` go too."""
    spans = list(speech)
    for event in events:
        spans = [part for span in spans for part in _outside(span, event, min_speech)]
    return tuple(spans)


def _outside(span: Span, event: Event, min_speech: float) -> list[Span]:
    if event.end <= span.start or event.start >= span.end:
        return [span]
    parts = (Span(span.start, event.start), Span(event.end, span.end))
    return [part for part in parts if part.duration >= min_speech]
