"""Restores a backup: into a database beside the one in use, which forgets there what was erased since, and takes its
place in one step. Killed at any moment, the one in use is the old or the new one, whole.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tarfile import TarFile

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from stimmung.speech.errors import StoreError
from stimmung.store.audio_files import doom_audio, remove_doomed
from stimmung.store.audit import Act, acts_since, record_act, record_acts
from stimmung.store.backups.archive import (
    Manifest,
    chunks_of,
    extract_dump,
    file_sha256,
    open_archive,
    read_manifest,
    sounds_in,
)
from stimmung.store.backups.dumping import load_dump
from stimmung.store.backups.files import backup_name, delete_unfinished
from stimmung.store.calls import withdraw_call
from stimmung.store.data_folder import private_folder
from stimmung.store.database import Database, prepare_schema
from stimmung.store.databases import (
    beside,
    copy_extensions,
    drop_database,
    drop_remains,
    exchange,
    make_database,
    name_beside,
)
from stimmung.store.durable import sync_folder, write_beside
from stimmung.store.maintenance import Steward, alone_in_database, alone_in_folder
from stimmung.store.membership import among
from stimmung.store.migrate import schema_status
from stimmung.store.removal.deletion import finish_deletions, registered_erasures
from stimmung.store.removal.erasure import settle
from stimmung.store.removal.erasure_register import Register, merge_registers, read_register, rewrite_register
from stimmung.store.removal.retention import remove_due, remove_old_acts
from stimmung.store.removal.retention_rules import RetentionRules
from stimmung.store.schema import calls, exports, pseudonym_keys


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """How a backup is restored."""

    force: bool = False  # replace calls that are there, and cut off whoever is connected
    rules: RetentionRules | None = None  # what is too old by them is not brought back
    registers: Sequence[Path] = ()  # of other machines with the same database


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: calls and recordings, and what did not: erased since, too old, recordings not in the backup.

    `undone` says what the server did not let us do, so that traces of the erased are left in its log.
    """

    manifest: Manifest
    calls: int
    recordings: int
    erased_again: int
    too_old: int
    recordings_missing: int
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """The backup that is being read, and when it is restored."""

    path: Path
    archive: TarFile
    manifest: Manifest
    now: datetime


def restore_backup(steward: Steward, path: Path, now: datetime, options: RestoreOptions) -> Restored:
    """Replace the database by what `path` holds, without whom was erased since and without what is too old.

    The secret that the backup's pseudonyms were made with has to be in its file. Raises StoreError; then everything is
    as it was.
    """
    database = steward.database
    with alone_in_folder(steward), open_archive(path) as archive:
        source = _Source(path, archive, read_manifest(path, archive), now)
        drop_remains(database)
        delete_unfinished(steward.backups)
        name, aside = name_beside(database, "restore"), name_beside(database, "before")
        try:
            with alone_in_database(steward):
                _refuse_full(database, options.force)
                rewrite_register(steward.register, _all_erasures(steward, options.registers))
                make_database(database, name)
                with beside(database, name) as scratch:
                    copy_extensions(database, scratch)
                    restored = _fill(replace(steward, database=scratch), database, source, options)
            exchange(database, name, aside, options.force)
        except BaseException:
            with contextlib.suppress(StoreError):  # else the next one drops it
                drop_remains(database)
            raise
        drop_database(database, aside)
        remove_doomed(database, steward.places.audio)
    return restored


def _refuse_full(database: Database, force: bool) -> None:
    kept = database.run(_count_calls) if _has_schema(database) else 0
    if kept and not force:
        raise StoreError(f"the database holds {kept} calls: name an empty one, or replace them with --force")


def _has_schema(database: Database) -> bool:
    status = schema_status(database.engine)
    return status.version > 0 and not status.pending


def _count_calls(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(calls)) or 0


def _all_erasures(steward: Steward, others: Sequence[Path]) -> Register:
    """Return what the folder's register, the database in use and other machines' registers say was erased."""
    here = Register(steward.database.run(registered_erasures)) if _has_schema(steward.database) else Register()
    for path in others:
        if not path.is_file():
            raise StoreError(f"{path}: there is no register of erasures; it is called erasures.jsonl")
    return merge_registers([read_register(steward.register), here, *(read_register(path) for path in others)])


