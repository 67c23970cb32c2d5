"""A call's line on the board: who waits since when, and why nobody is judged."""

from tests.api.toy_calls import caller

from stimmung.api.board_view import BoardView
from stimmung.api.schemas import Phase, StartRequest
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import Deployment
from stimmung.speech.records import CallInfo
from stimmung.speech.wire import WireFormat

BASIS = Deployment("care", "contract")


def view(phase: Phase = "in_conversation", **known: float) -> BoardView:
    """Return the line of a call that began at 100 s."""
    return BoardView(StartRequest("a", CallInfo(**known), WireFormat("ulaw"), phase=phase), 100.0)  # type: ignore[arg-type]  # one field of it


class TestWaiting:
    def test_counts_from_when_the_caller_came(self) -> None:
        assert view("waiting").entry.waited(130.0) == 30.0
        assert view("waiting", wait_seconds=20.0).entry.waited(130.0) == 50.0

    def test_ends_with_an_answer(self) -> None:
        line = view("waiting")
        line.change_phase("in_conversation", 130.0)
        assert line.entry.waited(500.0) == 30.0

    def test_is_unknown_of_a_conversation_of_which_nobody_said_so(self) -> None:
        assert view().entry.waited(500.0) is None
        assert view(wait_seconds=20.0).entry.waited(500.0) == 20.0

    def test_begins_anew_when_the_caller_is_put_on_hold(self) -> None:
        line = view(wait_seconds=20.0)
        line.change_phase("waiting", 200.0)
        assert line.entry.waited(210.0) == 10.0

    def test_does_not_begin_anew_when_it_is_said_twice(self) -> None:
        line = view("waiting")
        line.change_phase("waiting", 150.0)
        assert line.entry.waited(160.0) == 60.0


class TestWhyNobodyIsJudged:
    def test_is_what_the_policy_says(self) -> None:
        line = view()
        line.rule(report_policy([Party("agent", 1.0), Party("customer", 1.0, 1)], CallInfo(), Deployment()))
        assert line.entry.unscored == "the deployment names no purpose and no legal basis"

    def test_is_nothing_where_somebody_may_be(self) -> None:
        line = view()
        line.rule(report_policy([Party("unknown", 0.0), Party("customer", 1.0, 1)], CallInfo(), BASIS))
        assert line.entry.unscored == ""

    def test_changes_with_what_the_caller_says(self) -> None:
        line = view()
        line.rule(report_policy([Party("customer", 1.0)], CallInfo(consent="refused"), BASIS))
        assert line.entry.unscored == "consent was refused"
        line.rule(report_policy([Party("customer", 1.0)], CallInfo(consent="granted"), BASIS))
        assert line.entry.unscored == ""


class TestErasing:
    def test_forgets_the_callers_and_takes_no_others(self) -> None:
        line = view()
        line.judge((caller("urgent"),))
        line.erase_scores("consent was withdrawn")
        line.judge((caller("urgent"),))
        line.rule(report_policy([Party("customer", 1.0)], CallInfo(), BASIS))
        assert (line.entry.callers, line.entry.unscored) == ((), "consent was withdrawn")

    def test_can_be_permitted_again(self) -> None:
        line = view()
        line.erase_scores("consent was refused")
        line.permit_scores()
        line.judge((caller("calm"),))
        assert [one.state for one in line.entry.callers] == ["calm"]


def test_a_language_that_was_named_goes_before_one_that_was_heard() -> None:
    line = view()
    line.speak("")
    assert line.entry.language is None
    line.speak("en")
    line.speak("de")
    assert line.entry.language == "en"


def test_the_age_of_data_is_that_of_the_last_sound() -> None:
    line = view()
    line.hear(None)
    assert line.entry.heard_at == 100.0
    line.hear(123.0)
    assert line.entry.heard_at == 123.0
