"""All calls of a server: what is kept of those that ended, and how they end when the server does."""

import asyncio
import gc
import weakref
from collections.abc import Coroutine
from typing import Any

import pytest
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService

from stimmung.api.session_options import SessionOptions, session_options
from stimmung.speech.settings import ServeSettings


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


async def finished(service: ToyService, call_id: str = "a") -> Phone:
    """Return the phone of a call that ended."""
    phone = Phone(service, call_id)
    phone.send(start(), tone(1.0))
    phone.say("end")
    await phone.until_closed()
    await phone.over()
    return phone


class TestAFinishedCall:
    def test_is_kept_for_a_while(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_seconds=100.0))
            await finished(service)
            service.wait(99.0)
            report = await service.sessions.report("a")
            assert report is not None
            assert report.state == "ended"
            service.wait(1.5)
            assert await service.sessions.report("a") is None
            assert service.sessions.states() == []

        run(talk())

    def test_keeps_its_events_no_longer_than_they_can_be_asked_for(self) -> None:
        async def talk() -> None:
            service = ToyService()
            await finished(service)
            outbox = service.sessions._sessions["a"].outbox
            service.wait(29.0)
            assert len(outbox.after(0, 9)) == 3
            service.wait(1.5)
            assert outbox.after(0, 9) == []

        run(talk())

    def test_makes_room_for_later_ones_the_oldest_first(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_calls=2))
            for name in ("a", "b", "c"):
                await finished(service, name)
                service.clock.pass_by(1.0)
            service.wait(1.0)
            assert [name for name, _ in service.sessions.states()] == ["b", "c"]

        run(talk())

    def test_makes_room_for_later_ones_where_much_was_said(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_talk=2.5))
            for name in ("a", "b", "c"):
                await finished(service, name)
                service.clock.pass_by(1.0)
            service.wait(1.0)
            assert [name for name, _ in service.sessions.states()] == ["b", "c"]

        run(talk())

    def test_holds_no_sound_and_no_vectors(self) -> None:
        async def talk() -> None:
            service = ToyService()
            await finished(service)
            call = weakref.ref(service.calls.pop("a"))
            await settle(service)
            gc.collect()
            assert call() is None
            report = await service.sessions.report("a")
            assert report is not None
            assert report.analysis is not None
            assert [one.text_vector for one in report.analysis.utterances] == [None]

        run(talk())

    def test_can_be_called_again_when_it_is_forgotten(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_seconds=10.0))
            await finished(service)
            service.wait(11.0)
            again = await finished(service)
            assert again.closed == (1000, "the call has ended")

        run(talk())

    def test_is_not_forgotten_while_its_client_still_reads(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_seconds=1.0))
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            phone.socket.reads.clear()
            phone.say("end")
            await settle(service)
            service.wait(5.0)
            phone.socket.reads.set()
            await phone.until("call.ended")

        run(talk())


