"""What is known of live calls, message by message."""

from tests.batch.recorded_calls import distress, final, message, partial, row, snapshot, two_calls

from stimmung.batch.live_board import BoardNow
from stimmung.batch.live_messages import Kind, LiveMessage
from stimmung.batch.live_state import CallNow


def billing() -> CallNow:
    return two_calls().calls["billing"]


class TestWords:
    def test_stand_under_their_speaker_with_their_mood(self) -> None:
        call = billing()
        call.follow(final(1, 2.0, "Schon dreimal!", -0.8, "anger"))
        said = call.said[0]
        assert (said.text, said.role, said.time) == ("Schon dreimal!", "customer", 2.0)
        assert said.words is not None
        assert said.words.score == -0.8

    def test_words_so_far_go_when_the_utterance_is_final(self) -> None:
        call = billing()
        call.follow(partial(2.0, "Schon drei"))
        assert [(one.text, one.role) for one in call.partials.values()] == [("Schon drei", "customer")]
        call.follow(final(1, 2.0, "Schon dreimal!"))
        assert call.partials == {}

    def test_words_of_the_next_utterance_stay(self) -> None:
        call = billing()
        call.follow(partial(6.0, "Und jetzt"))
        call.follow(final(1, 2.0, "Schon dreimal!"))  # which took a while
        assert [one.text for one in call.partials.values()] == ["Und jetzt"]

    def test_a_revised_utterance_takes_its_old_place(self) -> None:
        call = billing()
        call.follow(final(1, 0.0, "Ja."))
        call.follow(final(2, 4.0, "Nein."))
        revised = final(1, 0.0, "Ja, ja.")
        call.follow(message(Kind.REVISED, 5.0, 3, **{key: revised.body[key] for key in ("id", "utterance")}))
        assert [one.text for one in call.said] == ["Ja, ja.", "Nein."]

    def test_what_turns_out_to_be_no_speech_goes(self) -> None:
        call = billing()
        call.follow(final(1, 0.0, "Ja."))
        call.follow(final(2, 4.0, "Hm."))
        revised = final(2, 4.0, "")
        call.follow(message(Kind.REVISED, 5.0, 3, **{key: revised.body[key] for key in ("id", "utterance")}))
        assert [one.text for one in call.said] == ["Ja."]

    def test_memory_is_bounded(self) -> None:
        call = billing()
        for number in range(1, 1000):
            call.follow(final(number, number * 4.0, "Ja."))
        assert len(call.said) < 10


class TestDistress:
    def test_withdrawn_scores_are_gone_at_once(self) -> None:
        call = billing()
        call.follow(final(1, 2.0, "Schon dreimal!", -0.8, "anger"))
        call.follow(distress("uneasy", 0.4))
        call.follow(message(Kind.WITHDRAWN, 9.0, 3))
        assert call.callers == {}
        assert [(one.text, one.words, one.voice) for one in call.said] == [("Schon dreimal!", None, None)]

    def test_without_a_board_calls_are_ranked_by_their_own_messages(self) -> None:
        state = two_calls()
        state.calls["billing"].follow(distress("distressed", 0.9))
        state.calls["heating"].follow(distress("urgent", 0.7))
        assert [one.call_id for one in state.ranking()] == ["h-1", "b-1"]  # urgent first, then the score
        assert [one.name for one in state.ranked_calls()] == ["heating", "billing"]

    def test_the_board_has_the_last_word(self) -> None:
        state = two_calls()
        state.calls["heating"].follow(distress("urgent", 0.9))
        board = BoardNow()
        board.follow(snapshot(row("other"), row("b-1"), row("h-1")))
        state.board = board.ranking
        assert [one.call_id for one in state.ranking()] == ["other", "b-1", "h-1"]
        assert [one.name for one in state.ranked_calls()] == ["billing", "heating"]
        assert [state.name_of(one) for one in ("other", "b-1")] == ["other", "billing"]


class TestProgress:
    def test_from_opening_to_the_end(self) -> None:
        call = billing()
        seen = [call.progress]
        for kind, values in (
            (Kind.STARTED, {}),
            (Kind.DROPPED, {"why": "the line"}),
            (Kind.RESUMED, {}),
            (Kind.OUTCOME, {"status": "ended", "why": ""}),
        ):
            call.follow(LiveMessage(kind, 1, 0.0, values))
            seen.append(call.progress)
        assert seen == ["opening", "live", "dropped", "live", "ended"]

    def test_a_refusal_says_why(self) -> None:
        call = billing()
        call.follow(message(Kind.OUTCOME, status="refused", why="the server is full"))
        assert (call.progress, call.note) == ("refused", "the server is full")


def test_what_is_unknown_or_broken_is_passed_over() -> None:
    call = billing()
    for body in ({}, {"utterance": 7}, {"utterance": {"text": 3, "start": "x", "text_emotion": []}}, {"channel": "a"}):
        for kind in (*Kind, "news.of.tomorrow"):
            call.follow(message(kind, **body))
    assert all(said.text == "" for said in call.said)


def test_signs_that_steer_a_terminal_are_not_shown() -> None:
    call = billing()
    call.follow(final(1, 0.0, "Ja\x1b[2Jnein\r\n"))
    assert call.said[0].text == "Ja [2Jnein  "
