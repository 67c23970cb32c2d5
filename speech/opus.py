"""Sound as Ogg Opus, small enough to keep: telephone speech at 24 kbit/s a channel, 10 MB an hour of two.

Each channel is coded by itself (mapping family 255 of RFC 7845): coded as stereo, 24 kbit/s in all, what one party said
came through on the other's channel at -47 dB, and it took half as much again to be as true to the original.
"""

import contextlib
import io
import os
import secrets
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

import av
import numpy as np

from stimmung.speech.errors import AudioError
from stimmung.speech.records import Audio

BIT_RATE: Final = 24_000  # bit/s a channel, on average
RATES: Final = (8_000, 12_000, 16_000, 24_000, 48_000)  # Hz that Opus takes
MOST_CHANNELS: Final = 255
BLOCK_SECONDS: Final = 5.0  # encoded at a time
OWNER_ONLY: Final = 0o600
LAYOUTS: Final = {1: "mono", 2: "stereo"}


def write_opus(path: Path, audio: Audio) -> None:
    """Write `audio` as Ogg Opus that only its owner may read; a half-written file is never seen under that name.

    Raises AudioError for sound that Opus has no form for, OSError where the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(opus_bytes(audio))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        raise


def opus_bytes(audio: Audio) -> bytes:
    """Return the same as bytes; `speech.decode` reads them back, as many samples and each in its place.

    Samples are float32 (channels, samples); what passes full scale is cut off. Raises AudioError.
    """
    if audio.sample_rate not in RATES:
        known = ", ".join(str(rate) for rate in RATES)
        raise AudioError(f"sound of {audio.sample_rate} Hz cannot be kept as Opus: resample it to one of {known}")
    if not 1 <= audio.channels <= MOST_CHANNELS or not audio.samples.shape[1]:
        raise AudioError(
            f"sound of {audio.channels} channels and {audio.samples.shape[1]} samples cannot be kept as Opus: it takes"
            f" something to hear, on at most {MOST_CHANNELS} channels"
        )
    buffer = io.BytesIO()
    _encode(audio, buffer)
    return buffer.getvalue()


def _encode(audio: Audio, target: BinaryIO) -> None:
    layout = LAYOUTS.get(audio.channels, f"{audio.channels}c")
    options = {"b": str(BIT_RATE * audio.channels), "application": "audio", "mapping_family": "255"}
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=audio.sample_rate, layout=layout, options=options)
        step = round(BLOCK_SECONDS * audio.sample_rate)
        for first in range(0, audio.samples.shape[1], step):
            block = np.clip(audio.samples[:, first : first + step], -1.0, 1.0)
            interleaved = np.ascontiguousarray(block.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=layout)
            frame.sample_rate, frame.pts = audio.sample_rate, first
            frame.time_base = Fraction(1, audio.sample_rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
