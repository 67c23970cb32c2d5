"""Removes what was kept long enough: the sound of calls, calls, acts of the audit, backups, recordings that wait.

A call's days count from when it began; where nobody said when, or said a time after it was kept, from when it was kept.
Those of a recording that never became a call count from when it was found.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from stimmung.store.audio_files import Swept, doom_audio, sweep
from stimmung.store.audit import Act, Detail, count_acts_before, delete_acts_before, record_act
from stimmung.store.backups.files import backups_before, delete_backups, delete_unfinished
from stimmung.store.jobs.forgetting import delete_jobs_before
from stimmung.store.maintenance import Steward, alone
from stimmung.store.membership import among
from stimmung.store.removal.deletion import (
    HOLD_CALLS,
    Finished,
    Gone,
    delete_target,
    find_target,
    finish_deletions,
    forget_in_rows,
    last_rewritten,
    new_number,
    note_deletion,
)
from stimmung.store.removal.erasure_register import forget_subjects, read_register, rewrite_register
from stimmung.store.removal.retention_rules import KeepDays, RetentionRules
from stimmung.store.schema import calls

KIND = "retention"  # of rows in `erasures`
BATCH = 500  # calls in one transaction: nobody who wants to save one waits long
MARGIN = timedelta(days=1)  # until the register forgets whose erasures no backup can undo any more
BEGAN = func.least(func.coalesce(calls.c.started_at, calls.c.saved_at), calls.c.saved_at)
What = Literal["audio", "call"]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be removed of a call, and by which rule: `days` days after it began."""

    number: int  # of its row
    call_id: str
    queue: str | None
    began: datetime
    what: What
    days: int
    audio_file: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run removes; of the audit only how many acts."""

    due: tuple[Due, ...]
    acts: int
    backups: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run removed, and what it came upon: sound without a call, calls whose sound is gone."""

    calls: int
    recordings: int
    exports: int
    acts: int
    backups: int
    swept: Swept
    finished: Finished


def plan_retention(steward: Steward, rules: RetentionRules, now: datetime) -> Plan:
    """Return what `run_retention` would remove, and remove nothing. Raises StoreError."""
    due, acts = steward.database.run(
        lambda connection: (
            _due(connection, rules, now),
            count_acts_before(connection, now - timedelta(days=rules.audit_days)),
        )
    )
    return Plan(due, acts, backups_before(steward.backups, now - timedelta(days=rules.backup_days)))


def run_retention(steward: Steward, rules: RetentionRules, now: datetime) -> Retained:
    """Remove what is old enough, for good. Raises StoreError; the next run goes on where this one ended."""
    with alone(steward):
        return retain(steward, rules, now)


def retain(steward: Steward, rules: RetentionRules, now: datetime) -> Retained:
    """Do what `run_retention` does. To be called `alone`."""
    expired = backups_before(steward.backups, now - timedelta(days=rules.backup_days))
    delete_backups(expired)
    delete_unfinished(steward.backups)
    removed = remove_due(steward, rules, now)
    acts = _clean_up(steward, rules, now)
    finished = finish_deletions(steward)
    return Retained(
        calls=removed.calls,
        recordings=removed.recordings,
        exports=removed.exports,
        acts=acts,
        backups=len(expired),
        swept=sweep(steward.database, steward.places.audio, now.timestamp),
        finished=finished,
    )


def remove_due(steward: Steward, rules: RetentionRules, now: datetime) -> Gone:
    """Remove calls, sound and jobs that are due, calls in batches; then `finish_deletions` is due.

    To be called `alone`.
    """
    total = Gone(0, 0, 0, 0)
    while gone := _remove_batch(steward, rules, now):
        total = Gone(*(one + other for one, other in zip(astuple(total), astuple(gone), strict=True)))
    _remove_old_jobs(steward, rules, now)
    return total


def remove_old_acts(steward: Steward, rules: RetentionRules, now: datetime) -> int:
    """Delete the acts that are due and return how many; then `finish_deletions` is due."""

    def work(connection: Connection) -> int:
        acts = delete_acts_before(connection, now - timedelta(days=rules.audit_days))
        if acts:
            note_deletion(connection, new_number(), KIND, now, steward.who, Gone(0, 0, 0, 0))
        return acts

    return steward.database.run(work)


