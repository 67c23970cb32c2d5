"""After consent was withdrawn, what was found out about the caller is in no file of the database any more."""

from dataclasses import replace

import pytest
from tests.store.made_calls import places_below, saved_call
from tests.store.server_users import until
from tests.store.traces import traces

from stimmung.calls.erasure import withdraw_consent
from stimmung.speech.records import Reason
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.records import SavedCall
from stimmung.store.removal.deletion import has_unfinished
from stimmung.store.removal.erasure import settle_erasures

FOUND = "zwiebelfisch"  # a reason that nobody said: it goes with the scores


@pytest.fixture
def steward(embedded_database: Database) -> Steward:
    return Steward(embedded_database, places_below(embedded_database.data_dir), "anna", Pace())


def judged(number: int) -> SavedCall:
    """Return a call with a reason by which it is found."""
    made = saved_call(number)
    said = list(made.analysis.utterances)
    score = said[1].distress
    assert score is not None
    said[1] = replace(said[1], distress=replace(score, reasons=(Reason("words", FOUND, "", 5.0),)))
    return replace(made, analysis=replace(made.analysis, utterances=tuple(said)))


def withdrawn(call: SavedCall) -> SavedCall:
    return replace(call, analysis=withdraw_consent(call.analysis), originals=(), audio=None)


def unfinished(steward: Steward) -> bool:
    return steward.database.run(has_unfinished)


def test_it_is_due_with_the_withdrawal_and_done_by_whoever_opens_the_store(
    steward: Steward, embedded: EmbeddedServer
) -> None:
    save_call(steward.database, steward.places, judged(1))
    save_call(steward.database, steward.places, withdrawn(judged(1)))
    assert unfinished(steward)
    until(lambda: traces(embedded.folder, FOUND) != [])  # the server writes a moment after it has said that it did
    settle_erasures(steward)
    assert not unfinished(steward)
    assert traces(embedded.folder, FOUND) == []
    left = load_call(steward.database, "call-1").analysis
    assert len(left.utterances) == 6
    assert not any(one.distress or one.text_emotion for one in left.utterances)


def test_other_changes_are_not_so_urgent(steward: Steward) -> None:
    save_call(steward.database, steward.places, judged(1))
    save_call(steward.database, steward.places, saved_call(1))
    assert not unfinished(steward)
    save_call(steward.database, steward.places, withdrawn(saved_call(2)))  # never kept otherwise
    assert not unfinished(steward)
    save_call(steward.database, steward.places, withdrawn(saved_call(1)))
    settle_erasures(steward)
    shorter = withdrawn(saved_call(1))
    shorter = replace(shorter, analysis=replace(shorter.analysis, utterances=shorter.analysis.utterances[:3]))
    assert save_call(steward.database, steward.places, shorter).outcome == "replaced"
    assert not unfinished(steward)
