"""A withdrawal of consent reaches the store, now or after the next start, and nothing but the call that it is about."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.api.kept_calls import WIRE, scored, settings_below, talked, withdraw
from tests.store.made_calls import saved_call, with_originals

from stimmung.api.keepers import KeepingCounts
from stimmung.api.keeping import StoreKeeping, open_keeping
from stimmung.speech.settings import Settings
from stimmung.store.calls import load_call, save_call
from stimmung.store.content import hash_live
from stimmung.store.removal.withdrawal_register import FOLDER, WithdrawalRegister
from stimmung.store.schema import calls


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_below(tmp_path)


@pytest.fixture
def keeping(settings: Settings) -> Iterator[StoreKeeping]:
    """The true store, on a server of its own."""
    with open_keeping(settings, lambda _line: None) as found:
        yield found


@pytest.mark.slow
class TestAWithdrawalFromTheStore:
    def test_that_finds_a_table_written_anew_waits_on_the_disk_and_is_done_by_the_next_start(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        with open_keeping(settings, lambda _line: None) as keeping:
            keeper = keeping.of_call("live-3", WIRE)
            keeper.keep(saved_call(3).analysis, ())
            with keeping._shelf.database.engine.begin() as connection:
                connection.exec_driver_sql("LOCK TABLE utterances")
                assert not withdraw(keeper)
            assert keeping.counts() == KeepingCounts(withdrawals_waiting=1)
            assert len(promises(settings)) == 1
            assert scored(load_call(keeping._shelf.database, "live-3").analysis)
            keeping._withdrawals._waiting.clear()  # as if it had been killed
        assert "a withdrawal waits for the store: StoreError: " in caplog.text
        with open_keeping(settings, lambda _line: None) as keeping:
            assert not scored(load_call(keeping._shelf.database, "live-3").analysis)
            assert keeping._settling._set is not None
        assert promises(settings) == []

    def test_waits_however_many_calls_come_after_it(
        self, keeping: StoreKeeping, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("stimmung.api.keeping.MOST_WAITING", 2)
        database = keeping._shelf.database
        keeper = keeping.of_call("live-3", WIRE)
        keeper.keep(saved_call(3).analysis, ())
        with database.engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE utterances")
            withdraw(keeper)
            for number in range(4, 8):
                keeping.of_call(f"live-{number}", WIRE).keep(saved_call(number).analysis, ())
        assert keeping.counts() == KeepingCounts(calls_waiting=2, withdrawals_waiting=1, calls_lost=2)
        keeping._retry()
        assert not scored(load_call(database, "live-3").analysis)
        assert keeping.counts() == KeepingCounts(calls_lost=2)

    def test_that_comes_before_the_call_is_kept_leaves_nothing_scored_to_keep(
        self, keeping: StoreKeeping, settings: Settings
    ) -> None:
        keeper = talked(keeping.of_call("live-3", WIRE), 1.0)
        assert withdraw(keeper)
        assert promises(settings) == []
        assert keeper.keep(with_originals(saved_call(3)).analysis, with_originals(saved_call(3)).originals) == ""
        kept = load_call(keeping._shelf.database, "live-3")
        assert not scored(kept.analysis)
        assert not kept.has_originals
        keeping._sounds.close()
        assert load_call(keeping._shelf.database, "live-3").audio is None

    def test_is_forgotten_once_it_is_carried_out(self, keeping: StoreKeeping, settings: Settings) -> None:
        keeper = keeping.of_call("live-3", WIRE)
        keeper.keep(saved_call(3).analysis, ())
        keeper.revoke()
        keeper.promise()
        assert len(promises(settings)) == 1
        assert keeper.withdraw()
        assert promises(settings) == []

    def test_leaves_the_recording_that_took_the_calls_place(
        self, keeping: StoreKeeping, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        shelf = keeping._shelf
        keeper = keeping.of_call("call-3", WIRE)
        keeper.keep(saved_call(3).analysis, ())
        assert save_call(shelf.database, shelf.places, saved_call(3)).outcome == "replaced"
        assert withdraw(keeper)
        kept = load_call(shelf.database, "call-3")
        assert kept.source == "recording"
        assert scored(kept.analysis)
        assert "what is kept under this id by now is not what was heard" in caplog.text
        with shelf.database.engine.connect() as connection:
            assert connection.scalars(select(calls.c.call_id)).all() == ["call-3"]
        assert keeping.withdraw_call("call-3") == "recording"
        assert scored(load_call(shelf.database, "call-3").analysis)
        assert promises(settings) == []

    def test_of_a_call_that_the_server_forgot_finds_it_by_its_id(self, keeping: StoreKeeping) -> None:
        shelf = keeping._shelf
        for call_id, number in (("live-3", 3), ("live-4", 4)):
            keeping.of_call(call_id, WIRE).keep(saved_call(number).analysis, ())
        before = load_call(shelf.database, "live-3")
        assert keeping.withdraw_call("live-6") == "unknown"
        assert keeping.withdraw_call("live-3") == "withdrawn"
        after = load_call(shelf.database, "live-3")
        assert not scored(after.analysis)
        assert before.customer is not None
        assert after.customer == before.customer
        with shelf.database.engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE utterances")
            keeping.of_call("live-5", WIRE).keep(saved_call(5).analysis, ())  # it waits
            assert keeping.withdraw_call("live-5") == "withdrawn"
            assert keeping.withdraw_call("live-4") == "withdrawn"
            # Of the one that waits there is nothing in the store, and what waits is bare already.
            assert keeping.counts() == KeepingCounts(calls_waiting=1, withdrawals_waiting=1)
        keeping._retry()
        assert not any(scored(load_call(shelf.database, f"live-{number}").analysis) for number in (4, 5))
        assert keeping.counts() == KeepingCounts()

    def test_by_an_id_that_was_taken_finds_whatever_came_with_it(self, keeping: StoreKeeping) -> None:
        shelf = keeping._shelf
        assert save_call(shelf.database, shelf.places, saved_call(3)).call_id == "call-3"
        for seconds in (1.0, 2.0):
            talked(keeping.of_call("call-3", WIRE), seconds).keep(saved_call(3).analysis, ())
        with shelf.database.engine.connect() as connection:
            ids = connection.scalars(select(calls.c.call_id).order_by(calls.c.id)).all()
        assert [one[:7] for one in ids] == ["call-3", "call-3-", "call-3-"]
        assert keeping.withdraw_call("call-3") == "withdrawn"
        assert [scored(load_call(shelf.database, one).analysis) for one in ids] == [True, False, False]

    def test_of_a_call_that_was_lost_holds_when_it_is_sent_again(self, settings: Settings) -> None:
        with open_keeping(settings, lambda _line: None) as keeping:
            first = talked(keeping.of_call("live-3", WIRE), 1.0)
            first._content = hash_live("live-3", first._sound.digest)  # killed before it was kept
            first.promise()
            first.forget()
        with open_keeping(settings, lambda _line: None) as keeping:
            talked(keeping.of_call("live-3", WIRE), 1.0).keep(saved_call(3).analysis, ())
            assert not scored(load_call(keeping._shelf.database, "live-3").analysis)
            keeping._sounds.close()
            assert load_call(keeping._shelf.database, "live-3").audio is None

    def test_of_a_call_that_nobody_keeps_yet_stays_noted_for_a_day(self, settings: Settings) -> None:
        """Another server of the same folder may be about to keep it."""
        content = "a" * 64
        data_dir = settings.store.data_dir
        assert data_dir is not None
        data_dir.mkdir(0o700)
        for age, left in ((0.0, [content]), (90_000.0, [])):
            WithdrawalRegister(data_dir).promise(content)
            noted = time.time() - age
            os.utime(data_dir / FOLDER / content, (noted, noted))
            with open_keeping(settings, lambda _line: None):
                assert promises(settings) == left


def promises(settings: Settings) -> list[str]:
    """Return the contents of calls that were withdrawn and are not known to be erased."""
    assert settings.store.data_dir is not None
    return [one.content_hash for one in WithdrawalRegister(settings.store.data_dir).promises()]


# Keeps a call; withdraws consent while another has its tables, and says so as soon as that may be answered.
KILLED = """
import sys, threading
from pathlib import Path
from tests.api.kept_calls import WIRE, settings_below
from tests.store.made_calls import saved_call
from stimmung.api.keeping import open_keeping

with open_keeping(settings_below(Path(sys.argv[1])), lambda _line: None) as keeping:
    keeper = keeping.of_call("live-3", WIRE)
    keeper.keep(saved_call(3).analysis, ())
    with keeping._shelf.database.engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE utterances")
        keeper.revoke()
        keeper.promise()
        print("answered", flush=True)
        keeper.withdraw()
        threading.Event().wait()
"""


@pytest.mark.slow
def test_a_server_that_is_killed_after_its_answer_loses_no_withdrawal(settings: Settings, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "answered\n"
        process.kill()
    with open_keeping(settings, lambda _line: None) as keeping:
        assert not scored(load_call(keeping._shelf.database, "live-3").analysis)
    assert promises(settings) == []
