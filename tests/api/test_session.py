"""One live call from its first sound to its end: what its client is told, when, and how late."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import numpy as np
import pytest
from tests.api.phones import RATE, Phone, settle, start, tone
from tests.api.toy_calls import ToyService, caller

from stimmung.api.inbox import FEED_SECONDS
from stimmung.api.session_options import SessionOptions
from stimmung.models.scheduling import Job, Priority


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


class TestACall:
    def test_is_told_from_its_start_to_its_end_in_numbers_without_a_gap(self) -> None:
        async def talk() -> None:
            phone = Phone(ToyService())
            phone.send(start(), tone(3.2))
            await phone.until("utterance.final", 3)
            phone.say("end")
            assert await phone.until_closed() == (1000, "the call has ended")
            kinds = [one["type"] for one in phone.told]
            assert kinds == ["session.started", *3 * ["utterance.final"], "call.ended"]
            assert phone.seqs() == [1, 2, 3, 4, 5]
            assert [one["utterance"]["text"] for one in phone.of("utterance.final")] == [
                "utterance 1", "utterance 2", "utterance 3",
            ]  # fmt: skip
            assert phone.told[-1]["time"] == 3.2
            assert phone.told[-1]["analysis"] == "/v1/calls/a"

        run(talk())

    def test_says_at_once_what_holds_for_it(self) -> None:
        async def talk() -> None:
            phone = Phone(ToyService(SessionOptions(capacity=3, resume_seconds=12.0)))
            phone.send(start(info={"consent": "granted"}))
            started = await phone.until("session.started")
            assert started["limits"]["resume_seconds"] == 12.0
            assert started["schema_version"] >= 4
            (party,) = started["policy"]["parties"]
            assert party["permissions"]["distress"]["allowed"]

        run(talk())

    def test_hears_the_sound_bit_by_bit_however_it_was_cut(self) -> None:
        async def talk(size: int) -> np.ndarray[Any, Any]:
            service = ToyService()
            phone = Phone(service)
            sound = tone(1.5)
            phone.send(start(), *(sound[at : at + size] for at in range(0, len(sound), size)))
            phone.say("end")
            await phone.until_closed()
            return service.calls["a"].heard

        whole = np.frombuffer(tone(1.5), "<i2") / 32_768
        for size in (1, 37, 320, 8_000, 1_000_000):
            assert np.array_equal(asyncio.run(talk(size))[0], whole.astype(np.float32)), size

    def test_hears_a_little_sound_after_a_moment_though_clocks_differ(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(0.95))
            await settle(service)
            phone.send(tone(0.05))  # too little for a hop, and our clock stands still
            asyncio.get_running_loop().call_later(1.5 * FEED_SECONDS, service.clock.pass_by, 1.0)
            await phone.until("utterance.final")

        run(talk())

    def test_is_worked_on_by_one_thread_at_a_time_and_never_by_the_event_loop(self) -> None:
        async def talk() -> None:
            service = ToyService(threads=4)
            phone = Phone(service)
            phone.send(start())
            for _ in range(30):
                phone.send(tone(0.4))
                await asyncio.sleep(0)
            phone.say("end")
            await phone.until_closed()
            assert threading.get_ident() not in service.calls["a"].threads
            assert len(phone.of("utterance.final")) == 12

        run(talk())

    def test_gives_its_place_back_and_leaves_the_board(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            assert service.work.calls == ["a"]
            assert "a" in service.board.entries
            phone.say("end")
            await phone.until_closed()
            assert service.work.calls == []
            assert service.board.entries == {}
            assert service.counts.ended == ["ended"]

        run(talk())

    def test_that_says_nothing_ends_with_an_analysis_too(self) -> None:
        async def talk() -> None:
            phone = Phone(ToyService())
            phone.send(start())
            phone.say("end")
            ended = await phone.until("call.ended")
            assert ended["summary"]["utterances"] == 0

        run(talk())


class TestLag:
    def test_is_counted_from_the_arrival_of_the_last_sample_of_an_utterance(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await settle(service)
            service.clock.pass_by(0.5)
            phone.send(tone(0.5))
            await settle(service)
            service.clock.pass_by(0.7)
            service.work.do("hallo")
            final = await phone.until("utterance.final")
            assert final["lag"] == pytest.approx(1.2)
            ((lag, urgent),) = service.counts.lags
            assert lag == pytest.approx(1.2)
            assert not urgent

        run(talk())

    def test_is_counted_apart_for_callers_in_distress(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=lambda job: "urgent" if job.payload == 1 else "hilfe")
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("distress.changed")
            phone.send(tone(1.0))
            await phone.until("utterance.final", 2)
            assert [urgent for _, urgent in service.counts.lags] == [False, True]

        run(talk())

    def test_jobs_carry_the_time_at_which_their_sound_arrived(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            session = service.sessions._sessions["a"]
            session.hear(phone.connection, tone(1.0))
            service.clock.pass_by(3.0)  # while all threads are busy
            session.hear(phone.connection, tone(1.0))
            await phone.until("utterance.final", 2)
            first, second = service.work.jobs
            assert (first.arrived, second.arrived) == (1000.0, 1003.0)
            assert first.deadline < second.deadline

        run(talk())


class TestDistress:
    def test_moves_the_callers_work_up_and_back(self) -> None:
        async def talk() -> None:
            words = iter(["distressed", "urgent", "calm", "calm"])
            service = ToyService(answer=lambda _job: next(words, ""))
            phone = Phone(service)
            phone.send(start(), tone(4.0))
            await phone.until("distress.changed", 4)
            assert service.work.promoted == [("a", Priority.URGENT), ("a", Priority.FINAL)]

        run(talk())

    def test_is_on_the_board_within_a_second(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=lambda _job: "urgent")
            phone = Phone(service)
            phone.send(start(info={"queue": "billing", "language": "de"}), tone(1.0))
            await phone.until("distress.changed")
            service.wait(1.0)
            await settle(service)
            entry = service.board.entries["a"]
            assert [one.state for one in entry.callers] == ["urgent"]
            assert (entry.queue, entry.language) == ("billing", "de")

        run(talk())

    def test_that_fades_while_nobody_speaks_is_told_with_the_seconds(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=lambda _job: "urgent")
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("distress.changed")
            service.calls["a"].calmed = caller("calm", 0.1)
            service.wait(1.0)
            changed = await phone.until("distress.changed", 2)
            assert changed["state"] == "calm"
            assert service.work.promoted[-1] == ("a", Priority.FINAL)

        run(talk())


class TestWork:
    def test_that_fails_is_tried_again_before_it_is_given_up(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            for _ in range(3):
                await settle(service)
                assert len(service.work.waiting) == 1
                service.work.fail(ValueError("a caller's words"))
                await settle(service)
                service.wait(0.25)
            warning = await phone.until("warning")
            assert warning["code"] == "not_heard"
            assert "a caller's words" not in str(phone.told)

        run(talk())

    def test_that_is_final_waits_while_the_queue_is_full_and_is_not_lost(self) -> None:
        async def talk() -> None:
            service = ToyService(full=True)
            phone = Phone(service)
            phone.send(start(), tone(3.0))
            await settle(service)
            service.wait(5.0)
            await settle(service)
            assert phone.of("utterance.final") == []
            service.work.full = False
            service.wait(0.25)
            await phone.until("utterance.final", 3)
            assert [one["id"] for one in phone.of("utterance.final")] == [1, 2, 3]

        run(talk())

    def test_that_is_final_is_asked_for_again_when_it_was_shed(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await settle(service)
            service.work.shed()
            await settle(service)
            service.wait(0.25)
            service.work.do("doch noch")
            final = await phone.until("utterance.final")
            assert final["utterance"]["text"] == "doch noch"

        run(talk())

    def test_of_partials_is_given_up_when_it_is_shed(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start())
            phone.say("partial")
            await settle(service)
            service.work.shed()
            await settle(service)
            assert service.calls["a"].failures == ["partial 1: given up for more urgent work"]
            service.wait(1.0)
            assert service.work.waiting == []

        run(talk())


class TestPartials:
    def test_come_each_second_where_the_client_wants_them(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(partials=True), tone(0.5))
            await settle(service)
            for _ in range(3):
                phone.send(tone(0.1))
                service.wait(1.0)
                await settle(service)
            assert len(phone.of("transcript.partial")) == 3

        run(talk())

    def test_are_not_asked_for_while_one_is_being_heard(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(partials=True))
            for _ in range(3):
                await settle(service)
                service.wait(1.0)
            assert service.calls["a"].partials == 1

        run(talk())

    def test_can_be_switched_off_by_the_deployment(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(partials=False))
            phone = Phone(service)
            phone.send(start(partials=True))
            phone.say("partial")
            warning = await phone.until("warning")
            service.wait(2.0)
            await settle(service)
            assert warning["code"] == "partials"
            assert service.calls["a"].partials == 0

        run(talk())


class TestMetrics:
    def test_come_once_a_second_and_say_how_far_behind_the_server_is(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(2.0))
            await phone.until("utterance.final", 2)
            for _ in range(3):
                service.wait(1.0)
                await settle(service)
            told = phone.of("metrics")
            assert len(told) == 3
            assert told[0]["metrics"]["duration"] == 2.0
            assert told[0]["behind"] == 0.0
            assert "timeline" not in told[0]["metrics"]

        run(talk())

    def test_are_not_piled_up_for_a_client_that_does_not_read(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(0.1))
            await phone.until("session.started")
            phone.socket.reads.clear()
            for _ in range(40):
                phone.send(tone(0.1))
                service.wait(1.0)
                await settle(service)
            phone.socket.reads.set()
            await settle(service)
            assert len(phone.of("metrics")) < 15
            assert phone.closed is None

        run(talk())


class TestPhase:
    def test_is_told_to_the_board(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(phase="waiting", info={"wait_seconds": 20.0}))
            await phone.until("session.started")
            entry = service.board.entries["a"]
            assert (entry.phase, entry.waited(service.clock.now)) == ("waiting", 20.0)
            service.clock.pass_by(10.0)
            phone.say("phase", value="in_conversation")
            await settle(service)
            service.clock.pass_by(100.0)
            entry = service.board.entries["a"]
            assert (entry.phase, entry.waited(service.clock.now)) == ("in_conversation", 30.0)

        run(talk())


class TestAMistakeOfOurs:
    def test_ends_the_call_with_what_was_said_and_names_no_word_of_it(self, caplog: pytest.LogCaptureFixture) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            service.calls["a"].bug = ValueError("was der Anrufer sagte")
            phone.send(tone(1.0))
            ended = await phone.until("call.ended")
            assert ended["summary"]["utterances"] == 1
            assert await phone.until_closed() == (1000, "the call has ended")
            assert service.work.calls == []

        run(talk())
        assert "ValueError at toy_calls.py" in caplog.text
        assert "Anrufer" not in caplog.text

    def test_that_comes_twice_ends_it_without(self, caplog: pytest.LogCaptureFixture) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            call = service.calls["a"]
            call.bug = ValueError("first")
            call.end = _breaks  # type: ignore[method-assign]  # so that the rescue fails, too
            phone.send(tone(1.0))
            code, _ = await phone.until_closed()
            assert code == 1011
            assert service.counts.ended == ["failed"]
            assert service.work.calls == []
            report = await service.sessions.report("a")
            assert report is not None
            assert report.analysis is None

        run(talk())


def _breaks() -> None:
    raise ValueError("second")


def test_work_is_answered_in_whatever_order_and_told_by_it() -> None:
    async def talk() -> None:
        service = ToyService(answer=None)
        phone = Phone(service)
        phone.send(start(), tone(3.0))
        await settle(service)
        jobs: list[Job] = [job for job, _ in service.work.waiting]
        assert [job.payload for job in jobs] == [1, 2, 3]
        service.work.waiting.reverse()
        service.work.do()
        await phone.until("utterance.final", 3)
        assert phone.seqs() == [1, 2, 3, 4]

    run(talk())


def test_sound_after_the_end_is_not_heard_and_the_sender_is_told_once() -> None:
    async def talk() -> None:
        service = ToyService(answer=None)
        phone = Phone(service)
        phone.send(start(), tone(1.0))
        phone.say("end")
        phone.send(tone(1.0), tone(1.0))
        await settle(service)
        service.work.do()
        await settle(service)
        service.work.do()
        await phone.until_closed()
        assert [one["code"] for one in phone.of("warning")] == ["after_end"]
        assert service.calls["a"].samples == RATE

    run(talk())
