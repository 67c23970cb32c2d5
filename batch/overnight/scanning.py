"""Looks for recordings while others are done already, and adds them to the table."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stimmung.batch.job_table import JobTable
from stimmung.batch.overnight.found_jobs import Order, Ranking, job_of
from stimmung.batch.overnight.records import Found, Told
from stimmung.batch.overnight.sources import Finder
from stimmung.batch.overnight.watching import Watch
from stimmung.speech.errors import AudioError, SettingsError, StoreError
from stimmung.store.jobs.records import Added, NewJob

LOOK = 30.0  # s between looks at what is watched
AGAIN = 15.0  # s until the table is tried again
ATTEMPTS = 40
SOON = 1.0  # s: the least that is waited for a file that may still be being written
Look = Callable[[Callable[[], float]], Iterator[Found | Told]]


@dataclass(slots=True)
class Scan:
    """What is looked at, and what came of it so far; `tell` gets a line for what an operator should know."""

    finder: Finder
    places: tuple[str, ...]
    jobs: JobTable
    batch: str
    order: Order
    watch: bool
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.time
    look_seconds: float = LOOK
    again_seconds: float = AGAIN
    added: Added = field(default_factory=Added)
    troubles: list[str] = field(default_factory=list)  # places that could not be looked at
    wrong: SettingsError | None = None
    finished: bool = False
    _end: threading.Event = field(default_factory=threading.Event)
    _waiting: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        threading.Thread(target=self.run, name="scan", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._end.set()

    def run(self) -> None:
        """Look until all is found, or, where it is watched, until it is stopped."""
        try:
            if self.watch:
                self._keep_looking()
            else:
                self._look_until_ready()
        finally:
            self.finished = True

    def _keep_looking(self) -> None:
        watches = [Watch(self.finder, place) for place in self.places]
        while not self._end.is_set():
            for one in watches:
                self._look(one.where, one.look)
            self._end.wait(self.look_seconds)

    def _look_until_ready(self) -> None:
        """Look again at places where files were still being written, but not all night."""
        patience = self.clock() + self.finder.settle_seconds + self.finder.pair_wait_seconds + self.look_seconds
        places, told = self.places, set[Told]()
        while places and not self._end.is_set():
            waits = {place: self._look(place, self._once(place, told)) for place in places}
            places = tuple(place for place, seconds in waits.items() if seconds is not None)
            soonest = max(min((seconds for seconds in waits.values() if seconds is not None), default=SOON), SOON)
            if places and self.clock() + soonest > patience:
                for place in places:
                    self.tell(f"{place}: some files are still being written; the next run finds them")
                return
            if places:
                self._end.wait(soonest)

    def _once(self, place: str, told: set[Told]) -> Look:
        """Return how to look at a place again and again, telling once what is not done."""

        def look(clock: Callable[[], float]) -> Iterator[Found | Told]:
            for item in self.finder.find(place, clock):
                if isinstance(item, Told) and item.kind != "waiting":
                    if item in told:
                        continue
                    told.add(item)
                yield item

        return look

    def _look(self, place: str, look: Look) -> float | None:
        """Add what is in a place; return in how many seconds it is worth looking again, None where it is not."""
        for attempt in range(1, ATTEMPTS + 1):
            self._waiting.clear()
            try:
                added = self.jobs.add(self.batch, self._new_jobs(look))
            except AudioError as error:
                self._trouble(str(error))
                return None
            except SettingsError as error:
                self.wrong = error
                return None
            except StoreError as error:
                if attempt == ATTEMPTS or self._end.wait(self.again_seconds):
                    self._trouble(f"{place}: {error}")
                    return None
                continue
            now = self.added
            self.added = Added(
                now.new + added.new, now.known + added.known, now.changed + added.changed, now.again + added.again
            )
            break
        return min(self._waiting) if self._waiting else None

    def _new_jobs(self, look: Look) -> Iterator[NewJob]:
        ranking = Ranking(self.order, datetime.fromtimestamp(self.clock(), UTC), self.finder.zone)
        for item in look(self.clock):
            if self._end.is_set():
                return
            if isinstance(item, Told):
                self._take_note(item)
                continue
            for note in item.notes:
                self.tell(f"{item.places[0]}: {note}")
            yield job_of(item, ranking)

    def _take_note(self, item: Told) -> None:
        if item.kind == "waiting":
            self._waiting.append(self.look_seconds if item.again_seconds is None else item.again_seconds)
        elif item.kind == "left_out":
            self.tell(f"{item.place}: left out: {item.reason}")
        else:
            self._trouble(f"{item.place}: {item.reason}")

    def _trouble(self, text: str) -> None:
        self.troubles.append(text)
        self.tell(text)
