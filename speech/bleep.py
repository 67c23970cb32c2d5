"""Takes stretches out of a call's sound: a quiet tone in their place, and nothing of what was there.

Where another channel carries the same sound, as an echo or because the line mixes them, it goes there, too. Careful in
one direction: a second that nobody needed is lost rather than a digit left.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import Audio, Samples, Span
from stimmung.speech.sounding import sounding_spans

# s at either end: of 152 numbers said through the telephone, word times began 19 ms late and ended 51 ms early, in the
# median.
MARGIN: Final = 0.05
# s between two stretches of a channel that go as one: what is said there is mostly a digit that nobody recognised. Of
# 510 such numbers whose words were redacted, half had 62 ms or more left to hear without it, and 8 ms with it.
GAP: Final = 1.0
EDGE: Final = 0.3  # s by which a word that stays may sound on into a stretch of which it is not sure what is said in it
TONE: Final = 1000.0  # Hz
LEVEL: Final = 10 ** (-30 / 20)  # of full scale, peak: always the same, so that it tells nothing of what was there
RAMP: Final = 0.005  # s in which the tone comes and goes, and its surroundings fade, so that nothing clicks
DELAY: Final = 1.0  # s by which an echo may come later or earlier
# Deviations by which a correlation must stand out. An echo 35 dB down does in 92 of 100 stretches of half a second to
# four; voices that have nothing to do with each other do in about 10, and lose for nothing what they said then.
ECHO: Final = 9.0
BAND: Final = 0.02  # of the spectrum: how far it is smoothed before it is made flat
EMPTY: Final = 1e-3  # of the mean power: bands 30 dB below it, such as above 4 kHz on a telephone line, are left so

Spectrum = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]


class Hidden(Protocol):
    """A stretch of a channel that must not be heard: `calls.redaction.records.Bleep`."""

    @property
    def channel(self) -> int: ...

    @property
    def span(self) -> Span: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples `first` to `last` (exclusive) of a channel."""

    channel: int
    first: int
    last: int


def bleeped(audio: Audio, hidden: Sequence[Hidden], unsure: Sequence[Hidden] = ()) -> Audio:
    """Return the sound with a tone over each stretch, on every channel on which it is heard; a copy.

    Of the `unsure` ones a tone is laid over what sounds in them. Of the others a channel that the sound has not counts
    as all of them.
    """
    samples = audio.samples.copy()
    for stretch in covered_stretches(audio, hidden, unsure):
        _cover(samples[stretch.channel], stretch, audio.sample_rate)
    return Audio(samples, audio.sample_rate)


def covered_stretches(audio: Audio, hidden: Sequence[Hidden], unsure: Sequence[Hidden] = ()) -> list[Stretch]:
    """Return what a tone is laid over: ordered by channel and time, none touching the next."""
    sounds = sounding_spans(audio) if unsure else ((),) * audio.channels
    wanted = own_stretches(hidden, unsure, sounds, audio.samples.shape[1], audio.sample_rate)
    for source in sorted({stretch.channel for stretch in wanted}):
        own = [stretch for stretch in wanted if stretch.channel == source]
        for other in range(audio.channels):
            if other != source:
                wanted += _echoes(audio, own, other)
    return list(_joined(wanted))


def own_stretches(
    hidden: Sequence[Hidden],
    unsure: Sequence[Hidden],
    sounds: Sequence[Sequence[Span]],
    length: int,
    sample_rate: int,
) -> list[Stretch]:
    """Return what a tone is laid over in each channel of `length` samples, whether or not another one repeats it.

    `sounds` are the stretches of each channel that sound (`sounding_spans`).
    """
    spans = [(channel, one.span) for one in hidden for channel in _channels(one, len(sounds))]
    for one in unsure:
        if 0 <= one.channel < len(sounds):
            spans += [(one.channel, span) for span in _sounding(one.span, sounds[one.channel])]
    stretches = []
    for channel, span in spans:
        first = max(0, int(np.floor((span.start - MARGIN) * sample_rate)))
        last = min(length, int(np.ceil((span.end + MARGIN) * sample_rate)))
        if first < last:
            stretches.append(Stretch(channel, first, last))
    return list(_joined(stretches, round(GAP * sample_rate)))


def _channels(hidden: Hidden, channels: int) -> Sequence[int]:
    return [hidden.channel] if 0 <= hidden.channel < channels else range(channels)


