"""`stimmung retention run`: what goes and why, then what went."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.batch.kept_calls import PLAN, RETAINED, FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.audio_files import Swept
from stimmung.store.removal.deletion import Finished
from stimmung.store.removal.retention import Plan, Retained

NOTHING = Plan((), 0, ())


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store in which some is due."""
    return FakeStore()


def run(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["retention", "run", *words])


def test_a_dry_run_tells_what_would_go_and_why(runner: CliRunner, store: FakeStore) -> None:
    result = run(runner, store, "--dry-run")
    assert result.exit_code == 0
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "goes which of queue from because",
        "call 4711 complaints 2026-03-01 began 30 days ago or earlier",
        "call 4712 complaints 2026-03-02 began 30 days ago or earlier",
        "sound 4713 – 2026-04-10 began 30 days ago or earlier",
        "backup stimmung-20260101T030000Z.backup – 2026-01-01 made more than 30 days ago",
        "audit 7 records – over 365 days old",
    ]
    assert result.stderr == "dry run: nothing was removed\n"
    assert store.done == ["open", "plan", "closed"]


def test_a_run_tells_what_went(runner: CliRunner, store: FakeStore) -> None:
    assert [" ".join(line.split()) for line in run(runner, store).stdout.splitlines()] == [
        "goes number of queue oldest because",
        "sound 1 – 2026-04-10 began 30 days ago or earlier",
        "call 2 complaints 2026-03-01 began 30 days ago or earlier",
        "backup 1 – 2026-01-01 made more than 30 days ago",
        "audit 7 – over 365 days old",
        "removed: 2 calls, 3 recordings, 1 exported file, 1 backup, 7 audit records",
    ]
    assert "retention" in store.done


def test_nothing_due(runner: CliRunner, store: FakeStore) -> None:
    store.plan = NOTHING
    store.retained = Retained(0, 0, 0, 0, 0, Swept(0, ()), Finished())
    result = run(runner, store)
    assert (result.exit_code, result.stdout) == (0, "nothing was due\n")
    assert run(runner, store, "--dry-run").stderr == "nothing is due\n"


def test_json_names_each_call(runner: CliRunner, store: FakeStore) -> None:
    found = json.loads(run(runner, store, "--json").stdout)
    assert [(one["call_id"], one["what"]) for one in found["due"]] == [
        ("4711", "call"),
        ("4712", "call"),
        ("4713", "sound"),
    ]
    assert (found["audit"], found["removed"]["calls"], found["removed"]["undone"]) == (7, 2, [])
    assert "removed" not in json.loads(run(runner, store, "--json", "--dry-run").stdout)


def test_what_is_left_to_somebody_is_told_and_fails(runner: CliRunner, store: FakeStore) -> None:
    left = Finished((), (Path("/mnt/share/4711.json"),), ("pg_switch_wal() was refused",))
    store.retained = replace(RETAINED, finished=left, swept=Swept(0, ("4714",)))
    result = run(runner, store)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "call 4714: its sound should be there and is not; was a folder copied without it?",
        "error: /mnt/share/4711.json: an exported file that could not be deleted; delete it yourself",
        "error: pg_switch_wal() was refused",
    ]


def test_days_are_those_of_the_settings(runner: CliRunner, store: FakeStore, place: Path) -> None:
    (place / "stimmung.toml").write_text("[retention]\naudit_days = 100")
    store.plan = replace(PLAN, due=(), backups=())
    assert "over 100 days old" in run(runner, store, "--dry-run").stdout
