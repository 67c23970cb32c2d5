import pytest

from stimmung.store.search.language.amounts import Amount, read_amount, written_amount
from stimmung.store.search.language.fields import Number
from stimmung.store.search.language.query import Between, Field, Operator
from stimmung.store.search.language.times import UnclearError

SECONDS = Number(Field.SILENCE, 0, 604_800, ">20s", seconds=True)
SHARE = Number(Field.DISTRESS, 0, 1, ">0.7")
PACE = Number(Field.PACE, 0, 1000, ">180")


@pytest.mark.parametrize(
    ("typed", "operator", "value"),
    [
        ("20s", ">=", 20),
        (">20s", ">", 20),
        (">= 20 Sekunden", ">=", 20),
        ("≤20s", "<=", 20),
        ("=20s", ">=", 20),
        ("über 5 min", ">", 300),
        ("Mehr als 5 Minuten", ">", 300),
        ("unter 1 h", "<", 3600),
        ("mindestens 2m", ">=", 120),
        ("höchstens 2m", "<=", 120),
        ("1:30", ">=", 90),
        (">1:02:03", ">", 3723),
        ("1m30s", ">=", 90),
        ("1h 5min", ">=", 3900),
        ("1,5m", ">=", 90),
        ("0.5s", ">=", 0.5),
        (">0", ">", 0),
        ("5min+", ">=", 300),
    ],
)
def test_lengths_of_time(typed: str, operator: Operator, value: float) -> None:
    assert read_amount(typed, SECONDS) == Amount(operator, value)


@pytest.mark.parametrize("typed", ["2m-5m", "2-5m", "2 - 5 min", "2m..5m", "2:00–5:00", "2m bis 5m", "120s to 300s"])
def test_stretches(typed: str) -> None:
    assert read_amount(typed, SECONDS) == Amount("=", Between(120, 300))


def test_other_numbers() -> None:
    assert read_amount("120-180", PACE) == Amount("=", Between(120, 180))
    assert read_amount("70 %", SHARE) == read_amount("0,7", SHARE) == Amount(">=", 0.7)
    assert read_amount("<-2.5", Number(Field.MOOD_SCORE, -5, 5, "<-2")) == Amount("<", -2.5)
    assert read_amount("-3..-1", Number(Field.MOOD_SCORE, -5, 5, "<-2")) == Amount("=", Between(-3, -1))


@pytest.mark.parametrize("typed", ["", "s", "5x", "5m x", ">", "a few", "5 6", "1e9s", "--5s", "5ms", "foo 5s", "nan"])
def test_no_lengths_of_time(typed: str) -> None:
    assert read_amount(typed, SECONDS) is None


@pytest.mark.parametrize(
    ("typed", "kind", "instead"),
    [("20", SECONDS, "20s"), (">20", SECONDS, ">20s"), ("8 days", SECONDS, ""), ("70", SHARE, "0.7"),
     ("<70", SHARE, "<0.7"), ("700", SHARE, ""), ("5m-2m", SECONDS, "2m-5m"), ("1001", PACE, "")],
)  # fmt: skip
def test_numbers_that_are_unclear_or_cannot_be(typed: str, kind: Number, instead: str) -> None:
    with pytest.raises(UnclearError) as caught:
        read_amount(typed, kind)
    assert caught.value.instead == instead


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0s"), (20, "20s"), (60, "1min"), (90, "90s"), (5400, "90min"), (0.25, "0.25s")]
)
def test_written_lengths_of_time_are_read_again(value: float, text: str) -> None:
    assert written_amount(value, SECONDS) == text
    assert read_amount(text, SECONDS) == Amount(">=", value)