class TestALiveCall:
    def test_can_be_asked_for_what_is_known_so_far(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(2.0))
            await phone.until("utterance.final", 2)
            report = await service.sessions.report("a")
            assert report is not None
            assert report.state == "live"
            assert report.analysis is not None
            assert len(report.analysis.utterances) == 2

        run(talk())

    def test_is_finishing_while_its_last_words_are_found(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            phone.say("end")
            await settle(service)
            assert service.sessions.states() == [("a", "finishing")]
            assert service.sessions.live == 1

        run(talk())

    def test_whose_last_words_are_never_found_ends_without_them(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(finish_seconds=20.0), answer=None)
            phone = Phone(service)
            phone.send(start(), tone(2.0))
            phone.say("end")
            await settle(service)
            service.wait(21.0)
            await phone.until_closed()
            assert [one["code"] for one in phone.of("warning")] == ["not_heard", "not_heard"]
            assert phone.of("call.ended")
            assert service.work.calls == []

        run(talk())


class TestDraining:
    def test_lets_calls_that_are_on_have_their_last_words(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phones = [Phone(service, f"call-{number}") for number in range(5)]
            for phone in phones:
                phone.send(start(), tone(2.5))
                await phone.until("utterance.final", 2)
            phones[0].send(tone(0.5))
            await settle(service)
            assert await service.sessions.drain(5.0) == 0
            for phone in phones:
                assert phone.closed == (1000, "the call has ended")
                assert [one["code"] for one in phone.of("warning")] == ["stopping"]
                assert len(phone.of("call.ended")) == 1
            assert len(phones[0].of("utterance.final")) == 3
            assert service.counts.ended == 5 * ["drained"]

        run(talk())

    def test_refuses_whoever_comes_then(self) -> None:
        async def talk() -> None:
            service = ToyService()
            silent = Phone(service, "silent")
            await settle(service)
            await service.sessions.drain(1.0)
            assert (await silent.until_closed())[0] == 1012
            refusal = service.sessions.refusal("b")
            assert refusal is not None
            assert refusal.status == 503
            late = Phone(service, "b")
            late.send(start())
            assert (await late.until_closed())[0] == 1012

        run(talk())

    def test_cuts_off_what_takes_too_long_and_says_how_many(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=lambda job: "words")
            quick, slow = Phone(service, "quick"), Phone(service, "slow")
            for phone in (quick, slow):
                phone.send(start(), tone(1.0))
                await phone.until("utterance.final")
            service.work.answer = None
            drained = asyncio.ensure_future(service.sessions.drain(0.5))
            await settle(service)
            for job, future in service.work.waiting:
                if job.call_id == "quick":
                    future.set_result("")
            assert await drained == 1
            assert quick.of("call.ended")
            (ended,) = slow.of("call.ended")
            assert ended["summary"]["utterances"] == 1

        run(talk())

    def test_of_nothing_takes_no_time(self) -> None:
        assert asyncio.run(ToyService().sessions.drain(60.0)) == 0

    def test_finishes_calls_whose_client_is_away(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            phone.hang_up()
            await phone.over()
            assert await service.sessions.drain(5.0) == 0
            report = await service.sessions.report("a")
            assert report is not None
            assert report.analysis is not None
            assert len(report.analysis.utterances) == 1

        run(talk())


class TestClosing:
    def test_stops_calls_that_are_on(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await settle(service)
            await service.sessions.close()
            assert service.work.waiting[0][1].cancelled()

        run(talk())

    def test_answers_whoever_still_waits_for_a_report(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            asking = asyncio.ensure_future(service.sessions.report("a"))
            await asyncio.sleep(0)
            await service.sessions.close()
            report = await asking
            assert report is not None

        run(talk())


def test_the_clock_is_looked_at_for_as_long_as_the_server_runs() -> None:
    async def talk() -> None:
        service = ToyService(SessionOptions(tick_seconds=0.001))
        phone = Phone(service)
        phone.send(start())
        running = asyncio.ensure_future(service.sessions.run())
        await phone.until("session.started")
        service.clock.pass_by(6.0)
        warning = await phone.until("warning")
        assert warning["code"] == "no_audio"
        running.cancel()

    run(talk())


def test_what_a_deployment_chooses_is_what_sessions_do() -> None:
    chosen = ServeSettings(
        resume_seconds=1.0,
        keep_finished_seconds=2.0,
        start_seconds=3.0,
        silence_warning_seconds=4.0,
        silence_close_seconds=5.0,
        partials=False,
    )
    options = session_options(chosen, capacity=17)
    assert (options.resume_seconds, options.keep_finished_seconds, options.start_seconds) == (1.0, 2.0, 3.0)
    assert (options.silence_warning_seconds, options.silence_close_seconds) == (4.0, 5.0)
    assert (options.partials, options.capacity) == (False, 17)


@pytest.mark.parametrize("field", ["resume_seconds", "start_seconds", "keep_finished_seconds"])
def test_our_own_choices_are_those_of_the_settings(field: str) -> None:
    assert getattr(SessionOptions(), field) == getattr(ServeSettings(), field)
