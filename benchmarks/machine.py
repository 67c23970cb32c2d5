"""What a figure was measured on, and where figures are kept: the processor's model and versions, never a host name."""

import datetime
import json
import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

CORES = 2  # what every side of a comparison gets, however many the machine has
RESULTS = Path(__file__).resolve().parent / "results"
LIBRARIES = ("ctranslate2", "faster-whisper", "numpy", "onnxruntime", "stimmung")

Figures = dict[str, Any]  # Any: JSON


def processor() -> str:
    """Return the processor's model as the system names it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def describe() -> Figures:
    """Return processor, cores in use, Python and versions of the libraries that matter for speed."""
    return {
        "processor": processor(),
        "cores": len(usable_cores()),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def headline() -> str:
    """Return `describe` as one line."""
    return ", ".join(f"{name} {value}" for name, value in describe().items())


def usable_cores() -> list[int]:
    """Return the numbers of the first CORES cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = sorted(affinity(0)) if affinity else list(range(os.cpu_count() or 1))
    return cores[:CORES]


def confine() -> None:
    """Keep this process and its later threads on CORES cores, where the system can do that."""
    confined = getattr(os, "sched_setaffinity", None)
    if confined:
        confined(0, usable_cores())


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in MB of 10^6 bytes.

    Not getrusage on Linux: its peak survives exec, so that a child would report its parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if platform.system() == "Darwin" else 1024) / 1e6


def result_file(today: datetime.date, model: str) -> Path:
    """Return benchmarks/results/<processor-model>_<date>.json."""
    name = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")
    return RESULTS / f"{name}_{today.isoformat()}.json"


def save(file: Path, benchmark: str, figures: Figures) -> None:
    """Put `figures` under the benchmark's name into `file`; what other benchmarks wrote there stays."""
    content: Figures = json.loads(file.read_text("utf-8")) if file.exists() else {}
    content[benchmark] = {"machine": describe(), **figures}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def figure_at(figures: Figures, path: Sequence[str]) -> object:
    """Return the figure that lies under these keys, one inside the other; None where it was not measured."""
    found: object = figures
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found
