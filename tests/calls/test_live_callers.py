"""How each caller of a live call is: as in the recording, told when it changed, forgotten when consent goes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import GRANTED, parties
from tests.calls.live_parts import reading, said
from tests.calls.toy_distress import NOTFALL, judge

from stimmung.calls.callers import judge_callers
from stimmung.calls.live_callers import TOLD_STEP, LiveCallers
from stimmung.calls.records import CallerDistress
from stimmung.speech.fakes import FakeVoiceEmotion
from stimmung.speech.records import Consent, Event, Role, Samples, Utterance

BOTH = parties("agent", "customer")
WORST, CALM = reading(-1.0), reading(0.9)


def customer(start: float, text: str = "ja gut") -> Utterance:
    """Return four seconds of what the customer says, enough for a score."""
    return said(start, start + 4.0, text, channel=1)


def row(level: float) -> Samples:
    return np.array([level, 4.0], np.float32)


def callers() -> LiveCallers:
    return LiveCallers(judge(), FakeVoiceEmotion())


def only(found: Sequence[CallerDistress]) -> CallerDistress:
    (one,) = found
    return one


def test_a_customer_gets_every_score() -> None:
    scored = callers().follow(customer(0.0), WORST, row(1.0), BOTH, ())
    assert scored.text_emotion is WORST.emotion
    assert scored.text_vector is WORST.vector
    assert scored.voice_emotion is not None
    assert scored.voice_emotion.arousal == 1.0  # ten times as loud as usual
    assert scored.distress is not None
    assert scored.distress.state == "urgent"


@pytest.mark.parametrize(("role", "channel"), [("agent", 0), ("unknown", 1)])
def test_others_get_none_whatever_is_known_of_them(role: Role, channel: int) -> None:
    own = replace(customer(0.0), role=role, channel=channel)
    following = callers()
    scored = following.follow(own, WORST, row(1.0), parties("agent", "unknown"), ())
    assert scored is own
    assert following.now(4.0, parties("agent", "unknown")) == ()
    assert not following.in_distress(channel)


@pytest.mark.parametrize(
    ("consent", "words", "voice", "distress"),
    [("granted", 1, 1, 1), ("unknown", 1, 0, 1), ("refused", 1, 0, 0), ("withdrawn", 0, 0, 0)],
)
def test_scores_are_those_that_are_permitted_now(consent: Consent, words: int, voice: int, distress: int) -> None:
    ruled = parties("agent", "customer", info=replace(GRANTED, consent=consent))
    scored = callers().follow(customer(0.0), WORST, row(1.0), ruled, ())
    given = [scored.text_emotion, scored.voice_emotion, scored.distress]
    assert [one is not None for one in given] == [bool(one) for one in (words, voice, distress)]


def test_callers_are_as_in_the_recording() -> None:
    following = callers()
    utterances = [customer(8.0 * place) for place in range(5)]
    moods = [reading(score) for score in (0.5, -0.5, -1.0, -1.0, 0.3)]
    scored = [following.follow(one, mood, row(0.2), BOTH, ()) for one, mood in zip(utterances, moods, strict=True)]
    expected = judge_callers([replace(one, distress=None) for one in scored], BOTH, 60.0, judge())
    assert [one.distress for one in scored] == [one.distress for one in expected.utterances]
    assert following.now(60.0, BOTH) == expected.callers


def test_each_caller_has_a_voice_and_a_state_of_their_own() -> None:
    following, two = callers(), parties("customer", "customer")
    loud = following.follow(customer(0.0), WORST, row(1.0), two, ())
    other = following.follow(said(0.0, 4.0, channel=0), CALM, row(0.1), two, ())
    again = following.follow(customer(5.0), WORST, row(1.0), two, ())
    arousals = [one.voice_emotion.arousal for one in (loud, other, again) if one.voice_emotion]
    assert arousals == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)  # who is loud the second time is so by nature
    assert [one.state for one in following.now(9.0, two)] == ["calm", "urgent"]
    assert (following.in_distress(0), following.in_distress(1)) == (False, True)


def test_music_under_a_voice_makes_it_uncertain() -> None:
    scored = callers().follow(customer(0.0), WORST, row(1.0), BOTH, [Event("music", 1, 0.0, 4.0)])
    assert scored.voice_emotion is not None
    assert (scored.voice_emotion.uncertain, scored.voice_emotion.reason) == (True, "music")


def test_without_a_judge_nobody_is_in_distress() -> None:
    following = LiveCallers(None, FakeVoiceEmotion())
    assert following.follow(customer(0.0, NOTFALL), WORST, row(1.0), BOTH, ()).distress is None
    assert following.now(4.0, BOTH) == ()
    assert following.changed(4.0, BOTH) == []
    assert not following.in_distress(1)


def test_without_a_voice_model_voices_have_no_score() -> None:
    assert LiveCallers(judge(), None).follow(customer(0.0), WORST, row(1.0), BOTH, ()).voice_emotion is None


# what is told


def test_a_caller_of_whom_nothing_is_known_yet_is_not_told_of() -> None:
    following = callers()
    following.follow(said(0.0, 1.0, channel=1), None, None, BOTH, ())
    assert following.changed(1.0, BOTH) == []


def test_a_change_is_told_once() -> None:
    following = callers()
    following.follow(customer(0.0), WORST, None, BOTH, ())
    assert only(following.changed(4.0, BOTH)).state == "urgent"
    assert following.changed(4.0, BOTH) == []


def test_a_score_is_told_again_when_it_moved_enough() -> None:
    following = callers()
    following.follow(customer(0.0), reading(-0.6), None, BOTH, ())
    told = only(following.changed(4.0, BOTH)).score
    assert told is not None
    times = np.arange(4.0, 40.0, 0.1)
    later = next(now for time in times if (now := following.changed(float(time), BOTH)))
    score = only(later).score
    assert score is not None
    assert TOLD_STEP <= told - score < TOLD_STEP + 0.02


def test_a_state_that_a_phrase_demands_is_told_though_there_is_no_score_yet() -> None:
    following = callers()
    following.follow(said(0.0, 1.0, NOTFALL, channel=1), CALM, None, BOTH, ())
    now = only(following.changed(1.0, BOTH))
    assert (now.state, now.score) == ("urgent", None)
    assert [one.kind for one in now.reasons] == ["safety"]


def test_who_may_not_be_judged_any_more_is_not_told_of() -> None:
    following = callers()
    following.follow(customer(0.0), WORST, None, BOTH, ())
    withdrawn = parties("agent", "customer", info=replace(GRANTED, consent="withdrawn"))
    assert following.changed(4.0, withdrawn) == []
    assert following.now(4.0, withdrawn) == ()


def test_what_is_forgotten_is_gone_and_what_follows_begins_anew() -> None:
    following = callers()
    following.follow(customer(0.0, NOTFALL), WORST, row(1.0), BOTH, ())
    following.changed(4.0, BOTH)
    following.forget()
    assert following.now(5.0, BOTH) == ()
    assert not following.in_distress(1)
    assert dict(following.states) == {}
    anew = following.follow(customer(5.0), CALM, row(1.0), BOTH, ())
    assert anew.voice_emotion is not None
    assert anew.voice_emotion.arousal == 1.0  # how the caller usually sounds is forgotten too
    assert only(following.changed(9.0, BOTH)).state == "calm"
