"""What can go wrong with a call's connection, and what becomes of the call then: each has its outcome."""

import asyncio
import json
import struct
from collections.abc import Coroutine
from typing import Any

import pytest
from tests.api.phones import RATE, Phone, settle, start, tone
from tests.api.toy_calls import ToyService

from stimmung.api.session_options import SessionOptions


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


class TestAConnectionThatNeverStarts:
    def test_is_closed_after_a_while(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            await settle(service)
            service.wait(9.5)
            await settle(service)
            assert phone.closed is None
            service.wait(1.0)
            assert await phone.until_closed() == (4408, "neither start nor resume came within 10 s")

        run(talk())

    def test_hinders_nobody_even_in_hundreds(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(capacity=1), capacity=1)
            silent = [Phone(service, f"silent-{number}") for number in range(200)]
            await settle(service)
            phone = Phone(service)
            assert service.sessions.refusal("a") is None
            phone.send(start(), tone(1.0))
            phone.say("end")
            assert (await phone.until_closed())[0] == 1000
            assert len(phone.of("utterance.final")) == 1
            service.wait(11.0)
            await settle(service)
            assert {one.closed[0] for one in silent if one.closed} == {4408}

        run(talk())

    def test_makes_room_where_there_are_too_many(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(waiting_connections=3))
            silent = [Phone(service, f"silent-{number}") for number in range(4)]
            await settle(service)
            assert [one.closed is not None for one in silent] == [True, False, False, False]

        run(talk())


class TestAClientThatSendsNoSound:
    def test_is_warned_and_then_closed_and_may_come_back(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            service.wait(4.5)
            assert phone.of("warning") == []
            service.wait(1.0)
            warning = await phone.until("warning")
            assert warning["code"] == "no_audio"
            service.wait(50.0)
            await settle(service)
            assert len(phone.of("warning")) == 1
            assert phone.closed is None
            service.wait(5.0)
            code, reason = await phone.until_closed()
            assert (code, "no sound came" in reason) == (4408, True)
            back = Phone(service)
            back.say("resume", after=phone.seqs()[-1])
            await back.until("session.resumed")
            back.send(tone(1.0))
            await back.until("utterance.final")

        run(talk())

    def test_but_empty_messages_is_warned_too(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            for _ in range(6):
                phone.send(b"")
                await settle(service)
                service.wait(1.0)
            await phone.until("warning")

        run(talk())

    def test_is_warned_again_after_it_has_sent_some(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await settle(service)
            service.wait(6.0)
            phone.send(tone(0.1))
            await settle(service)
            service.wait(6.0)
            await phone.until("warning", 2)

        run(talk())


class TestAClientThatDoesNotRead:
    def test_is_let_go_of_and_its_call_goes_on(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(unsent_events=20))
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            phone.socket.reads.clear()
            for _ in range(30):
                phone.send(tone(1.0))
                await settle(service)
            phone.socket.reads.set()  # only so that the goodbye is seen
            code, reason = await phone.until_closed()
            assert (code, "events wait to be read" in reason) == (1013, True)
            assert len(phone.told) < 25
            back = Phone(service)
            back.say("resume", after=phone.seqs()[-1])
            await back.until("session.resumed")
            await settle(service)
            assert back.seqs()[0] == phone.seqs()[-1] + 1
            assert len(back.of("utterance.final")) + len(phone.of("utterance.final")) == service.calls["a"]._number

        run(talk())

    def test_and_never_will_is_not_waited_for(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(unsent_events=5))
            phone = Phone(service, patience=0.01)
            phone.send(start())
            await phone.until("session.started")
            phone.socket.reads.clear()
            for _ in range(10):
                phone.send(tone(1.0))
                await settle(service)
            await phone.over()
            assert phone.closed is None

        run(talk())

    def test_for_long_after_it_was_away_may_take_its_time(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(unsent_events=20))
            first = Phone(service)
            first.send(start())
            await first.until("session.started")
            first.hang_up()
            await first.over()
            session = service.sessions._sessions["a"]
            for _ in range(100):
                session.warn("test", "while nobody was there")
            back = Phone(service)
            back.socket.reads.clear()
            back.say("resume", after=0)
            await settle(service)
            session.warn("test", "now")
            back.socket.reads.set()
            await settle(service)
            assert back.closed is None
            assert back.seqs() == list(range(1, 103))

        run(talk())

    def test_the_end_of_its_call_is_let_go_of(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(keep_finished_seconds=40.0))
            phone = Phone(service, patience=0.01)
            phone.send(start())
            await phone.until("session.started")
            phone.socket.reads.clear()
            phone.say("end")
            await settle(service)
            service.wait(31.0)
            await phone.over()
            service.wait(10.0)
            assert service.sessions.states() == []

        run(talk())


class TestAClientThatSendsMoreThanCanBeHeard:
    def test_is_read_no_faster_than_its_words_are_found(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start())
            for _ in range(300):
                phone.send(tone(1.0))
            for _ in range(20):
                await settle(service)
            heard = service.calls["a"].seconds
            unread = phone.socket.incoming.qsize()
            assert 55 <= heard <= 65
            assert unread > 200
            for _ in range(10):
                service.work.do()
                for _ in range(5):
                    await settle(service)
            assert service.calls["a"].seconds == 300
            assert phone.of("warning") == []

        run(talk())

    def test_in_one_message_of_ten_megabytes_is_heard_all_the_same(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            sound = tone(60.0)
            phone.send(start(), sound * 10, json.dumps({"type": "end"}))
            await phone.until_closed()
            assert service.calls["a"].samples == 600 * RATE
            assert len(phone.of("utterance.final")) == 600

        run(talk())

    def test_in_messages_of_one_byte_is_heard_in_few_steps(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            sound = tone(1.0)
            phone.send(start(), *(sound[at : at + 1] for at in range(len(sound))))
            phone.say("end")
            await phone.until_closed()
            assert service.calls["a"].samples == RATE
            assert service.calls["a"].feeds <= 30

        run(talk())


class TestAClientThatMakesNoSense:
    @pytest.mark.parametrize(
        ("message", "why"),
        [
            ("x", "Invalid JSON"),
            ("[]", "object"),
            ('{"type":"dance"}', "does not match"),
            ('{"type":"consent","value":"maybe"}', 'consent.value = "maybe"'),
            ('{"type":"notice","given_at":"yesterday"}', "ISO 8601"),
            ('{"type":"resume","after":0}', "has a call already"),
            (start(), "has a call already"),
        ],
    )
    def test_is_told_what_is_wrong_and_its_call_goes_on(self, message: str, why: str) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0), message)
            code, reason = await phone.until_closed()
            assert code == 4400
            assert why in phone.told[-1]["message"]
            assert phone.told[-1]["type"] == "error"
            assert reason.encode() == phone.told[-1]["message"].encode()[:123]
            assert service.sessions.states() == [("a", "live")]

        run(talk())

    @pytest.mark.parametrize("message", [b"sound", '{"type":"end"}', '{"type":"consent","value":"granted"}', "{", ""])
    def test_in_its_first_message_gets_no_call(self, message: str | bytes) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(message)
            assert (await phone.until_closed())[0] == 4400
            assert service.sessions.states() == []
            assert service.work.calls == []

        run(talk())

    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"format": {"encoding": "pcm_s16le", "sample_rate": 7_999}}, "7999"),
            ({"format": {"encoding": "opus", "sample_rate": 8_000}}, "opus"),
            ({"format": {"encoding": "pcm_s16le", "sample_rate": 8_000, "channels": 3}}, "3 channels"),
            ({"info": {"consent": "perhaps"}}, "consent"),
            ({"info": {"roles": ["agent", "customer"]}}, "roles"),
            ({"info": {"queue": "impossible"}}, "agent twice"),
            ({"phase": "asleep"}, "asleep"),
        ],
    )
    def test_in_its_start_gets_no_call_and_holds_no_place(self, values: dict[str, Any], why: str) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(**values))
            assert (await phone.until_closed())[0] == 4400
            assert why in phone.told[-1]["message"]
            assert service.work.calls == []
            assert service.counts.started == 0

        run(talk())

    def test_in_numbered_messages_is_told_so(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            sound = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1, "framing": "sequence"}
            phone.send(start(format=sound), b"abc")
            await settle(service)
            service.wait(1.0)
            code, _ = await phone.until_closed()
            assert code == 4400
            assert "header" in phone.told[-1]["message"]

        run(talk())

    def test_at_great_length_is_answered_briefly(self) -> None:
        async def talk() -> None:
            phone = Phone(ToyService())
            phone.send(json.dumps({"type": "ü" * 60_000}))
            _, reason = await phone.until_closed()
            assert len(reason.encode()) <= 123
            assert len(phone.told[-1]["message"]) <= 500

        run(talk())


