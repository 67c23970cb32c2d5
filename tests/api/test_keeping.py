"""Calls that ended live are kept: before their end is told, once, unscored after a withdrawal, later if need be."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from tests.api.kept_calls import WIRE, Kept, run, scored, service, settings_below, talked, withdraw
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService
from tests.store.made_calls import analysis_of, places_below, policy, saved_call, with_info, with_policy
from tests.store.server_users import until

from stimmung.api.keepers import KeepingCounts
from stimmung.api.keeping import StoreKeeping, _Ended, open_keeping
from stimmung.api.settling import Settling
from stimmung.api.sound_keeping import Shelf
from stimmung.speech.decode import decode
from stimmung.speech.errors import StoreError
from stimmung.speech.records import Audio
from stimmung.speech.settings import Settings
from stimmung.store.audio_files import audio_path
from stimmung.store.audit import acts_about
from stimmung.store.calls import load_call
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.removal.deletion import has_unfinished
from stimmung.store.removal.erasure import erase_call
from stimmung.store.removal.withdrawal_register import WithdrawalRegister
from stimmung.store.schema import calls


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
            assert kept.steps == ["revoke", "promise", "withdraw"]

        run(talk())

    def test_that_is_just_being_kept_when_consent_is_withdrawn_loses_its_scores_too(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving = ToyService(answer=None)
            serving.parts = replace(serving.parts, keeping=kept)
            serving.sessions._parts = serving.parts
            phone = Phone(serving)
            phone.send(start(), tone(1.0))
            phone.say("end")
            await settle(serving)
            serving.work.do("urgent")
            await settle(serving)
            serving.work.do()
            for _ in range(3):  # the answer has come, and the step with it is under way
                await asyncio.sleep(0)
            serving.sessions.refuse("a", "withdrawn")
            assert kept.steps == ["revoke"]  # before the step may keep anything
            await phone.until_closed()
            await settle(serving)
            assert [scored(one) for one in kept] == [True, False]
            assert [one["type"] for one in phone.told[-2:]] == ["consent.withdrawn", "call.ended"]
            assert phone.of("call.ended")[0]["summary"]["distress"] == []

        run(talk())


class TestTheSoundOfACall:
    def test_is_handed_over_as_it_was_listened_to(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving = service(kept)
            phone = Phone(serving)
            phone.send(start(info={"consent": "granted"}), tone(1.0), tone(0.5))
            phone.say("end")
            await phone.until("call.ended")
            np.testing.assert_array_equal(np.concatenate(kept.heard, axis=1), serving.calls["a"].heard)
            assert kept.heard[0].any()
            assert kept.ruled == [True]
            assert not kept.forgotten

        run(talk())

    def test_hears_of_the_callers_answer_before_what_is_said_after_it(self) -> None:
        async def talk() -> None:
            kept = Kept()
            phone = Phone(service(kept))
            phone.send(start(info={"consent": "unknown"}), tone(1.0))
            phone.say("consent", value="refused")
            phone.say("end")
            await phone.until("call.ended")
            assert kept.ruled[0]  # the toy's deployment names a basis
            assert len(kept.ruled) > 1

        run(talk())

    def test_is_let_go_when_the_server_stops_at_once(self) -> None:
        async def talk() -> None:
            kept = Kept()
            serving = service(kept)
            phone = Phone(serving)
            phone.send(start(), tone(1.0))
            await phone.until("utterance.final")
            await serving.sessions.close()
            assert kept.forgotten == 1
            assert not kept

        run(talk())


class Broken:
    """A database that is away."""

    tries = 0

    def within(self, _seconds: float) -> "Broken":
        return self

    def run(self, _work: Callable[..., Any]) -> Any:
        self.tries += 1
        raise StoreError("the database does not answer")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_below(tmp_path)


@pytest.fixture
def keeping(settings: Settings) -> Iterator[StoreKeeping]:
    """The true store, on a server of its own."""
    with open_keeping(settings, lambda _line: None) as found:
        yield found


def test_who_is_shown_a_call_is_recorded_from_its_end_on() -> None:
    async def talk() -> None:
        kept = Kept()
        serving = service(kept)
        phone = Phone(serving)
        phone.send(start(), tone(1.0))
        await phone.until("distress.changed")
        assert await serving.sessions.show("a")
        assert kept.shown == 0
        phone.say("end")
        await phone.until("call.ended")
        assert await serving.sessions.show("a")
        assert kept.shown == 1
        assert not await serving.sessions.show("b")
        kept.bug = StoreError("away")
        with pytest.raises(StoreError, match="away"):
            await serving.sessions.show("a")

    run(talk())


@pytest.mark.slow
def test_a_look_at_a_kept_call_that_the_service_still_knows_is_recorded_and_none_is_had_after_an_erasure(
    tmp_path: Path,
) -> None:
    with open_keeping(settings_below(tmp_path), lambda _line: None) as keeping:
        shelf = keeping._shelf
        keeper = keeping.of_call("live-1", WIRE)
        assert keeper.show()  # nothing is kept yet
        assert keeper.keep(saved_call(1).analysis, ()) == ""
        assert keeper.show()
        acts = shelf.database.run(lambda connection: acts_about(connection, ["live-1"]))
        assert [(one.action, one.who, one.pseudonym is None) for one in acts] == [("look", "api key", False)]
        erase_call(Steward(shelf.database, shelf.places, "anna", Pace()), "live-1")
        assert not keeper.show()
        assert shelf.database.run(lambda connection: acts_about(connection, ["live-1"])) == ()


def test_what_could_not_be_kept_waits_newest_version_only(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    call = saved_call(1)
    away = Broken()
    shelf = Shelf(away, places_below(Path("nowhere")), call.provenance, sound=False)  # type: ignore[arg-type]
    keeping = StoreKeeping(shelf, Settling(lambda: True), WithdrawalRegister(tmp_path))
    keeper = keeping.of_call("a", WIRE)
    assert "does not answer" in keeper.keep(call.analysis, ())
    away.tries = 0
    withdraw(keeper)
    assert keeping.waiting == 1
    assert not scored(keeping._waiting[0].call.analysis)
    assert "does not answer" in keeping.of_call("b", WIRE).keep(call.analysis, ())
    assert keeping.waiting == 2
    assert away.tries == 1  # who ends while others wait is not kept waiting by it
    keeping._waiting.pop()
    with caplog.at_level(logging.WARNING):
        assert keeping.close() == 1
    assert "1 calls could not be kept" in caplog.text
    assert "meter" not in caplog.text  # a word of the call


class Held:
    """A sound that is not ready before a test says so, and then nothing."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def audio(self) -> None:
        assert self.go.wait(60)

    def drop(self) -> None:
        pass


