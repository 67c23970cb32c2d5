"""Consent withdrawn after a call's end reaches what is kept of it, before it is answered, and whatever happens then."""

import asyncio

import pytest
from tests.api.kept_calls import Kept, run, scored, service, through
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService


class TestAWithdrawalAfterTheEnd:
    async def ended(self, kept: Kept) -> tuple[ToyService, Phone]:
        """Return a service that knows a call that ended, and whoever made it."""
        serving = service(kept)
        phone = Phone(serving)
        phone.send(start(info={"consent": "granted"}), tone(1.0))
        await phone.until("distress.changed")
        phone.say("end")
        await phone.until_closed()
        return serving, phone

    def test_is_answered_when_it_is_noted_and_not_before(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving, _ = await self.ended(kept)
            kept.go.clear()
            assert serving.sessions.refuse("a", "withdrawn")
            session = serving.sessions._sessions["a"]
            told = session.outbox.last
            assert not through(session)
            assert await serving.sessions.promised("a")
            assert kept.steps == ["revoke", "promise"] or kept.steps[2:] == ["withdraw"]
            await asyncio.sleep(0)
            assert session.outbox.last == told + 1
            assert through(session)
            kept.go.set()
            await serving.sessions.close()
            assert kept.steps == ["revoke", "promise", "withdraw"]

        run(talk())

    def test_is_not_lost_when_the_service_stops_at_once(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving, _ = await self.ended(kept)
            serving.sessions.refuse("a", "withdrawn")
            serving.sessions._sessions.clear()  # and nobody knows the call any more
            await serving.sessions.close()
            assert [scored(one) for one in kept] == [True, False]

        run(talk())

    def test_that_fails_is_told_by_its_type_and_can_be_tried_again(self, caplog: pytest.LogCaptureFixture) -> None:
        async def talk() -> None:
            kept = Kept()
            serving, _ = await self.ended(kept)
            kept.bug = ValueError("a word of the caller")
            serving.sessions.refuse("a", "withdrawn")
            assert not await serving.sessions.promised("a")
            await settle(serving)
            again = Phone(serving)
            again.say("resume", after=0)
            await again.until("consent.withdrawn")
            assert again.of("warning")[-1]["code"] == "not_withdrawn"
            kept.bug = None
            serving.sessions.refuse("a", "withdrawn")
            assert await serving.sessions.promised("a")
            await settle(serving)
            assert [scored(one) for one in kept] == [True, False]

        run(talk())
        assert "a withdrawal: ValueError at kept_calls.py" in caplog.text
        assert "word of the caller" not in caplog.text
