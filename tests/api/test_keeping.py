"""Calls that ended live are kept: before their end is told, once, unscored after a withdrawal, later if need be."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService
from tests.store.made_calls import analysis_of, saved_call

from stimmung.api.keeping import CallKeeper, Shelf, StoreKeeping, open_keeping
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.settings import Settings, StoreSettings
from stimmung.store.calls import load_call


class Kept(list[CallAnalysis]):
    """Keeps calls in a list, or has a reason not to; for one call or all."""

    why = ""

    def of_call(self, call_id: str) -> CallKeeper:
        return self

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        self.append(analysis)
        return self.why

    def withdraw(self, analysis: CallAnalysis) -> None:
        self.append(analysis)


def service(kept: Kept) -> ToyService:
    """Return a service that keeps calls, with one caller in distress."""
    made = ToyService(answer=lambda _job: "distressed")
    made.parts = replace(made.parts, keeping=kept)
    made.sessions._parts = made.parts
    return made


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


def scored(analysis: CallAnalysis) -> bool:
    """Say whether anything in an analysis was scored."""
    return bool(analysis.distress) or any(one.distress or one.text_emotion for one in analysis.utterances)


class TestACallThatEnds:
    def test_is_kept_before_its_end_is_told(self) -> None:
        async def talk() -> None:
            kept = Kept()
            phone = Phone(service(kept))
            phone.send(start(), tone(1.0))
            await phone.until("distress.changed")
            assert not kept
            phone.say("end")
            await phone.until("call.ended")
            assert [len(one.utterances) for one in kept] == [1]
            assert not phone.of("warning")

        run(talk())

    def test_tells_that_it_could_not_be_kept_yet(self) -> None:
        async def talk() -> None:
            kept = Kept()
            kept.why = "no such server"
            phone = Phone(service(kept))
            phone.send(start(), tone(1.0))
            phone.say("end")
            await phone.until("call.ended")
            (warning,) = phone.of("warning")
            assert warning["code"] == "not_kept"
            assert "no such server" in warning["message"]
            assert phone.told[-1]["type"] == "call.ended"

        run(talk())

    def test_loses_its_scores_in_the_store_when_consent_is_withdrawn_afterwards(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving = service(kept)
            phone = Phone(serving)
            phone.send(start(info={"consent": "granted"}), tone(1.0))
            await phone.until("distress.changed")
            phone.say("end")
            await phone.until("call.ended")
            assert [scored(one) for one in kept] == [True]
            assert serving.sessions.refuse("a", "withdrawn")
            await settle(serving)
            assert [scored(one) for one in kept] == [True, False]
            assert kept[-1].info.consent == "withdrawn"

        run(talk())


class Broken:
    """A database that is away."""

    def run(self, _work: Callable[..., Any]) -> Any:
        raise StoreError("the database does not answer")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store of the test's own."""
    return Settings(store=StoreSettings(data_dir=tmp_path / "data"))


@pytest.fixture
def keeping(settings: Settings) -> Iterator[StoreKeeping]:
    """The true store, on a server of its own."""
    with open_keeping(settings, lambda _line: None) as found:
        yield found


def test_what_could_not_be_kept_waits_newest_version_only(caplog: pytest.LogCaptureFixture) -> None:
    call = saved_call(1)
    away = Broken()
    keeping = StoreKeeping(Shelf(away, None, call.provenance))  # type: ignore[arg-type]  # never got to
    keeper = keeping.of_call("a")
    assert "does not answer" in keeper.keep(call.analysis, ())
    keeper.withdraw(withdraw_consent(call.analysis))
    assert keeping.waiting == 1
    with caplog.at_level(logging.WARNING):
        assert keeping.close() == 1
    assert "1 calls could not be kept" in caplog.text
    assert "meter" not in caplog.text  # a word of the call


@pytest.mark.slow
class TestTheStore:
    def test_holds_the_call_as_it_ended(self, keeping: StoreKeeping) -> None:
        saved = saved_call(2)
        assert keeping.of_call("live-2").keep(saved.analysis, ()) == ""
        stored = load_call(keeping._shelf.database, "live-2")
        assert stored.source == "live"
        assert [one.text for one in stored.analysis.utterances] == [one.text for one in saved.analysis.utterances]

    def test_replaces_it_by_what_a_withdrawal_leaves(self, keeping: StoreKeeping) -> None:
        analysis = saved_call(3).analysis
        keeper = keeping.of_call("live-3")
        keeper.keep(analysis, ())
        assert scored(load_call(keeping._shelf.database, "live-3").analysis)
        keeper.withdraw(withdraw_consent(analysis))
        stored = load_call(keeping._shelf.database, "live-3")
        assert not scored(stored.analysis)
        assert len(stored.analysis.utterances) == len(analysis.utterances)

    def test_keeps_two_calls_of_one_id_apart(self, keeping: StoreKeeping, caplog: pytest.LogCaptureFixture) -> None:
        first, second = saved_call(4).analysis, analysis_of(5, 3, saved_call(4).analysis.info)
        assert keeping.of_call("live-4").keep(first, ()) == ""
        with caplog.at_level(logging.WARNING):
            assert keeping.of_call("live-4").keep(second, ()) == ""
        other = caplog.text.partition("kept as ")[2].split()[0]
        assert len(load_call(keeping._shelf.database, "live-4").analysis.utterances) == len(first.utterances)
        assert len(load_call(keeping._shelf.database, other).analysis.utterances) == 3

    def test_gets_what_waited_when_it_is_there_again(self, keeping: StoreKeeping) -> None:
        call = saved_call(6)
        keeping._wait(call)
        assert keeping.close() == 0
        assert load_call(keeping._shelf.database, "call-6").source == "recording"
