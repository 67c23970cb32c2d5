"""Connections that drop and come back: no event is lost or told twice, and no sample of sound either."""

import asyncio
import struct
from collections.abc import Coroutine
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.phones import RATE, Phone, settle, start, tone
from tests.api.toy_calls import ToyService

from stimmung.api.schemas import EndMessage
from stimmung.api.session_options import SessionOptions


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


async def dropped(service: ToyService, *sound: bytes, **values: Any) -> Phone:
    """Start a call, send sound, and lose the connection."""
    phone = Phone(service)
    phone.send(start(**values), *sound)
    await phone.until("session.started")
    await settle(service)
    phone.hang_up()
    await phone.over()
    return phone


async def resumed(service: ToyService, after: int, call_id: str = "a") -> Phone:
    """Come back on a new connection."""
    phone = Phone(service, call_id)
    phone.say("resume", after=after)
    await settle(service)
    return phone


class TestACallThatIsResumed:
    def test_is_told_what_it_missed_and_nothing_twice(self) -> None:
        async def talk() -> None:
            service = ToyService()
            first = await dropped(service, tone(2.0))
            seen = first.seqs()
            assert seen == [1, 2, 3]
            second = await resumed(service, after=2)
            assert second.seqs() == [3]
            second.send(tone(1.0))
            second.say("end")
            await second.until_closed()
            assert second.seqs() == [3, 4, 5]

        run(talk())

    def test_is_told_to_the_sample_how_much_sound_is_held(self) -> None:
        async def talk() -> None:
            service = ToyService()
            sound = tone(3.0)
            await dropped(service, sound[:20_001])
            phone = await resumed(service, after=0)
            (told,) = phone.of("session.resumed")
            assert told["audio_samples"] == 10_000  # the torn sample is not
            assert told["audio_seconds"] == 1.25
            assert told["state"] == "live"
            assert "seq" not in told
            assert phone.told[0] == told
            phone.send(sound[2 * told["audio_samples"] :])
            phone.say("end")
            await phone.until_closed()
            heard = service.calls["a"].heard[0]
            assert np.array_equal(heard, np.frombuffer(sound, "<i2").astype(np.float32) / 32_768)

        run(talk())

    def test_goes_on_when_the_server_has_not_noticed_that_the_old_connection_is_gone(self) -> None:
        async def talk() -> None:
            service = ToyService()
            old = Phone(service)
            old.send(start(), tone(1.0))
            await old.until("utterance.final")
            new = await resumed(service, after=2)
            code, reason = await old.until_closed()
            assert code == 4409
            assert "another connection" in reason
            session = service.sessions._sessions["a"]
            session.hear(old.connection, tone(1.0))  # was on its way
            session.obey(old.connection, EndMessage(type="end"))
            assert session.state == "live"
            new.send(tone(0.5))
            new.say("end")
            await new.until_closed()
            assert service.calls["a"].samples == 1.5 * RATE

        run(talk())

    def test_does_not_send_again_what_waited_to_be_listened_to(self) -> None:
        async def talk() -> None:
            service = ToyService()
            first = Phone(service)
            first.send(start())
            await first.until("session.started")
            first.send(tone(0.05))  # too little for a hop
            await asyncio.sleep(0)
            first.hang_up()
            await first.over()
            second = Phone(service)
            second.say("resume", after=1)
            told = await second.until("session.resumed")
            second.send(tone(1.0)[2 * told["audio_samples"] :])
            second.say("end")
            await second.until_closed()
            assert service.calls["a"].samples == RATE

        run(talk())

    def test_does_not_send_again_what_waited_because_words_are_behind(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            sound = tone(64.0)
            await dropped(service, *(sound[at : at + 16_000] for at in range(0, len(sound), 16_000)))
            phone = await resumed(service, after=1)
            (told,) = phone.of("session.resumed")
            assert 60.0 <= told["audio_seconds"] <= 61.0
            phone.send(sound[2 * told["audio_samples"] :])
            phone.say("end")
            service.work.answer = str
            for _ in range(3):
                service.work.do()
                await settle(service)
            heard = service.calls["a"].heard[0]
            assert np.array_equal(heard, np.frombuffer(sound, "<i2").astype(np.float32) / 32_768)

        run(talk())

    def test_that_has_just_ended_still_has_its_last_events(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            phone.say("end")
            phone.hang_up()
            await phone.over()
            await settle(service)
            service.wait(20.0)
            again = await resumed(service, after=1)
            assert [one["type"] for one in again.told] == ["session.resumed", "utterance.final", "call.ended"]
            assert again.told[0]["state"] == "ended"
            assert again.closed == (1000, "the call has ended")

        run(talk())

    def test_by_numbered_messages_hears_none_twice(self) -> None:
        async def talk() -> None:
            def message(number: int) -> bytes:
                sound = np.full(160, number, "<i2").tobytes()
                return struct.pack(">II", number, 160 * number) + sound

            service = ToyService()
            sound = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1, "framing": "sequence"}
            await dropped(service, *(message(one) for one in (0, 1, 2, 4)), format=sound)  # 3 is late
            phone = await resumed(service, after=1)
            (told,) = phone.of("session.resumed")
            assert told["audio_samples"] == 5 * 160
            phone.send(*(message(one) for one in range(5, 60)))
            phone.say("end")
            await phone.until_closed()
            heard = service.calls["a"].heard[0].reshape(60, 160)[:, 0] * 32_768
            assert list(heard) == [0, 1, 2, 0, *range(4, 60)]

        run(talk())


class TestACallThatIsNotResumed:
    def test_ends_after_a_while_with_all_that_was_said(self) -> None:
        async def talk() -> None:
            service = ToyService()
            await dropped(service, tone(2.0))
            service.wait(29.0)
            await settle(service)
            assert service.sessions.states() == [("a", "live")]
            service.wait(1.5)
            await settle(service)
            assert service.sessions.states() == [("a", "ended")]
            report = await service.sessions.report("a")
            assert report is not None
            assert report.analysis is not None
            assert [one.text for one in report.analysis.utterances] == ["utterance 1", "utterance 2"]
            assert service.counts.ended == ["dropped"]
            assert service.work.calls == []

        run(talk())

    def test_cannot_be_resumed_later(self) -> None:
        async def talk() -> None:
            service = ToyService()
            await dropped(service, tone(1.0))
            service.wait(31.0)
            await settle(service)
            service.wait(31.0)
            phone = await resumed(service, after=0)
            assert phone.closed is not None
            assert phone.closed[0] == 4404

        run(talk())

    def test_goes_on_being_worked_on_meanwhile(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            await dropped(service, tone(2.0))
            service.work.do("noch da")
            await settle(service)
            phone = await resumed(service, after=1)
            assert [one["utterance"]["text"] for one in phone.of("utterance.final")] == ["noch da", "noch da"]

        run(talk())


class TestAResumeThatMakesNoSense:
    def test_of_an_unknown_call_is_refused(self) -> None:
        async def talk() -> None:
            phone = await resumed(ToyService(), after=0, call_id="nobody")
            assert await phone.until_closed() == (4404, "there is no call nobody to resume; start it")
            assert phone.told[-1]["type"] == "error"
            assert phone.told[-1]["code"] == "unknown_call"

        run(talk())

    def test_behind_events_that_were_never_told_is_refused_and_harms_nobody(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            liar = await resumed(service, after=99)
            assert liar.closed == (4400, "resume.after = 99: only 1 events were told")
            assert phone.closed is None

        run(talk())

    def test_too_far_back_is_told_so(self) -> None:
        async def talk() -> None:
            service = ToyService(SessionOptions(capacity=9, unsent_events=10_000))
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            phone.socket.reads.clear()
            call = service.sessions._sessions["a"]
            for _ in range(2_100):
                call.warn("test", "one more")
            late = await resumed(service, after=1)
            assert late.closed is not None
            assert late.closed[0] == 4410

        run(talk())


class TestASecondStart:
    def test_of_a_live_call_is_refused_and_harms_nobody(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            second = Phone(service)
            second.send(start())
            code, reason = await second.until_closed()
            assert code == 4409
            assert "live already" in reason
            assert phone.closed is None
            assert service.work.calls == ["a"]

        run(talk())

    def test_at_the_same_moment_begins_one_call(self) -> None:
        async def talk() -> None:
            service = ToyService()
            both = [Phone(service), Phone(service)]
            for phone in both:
                phone.send(start())
            await settle(service)
            assert sorted(one.closed[0] if one.closed else 0 for one in both) == [0, 4409]
            assert service.counts.started == 1

        run(talk())

    def test_of_a_call_that_has_ended_is_refused(self) -> None:
        async def talk() -> None:
            service = ToyService()
            phone = Phone(service)
            phone.send(start())
            phone.say("end")
            await phone.until_closed()
            again = Phone(service)
            again.send(start())
            code, reason = await again.until_closed()
            assert (code, "has ended" in reason) == (4409, True)

        run(talk())


@given(
    drops=st.lists(st.tuples(st.integers(1, 12_000), st.integers(0, 3)), min_size=1, max_size=6),
    lost=st.lists(st.integers(0, 5), min_size=6, max_size=6),
)
@settings(max_examples=25)
def test_whenever_connections_drop_each_event_and_each_sample_comes_once(
    drops: list[tuple[int, int]], lost: list[int]
) -> None:
    """`drops`: bytes sent before each drop, and hops left to the server; `lost`: events that did not get through."""
    sound = tone(6.0)

    async def talk() -> None:
        service = ToyService()
        seen: list[dict[str, Any]] = []
        at = 0
        phone = Phone(service)
        phone.send(start())
        await phone.until("session.started")
        for (size, hops), missed in zip(drops, lost, strict=False):
            phone.send(sound[at : at + size])
            for _ in range(hops):
                await settle(service)
            phone.hang_up()
            await phone.over()
            got = [one for one in phone.told if "seq" in one]
            seen += got[: max(0, len(got) - missed)]
            phone = Phone(service)
            phone.say("resume", after=seen[-1]["seq"] if seen else 0)
            at = 2 * (await phone.until("session.resumed"))["audio_samples"]
        phone.send(sound[at:])
        phone.say("end")
        await phone.until_closed()
        seen += [one for one in phone.told if "seq" in one]
        assert [one["seq"] for one in seen] == list(range(1, len(seen) + 1))
        assert [one["id"] for one in seen if one["type"] == "utterance.final"] == [1, 2, 3, 4, 5, 6]
        heard = service.calls["a"].heard[0]
        assert np.array_equal(heard, np.frombuffer(sound, "<i2").astype(np.float32) / 32_768)

    run(talk())
