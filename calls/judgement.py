"""Everything that is made of what was said: moods, distress, the course of the call, talk metrics. No transcription.

Identifiers are taken out first, so that no score, quote or reason holds one; talk metrics alone count what was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stimmung.calls.callers import judge_callers
from stimmung.calls.course import courses
from stimmung.calls.distress import DistressJudge
from stimmung.calls.metrics import measure
from stimmung.calls.records import CallerDistress, Course, Metrics, Omission, PartyPolicy, RedactionReport
from stimmung.calls.redacting import Redacting
from stimmung.calls.redaction.records import Original
from stimmung.calls.text_emotions import read_text_emotions
from stimmung.calls.voice_emotions import Description, hear_voice_emotions
from stimmung.speech.engines import TextEmotion, VoiceEmotion
from stimmung.speech.records import Event, Utterance


@dataclass(frozen=True, slots=True)
class Said:
    """What was heard of a call: utterances as they were said, ordered by start, with levels; music and tones.

    `parties` say who may be judged how.
    """

    utterances: Sequence[Utterance]
    events: Sequence[Event]
    parties: Sequence[PartyPolicy]
    duration: float


@dataclass(frozen=True, slots=True)
class Judges:
    """Who takes identifiers out, and who judges; None where nobody wants or can.

    `describe` gives what `voice` hears in an utterance.
    """

    redactor: Redacting
    text: TextEmotion | None
    voice: VoiceEmotion | None
    describe: Description
    distress: DistressJudge | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of it, and what was left out; `utterances` hold no identifier, `originals` are as they were."""

    utterances: tuple[Utterance, ...]
    distress: tuple[CallerDistress, ...]
    course: tuple[Course, ...]
    metrics: Metrics
    omitted: tuple[Omission, ...]
    redaction: RedactionReport
    originals: tuple[Original, ...] = ()


def judge_call(said: Said, judges: Judges) -> Judgement:
    """Redact what was said, and judge what the policy permits."""
    parties = said.parties
    redacted = judges.redactor.redact(said.utterances)
    read = read_text_emotions(redacted.utterances, parties, judges.text)
    heard = hear_voice_emotions(read.utterances, parties, said.events, judges.voice, judges.describe)
    judged = judge_callers(heard.utterances, parties, said.duration, for_texts(judges.distress, judges.text))
    return Judgement(
        utterances=judged.utterances,
        distress=judged.callers,
        course=courses(judged.utterances, said.duration),
        metrics=measure(said.utterances, said.events, said.duration, [party.role for party in parties]),
        omitted=(*read.omitted, *heard.omitted, *judged.omitted),
        redaction=RedactionReport(dict(redacted.counts), redacted.bleeps, redacted.unsure),
        originals=redacted.originals,
    )


def for_texts(distress: DistressJudge | None, text: TextEmotion | None) -> DistressJudge | None:
    """Return the judge of distress as it reads what this text model says."""
    return distress.reading(text.model.sha256) if distress and text else distress
