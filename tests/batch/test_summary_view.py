"""A call on one screen: who, how it went, where it was worst and why, and what was not computed."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stimmung.batch.summary_view import HELD_BELOW, one_line, summary
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    Deployment,
    DistressPeak,
    Metrics,
    Omission,
    PartyMetrics,
    PartyPolicy,
    Permissions,
    PolicyReport,
    Quarter,
    Ruling,
    TurningPoint,
)
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    DistressState,
    Reason,
    ReasonKind,
    Role,
    Span,
    TextEmotionScore,
    Utterance,
)

INFO = CallInfo(
    started_at=datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
    agent="a.weber",
    team="Billing",
    queue="invoices",
    direction="inbound",
    customer="4711",
    roles=("agent", "customer"),
    wait_seconds=512.0,
)
NO_BASIS = "the deployment names no legal basis"


def said(
    channel: int, role: Role, start: float, text: str, score: float = 0.0, state: DistressState = "calm"
) -> Utterance:
    """Return five seconds of talk; customers have a mood and a state."""
    one = Utterance(channel, role, "", start, start + 5, text, "en", 0.9, (), ())
    if role != "customer":
        return one
    mood = TextEmotionScore("neutral", score, {}, {}, {}, True)
    reasons = (Reason("words", f"words of {state}", text, start),) if state in {"distressed", "urgent"} else ()
    return replace(one, text_emotion=mood, distress=DistressScore(0.5, state, reasons))


TALK = (
    said(0, "agent", 0, "How can I help?"),
    said(1, "customer", 10, "My bill is wrong.", -0.2, "calm"),
    said(0, "agent", 20, "There is nothing that I can do."),
    said(1, "customer", 30, "I will go to court!", -0.9, "urgent"),
    said(0, "agent", 80, "You get your money back."),
    said(1, "customer", 90, "Well, then.", 0.1, "uneasy"),
)
COURSE = Course(
    channel=1,
    label="worsening",
    score=-1.7,
    start=-1.0,
    middle=-4.5,
    end=0.5,
    quarters=tuple(Quarter(Span(n * 25.0, n * 25.0 + 25), None) for n in range(4)),
    peak=CourseMoment(30, -4.5, "I will go to court!"),
    turning_point=TurningPoint(30, -1.0, -2.0, "There is nothing that I can do.", "agent"),
)
CALLER = CallerDistress(1, "", 0.31, "uneasy", "falling", (), DistressPeak(0.93, "urgent", 35.0))


def party(channel: int, role: Role) -> PartyMetrics:
    return PartyMetrics(channel, role, 15, 0.5, 20, 150.0, 4.0, -20.0, 0.5, None, 0, 0)


def ruled(channel: int, role: Role) -> PartyPolicy:
    """Return a party about whom nothing may be computed."""
    no = Ruling(False, "no")
    return PartyPolicy(channel, role, 1.0, Permissions(no, no, no, no, no, no))


METRICS = Metrics(
    duration=100.0,
    parties=(party(0, "agent"), party(1, "customer")),
    silence_seconds=70.0,
    longest_silence=Span(35, 80),
    hold_seconds=0.0,
    overlap_seconds=0.0,
    interruptions=(),
    timeline=(),
)
CALL = CallAnalysis(
    "calls/a.wav", 100.0, 2, "en", INFO, (), TALK, (), distress=(CALLER,), course=(COURSE,), metrics=METRICS
)
BARE = replace(CALL, info=CallInfo(roles=INFO.roles), distress=(), course=(), metrics=None)


def shown(analysis: CallAnalysis, width: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(summary(analysis))
    return [line.rstrip() for line in capture.get().splitlines()]


def row(analysis: CallAnalysis, title: str, width: int = 100) -> str:
    """Return what stands behind a title."""
    (found,) = [line for line in shown(analysis, width) if line.split()[:1] == title.split()[:1] and title in line]
    return found.partition(title)[2].strip()


class TestWho:
    def test_the_head_names_file_length_channels_language_and_roles(self) -> None:
        assert shown(CALL)[0] == "calls/a.wav  1:40 · 2 channels · English · agent, customer"

    def test_of_a_mono_call_nobody_knows(self) -> None:
        mono = replace(BARE, channels=1, info=CallInfo(), utterances=())
        assert shown(mono) == ["calls/a.wav  1:40 · 1 channel · English · roles unknown"]

    def test_roles_are_those_by_which_the_call_was_analysed(self) -> None:
        mono = PolicyReport(Deployment(), "unknown", None, (ruled(0, "unknown"),))
        assert shown(replace(BARE, channels=1, policy=mono))[0].endswith("1 channel · English · roles unknown")
        alone = PolicyReport(Deployment(), "unknown", None, (ruled(0, "customer"),))
        assert shown(replace(BARE, channels=1, policy=alone))[0].endswith("1 channel · English · customer")
        two = PolicyReport(Deployment(), "unknown", None, (ruled(0, "agent"), ruled(1, "unknown")))
        assert shown(replace(BARE, policy=two))[0].endswith("2 channels · English · agent, unknown")

    def test_what_was_known_of_the_call(self) -> None:
        assert shown(CALL, 160)[1] == (
            "agent a.weber (Billing) · customer [CUSTOMER_NUMBER] · queue invoices · inbound · waited 8:32"
            " · 2026-03-01 13:30 UTC"
        )

    def test_a_team_without_an_agent(self) -> None:
        assert shown(replace(BARE, info=CallInfo(team="Billing")))[1] == "team Billing"


class TestCourse:
    def test_label_and_mood_at_start_middle_and_end(self) -> None:
        assert row(CALL, "course") == "worsening · mood start -1.0 → middle -4.5 → end +0.5 (-5 to +5)"

    def test_the_timeline_is_as_wide_as_there_is_room(self) -> None:
        for width in (60, 80, 100, 160):
            lines = shown(CALL, width)
            (times,) = [line for line in lines if line.strip().startswith("0:00")]
            assert times.endswith("1:40")
            assert len(times) == width

    def test_mood_and_distress_stand_below_each_other(self) -> None:
        lines = shown(CALL)
        (mood,) = [line for line in lines if line.startswith("mood")]
        (distress,) = [line for line in lines if line.startswith("distress")]
        assert mood.index("▁") == distress.index("▲")
        assert distress.index("·") < distress.index("▲") < distress.index("○")

    def test_the_turning_point_comes_with_what_was_said_before(self) -> None:
        assert row(CALL, "turn") == "0:30 from -1.0 to -2.0, after agent: “There is nothing that I can do.”"

    def test_a_call_without_one_has_no_line_for_it(self) -> None:
        steady = replace(CALL, course=(replace(COURSE, turning_point=None),))
        assert not any(line.startswith("turn") for line in shown(steady))

    def test_distress_alone_has_no_mood(self) -> None:
        titles = [line.split()[0] for line in shown(replace(CALL, course=())) if line and line[0] != " "]
        assert "mood" not in titles
        assert "distress" in titles

    def test_two_customers_are_told_apart(self) -> None:
        both = replace(CALL, course=(replace(COURSE, channel=0), COURSE), distress=())
        assert [line[:8] for line in shown(both) if line.startswith("course")] == ["course 0", "course 1"]


class TestDistress:
    def test_the_worst_moment_has_state_score_time_and_quote(self) -> None:
        assert row(CALL, "worst") == "▲ urgent (score 93%) at 0:30 “I will go to court!”"

    def test_what_the_agent_says_just_then_is_not_the_callers(self) -> None:
        late = replace(CALLER, peak=DistressPeak(0.93, "urgent", 81.0))
        assert row(replace(CALL, distress=(late,)), "worst").endswith("at 0:30 “I will go to court!”")

    def test_its_reasons_follow(self) -> None:
        assert row(CALL, "because") == "words of urgent"

    def test_and_how_the_call_ended(self) -> None:
        assert row(CALL, "at end") == "○ uneasy (score 31%, falling)"

    @pytest.mark.parametrize(
        ("state", "score", "kind", "held"),
        [
            ("distressed", 0.19, "safety", True),
            ("urgent", 0.49, "safety", True),
            ("uneasy", 0.05, "safety", True),
            ("uneasy", 0.25, "safety", False),  # which may keep the state by itself
            ("distressed", 0.6, "safety", False),
            ("distressed", 0.45, "words", False),
        ],
    )
    def test_a_state_that_a_phrase_holds_is_no_probability(
        self, state: DistressState, score: float, kind: ReasonKind, held: bool
    ) -> None:
        reason = Reason(kind, "a reason", "I will go to court!", 30.0)
        said = replace(TALK[3], distress=DistressScore(score, state, (reason,)))
        caller = CallerDistress(1, "", score, state, "falling", (reason,), DistressPeak(score, state, 35.0))
        call = replace(CALL, utterances=(*TALK[:3], said), distress=(caller,))
        why = "; held by a safety phrase" if held else ""
        assert row(call, "worst").endswith(f" {state} (score {score:.0%}{why}) at 0:30 “I will go to court!”")
        assert row(call, "at end").endswith(f" {state} (score {score:.0%}, falling{why})")

    def test_what_is_said_to_be_held_would_be_left_by_its_score(self) -> None:
        shipped = json.loads((files("stimmung.calls") / "data/distress.json").read_text("utf-8"))
        assert all(least <= shipped["thresholds"][state]["leave"] for state, least in HELD_BELOW.items())

    def test_a_calm_call_has_no_worst_moment_and_no_figure(self) -> None:
        calm = replace(CALLER, peak=DistressPeak(0.12, "calm", 15.0), score=0.05, state="calm")
        lines = shown(replace(CALL, distress=(calm,)))
        assert row(replace(CALL, distress=(calm,)), "at end") == "· calm, as throughout the call"
        assert not any(line.startswith(("because", "worst")) for line in lines)

    def test_who_became_calm_again_has_both(self) -> None:
        calm = replace(CALL, distress=(replace(CALLER, score=0.05, state="calm"),))
        assert row(calm, "worst").startswith("▲ urgent (score 93%)")
        assert row(calm, "at end") == "· calm (score 5%, falling)"

    def test_too_little_speech_is_no_calm(self) -> None:
        little = replace(TALK[1], distress=DistressScore(0.9, "unknown", ()))
        unknown = replace(CALL, utterances=(little,), distress=(CallerDistress(1, "", None, "unknown", "steady"),))
        assert row(unknown, "worst") == "? unknown: too little of the caller's speech to tell"

    def test_a_phrase_before_there_is_a_score_is_told_with_its_reason(self) -> None:
        reason = Reason("safety", "names an emergency", "emergency", 1.0)
        short = Utterance(1, "customer", "", 1.0, 2.5, "An emergency!", "en", 0.9, (), ())
        held = replace(short, distress=DistressScore(0.4, "urgent", (reason,)))
        later = replace(short, start=9.0, end=9.5, text="Hello?", distress=DistressScore(0.1, "urgent", ()))
        caller = CallerDistress(1, "", None, "urgent", "steady", (reason,))
        call = replace(CALL, utterances=(TALK[0], held, later), distress=(caller,))
        assert row(call, "worst") == "▲ urgent at 0:01, too little heard for a score “An emergency!”"
        assert row(call, "because") == "names an emergency “emergency”"
        assert row(call, "at end") == "▲ urgent, too little heard for a score"
        faded = replace(call, distress=(replace(caller, state="unknown", reasons=()),))
        assert row(faded, "worst") == row(call, "worst")
        assert row(faded, "at end") == "? unknown, too little heard for a score"

    def test_a_phrase_of_the_other_party_is_not_the_callers(self) -> None:
        reason = Reason("safety", "names an emergency", "emergency", 1.0)
        other = Utterance(0, "customer", "", 1.0, 2.5, "An emergency!", "en", 0.9, (), ())
        held = replace(other, distress=DistressScore(0.4, "urgent", (reason,)))
        call = replace(CALL, utterances=(held,), distress=(CallerDistress(1, "", None, "unknown", "steady"),))
        assert row(call, "worst") == "? unknown: too little of the caller's speech to tell"

    def test_a_reason_from_another_moment_has_its_time(self) -> None:
        reason = Reason("voice", "an angry voice", "Well, then.", 90.0)
        silent = tuple(replace(one, distress=None) for one in TALK)
        early = replace(CALL, utterances=silent, distress=(replace(CALLER, reasons=(reason,)),))
        assert row(early, "because") == "an angry voice at 1:30"

    def test_a_safety_phrase_is_quoted(self) -> None:
        reason = Reason("safety", "names an emergency", "it is an emergency", 30.0)
        urgent = replace(TALK[3], distress=DistressScore(0.9, "urgent", (reason,)))
        assert row(replace(CALL, utterances=(*TALK[:3], urgent)), "because") == (
            "names an emergency “it is an emergency”"
        )

    def test_a_long_quote_is_cut_and_never_wraps(self) -> None:
        long = replace(TALK[3], text="court " * 50)
        lines = shown(replace(CALL, utterances=(*TALK[:3], long)))
        (worst,) = [line for line in lines if line.startswith("worst")]
        assert worst.endswith("…")
        assert sum("court" in line for line in lines) == 1


class TestTalk:
    def test_stands_below_with_one_title(self) -> None:
        lines = shown(CALL)
        at = lines.index(next(line for line in lines if line.startswith("talk")))
        assert [line.split()[0] for line in lines[at : at + 3]] == ["talk", "customer", "silence"]


class TestNotComputed:
    def test_what_was_left_out_for_the_same_reason_is_one_line_with_the_way_out(self) -> None:
        omitted = (
            Omission("text_emotion", "no model"),
            Omission("voice_emotion", NO_BASIS, "policy.legal_basis"),
            Omission("distress", NO_BASIS, "policy.legal_basis"),
        )
        lines = shown(replace(BARE, omitted=omitted))
        assert lines[2:] == [
            "omitted text emotion: no model",
            f"        voice emotion, distress: {NO_BASIS} (policy.legal_basis)",
        ]

    def test_one_reason_is_one_line_wherever_its_parts_stand(self) -> None:
        parts = [Omission("a", "x"), Omission("b", "y"), Omission("c", "x")]
        assert shown(replace(BARE, omitted=tuple(parts)))[2:] == ["omitted a, c: x", "        b: y"]

    def test_unknown_roles_bring_the_option_that_gives_them(self) -> None:
        unknown = replace(BARE, info=CallInfo(), utterances=(said(0, "unknown", 0, "Hello"),))
        assert row(unknown, "omitted") == "roles: say who is on which channel with --roles agent,customer"

    def test_which_is_said_once(self) -> None:
        why = Omission("text_emotion", "who speaks is unknown", "--roles agent,customer, or roles in NAME.call.json")
        unknown = replace(BARE, omitted=(why,), utterances=(said(0, "unknown", 0, "Hello"),))
        assert sum("--roles" in line for line in shown(unknown, 160)) == 1

    def test_one_channel_holds_all_and_no_option_helps(self) -> None:
        mono = replace(BARE, channels=1, utterances=(said(0, "unknown", 0, "Hello"),))
        assert not any("--roles" in line for line in shown(mono))

    def test_two_channels_with_one_signal_are_told_and_no_option_helps(self) -> None:
        twin = replace(BARE, dual_mono=True, utterances=(said(0, "unknown", 0, "Hello"),))
        assert row(twin, "heard") == "both channels hold the same signal: heard once, speakers unknown"
        assert not any("--roles" in line for line in shown(twin))

    def test_nothing_left_out_is_no_line(self) -> None:
        assert not any(line.startswith("omitted") for line in shown(CALL))


class TestScreen:
    def test_a_call_with_everything_fits_on_one(self) -> None:
        omitted = replace(CALL, omitted=(Omission("voice_emotion", NO_BASIS, "policy.legal_basis"),))
        assert len(shown(omitted)) <= 16

    @given(st.integers(20, 200))
    def test_no_line_is_wider_than_the_window(self, width: int) -> None:
        assert max(map(len, shown(CALL, width))) <= width

    def test_it_reads_without_colour_and_has_some(self) -> None:
        console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="standard")
        with console.capture() as capture:
            console.print(summary(CALL))
        assert "\x1b[1;31mworsening" in capture.get()
        assert "\x1b" not in "".join(shown(CALL))

    def test_nothing_in_the_call_can_steer_the_terminal(self) -> None:
        nasty = replace(TALK[3], text="\x1b[2J[red]a\nb\udcff[/red]")
        info = replace(INFO, agent="\x1b]0;title\x07", queue="a\nb")
        turn = TurningPoint(30, -1.0, -2.0, "\x1b[31mNo.\r", "agent")
        course = replace(COURSE, turning_point=turn)
        text = "\n".join(shown(replace(CALL, utterances=(*TALK[:3], nasty), info=info, course=(course,))))
        assert not {"\x1b", "\r", "\x07", "\udcff"} & set(text)
        assert "[red]a b" in text
        assert "queue a b" in text


@pytest.mark.parametrize(
    ("text", "line"), [("a\n b\t c", "a b c"), ("\x1b[0m", "\ufffd[0m"), ("\udc80", "\ufffd"), ("Süd", "Süd")]
)
def test_words_stay_on_their_line(text: str, line: str) -> None:
    assert one_line(text) == line