class TestOddSound:
    def test_at_twice_the_speed_of_speech_is_told_of(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            for _ in range(25):
                phone.send(tone(2.0))
                await settle(service)
                service.wait(1.0)
            warnings = phone.of("warning")
            assert [one["code"] for one in warnings] == ["sound_fast"]
            assert "2.0 times" in warnings[0]["message"]

        run(talk())

    def test_that_was_late_only_because_the_line_was_down_is_not(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            phone.hang_up()
            await phone.over()
            service.wait(25.0)
            back = Phone(service)
            back.say("resume", after=2)
            await back.until("session.resumed")
            back.send(*25 * [tone(1.0)])
            for _ in range(25):
                await settle(service)
                service.wait(1.0)
                back.send(tone(1.0))
            assert back.of("warning") == []

        run(talk())

    def test_that_came_slowly_only_because_the_line_was_down_is_not(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            for _ in range(3):
                phone.hang_up()
                await phone.over()
                service.wait(12.0)
                phone = Phone(service)
                phone.say("resume", after=0)
                phone.send(tone(1.0))
                await settle(service)
                service.wait(1.0)
                await settle(service)
            assert phone.of("warning") == []

        run(talk())

    def test_of_which_messages_were_lost_is_told_of_and_keeps_its_time(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            sound = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1, "framing": "sequence"}
            numbers = [one for one in range(100) if one not in (20, 21, 22)]
            phone.send(start(format=sound), *(struct.pack(">II", one, 160 * one) + tone(0.02) for one in numbers))
            phone.say("end")
            phone.say("end")
            await phone.until_closed()
            assert [one["code"] for one in phone.of("warning")] == ["sound_gap"]
            assert "0.06 s" in phone.of("warning")[0]["message"]
            assert service.calls["a"].samples == 100 * 160

        run(talk())

    def test_that_is_nothing_at_all_is_told_of_and_ends_well(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), bytes(2 * 40 * RATE))
            warning = await phone.until("warning")
            assert warning["code"] == "line_dead"
            phone.say("end")
            assert (await phone.until_closed())[0] == 1000

        run(talk())


class TestAFullService:
    def test_refuses_at_the_handshake_and_says_when_to_come_again(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(capacity=1), capacity=1)
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            refusal = service.sessions.refusal("b")
            assert refusal is not None
            assert (refusal.status, refusal.retry_after) == (503, 7.2)
            assert "all 1 places" in refusal.message
            assert service.sessions.refusal("a") is None  # it may be resumed
            assert service.counts.refused == ["full"]

        run(talk())

    def test_refuses_who_came_in_while_there_was_a_place(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(capacity=1), capacity=1)
            first, second = Phone(service), Phone(service, "b")
            first.send(start())
            await first.until("session.started")
            second.send(start())
            assert (await second.until_closed())[0] == 1013
            assert second.told[-1]["retry_after"] == 7.2

        run(talk())

    def test_takes_the_next_call_when_one_has_ended(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(capacity=1), capacity=1)
            first = Phone(service)
            first.send(start())
            first.say("end")
            await first.until_closed()
            assert service.sessions.refusal("b") is None

        run(talk())

    def test_that_is_not_ready_takes_no_call(self) -> None:
        service = ToyService()
        service.closed = "warming up"
        refusal = service.sessions.refusal("a")
        assert refusal is not None
        assert (refusal.status, refusal.message) == (503, "warming up")


@pytest.mark.parametrize("call_id", ["", "a/b", "..", "x" * 129, "a\nb", "a\x00"])
def test_an_id_that_cannot_be_one_is_refused(call_id: str) -> None:
    refusal = ToyService().sessions.refusal(call_id)
    assert refusal is not None
    assert refusal.status == 422


def test_a_client_that_vanishes_while_its_call_is_being_made_leaves_a_call_that_ends() -> None:
    async def talk() -> None:
        service = ToyService()
        phone = Phone(service)
        phone.send(start())
        phone.hang_up()
        await phone.over()
        await settle(service)
        service.wait(31.0)
        await settle(service)
        assert service.sessions.states() == [("a", "ended")]
        assert service.work.calls == []

    run(talk())
