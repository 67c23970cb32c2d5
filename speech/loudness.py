"""How loud an utterance is: the power of its speech in dB of full scale, the pauses between its words left out.

A figure of the line as much as of the voice: it tells one speaker's utterances from each other, not speakers.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span, Utterance

FRAME = 320  # samples, 20 ms
# dB under the level of the speech that is not speech any more: the margin of ITU-T P.56, which measures just this
MARGIN = 15.9


def with_levels(utterances: Sequence[Utterance], audio: Audio) -> tuple[Utterance, ...]:
    """Return `utterances` with their level; `audio` is the call's, at 16 kHz. Raises ValueError at another rate."""
    if audio.sample_rate != SAMPLE_RATE:
        raise ValueError(f"levels are measured at {SAMPLE_RATE} Hz, not at {audio.sample_rate}: resample first")
    return tuple(
        replace(one, level=level_of(audio.samples[one.channel], spans_of(one))) if one.channel < audio.channels else one
        for one in utterances
    )


def spans_of(utterance: Utterance) -> tuple[Span, ...]:
    """Return where the utterance's words are, or all of it where they have no times."""
    words = tuple(Span(word.start, word.end) for word in utterance.words)
    return words or (Span(utterance.start, utterance.end),)


def level_of(samples: Samples, spans: Sequence[Span]) -> float | None:
    """Return the level of the speech in `spans` (s from the first sample) in dB relative to full scale, so below 0.

    `samples` is mono float32 (samples,) at 16 kHz. A constant 1.0 has 0 dB, a sine of amplitude 1.0 has -3.0 dB. A gain
    on the line of x dB changes the level by x. None where there are less than 20 ms, or digital silence.
    """
    power = _power(samples, spans)
    active = power[power > 0]
    while active.size:
        mean = float(active.mean())
        louder = active[active >= mean * 10 ** (-MARGIN / 10)]
        if louder.size == active.size:
            return float(10 * np.log10(mean))
        active = louder  # the mean grows and takes the margin with it, until nothing is left to leave out
    return None


def _power(samples: Samples, spans: Sequence[Span]) -> npt.NDArray[np.float64]:
    """Return the mean square of each whole frame of the spans, float64."""
    cuts = [samples[max(0, round(span.start * SAMPLE_RATE)) : max(0, round(span.end * SAMPLE_RATE))] for span in spans]
    sound = np.concatenate(cuts).astype(np.float64) if cuts else np.zeros(0)
    whole = sound[: sound.shape[0] // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(np.square(whole).mean(axis=1))
