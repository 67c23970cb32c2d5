"""Places for calls: who gets one, who is told when to come again."""

import pytest

from stimmung.models.admission import FIRST_GUESS, LONGEST, SHORTEST, Admission
from stimmung.speech.errors import Overloaded


def full(places: int = 2) -> Admission:
    """Return an admission whose places were all taken at 0 s."""
    admission = Admission(places)
    for number in range(places):
        admission.admit(str(number), 0.0)
    return admission


def test_past_capacity_a_call_is_refused_with_a_reason_and_leaves_no_trace() -> None:
    admission = full()
    with pytest.raises(Overloaded, match="all 2 places for calls are taken; try again in 30 s") as refusal:
        admission.admit("late", 1.0)
    assert refusal.value.reason == "all 2 places for calls are taken"
    assert refusal.value.retry_after == FIRST_GUESS
    assert set(admission.calls) == {"0", "1"}


def test_a_call_that_is_in_is_not_counted_twice() -> None:
    admission = full()
    admission.admit("0", 1.0)
    admission.leave("0", 2.0)
    admission.admit("next", 2.0)
    assert set(admission.calls) == {"1", "next"}


def test_leaving_twice_or_without_having_come_is_nothing() -> None:
    admission = full()
    admission.leave("0", 60.0)
    admission.leave("0", 90.0)
    admission.leave("nobody", 90.0)
    assert set(admission.calls) == {"1"}


@pytest.mark.parametrize(("stay", "told"), [(60.0, 30.0), (0.5, SHORTEST), (3600.0, LONGEST)])
def test_a_refused_call_is_told_when_one_of_those_inside_may_end(stay: float, told: float) -> None:
    admission = full()
    admission.leave("0", stay)
    admission.admit("next", stay)
    assert admission.retry_after() == told
