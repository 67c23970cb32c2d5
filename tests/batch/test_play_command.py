"""`stimmung play`: some seconds of kept sound, played or written into a file of the owner's."""

import stat
import sys
import wave
from pathlib import Path

import pytest
from tests.batch.kept_calls import FakeStore
from typer import Typer
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.play_command import play_command
from stimmung.batch.players import play_sound
from stimmung.speech.decode import decode
from stimmung.speech.records import Span


class Speaker:
    """Plays nothing, and remembers it."""

    def __init__(self, program: str = "ffplay") -> None:
        self.program = program
        self.played: list[bytes] = []

    def __call__(self, wav: bytes) -> str:
        self.played.append(wav)
        return self.program


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with sound."""
    return FakeStore()


def play(runner: CliRunner, store: FakeStore, *words: str, speaker: Speaker | None = None) -> Result:
    app = Typer()
    app.command()(play_command(store.open, speaker or Speaker()))
    return runner.invoke(app, list(words))


def test_plays_from_a_second_before_the_place(runner: CliRunner, store: FakeStore) -> None:
    speaker = Speaker()
    result = play(runner, store, "4711", "--at", "1:23", "--seconds", "5", speaker=speaker)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "played 6 s from 1:22 with ffplay\n"
    assert store.finding.heard == [("4711", Span(82.0, 88.0))]
    (sound,) = speaker.played
    assert sound.startswith(b"RIFF")
    assert store.finding.done == []


@pytest.mark.parametrize(
    ("at", "start"), [("0:00", 0.0), ("0:00.5", 0.0), ("1:02:03", 3722.0), ("83s", 82.0), ("83", 82.0), ("7,5", 6.5)]
)
def test_places(runner: CliRunner, store: FakeStore, at: str, start: float) -> None:
    assert play(runner, store, "4711", "--at", at, "--seconds", "1").exit_code == 0
    assert store.finding.heard[0][1].start == start


@pytest.mark.parametrize("at", ["1:75", "a minute", "-3", "1:2:3:4", ""])
def test_what_is_no_place(runner: CliRunner, store: FakeStore, at: str) -> None:
    result = play(runner, store, "4711", "--at", at)
    assert (result.exit_code, store.done) == (2, [])
    assert "is no place in a call" in " ".join(result.stderr.split())


@pytest.mark.parametrize("name", ["excerpt.wav", "excerpt.opus"])
def test_writes_a_file_that_erasure_knows(runner: CliRunner, store: FakeStore, place: Path, name: str) -> None:
    speaker = Speaker()
    result = play(runner, store, "4711", "--at", "1:23", "--seconds", "2", "--output", name, speaker=speaker)
    assert (result.exit_code, result.stdout, speaker.played) == (0, f"{name}\n", [])
    assert decode([place / name]).samples.shape == (2, 48_000)
    assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    assert store.finding.done == [("export", "4711", Path(name)), "exported"]


def test_a_machine_that_plays_nothing_gets_a_file(runner: CliRunner, store: FakeStore, place: Path) -> None:
    result = play(runner, store, "../47 11", "--at", "1:23", speaker=Speaker(""))
    assert result.stdout == "_._47_11-1-22.wav\n"
    assert "nothing here can play sound" in result.stderr
    with wave.open(str(place / result.stdout.strip())) as file:
        assert file.getnframes() == 21 * 16_000


def test_another_kind_of_file_is_refused(runner: CliRunner, store: FakeStore) -> None:
    result = play(runner, store, "4711", "--output", "excerpt.mp3")
    assert (result.exit_code, store.done) == (2, [])


def test_no_sound_is_kept(runner: CliRunner, store: FakeStore) -> None:
    store.finding.silent = "call 4711: its sound is not kept: consent was refused"
    result = play(runner, store, "4711")
    assert (result.exit_code, result.stderr) == (1, f"error: {store.finding.silent}\n")


def test_it_is_a_command_of_the_program(runner: CliRunner) -> None:
    assert runner.invoke(build_app(), ["play", "--help"]).exit_code == 0


class TestPlayers:
    def test_the_first_that_can(self, tmp_path: Path) -> None:
        code = f"import sys; open({str(tmp_path / 'heard')!r}, 'wb').write(sys.stdin.buffer.read())"
        programs = [("no-such-program",), (sys.executable, "-c", "raise SystemExit(1)"), (sys.executable, "-c", code)]
        assert play_sound(b"RIFF", programs) == sys.executable
        assert (tmp_path / "heard").read_bytes() == b"RIFF"

    def test_one_that_complains_has_played_nothing(self) -> None:
        complains = (sys.executable, "-c", "import sys; sys.stderr.write('no device')")
        assert play_sound(b"RIFF", [complains]) == ""
