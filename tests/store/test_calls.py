"""Calls in the database: kept once, whole, and given back as they were, whatever was said in them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, func, select, text, update
from tests.store.made_calls import (
    DEPLOYMENT,
    places_below,
    policy,
    saved_call,
    with_info,
    with_originals,
    with_policy,
    with_words,
)

from stimmung.calls.records import CallAnalysis, CallerDistress, Deployment, DistressPeak
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo, Samples, Utterance
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.records import SavedCall
from stimmung.store.schema import METADATA, calls, parties, utterances

EMBEDDED_AND_DEBIAN = ["embedded", pytest.param("debian", marks=[pytest.mark.slow, pytest.mark.needs("pg_ctlcluster")])]


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


def kept_of(saved: SavedCall) -> CallAnalysis:
    """Return what the store should give back: no voice features, no customer, no agent's name."""
    analysis = saved.analysis
    call_id = analysis.info.call_id or saved.content_hash[:16]
    info = replace(analysis.info, call_id=call_id, customer=None, agent=None)
    return replace(
        analysis, info=info, utterances=tuple(replace(one, voice_features=None) for one in analysis.utterances)
    )


def same(one: CallAnalysis, other: CallAnalysis) -> bool:
    """Say whether two analyses are equal; utterances and scores hold arrays and are compared by what they hold."""
    return plain(one) == plain(other)


def plain(analysis: CallAnalysis) -> object:
    return replace(analysis, utterances=()), [plain_utterance(one) for one in analysis.utterances]


def plain_utterance(one: Utterance) -> object:
    vector = None if one.text_vector is None else (str(one.text_vector.dtype), one.text_vector.tolist())
    scores = [
        {name: getattr(score, name) for name in score.__slots__} if score else None
        for score in (one.text_emotion, one.voice_emotion)
    ]
    names = set(one.__slots__) - {"text_vector", "text_emotion", "voice_emotion"}
    return {name: getattr(one, name) for name in names}, vector, scores


def with_vector(saved: SavedCall, place: int, vector: Samples) -> SavedCall:
    """Return the call with another sentence vector."""
    said = list(saved.analysis.utterances)
    said[place] = replace(said[place], text_vector=vector)
    return replace(saved, analysis=replace(saved.analysis, utterances=tuple(said)))


def count(database: Database) -> dict[str, int]:
    """Return how many rows each table has."""

    def counted(connection: Connection) -> dict[str, int]:
        tables = METADATA.tables.values()
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }

    return database.run(counted)


def test_a_call_comes_back_as_it_was_saved(database: Database, places: Places) -> None:
    saved = saved_call(3)
    result = save_call(database, places, saved)
    assert (result.call_id, result.outcome, result.new) == ("call-3", "new", True)
    found = load_call(database, "call-3")
    assert same(found.analysis, kept_of(saved))
    assert (found.content_hash, found.source, found.provenance) == (saved.content_hash, "recording", saved.provenance)
    assert found.saved_at == found.changed_at
    assert found.audio is None
    assert not found.has_originals


def test_vectors_come_back_and_voice_features_are_nowhere(database: Database, places: Places) -> None:
    saved = saved_call()
    save_call(database, places, saved)
    before, after = saved.analysis.utterances[1], load_call(database, "call-0").analysis.utterances[1]
    assert before.text_vector is not None
    assert after.text_vector is not None
    assert after.text_vector.dtype == np.float32
    assert np.array_equal(before.text_vector, after.text_vector)
    assert after.voice_features is None
    assert not any("feature" in column.name for table in METADATA.tables.values() for column in table.columns)


def test_a_call_about_which_nothing_is_known_has_an_id_of_its_content(database: Database, places: Places) -> None:
    bare = CallAnalysis("x.wav", 1.0, 1, "", CallInfo(), (), (), ())
    saved = replace(saved_call(), analysis=bare)
    result = save_call(database, places, saved)
    assert result.call_id == saved.content_hash[:16]
    assert same(load_call(database, result.call_id).analysis, kept_of(saved))
    assert not places.secret.exists()  # nobody to make a pseudonym of


def test_what_was_saved_already_is_left_alone(database: Database, places: Places) -> None:
    saved = saved_call(1)
    save_call(database, places, saved)
    before = load_call(database, "call-1")
    result = save_call(database, places, saved)
    assert (result.outcome, result.new) == ("same", False)
    assert load_call(database, "call-1").changed_at == before.changed_at
    assert count(database)["calls"] == 1


