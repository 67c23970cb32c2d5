"""Consent that is withdrawn while a call is live: scores are gone at once, everywhere, and stay gone."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService

from stimmung.calls.policy import REFUSED, WITHDRAWN

QUOTE = "so geht das nicht"  # what a caller's reason repeats


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


async def scored(service: ToyService) -> Phone:
    """Return a phone whose caller was found in distress."""
    phone = Phone(service)
    phone.send(start(info={"consent": "granted"}), tone(1.0))
    await phone.until("distress.changed")
    service.wait(1.0)
    await settle(service)
    assert service.board.entries["a"].callers
    return phone


def urgent() -> ToyService:
    """Return a service in which every utterance is one of somebody urgent."""
    return ToyService(answer=lambda _job: "urgent")


class TestAWithdrawal:
    def test_is_told_and_reaches_call_board_and_scheduler(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            phone.say("consent", value="withdrawn")
            await phone.until("consent.withdrawn")
            assert service.calls["a"].consents == ["withdrawn"]
            assert service.board.erased == [("a", WITHDRAWN.why)]
            assert service.board.entries["a"].callers == ()
            assert service.work.promoted[-1][1].name == "FINAL"

        run(talk())

    def test_reaches_events_that_could_still_be_told_again(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            before = json.dumps(phone.told)
            assert QUOTE in before
            phone.say("consent", value="withdrawn")
            await phone.until("consent.withdrawn")
            phone.hang_up()
            await phone.over()
            again = Phone(service)
            again.say("resume", after=0)
            await again.until("consent.withdrawn")
            assert again.seqs() == list(range(1, len(again.seqs()) + 1))
            assert QUOTE not in json.dumps(again.told)
            assert [one["utterance"]["distress"] for one in again.of("utterance.final")] == [None]
            assert [one["score"] for one in again.of("distress.changed")] == [None]

        run(talk())

    def test_reaches_events_that_were_on_their_way(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            await settle(service)
            service.work.do("urgent")  # the answer is there, and nobody has taken it
            session = service.sessions._sessions["a"]
            session.refuse("withdrawn")
            final = await phone.until("utterance.final")
            changed = await phone.until("distress.changed")
            assert final["utterance"]["distress"] is None
            assert final["utterance"]["text"] == "urgent"
            assert changed["state"] == "unknown"

        run(talk())

    def test_goes_before_sound_that_waits(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(2.0))
            phone.say("consent", value="withdrawn")
            await settle(service)
            assert service.calls["a"].consents == ["withdrawn"]

        run(talk())

    @pytest.mark.parametrize("when", ["before the end", "after it"])
    def test_reaches_the_analysis(self, when: str) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            if when == "before the end":
                phone.say("consent", value="withdrawn")
                phone.say("end")
                await phone.until_closed()
            else:
                phone.say("end")
                await phone.until_closed()
                again = Phone(service)
                again.say("resume", after=0)
                again.say("consent", value="withdrawn")
                await settle(service)
            report = await service.sessions.report("a")
            assert report is not None
            assert report.analysis is not None
            assert report.analysis.distress == ()
            assert [one.distress for one in report.analysis.utterances] == [None]
            assert report.analysis.info.consent == "withdrawn"

        run(talk())

    def test_of_a_call_that_has_ended_reaches_its_last_events(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            phone.say("end")
            await phone.until_closed()
            service.sessions.refuse("a", "withdrawn")
            again = Phone(service)
            again.say("resume", after=0)
            await again.until("consent.withdrawn")
            (ended,) = again.of("call.ended")
            assert ended["summary"]["distress"] == []
            assert QUOTE not in json.dumps(again.told)

        run(talk())

    def test_is_not_taken_back(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            phone.say("consent", value="withdrawn")
            phone.say("consent", value="granted")
            phone.send(tone(1.0))
            final = await phone.until("utterance.final", 2)
            assert final["utterance"]["distress"] is None

        run(talk())

    def test_while_the_last_step_is_taken_reaches_the_analysis(self) -> None:
        async def talk() -> None:
            service = ToyService(answer=None)
            phone = Phone(service)
            phone.send(start(), tone(1.0))
            phone.say("end")
            await settle(service)
            service.work.do("urgent")
            await settle(service)
            service.work.do()
            for _ in range(3):  # the answer has come, and the step with it is under way
                await asyncio.sleep(0)
            service.sessions.refuse("a", "withdrawn")
            await phone.until_closed()
            assert phone.of("call.ended")[0]["summary"]["distress"] == []
            assert len(phone.of("consent.withdrawn")) == 1

        run(talk())


class TestARefusal:
    def test_erases_what_was_scored_and_may_be_granted_again(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = await scored(service)
            phone.say("consent", value="refused")
            await phone.until("consent.withdrawn")
            assert service.board.erased == [("a", REFUSED.why)]
            service.wait(1.0)
            await settle(service)
            assert service.board.entries["a"].callers == ()
            phone.say("consent", value="granted")
            phone.send(tone(1.0))
            final = await phone.until("utterance.final", 2)
            assert final["utterance"]["distress"] is not None
            assert service.calls["a"].consents == ["refused", "granted"]
            service.wait(1.0)
            await settle(service)
            entry = service.board.entries["a"]
            assert [one.state for one in entry.callers] == ["urgent"]

        run(talk())

    def test_goes_before_a_grant_that_waits_and_not_behind_it(self) -> None:
        async def talk() -> None:
            service = urgent()
            phone = Phone(service)
            phone.send(start())
            await phone.until("session.started")
            phone.send(tone(0.2))
            phone.say("consent", value="granted")
            phone.say("consent", value="refused")
            await phone.until("consent.withdrawn")
            await settle(service)
            assert service.calls["a"].consents[-1] == "refused"

        run(talk())


def test_a_notice_reaches_the_call_in_utc() -> None:
    async def talk() -> None:
        service = ToyService()
        phone = Phone(service)
        phone.send(start())
        phone.say("notice", given_at="2026-03-01T14:30:00+01:00")
        await settle(service)
        assert [at.isoformat() for at in service.calls["a"].notices] == ["2026-03-01T13:30:00+00:00"]

    run(talk())
