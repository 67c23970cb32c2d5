"""Read recordings at their own rate and write WAV files: what both sides of a comparison decode themselves."""

import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from stimmung.speech.records import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Float32 of shape (channels, samples) at `rate` Hz: a recording as its file has it, before anyone resamples."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1] / self.rate)


def read(file: Path) -> Sound:
    """Decode the whole file; integers become -1..1."""
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        to_float = av.AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
        parts = [frame.to_ndarray() for packet in container.decode(stream) for frame in to_float.resample(packet)]
        parts += [frame.to_ndarray() for frame in to_float.resample(None)]
        return Sound(np.concatenate(parts, axis=1), stream.rate)


def write(file: Path, sound: Sound) -> Path:
    """Write 16-bit WAV and return its path; what passes full scale is cut off."""
    pcm = np.clip(np.rint(sound.samples * 32768), -32768, 32767).astype("<i2")
    with wave.open(str(file), "wb") as output:
        output.setnchannels(pcm.shape[0])
        output.setsampwidth(2)
        output.setframerate(sound.rate)
        output.writeframes(np.ascontiguousarray(pcm.T).tobytes())
    return file
