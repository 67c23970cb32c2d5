"""What is heard next of a channel: in order, once, behind what its window holds already; full windows as a whole."""

from dataclasses import replace

import numpy as np
import pytest
from tests.calls.live_parts import answer, said, spoken

from stimmung.calls.live_channel import Eager, Heard, LiveChannel, Words, record_ask, recorded
from stimmung.speech.engines import Answer, Ask, TranscriptionOptions
from stimmung.speech.records import Utterance
from stimmung.speech.utterances import Spoken
from stimmung.speech.windows import pack_windows

GERMAN = TranscriptionOptions(("de",))
LONG = [spoken(start, start + 4.0) for start in (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)]  # three fill a window


def channel_of(*utterances: Spoken) -> LiveChannel:
    channel = LiveChannel(0)
    for one in utterances:
        channel.add(one)
    return channel


def asked(channel: LiveChannel) -> Ask:
    ask = channel.next_ask(GERMAN, {})
    assert ask is not None
    return ask


def starts(ask: Ask) -> list[float]:
    """Return when the pieces begin that are to be heard in an ask, those that were heard before left out."""
    return [piece.span.start + 0.2 for piece in ask.window.pieces[-ask.new :]]


def heard(ask: Ask, text: str = "ja gut") -> list[Utterance]:
    """Return the utterances of the new pieces."""
    return [said(piece.span.start + 0.2, piece.span.end - 0.2, text) for piece in ask.window.pieces[-ask.new :]]


def hear_all(channel: LiveChannel, text: str = "ja gut") -> list[Words]:
    """Hear until nothing waits."""
    found = []
    while ask := channel.next_ask(GERMAN, {}):
        found.append(channel.heard(answer(*heard(ask, text))))
    return found


def test_nothing_is_asked_of_a_channel_on_which_nobody_spoke() -> None:
    channel = LiveChannel(0)
    assert channel.next_ask(GERMAN, {}) is None
    assert not channel.unheard
    assert channel.full_windows() == []


def test_an_utterance_is_asked_for_once() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    assert channel.unheard
    ask = asked(channel)
    assert (starts(ask), ask.said, ask.thorough) == ([1.0], "", False)
    assert channel.next_ask(GERMAN, {}) is None
    assert channel.unheard
    channel.heard(answer(*heard(ask)))
    assert channel.next_ask(GERMAN, {}) is None
    assert not channel.unheard


def test_what_comes_while_one_is_heard_waits_and_is_heard_together() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    first = asked(channel)
    channel.add(spoken(3.0, 4.0))
    channel.add(spoken(5.0, 6.0))
    assert channel.next_ask(GERMAN, {}) is None
    channel.heard(answer(*heard(first, "guten Tag")))
    second = asked(channel)
    assert (starts(second), second.said, second.new) == ([3.0, 5.0], "", 2)
    assert len(second.window.pieces) == 2


def test_a_short_utterance_is_heard_behind_the_words_before_it_as_far_as_they_go() -> None:
    channel = channel_of(spoken(0.0, 5.6), spoken(6.5, 11.6))  # 6 s and 5.5 s with what lies around them
    hear_all(channel, "guten Tag")
    channel.add(spoken(12.5, 13.5))
    ask = asked(channel)
    assert (starts(ask), ask.new, ask.said) == ([12.5], 1, "guten Tag")
    assert ask.window.pieces[0].span.start == pytest.approx(6.3)


def test_a_long_utterance_is_heard_alone() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    hear_all(channel)
    channel.add(spoken(3.0, 6.0))
    ask = asked(channel)
    assert (len(ask.window.pieces), ask.new, ask.said) == (1, 1, "")


def test_the_options_and_votes_are_passed_on() -> None:
    ask = channel_of(spoken(1.0, 2.0)).next_ask(GERMAN, {"de": -1.0})
    assert ask is not None
    assert (ask.options, ask.votes) == (GERMAN, {"de": -1.0})


