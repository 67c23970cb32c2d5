"""What `stimmung analyze` shows of identifiers: nothing, unless the deployment, the call and the user all want it."""

import getpass
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.audit import Look, audit, unredacted_look
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


def test_is_refused_where_the_deployment_keeps_no_originals(analyze: Any, pipeline: Any) -> None:
    result = analyze("a.wav", "--unredacted")
    assert result.exit_code == 2
    assert "policy.keep_original = true" in " ".join(result.stderr.split())
    assert (result.stdout, pipeline.recordings, pipeline.looks) == ("", [], [])


@pytest.mark.parametrize("form", [(), ("--json",), ("--srt",), ("--txt",)])
def test_shows_the_words_as_they_were_said_where_all_agree_and_that_is_noted(
    analyze: Any, pipeline: Any, form: tuple[str, ...]
) -> None:
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml", *form)
    assert result.exit_code == 0
    assert "Anna Weber." in result.stdout
    assert [(look.action, look.path) for look in pipeline.looks] == [("look_unredacted", "a.wav")]


def test_the_store_takes_note_before_anything_is_shown(analyze: Any, store: FakeStore) -> None:
    analyze("a.wav", "--unredacted", "--config", "keeping.toml", "--data-dir", "kept")
    assert store.done == ["make", ("record look", made_call_id(hash_recording([Path("a.wav")], None))), "closed"]
    assert store.settings[0].store.data_dir == Path("kept")
    store.recording = StoreError("the disk is full")
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: a.wav: the disk is full\n")


def test_without_it_no_store_is_opened(analyze: Any, store: FakeStore) -> None:
    analyze("a.wav", "--config", "keeping.toml")
    assert store.done == []


def test_is_refused_for_a_call_whose_consent_does_not_permit_it(analyze: Any, pipeline: Any) -> None:
    words = ("a.wav", "--unredacted", "--config", "keeping.toml", "--info", "consent=refused")
    result = analyze(*words)
    assert result.exit_code == 1
    assert "not permitted for this call: consent was refused" in " ".join(result.stderr.split())
    assert ("Weber" in result.stdout, pipeline.looks) == (False, [])


def test_what_would_permit_it_is_named(analyze: Any, calls: Path) -> None:
    settled = KEEPING.replace('legal_basis = "contract"\n', "")
    (calls / "keeping.toml").write_text(settled, encoding="utf-8")
    result = analyze("a.wav", "--unredacted", "--config", "keeping.toml")
    assert "policy.legal_basis in the settings would change it" in " ".join(result.stderr.split())


def test_every_recording_is_a_look(analyze: Any, pipeline: Any) -> None:
    analyze("a.wav", "bad.wav", "b.wav", "--json", "--unredacted", "--config", "keeping.toml")
    assert [look.path for look in pipeline.looks] == ["a.wav", "b.wav"]


def test_a_look_names_who_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ina")
    look = unredacted_look("[PHONE].wav")
    assert (look.action, look.path, look.by) == ("look_unredacted", "[PHONE].wav", "ina")
    assert look.at.tzinfo is not None


def test_a_user_without_an_account_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError("no such id")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert unredacted_look("a.wav").by == ""


def test_a_look_is_one_line_of_json_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="stimmung.batch.audit"):
        audit(Look("look_unredacted", "a.wav", "ina", datetime(2026, 3, 1, tzinfo=UTC)))
    (record,) = caplog.records
    expected = {"action": "look_unredacted", "path": "a.wav", "by": "ina", "at": "2026-03-01T00:00:00+00:00"}
    assert json.loads(record.getMessage()) == expected
