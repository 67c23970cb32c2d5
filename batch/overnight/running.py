"""`stimmung batch run`: puts a run together from what was asked for, does it, and tells what came of it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from stimmung.batch.endings import FAILED, INTERRUPTED
from stimmung.batch.outputs import Format
from stimmung.batch.overnight.fleet import Fleet
from stimmung.batch.overnight.found_jobs import Order
from stimmung.batch.overnight.job_view import counts_to_json, ended_text, reasons_text, reasons_to_json
from stimmung.batch.overnight.run_view import run_view
from stimmung.batch.overnight.scanning import Scan
from stimmung.batch.overnight.sources import finder_of
from stimmung.batch.overnight.supervisor import Plan, State, Supervisor, Why, World
from stimmung.batch.overnight.textfile import metrics_text, write_metrics
from stimmung.batch.overnight.work_order import WorkOrder, as_options
from stimmung.batch.overnight.worker_process import RealWorker, WorkerProcess
from stimmung.batch.screen import Screen, to_json_text
from stimmung.batch.store_access import Opening, OpenStore
from stimmung.speech.errors import SettingsError
from stimmung.speech.settings_sources import Given, LoadedSettings, load_settings
from stimmung.store.jobs.records import Added, Counts, Which

LEFT = 3  # exit code: it was time, and some recordings wait for the next run
StartWorker = Callable[[WorkOrder, Callable[[str], None]], WorkerProcess]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What the user asked for, as the options say it."""

    places: tuple[str, ...]
    batch: str | None = None  # None: named after the time
    order: Order = "yesterday"
    watch: bool = False
    until: str | None = None
    max_load: float | None = None
    nice: int = 0
    output: Path | None = None
    formats: tuple[Format, ...] = ()
    textfile: Path | None = None
    config: Path | None = None
    options: tuple[Given, ...] = ()
    quiet: bool = False
    as_json: bool = False


def run_batch(request: RunRequest, open_store: OpenStore, start: StartWorker, screen: Screen) -> int:
    """Do a run and return its exit code. Raises SettingsError and StoreError, which concern it all."""
    loaded = load_settings(request.config, request.options)
    settings = loaded.settings
    zone = ZoneInfo(settings.timezone)
    now = datetime.now(zone)
    until = None if request.until is None else next_time(request.until, now)
    finder = finder_of(settings)
    if request.output is not None:
        request.output.mkdir(parents=True, exist_ok=True)
    batch = request.batch or f"{now:%Y-%m-%d %H:%M:%S}"
    with open_store(settings, screen.note, Opening(make=True)) as store, _showing(request, screen, zone) as show:
        scan = Scan(finder, request.places, store.jobs, batch, request.order, request.watch, screen.note)
        fleet = Fleet(settings.batch.workers, store.jobs, _starting(request, loaded, batch, start, screen), screen.note)
        world = World(lambda: datetime.now(zone), lambda: os.getloadavg()[0])
        plan = Plan(batch, settings.batch.grace_seconds, until, request.max_load)
        run = Supervisor(plan, store.jobs, scan, fleet, show, world)
        with _signals(run):
            why, counts = run.run()
        reasons = store.jobs.failures(Which(batch))
    if fleet.given_up:
        screen.failure(fleet.given_up)
    code = exit_code(why, counts, bool(scan.troubles))
    if request.as_json:
        told = {"batch": batch, "ended": why, **counts_to_json(counts), "reasons": reasons_to_json(reasons)}
        screen.result(to_json_text({**told, "added": _added_json(scan.added), "troubles": scan.troubles}))
    else:
        screen.result(f"{ended_text(batch, counts, scan.added)}\n{reasons_text(reasons)}")
    return code


def exit_code(why: Why, counts: Counts, trouble: bool) -> int:
    """Return 0 where all is done, 1 where something failed, 3 where it was time, 130 after Ctrl-C."""
    left = counts.states.get("waiting", 0) + counts.states.get("running", 0)
    if why == "interrupted" and left:
        return INTERRUPTED
    if why == "until" and left:
        return LEFT
    return FAILED if why == "given_up" or trouble or counts.states.get("failed", 0) else 0


def next_time(text: str, now: datetime) -> datetime:
    """Return when it is `06:00` the next time, by the clock of `now`'s zone. Raises SettingsError."""
    try:
        clock = time.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(f"--until {text}: write a time of day such as 06:00") from error
    moment = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)


def _starting(
    request: RunRequest, loaded: LoadedSettings, batch: str, start: StartWorker, screen: Screen
) -> Callable[[str], WorkerProcess]:
    """Return what starts a worker of that name."""

    def start_one(name: str) -> WorkerProcess:
        order = WorkOrder(
            name=name,
            batch=batch,
            config=None if loaded.file is None else str(loaded.file),
            options=as_options(request.options),
            output=None if request.output is None else str(request.output),
            formats=request.formats or ("json",),
            nice=request.nice,
        )
        return start(order, screen.note)

    return start_one


@contextmanager
def _showing(request: RunRequest, screen: Screen, zone: tzinfo) -> Iterator[Callable[[State], None]]:
    file = request.textfile
    with run_view(screen, lambda: datetime.now(zone)) as view:

        def show(state: State) -> None:
            view(state)
            if file is not None:
                try:
                    write_metrics(file, metrics_text(state, datetime.now(zone).timestamp()))
                except OSError as error:  # a full disk does not end a night
                    screen.note(f"{file}: cannot be written: {error.strerror}")

        yield show


@contextmanager
def _signals(run: Supervisor) -> Iterator[None]:
    """Have Ctrl-C end the run by and by, a second one and SIGTERM at once."""

    def count(number: int, _frame: object) -> None:
        run.interrupts += 2 if number == signal.SIGTERM else 1

    before = {number: signal.signal(number, count) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _added_json(added: Added) -> dict[str, int]:
    return {"new": added.new, "known": added.known, "changed": added.changed, "again": added.again}


def start_real(order: WorkOrder, tell: Callable[[str], None]) -> WorkerProcess:
    """Start a worker in a process of its own."""
    return RealWorker(order, tell)
