"""How a fault of ours is told: by its kind and its places, never by its text, which may hold a caller's words."""

import traceback
from pathlib import Path


def places_of(error: BaseException) -> str:
    """Return the files and lines that the error went through, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
