"""`stimmung erase`: asked once, done for good, proven."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.batch.kept_calls import ERASED, PROOF, FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.removal.deletion import Finished
from stimmung.store.removal.erasure import Erased

# The command over a store without a database, for a real terminal.
PROGRAM = """
from stimmung.batch.cli import build_app
from tests.batch.kept_calls import FakeStore
build_app(open_store=FakeStore().open)()
"""


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with three calls of a customer."""
    return FakeStore()


def erase(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["erase", *words])


def test_a_customer(runner: CliRunner, store: FakeStore) -> None:
    result = erase(runner, store, "--customer", "K-20731", "--yes")
    assert result.exit_code == 0
    assert result.stdout == (
        "erased: 3 calls, 120 utterances, 2 recordings, 4 exported files (1 gone already)\n"
        "proof 7f3a12bc90de4567 of 2026-03-01 14:30\n"
    )
    assert store.done == ["open", ("erase customer", "K-20731"), "closed"]


def test_a_call(runner: CliRunner, store: FakeStore) -> None:
    assert erase(runner, store, "--call", "4711", "--yes").exit_code == 0
    assert store.done[1] == ("erase call", "4711")


def test_nothing_found_is_no_failure(runner: CliRunner, store: FakeStore) -> None:
    proof = replace(PROOF, calls=0, utterances=0, recordings=0, exports=0, exports_missing=0)
    store.erased = Erased(proof, Finished((proof,)))
    result = erase(runner, store, "--customer", "K-1", "--yes")
    assert result.exit_code == 0
    assert result.stdout == "nothing was kept\nproof 7f3a12bc90de4567 of 2026-03-01 14:30\n"


def test_json(runner: CliRunner, store: FakeStore) -> None:
    found = json.loads(erase(runner, store, "--customer", "K-20731", "--yes", "--json").stdout)
    assert found == {
        "proof": {
            "erasure_id": "7f3a12bc90de4567",
            "at": "2026-03-01T13:30:00+00:00",
            "calls": 3,
            "utterances": 120,
            "recordings": 2,
            "exports": 4,
            "exports_missing": 1,
            "exports_left": 0,
        },
        "exports_left": [],
        "undone": [],
    }


def test_what_is_left_to_somebody_is_told_and_fails(runner: CliRunner, store: FakeStore) -> None:
    left = Finished((PROOF,), (Path("/mnt/share/4711.json"),), ("the server archives its log",))
    store.erased = replace(ERASED, finished=left)
    result = erase(runner, store, "--call", "4711", "--yes")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: /mnt/share/4711.json: an exported file that could not be deleted; delete it yourself",
        "error: the server archives its log",
    ]


@pytest.mark.parametrize(
    "words",
    [[], ["--customer", "K-1", "--call", "4711"], ["--customer", " "], ["--call", ""]],
)
def test_one_of_both_is_to_be_named(runner: CliRunner, store: FakeStore, words: list[str]) -> None:
    assert erase(runner, store, *words, "--yes").exit_code == 2
    assert store.done == []


def test_without_a_terminal_it_needs_a_yes(runner: CliRunner, store: FakeStore) -> None:
    result = erase(runner, store, "--customer", "K-20731")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert not any(isinstance(one, tuple) and one[0].startswith("erase") for one in store.done)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "code", "told"), [("y\n", 0, "proof 7f3a12bc90de4567"), ("\n", 1, "nothing was erased")]
)
def test_on_a_terminal_it_asks(answer: str, code: int, told: str, root: Path, calls: Path) -> None:
    (calls / "program.py").write_text(PROGRAM)
    leading, following = pty.openpty()
    os.write(leading, answer.encode())
    environment = os.environ | {"PYTHONPATH": str(root)}
    result = subprocess.run(
        [sys.executable, "program.py", "erase", "--customer", "K-20731"],
        stdin=following,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    os.close(leading)
    os.close(following)
    assert "Erase 3 calls of customer K-20731, for good and from every export? [y/N]" in result.stderr
    assert result.returncode == code
    assert told in result.stdout + result.stderr
