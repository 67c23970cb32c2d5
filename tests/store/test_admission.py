"""Who was erased on request, or is too old to stay, is not kept again unasked; whoever is kept may be replaced."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from tests.store.made_calls import STARTED, places_below, saved_call, with_info, with_words

from stimmung.speech.errors import StoreError
from stimmung.store.admission import USUAL, Admission, Candidate, why_not_kept
from stimmung.store.backups.backup import make_backup
from stimmung.store.backups.restore import RestoreOptions, restore_backup
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.pseudonyms import rotate_secret
from stimmung.store.records import SavedAs, SavedCall, Source
from stimmung.store.removal.deletion import forget_in_rows
from stimmung.store.removal.erasure import erase_call, erase_customer, settle_erasures
from stimmung.store.removal.erasure_register import forget_subjects, read_register, rewrite_register
from stimmung.store.removal.retention_rules import KeepDays, RetentionRules
from stimmung.store.schema import calls, erasures

RULES = RetentionRules(KeepDays(30, 90), {"complaints": KeepDays(7, 10)}, backup_days=30, audit_days=365)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
REFUSED = r"call call-1 was erased on request on \d{4}-\d\d-\d\d and is not kept again: .* --save-erased"


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


def keep(steward: Steward, call: SavedCall, admission: Admission = USUAL) -> SavedAs:
    return save_call(steward.database, steward.places, call, admission)


def candidate(call: SavedCall, source: Source = "recording") -> Candidate:
    info = call.analysis.info
    return Candidate(call.content_hash, info.call_id, source, info.queue, info.started_at)


def reason(steward: Steward, call: SavedCall, admission: Admission = USUAL) -> str:
    return why_not_kept(steward.database, steward.places.secret, candidate(call), admission)


def kept(steward: Steward) -> list[str]:
    return list(steward.database.run(lambda connection: connection.scalars(select(calls.c.call_id)).all()))


def at(moment: datetime) -> Admission:
    return Admission(RULES, now=lambda: moment)


class TestErasedOnRequest:
    @pytest.mark.parametrize("whose", ["call", "customer"])
    def test_a_recording_is_not_kept_again_unless_somebody_says_so(self, steward: Steward, whose: str) -> None:
        keep(steward, saved_call(1))
        assert reason(steward, saved_call(1)) == ""
        erase_call(steward, "call-1") if whose == "call" else erase_customer(steward, "customer-1")
        for again in (saved_call(1), with_words(saved_call(1), "newer words")):
            with pytest.raises(StoreError, match=REFUSED):
                keep(steward, replace(again, audio=b"OggS"))
            assert reason(steward, again) != ""
        assert kept(steward) == []
        assert list(steward.places.audio.glob("*/*")) == []
        assert keep(steward, saved_call(1), Admission(erased=True)).outcome == "new"
        assert keep(steward, saved_call(1)).outcome == "same"  # it is there now

    def test_nobody_else_is_refused(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        erase_call(steward, "call-1")
        other = saved_call(2)
        same_customer = with_info(other, replace(other.analysis.info, customer="customer-1"))
        assert reason(steward, same_customer) == ""
        assert keep(steward, same_customer).outcome == "new"

    def test_a_call_that_was_never_there_and_was_erased_may_come(self, steward: Steward) -> None:
        erase_call(steward, "call-1")
        assert keep(steward, saved_call(1)).outcome == "new"

    def test_the_recording_of_a_live_call_that_was_erased_is_known_by_the_id(self, steward: Steward) -> None:
        keep(steward, replace(saved_call(1), source="live"))
        erase_call(steward, "call-1")
        recording = replace(saved_call(1), content_hash="c" * 64)
        with pytest.raises(StoreError, match=REFUSED):
            keep(steward, recording)
        # Exchanges give ids again: another live call is not refused for that, and nobody could say that it counts.
        assert keep(steward, replace(recording, source="live")).outcome == "new"

    def test_a_call_without_an_id_is_known_by_its_recording(self, steward: Steward) -> None:
        nameless = with_info(saved_call(1), replace(saved_call(1).analysis.info, call_id=None))
        erase_call(steward, keep(steward, nameless).call_id)
        with pytest.raises(StoreError, match=f"call {nameless.content_hash[:16]} was erased"):
            keep(steward, nameless)

    def test_it_stays_known_when_whose_it_was_is_forgotten(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        erase_customer(steward, "customer-1")
        rewrite_register(steward.register, forget_subjects(read_register(steward.register), LATER))
        steward.database.run(lambda connection: forget_in_rows(connection, LATER, LATER))
        assert read_register(steward.register).erasures[0].subject is None
        assert reason(steward, saved_call(1)) != ""

    def test_it_stays_known_under_a_new_secret(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        erase_call(steward, "call-1")
        rotate_secret(steward.database, steward.places.secret)
        assert reason(steward, saved_call(1)) != ""

    def test_it_stays_known_after_an_older_backup_is_restored(self, steward: Steward) -> None:
        for number in (1, 2):
            keep(steward, saved_call(number))
        backup = make_backup(steward, STARTED).path
        erase_call(steward, "call-1")
        restore_backup(steward, backup, STARTED, RestoreOptions(force=True))
        steward.database.engine.dispose()
        assert kept(steward) == ["call-2"]
        with pytest.raises(StoreError, match=REFUSED):
            keep(steward, saved_call(1))

    def test_a_call_that_only_an_older_backup_had_is_known_from_then_on(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        backup = make_backup(steward, STARTED).path
        steward.database.run(lambda connection: connection.execute(delete(calls)))  # as retention would
        erase_customer(steward, "customer-1")
        assert reason(steward, saved_call(1)) == ""
        restore_backup(steward, backup, STARTED, RestoreOptions(force=True))
        steward.database.engine.dispose()
        assert kept(steward) == []
        assert reason(steward, saved_call(1)) != ""

    def test_a_database_that_was_copied_back_hears_it_from_the_register(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        erase_call(steward, "call-1")
        steward.database.run(lambda connection: connection.execute(delete(erasures)))
        settle_erasures(steward)
        assert reason(steward, saved_call(1)) != ""

    def test_nothing_that_is_kept_of_it_names_the_call(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        erase_call(steward, "call-1")
        (row,) = steward.database.run(lambda connection: connection.execute(select(erasures)).all())
        assert isinstance(row.detail, Mapping)
        for text in (repr(row.detail), steward.register.read_text()):
            assert "call-1" not in text
            assert saved_call(1).content_hash not in text
        assert len(row.detail["marks"]) == 2


class TestTooOld:
    def test_a_call_whose_days_are_over_is_not_kept(self, steward: Steward) -> None:
        call = saved_call(1)  # it began a minute after STARTED
        end = STARTED + timedelta(days=90, minutes=1)
        assert reason(steward, call, at(end - timedelta(seconds=1))) == ""
        refusal = "the call began 2026-03-01, and calls stay 90 days (retention.text_days): it is not kept"
        assert reason(steward, call, at(end)) == refusal
        with pytest.raises(StoreError, match="it is not kept"):
            keep(steward, call, at(end))
        assert kept(steward) == []

    def test_each_queue_has_its_own_days(self, steward: Steward) -> None:
        complaint = with_info(saved_call(1), replace(saved_call(1).analysis.info, queue="complaints"))
        assert "10 days (retention.queues)" in reason(steward, complaint, at(STARTED + timedelta(days=11)))

    def test_what_is_kept_is_replaced_all_the_same(self, steward: Steward) -> None:
        keep(steward, saved_call(1))
        late = at(STARTED + timedelta(days=100))
        newer = with_words(saved_call(1), "newer words")
        assert reason(steward, newer, late) == ""
        assert keep(steward, newer, late).outcome == "replaced"
        assert load_call(steward.database, "call-1").analysis.utterances[0].text == "newer words"

    def test_who_does_not_know_when_it_began_keeps_it(self, steward: Steward) -> None:
        timeless = with_info(saved_call(1), replace(saved_call(1).analysis.info, started_at=None))
        assert keep(steward, timeless, at(LATER)).outcome == "new"

    def test_sound_has_days_of_its_own(self) -> None:
        began = STARTED
        assert at(began + timedelta(days=30) - timedelta(seconds=1)).sound_too_old(None, began) == ""
        assert "sound stays 30 days (retention.audio_days)" in at(began + timedelta(days=30)).sound_too_old(None, began)
        assert "7 days (retention.queues)" in at(began + timedelta(days=8)).sound_too_old("complaints", began)
        assert Admission().sound_too_old(None, began) == ""