def _remove_old_jobs(steward: Steward, rules: RetentionRules, now: datetime) -> None:
    """Delete jobs that never became calls; with a call its job goes."""

    def work(connection: Connection) -> None:
        if delete_jobs_before(connection, now - timedelta(days=rules.usual.text)):
            note_deletion(connection, new_number(), KIND, now, steward.who, Gone(0, 0, 0, 0))

    steward.database.run(work)


def _remove_batch(steward: Steward, rules: RetentionRules, now: datetime) -> Gone | None:
    """Remove what is due of some calls in one transaction; None where nothing is."""

    def work(connection: Connection) -> Gone | None:
        connection.execute(HOLD_CALLS)
        due = _due(connection, rules, now, BATCH)
        if not due:
            return None
        number = new_number()
        silent = [one for one in due if one.what == "audio"]
        _drop_audio(connection, silent)
        whole = [one.number for one in due if one.what == "call"]
        gone = delete_target(connection, find_target(connection, among(calls.c.id, whole)), number)
        gone = Gone(gone.calls, gone.utterances, gone.recordings + len(silent), gone.exports)
        note_deletion(connection, number, KIND, now, steward.who, gone)
        detail: Detail = {"calls": gone.calls, "recordings": gone.recordings, "erasure": number}
        record_act(connection, Act("retention", steward.who, now, detail=detail))
        return gone

    return steward.database.run(work)


def _drop_audio(connection: Connection, due: Sequence[Due]) -> None:
    for one in due:
        assert one.audio_file is not None
        doom_audio(connection, one.audio_file)
    nothing = {"audio_file": None, "audio_bytes": None, "audio_sha256": None}
    connection.execute(update(calls).where(among(calls.c.id, [one.number for one in due])).values(nothing))


def _clean_up(steward: Steward, rules: RetentionRules, now: datetime) -> int:
    """Delete old acts, forget whose erasures were, and see that what calls held before they changed goes too."""
    forgotten = now - timedelta(days=rules.backup_days) - MARGIN
    register = read_register(steward.register)
    if (lighter := forget_subjects(register, forgotten)) != register:
        rewrite_register(steward.register, lighter)

    def work(connection: Connection) -> int:
        before = last_rewritten(connection)
        changed = calls.c.changed_at > calls.c.saved_at
        replaced = connection.scalar(
            select(func.count()).select_from(calls).where(changed, calls.c.changed_at > before if before else changed)
        )
        acts = delete_acts_before(connection, now - timedelta(days=rules.audit_days))
        rows = forget_in_rows(connection, forgotten, now - timedelta(days=rules.audit_days))
        if replaced or acts or rows:
            note_deletion(connection, new_number(), KIND, now, steward.who, Gone(0, 0, 0, 0))
        return acts

    return steward.database.run(work)


def _due(connection: Connection, rules: RetentionRules, now: datetime, limit: int | None = None) -> tuple[Due, ...]:
    """Return what is due of which calls, oldest calls first."""
    own = [(calls.c.queue == queue, days) for queue, days in rules.queues.items()]
    rest = or_(calls.c.queue.is_(None), calls.c.queue.not_in(list(rules.queues)))
    query = (
        select(calls.c.id, calls.c.call_id, calls.c.queue, calls.c.audio_file, BEGAN.label("began"))
        .where(or_(*(and_(which, _too_old(days, now)) for which, days in [*own, (rest, rules.usual)])))
        .order_by(BEGAN, calls.c.id)
        .limit(limit)
    )
    found = []
    for row in connection.execute(query):
        days = rules.days(row.queue)
        whole = rules.ends(row.queue, row.began).text <= now
        what: What = "call" if whole else "audio"
        count = days.text if whole else days.audio
        found.append(Due(row.id, row.call_id, row.queue, row.began, what, count, row.audio_file))
    return tuple(found)


def _too_old(days: KeepDays, now: datetime) -> ColumnElement[bool]:
    silent = and_(calls.c.audio_file.is_not(None), now - timedelta(days=days.audio) >= BEGAN)
    return or_(silent, now - timedelta(days=days.text) >= BEGAN)
