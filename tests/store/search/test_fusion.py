from datetime import UTC, datetime

import pytest

from stimmung.store.search.candidates import Candidate
from stimmung.store.search.fusion import FUSION, Listed, fused, worth
from stimmung.store.search.records import Way

AT = datetime(2026, 3, 1, tzinfo=UTC)


def listed(way: Way, *calls: int, weight: float = 1.0) -> Listed:
    found = [Candidate(call, 0, 0.5, AT, None) for call in calls]
    return Listed([way] * len(calls), found, [weight] * len(calls))


def order(*lists: Listed) -> list[int]:
    return [call for call, _ in fused(lists)]


def test_what_both_find_comes_first_and_says_so() -> None:
    found = fused([listed("words", 1, 2, 3), listed("meaning", 4, 2, 5)])
    assert next(iter(found)) == (2, 0)
    candidate, ways = found[2, 0]
    assert ways == ("words", "meaning")
    assert candidate.score == pytest.approx(2 / (FUSION + 2))


def test_the_order_within_a_way_stays() -> None:
    assert order(listed("words", 3, 1, 2)) == [3, 1, 2]


def test_what_has_few_of_the_words_comes_behind_what_means_the_same() -> None:
    assert order(listed("words", 1, weight=worth(0.5)), listed("meaning", *range(2, 12)))[-1] == 1
    assert order(listed("words", 1), listed("meaning", 4, 2, 3))[:2] == [1, 4]


def test_half_of_the_words_tell_far_less_than_all() -> None:
    assert worth(1.0) == 1.0
    assert 0.1 < worth(0.5) < 0.2


def test_equals_come_in_a_fixed_order() -> None:
    assert order(listed("words", 2), listed("meaning", 1)) == [1, 2]
