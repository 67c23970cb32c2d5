"""Who may be judged while a call goes on: consent that is given, refused and withdrawn, notice, roles."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.consent import consenting
from tests.calls.live_calls import (
    AGENT,
    CUSTOMER,
    EMERGENCY,
    ROLES,
    TALK,
    Line,
    ears,
    kept_by,
    line,
    one_of,
    plain,
    recorded,
)

from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.live_events import DistressChanged, UtteranceFinal, UtteranceRevised, Warned, Withdrawn
from stimmung.calls.live_tasks import Judging
from stimmung.calls.records import CallAnalysis, CallerDistress, Deployment
from stimmung.speech.engines import SpokenText, TextReading
from stimmung.speech.fakes import FakeTextEmotion, FakeVoiceEmotion
from stimmung.speech.records import (
    SAMPLE_RATE,
    CallInfo,
    Consent,
    DistressScore,
    Role,
    Samples,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
)

MADE_OF_A_MOOD = (TextReading, TextEmotionScore, VoiceEmotionScore, DistressScore, CallerDistress)
NOTICED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def until(seconds: float, since: float = 0.0) -> Samples:
    """Return a stretch of the talk."""
    return TALK[:, round(since * SAMPLE_RATE) : round(seconds * SAMPLE_RATE)]


def scored(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Return those of which anything was made."""
    return [one for one in utterances if one.text_emotion or one.voice_emotion or one.distress]


def voices(analysis: CallAnalysis) -> list[float]:
    """Return when the utterances begin whose voices were judged."""
    return [round(one.start, 1) for one in analysis.utterances if one.voice_emotion is not None]


def told(call: Line, since: int = 0) -> list[Utterance]:
    """Return the utterances that were told, from one event on."""
    return [one.utterance for one in call.told[since:] if isinstance(one, UtteranceFinal | UtteranceRevised)]


def moods_in(call: Line, *, rows: bool = True) -> list[object]:
    """Return whatever a call keeps of how anybody is, or with `rows` what it could be made of again."""
    moods: list[object] = [one for one in kept_by(call.call) if isinstance(one, MADE_OF_A_MOOD)]
    return moods + [one for one in kept_by(call.call._script) if isinstance(one, np.ndarray) and rows]


# withdrawn


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.floats(0.0, 22.0), st.sampled_from([0, 3]))
def test_after_a_withdrawal_nothing_is_scored_whenever_it_comes(seed: int, moment: float, slips: int) -> None:
    call, rng = line(engines=ears(slips)), Random(seed)
    patience = rng.choice([0.1, 0.5, 0.95])
    since = None
    for time in np.arange(0.0, 21.0, 0.5):
        if since is None and time >= moment:
            call.tell(call.call.consent("withdrawn"))
            since = len(call.told)
        call.feed(until(time + 0.5, since=time), chunk=0.5)
        while call.waiting and rng.random() > patience:
            one_of(call, rng, ())
        assert since is None or call.call.snapshot(time) == ()
    call.call.end()
    if since is None:
        call.work("finish").tell(call.call.consent("withdrawn"))
        since = len(call.told)
    call.work()
    assert scored(told(call, since)) == []
    assert not any(isinstance(one, DistressChanged) for one in call.told[since:])
    expected = withdraw_consent(recorded(until(21.0), engines=ears(slips)))
    assert plain(call.analysis()) == plain(expected)
    assert moods_in(call) == []


def test_a_withdrawal_is_told_once_and_erases_what_was_told() -> None:
    call = line().feed(until(EMERGENCY + 1)).work()
    assert scored(told(call)) != []
    assert call.tell(call.call.consent("withdrawn")) == [Withdrawn(call.call.analysis().duration)]
    assert scored(call.call.analysis().utterances) == []
    assert {one.text for one in call.call.analysis().utterances} == {one.text for one in told(call)}
    assert call.call.analysis().distress == ()
    assert call.call.consent("withdrawn") == []
    assert moods_in(call) == []


def test_what_was_judged_and_waits_to_be_told_is_forgotten_too() -> None:
    call = line(channels=1).feed(until(9.0)[1:]).work("judge")
    first, second = call.take("judge")
    call.do(second)
    assert moods_in(call) != []
    call.tell(call.call.consent("withdrawn"))
    assert moods_in(call, rows=False) == []
    call.do(first)
    assert scored(told(call)) == []
    assert len(told(call)) == 2


