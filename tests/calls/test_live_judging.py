"""What is asked about utterances that were just heard, of whom; and what was found, each with its own."""

from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import GRANTED, parties
from tests.calls.live_parts import found, reading, said, spoken

from stimmung.calls.live_judging import Asking, Questions
from stimmung.calls.live_tasks import Found
from stimmung.speech.engines import Engines, SpokenText
from stimmung.speech.fakes import fake_engines
from stimmung.speech.loudness import with_levels
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Role, Utterance

BOTH = parties("agent", "customer")


def pairs(*utterances: Utterance):  # type: ignore[no-untyped-def]  # what `about` takes
    return [(spoken(one.start, one.end, one.channel), one) for one in utterances]


def in_order(*utterances: Utterance) -> list[Utterance]:
    return sorted(utterances, key=lambda one: (one.start, one.channel))


def about(
    *utterances: Utterance,
    known: tuple[Utterance, ...] = (),
    engines: Engines | None = None,
    voices_from: float = 0.0,
    info: CallInfo = GRANTED,
) -> Questions:
    """Ask about what was said in a call of an agent and a customer."""
    asking = Asking(parties("agent", "customer", info=info), engines or fake_engines(), voices_from)
    return asking.about(pairs(*utterances), in_order(*known, *utterances), {})


def customer(start: float, end: float, text: str = "ja gut") -> Utterance:
    return said(start, end, text, channel=1)


def agent(start: float, end: float, text: str = "guten Tag") -> Utterance:
    return said(start, end, text, channel=0, role="agent")


def test_of_a_customer_words_and_voice_are_asked_for() -> None:
    questions = about(customer(1.0, 2.0, "so nicht"))
    assert questions.work.texts == (SpokenText("so nicht", "de"),)
    (voice,) = questions.work.voices
    assert voice.speech.start == pytest.approx(0.2)
    assert voice.speech.end == pytest.approx(1.2)
    assert voice.states is not None
    assert questions.seconds == 1.0


def test_the_voice_is_the_sound_of_the_utterance() -> None:
    (voice,) = about(customer(1.0, 2.0)).work.voices
    assert np.array_equal(voice.samples, spoken(1.0, 2.0, 1).samples)


@pytest.mark.parametrize("role", ["agent", "unknown"])
def test_of_others_nothing_is_asked(role: Role) -> None:
    asking = Asking(parties("agent", role), fake_engines())
    other = said(1.0, 2.0, channel=1, role=role)
    questions = asking.about(pairs(other), [other], {})
    assert (questions.work.texts, questions.work.voices) == ((), ())
    assert [one.role for one in questions.said] == [role]


def test_without_consent_words_alone_are_asked_for() -> None:
    questions = about(customer(1.0, 2.0), info=replace(GRANTED, consent="unknown"))
    assert (len(questions.work.texts), len(questions.work.voices)) == (1, 0)


def test_without_a_model_nothing_is_asked_of_it() -> None:
    silent = replace(fake_engines(), voice_emotion=None)
    assert about(customer(1.0, 2.0), engines=silent).work.voices == ()
    deaf = replace(fake_engines(), text_emotion=None)
    assert about(customer(1.0, 2.0), engines=deaf).work.texts == ()


def test_voices_that_began_before_they_may_be_judged_are_not_asked_for() -> None:
    questions = about(customer(1.0, 2.0), customer(3.0, 4.0), customer(4.5, 5.0), voices_from=3.0)
    assert [one.voice is not None for one in questions.each] == [False, True, True]
    assert len(questions.work.texts) == 3


def test_what_another_said_just_before_is_given_along() -> None:
    questions = about(customer(3.0, 4.0), known=(agent(0.0, 1.0, "wie bitte?"), agent(1.5, 2.5, "sind Sie zufrieden?")))
    assert questions.work.texts[0].context == "sind Sie zufrieden?"


def test_models_read_what_may_be_told_and_what_was_said_is_kept_beside_it() -> None:
    asking = Asking(parties("customer", "customer"), fake_engines())
    own = said(0.0, 1.0, "Erika eins"), said(1.5, 2.5, "ja Erika", channel=1)
    clear = [replace(one, text=one.text.replace("Erika", "[NAME]")) for one in own]
    questions = asking.about(pairs(*own), clear, {})
    assert questions.work.texts == (SpokenText("[NAME] eins", "de"), SpokenText("ja [NAME]", "de", "[NAME] eins"))
    assert [one.utterance.text for one in questions.answered(None)] == ["[NAME] eins", "ja [NAME]"]
    assert [one.said.text for one in questions.answered(None)] == ["Erika eins", "ja Erika"]


def test_what_was_read_before_is_not_read_again() -> None:
    asking = Asking(BOTH, fake_engines())
    known = reading(0.5)
    own = customer(1.0, 2.0), customer(3.0, 4.0)
    questions = asking.about(pairs(*own), own, {SpokenText("ja gut", "de"): known})
    assert questions.work.texts == ()
    assert [one.reading for one in questions.answered(Found((), ()))] == [known, known]


def test_the_level_is_that_of_the_recording() -> None:
    sound = spoken(1.0, 2.0, 1)
    channel = np.zeros(4 * SAMPLE_RATE, np.float32)
    begin = round(sound.piece.start * SAMPLE_RATE)
    channel[begin : begin + len(sound.samples)] = sound.samples
    (utterance,) = about(customer(1.0, 2.0)).said
    (expected,) = with_levels([customer(1.0, 2.0)], Audio(np.stack([np.zeros_like(channel), channel])))
    assert utterance.level == expected.level


def test_everybody_gets_what_was_found_about_them() -> None:
    questions = about(agent(0.0, 1.0), customer(1.0, 2.0, "eins"), customer(3.0, 4.0, "zwei"), voices_from=2.5)
    readings = (reading(0.1), reading(0.2))
    rows = (np.array([3.0], np.float32),)
    judged = questions.answered(Found(readings, rows))
    assert [one.utterance.text for one in judged] == ["guten Tag", "eins", "zwei"]
    assert [one.reading for one in judged] == [None, *readings]
    assert [one.row for one in judged] == [None, None, rows[0]]
    assert [one.text.text if one.text else None for one in judged] == [None, "eins", "zwei"]


@pytest.mark.parametrize("nothing", [None, Found((), ())])
def test_where_nothing_was_found_utterances_are_judged_without(nothing: Found | None) -> None:
    (judged,) = about(customer(1.0, 2.0)).answered(nothing)
    assert (judged.reading, judged.row) == (None, None)
    assert judged.utterance.text == "ja gut"


def test_there_is_as_much_work_as_there_are_questions() -> None:
    questions = about(customer(1.0, 2.0), customer(3.0, 4.0))
    assert all(one.row is not None for one in questions.answered(found(questions.work)))
    assert about().seconds == 0
