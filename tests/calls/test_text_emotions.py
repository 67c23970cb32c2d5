"""Only customers' words are scored, each with the turn before it; what is left out is said."""

from dataclasses import replace

from tests.calls.consent import parties

from stimmung.calls.text_emotions import context_of, read_text_emotions
from stimmung.speech.engines import SpokenText
from stimmung.speech.fakes import FakeTextEmotion
from stimmung.speech.records import Role, Utterance

AGENT, CUSTOMER = 0, 1


def said(start: float, channel: int, text: str, role: Role | None = None, seconds: float = 1.0) -> Utterance:
    role = role or ("agent" if channel == AGENT else "customer")
    return Utterance(channel, role, "", start, start + seconds, text, "de", 0.9, (), ())


CALL = (
    said(0, AGENT, "Guten Tag"),
    said(2, CUSTOMER, "das ist eine frechheit"),
    said(4, AGENT, "Das tut mir leid"),
    said(6, CUSTOMER, "danke"),
)

TWO = parties("agent", "customer")
UNKNOWN = parties("unknown", "unknown")


def test_customers_are_scored_and_nobody_else_is_even_asked_about() -> None:
    model = FakeTextEmotion()
    read = read_text_emotions(CALL, TWO, model)
    assert [bool(one.text_emotion) for one in read.utterances] == [False, True, False, True]
    moods = [one.text_emotion.polarity for one in read.utterances if one.text_emotion]
    assert moods == ["negative", "positive"]
    assert [asked.text for asked in model.asked] == ["das ist eine frechheit", "danke"]
    assert read.omitted == ()
    assert [replace(one, text_emotion=None) for one in read.utterances] != []
    assert [one.text for one in read.utterances] == [one.text for one in CALL]


def test_the_model_is_told_the_language_and_what_the_other_said_before() -> None:
    model = FakeTextEmotion()
    read_text_emotions(CALL, TWO, model)
    assert model.asked[1] == SpokenText("danke", "de", "Das tut mir leid")


def test_the_context_is_the_last_turn_of_somebody_else_and_not_too_long_ago() -> None:
    call = (
        said(0, AGENT, "alt"),
        said(20, CUSTOMER, "erstens"),
        said(22, CUSTOMER, "zweitens"),
        said(24, AGENT, "neu"),
        said(26, CUSTOMER, "drittens"),
        said(28, CUSTOMER, "viertens"),
    )
    assert [context_of(call, place) for place in range(len(call))] == ["", "", "", "zweitens", "neu", "neu"]


def test_a_murmur_in_between_does_not_hide_the_question() -> None:
    call = (said(0, AGENT, "Frage", seconds=15), said(2, CUSTOMER, "mhm", seconds=0.5), said(16, CUSTOMER, "nein"))
    assert context_of(call, 2) == "Frage"


def test_words_that_are_not_said_yet_are_no_context() -> None:
    call = (said(0, AGENT, "Erst"), said(2, AGENT, "lange Rede", seconds=20), said(4, CUSTOMER, "Moment"))
    assert context_of(call, 2) == "Erst"


def test_without_roles_nothing_is_scored_and_the_option_is_named() -> None:
    model = FakeTextEmotion()
    read = read_text_emotions([replace(one, role="unknown") for one in CALL], UNKNOWN, model)
    assert not any(one.text_emotion for one in read.utterances)
    assert model.asked == []
    assert [(one.what, "--roles" in one.remedy) for one in read.omitted] == [("text_emotion", True)]


def test_where_all_speak_on_one_channel_it_is_told_what_would_help() -> None:
    read = read_text_emotions(
        [replace(one, role="unknown", channel=0) for one in CALL], parties("unknown"), FakeTextEmotion()
    )
    assert [one.remedy for one in read.omitted] == ["record each party on a channel of its own"]


def test_agents_alone_are_no_riddle_about_roles() -> None:
    read = read_text_emotions([one for one in CALL if one.role == "agent"], TWO, FakeTextEmotion())
    assert [one.remedy for one in read.omitted] == [""]


def test_without_a_model_the_setting_is_named() -> None:
    read = read_text_emotions(CALL, TWO, None)
    assert read.utterances == CALL
    assert "--text-model" in read.omitted[0].remedy


def test_words_that_nobody_can_judge_stay_unscored() -> None:
    read = read_text_emotions([said(0, CUSTOMER, " ")], TWO, FakeTextEmotion())
    assert read.utterances[0].text_emotion is None
    assert read.omitted == ()


def test_silence_is_no_reason_to_complain_about_roles() -> None:
    assert read_text_emotions((), TWO, FakeTextEmotion()).utterances == ()


def test_what_was_taken_out_has_no_mood_and_the_words_beside_it_have() -> None:
    call = (
        said(0, AGENT, "Ihre Nummer, so eine frechheit"),
        said(2, CUSTOMER, "[CUSTOMER_NUMBER], [NUMBER]."),
        said(4, CUSTOMER, "[IBAN] so eine frechheit"),
    )
    model = FakeTextEmotion()
    read = read_text_emotions(call, TWO, model)
    assert [asked.text for asked in model.asked] == ["", "[IBAN] so eine frechheit"]
    assert [one.text_emotion is not None for one in read.utterances] == [False, False, True]
    assert [one.text for one in read.utterances] == [one.text for one in call]
