"""Where the store keeps what is not in the database."""

from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.settings import StoreSettings
from stimmung.store import audio_files, originals, secret


@dataclass(frozen=True, slots=True)
class Places:
    """The files with the keys, and the folder with the sound."""

    secret: Path
    originals_key: Path
    audio: Path


def places_in(data_dir: Path, settings: StoreSettings) -> Places:
    """Return the places of a deployment whose data folder is `data_dir`."""
    return Places(
        secret=settings.secret_file or data_dir / secret.SECRET_FILE,
        originals_key=data_dir / originals.KEY_FILE,
        audio=data_dir / audio_files.FOLDER,
    )
