"""Records as JSON and back: whole, and across versions that knew more or less."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import numpy as np
import pytest

from stimmung.store.json_records import clean, clean_or_none, from_json, many_from_json, to_json

NOON = datetime(2026, 3, 1, 12, 0, 0, 5, UTC)


@dataclass(frozen=True, slots=True)
class Inner:
    at: datetime
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True, slots=True)
class Outer:
    number: float
    inner: Inner | None
    many: tuple[Inner, ...] = ()
    counts: Mapping[str, float] | None = None
    whatever: Any = None  # Any: JSON of others
    yes: bool = False


def there_and_back(record: Outer) -> Outer:
    return from_json(Outer, json.loads(json.dumps(to_json(record), allow_nan=False)))


def test_a_record_comes_back() -> None:
    record = Outer(1.5, Inner(NOON, "b"), (Inner(NOON), Inner(NOON, "b")), {"x": 2.0}, {"y": [1, None, "z"]}, yes=True)
    assert there_and_back(record) == record


def test_nothing_stays_nothing() -> None:
    record = Outer(0.0, None)
    assert there_and_back(record) == record


@pytest.mark.parametrize("number", [math.inf, -math.inf, 1e308, 5e-324, -0.0, 0.1])
def test_every_number_comes_back(number: float) -> None:
    assert there_and_back(Outer(number, None)).number == number


def test_not_a_number_comes_back() -> None:
    assert math.isnan(there_and_back(Outer(math.nan, None)).number)


def test_whole_numbers_come_back_as_the_type_that_is_declared() -> None:
    found = from_json(Outer, {"number": 3, "inner": None})
    assert isinstance(found.number, float)


def test_numpys_numbers_are_numbers() -> None:
    assert to_json([np.float32(0.5), np.int64(3), np.bool_(True), np.float64("inf")]) == [0.5, 3, True, "Infinity"]


def test_times_are_in_utc() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert to_json(elsewhere) == "2026-03-01T12:00:00.000005+00:00"


def test_a_key_that_is_missing_takes_the_default_and_one_too_many_is_left_out() -> None:
    found = from_json(Outer, {"number": 1.0, "inner": {"at": NOON.isoformat(), "unheard": 1}, "of": 2})
    assert found == Outer(1.0, Inner(NOON))


def test_a_list_of_records() -> None:
    assert many_from_json(Inner, to_json((Inner(NOON), Inner(NOON, "b")))) == (Inner(NOON), Inner(NOON, "b"))


def test_what_postgresql_cannot_keep_is_replaced_everywhere() -> None:
    assert clean("a\0\ud800\udfffz") == "a���z"
    assert clean("Größe 😀\n") == "Größe 😀\n"
    assert clean_or_none(None) is None
    assert to_json({"a\0": ["\ud83d", {"b": "\0"}]}) == {"a�": ["�", {"b": "�"}]}


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no place"):
        to_json({"a": {1, 2}})
