"""Whatever is drawn, in whatever order: nobody but a known customer is scored, and less permission never gives more."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.consent import DEPLOYMENT, GRANTED
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.policy import CERTAIN, Party, deployment_of, permissions_of
from stimmung.calls.records import CallAnalysis, Deployment, Permissions
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.fakes import FakeTextEmotion, FakeVoiceEmotion, fake_engines
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Consent, Role, Samples
from stimmung.speech.settings import PolicySettings

SECONDS = 5.0
TURN = 1.0  # s of sound of each channel, one channel after the other

words = st.sampled_from(["", " ", "x", "agents too", "\n"]) | st.text(max_size=6)
times = st.none() | st.just(datetime(2026, 3, 1, tzinfo=UTC))
consents: st.SearchStrategy[Consent] = st.sampled_from(get_args(Consent))
roles: st.SearchStrategy[Role] = st.sampled_from(get_args(Role))
deployments = st.builds(
    deployment_of,
    st.builds(
        PolicySettings,
        purpose=st.none() | words,
        legal_basis=st.none() | words,
        notice_de=st.none() | words,
        notice_en=st.none() | words,
        country=st.sampled_from(["eu", "de"]),
        works_agreement=st.none() | words,
        keep_original=st.booleans(),
    ),
) | st.just(DEPLOYMENT)
calls = st.builds(
    CallInfo,
    language=st.sampled_from([None, "de", "en", "fr"]),
    consent=consents,
    emotion_notice_given_at=times,
    metadata=st.dictionaries(st.sampled_from(["roles", "consent", "role"]), words, max_size=2),
) | st.just(GRANTED)
certainties = st.floats() | st.floats(0.0, 1.0) | st.just(1.0)
strangers: st.SearchStrategy[Any] = st.text(max_size=10) | roles  # Any: also what no type allows


def scored(permissions: Permissions) -> list[bool]:
    return [permissions.text_emotion.allowed, permissions.voice_emotion.allowed, permissions.distress.allowed]


def allowed(permissions: Permissions) -> set[str]:
    return {field.name for field in fields(Permissions) if getattr(permissions, field.name).allowed}


@settings(max_examples=300)
@given(strangers, certainties, st.booleans(), calls, deployments)
def test_only_a_customer_who_certainly_is_one_is_scored(
    role: Any, certainty: float, alone: bool, call: CallInfo, deployment: Deployment
) -> None:
    found = permissions_of(Party(role, certainty, alone=alone), call, deployment)
    if role != "customer" or not CERTAIN <= certainty <= 1.0:
        assert not any(scored(found))


@settings(max_examples=200)
@given(strangers, certainties, st.text(max_size=9), st.text(max_size=3), calls, deployments)
def test_a_consent_or_profile_that_nobody_defined_permits_no_more_than_the_strictest(
    role: Any, certainty: float, consent: Any, country: Any, call: CallInfo, deployment: Deployment
) -> None:
    party = Party(role, certainty)
    if consent not in get_args(Consent):
        odd = permissions_of(party, replace(call, consent=consent), deployment)
        assert allowed(odd) <= allowed(permissions_of(party, replace(call, consent="withdrawn"), deployment))
    strict = permissions_of(party, call, replace(deployment, country="de"))
    if country != "eu":
        assert allowed(permissions_of(party, call, replace(deployment, country=country))) == allowed(strict)


@settings(max_examples=200)
@given(certainties, calls, deployments, st.sampled_from([field.name for field in fields(Deployment)]))
def test_taking_away_what_the_deployment_settled_permits_no_more(
    certainty: float, call: CallInfo, deployment: Deployment, name: str
) -> None:
    gone: dict[str, Any] = {name: {"country": "de", "keep_original": False}.get(name, " ")}
    for role in get_args(Role):
        party = Party(role, certainty)
        less = permissions_of(party, call, replace(deployment, **gone))
        assert allowed(less) <= allowed(permissions_of(party, call, deployment))


@settings(max_examples=200)
@given(st.lists(consents, max_size=6), st.booleans(), calls, deployments, st.floats(0.0, 1.0))
def test_taking_away_consent_or_notice_permits_no_more_whatever_was_said_before(
    said: Sequence[Consent], notice: bool, call: CallInfo, deployment: Deployment, certainty: float
) -> None:
    order: list[Consent] = ["granted", "unknown", "refused", "withdrawn"]
    for role in get_args(Role):
        party = Party(role, certainty)
        found = [permissions_of(party, replace(call, consent=one), deployment) for one in order]
        assert all(allowed(less) <= allowed(more) for more, less in pairwise(found))
        untold = permissions_of(party, replace(call, emotion_notice_given_at=None), deployment)
        assert allowed(untold) <= allowed(permissions_of(party, call, deployment))
        now = call
        for consent in said:  # what was said before leaves no trace
            now = replace(now, consent=consent)
            assert permissions_of(party, now, deployment) == permissions_of(
                party, replace(call, consent=consent), deployment
            )


@settings(max_examples=200)
@given(roles, certainties, calls, deployments)
def test_every_ruling_has_a_reason_and_only_a_no_has_a_remedy(
    role: Role, certainty: float, call: CallInfo, deployment: Deployment
) -> None:
    found = permissions_of(Party(role, certainty), call, deployment)
    for field in fields(Permissions):
        ruling = getattr(found, field.name)
        assert ruling.why
        assert not (ruling.allowed and ruling.remedy)


def sound(channels: int, same: bool) -> Audio:
    """Return a turn of noise on each channel, one after the other, each of its own loudness; or one on all of them."""
    samples = np.zeros((channels, round(SECONDS * SAMPLE_RATE)), np.float32)
    for channel in range(channels):
        noise = np.random.default_rng(0 if same else channel).standard_normal(round(TURN * SAMPLE_RATE))
        start = round((0.5 if same else 0.5 + channel * 1.5) * SAMPLE_RATE)
        samples[channel, start : start + len(noise)] = 0.1 * noise
    return Audio(samples)


def may_be_scored(found: CallAnalysis, channel: int) -> bool:
    """Say whether a channel is a customer's, as a person would: named, and not what all hear on both."""
    named = found.info.roles
    if found.dual_mono or (found.channels == 1 and len(named) > 1):
        return False
    return channel < len(named) and named[channel] == "customer"


