"""What withdrawals left in the database's files is settled once, a while later, and again where that failed."""

import logging
from collections.abc import Callable

import pytest

from stimmung.api.settling import SETTLE_SECONDS, Settling
from stimmung.speech.errors import StoreError


class ToyAlarm:
    """Rings when a test says so."""

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self.seconds, self.ring = seconds, ring
        self.started = self.cancelled = False

    def start(self) -> None:
        self.started = True

    def cancel(self) -> None:
        self.cancelled = True


class Desk:
    """Settles, or has a reason not to."""

    def __init__(self) -> None:
        self.alarms: list[ToyAlarm] = []
        self.settled = 0
        self.why = ""
        self.busy = False
        self.settling = Settling(self.settle, self.alarm)

    def settle(self) -> bool:
        if self.why:
            raise StoreError(self.why)
        self.settled += not self.busy
        return not self.busy

    def alarm(self, seconds: float, ring: Callable[[], None]) -> ToyAlarm:
        self.alarms.append(ToyAlarm(seconds, ring))
        return self.alarms[-1]


def test_several_withdrawals_are_settled_at_once_half_an_hour_after_the_first() -> None:
    desk = Desk()
    for _ in range(3):
        desk.settling.due()
    (alarm,) = desk.alarms
    assert (alarm.started, alarm.seconds, desk.settled) == (True, SETTLE_SECONDS, 0)
    alarm.ring()
    assert desk.settled == 1
    desk.settling.due()
    assert len(desk.alarms) == 2


def test_what_failed_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.why = "somebody has a table"
    desk.settling.due()
    with caplog.at_level(logging.WARNING):
        desk.alarms[0].ring()
    assert "somebody has a table" in caplog.text
    desk.why = ""
    desk.alarms[1].ring()
    assert desk.settled == 1


def test_what_another_process_stood_in_the_way_of_is_tried_again() -> None:
    desk = Desk()
    desk.busy = True
    desk.settling.due()
    desk.alarms[0].ring()
    assert (desk.settled, len(desk.alarms)) == (0, 2)
    desk.busy = False
    desk.alarms[1].ring()
    assert (desk.settled, len(desk.alarms)) == (1, 2)


def test_what_is_due_when_the_server_stops_is_left_to_the_next_start() -> None:
    desk = Desk()
    desk.settling.due()
    desk.settling.close()
    desk.settling.due()
    assert [one.cancelled for one in desk.alarms] == [True]
