"""Erases people and calls, in an order that survives being killed at any moment.

First the register beside the database says what is to go, then one transaction deletes the rows and notes the files,
then the files go, then the tables are written anew. What was not reached, `settle_erasures` does when the database is
opened next; the same makes a restored or copied-back database forget what was erased since.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Column, Connection, exists, func, select

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, forget_in_audit, record_act
from stimmung.store.databases import drop_remains, remains
from stimmung.store.jobs.forgetting import forget_jobs
from stimmung.store.json_records import clean
from stimmung.store.maintenance import Steward, alone
from stimmung.store.membership import among
from stimmung.store.pseudonyms import open_secret
from stimmung.store.removal.deletion import (
    HOLD_CALLS,
    Finished,
    Target,
    complete_proofs,
    delete_target,
    find_target,
    finish_deletions,
    has_unfinished,
    keep_proof,
    new_number,
    note_deletion,
    note_subject,
    registered_erasures,
    registered_proofs,
)
from stimmung.store.removal.erased_calls import marks_of
from stimmung.store.removal.erasure_register import (
    Erasure,
    ErasureKind,
    Proof,
    Register,
    append_to_register,
    merge_registers,
    read_register,
)
from stimmung.store.schema import audit, calls, erasures, exports
from stimmung.store.secret import Pseudonym, Secret

# Columns with pseudonyms of customers, and of whose secret.
PEOPLE: tuple[tuple[Column[str], Column[str]], ...] = (
    (calls.c.customer_pseudonym, calls.c.key_id),
    (exports.c.pseudonym, exports.c.key_id),
    (audit.c.pseudonym, audit.c.key_id),
)
Entry = TypeVar("Entry", Erasure, Proof)
Choose = Callable[[Connection], tuple[Pseudonym, Target]]


@dataclass(frozen=True, slots=True)
class Erased:
    """A finished erasure; `finished` says what is left to the operator."""

    proof: Proof
    finished: Finished


def erase_customer(steward: Steward, key: str) -> Erased:
    """Erase all that is kept about the customer with this key; also where nothing is found: a backup may hold more.

    Raises StoreError. What was begun then is finished when the database is opened next.
    """

    def choose(connection: Connection) -> tuple[Pseudonym, Target]:
        made = open_secret(connection, steward.places.secret).pseudonyms("customer", key)
        values = [one.value for one in made]
        return made[-1], find_target(connection, among(calls.c.customer_pseudonym, values), values)

    return _erase(steward, "customer", choose)


def erase_call(steward: Steward, call_id: str) -> Erased:
    """Erase one call. Raises StoreError as `erase_customer`."""

    def choose(connection: Connection) -> tuple[Pseudonym, Target]:
        subject = open_secret(connection, steward.places.secret).pseudonym("call", clean(call_id))
        target = find_target(connection, calls.c.call_id == clean(call_id))
        return subject, replace(target, call_ids=(clean(call_id),))  # the audit may name a call that is gone

    return _erase(steward, "call", choose)


def settle_erasures(steward: Steward) -> Finished:
    """Finish what was begun, and erase again whatever this database does not know to have been erased.

    To be called whenever a database was opened, before anybody reads from it. Raises StoreError where nobody can say
    what has to go: then it has to stay closed.
    """
    register = merge_registers([read_register(steward.register)])  # an attempt that was repeated stands there twice
    table, proofs, unfinished = steward.database.run(
        lambda connection: (registered_erasures(connection), registered_proofs(connection), has_unfinished(connection))
    )
    unheard = _lacking(register.erasures, table)
    elsewhere = bool(_lacking(table, register.erasures)) or bool(_lacking(proofs, register.proofs))
    if not (unheard or unfinished or elsewhere or remains(steward.database)):
        return Finished()
    # What is unheard of must be gone before anybody looks. What is unfinished may be another process's, who is at it.
    with alone(steward, wait=bool(unheard)) as free:
        return settle(steward) if free else Finished(left_to_others=True)


def _erase(steward: Steward, kind: ErasureKind, choose: Choose) -> Erased:
    number = new_number()

    def work(connection: Connection) -> None:
        connection.execute(HOLD_CALLS)
        if _is_noted(connection, number):
            return
        subject, target = choose(connection)
        marks = _marks(connection, steward.places.secret, target)
        erasure = Erasure(number, _moment(connection, target), kind, subject.value, subject.key_id, marks)
        erasure = _announced(steward.register, erasure)
        forget_jobs(connection, steward.places.secret, erasure)
        _delete(connection, erasure, target, Act("erase", steward.who, erasure.at))

    with alone(steward):
        settle(steward)
        steward.database.run(work)
        finished = finish_deletions(steward)
    proof = next(one for one in finished.proofs if one.erasure_id == number)
    return Erased(proof, finished)


def settle(steward: Steward) -> Finished:
    """Do what `settle_erasures` does. To be called `alone`."""
    drop_remains(steward.database)
    register = merge_registers([read_register(steward.register)])  # an attempt that was repeated stands there twice
    table = steward.database.run(registered_erasures)
    for entry in _lacking(table, register.erasures):  # asked for on another machine
        append_to_register(steward.register, entry)
    complete_proofs(steward.register, steward.database.run(registered_proofs))
    unheard = _lacking(register.erasures, table)
    if unheard:
        steward.pace.tell(f"{len(unheard)} erasures are not in this database: erasing again …")
    for entry in unheard:
        steward.database.run(partial(_erase_again, steward=steward, register=register, entry=entry))
    return finish_deletions(steward)


def _lacking(these: tuple[Entry, ...], those: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return those of `these` that are not among `those`, by their numbers."""
    known = {one.erasure_id for one in those}
    return tuple(one for one in these if one.erasure_id not in known)


