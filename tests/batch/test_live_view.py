"""The display of live calls: who needs somebody stands first, and all of it fits into the window."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console
from rich.control import strip_control_codes
from tests.batch.recorded_calls import ROLES, distress, final, message, partial, row, snapshot, two_calls

from stimmung.batch.live_board import BoardNow
from stimmung.batch.live_messages import Kind
from stimmung.batch.live_state import LiveState, named_calls
from stimmung.batch.live_view import UNBROKEN, LiveScreen

LONG = "Sie haben mir das Geld schon zweimal abgebucht und ich habe jetzt schon dreimal bei Ihnen angerufen "


def drawn(state: LiveState, width: int = 80, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(LiveScreen(state, lambda: 42.0))
    return [line.rstrip() for line in capture.get().removesuffix("\n").split("\n")]


@pytest.fixture
def talk() -> LiveState:
    """An angry caller and a vulnerable one, who is first on the board."""
    state = two_calls()
    for call in state.calls.values():
        call.follow(message(Kind.STARTED))
    billing, heating = state.calls["billing"], state.calls["heating"]
    billing.follow(final(1, 0.5, "Guten Tag.", role="agent"))
    billing.follow(final(2, 4.0, LONG * 2 + "Ende.", -0.8, "anger"))
    billing.follow(partial(9.0, "und jetzt"))
    heating.follow(final(1, 3.0, "I am so afraid.", -0.7, "fear"))
    heating.follow(distress("urgent", 0.83, "I am so afraid"))
    board(state, row("h-1", "urgent", 0.83, trend="rising", waiting_seconds=75.0), row("b-1", "uneasy", 0.41))
    return state


def board(state: LiveState, *rows: dict[str, object]) -> None:
    now = BoardNow()
    now.follow(snapshot(*rows))
    state.board = now.ranking


def words(lines: list[str]) -> Iterator[list[str]]:
    return (line.split() for line in lines)


class TestRanking:
    def test_stands_on_top_with_state_score_trend_and_waiting(self, talk: LiveState) -> None:
        lines = list(words(drawn(talk)))
        assert lines[0] == ["0:42", "·", "2", "of", "2", "calls", "live"]
        assert lines[1] == ["#", "caller", "state", "score", "trend", "waited", "now"]
        assert lines[2] == ["1", "heating", "▲", "urgent", "0.83", "rising", "1:15", "talks"]
        assert lines[3] == ["2", "billing", "○", "uneasy", "0.41", "steady", "0:12", "talks"]

    def test_calls_of_others_are_in_it(self, talk: LiveState) -> None:
        board(talk, row("4711", "distressed", 0.6), row("b-1"), row("h-1"))
        assert "1 4711" in " ".join(drawn(talk)[2].split())

    def test_who_is_looked_after_and_by_whom(self, talk: LiveState) -> None:
        by = {"by": "Anna", "at": "2026-01-01T00:00:00Z"}
        board(talk, row("h-1", taken=by), row("b-1", override={**by, "state": "calm", "reason": "a joke"}))
        lines = drawn(talk, width=100)
        assert lines[2].endswith("talks, Anna has it")
        assert lines[3].endswith("talks, state by Anna")

    def test_why_nobody_is_judged(self, talk: LiveState) -> None:
        board(talk, row("b-1", "unknown", None, channel=None, unscored="no legal basis is settled"))
        assert drawn(talk, width=100)[2].endswith(" 0:12 talks, no legal basis is settled")

    def test_a_call_that_ended_keeps_its_last_state(self, talk: LiveState) -> None:
        talk.calls["heating"].follow(message(Kind.OUTCOME, status="ended", why=""))
        board(talk, row("b-1"))
        assert list(words(drawn(talk)))[3] == ["–", "heating", "▲", "urgent", "0.83", "ended"]

    def test_calls_that_nobody_ranks_follow(self, talk: LiveState) -> None:
        talk.calls["billing"].follow(message(Kind.OUTCOME, status="failed", why="the line"))
        board(talk, row("h-1"))
        assert list(words(drawn(talk)))[3] == ["–", "billing", "–", "failed:", "the", "line"]

    def test_says_where_there_is_no_board(self, talk: LiveState) -> None:
        talk.board = None
        lines = drawn(talk)
        assert "no board" in lines[0]
        assert lines[2].split()[:4] == ["1", "heating", "▲", "urgent"]


class TestWords:
    def test_of_whoever_is_first_come_first(self, talk: LiveState) -> None:
        lines = drawn(talk)
        places = [lines.index(next(line for line in lines if line.startswith(name))) for name in ("heating", "billing")]
        assert places == sorted(places)
        assert lines[places[0]] == "heating  words of fear: “I am so afraid”"
        assert lines[places[0] + 1] == f" 0:03 Customer  I am so afraid.  -3.5{UNBROKEN}fear"

    def test_of_a_long_utterance_the_end_is_shown(self, talk: LiveState) -> None:
        lines = drawn(talk)
        start = next(place for place, line in enumerate(lines) if line.startswith(" 0:04 Customer  …"))
        assert lines[start + 2].endswith(f"Ende.  -4.0{UNBROKEN}anger")

    def test_the_voice_is_told_where_there_is_room(self, talk: LiveState) -> None:
        voice = {"arousal": 0.6, "valence": -0.5, "emotions": {"fear": 0.9}, "uncertain": False}
        body = final(2, 8.0, "Nobody comes.", -0.7, "fear").body
        utterance = {**body["utterance"], "voice_emotion": voice}
        talk.calls["heating"].follow(message(Kind.FINAL, 12.0, 3, id=2, utterance=utterance))
        told = "voice: afraid, aroused +0.6".replace(" ", UNBROKEN)
        assert told not in "\n".join(drawn(talk, 80))
        assert told in "\n".join(drawn(talk, 120))

    def test_what_is_being_said_stands_last(self, talk: LiveState) -> None:
        assert drawn(talk)[-1] == " 0:09 Customer  und jetzt …"

    def test_a_channel_without_a_role_has_its_number(self, talk: LiveState) -> None:
        state = named_calls([("mono", "m-1", ())])
        state.calls["mono"].follow(partial(1.0, "Hallo", channel=0))
        assert drawn(state)[-1] == " 0:01 Channel 0 Hallo …"


class TestWindow:
    @pytest.mark.parametrize("width", [60, 80, 133])
    @pytest.mark.parametrize("height", [8, 12, 24, 60])
    @pytest.mark.parametrize("count", [1, 5, 40])
    def test_everything_fits(self, width: int, height: int, count: int) -> None:
        state = named_calls([(f"call-{number}" * 3, str(number), ROLES) for number in range(count)])
        for number, call in enumerate(state.calls.values()):
            call.follow(final(1, 0.0, LONG, -0.5, "anger"))
            call.follow(partial(4.0, LONG))
            call.follow(distress("uneasy", number / 100, LONG))
        board(state, *(row(str(number)) for number in range(0, count, 2)))
        lines = drawn(state, width, height)
        assert len(lines) < height
        assert max(len(line) for line in lines) <= width

    def test_what_has_no_room_is_counted(self) -> None:
        state = named_calls([(f"call-{number}", str(number), ROLES) for number in range(40)])
        assert "… 32 more" in "\n".join(drawn(state))

    def test_a_state_is_told_without_colour(self, talk: LiveState) -> None:
        console = Console(file=io.StringIO(), width=80, height=24, no_color=True, force_terminal=True)
        with console.capture() as capture:
            console.print(LiveScreen(talk, lambda: 42.0))
        assert "▲ urgent" in strip_control_codes(capture.get())