def _fill(steward: Steward, live: Database, source: _Source, options: RestoreOptions) -> Restored:
    """Fill the empty database of `steward`, and have it forget; `live` is the one whose place it will take."""
    steward.pace.tell("writing the backup into a new database …")
    _load(steward, source)
    found = steward.database.run(_count_calls)
    if found != source.manifest.calls:
        raise StoreError(f"{source.path}: holds {found} calls, and should hold {source.manifest.calls}: it is damaged")
    if _has_schema(live):
        _carry_over(live, steward.database, source.manifest.made_at)
        _withdraw_again(live, steward)
    forgotten = settle(steward)
    remembered = steward.database.run(_count_calls)
    too_old = 0
    if options.rules:
        too_old = remove_due(steward, options.rules, source.now).calls
        remove_old_acts(steward, options.rules, source.now)
    undone = (*forgotten.undone, *finish_deletions(steward).undone)
    missing = _bring_sound(steward, source)
    recordings = steward.database.run(lambda connection: len(_sounds(connection)))
    if _has_schema(live):
        _give_up_sound(live, steward.database)
    restored = Restored(source.manifest, remembered - too_old, recordings, found - remembered, too_old, missing, undone)
    detail = {"calls": restored.calls, "recordings": recordings}
    act = Act("restore", steward.who, source.now, detail=detail)
    steward.database.run(lambda connection: record_act(connection, act))
    return restored


def _load(steward: Steward, source: _Source) -> None:
    place = private_folder(steward.backups) / backup_name(source.now)
    dump = write_beside(place.with_suffix(".dump"), ())
    try:
        with dump.open("wb") as file:
            extract_dump(source.path, source.archive, source.manifest, file)
        load_dump(steward.database, dump, source.manifest.server // 10_000)
    finally:
        dump.unlink(missing_ok=True)
    prepare_schema(steward.database)


def _carry_over(live: Database, scratch: Database, since: datetime) -> None:
    """Take along what happened since the backup: acts, and files that were exported and still lie somewhere."""
    with live.engine.connect() as connection:
        keys = connection.execute(select(pseudonym_keys)).mappings().all()
        files = connection.execute(select(exports)).mappings().all()
        acts = list(acts_since(connection, since))

    def work(connection: Connection) -> None:
        if keys:
            connection.execute(upsert(pseudonym_keys).on_conflict_do_nothing(), [dict(row) for row in keys])
        known = list(acts_since(connection, since))
        record_acts(connection, [act for act in acts if act not in known])
        rows = [{name: value for name, value in row.items() if name != "id"} for row in files]
        connection.execute(delete(exports).where(among(exports.c.path, [row["path"] for row in rows])))
        if rows:
            connection.execute(insert(exports), rows)

    scratch.run(work)


def _withdraw_again(live: Database, steward: Steward) -> None:
    """Take the scores out of the calls whose consent was withdrawn since the backup."""
    withdrawn = calls.c.consent == "withdrawn"
    here = live.run(lambda one: one.execute(select(calls.c.call_id, calls.c.content_hash).where(withdrawn)).all())
    same = or_(
        among(calls.c.call_id, [row.call_id for row in here]),
        among(calls.c.content_hash, [row.content_hash for row in here]),
    )
    scored = steward.database.run(lambda one: one.scalars(select(calls.c.content_hash).where(same, ~withdrawn)).all())
    for content in scored:
        withdraw_call(steward.database, steward.places, content)


def _sounds(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(calls.c.audio_file, calls.c.audio_sha256).where(calls.c.audio_file.is_not(None)))
    return {row.audio_file: row.audio_sha256 for row in rows}


def _bring_sound(steward: Steward, source: _Source) -> int:
    """Write the sound of the calls that are left into its folder; return how many have none any more."""
    folder = private_folder(steward.places.audio)
    wanted = steward.database.run(_sounds)
    there = {file for file, sha256 in wanted.items() if _is_whole(folder / file, sha256)}
    for file, content in sounds_in(source.archive):
        if file in wanted and file not in there:
            place = folder / file
            private_folder(place.parent)
            partial = write_beside(place, chunks_of(content))
            partial.replace(place)
            sync_folder(place.parent)
            if _is_whole(place, wanted[file]):
                there.add(file)
    missing = sorted(set(wanted) - there)
    nothing = {"audio_file": None, "audio_bytes": None, "audio_sha256": None}
    gone = update(calls).where(among(calls.c.audio_file, missing)).values(nothing)
    steward.database.run(lambda connection: connection.execute(gone))
    return len(missing)


def _give_up_sound(live: Database, scratch: Database) -> None:
    """Note which sound only the replaced database names: it goes once that has happened."""
    named = live.run(_sounds)

    def work(connection: Connection) -> None:
        for file in set(named) - set(_sounds(connection)):
            doom_audio(connection, file)

    scratch.run(work)


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and file_sha256(path) == sha256