def _sounding(span: Span, sounds: Sequence[Span]) -> Iterator[Span]:
    """Yield what sounds in a span; the end of a word beside it, which sounds on into it, is left."""
    for sound in sounds[bisect_right(sounds, span.start, key=lambda one: one.end) :]:
        if sound.start >= span.end:
            return
        inside = Span(max(sound.start, span.start), min(sound.end, span.end))
        if inside.duration > EDGE or inside == sound:
            yield inside


def _joined(stretches: Iterable[Stretch], gap: int = 0) -> Iterator[Stretch]:
    """Yield stretches in order, those of a channel with at most `gap` samples between them as one."""
    ordered = sorted(stretches, key=lambda one: (one.channel, one.first))
    current: Stretch | None = None
    for one in ordered:
        if current is not None and one.channel == current.channel and one.first <= current.last + gap:
            current = Stretch(current.channel, current.first, max(current.last, one.last))
            continue
        if current is not None:
            yield current
        current = one
    if current is not None:
        yield current


def _cover(channel: Samples, stretch: Stretch, sample_rate: int) -> None:
    """Replace a stretch by the tone, and fade what lies beside it."""
    ramp = max(1, round(RAMP * sample_rate))
    before = channel[max(0, stretch.first - ramp) : stretch.first]
    before *= np.linspace(1.0, 0.0, before.size, dtype=np.float32)
    after = channel[stretch.last : stretch.last + ramp]
    after *= np.linspace(0.0, 1.0, after.size, dtype=np.float32)
    size = stretch.last - stretch.first
    time = np.arange(size) / sample_rate
    edge = np.minimum(np.arange(size), np.arange(size)[::-1]) / ramp
    channel[stretch.first : stretch.last] = LEVEL * np.sin(2 * np.pi * TONE * time) * np.minimum(edge, 1.0)


def _echoes(audio: Audio, own: Sequence[Stretch], other: int) -> Iterator[Stretch]:
    """Yield where `other` carries what a channel has in these stretches: all of them where all together tell so."""
    found = [_correlation(audio, stretch, other) for stretch in own]
    together = np.sum(found, axis=0) / np.sqrt(len(found))  # noise adds up to one deviation again
    for stretch, correlation in zip(own, found, strict=True):
        lag = _echo_of(correlation, audio.sample_rate)
        lag = _echo_of(together, audio.sample_rate) if lag is None else lag
        if lag is not None:
            late = round(lag * audio.sample_rate)
            last = min(stretch.last + max(0, late), audio.samples.shape[1])
            yield Stretch(other, max(0, stretch.first + min(0, late)), last)


def _correlation(audio: Audio, stretch: Stretch, other: int) -> Floats:
    """Return how alike a stretch and another channel are at each delay, in steps of a sample from -DELAY on.

    Both spectra are made flat first: voices have their pitch in common, and not their noise.
    """
    reach = round(DELAY * audio.sample_rate)
    first, last = stretch.first - reach, stretch.last + reach
    beside = np.zeros(last - first, np.float32)
    inside = audio.samples[other, max(0, first) : last]
    beside[max(0, -first) : max(0, -first) + inside.size] = inside
    size = 1 << (beside.size + stretch.last - stretch.first - 1).bit_length()
    one = _flat(np.fft.rfft(audio.samples[stretch.channel, stretch.first : stretch.last], size))
    two = _flat(np.fft.rfft(beside, size))
    alike = np.fft.irfft(two * np.conj(one), size)[: 2 * reach + 1]
    return np.asarray(alike / max(float(np.std(alike)), np.finfo(np.float64).tiny))


def _flat(spectrum: Spectrum) -> Spectrum:
    """Return a spectrum divided by its own course; bands that are nearly empty stay so."""
    power = np.square(np.abs(spectrum))
    width = max(1, round(BAND * power.size))
    sums = np.concatenate((np.zeros(1), np.cumsum(power)))
    starts = np.maximum(np.arange(power.size) - width, 0)
    ends = np.minimum(np.arange(power.size) + width + 1, power.size)
    course = (sums[ends] - sums[starts]) / (ends - starts)
    return np.asarray(spectrum / np.sqrt(course + EMPTY * power.mean() + np.finfo(np.float64).tiny), np.complex128)


def _echo_of(correlation: Floats, sample_rate: int) -> float | None:
    """Return the delay (s) at which one sound is clearly the other, None where there is none."""
    place = int(np.argmax(np.abs(correlation)))
    return place / sample_rate - DELAY if abs(correlation[place]) >= ECHO else None