def test_a_recording_analysed_anew_takes_the_old_ones_place(database: Database, places: Places) -> None:
    first = saved_call(1, utterances=8)
    save_call(database, places, first)
    newer = replace(saved_call(1, utterances=4), provenance=replace(first.provenance, version="9.9"))
    assert save_call(database, places, newer).outcome == "replaced"
    found = load_call(database, "call-1")
    assert same(found.analysis, kept_of(newer))
    assert found.provenance.version == "9.9"
    assert found.saved_at < found.changed_at
    rows = count(database)
    assert (rows["calls"], rows["utterances"], rows["utterance_vectors"], rows["parties"]) == (1, 4, 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda saved: with_words(saved, "other words were said"),
        lambda saved: with_info(saved, replace(saved.analysis.info, consent="withdrawn")),
        lambda saved: with_info(saved, replace(saved.analysis.info, customer="somebody else")),
        lambda saved: with_info(saved, replace(saved.analysis.info, customer=None)),
        lambda saved: with_info(saved, replace(saved.analysis.info, agent="Agent Eight")),
        lambda saved: with_info(saved, replace(saved.analysis.info, metadata={"ticket": 2})),
        lambda saved: with_policy(saved, policy("refused")),
        lambda saved: with_originals(saved, "as it was said"),
        lambda saved: with_vector(saved, 1, np.ones(4, np.float32)),
        lambda saved: replace(saved, audio=b"OggS"),
        lambda saved: replace(saved, provenance=replace(saved.provenance, settings={})),
    ],
)
def test_whatever_differs_is_written(
    database: Database, places: Places, change: Callable[[SavedCall], SavedCall]
) -> None:
    saved = saved_call(1)
    save_call(database, places, saved)
    changed = change(saved)
    assert save_call(database, places, changed).outcome == "replaced"
    assert save_call(database, places, changed).outcome == "same"
    assert same(load_call(database, "call-1").analysis, kept_of(changed))


def test_another_recording_under_the_same_id_is_refused_and_both_are_named(database: Database, places: Places) -> None:
    saved = saved_call(1)
    save_call(database, places, saved)
    other = replace(saved_call(2), content_hash="f" * 64)
    other = with_info(other, replace(other.analysis.info, call_id="call-1"))
    with pytest.raises(StoreError, match=rf"call-1.*{saved.content_hash[:12]}.*ffffffffffff.*erase --call call-1"):
        save_call(database, places, other)
    assert same(load_call(database, "call-1").analysis, kept_of(saved))


def test_the_recording_takes_the_place_of_what_was_heard_live(database: Database, places: Places) -> None:
    live = replace(saved_call(1, utterances=2), source="live")
    save_call(database, places, live)
    recording = replace(saved_call(1), content_hash="e" * 64)
    assert save_call(database, places, recording).outcome == "replaced"
    found = load_call(database, "call-1")
    assert (found.source, found.content_hash) == ("recording", "e" * 64)
    with pytest.raises(StoreError, match="another recording"):  # and never the other way
        save_call(database, places, live)


def test_many_who_save_the_same_call_at_once_save_it_once(database: Database, places: Places) -> None:
    saved, gate = saved_call(1), threading.Barrier(6)

    def save(_: int) -> str:
        gate.wait()
        return save_call(database, places, saved).outcome

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(save, range(6)))
    assert outcomes == ["new", *["same"] * 5]
    assert count(database)["utterances"] == len(saved.analysis.utterances)


def test_newer_and_older_saved_at_once_leave_one_of_them_whole(database: Database, places: Places) -> None:
    versions = [saved_call(1, utterances=2 + 2 * number) for number in range(5)]
    gate = threading.Barrier(len(versions))

    def save(saved: SavedCall) -> None:
        gate.wait()
        save_call(database, places, saved)

    with ThreadPoolExecutor(len(versions)) as pool:
        list(pool.map(save, versions))
    found = load_call(database, "call-1").analysis
    assert any(same(found, kept_of(saved)) for saved in versions)


def test_a_call_is_seen_whole_while_it_is_replaced(database: Database, places: Places) -> None:
    versions = [saved_call(1, utterances=2), saved_call(1, utterances=30)]
    save_call(database, places, versions[0])
    done = threading.Event()

    def replace_often() -> None:
        for number in range(1, 21):
            save_call(database, places, versions[number % 2])
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(replace_often)
        while not done.is_set():
            found = load_call(database, "call-1").analysis
            assert found.duration == 5.0 * len(found.utterances) + 3.0
        writer.result()


