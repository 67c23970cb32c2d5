"""Which call it is, told from its sound: the same recording is the same call, however often it is analysed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from stimmung.speech.errors import AudioError

MADE_ID = 16  # hexadecimal digits of an id that nobody gave: 64 bit: 3e-8 that two of a million calls are alike


def hash_recording(files: Sequence[Path], call_id: str | None) -> str:
    """Return the SHA-256 of a recording, one file or one a channel, and of the call id that was given with it.

    The id counts because recordings of different calls can be alike to the byte: an announcement, silence. Raises
    AudioError where a file cannot be read.
    """
    return _hash("recording", call_id or "", *(_file_digest(file) for file in files))


def hash_live(call_id: str | None, sound: str) -> str:
    """Return the same of a call that was heard live; `sound` is a digest of its sound."""
    return _hash("live", call_id or "", sound)


def made_call_id(content_hash: str) -> str:
    """Return the id of a call that came without one: always the same for the same recording."""
    return content_hash[:MADE_ID]


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)  # lengths: no two lists of parts read the same
    return digest.hexdigest()


def _file_digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise AudioError(f"{file}: cannot be read: {error.strerror}") from error
