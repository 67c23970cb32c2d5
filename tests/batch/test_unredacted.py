"""What `stimmung analyze` shows of identifiers: nothing, unless the deployment, the call and the user all want it."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.speech.errors import StoreError
from stimmung.store.content import hash_recording, made_call_id

KEEPING = """
roles = ["agent", "customer"]
[policy]
purpose = "help callers sooner"
legal_basis = "contract"
keep_original = true
"""


@pytest.fixture
def store() -> FakeStore:
    """A store that takes note of looks."""
    return FakeStore()


@pytest.fixture
def look(calls: Path) -> tuple[str, str]:
    """What the store notes of a look at a.wav, and at b.wav, which holds the same bytes."""
    return "record look", made_call_id(hash_recording([calls / "a.wav"], None))


@pytest.fixture
def analyze(runner: CliRunner, pipeline: Any, calls: Path, store: FakeStore) -> Any:  # Any: conftest.py's FakePipeline
    """Run `stimmung analyze` with these words, in a folder with the settings of a deployment that keeps originals."""
    (calls / "keeping.toml").write_text(KEEPING, encoding="utf-8")

    def run(*words: str) -> Result:
        return runner.invoke(build_app(pipeline, open_store=store.open), ["analyze", *words])

    return run


def test_what_was_taken_out_is_counted_in_the_summary(analyze: Any) -> None:
    result = analyze("a.wav")
    assert "mein Name ist [NAME]." in result.stdout
    assert "redacted 1 NAME" in " ".join(result.stdout.split())
    assert json.loads(analyze("a.wav", "--json").stdout)["redaction"]["counts"] == {"NAME": 1}


@pytest.mark.parametrize("form", ["--json", "--srt", "--vtt", "--txt"])
def test_no_format_shows_more_without_the_option(analyze: Any, form: str) -> None:
    assert "Weber" not in analyze("a.wav", form, "--config", "keeping.toml").stdout


def test_is_refused_where_the_deployment_keeps_no_originals(analyze: Any, pipeline: Any, store: FakeStore) -> None:
    result = analyze("a.wav", "--unredacted")
    assert result.exit_code == 2
    assert "policy.keep_original = true" in " ".join(result.stderr.split())
    assert (result.stdout, pipeline.recordings, store.done) == ("", [], [])


@pytest.mark.parametrize("form", [(), ("--json",), ("--srt",), ("--txt",)])
def test_shows_the_words_as_they_were_said_where_all_agree_and_that_is_noted(
    analyze: Any, store: FakeStore, look: tuple[str, str], form: tuple[str, ...]
) -> None:
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml", *form)
    assert result.exit_code == 0
    assert "Anna Weber." in result.stdout
    assert store.done == ["make", look, "closed"]


def test_the_store_takes_note_before_anything_is_shown(analyze: Any, store: FakeStore, look: tuple[str, str]) -> None:
    analyze("a.wav", "--unredacted", "--config", "keeping.toml", "--data-dir", "kept")
    assert store.done == ["make", look, "closed"]
    assert store.settings[0].store.data_dir == Path("kept")
    store.recording = StoreError("the disk is full")
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: a.wav: the disk is full\n")


def test_without_it_no_store_is_opened(analyze: Any, store: FakeStore) -> None:
    analyze("a.wav", "--config", "keeping.toml")
    assert store.done == []


def test_is_refused_for_a_call_whose_consent_does_not_permit_it(analyze: Any, store: FakeStore) -> None:
    words = ("a.wav", "--unredacted", "--config", "keeping.toml", "--info", "consent=refused")
    result = analyze(*words)
    assert result.exit_code == 1
    assert "not permitted for this call: consent was refused" in " ".join(result.stderr.split())
    assert ("Weber" in result.stdout, store.done) == (False, ["make", "closed"])


def test_what_would_permit_it_is_named(analyze: Any, calls: Path) -> None:
    settled = KEEPING.replace('legal_basis = "contract"\n', "")
    (calls / "keeping.toml").write_text(settled, encoding="utf-8")
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml")
    assert "policy.legal_basis in the settings would change it" in " ".join(result.stderr.split())


def test_every_recording_that_is_shown_is_a_look(analyze: Any, store: FakeStore, look: tuple[str, str]) -> None:
    analyze("a.wav", "bad.wav", "b.wav", "--json", "--unredacted", "--config", "keeping.toml")
    assert store.done == ["make", look, look, "closed"]
