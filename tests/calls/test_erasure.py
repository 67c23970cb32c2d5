"""A consent that is withdrawn leaves the words, and no trace of what was scored."""

from dataclasses import fields, replace

import numpy as np
from tests.calls.consent import DEPLOYMENT, GRANTED

from stimmung.calls.erasure import erase_scores, withdraw_consent
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    Metrics,
    Omission,
    UsedModel,
)
from stimmung.speech.records import (
    DistressScore,
    Reason,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)

INFO = replace(GRANTED, call_id="7", roles=("agent", "customer"))
SCORED = Utterance(
    1,
    "customer",
    "",
    1.0,
    2.0,
    "Hilfe",
    "de",
    0.9,
    ("fast",),
    (Word(1.0, 2.0, "Hilfe", 0.9),),
    voice_features=np.ones(4, np.float32),
    text_vector=np.ones(4, np.float32),
    text_emotion=TextEmotionScore("negative", -0.8, {"negative": 1.0}, {"fear": 0.9}, {}, True),
    voice_emotion=VoiceEmotionScore(0.9, -0.5, {"fear": 0.8}),
    level=-20.0,
    distress=DistressScore(0.9, "urgent", (Reason("words", "fear", "Hilfe", 1.0),)),
)
TALK = Metrics(10.0, (), 1.0, None, 0.0, 0.0, (), ())
CALL = CallAnalysis(
    "call.wav", 10.0, 2, "de", INFO, (), (replace(SCORED, channel=0, role="agent"), SCORED),
    tuple(UsedModel(task, "m", "0") for task in ("transcription", "text_emotion", "voice_emotion", "distress")),
    omitted=(Omission("distress", "no model"), Omission("metrics", "too short")),
    distress=(CallerDistress(1, "", 0.9, "urgent", "rising"),),
    course=(Course(1, "worsening", -2, 0, -1, -4, (), CourseMoment(1.0, -4, "Hilfe")),),
    metrics=TALK,
    policy=report_policy((Party("agent", 1.0), Party("customer", 1.0, 1)), INFO, DEPLOYMENT),
)  # fmt: skip


def test_an_utterance_keeps_its_words_and_loses_its_scores() -> None:
    (left,) = erase_scores([SCORED])
    gone = {"voice_features", "text_vector", "text_emotion", "voice_emotion", "distress"}
    for field in fields(Utterance):
        before = None if field.name in gone else getattr(SCORED, field.name)
        assert getattr(left, field.name) == before


def test_a_call_keeps_what_was_said_and_how_the_talk_went() -> None:
    left = withdraw_consent(CALL)
    assert [one.text for one in left.utterances] == ["Hilfe", "Hilfe"]
    assert (left.path, left.duration, left.language, left.metrics) == ("call.wav", 10.0, "de", TALK)
    assert left.info == replace(INFO, consent="withdrawn")


def test_of_what_was_scored_nothing_is_left_and_the_call_says_why() -> None:
    left = withdraw_consent(CALL)
    for one in left.utterances:
        assert (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)
        assert (one.voice_features, one.text_vector) == (None, None)
    assert (left.distress, left.course) == ((), ())
    assert [model.task for model in left.models] == ["transcription"]
    assert [(one.what, one.why) for one in left.omitted] == [
        ("metrics", "too short"),
        ("text_emotion", "consent was withdrawn"),
        ("voice_emotion", "consent was withdrawn"),
        ("distress", "consent was withdrawn"),
    ]


def test_nothing_more_is_permitted() -> None:
    policy = withdraw_consent(CALL).policy
    assert policy is not None
    assert policy == report_policy(
        (Party("agent", 1.0), Party("customer", 1.0, 1)), replace(INFO, consent="withdrawn"), DEPLOYMENT
    )


def test_twice_is_as_good_as_once_and_a_call_without_a_report_can_be_erased() -> None:
    bare = withdraw_consent(replace(CALL, policy=None))
    assert bare.policy is None
    once, again = withdraw_consent(CALL), withdraw_consent(withdraw_consent(CALL))
    assert replace(again, utterances=()) == replace(once, utterances=())
