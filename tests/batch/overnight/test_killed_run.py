"""A night in which a run, its workers and the database are killed: every recording is done once all the same."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.batch.overnight.toy_run import HEARD, PIDS, program
from tests.store.server_users import kill_server, server_pid, until

from stimmung.batch.real_store import real_store
from stimmung.batch.store_access import Opening
from stimmung.speech.settings import Settings, StoreSettings
from stimmung.store.jobs.records import Counts, Job, Which

pytestmark = pytest.mark.slow

CONFIG = """
timezone = "UTC"
[batch]
settle_seconds = 0
at_once = 2
"""


class Night:
    """Runs over one folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data_dir, self.config = folder / "in", folder / "kept", folder / "stimmung.toml"
        self.pids = folder / PIDS
        self.folder.mkdir()
        self.config.write_text(CONFIG)

    def write(self, *names: str) -> None:
        """Write recordings; those whose names are alike but for what follows `=` sound alike."""
        for name in names:
            (self.folder / f"{name}.wav").write_bytes(name.partition("=")[0].encode().ljust(8))

    @contextlib.contextmanager
    def run(self) -> Iterator[subprocess.Popen[str]]:
        """Start a run; it is gone at the end."""
        words = program("run", *(str(path) for path in (self.folder, self.data_dir, self.config)))
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def last_worker(self) -> int:
        """Return the process number of the worker that was started last."""
        return int(self.pids.read_text().split()[-1])

    def workers(self) -> int:
        """Return how many were started."""
        return len(self.pids.read_text().split()) if self.pids.exists() else 0

    def heard(self) -> list[str]:
        """Return the names of the recordings that were listened to, as often as they were."""
        file = self.folder.parent / HEARD
        return file.read_text().split() if file.exists() else []

    def outcome(self) -> tuple[Counts, dict[str, Job], int]:
        """Return what the table says, the jobs by name, and how many calls are kept."""
        settings = Settings(store=StoreSettings(data_dir=self.data_dir))
        with real_store(settings, lambda _line: None, Opening()) as store:
            jobs = {Path(job.sources[0]).stem: job for job in store.jobs.find(Which())}
            return store.jobs.counts(None), jobs, store.status().holdings.calls


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_a_quiet_night(night: Night) -> None:
    night.write("a", "a=again", "b", "bad")
    with night.run() as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    told = json.loads(out)
    assert {state: count for state, count in told["recordings"].items() if count} == {
        "done": 2,
        "skipped": 1,
        "failed": 1,
    }
    assert {one["error_type"] for one in told["reasons"]} == {"AudioError", "same_recording"}
    _, jobs, calls = night.outcome()
    assert calls == 2
    assert jobs["bad"].state == "failed"
    assert {jobs["a"].state, jobs["a=again"].state} == {"done", "skipped"}


def test_ctrl_c_finishes_what_runs_and_the_next_run_goes_on(night: Night) -> None:
    night.write(*(f"call{number}" for number in range(12)))
    with night.run() as process:
        until(lambda: len(night.heard()) > 3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    counts, _, calls = night.outcome()
    assert counts.states["running"] == 0
    assert counts.repeated_seconds == 0.0
    assert 0 < counts.states["done"] == calls < 12
    with night.run() as process:
        process.communicate(timeout=120)
    assert process.returncode == 0
    assert night.outcome()[0].states["done"] == 12


def test_workers_and_the_database_are_killed(night: Night) -> None:
    night.write(*(f"call{number:02}" for number in range(16)))
    with night.run() as process:
        until(lambda: len(night.heard()) > 3)
        os.kill(night.last_worker(), signal.SIGKILL)
        until(lambda: night.workers() == 2)
        kill_server(night.data_dir)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert json.loads(out)["recordings"]["done"] == 16
    counts, jobs, calls = night.outcome()
    assert (counts.states["done"], calls) == (16, 16)
    assert len({job.call_id for job in jobs.values()}) == 16


def test_the_run_is_killed_and_its_worker_finishes_what_it_has(night: Night) -> None:
    night.write(*(f"call{number:02}" for number in range(12)))
    with night.run() as process:
        until(lambda: len(night.heard()) > 3)
        process.kill()
        process.wait(60)
        last = night.last_worker()
        until(lambda: not _runs(last))
    counts, _, _ = night.outcome()
    assert counts.states["running"] == 0
    assert counts.states["waiting"] > 0
    with night.run() as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    counts, _, calls = night.outcome()
    assert (counts.states["done"], calls, counts.repeated_seconds) == (12, 12, 0.0)
    assert len(night.heard()) == len(set(night.heard())) == 12
    assert json.loads(out)["recordings"]["waiting"] == 0


def test_a_recording_that_kills_is_given_up_and_the_others_are_done(night: Night) -> None:
    night.write("a", "b", "fatal", "c", "d")
    with night.run() as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    told = json.loads(out)
    assert (told["recordings"]["done"], told["recordings"]["failed"]) == (4, 1)
    assert [one["error_type"] for one in told["reasons"]] == ["WorkerLost"]
    assert server_pid(night.data_dir) is None


def _runs(pid: int) -> bool:
    """Say whether a process runs; nobody waits for one whose parent was killed but the first of the system."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