def loudness(audio: Audio, channel: int, start: float, end: float) -> float:
    """Return the mean square of a stretch."""
    samples = audio.samples[channel, round(start * audio.sample_rate) : round(end * audio.sample_rate)]
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.slow
class TestTheSoundThatIsKept:
    def test_is_all_of_it_but_what_was_redacted(self, settings: Settings) -> None:
        analysis = saved_call(2).analysis  # with an IBAN on channel 1, from 5.1 to 7.9 s
        with open_keeping(settings, lambda _line: None) as keeping:
            shelf = keeping._shelf
            assert talked(keeping.of_call("live-2", WIRE), 12.0).keep(analysis, ()) == ""
            keeping._sounds.close()
            stored = load_call(shelf.database, "live-2")
            assert stored.audio is not None
            audio = decode([audio_path(shelf.places.audio, stored.audio)])
        assert audio.duration == pytest.approx(12.0, abs=0.05)
        assert loudness(audio, 0, 5.5, 7.5) == pytest.approx(0.1, rel=0.3)
        assert loudness(audio, 1, 1.0, 4.0) == pytest.approx(0.1, rel=0.3)
        assert loudness(audio, 1, 5.5, 7.5) == pytest.approx(10 ** (-30 / 20) / 2**0.5, rel=0.1)  # the tone

    def test_is_none_where_the_rules_or_the_settings_forbid_it(self, settings: Settings) -> None:
        silent = settings.model_copy(update={"store": settings.store.model_copy(update={"keep_audio": "none"})})
        refused = with_policy(saved_call(3), policy("refused")).analysis
        for name, given, analysis in (("one", silent, saved_call(2).analysis), ("two", settings, refused)):
            with open_keeping(given, lambda _line: None) as keeping:
                assert talked(keeping.of_call(name, WIRE), 1.0).keep(analysis, ()) == ""
                keeping._sounds.close()
                assert load_call(keeping._shelf.database, name).audio is None
                assert not [path for path in keeping._shelf.places.audio.glob("*/*") if path.is_file()]

    def test_goes_when_consent_is_withdrawn_before_and_after_it_was_added(self, settings: Settings) -> None:
        analysis = saved_call(4).analysis
        with open_keeping(settings, lambda _line: None) as keeping:
            shelf = keeping._shelf
            early, late = (talked(keeping.of_call(name, WIRE), 1.0) for name in ("early", "late"))
            late.keep(analysis, ())
            until(lambda: load_call(shelf.database, "late").audio is not None)
            withdraw(late)
            held = Held()
            keeping._sounds.put(saved_call(4), held)  # type: ignore[arg-type]  # what is added waits behind it
            early.keep(analysis, ())
            withdraw(early)
            held.go.set()
            keeping._sounds.close()
            assert [load_call(shelf.database, name).audio for name in ("early", "late")] == [None, None]
            assert not [path for path in shelf.places.audio.glob("*/*") if path.is_file()]


