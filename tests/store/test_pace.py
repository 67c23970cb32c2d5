"""Waiting: told when it takes long, ended at a limit."""

import itertools

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 0.25
        self.now += seconds


def test_a_short_wait_is_not_told() -> None:
    clock, told = Clock(), list[str]()
    Pace(told.append, lambda: clock.now, clock.sleep).wait(lambda: clock.now > 1, "waiting")
    assert told == []


def test_a_long_wait_is_told_now_and_then() -> None:
    clock, told = Clock(), list[str]()
    Pace(told.append, lambda: clock.now, clock.sleep).wait(lambda: clock.now > 40, "the database is starting")
    assert told == ["the database is starting …"] * 3


def test_a_limit_is_an_error_that_says_what_was_waited_for() -> None:
    clock = Clock()
    with pytest.raises(StoreError, match="the other one: given up after 5 s"):
        Pace(now=lambda: clock.now, sleep=clock.sleep).wait(lambda: False, "the other one", limit=5)
    assert 5 <= clock.now < 5.5


def test_what_is_done_is_not_waited_for() -> None:
    looks = itertools.count()
    Pace(sleep=lambda _: pytest.fail("slept")).wait(lambda: next(looks) == 0, "nothing", limit=0)
