"""Deletes calls so that nothing stays: rows in one transaction, then files, then what is left in the database's files.

The transaction also notes a row in `erasures`, by which a deletion that was cut short is finished later.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, text, update

from stimmung.store.audio_files import doom_audio, remove_doomed
from stimmung.store.json_records import Json
from stimmung.store.maintenance import Steward
from stimmung.store.membership import among
from stimmung.store.removal.erased_calls import MARKS
from stimmung.store.removal.erasure_register import Erasure, Proof, append_to_register, read_register
from stimmung.store.removal.exports_register import (
    MISSING,
    PROVEN,
    Removed,
    any_doomed_export,
    doom_exports,
    exports_about,
    remove_doomed_exports,
)
from stimmung.store.removal.rewriting import rewrite_tables, tables_of_calls
from stimmung.store.schema import calls, doomed_files, erasures, utterances

ABOUT = ("subject", "key_id")  # of `detail`: whose calls an erasure took, while backups may hold them
ID_BYTES = 8
WITHDRAWAL = "withdrawal"  # kind of rows that stand for consent withdrawn after the call was kept
ASKED_FOR: Collection[str] = ("customer", "call")  # kinds of rows that stand in the register too
PENDING = erasures.c.detail["rewritten"].astext == "false"
# Waits for calls that are just being saved or exported, and lets people go on looking.
HOLD_CALLS = text("LOCK TABLE calls IN EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class Target:
    """What is to go: calls by number of their row, id and content, their sound, the pseudonyms of a person."""

    numbers: tuple[int, ...] = ()
    call_ids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    pseudonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """How much went with a target."""

    calls: int
    utterances: int
    recordings: int
    exports: int


@dataclass(frozen=True, slots=True)
class Finished:
    """What followed on deletions: proofs, files that could not be deleted, what the server did not let us do.

    `left_to_others`: nothing was done, since another process is at such work; it may not have seen what is due here.
    """

    proofs: tuple[Proof, ...] = ()
    exports_left: tuple[Path, ...] = ()
    undone: tuple[str, ...] = ()
    left_to_others: bool = False


def new_number() -> str:
    """Return a number for an erasure or a retention run: random, it says nothing about anybody."""
    return secrets.token_hex(ID_BYTES)


def find_target(connection: Connection, which: ColumnElement[bool], pseudonyms: Iterable[str] = ()) -> Target:
    """Return the calls of which `which` is true."""
    rows = connection.execute(
        select(calls.c.id, calls.c.call_id, calls.c.content_hash, calls.c.audio_file).where(which)
    ).all()
    return Target(
        numbers=tuple(row.id for row in rows),
        call_ids=tuple(row.call_id for row in rows),
        files=tuple(row.audio_file for row in rows if row.audio_file),
        contents=tuple(row.content_hash for row in rows),
        pseudonyms=tuple(pseudonyms),
    )


def delete_target(connection: Connection, target: Target, number: str) -> Gone:
    """Delete calls and what hangs on them, and note their files; `number` is that of the erasure or retention run."""
    spoken = select(func.count()).select_from(utterances).where(among(utterances.c.call, target.numbers))
    gone = Gone(
        calls=len(target.numbers),
        utterances=connection.scalar(spoken) or 0,
        recordings=len(target.files),
        exports=doom_exports(connection, exports_about(connection, target.call_ids, target.pseudonyms), number),
    )
    for file in target.files:
        doom_audio(connection, file)
    connection.execute(delete(calls).where(among(calls.c.id, target.numbers)))
    return gone


def note_deletion(connection: Connection, number: str, kind: str, at: datetime, who: str, gone: Gone) -> None:
    """Add the row by which a deletion is finished after a crash, and proven later."""
    row = {"erasure_id": number, "at": at, "who": who, "kind": kind, **asdict(gone), "detail": {"rewritten": False}}
    connection.execute(insert(erasures), [row])


def note_withdrawal(connection: Connection) -> None:
    """Add such a row for a call whose consent was withdrawn: what was found out about the caller goes for good, too."""
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    note_deletion(connection, new_number(), WITHDRAWAL, now, "", Gone(0, 0, 0, 0))


def has_unfinished(connection: Connection) -> bool:
    """Say whether a deletion still has to be finished."""
    waiting = or_(
        select(erasures.c.erasure_id).where(PENDING).exists(),
        select(doomed_files.c.file).exists(),
        any_doomed_export(),
    )
    return bool(connection.scalar(select(waiting)))


def finish_deletions(steward: Steward) -> Finished:
    """Delete the files that were given up, write the tables anew, and prove it. To be called `alone`.

    Raises StoreError; then the next call goes on.
    """
    database = steward.database
    remove_doomed(database, steward.places.audio)
    removed = remove_doomed_exports(database)
    left = tuple(one.path for one in removed if one.fate == "left")
    pending = database.run(_pending)
    if not pending:
        return Finished(exports_left=left)
    rewritten = rewrite_tables(database, tables_of_calls(), steward.pace)
    done = database.run(lambda connection: _account(connection, pending, removed, rewritten.undone))
    proofs = tuple(one.proof for one in done if one.proof is not None)
    complete_proofs(steward.register, proofs)  # before the rows say that all is done
    database.run(lambda connection: _note_done(connection, done))
    return Finished(proofs, left, rewritten.undone)


def complete_proofs(register: Path, proofs: Iterable[Proof]) -> None:
    """Add those proofs that the register lacks."""
    known = {one.erasure_id for one in read_register(register).proofs}
    for proof in proofs:
        if proof.erasure_id not in known:
            append_to_register(register, proof)


def registered_proofs(connection: Connection) -> tuple[Proof, ...]:
    """Return the proofs of the erasures that this database knows to be finished."""
    rows = connection.execute(select(erasures).where(erasures.c.kind.in_(ASKED_FOR), erasures.c.detail.has_key(PROVEN)))
    return tuple(_proof(row, row.detail) for row in rows)


def registered_erasures(connection: Connection) -> tuple[Erasure, ...]:
    """Return the database's own copy of the register, oldest first."""
    rows = connection.execute(select(erasures).where(erasures.c.kind.in_(ASKED_FOR)).order_by(erasures.c.at))
    return tuple(
        Erasure(
            row.erasure_id,
            row.at,
            row.kind,
            row.detail.get("subject"),
            row.detail.get("key_id", ""),
            tuple(row.detail.get(MARKS, ())),
        )
        for row in rows
    )