@pytest.mark.slow
def test_one_that_the_store_will_never_take_is_given_up_and_not_silently(
    keeping: StoreKeeping, caplog: pytest.LogCaptureFixture
) -> None:
    why = keeping.of_call("x" * 501, WIRE).keep(saved_call(1).analysis, ())
    assert why.startswith("the call is not kept in the store: the call id xxx")
    keeping._wait(_Ended(with_info(saved_call(1), replace(saved_call(1).analysis.info, call_id="y" * 501))))
    keeping._wait(_Ended(saved_call(2)))
    keeping._retry()
    assert keeping.counts() == KeepingCounts(calls_lost=2)
    assert caplog.text.count("is lost, since the store will not take it: LastingError: ") == 2
    assert load_call(keeping._shelf.database, "call-2").source == "recording"


@pytest.mark.slow
def test_one_that_cannot_be_kept_is_not_in_the_way_of_others(keeping: StoreKeeping, tmp_path: Path) -> None:
    bad = _Ended(replace(saved_call(1), audio=tmp_path / "away"))  # a file that may come back
    keeping._wait(bad)
    assert (
        keeping.of_call("live-2", WIRE).keep(saved_call(2).analysis, ()).startswith("the call is not in the store yet")
    )
    for _ in range(2):
        keeping._retry()
    assert load_call(keeping._shelf.database, "live-2").source == "live"
    assert keeping.waiting == 1
    keeping._waiting.clear()


