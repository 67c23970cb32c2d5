"""The load client against a toy server: what it sends, what it notes, what it says of calls that fail."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.benchmarks.toy_live_server import KEY, ToyServer, running

from live_load import LoadClock, play, sent_at
from live_plan import Line, Load, Plan, Track, read_load, read_plan, rotated, staggered, write

SECONDS = 1.0  # of the toy call
SPEED = 20.0


@pytest.fixture
def track(tmp_path: Path) -> Track:
    file = tmp_path / "toy.pcm"
    file.write_bytes(b"\x01\x00" * round(2 * 8_000 * SECONDS))
    return Track("toy", str(file), 8_000, 2, {"language": "de"}, True, 0.3)


def load(track: Track, toy: ToyServer, lines: int = 1, **changes: object) -> Load:
    async def run() -> Load:
        async with running(toy) as url:
            plan = Plan(url, KEY, (track,), lines_of(lines), 60.0, 20.0, SPEED, once=True)
            return await play(replace(plan, **changes))  # type: ignore[arg-type]  # any of its fields

    return asyncio.run(run())


def lines_of(count: int) -> tuple[Line, ...]:
    return tuple(Line(number, 0.0, ("toy",)) for number in range(count))


class CountingClock(LoadClock):
    """Is over after so many messages, however long they take."""

    def __init__(self, plan: Plan, messages: int) -> None:
        super().__init__(plan)
        self._left = messages

    async def until(self, time_: float) -> None:
        self._left -= 1
        await super().until(time_)

    def over(self) -> bool:
        return self._left < 0


def test_a_call_is_sent_whole_and_every_final_is_noted(track: Track) -> None:
    toy = ToyServer()
    found = load(track, toy)
    (call,) = found.played
    assert call.whole
    assert call.ended
    assert call.sent == pytest.approx(SECONDS)
    assert [heard.id for heard in call.finals] == [1, 2, 3, 4, 5]
    assert [heard.end for heard in call.finals] == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert [told.state for told in call.told] == ["distressed"]
    assert call.warnings == {"toy": 1}
    assert (call.missing, call.error, call.refusal) == (0, "", None)
    assert toy.starts[0]["info"] == {"language": "de", "call_id": call.call_id}
    assert toy.starts[0]["format"]["sample_rate"] == 8_000


def test_the_lag_is_counted_from_the_message_with_the_last_voiced_sample() -> None:
    sent = [10.0, 10.02, 10.04, 10.06]
    ends = {0.0: 10.0, 0.01: 10.0, 0.02: 10.0, 0.0201: 10.02, 0.04: 10.02, 0.05: 10.04, 9.0: 10.06}
    assert {end: sent_at(sent, 8_000, end) for end in ends} == ends


def test_a_final_cannot_come_before_its_sound(track: Track) -> None:
    (call,) = load(track, ToyServer(), speed=10.0).played
    assert min(heard.own for heard in call.finals) >= 0.0
    assert [heard.at for heard in call.finals] == sorted(heard.at for heard in call.finals)
    assert {heard.stated for heard in call.finals} == {0.05}


def test_sound_is_not_sent_faster_than_real_time(track: Track) -> None:
    assert load(track, ToyServer(), speed=4.0).seconds >= 0.98 * SECONDS / 4.0


def test_an_event_that_never_comes_is_missing(track: Track) -> None:
    toy = ToyServer()
    toy.swallow = {3}
    (call,) = load(track, toy).played
    assert call.missing == 1
    assert len(call.finals) == 4


def test_a_call_over_the_limit_notes_code_reason_and_when_to_come_again(track: Track) -> None:
    toy = ToyServer(most=2)
    toy.keeps_places = True
    found = load(track, toy, lines=3)
    refused = [one.refusal for one in found.played if one.refusal]
    assert [(one.code, one.retry_after) for one in refused] == [(503, "3")]
    assert "2 places" in refused[0].reason
    assert sum(one.refusal is None for one in found.played) == 2


def test_a_call_that_is_closed_before_it_starts_was_refused(track: Track) -> None:
    toy = ToyServer()
    toy.close_after_start = True
    (call,) = load(track, toy).played
    assert call.refusal is not None
    assert (call.refusal.code, call.refusal.reason) == (1013, "no place left")


def test_nobody_there_is_an_error_of_that_call(track: Track) -> None:
    async def run() -> Load:
        plan = Plan("http://127.0.0.1:9", KEY, (track,), lines_of(1), 60.0, 1.0, SPEED, once=True)
        return await play(plan)

    (call,) = asyncio.run(run()).played
    assert "Error" in call.error
    assert call.sent == 0.0


def test_a_wrong_key_is_no_busy_server(track: Track) -> None:
    (call,) = load(track, ToyServer(), key="wrong").played
    assert call.refusal is not None
    assert call.refusal.code == 401


def test_a_line_plays_on_until_the_time_is_over_and_the_cut_call_is_ended_too(track: Track) -> None:
    async def run() -> Load:
        async with running(ToyServer()) as url:
            plan = Plan(url, KEY, (track,), lines_of(1), 60.0, 20.0, SPEED)
            return await play(plan, CountingClock(plan, 75))

    found = asyncio.run(run())
    assert [one.whole for one in found.played] == [True, False]
    assert found.played[1].sent == pytest.approx(0.5, abs=0.05)
    assert all(one.ended and not one.error for one in found.played)


def test_the_board_is_noted_when_its_order_changes(track: Track) -> None:
    assert [one.order for one in load(track, ToyServer(), board=True).board] == [("a",), ("b", "a")]


def test_plans_and_loads_are_read_as_they_were_written(track: Track, tmp_path: Path) -> None:
    plan = Plan("http://x", KEY, (track,), staggered(rotated(("a", "b"), 3, 0), 5.0, 0), 9.0)
    assert read_plan(write(plan, tmp_path / "plan.json")) == plan
    assert (tmp_path / "plan.json").stat().st_mode & 0o077 == 0
    toy = ToyServer(most=1)
    toy.keeps_places = True
    found = load(track, toy, lines=2, board=True)
    assert len(found.played) == 2
    assert read_load(write(found, tmp_path / "load.json")) == found


def test_lines_start_by_chance_but_the_same_in_every_run() -> None:
    lines = staggered(rotated(("a", "b", "c"), 6, 1), 10.0, 1)
    assert lines == staggered(rotated(("a", "b", "c"), 6, 1), 10.0, 1)
    assert all(0 <= line.start <= 10 for line in lines)
    assert len({line.start for line in lines}) == 6
    assert [line.tracks[0] for line in lines] == ["a", "b", "c", "a", "b", "c"]
    assert all(sorted(line.tracks) == ["a", "b", "c"] for line in lines)