def test_live_windows_are_those_of_a_recording() -> None:
    channel = channel_of(*LONG)
    hear_all(channel)
    channel.close()
    windows = [record_ask(window, GERMAN).window for window in channel.full_windows()]
    expected = pack_windows(LONG)
    assert [window.pieces for window in windows] == [window.pieces for window in expected]
    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(windows, expected, strict=True))


def test_a_window_is_full_when_the_next_utterance_has_no_place_in_it_and_was_heard_to_its_end() -> None:
    channel = channel_of(*LONG[:3])
    hear_all(channel)
    assert channel.full_windows() == []
    channel.add(LONG[3])
    (full,) = channel.full_windows()
    assert full.spoken == LONG[:3]
    assert channel.full_windows() == []  # each once


def test_a_window_that_is_being_heard_is_not_done() -> None:
    channel = channel_of(*LONG[:4])
    ask = asked(channel)
    assert len(starts(ask)) == 3
    assert channel.full_windows() == []
    channel.heard(answer(*heard(ask)))
    assert len(channel.full_windows()) == 1


def test_windows_are_done_in_their_order() -> None:
    channel = channel_of(*LONG)
    assert starts(asked(channel)) == [0.0, 5.0, 10.0]
    channel.close()
    assert channel.full_windows() == []
    channel.heard(None)
    hear_all(channel)
    assert [window.number for window in channel.full_windows()] == [0, 1, 2]


def test_the_end_fills_the_last_window_even_an_empty_one() -> None:
    channel = LiveChannel(0)
    channel.close()
    assert [window.spoken for window in channel.full_windows()] == [[]]


def test_words_come_with_their_sound() -> None:
    one, other = spoken(1.0, 2.0), spoken(3.0, 4.0)
    channel = channel_of(one, other)
    words = channel.heard(answer(*heard(asked(channel))))
    assert [(pair[0], pair[1].start) for pair in words.pairs] == [(one, 1.0), (other, 3.0)]


def test_an_utterance_without_words_keeps_its_place() -> None:
    one, other = spoken(1.0, 2.0), spoken(3.0, 4.0)
    channel = channel_of(one, other)
    words = channel.heard(answer(*heard(asked(channel), "doch")[1:]))
    assert [pair[0] for pair in words.pairs] == [other]
    assert words.window.said == ["", "doch"]
    channel.add(spoken(5.0, 6.0))
    ask = asked(channel)
    assert ask.said == "doch"
    assert len(ask.window.pieces) == 3


def test_without_an_answer_the_utterance_is_not_asked_for_again() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    asked(channel)
    assert channel.heard(None).pairs == ()
    assert not channel.unheard


def test_an_answer_that_nobody_asked_for_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="channel 3"):
        LiveChannel(3).heard(None)


# as a recording's window


def window_after(*answers: list[str] | None, flags: tuple[str, ...] = ()) -> Heard:
    """Return a full window whose utterances were heard with these answers, each with the texts of its utterances."""
    channel, place = LiveChannel(0), 0
    for texts in answers:
        for _ in texts or [""]:
            channel.add(spoken(2.0 * place, 2.0 * place + 1.0))
            place += 1
        ask = asked(channel)
        utterances = [replace(one, text=text, flags=flags) for one, text in zip(heard(ask), texts or [""], strict=True)]
        channel.heard(None if texts is None else answer(*(one for one in utterances if one.text)))
    channel.close()
    (window,) = channel.full_windows()
    return window


def test_a_window_that_was_heard_at_once_is_as_recorded() -> None:
    assert window_after(["ja", "nein"]).as_recorded(GERMAN)


@pytest.mark.parametrize("answers", [(["ja"], ["nein"]), (None,), (["ja", ""],), (["ja"], None)])
def test_a_window_that_was_heard_in_parts_or_not_wholly_is_not(answers: tuple[list[str] | None, ...]) -> None:
    assert not window_after(*answers).as_recorded(GERMAN)


