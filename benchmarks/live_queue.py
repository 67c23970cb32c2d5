"""The server's queue while a load runs, as its /metrics tell it: how deep, how old, how long a batch takes."""

import re
import threading
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from live_server import Server
from machine import Figures

EVERY: Final = 1.0  # s
LINE: Final = re.compile(r'^stimmung_(\w+?)(?:\{priority="(\w+)"\})? ([0-9.e+-]+)$', re.MULTILINE)
FINALS: Final = ("urgent", "final")
Sample = Mapping[tuple[str, str], float]  # by name and priority


class QueueWatch:
    """Asks every second until it is closed; use it as a context manager."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.samples: list[Sample] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self._server.key}"}
        while not self._done.wait(EVERY):
            request = urllib.request.Request(f"{self._server.url}/metrics", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=10.0) as answer:
                    self.samples.append(read(answer.read().decode("utf-8")))
            except OSError:  # too busy to answer, or ending: the next second tells
                continue


def read(text: str) -> Sample:
    """Return our own numbers of Prometheus' text format that have no label, or a priority."""
    return {(name, priority): float(value) for name, priority, value in LINE.findall(text)}


def figures(samples: list[Sample], age_bound: float) -> Figures:
    """Return the deepest queue of finals, the longest batches, and the bound on waiting that follows from both.

    The bound is that of `models.scheduling.choose`, twice: an utterance is heard and then judged. A batch's time is the
    longest mean over ten seconds, since single ones are not told.
    """
    if len(samples) < 2:
        return {"deepest": None, "oldest_s": None, "batch_s": None, "bound_s": None}
    deepest = max(sum(one.get(("jobs_waiting", priority), 0.0) for priority in FINALS) for one in samples)
    oldest = max(one.get(("jobs_oldest_seconds", priority), 0.0) for one in samples for priority in FINALS)
    batch = max(_batch_seconds(one, other) for one, other in zip(samples, samples[10:] or samples[-1:], strict=False))
    lanes = max(samples[-1].get(("lanes", ""), 1.0), 1.0)
    step = batch * (2 * (deepest + 1) / lanes + 1)
    return {
        "deepest": deepest,
        "oldest_s": oldest,
        "batch_s": batch,
        "lanes": lanes,
        "batch_jobs": samples[-1].get(("batch_jobs", "")),
        "shed": {priority: samples[-1].get(("jobs_shed_total", priority), 0.0) for priority in ("partial", "record")},
        "busy_share": _busy(samples, lanes),
        "bound_s": age_bound + 2 * (step + batch),
    }


def _batch_seconds(before: Sample, after: Sample) -> float:
    batches = after.get(("batches_total", ""), 0.0) - before.get(("batches_total", ""), 0.0)
    busy = after.get(("busy_seconds_total", ""), 0.0) - before.get(("busy_seconds_total", ""), 0.0)
    return busy / batches if batches else 0.0


def _busy(samples: list[Sample], lanes: float) -> float:
    """Return the share of the time in which lanes had work."""
    first, last = (one.get(("busy_seconds_total", ""), 0.0) for one in (samples[0], samples[-1]))
    return (last - first) / (EVERY * len(samples) * lanes)