def note_subject(connection: Connection, erasure: Erasure) -> None:
    """Write into the row of an erasure whose calls it took: for a restored database, as in the register."""
    about: Json = dict(zip(ABOUT, (erasure.subject, erasure.key_id), strict=True))
    if erasure.marks:
        about[MARKS] = list(erasure.marks)
    own = erasures.c.erasure_id == erasure.erasure_id
    connection.execute(update(erasures).where(own).values(detail=erasures.c.detail.concat(about)))


def keep_proof(connection: Connection, proof: Proof) -> None:
    """Have the row of an erasure say what was removed when it was asked for, not what was found once more."""
    counts = {
        MISSING: proof.exports_missing,
        "exports_left": proof.exports_left,
        PROVEN: proof.at.astimezone(UTC).isoformat(),
    }
    connection.execute(
        update(erasures)
        .where(erasures.c.erasure_id == proof.erasure_id)
        .values(
            calls=proof.calls,
            utterances=proof.utterances,
            recordings=proof.recordings,
            exports=proof.exports,
            detail=erasures.c.detail.concat(counts),
        )
    )


def forget_in_rows(connection: Connection, subjects: datetime, names: datetime) -> int:
    """Forget whose calls erasures before `subjects` took, and who did what before `names`; return how many knew it.

    What is left proves how much was removed when.
    """
    known = erasures.c.detail.has_key("subject") & (erasures.c.at < subjects) & ~PENDING
    rows = connection.execute(select(erasures.c.erasure_id, erasures.c.detail).where(known)).all()
    for row in rows:
        detail = {key: value for key, value in row.detail.items() if key not in ABOUT}
        connection.execute(update(erasures).where(erasures.c.erasure_id == row.erasure_id).values(detail=detail))
    named = (erasures.c.who != "") & (erasures.c.at < names)
    return len(rows) + connection.execute(update(erasures).where(named).values(who="")).rowcount


def last_rewritten(connection: Connection) -> datetime | None:
    """Return when the last deletion that is finished began; what was there before it is in no file any more."""
    found: datetime | None = connection.scalar(select(func.max(erasures.c.at)).where(~PENDING))
    return found


def _pending(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.scalars(select(erasures.c.erasure_id).where(PENDING)))


@dataclass(frozen=True, slots=True)
class _Done:
    """What the row of a deletion shall say, and the proof if it was asked for."""

    number: str
    detail: Json
    proof: Proof | None


def _account(
    connection: Connection, numbers: Sequence[str], removed: Sequence[Removed], undone: Sequence[str]
) -> tuple[_Done, ...]:
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    done = []
    for row in connection.execute(select(erasures).where(among(erasures.c.erasure_id, numbers))):
        left = sum(one.why == row.erasure_id and one.fate == "left" for one in removed)
        new = {MISSING: 0, "exports_left": left, PROVEN: now.astimezone(UTC).isoformat()}
        detail = {**new, **row.detail, "rewritten": True, "undone": list(undone)}  # an earlier proof's counts stay
        done.append(_Done(row.erasure_id, detail, _proof(row, detail) if row.kind in ASKED_FOR else None))
    return tuple(done)


def _proof(row: Row[Any], detail: Json) -> Proof:  # Any: of the columns' types
    return Proof(
        erasure_id=row.erasure_id,
        at=datetime.fromisoformat(detail[PROVEN]),
        calls=row.calls,
        utterances=row.utterances,
        recordings=row.recordings,
        exports=row.exports,
        exports_missing=detail[MISSING],
        exports_left=detail["exports_left"],
    )


def _note_done(connection: Connection, done: Sequence[_Done]) -> None:
    for one in done:
        connection.execute(update(erasures).where(erasures.c.erasure_id == one.number).values(detail=one.detail))
