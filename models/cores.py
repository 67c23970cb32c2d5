"""How many processor cores this process may use, which in a container is fewer than the machine has."""

import os
from pathlib import Path

CONTAINER_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # cgroup v2: microseconds a period, or `max`


def usable_cores(limit: Path = CONTAINER_LIMIT) -> int:
    """Return the cores that the process and its container may use, at least one."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(own, _container_cores(limit) or own)


def _container_cores(limit: Path) -> int | None:
    """Return the cores that a container's quota comes to."""
    try:
        quota, period = limit.read_text().split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else max(1, round(int(quota) / int(period)))
