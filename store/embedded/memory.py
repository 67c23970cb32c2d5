"""How much memory the embedded server may use for pages that it has read."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LEAST: Final = 128  # MB
MOST: Final = 1024  # MB; a million utterances with vectors and indexes take 3 GB on the disk
SHARE: Final = 8  # of the machine's memory one part: recognition and the models want the rest
LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))  # containers


def shared_megabytes(limits: Sequence[Path] = LIMITS) -> int:
    """Return the megabytes of `shared_buffers`: an eighth of what the machine, or the container, has.

    They are taken as pages are read, so that a small database takes few of them.
    """
    known = [memory for memory in (_of_machine(), *(_of_container(path) for path in limits)) if memory]
    return min(max(min(known, default=0) // SHARE // 2**20, LEAST), MOST)


def _of_machine() -> int:
    """Return bytes, 0 where the operating system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _of_container(path: Path) -> int:
    """Return the bytes of a limit, 0 where there is none ("max")."""
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return 0
