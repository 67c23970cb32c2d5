"""A call to show, and a pipeline that hears it in every file."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.calls.toy_redaction import ToyRedactor
from typer.testing import CliRunner

from stimmung.batch.pipeline import Pipeline
from stimmung.calls.analysis import Instructions, Progress, Recording
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import Analyzed, CallAnalysis, RedactionReport, UsedModel
from stimmung.calls.redaction.records import Original
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.errors import AudioError
from stimmung.speech.fakes import fake_engines
from stimmung.speech.records import CallInfo, Event, Role, Utterance, Word
from stimmung.speech.settings import Settings


def say(channel: int, role: Role, start: float, end: float, text: str) -> Utterance:
    """Return an utterance whose words share its time evenly."""
    texts = text.split()
    step = (end - start) / len(texts)
    words = tuple(Word(start + i * step, start + (i + 1) * step, word, 0.9) for i, word in enumerate(texts))
    return Utterance(channel, role, "", start, end, text, "de", 0.9, (), words)


BILLING = CallAnalysis(
    path="calls/billing.flac",
    duration=92.4,
    channels=2,
    language="de",
    info=CallInfo(roles=("agent", "customer")),
    events=(Event("music", 1, 24.5, 44.0),),
    utterances=(
        say(0, "agent", 0.4, 4.1, "Stadtwerke Neustadt, guten Tag, mein Name ist [NAME]."),
        say(1, "customer", 4.8, 15.3, "Ja, guten Tag. Ich habe hier eine Rechnung über zweihundert Euro bekommen."),
        say(0, "agent", 19.9, 23.8, "Einen Moment bitte, ich sehe gleich einmal nach."),
        say(0, "agent", 44.6, 51.0, "Vielen Dank für Ihre Geduld. Die Kündigung ist bei uns leider nicht …"),
        say(1, "customer", 49.2, 53.6, "Das kann doch wohl nicht wahr sein!"),
    ),
    models=(UsedModel("transcription", "base", "905e"),),
    redaction=RedactionReport({"NAME": 1}),
)

GREETING = say(0, "agent", 0.4, 4.1, "Stadtwerke Neustadt, guten Tag, mein Name ist Anna Weber.")
ORIGINALS = (Original(0, GREETING.text, GREETING.words),)
REDACTOR = ToyRedactor()


@dataclass
class FakePipeline:
    """Hears BILLING in every file, fails on names with `bad`, and remembers what it was asked."""

    settings: list[Settings] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    infos: list[CallInfo] = field(default_factory=list)
    instructions: list[Instructions] = field(default_factory=list)
    seconds: float = 0.0  # what the clock shows
    error: Callable[[Path], BaseException | None] = lambda path: (
        AudioError(f"{path}: holds no sound; check the recorder") if "bad" in path.name else None
    )

    @property
    def options(self) -> list[TranscriptionOptions]:
        return [one.transcription for one in self.instructions]

    def __call__(self) -> Pipeline:
        return Pipeline(
            self.build_engines,
            self.analyze,
            lambda settings, engines: REDACTOR,
            lambda: self.seconds,
        )

    def build_engines(self, settings: Settings) -> Engines:
        self.settings.append(settings)
        return fake_engines()

    def analyze(
        self, recording: Recording, info: CallInfo, engines: Engines, instructions: Instructions, progress: Progress
    ) -> Analyzed:
        self.recordings.append(recording)
        self.infos.append(info)
        self.instructions.append(instructions)
        progress(40.0, 92.4)
        if (error := self.error(recording.files[0])) is not None:
            raise error
        self.seconds += 4.2
        progress(92.4, 92.4)
        policy = report_policy([Party("agent", 1.0), Party("customer", 1.0, 1)], info, instructions.deployment)
        known = replace(BILLING.info, roles=info.roles, consent=info.consent)
        analysis = replace(BILLING, path=str(recording.files[0]), info=known)
        if instructions.deployment.keep_original:
            return Analyzed(replace(analysis, policy=policy), ORIGINALS)
        return Analyzed(analysis)


@pytest.fixture
def billing() -> CallAnalysis:
    """A two-channel call with overlap, hold music and silence."""
    return BILLING


@pytest.fixture
def pipeline() -> FakePipeline:
    """A pipeline without models."""
    return FakePipeline()


@pytest.fixture
def runner() -> CliRunner:
    """Runs commands in this process, stdout and stderr apart."""
    return CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"})


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with three files that count as recordings: a.wav, b.wav, bad.wav."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("a.wav", "b.wav", "bad.wav"):
        (folder / name).write_bytes(b"RIFF")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    return folder
