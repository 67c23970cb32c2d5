"""When sound arrived, by its time in the call."""

import pytest

from stimmung.api.arrival_times import KEPT_SECONDS, ArrivalTimes


def test_nothing_is_known_before_any_sound() -> None:
    assert ArrivalTimes().at(0.0) is None


def test_each_stretch_has_its_own_time() -> None:
    times = ArrivalTimes()
    times.mark(0.5, 100.0)
    times.mark(1.0, 101.0)
    assert times.at(0.0) == 100.0
    assert times.at(0.5) == 100.0
    assert times.at(0.51) == 101.0
    assert times.at(7.0) == 101.0  # ahead of the sound: what came last


def test_tiny_stretches_are_joined_and_count_as_their_first() -> None:
    times = ArrivalTimes()
    for number in range(1, 10_001):
        times.mark(number / 1_000, 100.0 + number / 1_000)
    for at in (0.001, 0.5, 3.3, 9.99):
        arrived = times.at(at)
        assert arrived is not None
        assert 0 <= 100.0 + at - arrived <= 0.021
    assert len(times._ends) <= 600


def test_what_is_too_old_is_forgotten_and_counts_as_the_oldest() -> None:
    times = ArrivalTimes()
    for second in range(1, 1_000):
        times.mark(float(second), 100.0 + second)
    assert len(times._ends) <= KEPT_SECONDS + 1
    assert times.at(1.0) == pytest.approx(100.0 + 999 - KEPT_SECONDS, abs=1)
    assert times.at(990.0) == 100.0 + 990
