"""Keeps calls, each in one transaction, once however often it comes; and gives them back as they were."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import (
    ARRAY,
    REAL,
    ColumnElement,
    Connection,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.policy import may_keep_audio, may_keep_original
from stimmung.calls.records import CallAnalysis
from stimmung.speech.errors import StoreError
from stimmung.speech.records import Consent, Utterance
from stimmung.store.admission import USUAL, Admission, Candidate, why_refused
from stimmung.store.audio_files import doom_audio, keep_audio, remove_doomed, remove_kept
from stimmung.store.call_rows import analysis_of, names_in, provenance_in
from stimmung.store.copying import copy_rows, half_vector
from stimmung.store.database import Database
from stimmung.store.drafts import Draft, drafted
from stimmung.store.json_records import clean
from stimmung.store.lasting import LastingError
from stimmung.store.originals import Envelope, seal_originals, store_originals
from stimmung.store.places import Places
from stimmung.store.pseudonyms import open_secret
from stimmung.store.records import Outcome, SavedAs, SavedCall, StoredAudio, StoredCall
from stimmung.store.removal.deletion import note_withdrawal
from stimmung.store.schema import (
    calls,
    original_keys,
    parties,
    provenances,
    rulings,
    utterance_vectors,
    utterances,
)
from stimmung.store.search.entries import IndexedCall, search_version, write_entries
from stimmung.store.secret import Pseudonym
from stimmung.store.utterance_rows import COLUMNS, AnyRow, ScoreNames, Values, utterance_of

# What is looked at of a call that is there already (Any: columns of many types).
KEPT: tuple[ColumnElement[Any], ...] = (
    calls.c.id,
    calls.c.call_id,
    calls.c.content_hash,
    calls.c.fingerprint,
    calls.c.source,
    calls.c.consent,
    calls.c.saved_at,
    calls.c.customer_pseudonym,
    calls.c.agent_pseudonym,
    calls.c.key_id,
    calls.c.audio_file,
)
SHARED = text("LOCK TABLE calls IN ROW EXCLUSIVE MODE")
WITHDRAWN: Final[Consent] = "withdrawn"
SAVING = 7_369_706_422  # seed of the hash that advisory locks are named by, ours by choice
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is kept of a call outside its own rows."""

    audio: StoredAudio | None
    envelope: Envelope | None
    analysis: CallAnalysis


@dataclass(frozen=True, slots=True)
class _Entrance:
    """Where a call is kept, and whether it is if it is new."""

    database: Database
    places: Places
    admission: Admission


@dataclass(frozen=True, slots=True)
class _Done:
    """What the transaction came to: `file` is the sound's that the call names now, `refusal` why nothing was done."""

    call_id: str
    outcome: Outcome
    file: str | None
    refusal: str = ""
    withdrawn: bool = False  # nothing was done either: what is kept of the call may hold no scores any more


def save_call(database: Database, places: Places, saved: SavedCall, admission: Admission = USUAL) -> SavedAs:
    """Keep a call in one transaction, and say whether it is new, replaces what was kept of it, or was there already.

    The same recording is the same call: analysed anew it takes the place of what was there, under the same id. A call
    that was heard live gives way to its recording of the same id. Where consent to the kept one was withdrawn, scores,
    sound and originals of `saved` are left out. Raises StoreError where another call has the id, where its rules forbid
    what is to be kept, where `admission` does not let it in, and for a database, file or key that cannot be used.
    """
    _refuse_forbidden(saved)
    draft = drafted(saved)
    # Before the transaction, and once: it may be done again after its commit was lost on the way.
    audio = keep_audio(places.audio, saved.audio) if saved.audio is not None else None
    envelope = seal_originals(places.originals_key, draft.call_id, saved.originals) if saved.originals else None
    beside = _Beside(audio, envelope, saved.analysis)
    entrance = _Entrance(database, places, admission)
    done = database.run(lambda connection: _save(connection, entrance, draft, beside))
    if audio and done.file != audio.file:
        remove_kept(places.audio, audio)
    if done.refusal:
        raise LastingError(done.refusal)
    if done.withdrawn:
        logger.warning("call %s: its consent was withdrawn, so that it is kept without scores and sound", done.call_id)
        left = replace(saved, analysis=withdraw_consent(saved.analysis), originals=(), audio=None)
        return save_call(database, places, left, admission)
    if done.outcome == "replaced":
        remove_doomed(database, places.audio)
    return SavedAs(done.call_id, done.outcome)