def test_nul_and_lone_surrogates_become_replacement_characters(database: Database, places: Places) -> None:
    bad, good = "a\0b\ud83d", "a�b�"
    saved = with_words(saved_call(1), f"{bad} {bad}", bad)
    info = replace(saved.analysis.info, call_id=bad, customer=bad, agent=bad, queue=bad, metadata={bad: [bad]})
    saved = with_info(saved, info)
    saved = replace(saved, analysis=replace(saved.analysis, path=bad))
    assert save_call(database, places, saved).call_id == good
    for call_id in (bad, good):
        found = load_call(database, call_id).analysis
        assert found.utterances[0].text == f"{good} {good}"
        assert [word.text for word in found.utterances[0].words] == [good, good]
        assert (found.path, found.info.queue, found.info.metadata) == (good, good, {good: [good]})
    assert save_call(database, places, saved).outcome == "same"


def test_numbers_that_are_none_come_back(database: Database, places: Places) -> None:
    saved = saved_call(1)
    first = replace(saved.analysis.utterances[0], level=float("-inf"))
    assert saved.analysis.metrics is not None
    metrics = replace(saved.analysis.metrics, overlap_seconds=float("inf"))
    odd = replace(saved.analysis, utterances=(first, *saved.analysis.utterances[1:]), metrics=metrics)
    save_call(database, places, replace(saved, analysis=odd))
    found = load_call(database, "call-1").analysis
    assert found.utterances[0].level == float("-inf")
    assert found.metrics == metrics


def test_figures_to_filter_by_agree_with_the_records(database: Database, places: Places) -> None:
    saved = saved_call(1)
    save_call(database, places, saved)
    row = database.run(lambda connection: connection.execute(select(calls)).one())
    worst, course, metrics = saved.analysis.distress[0], saved.analysis.course[0], saved.analysis.metrics
    assert metrics is not None
    assert worst.peak is not None
    assert (row.distress_state, row.distress_score) == (worst.state, worst.score)
    assert (row.distress_peak_state, row.distress_peak_score) == (worst.peak.state, worst.peak.score)
    assert (row.mood, row.mood_score, row.mood_end) == (course.label, course.score, course.end)
    assert (row.silence_seconds, row.hold_seconds, row.overlap_seconds) == (11.0, 15.0, 0.0)
    talk = database.run(lambda connection: connection.execute(select(parties).order_by(parties.c.channel)).all())
    assert [(one.role, one.talk_share, one.interruptions) for one in talk] == [
        (party.role, party.talk_share, party.interruptions) for party in metrics.parties
    ]


def test_of_several_callers_the_one_who_is_worst_off_is_found(database: Database, places: Places) -> None:
    saved = saved_call(1)
    calm = CallerDistress(0, "", 0.9, "calm", "steady", (), DistressPeak(0.9, "uneasy", 1.0))
    urgent = CallerDistress(1, "", 0.2, "urgent", "steady", (), DistressPeak(0.3, "urgent", 2.0))
    unknown = CallerDistress(2, "", None, "unknown", "steady")
    several = replace(saved.analysis, distress=(calm, urgent, unknown), course=())
    save_call(database, places, replace(saved, analysis=several))
    row = database.run(lambda connection: connection.execute(select(calls)).one())
    assert (row.distress_state, row.distress_score) == ("urgent", 0.2)
    assert (row.distress_peak_state, row.distress_peak_score) == ("urgent", 0.3)
    assert row.mood is None


def test_words_lie_in_one_place(database: Database, places: Places) -> None:
    saved = with_words(saved_call(1), "one two  three", "last")
    said = list(saved.analysis.utterances)
    said[1] = replace(said[1], words=said[0].words)  # words that are not the text cut at blanks
    saved = replace(saved, analysis=replace(saved.analysis, utterances=tuple(said)))
    save_call(database, places, saved)
    query = select(utterances.c.word_texts).order_by(utterances.c.number)
    texts = database.run(lambda connection: connection.scalars(query).all())
    assert texts[0] is None
    assert texts[1] == ["one", "two", "", "three"]
    assert same(load_call(database, "call-1").analysis, kept_of(saved))


