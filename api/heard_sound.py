"""The sound of a live call while it is on: a digest, by which the same call is known again, and the sound itself while
the rules permit to keep it.

It lies in a file without a name, encrypted under a key that is in memory only: whatever ends the server, nothing that
anybody could hear is left on the disk. What was said while the rules forbade to keep it is silence in it.
"""

import hashlib
import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from stimmung.speech.errors import StoreError
from stimmung.speech.opus import RATES
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples
from stimmung.speech.resample import Resampler
from stimmung.store.data_folder import private_folder

KEY_BYTES: Final = 32
FIRST_BLOCK: Final = bytes(16)  # of the counter: each file has a key of its own
STORED: Final = np.dtype("<i2")  # 48 dB below what a telephone's quietest step is of itself
BLOCK_SECONDS: Final = 30.0  # read back at once
logger = logging.getLogger(__name__)


class HeardSound:
    """Takes the sound of one call, at `sample_rate` (Hz) on so many channels, in the order of the call.

    Not safe for threads, one step of a call at a time; but whoever reads it may be overtaken by a `drop`.
    """

    def __init__(self, folder: Path | None, sample_rate: int, channels: int) -> None:
        """`folder` is where the file is made; None: the sound is not kept, whatever the rules say."""
        self._folder, self._rate, self._channels = folder, sample_rate, channels
        self._digest = hashlib.sha256(f"{sample_rate} {channels} ".encode())
        self._allowed = False
        self._heard = self._silent = 0  # samples of the call so far, and of those that are none before the file begins
        self._spool: _Spool | None = None

    @property
    def digest(self) -> str:
        """Return what is the same for the same sound, however it was cut into messages."""
        return self._digest.hexdigest()

    def permit(self, allowed: bool) -> None:
        """Take note of what the rules say now; what was kept goes with a no."""
        self._allowed = allowed and self._folder is not None
        if not self._allowed:
            self.drop()

    def hear(self, samples: Samples) -> str:
        """Take further sound, float32 (channels, n) within -1..1; return once why it is not kept any more."""
        data = np.clip(np.rint(samples.T * 32768.0), -32768.0, 32767.0).astype(STORED).tobytes()
        self._digest.update(data)
        lost = ""
        try:
            if self._allowed and self._folder is not None and self._spool is None:
                self._spool, self._silent = _Spool(self._folder), self._heard
            if self._spool is not None:
                self._spool.write(data)
        except (OSError, StoreError) as error:  # a full disk is no reason to stop listening
            lost = str(error)
            logger.error("the sound of a call cannot be kept: %s", lost)
            self._folder = None
            self.permit(False)
        self._heard += samples.shape[1]
        return lost

    def audio(self) -> Audio | None:
        """Return the whole call, at a rate that Opus takes; None where nothing of it may be kept. Raises OSError."""
        spool = self._spool
        if spool is None:
            return None
        rate = self._rate if self._rate in RATES else SAMPLE_RATE
        resampler = None if rate == self._rate else Resampler(self._rate, self._channels)
        blocks = [block if resampler is None else resampler.feed(block) for block in self._blocks(spool)]
        if resampler is not None:
            blocks.append(resampler.flush())
        return None if spool.closed else Audio(np.concatenate(blocks, axis=1), rate)  # dropped while it was read

    def drop(self) -> None:
        """Let go of the sound, also where the disk is full; from any thread."""
        spool, self._spool = self._spool, None
        if spool is not None:
            spool.close()

    def _blocks(self, spool: "_Spool") -> Iterator[Samples]:
        yield np.zeros((self._channels, self._silent), np.float32)
        frames = round(BLOCK_SECONDS * self._rate)
        for data in spool.read(frames * self._channels * STORED.itemsize):
            stored = np.frombuffer(data, STORED).reshape(-1, self._channels).T
            yield np.multiply(stored, np.float32(1 / 32768), order="C", dtype=np.float32)


class _Spool:
    """A file without a name, encrypted. It may be closed from another thread while it is read, which ends there."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=private_folder(folder))  # noqa: SIM115 (for a whole call)
        self._cipher = Cipher(algorithms.AES(secrets.token_bytes(KEY_BYTES)), modes.CTR(FIRST_BLOCK))
        self._encryptor = self._cipher.encryptor()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, data: bytes) -> None:
        self._file.write(self._encryptor.update(data))

    def read(self, size: int) -> Iterator[bytes]:
        """Yield all that was written, in pieces of `size` bytes."""
        decryptor = self._cipher.decryptor()
        at = 0
        while data := self._piece(at, size):
            at += len(data)
            yield decryptor.update(data)

    def close(self) -> None:
        """Let go of the file; on a full disk its last bytes cannot be written, and nobody wants them."""
        with self._lock, suppress(OSError):
            self._file.close()

    def _piece(self, at: int, size: int) -> bytes:
        with self._lock:
            if self._file.closed:
                return b""
            self._file.seek(at)
            return self._file.read(size)
