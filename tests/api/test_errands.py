"""A call's work at the scheduler: with the right urgency, never lost where it is final."""

import asyncio
from typing import Any

import pytest
from tests.api.phones import settle
from tests.api.toy_calls import ToyService, ToyTask

from stimmung.api.call_steps import Landed
from stimmung.api.errands import BEHIND_SECONDS, RECORDS_SECONDS, Errands
from stimmung.models.scheduling import Priority


class Desk:
    """Errands of one call, and what came back."""

    def __init__(self, **work: Any) -> None:
        self.service = ToyService(**work)
        self.work = self.service.work
        self.work.admit("a")
        self.landed: list[Landed] = []
        self.errands = Errands("a", self.work, self.landed.append)

    def send(self, urgency: str = "final", number: int = 1, ended: float = 1.0, seconds: float = 1.0) -> ToyTask:
        """Hand out a task."""
        task = ToyTask(number, "hear", urgency, ended, number, seconds=seconds)
        self.errands.send(task, arrived=77.0)
        return task


@pytest.mark.parametrize(
    ("urgency", "priority"),
    [
        ("urgent", Priority.URGENT),
        ("final", Priority.FINAL),
        ("partial", Priority.PARTIAL),
        ("record", Priority.RECORD),
    ],
)
def test_each_urgency_has_its_priority(urgency: str, priority: Priority) -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send(urgency)
        (job,) = desk.work.jobs
        assert (job.call_id, job.kind, job.priority, job.arrived) == ("a", "hear", priority, 77.0)

    asyncio.run(work())


def test_results_come_back_with_their_task() -> None:
    async def work() -> None:
        desk = Desk(answer=lambda job: f"result {job.payload}")
        tasks = [desk.send(number=number) for number in (1, 2)]
        await settle(desk.service)
        assert [(one.task, one.result, one.why) for one in desk.landed] == [
            (tasks[0], "result 1", ""), (tasks[1], "result 2", ""),
        ]  # fmt: skip
        assert len(desk.errands) == 0

    asyncio.run(work())


@pytest.mark.parametrize("urgency", ["urgent", "final"])
def test_finals_are_sent_again_however_often_they_are_shed(urgency: str) -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send(urgency)
        for _ in range(10):
            desk.work.shed()
            await settle(desk.service)
            assert desk.landed == []
            assert len(desk.errands) == 1
            desk.errands.try_again()
        desk.work.do("endlich")
        await settle(desk.service)
        assert [one.result for one in desk.landed] == ["endlich"]

    asyncio.run(work())


@pytest.mark.parametrize("urgency", ["partial", "record"])
def test_others_are_not(urgency: str) -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send(urgency)
        desk.work.shed()
        await settle(desk.service)
        assert [one.why for one in desk.landed] == ["given up for more urgent work"]

    asyncio.run(work())


def test_others_that_find_no_place_come_back_without_a_result() -> None:
    async def work() -> None:
        desk = Desk(full=True)
        desk.send("partial")
        desk.send("final")
        assert [one.why for one in desk.landed] == ["no place in the queue"]
        assert len(desk.errands) == 1

    asyncio.run(work())


def test_failures_are_final_after_some_attempts_and_their_text_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send()
        for attempt in range(3):
            assert len(desk.landed) == 0, attempt
            desk.work.fail(RuntimeError("was der Anrufer sagte"))
            await settle(desk.service)
            desk.errands.try_again()
        assert [one.why for one in desk.landed] == ["it could not be computed"]

    asyncio.run(work())
    assert "RuntimeError" in caplog.text
    assert "Anrufer" not in caplog.text


def test_what_is_given_up_is_cancelled_and_never_comes_back() -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        task = desk.send()
        future = desk.work.waiting[0][1]
        assert desk.errands.give_up() == (task,)
        await settle(desk.service)
        assert future.cancelled()
        desk.work.do()
        await settle(desk.service)
        assert desk.landed == []
        assert len(desk.errands) == 0

    asyncio.run(work())


def test_too_much_is_out_when_words_are_far_behind_the_sound() -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send("partial", ended=0.0)
        assert not desk.errands.is_too_much(1_000.0)
        desk.send("final", ended=10.0)
        assert not desk.errands.is_too_much(10.0 + BEHIND_SECONDS - 1)
        assert desk.errands.is_too_much(10.0 + BEHIND_SECONDS)

    asyncio.run(work())


def test_too_much_is_out_when_records_hold_too_much_sound() -> None:
    async def work() -> None:
        desk = Desk(answer=None)
        desk.send("record", seconds=RECORDS_SECONDS - 1, ended=0.0)
        assert not desk.errands.is_too_much(1_000.0)
        desk.send("record", seconds=1.0)
        assert desk.errands.is_too_much(1_000.0)

    asyncio.run(work())
