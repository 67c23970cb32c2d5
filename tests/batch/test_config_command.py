"""`stimmung config`: every setting with its origin, no secret ever, and a page that is in step with the code."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stimmung.batch.cli import build_app
from stimmung.batch.settings_reference import settings_reference
from stimmung.speech.settings_sources import setting_fields

PASSWORD = "hunter2"


@pytest.fixture
def place(calls: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose file, with two variables beside it, sets five values."""
    (calls / "stimmung.toml").write_text(
        'roles = ["agent", "customer"]\n[models]\ndevice = "cpu"\n[policy]\npurpose = "Qualität"'
    )
    monkeypatch.setenv("STIMMUNG_MODELS__THREADS", "2")
    monkeypatch.setenv("STIMMUNG_DATABASE_URL", f"postgresql://me:{PASSWORD}@host/calls")
    return calls


def show(runner: CliRunner, *words: str) -> Any:
    return runner.invoke(build_app(), ["config", "show", *words])


def row(text: str, key: str) -> list[str]:
    (found,) = [line.split() for line in text.splitlines() if line.split()[:1] == [key]]
    return found[1:]


def test_each_value_has_its_origin(runner: CliRunner, place: Path) -> None:
    result = show(runner)
    assert result.exit_code == 0
    assert row(result.stdout, "roles") == ["agent,", "customer", "stimmung.toml"]
    assert row(result.stdout, "models.device") == ["cpu", "stimmung.toml"]
    assert row(result.stdout, "models.threads") == ["2", "STIMMUNG_MODELS__THREADS"]
    assert row(result.stdout, "timezone") == ["Europe/Berlin", "default"]
    assert row(result.stdout, "models.cache") == ["–", "default"]


def test_every_setting_is_shown(runner: CliRunner, place: Path) -> None:
    shown = {line.split()[0] for line in show(runner).stdout.splitlines()}
    assert {key for key, _ in setting_fields()} <= shown


def test_json_holds_the_same(runner: CliRunner, place: Path) -> None:
    found = json.loads(show(runner, "--json").stdout)
    assert found["file"] == "stimmung.toml"
    assert set(found["settings"]) == {key for key, _ in setting_fields()}
    assert found["settings"]["roles"] == {"value": ["agent", "customer"], "origin": "stimmung.toml"}
    assert found["settings"]["models.threads"] == {"value": 2, "origin": "STIMMUNG_MODELS__THREADS"}
    assert found["settings"]["models.cache"] == {"value": None, "origin": "default"}
    assert found["settings"]["policy.purpose"]["value"] == "Qualität"


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_secrets_are_masked(runner: CliRunner, place: Path, words: list[str]) -> None:
    result = show(runner, *words)
    assert PASSWORD not in result.output
    assert "STIMMUNG_DATABASE_URL" in result.stdout
    assert "••••••" in result.stdout


def test_without_a_file_there_is_none(runner: CliRunner, calls: Path) -> None:
    found = json.loads(show(runner, "--json").stdout)
    assert found["file"] is None
    assert {value["origin"] for value in found["settings"].values()} == {"default"}


def test_a_named_file(runner: CliRunner, place: Path) -> None:
    (place / "other.toml").write_text('timezone = "UTC"')
    assert row(show(runner, "--config", "other.toml").stdout, "timezone") == ["UTC", "other.toml"]


def test_a_variable_that_sets_nothing_is_noted_beside_the_result(
    runner: CliRunner, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STIMMUNG_TIMEZOME", "UTC")
    result = show(runner, "--json")
    assert json.loads(result.stdout)
    assert "STIMMUNG_TIMEZOME is set but is the name of no setting" in result.stderr


def test_wrong_settings_end_with_2_and_a_line_each(runner: CliRunner, calls: Path) -> None:
    (calls / "stimmung.toml").write_text('[models]\ndevcie = "cpu"\nbeam_size = 0')
    result = show(runner)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 2
    assert all(line.startswith("error: stimmung.toml: ") for line in result.stderr.strip().splitlines())


def test_docs_settings_is_in_step_with_the_code(root: Path, runner: CliRunner) -> None:
    printed = runner.invoke(build_app(), ["config", "docs"]).stdout
    assert printed == settings_reference()
    assert (root / "docs" / "settings.md").read_text(encoding="utf-8") == printed, (
        "run: stimmung config docs > docs/settings.md"
    )


def test_the_page_tells_each_setting_its_default_and_its_meaning() -> None:
    page = settings_reference()
    for key, field in setting_fields():
        entry = page.partition(f"### `{key}`\n")[2].partition("\n#")[0]
        assert " ".join((field.description or "nothing").split()) in entry, key
        assert "Default: " in entry, key
        assert "Variable: `STIMMUNG_" in entry, key


def test_the_pages_example_is_a_file_that_loads(runner: CliRunner, calls: Path) -> None:
    example = settings_reference().partition("```toml\n")[2].partition("```")[0]
    (calls / "stimmung.toml").write_text(example)
    assert row(show(runner).stdout, "models.beam_size") == ["5", "stimmung.toml"]
