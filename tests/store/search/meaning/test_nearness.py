"""What stands out from all that is kept is near; the rest is noise, however it is ordered."""

from datetime import UTC, datetime

import pytest
from tests.store.search.found_calls import axis

from stimmung.store.search.candidates import Candidate
from stimmung.store.search.meaning.nearness import CLEAR, FAR, FEW, LEAST, Aim, Near, standing_out

AT = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 400  # ln is 5.99: noise ends 2.4 deviations above the mean, and what is clear begins 3.9 above
AIM = Aim(axis(1), mean=0.2, deviation=0.1, count=COUNT)


def near(*heights: float, aim: Aim = AIM, filtered: bool = False) -> Near:
    """Return what is left of candidates so many deviations above the mean."""
    found = [Candidate(1, number, 0.2 + 0.1 * height, AT, None) for number, height in enumerate(heights)]
    return standing_out(aim, found, filtered)


def test_what_does_not_stand_out_is_left_out() -> None:
    found = near(5.0, 2.5, 2.3, 0.0)
    assert [one.number for one in found.found] == [0, 1]
    assert found.clear


def test_how_far_something_stands_out_is_its_weight() -> None:
    weights = near(9.0, 4.0, 3.0).weights
    assert weights[0] == 1.0
    assert weights[1] == pytest.approx(4.0 / 5.99, abs=0.01)
    assert weights[1] > weights[2]


def test_where_even_the_nearest_hardly_stands_out_it_is_not_clear() -> None:
    assert near(4.0).clear
    found = near(3.8, 2.0)
    assert len(found.found) == 1
    assert not found.clear
    assert not near(2.0).clear
    assert near(2.0).found == ()


def test_among_fewer_less_is_noise() -> None:
    fewer = Aim(axis(1), AIM.mean, AIM.deviation, 20)
    assert len(near(2.3, 1.3, 1.1, aim=fewer).found) == 2


def test_of_few_that_filters_leave_all_are_shown() -> None:
    few = near(*([0.5] * (FEW - 1)), -1.0, filtered=True)
    assert len(few.found) == FEW
    assert few.weights[-1] == LEAST
    assert not few.clear
    assert len(near(2.0, *([0.5] * FEW), filtered=True).found) == 1


def test_filters_that_leave_many_lower_what_counts_as_noise() -> None:
    hundred = [2.0] * 100
    assert near(*hundred).found == ()
    assert len(near(*hundred, filtered=True).found) == 100


def test_where_too_few_are_kept_to_tell_nothing_is_left_out() -> None:
    found = near(0.1, -3.0, aim=Aim(axis(1)))
    assert len(found.found) == 2
    assert found.weights == (1.0, 1.0)
    assert found.clear


def test_what_is_shown_may_be_unclear() -> None:
    assert FAR < CLEAR < 1.0


def test_what_stands_out_clearly_can_be_had_alone() -> None:
    found = near(5.0, 4.0, 3.0)
    assert [one.number for one in found.clearly().found] == [0, 1]
    assert found.clearly().weights == found.weights[:2]