def test_a_window_that_was_heard_beside_others_and_might_have_been_read_otherwise_alone_is_not() -> None:
    channel = channel_of(spoken(0.0, 1.0))
    asked(channel)
    channel.heard(Answer((said(0.0, 1.0),), {}, exact=False))
    channel.close()
    assert [window.as_recorded(GERMAN) for window in channel.full_windows()] == [False]


@pytest.mark.parametrize(("flag", "well"), [("loop", False), ("fallback", False), ("fast", True)])
def test_a_window_that_was_read_badly_is_not(flag: str, *, well: bool) -> None:
    assert window_after(["ja"], flags=(flag,)).as_recorded(GERMAN) == well


def test_a_window_that_was_read_in_another_language_is_not() -> None:
    assert not window_after(["ja"]).as_recorded(TranscriptionOptions(("en",)))


def test_the_record_hears_a_window_as_a_whole_and_thoroughly() -> None:
    ask = record_ask(window_after(["ja"], ["nein"]), GERMAN)
    assert (ask.new, ask.said, ask.thorough, ask.options) == (2, "", True, GERMAN)
    assert starts(ask) == [0.0, 2.0]


def test_what_the_record_hears_is_paired_with_its_sound_too() -> None:
    window = window_after(["ja"], ["nein"])
    pairs = recorded(window, answer(said(2.0, 3.0, "doch")))
    assert [(sound.speech[0].start, one.text) for sound, one in pairs] == [(2.0, "doch")]


# words so far


def test_words_so_far_are_heard_behind_what_was_said_before_while_they_are_few() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    hear_all(channel, "guten Tag")
    ask = channel.partial_ask(spoken(3.0, 4.5), GERMAN, {}, longest=14.0)
    assert ask is not None
    assert (starts(ask), ask.said, ask.new) == ([3.0], "guten Tag", 1)
    alone = channel.partial_ask(spoken(3.0, 6.0), GERMAN, {}, longest=14.0)
    assert alone is not None
    assert (starts(alone), alone.said, len(alone.window.pieces)) == ([3.0], "", 1)
    assert not channel.unheard  # it is no ask that anything waits for
    assert channel.next_ask(GERMAN, {}) is None


def test_words_so_far_wait_for_those_before() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    assert channel.partial_ask(spoken(3.0, 5.0), GERMAN, {}, longest=14.0) is None
    asked(channel)
    assert channel.partial_ask(spoken(3.0, 5.0), GERMAN, {}, longest=14.0) is None


def test_words_so_far_of_what_is_longer_than_a_window_are_not_heard() -> None:
    channel = channel_of(spoken(1.0, 9.0))
    hear_all(channel)
    assert channel.partial_ask(spoken(10.0, 23.0), GERMAN, {}, longest=14.0) is not None
    assert channel.partial_ask(spoken(10.0, 25.0), GERMAN, {}, longest=14.0) is None


# before the end is certain


def early(channel: LiveChannel, utterance: Spoken) -> tuple[Ask, Eager]:
    """Ask for an utterance that may have ended."""
    ask, eager = channel.eager_ask(utterance, GERMAN, {}), channel.eager
    assert ask is not None
    assert eager is not None
    return ask, eager


def test_an_utterance_that_ended_as_it_seemed_is_not_heard_twice() -> None:
    channel, utterance = LiveChannel(0), spoken(1.0, 2.0)
    ask, eager = early(channel, utterance)
    assert (starts(ask), channel.unheard) == ([1.0], False)
    eager.answer = answer(*heard(ask, "guten Tag"))
    assert channel.answered() is None  # nobody knows yet
    channel.add(utterance)
    assert channel.next_ask(GERMAN, {}) is None
    assert channel.answered() is eager
    assert channel.answered() is None
    assert [one.text for _, one in channel.heard(eager.answer).pairs] == ["guten Tag"]
    assert not channel.unheard


def test_words_that_come_after_the_end_was_certain_are_waited_for() -> None:
    channel, utterance = LiveChannel(0), spoken(1.0, 2.0)
    ask, eager = early(channel, utterance)
    channel.add(utterance)
    assert channel.next_ask(GERMAN, {}) is None
    assert channel.answered() is None
    assert channel.unheard
    eager.answer = answer(*heard(ask))
    assert channel.answered() is eager


