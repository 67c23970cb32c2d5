"""`stimmung batch`: what is asked for, and what is told; the work itself is tested with the overnight modules."""

import json
from pathlib import Path

import pytest
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.jobs.records import NewJob, Reason, Which

REASON = Reason("failed", "AudioError", "FILE: holds no sound", 2, (3, 4))


class Shell:
    """Runs `stimmung batch` with a store that has a table of jobs."""

    def __init__(self, runner: CliRunner) -> None:
        self._runner = runner
        self.store = FakeStore(kept={})
        self.jobs = self.store.jobs

    def __call__(self, *words: str) -> Result:
        return self._runner.invoke(build_app(open_store=self.store.open), ["batch", *words])


@pytest.fixture
def batch(runner: CliRunner, calls: Path) -> Shell:
    return Shell(runner)


def test_how_far_everything_is(batch: Shell) -> None:
    batch.jobs.add("monday", [NewJob(("/in/a.wav",), ("1",), size=10)])
    result = batch("status")
    assert result.exit_code == 0
    assert "       1 waiting" in result.stdout
    assert "monday" in result.stdout
    told = json.loads(batch("status", "--json").stdout)
    assert (told["recordings"]["waiting"], told["batches"]) == (1, ["monday"])
    assert json.loads(batch("status", "--batch", "tuesday", "--json").stdout)["recordings"]["waiting"] == 0


def test_why_recordings_were_given_up(batch: Shell) -> None:
    batch.jobs.reasons = (REASON,)
    assert "2 failed: AudioError: FILE: holds no sound (jobs 3, 4)" in batch("failures").stdout
    (told,) = json.loads(batch("failures", "--batch", "monday", "--json").stdout)
    assert (told["count"], told["jobs"], told["error_type"]) == (2, [3, 4], "AudioError")
    assert batch.jobs.asked == [Which(None), Which("monday")]


def test_none_were(batch: Shell) -> None:
    assert "no recording was given up" in batch("failures").stderr


def test_which_are_tried_again(batch: Shell) -> None:
    words = ("--state", "failed,skipped", "--type", "SourceAway", "--job", "3,4", "--source", "*/a*", "--batch", "x")
    assert batch("retry", *words).stdout == "2 recordings wait again\n"
    assert batch.jobs.asked == [Which("x", ("failed", "skipped"), ("SourceAway",), (3, 4), "*/a*")]


@pytest.mark.parametrize("words", [("--state", "broken"), ("--job", "first")])
def test_which_makes_no_sense(batch: Shell, words: tuple[str, ...]) -> None:
    assert batch("retry", *words).exit_code == 2
    assert batch.jobs.asked == []


def test_which_are_left_alone(batch: Shell) -> None:
    assert batch("cancel", "--job", "7").stdout == "3 recordings are left alone\n"
    assert batch.jobs.asked == [Which(numbers=(7,))]


def test_all_of_them_must_be_said(batch: Shell) -> None:
    assert batch("cancel").exit_code == 2
    assert batch.jobs.asked == []


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("in", "--priority", "latest"),
        ("in", "--format", "srt"),
        ("in", "--output", "out", "--format", "docx"),
        ("in", "--until", "six"),
        ("in", "--workers", "0"),
        ("gopher://calls",),
    ],
)
def test_what_cannot_be_run(batch: Shell, words: tuple[str, ...]) -> None:
    assert batch("run", *words).exit_code == 2


def test_an_empty_folder_is_done_at_once(batch: Shell, calls: Path) -> None:
    (calls / "in").mkdir()
    result = batch("run", "in", "--batch", "tonight", "--json", "--textfile", "m.prom")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["batch"], told["ended"], told["recordings"]["done"]) == ("tonight", "done", 0)
    assert "stimmung_batch_ended" in (calls / "m.prom").read_text()


def test_a_folder_that_is_not_there(batch: Shell) -> None:
    result = batch("run", "away")
    assert result.exit_code == 1
    assert "away" in result.stderr
