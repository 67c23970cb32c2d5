"""Recordings as a telephone system would send them: 16-bit sound, channels interleaved, in small pieces."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stimmung.speech.decode import decode_blocks
from stimmung.speech.errors import AudioError
from stimmung.speech.rawformat import RawFormat
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.resample import resampled

Pcm = npt.NDArray[np.int16]
SAMPLE_BYTES = 2
FULL_SCALE = 32_768.0  # as decoding divides, so that a 16 kHz recording of 16 bit is sent bit by bit
MAX_CHANNELS = 2  # of a live call


@dataclass(frozen=True, slots=True)
class LiveSound:
    """A whole recording as signed 16-bit little-endian sound, channels interleaved; `sample_rate` in Hz."""

    data: bytes
    sample_rate: int
    channels: int

    @property
    def samples(self) -> int:
        """Samples of one channel."""
        return len(self.data) // (SAMPLE_BYTES * self.channels)

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate

    def piece(self, start_sample: int, samples: int) -> bytes:
        """Return a stretch of the sound; at its end it is shorter, behind its end empty."""
        width = SAMPLE_BYTES * self.channels
        return self.data[start_sample * width : (start_sample + samples) * width]


def read_sound(file: Path, sample_rate: int = SAMPLE_RATE, raw: RawFormat | None = None) -> LiveSound:
    """Read a recording of one or two channels at `sample_rate` Hz.

    All of it is held, 64 kB a second of two channels at 16 kHz, since a dropped call goes on from an earlier place.
    Raises AudioError naming the file, what is wrong with it and the way out.
    """
    blocks: list[Pcm] = []
    for block in decode_blocks(file, raw):
        if block.channels > MAX_CHANNELS:
            raise AudioError(
                f"{file}: has {block.channels} channels, and a live call has one or two; keep two of them with "
                "`ffmpeg -i IN -af 'pan=stereo|c0=c0|c1=c1' OUT.flac`"
            )
        blocks.append(_quantised(block.samples))
    sound = np.concatenate(blocks, axis=1)
    if sample_rate != SAMPLE_RATE:
        sound = np.stack([_quantised(_at_rate(row, sample_rate)) for row in sound])
    return LiveSound(sound.T.astype("<i2").tobytes(), sample_rate, sound.shape[0])


def _quantised(samples: Samples) -> Pcm:
    whole: Samples = np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
    return whole.astype(np.int16)


def _at_rate(row: Pcm, sample_rate: int) -> Samples:
    return resampled((row / FULL_SCALE).astype(np.float32), SAMPLE_RATE, sample_rate)