def test_calls_share_their_rules_and_provenance(database: Database, places: Places) -> None:
    for number in range(4):
        save_call(database, places, saved_call(number))
    rows = count(database)
    assert (rows["calls"], rows["provenances"], rows["rulings"]) == (4, 1, 2)


def test_the_customers_key_and_the_agents_name_are_nowhere(database: Database, places: Places) -> None:
    saved = saved_call(1)
    save_call(database, places, saved)
    found = load_call(database, "call-1")
    assert found.customer is not None
    assert found.agent is not None
    assert found.customer.value != found.agent.value
    for table in METADATA.sorted_tables:
        query = text(f'SELECT row::text FROM "{table.name}" AS row')
        content = str(database.run(lambda connection: connection.scalars(query).all()))  # noqa: B023 run at once
        assert "customer-1" not in content
        assert "Seven" not in content


def test_the_agents_name_is_kept_where_a_works_agreement_permits_it(database: Database, places: Places) -> None:
    agreed = policy(deployment=replace(DEPLOYMENT, works_agreement="agreement of 1 March"))
    save_call(database, places, with_policy(saved_call(1), agreed))
    assert load_call(database, "call-1").analysis.info.agent == "Agent Seven"


def test_a_call_that_goes_takes_everything_with_it(database: Database, places: Places) -> None:
    save_call(database, places, with_originals(saved_call(1), "as it was said"))
    database.run(lambda connection: connection.execute(calls.delete()))
    left = {name for name, rows in count(database).items() if rows}
    assert left == {"provenances", "rulings", "pseudonym_keys"}


def test_a_call_that_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(StoreError, match="no call with the id nowhere is kept"):
        load_call(database, "nowhere")


def test_an_id_that_is_too_long_is_refused(database: Database, places: Places) -> None:
    saved = saved_call(1)
    with pytest.raises(StoreError, match="has 501 characters; 500 are the most"):
        save_call(database, places, with_info(saved, replace(saved.analysis.info, call_id="ä" * 501)))
    long = with_info(saved, replace(saved.analysis.info, call_id="ä" * 500))
    assert save_call(database, places, long).new


def test_what_the_rules_forbid_is_refused(database: Database, places: Places) -> None:
    redacted_only = policy(deployment=replace(DEPLOYMENT, keep_original=False))
    for report in (redacted_only, policy("refused"), None):
        with pytest.raises(StoreError, match="keep the words as they were said"):
            save_call(database, places, with_originals(with_policy(saved_call(1), report), "said"))
    for report in (policy("unknown", Deployment()), policy("withdrawn"), None):
        with pytest.raises(StoreError, match="keep its sound"):
            save_call(database, places, replace(with_policy(saved_call(1), report), audio=b"OggS"))
    assert count(database)["calls"] == 0
    assert not places.audio.exists()


# Not through the proxy that stands in for TLS: what it does with a session that was cut is its own.
@pytest.mark.parametrize("database", EMBEDDED_AND_DEBIAN, indirect=True)
def test_a_connection_lost_in_the_middle_costs_nothing(database: Database, places: Places) -> None:
    """The server ends the session while rows are copied: the work is done again, and once."""
    saved = saved_call(1, utterances=30)

    def cut(connection: Connection) -> None:
        victims = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{victims} AND pid <> pg_backend_pid()"))

    with ThreadPoolExecutor(1) as pool:
        for number in range(8):
            saved = replace(saved, analysis=replace(saved.analysis, duration=float(number)))
            job = pool.submit(save_call, database, places, saved)
            database.run(cut)
            assert job.result().call_id == "call-1"
    assert count(database)["utterances"] == 30
    assert load_call(database, "call-1").analysis.duration == 7.0


def test_errors_do_not_quote_what_was_said(database: Database, places: Places, tmp_path: Path) -> None:
    saved = with_words(saved_call(1), "the secret word")
    database.run(lambda connection: connection.execute(text("ALTER TABLE utterances ADD CHECK (text = '')")))
    with pytest.raises(StoreError) as caught:
        save_call(database, places, saved)
    error: BaseException | None = caught.value
    while error is not None:
        assert "secret" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert count(database)["calls"] == 0


def test_an_older_stimmungs_row_takes_defaults_and_a_newer_ones_is_read(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    change = update(calls).values(omitted=[{"what": "a", "why": "b", "unheard_of": 1}])
    database.run(lambda connection: connection.execute(change))
    omission = load_call(database, "call-1").analysis.omitted[0]
    assert (omission.what, omission.why, omission.remedy) == ("a", "b", "")
