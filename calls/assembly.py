"""What a recording and a live call have in common behind their sound: who is who, in which language, and the result."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.distress import DistressJudge
from stimmung.calls.distress_model import NAME as DISTRESS_MODEL
from stimmung.calls.judgement import Judgement
from stimmung.calls.policy import Party, may_keep_original, permissions_for, report_policy
from stimmung.calls.records import Analyzed, CallAnalysis, Deployment, PartyPolicy, PolicyReport, UsedModel
from stimmung.calls.redacting import Redacting, redact_info, redact_path
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import CallInfo, Event, Role, Utterance

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listened:
    """A call whose sound was heard, before anything was judged; `channels` are those that it was recorded with."""

    path: str
    info: CallInfo
    duration: float
    channels: int
    events: tuple[Event, ...]
    policy: PolicyReport
    options: TranscriptionOptions
    dual_mono: bool = False


def assembled(
    call: Listened, judged: Judgement, engines: Engines, distress: DistressJudge | None, redactor: Redacting
) -> Analyzed:
    """Return the result of a call, and the words as they were said where they may be kept."""
    language = _language(judged.utterances, call.options)
    analysis = CallAnalysis(
        path=redact_path(call.path, redactor, language),
        duration=call.duration,
        channels=call.channels,
        language=language,
        info=redact_info(call.info, redactor, language),
        events=call.events,
        utterances=judged.utterances,
        models=tuple(_used(engines, distress, judged.utterances)),
        dual_mono=call.dual_mono,
        omitted=judged.omitted,
        distress=judged.distress,
        course=judged.course,
        metrics=judged.metrics,
        policy=call.policy,
        redaction=judged.redaction,
    )
    return Analyzed(analysis, judged.originals if may_keep_original(call.policy) else ())


def with_language(options: TranscriptionOptions, info: CallInfo) -> TranscriptionOptions:
    """Take the language that is known of the call, if it is one of those allowed."""
    if info.language in options.languages:
        return replace(options, languages=(info.language,))
    if info.language:
        logger.warning(
            "the call's language %r is none of those allowed (%s): listening for these",
            info.language,
            ", ".join(options.languages),
        )
    return options


def policy_of(
    roles: Sequence[Role], info: CallInfo, options: TranscriptionOptions, deployment: Deployment
) -> PolicyReport:
    """Rule on who is on each channel. A role that was named is certain, and one language alone is the call's."""
    parties = [
        Party(role, certainty=float(role != "unknown"), channel=channel, alone=len(roles) > 1)
        for channel, role in enumerate(roles)
    ]
    sole = options.languages[0] if len(options.languages) == 1 else None
    return report_policy(parties, replace(info, language=info.language or sole), deployment)


def roles_on(info: CallInfo, channels: int) -> tuple[Role, ...]:
    """Return the roles that were named and mean something.

    On one channel several parties speak: roles by channel, as a deployment sets them for all calls, mean nothing.
    """
    return info.roles if channels > 1 or len(info.roles) == 1 else ()


def owned(utterance: Utterance, parties: Sequence[PartyPolicy]) -> Utterance:
    """Say whose an utterance is: the channel tells.

    What the recogniser pooled of a voice that may not be heard is dropped here, before anything can be made of it.
    """
    own = replace(utterance, role=parties[utterance.channel].role)
    may_hear = permissions_for(own, parties).voice_emotion.allowed
    return own if may_hear else replace(own, voice_features=None)


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
    if engines.names and utterances:
        used["names"] = engines.names.model  # it was asked, whether it found any or not
    for task, model in used.items():
        yield UsedModel(task, model.name, model.sha256)
    if distress and any(utterance.distress for utterance in utterances):
        yield UsedModel("distress", DISTRESS_MODEL, distress.model.sha256)