def withdraw_call(database: Database, places: Places, content_hash: str) -> bool:
    """Take out of a kept call what a withdrawal of consent takes: scores, sound, the words as they were said.

    Says whether the call is kept, under whichever id; whose it is stays known. Raises StoreError.
    """

    def work(connection: Connection) -> bool:
        connection.execute(SHARED)
        this = calls.c.content_hash == content_hash
        call_id = connection.scalar(select(calls.c.call_id).where(this))
        if call_id is None:
            return False
        _wait_for_others(connection, call_id)
        stored = _read(connection, this)
        if stored is None or stored.analysis.info.consent == WITHDRAWN:
            return stored is not None
        analysis = withdraw_consent(stored.analysis)
        draft = drafted(SavedCall(analysis, content_hash, stored.provenance, stored.source))
        entrance = _Entrance(database, places, USUAL)
        _save(connection, entrance, replace(draft, same_people=True), _Beside(None, None, analysis))
        return True

    found = database.run(work)
    if found:
        remove_doomed(database, places.audio)
    return found


def load_call(database: Database, call_id: str) -> StoredCall:
    """Return a call as it was kept. Raises StoreError where there is none of that id."""
    found = find_call(database, call_id)
    if found is None:
        raise StoreError(f"no call with the id {call_id} is kept here: it never was, or it was erased or is too old")
    return found


def find_call(database: Database, call_id: str) -> StoredCall | None:
    """Return a call as it was kept, None where there is none of that id. Raises StoreError for the database only."""
    return database.run(lambda connection: _load(connection, clean(call_id)))


def _refuse_forbidden(saved: SavedCall) -> None:
    policy = saved.analysis.policy
    if saved.originals and not may_keep_original(policy):
        raise LastingError("the call's rules forbid to keep the words as they were said (policy.keep_original)")
    if saved.audio is not None and not may_keep_audio(policy):
        raise LastingError("the call's rules forbid to keep its sound (see `keep_audio` in its policy)")


def _save(connection: Connection, entrance: _Entrance, draft: Draft, beside: _Beside) -> _Done:
    connection.execute(SHARED)  # behind an erasure that is under way, so that what it marks is seen below
    _wait_for_others(connection, draft.call_id)
    kept = connection.execute(
        select(*KEPT).where(or_(calls.c.call_id == draft.call_id, calls.c.content_hash == draft.content_hash))
    ).first()
    if kept is not None and (refusal := _other_call(draft, kept)):
        return _Done(kept.call_id, "same", kept.audio_file, refusal)
    if kept is not None and kept.consent == WITHDRAWN != draft.call["consent"]:
        return _Done(kept.call_id, "same", kept.audio_file, withdrawn=True)
    secret_file = entrance.places.secret
    if kept is None and (reason := why_refused(connection, secret_file, _candidate(draft), entrance.admission)):
        return _Done(draft.call_id, "new", None, reason)
    who, same_people = _pseudonym_values(connection, secret_file, draft, kept)
    if kept is not None and kept.fingerprint == draft.fingerprint and same_people:
        return _Done(kept.call_id, "same", kept.audio_file)
    _write_shared(connection, draft)
    version = search_version(entrance.database.words)
    values = {**draft.call, **who, **_own_values(draft, beside), "search_version": version}
    if kept is None:
        row = {**values, "call_id": draft.call_id}  # as a parameter: as part of the statement it is compiled each time
        number, saved_at = connection.execute(insert(calls).returning(calls.c.id, calls.c.saved_at), row).one()
    else:
        number, saved_at = kept.id, kept.saved_at
        _clear(connection, kept)
        if draft.call["consent"] == WITHDRAWN != kept.consent:  # what was scored goes from the files as well, soon
            note_withdrawal(connection)
        connection.execute(update(calls).where(calls.c.id == number).values(changed_at=func.now(), **values))
    _write_parts(connection, number, draft, beside)
    _write_index(
        connection, entrance.database, draft, IndexedCall(number, _began(draft, saved_at), draft.call, beside.analysis)
    )
    call_id = draft.call_id if kept is None else kept.call_id
    return _Done(call_id, "replaced" if kept else "new", beside.audio.file if beside.audio else None)


