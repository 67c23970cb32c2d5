"""A run: recordings are looked for, workers do them, until all is done, it is time, or somebody says so."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stimmung.batch.job_table import JobTable
from stimmung.batch.overnight.fleet import Fleet
from stimmung.batch.overnight.scanning import Scan
from stimmung.speech.errors import SettingsError, StoreError
from stimmung.store.jobs.records import Counts, JobState
from stimmung.store.pace import pause

TICK = 0.5  # s
COUNT = 3.0  # s between looks at the table
LAST = 30.0  # s that workers get to give everything back, before they are killed
RELIEF = 0.9  # of the highest load: below it recordings are begun again
OVER: tuple[JobState, ...] = ("done", "skipped", "failed", "canceled")
Why = Literal["done", "until", "interrupted", "given_up"]


@dataclass(frozen=True, slots=True)
class Plan:
    """When a run ends, and what holds it back."""

    batch: str
    grace: float = 600.0  # s that what runs may go on when the run is to end
    until: datetime | None = None
    max_load: float | None = None  # of the machine, as `uptime` tells it


@dataclass(frozen=True, slots=True)
class State:
    """How a run is: what the table says, and what the run does."""

    counts: Counts
    workers: int
    restarts: int
    scanning: bool
    paused: bool
    ending: Why | None


@dataclass(frozen=True, slots=True)
class World:
    """What a run sees of the machine: the time, its load, and a clock that nobody sets."""

    now: Callable[[], datetime]
    load: Callable[[], float]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = pause


class Supervisor:
    """Does one run; `show` is told how it is. A signal may set `interrupts`: 1 finish what runs, 2 give it back."""

    def __init__(
        self, plan: Plan, jobs: JobTable, scan: Scan, fleet: Fleet, show: Callable[[State], None], world: World
    ) -> None:
        self.interrupts = 0
        self._plan, self._jobs, self._scan, self._fleet, self._show, self._world = plan, jobs, scan, fleet, show, world
        self._counts = Counts({}, {}, 0.0, 0.0, {})
        self._counted = float("-inf")
        self._found_all = False
        self._ending: Why | None = None
        self._deadline = 0.0
        self._told_to_stop = False
        self._paused = False

    def run(self) -> tuple[Why, Counts]:
        """Do it all; return why it ended, and how far it is. Raises SettingsError, and StoreError at its start."""
        self._jobs.add(self._plan.batch, ())  # in a new store this makes the key under which jobs are kept
        self._counts = self._jobs.counts(self._plan.batch)
        self._scan.start()
        try:
            ending = self._until_ended()
        finally:
            self._scan.stop()
            self._fleet.kill()
        if self._scan.wrong is not None:
            raise self._scan.wrong
        if self._fleet.unfit:
            raise SettingsError(self._fleet.given_up)
        self._look(always=True)
        return ending, self._counts

    def _until_ended(self) -> Why:
        while True:
            self._look()
            # Before anything is found there may be nothing to do, and models take seconds to load.
            wanted = self._ending is None and self._left() > 0
            self._fleet.tend(sum(self._counts.states.get(state, 0) for state in OVER), wanted)
            if self._ending is None:
                self._begin_to_end(self._why_end())
                self._heed_load()
            elif self._has_ended():
                return self._ending
            self._world.sleep(TICK)

    def _look(self, always: bool = False) -> None:
        """See how far the table is; while it cannot be asked the last answer stands."""
        now = self._world.clock()
        news = self._scan.finished and not self._found_all
        if not (always or news) and now - self._counted < COUNT:
            return
        self._counted = now
        finished = self._scan.finished  # before it is counted: then what was found last is in the count
        try:
            self._jobs.take_back()
            self._counts = self._jobs.counts(self._plan.batch)
        except StoreError as error:
            self._fleet.tell(f"waiting for the database: {error}")
            return
        self._found_all = finished
        fleet = self._fleet
        self._show(State(self._counts, len(fleet.workers), fleet.restarts, not finished, self._paused, self._ending))

    def _left(self) -> int:
        return self._counts.states.get("waiting", 0) + self._counts.states.get("running", 0)

    def _why_end(self) -> Why | None:
        if self.interrupts:
            return "interrupted"
        if self._scan.wrong is not None or self._fleet.given_up:
            return "given_up"
        if self._plan.until is not None and self._world.now() >= self._plan.until:
            return "until"
        return "done" if self._found_all and self._left() == 0 else None

    def _begin_to_end(self, why: Why | None) -> None:
        if why is None:
            return
        self._ending = why
        self._deadline = self._world.clock() + self._plan.grace
        self._scan.stop()
        self._fleet.give("finish")

    def _has_ended(self) -> bool:
        """Say whether all workers are gone; those that take too long, or shall, give back what they have."""
        if not self._fleet.workers:
            return True
        now = self._world.clock()
        if self._told_to_stop:
            return now >= self._deadline
        if self.interrupts > 1 or now >= self._deadline:
            self._told_to_stop = True
            self._deadline = now + LAST
            self._fleet.give("stop")
        return False

    def _heed_load(self) -> None:
        most = self._plan.max_load
        if most is None or self._ending is not None:
            return
        load = self._world.load()
        if not self._paused and load > most:
            self._paused = True
            self._fleet.give("pause")
        elif self._paused and load < RELIEF * most:
            self._paused = False
            self._fleet.give("resume")
