"""How a run is, for Prometheus: a file for node_exporter's textfile collector. It names no call and no file."""

import os
import tempfile
from pathlib import Path

from stimmung.batch.overnight.supervisor import State

PREFIX = "stimmung_batch"


def metrics_text(state: State, time: float) -> str:
    """Return the metrics; `time` in seconds since 1970."""
    counts = state.counts
    lines = [
        *_head("recordings", "gauge", "Recordings of the run by state."),
        *(f'{PREFIX}_recordings{{state="{name}"}} {number}' for name, number in counts.states.items()),
        *_head("audio_seconds", "gauge", "Seconds of recordings that are done."),
        f"{PREFIX}_audio_seconds {counts.audio_seconds:.3f}",
        *_head("repeated_seconds", "gauge", "Seconds of work that had to be done again."),
        f"{PREFIX}_repeated_seconds {counts.repeated_seconds:.3f}",
        *_head("stage_seconds", "gauge", "Seconds that recordings which are done spent in each stage."),
        *(f'{PREFIX}_stage_seconds{{stage="{name}"}} {seconds:.3f}' for name, seconds in counts.stages.items()),
        *_head("workers", "gauge", "Worker processes that run."),
        f"{PREFIX}_workers {state.workers}",
        *_head("worker_restarts", "gauge", "Worker processes that another one followed."),
        f"{PREFIX}_worker_restarts {state.restarts}",
        *_head("paused", "gauge", "1 while no recordings are begun because of the machine's load."),
        f"{PREFIX}_paused {int(state.paused)}",
        *_head("ended", "gauge", "1 once the run begins nothing more."),
        f"{PREFIX}_ended {int(state.ending is not None)}",
        *_head("timestamp_seconds", "gauge", "When this was written."),
        f"{PREFIX}_timestamp_seconds {time:.3f}",
    ]
    return "\n".join(lines) + "\n"


def write_metrics(file: Path, text: str) -> None:
    """Replace the file as a whole: whoever reads never sees half of it. Raises OSError."""
    number, partial = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(partial).chmod(0o644)  # the collector is another user
        Path(partial).replace(file)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _head(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {PREFIX}_{name} {text}", f"# TYPE {PREFIX}_{name} {kind}"