@pytest.mark.slow
class TestTheStore:
    def test_holds_the_call_as_it_ended(self, keeping: StoreKeeping) -> None:
        saved = saved_call(2)
        assert keeping.of_call("live-2", WIRE).keep(saved.analysis, ()) == ""
        stored = load_call(keeping._shelf.database, "live-2")
        assert stored.source == "live"
        assert [one.text for one in stored.analysis.utterances] == [one.text for one in saved.analysis.utterances]

    def test_replaces_it_by_what_a_withdrawal_leaves(self, keeping: StoreKeeping) -> None:
        analysis = saved_call(3).analysis
        keeper = keeping.of_call("live-3", WIRE)
        keeper.keep(analysis, ())
        assert scored(load_call(keeping._shelf.database, "live-3").analysis)
        assert withdraw(keeper)
        stored = load_call(keeping._shelf.database, "live-3")
        assert not scored(stored.analysis)
        assert len(stored.analysis.utterances) == len(analysis.utterances)

    def test_keeps_two_calls_of_one_id_apart(self, keeping: StoreKeeping, caplog: pytest.LogCaptureFixture) -> None:
        first, second = saved_call(4).analysis, analysis_of(5, 3, saved_call(4).analysis.info)
        assert keeping.of_call("live-4", WIRE).keep(first, ()) == ""
        with caplog.at_level(logging.WARNING):
            assert talked(keeping.of_call("live-4", WIRE), 2.0).keep(second, ()) == ""
        other = caplog.text.partition("kept as ")[2].split()[0]
        assert len(load_call(keeping._shelf.database, "live-4").analysis.utterances) == len(first.utterances)
        assert len(load_call(keeping._shelf.database, other).analysis.utterances) == 3

    def test_knows_the_same_call_again(self, keeping: StoreKeeping) -> None:
        """A client that was cut off before it heard of the end sends the call once more."""
        analysis = saved_call(7).analysis
        for _ in range(2):
            assert talked(keeping.of_call("live-7", WIRE), 1.0).keep(analysis, ()) == ""
        with keeping._shelf.database.engine.connect() as connection:
            assert connection.scalars(select(calls.c.call_id)).all() == ["live-7"]

    def test_does_not_keep_what_was_erased_on_request_and_says_so(self, keeping: StoreKeeping) -> None:
        keeper = talked(keeping.of_call("live-9", WIRE), 1.0)
        keeper.keep(saved_call(9).analysis, ())
        shelf = keeping._shelf
        erase_call(Steward(shelf.database, shelf.places, "anna", Pace()), "live-9")
        why = talked(keeping.of_call("live-9", WIRE), 1.0).keep(saved_call(9).analysis, ())
        assert why.startswith("the call is not kept in the store: call live-9 was erased on request on ")
        assert keeping.waiting == 0
        assert talked(keeping.of_call("live-9", WIRE), 2.0).keep(saved_call(9).analysis, ()) == ""  # another call

    def test_does_not_keep_what_is_too_old_to_stay(self, keeping: StoreKeeping) -> None:
        info = replace(saved_call(9).analysis.info, started_at=datetime(1900, 1, 1, tzinfo=UTC))
        why = keeping.of_call("live-9", WIRE).keep(analysis_of(9, 3, info), ())
        assert "began 1900-01-01, and calls stay 36500 days" in why

    def test_waits_for_a_table_that_is_written_anew_in_memory(self, keeping: StoreKeeping) -> None:
        with keeping._shelf.database.engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE utterances")
            why = keeping.of_call("live-9", WIRE).keep(saved_call(9).analysis, ())
        assert why.startswith("the call is not in the store yet, and is tried again while the server runs: ")
        assert "LockNotAvailable" in why
        keeping._retry()
        assert load_call(keeping._shelf.database, "live-9").source == "live"

    def test_has_withdrawn_calls_settled(self, keeping: StoreKeeping) -> None:
        keeper = keeping.of_call("live-9", WIRE)
        keeper.keep(saved_call(9).analysis, ())
        assert not keeping._shelf.database.run(has_unfinished)
        withdraw(keeper)
        assert keeping._settling._set is not None
        assert keeping._shelf.database.run(has_unfinished)
        keeping._settling._ring()
        assert not keeping._shelf.database.run(has_unfinished)

    def test_shows_a_call_and_remembers_who_asked(self, keeping: StoreKeeping) -> None:
        keeping.of_call("live-8", WIRE).keep(saved_call(8).analysis, ())
        shown = keeping.look("live-8")
        assert shown is not None
        assert shown.info.customer is None  # only a pseudonym is kept
        assert keeping.look("live-9") is None
        with keeping._shelf.database.engine.connect() as connection:
            (act,) = acts_about(connection, ["live-8", "live-9"])
        assert (act.action, act.who, act.call_id) == ("look", "api key", "live-8")
        assert act.pseudonym is not None

    def test_gets_what_waited_when_it_is_there_again(self, keeping: StoreKeeping) -> None:
        call = saved_call(6)
        keeping._wait(_Ended(call))
        assert keeping.close() == 0
        assert load_call(keeping._shelf.database, "call-6").source == "recording"
