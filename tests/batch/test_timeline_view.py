"""Lines of glyphs: one a column, whatever the width, and at the place where it happened."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stimmung.batch.timeline_view import (
    BLOCKS,
    Strip,
    block,
    cells,
    distress_strip,
    mood_strip,
    packed_strip,
    signed,
    time_strip,
    times,
)
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    DistressState,
    Event,
    TextEmotionScore,
    Utterance,
)

MOODS = st.floats(-5, 5)
WIDTHS = st.integers(1, 300)


def said(
    start: float, end: float, mood: float | None = None, state: DistressState | None = None, channel: int = 1
) -> Utterance:
    words = None if mood is None else TextEmotionScore("neutral", mood / 5, {}, {}, {}, True)
    distress = DistressScore(0.5, state) if state else None
    return Utterance(
        channel, "customer", "", start, end, "Hi", "en", 0.9, (), (), text_emotion=words, distress=distress
    )


def call(*utterances: Utterance, events: tuple[Event, ...] = (), duration: float = 10.0) -> CallAnalysis:
    return CallAnalysis("a.wav", duration, 2, "en", CallInfo(), events, utterances, ())


def drawn(strip: Strip, width: int = 10) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(strip)
    return capture.get().removesuffix("\n")


class TestMood:
    @pytest.mark.parametrize(("mood", "glyph"), [(-5, "▁"), (-4.9, "▁"), (0.4, "▅"), (5, "█"), (9, "█"), (-9, "▁")])
    def test_the_better_the_higher(self, mood: float, glyph: str) -> None:
        assert block(mood) == glyph

    @given(MOODS, MOODS)
    def test_a_better_mood_is_never_lower(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        assert BLOCKS.index(block(low)) <= BLOCKS.index(block(high))

    def test_stands_where_it_was_said_with_nothing_between(self) -> None:
        assert drawn(mood_strip(call(said(0, 2, -5), said(8, 10, 5)), 1)) == "▁▁      ██"

    def test_of_two_in_one_cell_the_longer_counts_more(self) -> None:
        assert drawn(mood_strip(call(said(0, 9, -5), said(9, 10, 5)), 1), 1) == block(-4)

    def test_others_have_none(self) -> None:
        assert drawn(mood_strip(call(said(0, 5, -5, channel=0), said(5, 10, None)), 1)).strip() == ""

    def test_music_is_heard_where_nobody_speaks(self) -> None:
        music = (Event("music", 1, 2, 6), Event("tone", 1, 8, 10))
        assert drawn(mood_strip(call(said(0, 3, 5), events=music), 1)) == "███♪♪♪    "


class TestDistress:
    def test_lasts_until_the_caller_speaks_again(self) -> None:
        talk = call(said(1, 2, state="unknown"), said(3, 4, state="calm"), said(6, 7, state="urgent"))
        assert drawn(distress_strip(talk, 1)) == " ??···▲▲▲▲"

    def test_of_several_in_a_cell_the_worst_is_shown(self) -> None:
        talk = call(*(said(n, n + 1, state="urgent" if n == 4 else "calm") for n in range(10)))
        assert drawn(distress_strip(talk, 1), 5) == "··▲··"

    def test_who_has_none_gets_none(self) -> None:
        assert drawn(distress_strip(call(said(0, 9)), 1)).strip() == ""

    def test_each_caller_has_an_own_line(self) -> None:
        talk = call(said(0, 5, state="calm"), replace(said(0, 5, state="uneasy"), channel=0))
        assert (drawn(distress_strip(talk, 1), 4), drawn(distress_strip(talk, 0), 4)) == ("····", "○○○○")


class TestWidth:
    @given(WIDTHS)
    def test_every_line_fills_it(self, width: int) -> None:
        talk = call(said(0.3, 4.1, -3, "uneasy"), said(4.2, 9, 3, "calm"))
        assert len(drawn(mood_strip(talk, 1), width)) == len(drawn(distress_strip(talk, 1), width)) == width

    @given(WIDTHS, st.floats(0.01, 10_000))
    def test_cells_cover_the_call(self, width: int, duration: float) -> None:
        found = list(cells(duration, width))
        assert len(found) == width
        assert found[0].start == 0.0
        assert found[-1].end == pytest.approx(duration)
        assert all(one.end == other.start for one, other in pairwise(found))


class TestTimes:
    def test_quarters_stand_at_their_place(self) -> None:
        line = times(100.0, 80)
        assert [line.index(text) for text in ("0:00", "0:25", "0:50", "1:15")] == [0, 20, 40, 60]
        assert line.endswith("1:40")
        assert len(line) == 80

    def test_a_narrow_line_has_begin_and_end(self) -> None:
        assert times(100.0, 20).split() == ["0:00", "1:40"]

    @given(st.integers(14, 300), st.floats(0, 30_000))
    def test_they_never_run_into_each_other(self, width: int, duration: float) -> None:
        line = times(duration, width)
        assert len(line) == width
        assert len(line.split()) in {2, 5}

    def test_are_drawn(self) -> None:
        assert drawn(time_strip(100.0), 20) == times(100.0, 20)


class TestPacked:
    def test_breaks_between_parts_only(self) -> None:
        assert drawn(packed_strip(["one two", "three", "four"]), 16).split("\n") == ["one two · three", "four"]

    def test_a_part_that_is_too_long_is_not_lost(self) -> None:
        assert drawn(packed_strip(["one", "two three four"]), 8).split() == ["one", "two", "three", "four"]


@pytest.mark.parametrize(("mood", "text"), [(-3.14, "-3.1"), (2, "+2.0"), (-0.04, "+0.0"), (0.0, "+0.0")])
def test_a_mood_has_its_sign(mood: float, text: str) -> None:
    assert signed(mood) == text
