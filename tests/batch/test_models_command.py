"""`stimmung models`: what is here, where, and whether it is whole."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.models_command import Shelf
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import Settings


@dataclass(frozen=True)
class Model:
    folder: Path
    source: str
    sha256: str


HERE = {
    "base": Model(Path("/models/base"), "embedded", "905e"),
    "mood-de-en": Model(Path("/models/text"), "embedded", "77aa"),
    "voice-emodb": Model(Path("/models/voice"), "embedded", "88bb"),
    "tiny": Model(Path("/models/tiny"), "folder", "ab12"),
}


def shelf(settings: Settings) -> Shelf:
    def locate(name: str) -> Model:
        if name not in HERE:
            raise WeightsError(f"no model {name!r} on this machine; install stimmung[embedded]")
        return HERE[name]

    return Shelf(lambda: tuple(HERE), locate)


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


def run(runner: CliRunner, *words: str) -> Result:
    return runner.invoke(build_app(shelf=shelf), ["models", *words])


def test_list_shows_source_and_folder_and_marks_the_chosen(runner: CliRunner) -> None:
    lines = run(runner, "list").stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["*", "base", "embedded", "/models/base"],
        ["*", "mood-de-en", "embedded", "/models/text"],
        ["*", "voice-emodb", "embedded", "/models/voice"],
        ["tiny", "folder", "/models/tiny"],
    ]


def test_list_says_what_to_do_about_a_chosen_model_that_is_not_here(runner: CliRunner, place: Path) -> None:
    (place / "stimmung.toml").write_text('[models]\nwhisper = "huge"')
    result = run(runner, "list")
    assert result.exit_code == 0
    assert ["*", "huge", "not", "here"] in [line.split() for line in result.stdout.splitlines()]
    assert "install stimmung[embedded]" in result.stderr


def test_verify_takes_the_settings_models_and_claims_no_more_than_it_compared(runner: CliRunner, place: Path) -> None:
    (place / "other.toml").write_text('[models]\nwhisper = "tiny"')
    others = "mood-de-en  verified  77aa\nvoice-emodb  verified  88bb\n"
    assert run(runner, "verify").stdout == f"base  verified  905e\n{others}"
    assert run(runner, "verify", "--config", "other.toml").stdout == f"tiny  read, not pinned  ab12\n{others}"


def test_models_that_were_switched_off_are_not_asked_for(runner: CliRunner, place: Path) -> None:
    (place / "stimmung.toml").write_text('[models]\ntext = "none"\nvoice = "none"')
    assert run(runner, "verify").stdout == "base  verified  905e\n"
    assert "none" not in run(runner, "list").stdout


def test_verify_goes_on_after_a_bad_one_and_ends_with_1(runner: CliRunner) -> None:
    result = run(runner, "verify", "huge", "tiny")
    assert result.exit_code == 1
    assert result.stdout == "tiny  read, not pinned  ab12\n"
    assert result.stderr == "error: huge: no model 'huge' on this machine; install stimmung[embedded]\n"


def test_path_prints_the_folder_alone(runner: CliRunner) -> None:
    assert run(runner, "path").stdout == "/models/base\n"
    assert run(runner, "path", "tiny").stdout == "/models/tiny\n"


def test_path_of_a_model_that_is_not_here_fails(runner: CliRunner) -> None:
    result = run(runner, "path", "huge")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "install stimmung[embedded]" in result.stderr