@pytest.mark.parametrize("value", ["granted", "refused", "unknown"])
def test_a_withdrawal_is_the_last_word(value: Consent) -> None:
    call = line().feed(until(5.0)).work()
    call.call.consent("withdrawn")
    (warned,) = call.call.consent(value)
    assert isinstance(warned, Warned)
    assert warned.code == "consent_withdrawn"
    assert value in warned.message
    call.feed(until(30.0, since=5.0))
    assert call.end().info.consent == "withdrawn"
    assert scored(call.analysis().utterances) == []


def test_a_consent_that_was_withdrawn_before_the_call_is_the_last_word_too() -> None:
    info = replace(consenting(*ROLES), consent="withdrawn")
    call = line(info=info)
    assert [type(one) for one in call.call.consent("granted")] == [Warned]
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, info))


def test_results_that_were_under_way_are_dropped() -> None:
    call = line().feed(TALK).work("judge", "record")
    judging = call.take("judge")
    results = [(task, call.result(task)) for task in judging]
    call.tell(call.call.consent("withdrawn"))
    for task, result in results:
        call.tell(call.call.done(task, result))
    assert scored(told(call)) == []
    assert moods_in(call) == []


@pytest.mark.parametrize("value", ["withdrawn", "refused"])
def test_a_no_that_comes_while_the_end_is_judged_counts(value: Consent) -> None:
    call = line().feed(TALK)
    call.call.end()
    (finish,) = call.work("finish").take("finish")
    result = call.result(finish)
    call.tell(call.call.consent(value))
    assert call.tell(call.call.done(finish, result)) == []
    call.work()
    analysis = call.analysis()
    assert analysis.info.consent == value
    assert voices(analysis) == []
    assert analysis.distress == ()


def test_a_call_that_ends_without_its_last_judgement_says_that_consent_was_withdrawn() -> None:
    call = line().feed(until(9.0)).work()
    call.call.consent("withdrawn")
    call.call.end()
    call.work_without("finish")
    assert {(one.what, one.why) for one in call.analysis().omitted} == {
        (key, "consent was withdrawn") for key in ("text_emotion", "voice_emotion", "distress")
    }


def test_a_call_that_ends_without_its_last_judgement_says_what_was_not_scored_and_why() -> None:
    info = replace(consenting(*ROLES), consent="unknown")
    call = line(info=info).feed(TALK)
    call.call.end()
    call.work_without("finish")
    assert call.analysis().omitted == recorded(TALK, info).omitted != ()


def test_a_withdrawal_in_the_middle_of_the_last_judgement_counts() -> None:
    class Interrupted(FakeTextEmotion):
        def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
            call.tell(call.call.consent("withdrawn"))
            return super().read(texts)

    call = line(engines=replace(ears(), text_emotion=Interrupted())).feed(TALK)
    call.call.end()
    call.work_without("judge")
    assert [type(one) for one in call.told].count(Withdrawn) == 1
    assert scored(call.analysis().utterances) == []
    assert moods_in(call) == []


def test_a_withdrawal_after_the_end_erases_the_result() -> None:
    call = line().feed(TALK)
    before = call.end()
    assert scored(before.utterances) != []
    call.call.consent("withdrawn")
    assert plain(call.call.analysis()) == plain(withdraw_consent(before))


# refused, and granted after all


def test_a_refusal_stops_voices_and_distress_and_leaves_words() -> None:
    call = line().feed(until(EMERGENCY + 1)).work()
    assert [type(one) for one in call.tell(call.call.consent("refused"))] == [Withdrawn]
    since = len(call.told)
    assert moods_in(call) == []
    call.feed(until(30.0, since=EMERGENCY + 1))
    assert plain(call.end()) == plain(recorded(TALK, replace(consenting(*ROLES), consent="refused")))
    later = [one for one in told(call, since) if one.role == "customer"]
    assert all(one.text_emotion for one in later)
    assert not any(one.voice_emotion or one.distress for one in later)
    assert not any(isinstance(one, DistressChanged) for one in call.told[since:])


def test_of_a_caller_who_refused_and_then_agreed_voices_are_judged_from_then_on() -> None:
    call = line().feed(until(9.0)).work()
    call.tell(call.call.consent("refused"))
    call.feed(until(13.0, since=9.0)).work()
    assert call.call.consent("granted") == []
    call.feed(until(30.0, since=13.0))
    later = [start for start, _ in CUSTOMER if start > 13.0]
    assert voices(call.end()) == pytest.approx(later, abs=0.1)
    assert voices_told(call)[-len(later) :] == pytest.approx(later, abs=0.1)


