"""What a live call leaves behind: utterances by where they begin, judged in the end as a recording's are."""

from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import DEPLOYMENT, GRANTED
from tests.calls.live_parts import reading, said
from tests.calls.toy_distress import judge
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.assembly import Listened, policy_of
from stimmung.calls.live_record import LiveRecord
from stimmung.calls.records import CallAnalysis
from stimmung.speech.engines import Engines, SpokenText, TranscriptionOptions
from stimmung.speech.fakes import FakeTextEmotion, FakeVoiceEmotion, fake_engines
from stimmung.speech.records import CallInfo, Consent, Role, Samples

ROLES: tuple[Role, ...] = ("agent", "customer")
ROW = np.array([0.5, 1.0], np.float32)


def record(*rows: Samples | None) -> LiveRecord:
    """Return a record of a customer's utterances of a second, two seconds apart, each with its row."""
    kept = LiveRecord()
    for place, row in enumerate(rows):
        kept.add(said(2.0 * place, 2.0 * place + 1, "das ist eine frechheit", channel=1), row)
    return kept


def listened(consent: Consent = "granted") -> Listened:
    info = replace(GRANTED, roles=ROLES, consent=consent)
    options = TranscriptionOptions()
    return Listened("call", info, 60.0, 2, (), policy_of(ROLES, info, options, DEPLOYMENT), options)


def judged(kept: LiveRecord, engines: Engines | None = None, consent: Consent = "granted") -> CallAnalysis:
    return kept.judged(listened(consent), engines or fake_engines(), judge(), ToyRedactor()).analysis


def test_ids_count_from_one_in_the_order_of_adding() -> None:
    kept = LiveRecord()
    assert [kept.add(said(start, start + 1, channel=1), None) for start in (4.0, 0.0, 2.0)] == [1, 2, 3]
    assert [one.start for one in kept.utterances()] == [0.0, 2.0, 4.0]


def test_what_begins_in_the_same_place_replaces_what_was_there_and_keeps_its_id() -> None:
    kept = LiveRecord()
    assert kept.add(said(0.0, 1.0, "eins"), ROW) == 1
    assert kept.add(said(0.0, 1.0, "zwei", channel=1), None) == 2
    assert kept.add(said(0.0, 1.0, "drei"), None) == 1
    assert [(one.channel, one.text) for one in kept.utterances()] == [(0, "drei"), (1, "zwei")]
    assert kept.id_at((0, 0.0)) == 1
    assert kept.add(said(5.0, 6.0), None) == 3


def test_what_was_not_said_after_all_is_forgotten_and_its_id_not_given_again() -> None:
    kept = record(None, None)
    assert kept.drop((1, 2.0)) == 2
    assert kept.drop((1, 2.0)) is None
    assert kept.id_at((1, 2.0)) is None
    assert kept.add(said(9.0, 10.0), None) == 3


def test_no_scores_and_no_states_of_the_encoder_are_kept() -> None:
    kept = LiveRecord()
    scored = replace(said(0.0, 1.0), text_emotion=reading().emotion)
    kept.add(scored, None)
    (utterance,) = kept.utterances()
    assert (utterance.text_emotion, utterance.voice_features) == (None, None)


def test_in_the_end_words_voices_and_distress_are_judged() -> None:
    analysis = judged(record(ROW, ROW, ROW, ROW))
    assert all(one.text_emotion and one.voice_emotion and one.distress for one in analysis.utterances)
    assert [one.channel for one in analysis.distress] == [1]
    assert analysis.omitted == ()
    assert {model.task for model in analysis.models} >= {"text_emotion", "voice_emotion", "distress"}


def test_what_was_read_before_is_not_read_again_and_what_was_not_is_read_once() -> None:
    kept = record(ROW, ROW, ROW)
    text = SpokenText("das ist eine frechheit", "de")
    engines = fake_engines()
    assert isinstance(engines.text_emotion, FakeTextEmotion)
    judged(kept, engines)
    assert engines.text_emotion.asked == [text]
    kept.readings[text] = reading(0.25)
    analysis = judged(kept, engines)
    assert engines.text_emotion.asked == [text]
    assert [one.text_emotion.score for one in analysis.utterances if one.text_emotion] == [0.25] * 3


def test_voices_are_judged_by_what_was_heard_of_them_live() -> None:
    engines = fake_engines()
    analysis = judged(record(ROW, None, ROW), engines)
    assert [one.voice_emotion is not None for one in analysis.utterances] == [True, False, True]
    assert isinstance(engines.voice_emotion, FakeVoiceEmotion)
    assert engines.voice_emotion.heard == []


def test_the_rules_of_the_end_are_what_counts() -> None:
    analysis = judged(record(ROW, ROW), consent="refused")
    assert all(one.text_emotion and not one.voice_emotion and not one.distress for one in analysis.utterances)
    analysis = judged(record(ROW, ROW), consent="withdrawn")
    assert not any(one.text_emotion or one.voice_emotion or one.distress for one in analysis.utterances)


def test_roles_are_those_of_the_end() -> None:
    kept = LiveRecord()
    kept.add(said(0.0, 1.0, channel=1, role="unknown"), None)
    assert [one.role for one in judged(kept).utterances] == ["customer"]


def test_nothing_was_said_and_that_is_a_result_too() -> None:
    analysis = judged(LiveRecord())
    assert (analysis.utterances, analysis.distress) == ((), ())
    assert analysis.duration == 60.0


def test_what_is_erased_is_gone_with_what_it_could_be_made_of_again() -> None:
    kept = record(ROW, ROW)
    kept.readings[SpokenText("das ist eine frechheit", "de")] = reading()
    kept.erase()
    assert kept.readings == {}
    assert [one.row for one in kept.kept.values()] == [None, None]
    assert [one.text for one in kept.utterances()] == ["das ist eine frechheit"] * 2


@pytest.mark.parametrize("disturb", ["erase", "add", "drop"])
def test_a_copy_stays_as_it_was(disturb: str) -> None:
    kept = record(ROW, ROW)
    kept.readings[SpokenText("das ist eine frechheit", "de")] = reading(0.25)
    copied = kept.copy()
    match disturb:
        case "erase":
            kept.erase()
        case "add":
            kept.add(said(0.0, 1.0, "anders", channel=1), None)
        case "drop":
            kept.drop((1, 0.0))
    analysis = judged(copied)
    assert [one.text for one in analysis.utterances] == ["das ist eine frechheit"] * 2
    assert all(one.voice_emotion for one in analysis.utterances)
    assert [one.text_emotion.score for one in analysis.utterances if one.text_emotion] == [0.25] * 2


def test_what_a_copy_reads_does_not_reach_the_record() -> None:
    kept = record(ROW)
    judged(kept.copy())
    assert kept.readings == {}


def test_without_a_text_model_voices_are_judged_all_the_same() -> None:
    analysis = judged(record(ROW), replace(fake_engines(), text_emotion=None))
    assert analysis.utterances[0].voice_emotion is not None
    assert [one.what for one in analysis.omitted] == ["text_emotion"]
    assert analysis.info == CallInfo(
        roles=ROLES, consent="granted", emotion_notice_given_at=GRANTED.emotion_notice_given_at
    )
