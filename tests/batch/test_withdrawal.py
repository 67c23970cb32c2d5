"""A call whose consent is withdrawn is analysed again: its earlier results go."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app

WITHDRAWN = ("--info", "consent=withdrawn", "--output", "out")


@pytest.fixture
def analyze(runner: CliRunner, pipeline: Any, calls: Path) -> Any:  # Any: the FakePipeline of conftest.py
    """Run `stimmung analyze` with these words."""

    def run(*words: str) -> Result:
        return runner.invoke(build_app(pipeline), ["analyze", *words])

    return run


def test_removes_earlier_results_that_hold_scores(analyze: Any, calls: Path) -> None:
    analyze("a.wav", "b.wav", "--json", "--txt", "--srt", "--output", "out")
    result = analyze("a.wav", *WITHDRAWN)
    assert result.exit_code == 0
    assert "consent was withdrawn: removed out/a.txt" in result.stderr
    left = {path.name for path in (calls / "out").iterdir()}
    assert left == {"a.json", "a.srt", "b.json", "b.srt", "b.txt"}
    assert json.loads((calls / "out/a.json").read_text("utf-8"))["call"]["info"]["consent"] == "withdrawn"


def test_removes_tables_and_vcons_too(analyze: Any, calls: Path) -> None:
    analyze("a.wav", "--format", "parquet,csv,jsonl,vcon", "--output", "out")
    assert analyze("a.wav", *WITHDRAWN).exit_code == 0
    assert {path.name for path in (calls / "out").iterdir()} == {"a.json"}


def test_what_is_written_anew_is_not_told_as_removed(analyze: Any, calls: Path) -> None:
    analyze("a.wav", "--json", "--txt", "--output", "out")
    result = analyze("a.wav", "--json", "--txt", *WITHDRAWN)
    assert "removed" not in result.stderr
    assert {path.name for path in (calls / "out").iterdir()} == {"a.json", "a.txt"}


@pytest.mark.parametrize("consent", ["granted", "refused", "unknown"])
def test_any_other_consent_removes_nothing(consent: str, analyze: Any, calls: Path) -> None:
    analyze("a.wav", "--txt", "--output", "out")
    analyze("a.wav", "--info", f"consent={consent}", "--output", "out")
    assert {path.name for path in (calls / "out").iterdir()} == {"a.json", "a.txt"}


def test_what_cannot_be_removed_fails_its_recording(analyze: Any, calls: Path) -> None:
    analyze("a.wav", "--txt", "--output", "out")
    (calls / "out").chmod(0o500)
    try:
        result = analyze("a.wav", *WITHDRAWN)
    finally:
        (calls / "out").chmod(0o700)
    if (calls / "out/a.txt").exists():  # root removes it all the same
        assert result.exit_code == 1
        assert "cannot remove earlier results of a from out" in result.stderr