def _wait_for_others(connection: Connection, call_id: str) -> None:
    """Let only one process at a time write a call: the second waits here, and finds it done.

    A statement of its own, since one that also looked would look as things were before it waited.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(call_id, SAVING))))


def _candidate(draft: Draft) -> Candidate:
    queue, began = draft.call["queue"], draft.call["started_at"]
    return Candidate(
        draft.content_hash,
        draft.call_id,
        draft.source,
        queue if isinstance(queue, str) else None,
        began if isinstance(began, datetime) else None,
    )


def _other_call(draft: Draft, kept: AnyRow) -> str:
    """Return why the kept call is another one than this, nothing where it is the same."""
    if kept.content_hash == draft.content_hash or (kept.source, draft.source) == ("live", "recording"):
        return ""
    return (
        f"the call id {draft.call_id} belongs to another {kept.source} already, kept on {kept.saved_at:%Y-%m-%d}"
        f" (content {kept.content_hash[:12]}, this {draft.source} has {draft.content_hash[:12]}): give this one another"
        f" call_id, or erase the kept one first with `stimmung erase --call {draft.call_id}`"
    )


def _pseudonym_values(
    connection: Connection, secret_file: Path, draft: Draft, kept: AnyRow | None
) -> tuple[Values, bool]:
    """Return the columns about who it was, and whether the kept call says the same, by whichever secret."""
    if draft.same_people and kept is not None:
        known = {"customer_pseudonym": kept.customer_pseudonym, "agent_pseudonym": kept.agent_pseudonym}
        return {**known, "key_id": kept.key_id}, True
    customer, agent = draft.customer, draft.agent
    if customer is None and agent is None:
        nobody: Values = {"customer_pseudonym": None, "agent_pseudonym": None, "key_id": None}
        return nobody, kept is not None and kept.customer_pseudonym is None and kept.agent_pseudonym is None
    secret = open_secret(connection, secret_file)
    customers = secret.pseudonyms("customer", customer) if customer is not None else (None,)
    agents = secret.pseudonyms("agent", agent) if agent is not None else (None,)
    values: Values = {
        "customer_pseudonym": customers[-1].value if customers[-1] else None,
        "agent_pseudonym": agents[-1].value if agents[-1] else None,
        "key_id": secret.key_id,
    }
    same = kept is not None and (
        kept.customer_pseudonym in {one.value if one else None for one in customers}
        and kept.agent_pseudonym in {one.value if one else None for one in agents}
    )
    return values, same


def _own_values(draft: Draft, beside: _Beside) -> Values:
    audio = beside.audio
    return {
        "content_hash": draft.content_hash,
        "fingerprint": draft.fingerprint,
        "source": draft.source,
        "audio_file": audio.file if audio else None,
        "audio_bytes": audio.size if audio else None,
        "audio_sha256": audio.sha256 if audio else None,
    }


def _write_shared(connection: Connection, draft: Draft) -> None:
    """Write what calls have in common, if it is not there; in one order always, so that no two wait for each other."""
    for table, pieces in ((provenances, (draft.provenance,)), (rulings, draft.shared_rules)):
        rows = [{"digest": one.digest, "content": one.content} for one in sorted(pieces, key=lambda one: one.digest)]
        if rows:
            connection.execute(upsert(table).on_conflict_do_nothing(), rows)


def _clear(connection: Connection, kept: AnyRow) -> None:
    """Remove what hangs on a call's row, its sound too."""
    for table in (parties, utterances, original_keys):
        connection.execute(delete(table).where(table.c.call == kept.id))
    if kept.audio_file is not None:
        doom_audio(connection, kept.audio_file)