def voices_told(call: Line) -> list[float]:
    """Return when the utterances begin that were told with a judgement of the voice."""
    return [round(one.start, 1) for one in told(call) if one.voice_emotion is not None]


def test_a_voice_that_was_being_described_when_its_caller_refused_is_not_judged_when_they_agree_again() -> None:
    call = line().feed(until(5.0)).work("judge")
    (judging,) = call.take("judge")
    result = call.result(judging)
    assert len(result.rows) == 1
    call.tell(call.call.consent("refused"))
    call.tell(call.call.consent("granted"))
    call.tell(call.call.done(judging, result))
    assert voices_told(call) == []
    call.feed(until(30.0, since=5.0))
    assert voices(call.end()) == pytest.approx([start for start, _ in CUSTOMER if start > 5.0], abs=0.1)


def test_who_agrees_once_more_changes_nothing() -> None:
    call = line()
    for second in range(30):
        call.feed(until(second + 1.0, since=float(second))).work()
        assert call.call.consent("granted") == []
        assert call.call.notice(NOTICED) == []
    assert plain(call.end()) == plain(recorded(TALK))


# told late, asked late


def test_voices_are_judged_from_the_notice_on() -> None:
    info = replace(consenting(*ROLES), emotion_notice_given_at=None)
    call = line(info=info).feed(until(11.0)).work()  # the customer speaks
    assert call.call.notice(NOTICED) == []
    call.feed(until(30.0, since=11.0))
    later = [start for start, _ in CUSTOMER if start > 11.0]
    assert voices(call.end()) == pytest.approx(later, abs=0.1)
    assert voices_told(call) == pytest.approx(later, abs=0.1)
    assert call.analysis().info.emotion_notice_given_at == NOTICED


def test_voices_are_judged_from_the_consent_on() -> None:
    call = line(info=replace(consenting(*ROLES), consent="unknown")).feed(until(11.0)).work()
    assert call.call.consent("granted") == []
    call.feed(until(30.0, since=11.0))
    assert voices(call.end()) == pytest.approx([start for start, _ in CUSTOMER if start > 11.0], abs=0.1)


def test_a_notice_alone_is_not_enough() -> None:
    info = CallInfo(roles=ROLES)
    call = line(info=info).feed(until(11.0)).work()
    call.call.notice(NOTICED)
    call.feed(until(30.0, since=11.0))
    assert voices(call.end()) == []


def test_without_knowing_whether_they_consent_callers_are_judged_by_their_words() -> None:
    info = replace(consenting(*ROLES), consent="unknown")
    call = line(info=info)
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, info))
    customer = [one for one in call.analysis().utterances if one.role == "customer"]
    assert all(one.text_emotion and one.distress and not one.voice_emotion for one in customer)
    assert heard_voices(call) == 0


def test_where_a_deployment_names_no_purpose_only_words_are_scored() -> None:
    call = line(deployment=Deployment())
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, deployment=Deployment()))
    assert heard_voices(call) == 0
    assert call.of(DistressChanged) == []


# who is who


def heard_voices(call: Line) -> int:
    """Return how many voices a model was ever given."""
    assert isinstance(call.engines.voice_emotion, FakeVoiceEmotion)
    return len(call.engines.voice_emotion.heard)


def read_texts(call: Line) -> int:
    """Return how many texts a model was ever given."""
    assert isinstance(call.engines.text_emotion, FakeTextEmotion)
    return len(call.engines.text_emotion.asked)


@pytest.mark.parametrize("roles", [("agent", "agent"), ("agent", "unknown"), ("unknown", "unknown"), ()])
def test_agents_and_those_of_whom_nobody_knows_who_they_are_are_never_judged(roles: tuple[Role, ...]) -> None:
    info = consenting(*roles)
    call = line(info=info, engines=ears(3))
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, info, ears(3)))
    assert scored(told(call)) == []
    assert (heard_voices(call), read_texts(call)) == (0, 0)
    assert not any(isinstance(task.payload, Judging) for task in call.seen)


def test_of_the_two_only_the_customer_is_given_to_the_models() -> None:
    call = line().feed(TALK)
    call.end()
    asked = [task.payload for task in call.seen if isinstance(task.payload, Judging)]
    described = {float(voice.states[0]) for one in asked for voice in one.voices if voice.states is not None}
    assert sorted(described) == pytest.approx([start for start, _ in CUSTOMER], abs=0.1)
    assert {one.role for one in scored(told(call))} == {"customer"}
    assert {one.channel for one in scored(call.analysis().utterances)} == {1}
    assert len({one.start for one in told(call) if one.role == "agent"}) == len(AGENT)
