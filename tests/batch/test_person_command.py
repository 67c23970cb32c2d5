"""`stimmung person export`: two files, where they are, and that it was recorded."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.persons.person import PersonOptions

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with three calls of a customer."""
    return FakeStore()


def export(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["person", "export", *words])


def test_tells_where_the_files_are(runner: CliRunner, store: FakeStore) -> None:
    result = export(runner, store, "--customer", "K-20731", "--output", "answer")
    assert result.exit_code == 0
    assert result.stdout == "answer/person-abababab.md\nanswer/person-abababab.json\n"
    assert result.stderr == "3 calls of this customer; this export was recorded\n"
    assert store.done[1] == ("export", "K-20731", Path("answer"), PersonOptions("de", BERLIN))


def test_json(runner: CliRunner, store: FakeStore) -> None:
    found = json.loads(export(runner, store, "--customer", "K-20731", "-o", "answer", "--json").stdout)
    assert found == {"text": "answer/person-abababab.md", "json": "answer/person-abababab.json", "calls": 3}


def test_in_the_language_of_the_settings_or_of_the_one_who_asks(
    runner: CliRunner, store: FakeStore, place: Path
) -> None:
    (place / "stimmung.toml").write_text('languages = ["en", "de"]\ntimezone = "Asia/Tokyo"')
    export(runner, store, "--customer", "K-1", "-o", "answer")
    export(runner, store, "--customer", "K-1", "-o", "answer", "--language", "de")
    options = [one[3] for one in store.done if isinstance(one, tuple)]
    assert options == [PersonOptions("en", ZoneInfo("Asia/Tokyo")), PersonOptions("de", ZoneInfo("Asia/Tokyo"))]


def test_words_as_said_need_a_deployment_that_keeps_them(runner: CliRunner, store: FakeStore, place: Path) -> None:
    words = ("--customer", "K-1", "-o", "answer", "--unredacted")
    refused = export(runner, store, *words)
    assert (refused.exit_code, store.done) == (2, [])
    assert "policy.keep_original = true" in refused.stderr
    (place / "stimmung.toml").write_text("[policy]\nkeep_original = true")
    assert export(runner, store, *words).exit_code == 0
    assert store.done[1] == ("export", "K-1", Path("answer"), PersonOptions("de", BERLIN, originals=True))


@pytest.mark.parametrize(
    "words",
    [
        ["--customer", "K-1"],
        ["--output", "answer"],
        ["--customer", " ", "--output", "answer"],
        ["--customer", "K-1", "--output", "a.wav"],
    ],
)
def test_wrong_usage(runner: CliRunner, store: FakeStore, words: list[str]) -> None:
    assert export(runner, store, *words).exit_code == 2
    assert store.done == []
