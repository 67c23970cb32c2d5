"""The language of a live call: voted on, then certain; and read so from its first word to its last."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.calls.consent import DEPLOYMENT
from tests.calls.live_calls import ROLES, TALK, asks_of, conversation, ears, line, plain, recorded

from stimmung.calls.live_events import UtteranceFinal, UtteranceRevised
from stimmung.calls.live_languages import ENOUGH, Languages
from stimmung.speech.engines import Answer, Ask, TranscriptionOptions
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, CallInfo, Piece, Span, Window

BOTH = TranscriptionOptions(("de", "en"))


def ask(seconds: float, **votes: float) -> Ask:
    """Return an ask about so much sound, with the votes until then."""
    span = Span(0.0, seconds)
    return Ask(
        Window(0, np.zeros(round(seconds * SAMPLE_RATE), np.float32), (Piece(span, 0.0),), (span,)), BOTH, votes=votes
    )


def answer(**votes: float) -> Answer:
    return Answer((), votes)


def english_at_first(window: Window) -> str:
    """Take what is said in the first three seconds for English, all the rest for German."""
    return "en" if window.pieces[0].span.start < 3.0 and window.duration < 4.0 else "de"


# votes


def test_one_language_alone_is_certain_and_needs_no_vote() -> None:
    languages = Languages(TranscriptionOptions(("en",)))
    assert languages.certain
    assert languages.options.languages == ("en",)


def test_at_first_every_language_is_possible() -> None:
    languages = Languages(BOTH)
    assert not languages.certain
    assert languages.options == languages.decided == BOTH


def test_votes_add_up_until_there_are_enough() -> None:
    languages = Languages(BOTH)
    first = ask(ENOUGH / 2)
    languages.add(first, answer(de=-9.0, en=-2.0))
    assert languages.options == BOTH
    assert languages.decided.languages == ("en",)
    second = ask(ENOUGH / 2, **languages.votes)
    languages.add(second, answer(de=-10.0, en=-20.0))
    assert languages.votes == {"de": -10.0, "en": -20.0}
    assert languages.certain
    assert languages.options.languages == ("de",)


def test_votes_of_answers_that_cross_each_other_add_up() -> None:
    languages = Languages(BOTH)
    one, other = ask(5.0), ask(5.0)
    languages.add(other, answer(de=-1.0, en=-4.0))
    languages.add(one, answer(de=-6.0, en=-2.0))
    assert languages.votes == {"de": -7.0, "en": -6.0}


def test_once_it_is_certain_nobody_votes() -> None:
    languages = Languages(BOTH)
    languages.add(ask(ENOUGH), answer(de=-1.0, en=-2.0))
    languages.add(ask(ENOUGH), answer(de=-100.0, en=-2.0))
    assert languages.decided.languages == ("de",)


def test_a_model_that_does_not_vote_is_asked_no_longer_than_another() -> None:
    languages = Languages(BOTH)
    languages.add(ask(ENOUGH), answer())
    assert languages.certain
    assert languages.options == BOTH


def test_the_rest_of_the_options_stays() -> None:
    options = TranscriptionOptions(("de", "en"), beam_size=5, hotwords="Stadtwerke")
    languages = Languages(options)
    languages.add(ask(ENOUGH), answer(de=-2.0, en=-1.0))
    assert languages.options == TranscriptionOptions(("en",), beam_size=5, hotwords="Stadtwerke")


# in a call


def test_a_call_that_began_as_another_language_is_german_from_its_first_word() -> None:
    engines = ears(language=english_at_first)
    call = line(engines=engines)
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, engines=ears(language=lambda window: "de")))
    assert {one.language for one in call.analysis().utterances} == {"de"}
    assert call.of(UtteranceFinal)[0].utterance.language == "en"
    assert call.of(UtteranceRevised) == []  # the words are the same here


def test_a_window_that_was_heard_at_once_but_in_another_language_is_heard_again() -> None:
    # One utterance alone fills the agent's first window; the customer decides for German.
    samples = conversation([(0.5, 2.5)], [(3.0, 12.0), (13.0, 22.0)], seconds=24.0)
    call = line(engines=ears(language=lambda window: "en" if window.channel == 0 else "de"))
    call.feed(samples).end()
    assert {one.language for one in call.analysis().utterances} == {"de"}


def test_of_what_was_asked_in_vain_nobody_votes() -> None:
    """The first second of an utterance sounds English; it goes on, and is German."""
    samples = conversation([(1.0, 2.0), (2.36, 4.0)], seconds=6.0)
    sounds_like = ears(language=lambda window: "en" if window.duration < 1.5 else "de", detector=FakeDetector())
    call = line(channels=1, engines=sounds_like)
    for first in range(0, samples.shape[1], 800):
        call.feed(samples[:, first : first + 800]).work()
    early, whole = (one for one in asks_of(call.engines) if not one.thorough)
    assert early.window.duration < 1.5 < whole.window.duration
    assert dict(whole.votes) == {}
    assert [one.language for one in call.end().utterances] == ["de"]


def test_windows_wait_for_the_language_but_not_for_ever() -> None:
    call = line(engines=ears(language=lambda window: "de"))
    call.feed(TALK).work_without("hear")  # whoever hears nothing learns nothing
    assert "record" not in {task.kind for task in call.seen}
    call.feed(TALK).feed(TALK).work_without("hear")
    assert [task.ended < 30.0 for task in call.seen if task.kind == "record"][:2] == [True, True]


def test_once_the_language_is_certain_it_is_not_asked_for() -> None:
    call = line(engines=ears(language=lambda window: "en"))
    for second in range(30):
        call.feed(TALK[:, second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE]).work()
    call.end()
    allowed = [one.options.languages for one in asks_of(call.engines)]
    assert allowed[0] == ("de", "en")
    assert allowed[-1] == ("en",)
    assert all(one.options.languages == ("en",) for one in asks_of(call.engines) if one.thorough)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_language_that_is_known_is_taken(language: str) -> None:
    info = CallInfo(language=language, roles=ROLES)
    call = line(info=info, engines=ears(language=lambda window: "de"))
    assert plain(call.feed(TALK).end()) == plain(recorded(TALK, info, ears(language=lambda window: "de")))
    assert call.analysis().language == language


def test_what_is_ruled_goes_by_what_was_known_before_anybody_listened() -> None:
    """The notice in German is enough only for calls that are known to be German."""
    call = line(engines=ears(language=lambda window: "de"), deployment=replace(DEPLOYMENT, notice_en=""))
    call.feed(TALK).work()
    call.call.notice(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
    policy = call.end().policy
    assert policy is not None
    assert [party.permissions.voice_emotion.allowed for party in policy.parties] == [False, False]