def _is_noted(connection: Connection, number: str) -> bool:
    """Say whether the erasure is done already: by an attempt whose commit was lost on the way."""
    return bool(connection.scalar(select(exists().where(erasures.c.erasure_id == number))))


def _announced(path: Path, erasure: Erasure) -> Erasure:
    """Have the register say what is to go, once; return what it says.

    An attempt that was rolled back announced it already. More calls than it found then are announced as well.
    """
    register = merge_registers([read_register(path)])
    known = next((one for one in register.erasures if one.erasure_id == erasure.erasure_id), None)
    if known is not None and {*erasure.marks} <= {*known.marks}:
        return known
    append_to_register(path, erasure)
    return erasure


def _erase_again(connection: Connection, steward: Steward, register: Register, entry: Erasure) -> None:
    connection.execute(HOLD_CALLS)
    if _is_noted(connection, entry.erasure_id):
        return
    target = _found_again(connection, steward.places.secret, entry)
    more = _marks(connection, steward.places.secret, target)  # of calls that were not there when it was asked for
    entry = _announced(steward.register, replace(entry, marks=tuple(sorted({*entry.marks, *more}))))
    forget_jobs(connection, steward.places.secret, entry)
    _delete(connection, entry, target, Act("erase_again", steward.who, _moment(connection, Target())))
    for proof in register.proofs:
        if proof.erasure_id == entry.erasure_id:
            keep_proof(connection, proof)


def _marks(connection: Connection, secret_file: Path, target: Target) -> tuple[str, ...]:
    if not target.numbers:
        return ()
    ids = connection.scalars(select(calls.c.call_id).where(among(calls.c.id, target.numbers))).all()
    return marks_of(open_secret(connection, secret_file), target.contents, ids)


def _delete(connection: Connection, erasure: Erasure, target: Target, act: Act) -> None:
    gone = delete_target(connection, target, erasure.erasure_id)
    forget_in_audit(connection, erasure.erasure_id, target.call_ids, target.pseudonyms)
    note_deletion(connection, erasure.erasure_id, erasure.kind, erasure.at, act.who, gone)
    note_subject(connection, erasure)
    record_act(connection, replace(act, detail={"kind": erasure.kind, "erasure": erasure.erasure_id}))


def _moment(connection: Connection, target: Target) -> datetime:
    """Return the database's time, by which calls were saved, and no earlier than the target's calls were by it."""
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    saved = connection.scalar(select(func.max(calls.c.saved_at)).where(among(calls.c.id, target.numbers)))
    return max(now, saved) if saved else now


def _found_again(connection: Connection, secret_file: Path, entry: Erasure) -> Target:
    """Return what of an earlier erasure is in this database: of calls those that were kept up to then."""
    early = calls.c.saved_at <= entry.at
    if entry.subject is None:
        if connection.scalar(select(func.count()).select_from(calls).where(early)):
            raise StoreError(
                f"this database does not know of an erasure of {entry.at:%Y-%m-%d}, and whose calls that took is not"
                " remembered any more: it is older than backups may be, and would bring somebody back; use a newer one"
            )
        return Target()
    secret = open_secret(connection, secret_file)
    subject = secret.renewed(Pseudonym(entry.subject, entry.key_id))
    if entry.kind == "call":
        ids = connection.scalars(select(calls.c.call_id).where(early)).all()
        same = [one for one in ids if secret.pseudonym("call", one) == subject]
        return find_target(connection, among(calls.c.call_id, same))
    values = {value for pair in PEOPLE for value in _alike(connection, secret, subject, pair)}
    return find_target(connection, among(calls.c.customer_pseudonym, values) & early, sorted(values))


def _alike(
    connection: Connection, secret: Secret, subject: Pseudonym, pair: tuple[Column[str], Column[str]]
) -> set[str]:
    """Return the values of a column that are the subject's pseudonym, by whichever secret."""
    rows = connection.execute(select(*pair).where(pair[0].is_not(None)).distinct())
    return {value for value, key_id in rows if secret.renewed(Pseudonym(value, key_id)) == subject}
