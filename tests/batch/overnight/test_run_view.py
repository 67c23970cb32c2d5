"""What is told of a run while it goes on and when it is over."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stimmung.batch.overnight.job_view import counts_text, reasons_text
from stimmung.batch.overnight.run_view import Pace, expected_seconds, progress_text
from stimmung.batch.overnight.running import exit_code, next_time
from stimmung.batch.overnight.supervisor import State, Why
from stimmung.speech.errors import SettingsError
from stimmung.store.jobs.records import Counts, JobState, Reason

NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
SIZES: dict[JobState, int] = {"waiting": 2000, "running": 1000, "done": 1000}
COUNTS = Counts(
    {"waiting": 20, "running": 3, "done": 10, "failed": 2}, SIZES, 7200.0, 12.0, {"recognise": 9.0, "x": 0.1}
)
STATE = State(COUNTS, 1, 0, False, False, None)


def test_how_long_all_is_comes_of_the_bytes() -> None:
    assert expected_seconds(COUNTS) == 4 * 7200.0
    assert expected_seconds(replace(COUNTS, sizes={"waiting": 1})) is None


def test_a_line_of_a_run() -> None:
    text = progress_text(STATE, 6.0, NOW)
    assert text == (
        "12 of 35 recordings · 2.00 of about 8.00 h of sound · 6.0 times real time · done at about 21:00 · 2 failed"
        " · recognise 99 %"
    )


def test_what_else_there_is_to_tell() -> None:
    text = progress_text(replace(STATE, scanning=True, paused=True, restarts=2, ending="until"), None, NOW)
    for part in ("35 or more recordings", "2 workers restarted", "paused", "nothing more is begun"):
        assert part in text
    assert "real time" not in text


def test_the_pace_is_that_of_this_run() -> None:
    times = iter([100.0, 110.0, 120.0])
    pace = Pace(lambda: next(times))
    assert pace.rate(3600.0) is None
    assert pace.rate(3600.0) is None
    assert pace.rate(3800.0) == 10.0


def test_what_came_of_it() -> None:
    text = counts_text(COUNTS)
    assert "      10 done" in text
    assert "    2.00 hours of sound done" in text
    assert "12 seconds of work had to be done again" in text


def test_reasons_with_the_numbers_of_some() -> None:
    reason = Reason("failed", "AudioError", "FILE: holds no sound", 7, (1, 2, 3, 4, 5, 6, 7))
    assert reasons_text([reason]) == "       7 failed: AudioError: FILE: holds no sound (jobs 1, 2, 3, 4, 5, …)\n"
    assert reasons_text([]) == ""


@pytest.mark.parametrize(
    ("why", "states", "trouble", "code"),
    [
        ("done", {"done": 3, "skipped": 1}, False, 0),
        ("done", {"done": 3, "failed": 1}, False, 1),
        ("done", {"done": 3}, True, 1),
        ("until", {"waiting": 2, "failed": 1}, False, 3),
        ("until", {"done": 2}, False, 0),
        ("interrupted", {"waiting": 2}, False, 130),
        ("interrupted", {"done": 2}, False, 0),
        ("given_up", {"waiting": 2}, False, 1),
    ],
)
def test_exit_codes(why: Why, states: dict[JobState, int], trouble: bool, code: int) -> None:
    assert exit_code(why, replace(COUNTS, states=states), trouble) == code


def test_until_is_the_next_time_that_the_clock_shows_it() -> None:
    assert next_time("06:00", NOW) == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert next_time("20:00", NOW) == datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert next_time("23:30", NOW) == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    for wrong in ("6 Uhr", "25:00", ""):
        with pytest.raises(SettingsError, match="06:00"):
            next_time(wrong, NOW)
