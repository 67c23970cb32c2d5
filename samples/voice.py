"""Say texts with the Pico voices of py-nanotts, the same samples every time.

The engine reads memory that it never set: spoken twice in one process, a sentence differs in length. A process of
its own, in which glibc hands out zeroed memory only (MALLOC_PERTURB_), makes it repeatable.
"""

import dataclasses
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

RATE = 16_000  # Hz: what the engine gives
ENGINE_VOLUME = 0.5  # at 1.0 the engine clips; loudness is set afterwards
PERTURB = "255"  # glibc fills allocated memory with the complement: zeros
LENGTH = struct.Struct("<I")

Samples = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One text and how to say it; `size` > 1 is a smaller head: pitch and formants rise together."""

    text: str
    voice: str  # de-DE, en-GB or en-US
    speed: float
    pitch: float
    size: float


def speak(requests: list[Request]) -> list[Samples]:
    """Synthesise every request; mono float32 at 16 kHz, in their order."""
    job = json.dumps([dataclasses.asdict(request) for request in requests])
    command = [sys.executable, str(Path(__file__).resolve())]
    environment = {**os.environ, "MALLOC_PERTURB_": PERTURB}
    done = subprocess.run(command, input=job.encode(), env=environment, stdout=subprocess.PIPE, check=True)
    sounds = []
    offset = 0
    for request in requests:
        (length,) = LENGTH.unpack_from(done.stdout, offset)
        pcm = np.frombuffer(done.stdout, "<i2", length // 2, offset + LENGTH.size)
        offset += LENGTH.size + length
        sound = pcm.astype(np.float32) / 32768
        sounds.append(np.asarray(soxr.resample(sound, RATE * request.size, RATE), np.float32))
    return sounds


def main() -> None:
    """Read requests as JSON from standard input, write each one's PCM behind its length in bytes."""
    from py_nanotts import NanoTTS

    engine = NanoTTS()
    for request in (Request(**fields) for fields in json.load(sys.stdin)):
        # Resampling by `size` makes the sound shorter by as much, hence the slower speech.
        pcm = engine.speak(request.text, request.voice, request.speed / request.size, request.pitch, ENGINE_VOLUME)
        sys.stdout.buffer.write(LENGTH.pack(len(pcm)) + pcm)


if __name__ == "__main__":
    main()
