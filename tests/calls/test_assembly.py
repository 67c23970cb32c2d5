"""What recordings and live calls have in common: who is who, in which language, what came of it and by which models."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import DEPLOYMENT, GRANTED, parties
from tests.calls.live_parts import reading, said
from tests.calls.toy_distress import MODEL, judge
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.assembly import (
    Listened,
    assembled,
    owned,
    policy_of,
    roles_on,
    with_language,
)
from stimmung.calls.distress import DistressJudge
from stimmung.calls.distress_model import NAME as DISTRESS_MODEL
from stimmung.calls.judgement import Judgement
from stimmung.calls.metrics import measure
from stimmung.calls.records import CallAnalysis, CallerDistress, Omission, RedactionReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.engines import Engines, ModelId, TranscriptionOptions
from stimmung.speech.fakes import fake_engines
from stimmung.speech.records import CallInfo, DistressScore, Event, Role, Utterance, VoiceEmotionScore

BOTH = TranscriptionOptions(("de", "en"), beam_size=5, hotwords="Stadtwerke")
ROLES: tuple[Role, ...] = ("agent", "customer")
ORIGINALS = (Original(0, "ja Erika", ()),)


def listened(options: TranscriptionOptions = BOTH) -> Listened:
    policy = policy_of(ROLES, GRANTED, options, DEPLOYMENT)
    return Listened("calls/one.wav", GRANTED, 60.0, 2, (Event("tone", 0, 1.0, 2.0),), policy, options, dual_mono=True)


def judged(*utterances: Utterance) -> Judgement:
    omitted = (Omission("voice_emotion", "nobody said so"),)
    callers = (CallerDistress(1, "", 0.2, "calm", "steady"),)
    metrics = measure(utterances, (), 60.0, ROLES)
    return Judgement(utterances, callers, (), metrics, omitted, RedactionReport({"NAME": 1}), ORIGINALS)


def whole(
    *utterances: Utterance,
    options: TranscriptionOptions = BOTH,
    engines: Engines | None = None,
    distress: DistressJudge | None = None,
) -> CallAnalysis:
    engines = engines or fake_engines()
    return assembled(listened(options), judged(*utterances), engines, distress, ToyRedactor()).analysis


class NoNames:
    """Finds no names."""

    @property
    def model(self) -> ModelId:
        return ModelId("fake-names", "7" * 64)

    def find_names(self, texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:
        return [[] for _ in texts]


def tasks(analysis: CallAnalysis) -> list[str]:
    return [model.task for model in analysis.models]


# the result


def test_the_result_holds_what_was_heard_and_what_was_judged() -> None:
    analysis = whole(said(1.0, 2.0))
    assert (analysis.path, analysis.duration, analysis.channels) == ("calls/one.wav", 60.0, 2)
    assert analysis.dual_mono
    assert analysis.info == GRANTED
    assert analysis.events == (Event("tone", 0, 1.0, 2.0),)
    assert analysis.policy == listened().policy
    assert [one.text for one in analysis.utterances] == ["ja gut"]
    assert [one.why for one in analysis.omitted] == ["nobody said so"]
    assert [one.state for one in analysis.distress] == ["calm"]
    assert analysis.metrics is not None
    assert analysis.metrics.parties[0].words == 2
    assert analysis.redaction == RedactionReport({"NAME": 1})


def test_what_was_known_of_the_call_is_redacted_but_for_the_customers_key() -> None:
    info = replace(GRANTED, customer="K-17", metadata={"name": "Beispiel", "ticket": {"caller": 4917100000017}})
    call = replace(listened(), path="calls/+4917100000017_2026.wav", info=info)
    analysis = assembled(call, judged(), fake_engines(), None, ToyRedactor()).analysis
    assert analysis.path == "calls/[PHONE]_2026.wav"
    assert analysis.info.metadata == {"name": "[NAME]", "ticket": {"caller": "[PHONE]"}}
    assert analysis.info.customer == "K-17"


def test_the_words_as_they_were_said_leave_only_where_the_policy_lets_them() -> None:
    keeping, refused = replace(DEPLOYMENT, keep_original=True), replace(GRANTED, consent="refused")
    for settled, info, kept in ((DEPLOYMENT, GRANTED, ()), (keeping, GRANTED, ORIGINALS), (keeping, refused, ())):
        call = replace(listened(), policy=policy_of(ROLES, info, BOTH, settled))
        assert assembled(call, judged(), fake_engines(), None, ToyRedactor()).originals == kept


def test_the_language_is_that_of_what_was_said_first() -> None:
    assert whole(said(1.0, 2.0, language="en"), said(3.0, 4.0, language="de")).language == "en"


@pytest.mark.parametrize(("languages", "language"), [(("de",), "de"), (("de", "en"), "")])
def test_where_nothing_was_said_one_language_alone_is_the_calls(languages: tuple[str, ...], language: str) -> None:
    assert whole(options=TranscriptionOptions(languages)).language == language


def test_models_that_had_no_part_are_not_named() -> None:
    assert tasks(whole(said(1.0, 2.0), distress=judge())) == ["speech_detection", "transcription"]


def test_models_that_had_a_part_are_named_with_their_weights() -> None:
    scored = replace(
        said(1.0, 2.0),
        text_emotion=reading().emotion,
        voice_emotion=VoiceEmotionScore(0.0, 0.0, {}),
        distress=DistressScore(0.5, "uneasy"),
    )
    analysis = whole(said(0.0, 0.5), scored, distress=judge())
    assert tasks(analysis) == ["speech_detection", "transcription", "text_emotion", "voice_emotion", "distress"]
    named = {model.task: (model.name, model.sha256) for model in analysis.models}
    assert named["text_emotion"] == ("fake-text-emotion", "2" * 64)
    assert named["distress"] == (DISTRESS_MODEL, MODEL.sha256)


def test_the_model_that_looks_for_names_is_named_where_something_was_said() -> None:
    engines = replace(fake_engines(), names=NoNames())
    assert tasks(whole(said(1.0, 2.0), engines=engines)) == ["speech_detection", "transcription", "names"]
    assert whole(said(1.0, 2.0), engines=engines).models[-1].sha256 == "7" * 64
    assert tasks(whole(engines=engines)) == ["speech_detection", "transcription"]


# the language


def test_a_language_that_is_known_and_allowed_is_taken_and_the_rest_stays() -> None:
    assert with_language(BOTH, CallInfo(language="en")) == replace(BOTH, languages=("en",))


def test_without_a_known_language_all_are_listened_for() -> None:
    assert with_language(BOTH, CallInfo()) is BOTH


def test_a_language_that_is_not_allowed_is_no_help_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="stimmung.calls.assembly"):
        assert with_language(BOTH, CallInfo(language="fr")) is BOTH
    assert "'fr' is none of those allowed (de, en)" in caplog.text


# the rules


def test_roles_that_were_named_are_certain_and_others_are_not() -> None:
    report = policy_of(("agent", "unknown"), GRANTED, BOTH, DEPLOYMENT)
    assert [(party.channel, party.role, party.certainty) for party in report.parties] == [
        (0, "agent", 1.0),
        (1, "unknown", 0.0),
    ]


def test_one_language_alone_decides_which_notice_is_needed() -> None:
    german = replace(DEPLOYMENT, notice_en="")
    for options, heard in ((BOTH, False), (TranscriptionOptions(("de",)), True)):
        report = policy_of(ROLES, GRANTED, options, german)
        assert report.parties[1].permissions.voice_emotion.allowed is heard


def test_a_language_of_the_call_goes_before_what_is_listened_for() -> None:
    report = policy_of(
        ROLES, replace(GRANTED, language="en"), TranscriptionOptions(("de",)), replace(DEPLOYMENT, notice_en="")
    )
    assert not report.parties[1].permissions.voice_emotion.allowed


@pytest.mark.parametrize(
    ("roles", "channels", "meant"),
    [(ROLES, 2, ROLES), (ROLES, 1, ()), (("customer",), 1, ("customer",)), ((), 1, ()), (("agent",), 2, ("agent",))],
)
def test_on_one_channel_roles_by_channel_mean_nothing(
    roles: tuple[Role, ...], channels: int, meant: tuple[Role, ...]
) -> None:
    assert roles_on(CallInfo(roles=roles), channels) == meant


# whose an utterance is


@pytest.mark.parametrize(("channel", "role", "heard"), [(0, "agent", False), (1, "customer", True)])
def test_an_utterance_is_its_channels_and_states_of_voices_that_may_not_be_heard_are_dropped(
    channel: int, role: Role, *, heard: bool
) -> None:
    own = owned(said(1.0, 2.0, channel=channel, role="unknown"), parties(*ROLES))
    assert own.role == role
    assert (own.voice_features is not None) is heard
    if own.voice_features is not None:
        assert np.array_equal(own.voice_features, np.ones(4, np.float32))


@pytest.mark.parametrize("consent", ["unknown", "refused", "withdrawn"])
def test_without_consent_no_state_of_a_voice_is_left(consent: str) -> None:
    ruled = parties(*ROLES, info=replace(GRANTED, consent=consent))  # type: ignore[arg-type]  # one of the four
    assert owned(said(1.0, 2.0, channel=1), ruled).voice_features is None