@pytest.mark.parametrize("other", [spoken(1.0, 2.5), spoken(3.0, 4.0)])
def test_an_utterance_that_went_on_is_heard_anew(other: Spoken) -> None:
    channel = LiveChannel(0)
    _, eager = early(channel, spoken(1.0, 2.0))
    eager.answer = answer(said(1.0, 2.0))
    channel.add(other)
    assert starts(asked(channel)) == [other.speech[0].start]
    assert channel.answered() is None


def test_what_was_asked_for_is_not_asked_for_again_while_nothing_changed() -> None:
    channel, utterance = LiveChannel(0), spoken(1.0, 2.0)
    _, eager = early(channel, utterance)
    assert channel.eager_ask(utterance, GERMAN, {}) is None
    assert channel.eager_ask(spoken(1.0, 2.5), GERMAN, {}) is None  # one at a time
    eager.answer = answer()
    assert channel.eager_ask(utterance, GERMAN, {}) is None
    assert channel.eager_ask(spoken(1.0, 2.5), GERMAN, {}) is not None


def test_nothing_is_asked_for_early_while_others_wait() -> None:
    channel = channel_of(spoken(1.0, 2.0))
    assert channel.eager_ask(spoken(3.0, 4.0), GERMAN, {}) is None
    asked(channel)
    assert channel.eager_ask(spoken(3.0, 4.0), GERMAN, {}) is None


@pytest.mark.parametrize("certain", [False, True])
def test_where_the_early_words_are_lost_the_utterance_is_heard_when_it_ended(*, certain: bool) -> None:
    channel, utterance = LiveChannel(0), spoken(1.0, 2.0)
    _, eager = early(channel, utterance)
    if certain:
        channel.add(utterance)
        assert channel.next_ask(GERMAN, {}) is None
        channel.lose(eager)
    else:
        channel.lose(eager)
        channel.add(utterance)
    assert starts(asked(channel)) == [1.0]
    channel.heard(answer(said(1.0, 2.0)))
    channel.close()
    assert [window.as_recorded(GERMAN) for window in channel.full_windows()] == [True]


def test_what_follows_while_the_early_words_are_waited_for_comes_after_them() -> None:
    channel, utterance = LiveChannel(0), spoken(1.0, 2.0)
    ask, eager = early(channel, utterance)
    channel.add(utterance)
    assert channel.next_ask(GERMAN, {}) is None
    channel.add(spoken(3.0, 4.0))
    assert channel.next_ask(GERMAN, {}) is None
    eager.answer = answer(*heard(ask, "guten Tag"))
    assert channel.answered() is eager
    assert [one.start for _, one in channel.heard(eager.answer).pairs] == [1.0]
    following = asked(channel)
    assert (starts(following), following.said) == ([3.0], "guten Tag")


def test_early_words_of_what_has_no_place_in_the_window_are_heard_as_the_first_of_the_next() -> None:
    channel = channel_of(*LONG[:3])
    hear_all(channel)
    ask, eager = early(channel, spoken(15.0, 15.3))
    assert len(ask.window.pieces) == 2  # it has a place: behind as much as is worth reading again
    eager.answer = answer()
    short = spoken(15.0, 16.5)
    ask, eager = early(channel, short)
    assert len(ask.window.pieces) == 1
    eager.answer = answer(*heard(ask))
    channel.add(short)
    assert channel.next_ask(GERMAN, {}) is None
    assert channel.answered() is eager
    channel.heard(eager.answer)
    channel.close()
    assert [len(window.spoken) for window in channel.full_windows()] == [3, 1]


def test_early_words_that_are_of_no_use_hold_no_sound() -> None:
    channel = LiveChannel(0)
    _, eager = early(channel, spoken(1.0, 2.0))
    eager.answer = answer()
    channel.add(spoken(1.0, 2.5))
    asked(channel)
    assert channel.eager is None
