"""Sides take turns, and what is made of their seconds is a median."""

import pytest

from interleave import Timing, interleave, total_median


def test_sides_take_turns_and_the_first_one_changes() -> None:
    order: list[str] = []
    interleave({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert "".join(order) == "abbaab"


def test_results_are_told_by_side_in_time() -> None:
    count = iter(range(4))
    assert interleave({"a": lambda: next(count), "b": lambda: next(count)}, 2) == {"a": [0, 3], "b": [1, 2]}


def test_a_slow_outlier_does_not_move_the_median() -> None:
    timing = Timing((1.0, 9.0, 1.2))
    assert timing.median == 1.2
    assert timing.spread == pytest.approx(8.0 / 1.2)


def test_totals_add_the_medians_of_the_pieces() -> None:
    assert total_median([Timing((1.0, 2.0, 3.0)), Timing((5.0,))]) == 7.0
