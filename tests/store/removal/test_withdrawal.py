"""After consent was withdrawn, what was found out about the caller is in no file of the database any more."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from tests.store.made_calls import places_below, saved_call, with_originals
from tests.store.server_users import until
from tests.store.traces import traces

from stimmung.calls.erasure import withdraw_consent
from stimmung.speech.errors import StoreError
from stimmung.speech.records import Reason
from stimmung.store.calls import load_call, save_call, withdraw_call
from stimmung.store.database import Database
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.maintenance import Steward, alone
from stimmung.store.pace import Pace
from stimmung.store.records import SavedCall
from stimmung.store.removal.deletion import Finished, has_unfinished
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


def test_who_finds_another_process_at_it_says_that_it_is_not_done(steward: Steward) -> None:
    save_call(steward.database, steward.places, judged(1))
    save_call(steward.database, steward.places, withdrawn(judged(1)))
    with alone(steward):
        assert settle_erasures(steward) == Finished(left_to_others=True)
    assert unfinished(steward)
    assert not settle_erasures(steward).left_to_others
    assert not unfinished(steward)


def test_a_server_that_goes_away_meanwhile_is_an_error_of_the_store(steward: Steward) -> None:
    save_call(steward.database, steward.places, judged(1))
    save_call(steward.database, steward.places, withdrawn(judged(1)))

    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, psycopg.OperationalError("server closed the connection"))

    event.listen(steward.database.engine, "engine_connect", gone)
    with pytest.raises(StoreError, match="closed the connection"), alone(steward):
        pytest.fail("nobody keeps others out")
    event.remove(steward.database.engine, "engine_connect", gone)


def test_it_takes_scores_sound_and_originals_and_leaves_words_and_whose_call_it_is(steward: Steward) -> None:
    made = replace(judged(1), audio=b"sound", source="live")
    save_call(steward.database, steward.places, made)
    before = load_call(steward.database, "call-1")
    assert before.customer is not None
    for _ in range(2):
        assert withdraw_call(steward.database, steward.places, made.content_hash)
        left = load_call(steward.database, "call-1")
        assert (left.customer, left.agent, left.source) == (before.customer, before.agent, "live")
        assert (left.audio, left.has_originals, left.analysis.info.consent) == (None, False, "withdrawn")
        assert not any(one.distress or one.text_emotion for one in left.analysis.utterances)
        assert [one.text for one in left.analysis.utterances] == [one.text for one in before.analysis.utterances]
        assert replace(left.analysis, utterances=()) == replace(withdraw_consent(before.analysis), utterances=())
    assert not [path for path in steward.places.audio.rglob("*") if path.is_file()]
    assert unfinished(steward)
    assert not withdraw_call(steward.database, steward.places, "0" * 64)


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


@pytest.mark.parametrize("content_hash", [saved_call(1).content_hash, "f" * 64])
def test_no_later_analysis_and_no_recording_of_the_call_brings_anything_back(
    steward: Steward, content_hash: str, caplog: pytest.LogCaptureFixture
) -> None:
    live = replace(judged(1), audio=b"sound", source="live")
    save_call(steward.database, steward.places, live)
    withdraw_call(steward.database, steward.places, live.content_hash)
    again = replace(with_originals(judged(1), "as it was said"), audio=b"other", content_hash=content_hash)
    for outcome in ("replaced", "same"):
        assert save_call(steward.database, steward.places, again).outcome == outcome
        left = load_call(steward.database, "call-1")
        assert (left.source, left.content_hash) == ("recording", content_hash)
        assert (left.audio, left.has_originals, left.analysis.info.consent) == (None, False, "withdrawn")
        assert not any(one.distress or one.text_emotion for one in left.analysis.utterances)
        assert not [path for path in steward.places.audio.rglob("*") if path.is_file()]
    assert "call call-1: its consent was withdrawn" in caplog.text
