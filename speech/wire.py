"""Sound as it comes over a connection: bytes of a declared format to float32, in pieces of any size.

What comes out is, bit by bit, what `speech.decode` makes of a headerless file of the same bytes. No state but the bytes
of a sample frame that the next message completes.
"""

from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from stimmung.speech.errors import AudioError, SettingsError
from stimmung.speech.rawformat import encoding_named
from stimmung.speech.records import Samples

Encoding = Literal["s16le", "s16be", "s32le", "f32le", "ulaw", "alaw"]  # names of `rawformat.DEMUXERS`
Framing = Literal["none", "sequence"]  # `sequence`: each message begins with the header of `speech.arrival`

MIN_RATE, MAX_RATE = 8_000, 48_000  # Hz: from a telephone's to that of WebRTC
MAX_CHANNELS = 2  # of a live call: customer and agent, or both mixed
MAX_MESSAGE_BYTES = 16 * 2**20  # what uvicorn lets pass unless told otherwise; as float32, 64 MiB at most
BLOCK_FRAMES = 65_536  # a table is looked up in blocks: indices of 8 bytes would make 128 MiB of the longest message
STORED: Final[dict[str, str]] = {  # how numpy names what lies in a message
    "s16le": "<i2",
    "s16be": ">i2",
    "s32le": "<i4",
    "f32le": "<f4",
    "ulaw": "u1",
    "alaw": "u1",
}


@dataclass(frozen=True, slots=True)
class WireFormat:
    """What a connection sends: encoding, rate in Hz, channel count (interleaved), and whether messages are numbered.

    Raises SettingsError for what cannot be heard.
    """

    encoding: Encoding
    sample_rate: int = 8_000
    channels: int = 1
    framing: Framing = "none"

    def __post_init__(self) -> None:
        if self.encoding not in STORED:
            raise SettingsError(f"live sound: unknown encoding {self.encoding!r}; known are {', '.join(STORED)}")
        if not MIN_RATE <= self.sample_rate <= MAX_RATE:
            raise SettingsError(f"live sound: rate {self.sample_rate} is not within {MIN_RATE} to {MAX_RATE} Hz")
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise SettingsError(
                f"live sound: {self.channels} channels are not within 1 to {MAX_CHANNELS}; send customer and agent"
            )
        if self.framing not in get_args(Framing):
            raise SettingsError(
                f"live sound: unknown framing {self.framing!r}; known are {', '.join(get_args(Framing))}"
            )

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return np.dtype(STORED[self.encoding]).itemsize * self.channels


def wire_format(encoding: str, sample_rate: int = 8_000, channels: int = 1, framing: str = "none") -> WireFormat:
    """Return the format that a client declares, its encoding by any name that is known. Raises SettingsError."""
    named = cast("Encoding", encoding_named(encoding))  # the record checks both words
    return WireFormat(named, sample_rate, channels, cast("Framing", framing))


class WireDecoder:
    """Turns the bytes of one connection into samples."""

    def __init__(self, wire: WireFormat) -> None:
        self._stored = np.dtype(STORED[wire.encoding])
        self._channels = wire.channels
        self._frame_bytes = wire.frame_bytes
        self._scale = np.float32(2.0 ** (1 - 8 * self._stored.itemsize))
        self._table = {"ulaw": _mu_law, "alaw": _a_law}.get(wire.encoding, _no_law)()
        self._torn = b""  # the beginning of a sample frame, shorter than one

    def feed(self, data: bytes) -> Samples:
        """Return the sample frames that `data` completes: float32 (channels, n) at the wire's rate, n may be 0.

        Every sample is finite and within -1..1. The array is the caller's own. Raises AudioError for more than
        `MAX_MESSAGE_BYTES`, and forgets nothing then.
        """
        check_length(data)
        if self._torn:
            data = self._torn + data
        whole = len(data) // self._frame_bytes
        self._torn = data[whole * self._frame_bytes :]
        stored = np.frombuffer(data, self._stored, whole * self._channels).reshape(whole, self._channels).T
        if self._stored.kind == "i":
            samples: Samples = np.multiply(stored, self._scale, order="C", dtype=np.float32)
            return samples
        return self._looked_up(stored) if self._stored.kind == "u" else _bounded(stored)

    def _looked_up(self, codes: npt.NDArray[np.uint8]) -> Samples:
        samples = np.empty(codes.shape, np.float32)
        for start in range(0, codes.shape[1], BLOCK_FRAMES):
            block = slice(start, start + BLOCK_FRAMES)
            samples[:, block] = self._table[codes[:, block]]
        return samples


def check_length(message: bytes) -> None:
    """Raise AudioError for a message that is longer than anyone may make the server hold at once."""
    if len(message) > MAX_MESSAGE_BYTES:
        raise AudioError(
            f"a message of {len(message)} bytes of sound is longer than {MAX_MESSAGE_BYTES}; send 20 to 500 ms each"
        )


def _bounded(floats: Samples) -> Samples:
    samples = np.array(floats, np.float32, order="C")
    if not np.isfinite(samples).all():  # one NaN would spread through the resampler
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -1.0, 1.0, out=samples)


def _mu_law() -> Samples:
    """Return the value of each code by G.711, table 2a, in 14 bits."""
    codes = 255 - np.arange(256)
    sizes = ((2 * (codes & 0x0F) + 33) << (codes >> 4 & 7)) - 33
    return (np.where(codes & 0x80, -sizes, sizes) / 2**13).astype(np.float32)


def _a_law() -> Samples:
    """Return the value of each code by G.711, table 1a, in 13 bits."""
    codes = np.arange(256) ^ 0x55
    steps, segments = codes & 0x0F, codes >> 4 & 7
    sizes = np.where(segments == 0, 2 * steps + 1, (2 * steps + 33) << np.maximum(segments - 1, 0))
    return (np.where(codes & 0x80, sizes, -sizes) / 2**12).astype(np.float32)


def _no_law() -> Samples:
    return np.empty(0, np.float32)
