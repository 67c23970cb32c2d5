"""The program as the shell sees it: quick help, exit codes, signals and pipes."""

import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stimmung.batch.cli import NO_TELEMETRY, build_app, main

HEAVY = (
    "torch", "ctranslate2", "faster_whisper", "onnxruntime", "av", "soxr", "numpy", "pydantic_settings", "sqlalchemy",
    "psycopg", "cryptography",
)  # fmt: skip
# A program like ours whose recordings are all heard at once; `cut.wav` is where somebody presses Ctrl-C.
PROGRAM = """
import os, signal, sys
from stimmung.batch.cli import build_app
from stimmung.batch.pipeline import Pipeline
from stimmung.calls.records import Analyzed, CallAnalysis
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.errors import AudioError
from stimmung.speech.records import CallInfo, Utterance

def analyze(recording, info, engines, instructions, progress):
    name = recording.files[0].name
    if name == "bad.wav":
        raise AudioError(f"{recording.files[0]}: holds no sound")
    if name == "cut.wav":
        os.kill(os.getpid(), signal.SIGINT)
    said = tuple(Utterance(0, "agent", "", n, n + 1, "Guten Tag.", "de", 0.9, (), ()) for n in range(3))
    return Analyzed(CallAnalysis(str(recording.files[0]), 3.0, 1, "de", CallInfo(), (), said, ()))

def redactor(settings, engines):
    return redactor_of(settings.redaction, None)

build_app(lambda: Pipeline(lambda settings: None, analyze, redactor))()
"""


@pytest.fixture
def program(calls: Path) -> list[str]:
    """Command line of a stand-in for `stimmung`, in the folder of the recordings."""
    (calls / "cut.wav").write_bytes(b"RIFF")
    (calls / "program.py").write_text(PROGRAM)
    return [sys.executable, "program.py"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, capture_output=True, text=True, check=False, encoding="utf-8", preexec_fn=_heed_interrupts
    )


def _heed_interrupts() -> None:
    """Undo what a shell does to programs in the background: they ignore Ctrl-C, and so would the program here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
class TestEnds:
    def test_0_when_all_are_done(self, program: list[str]) -> None:
        result = run(*program, "analyze", "a.wav")
        assert (result.returncode, result.stderr) == (0, "")
        assert "Guten Tag." in result.stdout

    def test_1_when_some_failed(self, program: list[str]) -> None:
        result = run(*program, "analyze", "bad.wav", "a.wav")
        assert result.returncode == 1
        assert "Guten Tag." in result.stdout
        assert result.stderr == "error: bad.wav: holds no sound\n"

    def test_2_when_called_wrongly(self, program: list[str]) -> None:
        assert run(*program, "analyze", "a.wav", "--srt", "--vtt").returncode == 2
        assert run(*program, "analyse").returncode == 2

    def test_130_when_interrupted_without_a_traceback(self, program: list[str]) -> None:
        result = run(*program, "analyze", "cut.wav")
        assert result.returncode == 130
        assert "Traceback" not in result.stderr

    @pytest.mark.parametrize("words", [["--json"], ["--txt"], []])
    def test_a_reader_that_has_enough_is_no_error(self, program: list[str], words: list[str]) -> None:
        reading, writing = os.pipe()
        os.close(reading)  # before anything is written, so that no speed or buffer decides the test
        command = [*program, "analyze", "a.wav", *words]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        result = subprocess.run(
            command, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writing)
        assert (result.returncode, result.stderr) == (141, "")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
    def test_a_full_disk_is_told_in_a_line(self, program: list[str]) -> None:
        with Path("/dev/full").open("w") as full:
            result = subprocess.run(
                [*program, "analyze", "a.wav", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert result.returncode == 1
        assert result.stderr == "error: No space left on device\n"

    def test_umlauts_leave_a_pipe_as_utf8_in_any_locale(self, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('[policy]\npurpose = "Qualität"', encoding="utf-8")
        environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
        command = [sys.executable, "-m", "stimmung.batch", "config", "show", "--json"]
        result = subprocess.run(command, capture_output=True, env=environment, check=True)
        assert "Qualität" in result.stdout.decode("utf-8")


class TestHelp:
    @pytest.mark.slow
    @pytest.mark.parametrize("words", ["--help", "analyze --help", "models --help", "db --help", "--version"])
    def test_loads_nothing_heavy(self, words: str) -> None:
        code = (
            "import contextlib, sys\n"
            "from stimmung.batch.cli import main\n"
            "with contextlib.suppress(SystemExit): main()\n"
            f"sys.exit(' '.join(name for name in {HEAVY} if name in sys.modules))\n"
        )
        command = [sys.executable, "-c", code, *words.split()]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.stderr == "\n"
        assert result.stdout != ""

    @pytest.mark.slow
    def test_a_wrong_file_loads_no_model_library(self, calls: Path) -> None:
        code = (
            "import contextlib, sys\n"
            "from stimmung.batch.cli import main\n"
            "with contextlib.suppress(SystemExit): main()\n"
            "sys.exit(' '.join(name for name in ('torch', 'ctranslate2', 'faster_whisper') if name in sys.modules))\n"
        )
        result = run(sys.executable, "-c", code, "analyze", "gone.wav")
        assert result.stderr == "error: gone.wav: no such file\n\n"

    def test_analyze_shows_examples_and_exit_codes(self, runner: CliRunner) -> None:
        text = runner.invoke(build_app(), ["analyze", "--help"]).stdout
        assert "stimmung analyze --roles agent,customer" in text
        assert "stimmung analyze --one-call agent.wav caller.wav" in text
        assert "Exit codes: 0 all recordings done" in text

    def test_no_words_show_the_help(self, runner: CliRunner) -> None:
        result = runner.invoke(build_app(), [])
        for name in ("analyze", "models", "config"):
            assert name in result.output


def test_the_version_is_the_packages(runner: CliRunner) -> None:
    result = runner.invoke(build_app(), ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"stimmung {version('stimmung')}\n")


@pytest.mark.slow
def test_python_m_is_the_same_program() -> None:
    assert run(sys.executable, "-m", "stimmung.batch", "--version").stdout == f"stimmung {version('stimmung')}\n"


def test_libraries_are_told_to_report_nothing_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NO_TELEMETRY:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")  # so that what main() sets is taken back after the test
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "argv", ["stimmung", "--version"])
    with pytest.raises(SystemExit):
        main()
    assert os.environ["DO_NOT_TRACK"] == os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "0"


@pytest.mark.slow
def test_onnxruntime_leaves_no_number_of_the_machine_and_no_report_to_send(tmp_path: Path) -> None:
    code = (
        "import contextlib\n"
        "from pathlib import Path\n"
        "from stimmung.batch.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "from faster_whisper.utils import get_assets_path\n"
        "from stimmung.models.silero import SileroDetector\n"
        "SileroDetector(Path(get_assets_path()) / 'silero_vad_v6.onnx')\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", code, "--version"], env=environment, check=False)
    assert result.returncode == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
