"""The whole pipeline on one screen: a recording goes in, who said what and when comes out."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from stimmung.calls.distress import DistressJudge
from stimmung.calls.distress_model import NAME as DISTRESS_MODEL
from stimmung.calls.judgement import Said, judge_call
from stimmung.calls.policy import Party, permissions_for, report_policy
from stimmung.calls.records import CallAnalysis, Deployment, PartyPolicy, PolicyReport, UsedModel
from stimmung.speech.channels import Channels, assign_roles
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.events import find_events
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Utterance, Window
from stimmung.speech.utterances import utterances_of
from stimmung.speech.windows import pack_windows

logger = logging.getLogger(__name__)

Progress = Callable[[float, float], None]  # seconds of the recording that are done, and its duration


@dataclass(frozen=True, slots=True)
class Recording:
    """The file or files of one call; two files are one channel each, in this order."""

    files: tuple[Path, ...]
    raw_format: str | None = None  # e.g. "ulaw:8000:2" for headerless sound; None: by extension or container


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to listen, and for whom: what a deployment has settled decides what may be computed."""

    transcription: TranscriptionOptions = field(default_factory=TranscriptionOptions)
    deployment: Deployment = field(default_factory=Deployment)
    distress: DistressJudge | None = None  # None: nobody's distress is judged


def analyze(
    recording: Recording, info: CallInfo, engines: Engines, instructions: Instructions, progress: Progress
) -> CallAnalysis:
    """Transcribe one call and compute what the policy permits.

    Raises AudioError where the recording cannot be read or is empty, CallInfoError for more roles than channels,
    SettingsError for a raw format that makes no sense.
    """
    audio = decode(recording.files, parse_raw_format(recording.raw_format) if recording.raw_format else None)
    name = os.fsencode(recording.files[0]).decode("utf-8", "replace")  # old recorders name files in Latin-1
    return analyze_audio(audio, name, info, engines, instructions, progress)


def analyze_audio(
    audio: Audio, path: str, info: CallInfo, engines: Engines, instructions: Instructions, progress: Progress
) -> CallAnalysis:
    """Do the same with sound that is decoded already; `path` is what the result is called."""
    # On one channel several parties speak: roles by channel, as a deployment sets them for all calls, mean nothing.
    channels = assign_roles(audio, info.roles if audio.channels > 1 or len(info.roles) == 1 else ())
    with ThreadPoolExecutor(1) as aside:  # numpy and the detector both leave the interpreter's lock
        events = aside.submit(find_events, channels.audio)
        probabilities = [engines.detector.probabilities(samples)[0] for samples in channels.audio.samples]
    frame_seconds = engines.detector.frame_samples / SAMPLE_RATE
    windows = [
        window
        for channel, found in enumerate(probabilities)
        for window in pack_windows(
            utterances_of(channels.audio.samples[channel], channel, found, frame_seconds, events.result())
        )
    ]
    options = _with_language(instructions.transcription, info)
    policy = _policy(channels, info, options, instructions.deployment)
    texts = engines.transcriber.transcribe(windows, options, _Share(progress, windows, audio.duration).add)
    heard = tuple(sorted(events.result(), key=lambda event: (event.start, event.channel)))
    said = Said(channels.audio, _in_order(texts, policy.parties), heard, policy.parties)
    judged = judge_call(said, engines, instructions.distress)
    progress(audio.duration, audio.duration)
    return CallAnalysis(
        path=path,
        duration=audio.duration,
        channels=audio.channels,
        language=_language(judged.utterances, options),
        info=info,
        events=heard,
        utterances=judged.utterances,
        models=tuple(_used(engines, instructions.distress, judged.utterances)),
        dual_mono=channels.dual_mono,
        omitted=judged.omitted,
        distress=judged.distress,
        course=judged.course,
        metrics=judged.metrics,
        policy=policy,
    )


def _with_language(options: TranscriptionOptions, info: CallInfo) -> TranscriptionOptions:
    """Take the language that is known of the call, if it is one of those allowed."""
    if info.language in options.languages:
        return replace(options, languages=(info.language,))
    if info.language:
        logger.warning(
            "the call's language %s is none of those allowed (%s): listening for these",
            info.language,
            ", ".join(options.languages),
        )
    return options


def _policy(channels: Channels, info: CallInfo, options: TranscriptionOptions, deployment: Deployment) -> PolicyReport:
    """Rule on who is on each channel. A role that was named is certain, and one language alone is the call's."""
    several = channels.audio.channels > 1
    parties = [
        Party(role, certainty=float(role != "unknown"), channel=channel, alone=several)
        for channel, role in enumerate(channels.roles)
    ]
    sole = options.languages[0] if len(options.languages) == 1 else None
    return report_policy(parties, replace(info, language=info.language or sole), deployment)


class _Share:
    """Turns windows that were heard into seconds of the recording."""

    def __init__(self, progress: Progress, windows: Sequence[Window], duration: float) -> None:
        self._progress, self._duration = progress, duration
        self._total, self._done = sum(window.duration for window in windows), 0.0

    def add(self, window: Window) -> None:
        self._done += window.duration
        self._progress(self._duration * self._done / self._total, self._duration)


def _in_order(texts: Sequence[tuple[Utterance, ...]], parties: Sequence[PartyPolicy]) -> tuple[Utterance, ...]:
    """Order by start, then channel, and say whose each utterance is: the channel tells.

    What the recogniser pooled of a voice that may not be heard is dropped here, before anything can be made of it.
    """
    said = [
        _unpooled(replace(utterance, role=parties[utterance.channel].role), parties)
        for window in texts
        for utterance in window
    ]
    return tuple(sorted(said, key=lambda utterance: (utterance.start, utterance.channel)))


def _unpooled(utterance: Utterance, parties: Sequence[PartyPolicy]) -> Utterance:
    may_hear = permissions_for(utterance, parties).voice_emotion.allowed
    return utterance if may_hear else replace(utterance, voice_features=None)


def _language(utterances: Sequence[Utterance], options: TranscriptionOptions) -> str:
    if utterances:
        return utterances[0].language
    return options.languages[0] if len(options.languages) == 1 else ""


def _used(engines: Engines, distress: DistressJudge | None, utterances: Sequence[Utterance]) -> Iterator[UsedModel]:
    """Yield the models that had a part in it."""
    used = {"speech_detection": engines.detector.model, "transcription": engines.transcriber.model}
    if engines.text_emotion and any(utterance.text_emotion for utterance in utterances):
        used["text_emotion"] = engines.text_emotion.model
    if engines.voice_emotion and any(utterance.voice_emotion for utterance in utterances):
        used["voice_emotion"] = engines.voice_emotion.model
    for task, model in used.items():
        yield UsedModel(task, model.name, model.sha256)
    if distress and any(utterance.distress for utterance in utterances):
        yield UsedModel("distress", DISTRESS_MODEL, distress.model.sha256)
