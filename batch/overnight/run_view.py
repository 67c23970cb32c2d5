"""A run as it goes on: a bar in hours of sound where somebody watches, a line now and then where nobody does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from stimmung.batch.overnight.supervisor import State
from stimmung.batch.screen import Screen
from stimmung.store.jobs.records import Counts

EVERY = 60.0  # s between lines
SHOWN = 0.03  # share of the work from which a stage is named


@dataclass(slots=True)
class Pace:
    """How fast a run is: hours of sound an hour since it began, and when it will be done."""

    clock: Callable[[], float] = time.monotonic
    _first: tuple[float, float] | None = None

    def rate(self, audio_seconds: float) -> float | None:
        """Return seconds of sound done in a second; None at the beginning."""
        now = self.clock()
        if self._first is None:
            self._first = (now, audio_seconds)
        began, before = self._first
        return (audio_seconds - before) / (now - began) if audio_seconds > before and now > began else None


def expected_seconds(counts: Counts) -> float | None:
    """Return how long all recordings are: as long by their bytes as those that are done; None before there are any."""
    done = counts.sizes.get("done", 0)
    if not done or not counts.audio_seconds:
        return None
    left = counts.sizes.get("waiting", 0) + counts.sizes.get("running", 0)
    return counts.audio_seconds * (1 + left / done)


def shares_text(counts: Counts) -> str:
    """Return where the time went: `recognise 71 %, text 12 %`."""
    total = sum(counts.stages.values())
    most = sorted(counts.stages.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {100 * part / total:.0f} %" for name, part in most if total and part / total >= SHOWN)


def progress_text(state: State, rate: float | None, now: datetime) -> str:
    """Return one line: recordings, hours of sound, rate, when it will be done, failures so far."""
    counts = state.counts
    over = sum(counts.states.get(name, 0) for name in ("done", "skipped", "failed", "canceled"))
    parts = [f"{over} of {counts.jobs}{' or more' if state.scanning else ''} recordings"]
    expected = expected_seconds(counts)
    hours = f"{counts.audio_seconds / 3600:.2f}"
    parts.append(f"{hours} h of sound" if expected is None else f"{hours} of about {expected / 3600:.2f} h of sound")
    if rate is not None and expected is not None:
        finish = now + timedelta(seconds=max(expected - counts.audio_seconds, 0.0) / rate)
        parts.append(f"{rate:.1f} times real time")
        parts += [f"done at about {finish:%H:%M}"] if expected > counts.audio_seconds else []
    if failed := counts.states.get("failed", 0):
        parts.append(f"{failed} failed")
    if state.restarts:
        parts.append(f"{state.restarts} workers restarted")
    if state.paused:
        parts.append("paused: the machine is busy")
    if state.ending in ("until", "interrupted"):
        parts.append("ending: nothing more is begun")
    if shares := shares_text(counts):
        parts.append(shares)
    return " · ".join(parts)


@dataclass(slots=True)
class _Lines:
    """Tells a line now and then, and when the run ends."""

    screen: Screen
    now: Callable[[], datetime]
    pace: Pace = field(default_factory=Pace)
    _told: float = float("-inf")

    def show(self, state: State) -> None:
        rate = self.pace.rate(state.counts.audio_seconds)
        if self.pace.clock() - self._told < EVERY:
            return
        self._told = self.pace.clock()
        self.screen.note(f"{self.now():%H:%M:%S} {progress_text(state, rate, self.now())}")


@contextmanager
def run_view(screen: Screen, now: Callable[[], datetime]) -> Iterator[Callable[[State], None]]:
    """Show a run while the block goes on; `now` in the zone that times are shown in."""
    lines = _Lines(screen, now)
    if screen.quiet or not screen.err.is_terminal:
        yield lines.show
        return
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=screen.err, transient=True) as progress:
        task = progress.add_task("looking for recordings", total=None)

        def show(state: State) -> None:
            counts = state.counts
            text = progress_text(state, lines.pace.rate(counts.audio_seconds), now())
            progress.update(task, description=text, completed=counts.audio_seconds, total=expected_seconds(counts))

        yield show
