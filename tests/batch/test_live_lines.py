"""Live calls as lines: what happened, and nothing twice."""

from tests.batch.recorded_calls import distress, final, message, partial, row, snapshot, two_calls

from stimmung.batch.live_board import BoardNow
from stimmung.batch.live_lines import LiveLines
from stimmung.batch.live_messages import Kind, LiveMessage


class Told:
    """Two calls and what is told of them."""

    def __init__(self) -> None:
        self.state = two_calls()
        self.lines = LiveLines(self.state)

    def of(self, sent: LiveMessage, name: str = "billing") -> list[str]:
        call = self.state.calls[name]
        call.follow(sent)
        return [line.plain for line in self.lines.of_message(call, sent, sent.time)]

    def of_board(self, *rows: dict[str, object]) -> list[str]:
        board = BoardNow()
        board.follow(snapshot(*rows))
        self.state.board = board.ranking
        return [line.plain for line in self.lines.of_board(61.0)]


class TestMessages:
    def test_an_utterance_with_time_call_speaker_and_mood(self) -> None:
        assert Told().of(final(1, 2.0, "Schon dreimal!", -0.8, "anger")) == [
            " 0:05 billing Customer: Schon dreimal!  -4.0 anger"
        ]

    def test_other_words_are_told_again_and_other_commas_are_not(self) -> None:
        told = Told()
        told.of(final(1, 2.0, "Nein, fünf."))
        for text, lines in (("nein fünf", 0), ("Nein, fünfzig.", 1), ("Nein, fünfzig.", 0), ("", 1)):
            revised = {key: final(1, 2.0, text).body[key] for key in ("id", "utterance")}
            assert len(told.of(message(Kind.REVISED, 9.0, **revised))) == lines
        assert told.of(final(2, 2.0, "Nein, fünfzig.")) != []

    def test_words_that_may_change_are_no_line(self) -> None:
        assert Told().of(partial(2.0, "Schon drei")) == []

    def test_a_state_is_told_when_it_changes(self) -> None:
        told = Told()
        assert told.of(distress("uneasy", 0.41, "dreimal")) == [
            " 0:09 billing ○ uneasy 0.41 rising, because words of fear: “dreimal”"
        ]
        assert told.of(distress("uneasy", 0.52)) == []
        assert told.of(distress("distressed", 0.7)) == [" 0:09 billing ● distressed 0.70 rising"]
        assert told.of(distress("uneasy", 0.4), "heating") == [" 0:09 heating ○ uneasy 0.40 rising"]

    def test_a_line_that_dropped_and_came_back(self) -> None:
        told = Told()
        assert told.of(message(Kind.DROPPED, why="the line")) == [" 0:00 billing the line; the call is being resumed"]
        assert told.of(message(Kind.RESUMED)) == [" 0:00 billing resumed"]

    def test_whether_anybody_is_ranked(self) -> None:
        def started(*allowed: bool) -> list[str]:
            parties: list[dict[str, object]] = [{"role": "agent", "permissions": {"distress": {"allowed": False}}}]
            for one in allowed:
                ruling = {"allowed": one, "why": "no purpose is settled"}
                parties.append({"role": "customer", "permissions": {"distress": ruling}})
            return Told().of(message(Kind.STARTED, policy={"parties": parties}))

        assert started(True) == started(False, True) == started() == [" 0:00 billing live"]
        assert started(False) == [" 0:00 billing live; nobody is ranked: no purpose is settled"]

    def test_warnings_and_the_end(self) -> None:
        told = Told()
        assert told.of(message(Kind.WARNING, code="gap", message="3 s are missing")) == [
            " 0:00 billing warning: 3 s are missing"
        ]
        assert told.of(message(Kind.OUTCOME, status="refused", why="full")) == [" 0:00 billing refused: full"]


class TestBoard:
    def test_is_told_when_order_or_state_changes(self) -> None:
        told = Told()
        first = [row("h-1", "distressed", 0.66), row("b-1", "calm", 0.1), row("x", "unknown", None)]
        assert told.of_board(*first) == [" 1:01 board   1. ● distressed heating 0.66 · 2. · calm billing 0.10"]
        assert told.of_board(row("h-1", "distressed", 0.61), *first[1:]) == []
        assert len(told.of_board(row("h-1", "urgent", 0.9), *first[1:])) == 1
        assert len(told.of_board(first[1], first[0])) == 1

    def test_of_whom_nothing_is_known_nothing_is_told(self) -> None:
        assert Told().of_board(row("h-1", "unknown", None)) == []
