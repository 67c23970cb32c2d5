"""Make sound that a telephone line would carry: 300-3400 Hz, 8 kHz, G.711; and what else is heard on one."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soxr

LINE_RATE = 8_000  # Hz
STUDIO_RATE = 16_000  # Hz: speech and music before the line
LOW, HIGH = 300, 3_400  # Hz: the telephone band
TAPS = 401  # at 16 kHz: edges about 130 Hz wide, 12 ms of ringing each way

# Four chords of four notes each, in Hz, all inside the telephone band: C, A minor, F, G, with their sevenths.
CHORDS = (
    (523.25, 659.26, 783.99, 987.77),
    (440.00, 523.25, 659.26, 783.99),
    (349.23, 440.00, 523.25, 659.26),
    (392.00, 493.88, 587.33, 698.46),
)
CHORD_SECONDS = 1.6
MUSIC_LEVEL = 0.06  # RMS of full scale: -24 dBFS

Samples = npt.NDArray[np.float32]


def to_line(sound: Samples) -> Samples:
    """Band-limit mono sound of 16 kHz to the telephone's band and bring it to 8 kHz; keeps its place in time."""
    n = np.arange(TAPS) - TAPS // 2
    high, low = (2 * f / STUDIO_RATE * np.sinc(2 * f / STUDIO_RATE * n) for f in (HIGH, LOW))
    band = (high - low) * np.blackman(TAPS)
    filtered = np.convolve(sound, band)[TAPS // 2 : TAPS // 2 + sound.shape[0]]
    return np.asarray(soxr.resample(filtered.astype(np.float32), STUDIO_RATE, LINE_RATE))


def g711(channel: Samples) -> npt.NDArray[np.int16]:
    """Send one channel (float32, -1..1, 8 kHz) through µ-law and back; ValueError where it would clip."""
    peak = float(np.abs(channel).max(initial=0.0))
    if peak >= 1:
        raise ValueError(f"the channel peaks at {peak:.2f}; lower its level below 1.0")
    coder, decoder = (av.CodecContext.create("pcm_mulaw", mode) for mode in ("w", "r"))
    for context in (coder, decoder):
        context.sample_rate, context.layout, context.format = LINE_RATE, "mono", "s16"
    pcm = np.rint(channel * 32767).astype(np.int16)[np.newaxis]
    packets = [*coder.encode(_frame(pcm)), *coder.encode(None)]
    return np.concatenate([frame.to_ndarray()[0] for packet in packets for frame in decoder.decode(packet)])


def line_noise(samples: int, level_db: float, rng: np.random.Generator) -> Samples:
    """Give steady noise in the telephone band, `samples` long at 8 kHz, RMS at `level_db` dBFS."""
    noise = to_line(rng.standard_normal(2 * samples).astype(np.float32))[:samples]
    return np.asarray(noise * (10 ** (level_db / 20) / np.sqrt(np.mean(noise**2))), np.float32)


def hold_music(seconds: float) -> Samples:
    """Play a slow round of four chords with a broken melody over them; mono float32 at 8 kHz."""
    t = np.arange(round(seconds * STUDIO_RATE)) / STUDIO_RATE
    place = (t / CHORD_SECONDS).astype(int) % len(CHORDS)
    beat = CHORD_SECONDS / 4
    note = (t / beat).astype(int) % 4
    phase = np.cumsum(np.array(CHORDS)[place], axis=0) / STUDIO_RATE * 2 * np.pi
    pad = np.sin(phase).sum(axis=1) * (0.6 + 0.4 * np.exp(-2 * (t % CHORD_SECONDS)))
    melody = np.sin(2 * np.take_along_axis(phase, note[:, np.newaxis], axis=1)[:, 0])
    sound = pad + 1.5 * melody * np.minimum(1, (t % beat) / 0.01) * np.exp(-4 * (t % beat))
    sound *= np.clip(np.minimum(t, seconds - t) / 0.3, 0, 1)
    line = to_line(sound.astype(np.float32))
    return np.asarray(line * (MUSIC_LEVEL / np.sqrt(np.mean(line**2))), np.float32)


def write_flac(path: Path, channels: npt.NDArray[np.int16]) -> None:
    """Write int16 of shape (channels, samples) at 8 kHz as FLAC."""
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=LINE_RATE, layout="stereo" if len(channels) == 2 else "mono")
        stream.options = {"compression_level": "12"}
        for frame in (_frame(channels), None):
            container.mux(stream.encode(frame))


def _frame(channels: npt.NDArray[np.int16]) -> av.AudioFrame:
    interleaved = np.ascontiguousarray(channels.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout="stereo" if len(channels) == 2 else "mono")
    frame.sample_rate = LINE_RATE
    return frame
