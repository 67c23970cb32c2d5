"""The whole pipeline on one screen: a recording goes in, who said what and when comes out."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stimmung.calls.assembly import Listened, assembled, owned, policy_of, roles_on, with_language
from stimmung.calls.distress import DistressJudge
from stimmung.calls.judgement import Judges, Said, judge_call
from stimmung.calls.records import Analyzed, Deployment, PartyPolicy
from stimmung.calls.redacting import Redacting
from stimmung.calls.voice_emotions import describe_in
from stimmung.speech.channels import assign_roles
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.events import find_events
from stimmung.speech.loudness import with_levels
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Utterance, Window
from stimmung.speech.utterances import utterances_of
from stimmung.speech.windows import pack_windows

Progress = Callable[[float, float], None]  # seconds of the recording that are done, and its duration


@dataclass(frozen=True, slots=True)
class Recording:
    """The file or files of one call; two files are one channel each, in this order."""

    files: tuple[Path, ...]
    raw_format: str | None = None  # e.g. "ulaw:8000:2" for headerless sound; None: by extension or container


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to listen, and for whom: what a deployment has settled decides what may be computed.

    `redactor` has no default: without one nothing that was said may leave.
    """

    redactor: Redacting
    transcription: TranscriptionOptions = field(default_factory=TranscriptionOptions)
    deployment: Deployment = field(default_factory=Deployment)
    distress: DistressJudge | None = None  # None: nobody's distress is judged


def analyze(
    recording: Recording, info: CallInfo, engines: Engines, instructions: Instructions, progress: Progress
) -> Analyzed:
    """Transcribe one call, take identifiers out of it, and compute what the policy permits.

    Raises AudioError where the recording cannot be read or is empty, CallInfoError for more roles than channels,
    SettingsError for a raw format that makes no sense.
    """
    audio = decode(recording.files, parse_raw_format(recording.raw_format) if recording.raw_format else None)
    name = os.fsencode(recording.files[0]).decode("utf-8", "replace")  # old recorders name files in Latin-1
    return analyze_audio(audio, name, info, engines, instructions, progress)


def analyze_audio(
    audio: Audio, path: str, info: CallInfo, engines: Engines, instructions: Instructions, progress: Progress
) -> Analyzed:
    """Do the same with sound that is decoded already; `path` is what the result is called."""
    channels = assign_roles(audio, roles_on(info, audio.channels))
    with ThreadPoolExecutor(1) as aside:  # numpy and the detector both leave the interpreter's lock
        events = aside.submit(find_events, channels.audio)
        probabilities = [engines.detector.probabilities(samples)[0] for samples in channels.audio.samples]
    frame_seconds = engines.detector.frame_samples / SAMPLE_RATE
    windows = [
        window
        for channel, (samples, found) in enumerate(zip(channels.audio.samples, probabilities, strict=True))
        for window in pack_windows(utterances_of(samples, channel, found, frame_seconds, events.result()))
    ]
    options = with_language(instructions.transcription, info)
    policy = policy_of(channels.roles, info, options, instructions.deployment)
    texts = engines.transcriber.transcribe(windows, options, _Share(progress, windows, audio.duration).add)
    heard = tuple(sorted(events.result(), key=lambda event: (event.start, event.channel)))
    utterances = with_levels(_in_order(texts, policy.parties), channels.audio)
    describe = describe_in(channels.audio, engines.voice_emotion)
    judges = Judges(instructions.redactor, engines.text_emotion, engines.voice_emotion, describe, instructions.distress)
    judged = judge_call(Said(utterances, heard, policy.parties, audio.duration), judges)
    progress(audio.duration, audio.duration)
    call = Listened(path, info, audio.duration, audio.channels, heard, policy, options, channels.dual_mono)
    return assembled(call, judged, engines, instructions.distress, instructions.redactor)


class _Share:
    """Turns windows that were heard into seconds of the recording."""

    def __init__(self, progress: Progress, windows: Sequence[Window], duration: float) -> None:
        self._progress, self._duration = progress, duration
        self._total, self._done = sum(window.duration for window in windows), 0.0

    def add(self, window: Window) -> None:
        self._done += window.duration
        self._progress(self._duration * self._done / self._total, self._duration)


def _in_order(texts: Sequence[tuple[Utterance, ...]], parties: Sequence[PartyPolicy]) -> tuple[Utterance, ...]:
    """Order by start, then channel, and say whose each utterance is."""
    said = [owned(utterance, parties) for window in texts for utterance in window]
    return tuple(sorted(said, key=lambda utterance: (utterance.start, utterance.channel)))
