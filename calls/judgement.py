"""Everything that is made of what was said: moods, distress, the course of the call, talk metrics. No transcription."""

from collections.abc import Sequence
from dataclasses import dataclass

from stimmung.calls.callers import judge_callers
from stimmung.calls.course import courses
from stimmung.calls.distress import DistressJudge
from stimmung.calls.metrics import measure
from stimmung.calls.records import CallerDistress, Course, Metrics, Omission, PartyPolicy
from stimmung.calls.text_emotions import read_text_emotions
from stimmung.calls.voice_emotions import hear_voice_emotions
from stimmung.speech.engines import Engines
from stimmung.speech.loudness import with_levels
from stimmung.speech.records import Audio, Event, Utterance


@dataclass(frozen=True, slots=True)
class Said:
    """What was heard of a call: its sound, the utterances ordered by start, music and tones, who may be judged how."""

    audio: Audio
    utterances: Sequence[Utterance]
    events: Sequence[Event]
    parties: Sequence[PartyPolicy]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of it, and what was left out."""

    utterances: tuple[Utterance, ...]
    distress: tuple[CallerDistress, ...]
    course: tuple[Course, ...]
    metrics: Metrics
    omitted: tuple[Omission, ...]


def judge_call(said: Said, engines: Engines, distress: DistressJudge | None) -> Judgement:
    """Judge what the policy permits; `distress` is None where nobody wants it."""
    duration, parties = said.audio.duration, said.parties
    read = read_text_emotions(said.utterances, parties, engines.text_emotion)
    heard = hear_voice_emotions(read.utterances, parties, said.audio, said.events, engines.voice_emotion)
    levelled = with_levels(heard.utterances, said.audio)
    if distress is not None and engines.text_emotion is not None:
        distress = distress.reading(engines.text_emotion.model.sha256)
    judged = judge_callers(levelled, parties, duration, distress)
    return Judgement(
        utterances=judged.utterances,
        distress=judged.callers,
        course=courses(judged.utterances, duration),
        metrics=measure(judged.utterances, said.events, duration, [party.role for party in parties]),
        omitted=(*read.omitted, *heard.omitted, *judged.omitted),
    )