def stretches(voices: Sequence[Samples], audio: Audio) -> set[int]:
    """Return the channels of which the voices are cut."""
    return {at for at, channel in enumerate(audio.samples) for cut in voices if np.shares_memory(cut, channel)}


@settings(max_examples=60)
@given(
    st.integers(1, 3),
    st.lists(roles, max_size=3),
    st.booleans(),
    calls,
    deployments,
    st.sampled_from([("de",), ("de", "en")]),
)
def test_through_the_whole_pipeline_nobody_else_is_heard_read_or_kept(
    channels: int, named: list[Role], same: bool, call: CallInfo, deployment: Deployment, languages: tuple[str, ...]
) -> None:
    audio = sound(channels, same)
    info = replace(call, roles=tuple(named[:channels]) if channels > 1 else tuple(named))
    texts, voices = FakeTextEmotion(), FakeVoiceEmotion()
    engines = replace(fake_engines(), text_emotion=texts, voice_emotion=voices)
    instructions = Instructions(ToyRedactor(), TranscriptionOptions(languages), deployment)
    found = analyze_audio(audio, "call.wav", info, engines, instructions, lambda *_: None).analysis
    theirs = {at for at in range(channels) if may_be_scored(found, at)}
    assert stretches([voice.samples for voice in voices.heard], audio) <= theirs
    assert len(texts.asked) <= sum(one.channel in theirs for one in found.utterances)
    for one in found.utterances:
        assert one.channel in theirs or (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)
        assert one.channel in theirs or (one.voice_features, one.text_vector) == (None, None)
    assert {caller.channel for caller in found.distress} | {course.channel for course in found.course} <= theirs
    if call.consent != "granted" or call.emotion_notice_given_at is None or not deployment.legal_basis:
        assert voices.heard == []
        assert not any(one.voice_emotion or one.voice_features is not None for one in found.utterances)
    if call.consent == "withdrawn":
        assert texts.asked == []
        assert_nothing_is_scored(found)
    assert_nothing_is_scored(withdraw_consent(found))


def assert_nothing_is_scored(found: CallAnalysis) -> None:
    for one in found.utterances:
        assert (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)
        assert (one.voice_features, one.text_vector) == (None, None)
    assert (found.distress, found.course) == ((), ())
    assert found.policy is not None
    assert not any(flag for party in found.policy.parties for flag in scored(party.permissions))


def test_the_pipeline_of_these_tests_does_score_a_customer() -> None:
    voices, texts = FakeVoiceEmotion(), FakeTextEmotion()
    engines = replace(fake_engines(), text_emotion=texts, voice_emotion=voices)
    audio, info = sound(2, False), replace(GRANTED, roles=("agent", "customer"))
    instructions = Instructions(ToyRedactor(), deployment=DEPLOYMENT)
    found = analyze_audio(audio, "call.wav", info, engines, instructions, lambda *_: None).analysis
    assert stretches([voice.samples for voice in voices.heard], audio) == {1}
    assert (len(texts.asked), len(found.utterances)) == (1, 2)
