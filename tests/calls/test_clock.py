"""Times as people read them."""

import pytest

from stimmung.calls.clock import clock


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.99, "0:59"), (60, "1:00"), (3599, "59:59"), (3661, "1:01:01")]
)
def test_hours_only_where_there_are_any(seconds: float, text: str) -> None:
    assert clock(seconds) == text
