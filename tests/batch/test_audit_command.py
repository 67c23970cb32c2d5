"""`stimmung audit`: what was recorded, for reading and for programs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.batch.kept_calls import CUSTOMER, MARCH, FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.audit import MOST, Act

LOOK = Act("look", "anna", MARCH, "4711", CUSTOMER.value, CUSTOMER.key_id)
RETENTION = Act("retention", "root", MARCH + timedelta(hours=1), detail={"calls": 12, "recordings": 3})


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with two acts on record."""
    return FakeStore(recorded=(LOOK, RETENTION))


def audit(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["audit", *words])


def test_a_line_an_act(runner: CliRunner, store: FakeStore) -> None:
    lines = [line.split() for line in audit(runner, store).stdout.splitlines()]
    assert lines == [
        ["when", "who", "what", "call", "details"],
        ["2026-03-01", "14:30", "anna", "look", "4711"],
        ["2026-03-01", "15:30", "root", "retention", "–", "calls", "12,", "recordings", "3"],
    ]


def test_json(runner: CliRunner, store: FakeStore) -> None:
    assert json.loads(audit(runner, store, "--json").stdout)[0] == {
        "at": "2026-03-01T13:30:00+00:00",
        "who": "anna",
        "action": "look",
        "call_id": "4711",
        "pseudonym": CUSTOMER.value,
        "detail": {},
    }


def test_nothing_on_record(runner: CliRunner, store: FakeStore) -> None:
    store.recorded = ()
    result = audit(runner, store, "--call", "4712")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing was recorded of call 4712\n")
    assert json.loads(audit(runner, store, "--json").stdout) == []


def test_that_there_are_more_is_told(runner: CliRunner, store: FakeStore) -> None:
    store.recorded = (LOOK,) * MOST
    result = audit(runner, store, "--json")
    assert result.stderr == "these are the first 10,000; see later ones with --since\n"
    assert len(json.loads(result.stdout)) == MOST


def test_of_a_call_all_else_thirty_days(runner: CliRunner, store: FakeStore) -> None:
    audit(runner, store)
    audit(runner, store, "--call", "4711")
    assert store.done[4] == ("acts", "4711", None)
    (since,) = (done[2] for done in store.done if isinstance(done, tuple) and done[:2] == ("acts", None))
    assert abs(datetime.now(UTC) - timedelta(days=30) - since) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),  # midnight in Berlin
        ("2026-03-01T14:30", MARCH),
        ("2026-03-01T13:30:00Z", MARCH),
    ],
)
def test_since(runner: CliRunner, store: FakeStore, written: str, meant: datetime) -> None:
    assert audit(runner, store, "--since", written).exit_code == 0
    assert store.done[1] == ("acts", None, meant)


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "999999d", ""])
def test_a_time_that_is_none(runner: CliRunner, store: FakeStore, written: str) -> None:
    result = audit(runner, store, "--since", written)
    assert result.exit_code == 2
    assert store.done == []