def _write_parts(connection: Connection, number: int, draft: Draft, beside: _Beside) -> None:
    if draft.parties:
        connection.execute(insert(parties), [{"call": number, **party.values} for party in draft.parties])
    if draft.utterances:
        rows = [{**one, "call": number} for one in draft.utterances]
        copy_rows(connection, utterances, COLUMNS, ([row.get(name) for name in COLUMNS] for row in rows))
    if beside.envelope:
        store_originals(connection, number, beside.envelope)


def _write_index(connection: Connection, database: Database, draft: Draft, call: IndexedCall) -> None:
    """Write what searches go through."""
    if draft.vectors:
        columns = ("call", "number", "embedding")
        halves = database.has_half_vectors
        rows = ((call.number, place, half_vector(one) if halves else one) for place, one in draft.vectors)
        copy_rows(connection, utterance_vectors, columns, rows, raw=("embedding",) if halves else ())
    write_entries(connection, call, database.words)


def _began(draft: Draft, saved_at: datetime) -> datetime:
    """Return when the call began; where nobody knows that, when it was saved."""
    started = draft.call["started_at"]
    return started if isinstance(started, datetime) else saved_at


def _load(connection: Connection, call_id: str) -> StoredCall | None:
    # One look at all tables: what another process replaces meanwhile is seen whole, as it was or as it is.
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    return _read(connection, calls.c.call_id == call_id)


def _read(connection: Connection, which: ColumnElement[bool]) -> StoredCall | None:
    row = connection.execute(
        select(calls, provenances.c.content, exists().where(original_keys.c.call == calls.c.id).label("sealed"))
        .join(provenances, provenances.c.digest == calls.c.provenance)
        .where(which)
    ).one_or_none()
    if row is None:
        return None
    of_parties = connection.execute(
        select(parties, rulings.c.content.label("rules"))
        .outerjoin(rulings, rulings.c.digest == parties.c.permissions)
        .where(parties.c.call == row.id)
        .order_by(parties.c.channel)
    ).all()
    said = _load_utterances(connection, row.id, names_in(row))
    return StoredCall(
        call_id=row.call_id,
        analysis=analysis_of(row, row.content, of_parties, said),
        content_hash=row.content_hash,
        provenance=provenance_in(row.content),
        source=row.source,
        saved_at=row.saved_at,
        changed_at=row.changed_at,
        customer=Pseudonym(row.customer_pseudonym, row.key_id) if row.customer_pseudonym else None,
        agent=Pseudonym(row.agent_pseudonym, row.key_id) if row.agent_pseudonym else None,
        audio=StoredAudio(row.audio_file, row.audio_bytes, row.audio_sha256) if row.audio_file else None,
        has_originals=row.sealed,
    )


def _load_utterances(connection: Connection, number: int, names: ScoreNames) -> tuple[Utterance, ...]:
    rows = connection.execute(
        select(utterances, cast(utterance_vectors.c.embedding, ARRAY(REAL)).label("embedding"))
        .outerjoin(
            utterance_vectors,
            (utterance_vectors.c.call == utterances.c.call) & (utterance_vectors.c.number == utterances.c.number),
        )
        .where(utterances.c.call == number)
        .order_by(utterances.c.number)
    )
    return tuple(
        utterance_of(row, names, None if row.embedding is None else np.asarray(row.embedding, np.float32))
        for row in rows
    )
