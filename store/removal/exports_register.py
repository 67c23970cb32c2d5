"""Files that left the store by an export, and whose calls they hold: an erasure deletes them too, wherever they lie."""

import contextlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, Detail, record_act, record_acts
from stimmung.store.database import Database
from stimmung.store.membership import among
from stimmung.store.schema import calls, erasures, exports, pseudonym_keys

Fate = Literal["removed", "missing", "left"]
DOOMED = "doomed"  # key of `detail`: which act wants the file gone
FOUND = "found"  # key of `detail`: whether a doomed file was there, noted before it is deleted
INTENDED = "intended"  # key of `detail`: the file may not have been written yet
MISSING = "exports_missing"  # key of `detail` of an erasure: how many of its files were gone before
PROVEN = "proven_at"  # the same: when all was done
GIVEN_UP = exports.c.detail.has_key(DOOMED)
UNFINISHED = re.compile(r"partial|[0-9a-f]{16}")  # what a killed process leaves: `.call.json.partial`, `durable`'s
HOLD = text("LOCK TABLE calls IN ROW SHARE MODE")  # an erasure waits until the file is written, and then deletes it


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written: by whom, when, with which calls; `pseudonym` where it is about one person."""

    path: Path
    who: str
    at: datetime
    call_ids: tuple[str, ...]
    pseudonym: str | None = None
    key_id: str | None = None
    detail: Detail = field(default_factory=dict)  # format and the like; numbers and short codes


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a file that was to be deleted; `why` is the number of the act that wanted it."""

    path: Path
    why: str
    fate: Fate


@contextlib.contextmanager
def exporting(database: Database, export: Export, act: Act) -> Iterator[None]:
    """Remember the file and the act, and hold the calls for as long as the file is being written.

    Remembered first, and for good: a crash leaves a file that is known and not there, rather than one that nobody knows
    of. An erasure waits until the file is written, and then deletes it. Raises StoreError where a call is not there
    any more; nothing is to be written then, and nothing new is remembered of it.
    """
    database.run(lambda connection: _remember(connection, export, act))
    with database.engine.begin() as connection:
        _hold(connection, export)
        yield


@contextlib.contextmanager
def intending(database: Database, intended: Sequence[Export], acts: Sequence[Act]) -> Iterator[None]:
    """Remember files and acts as `exporting` does, of calls that are yet to be kept; `confirm_exports` once they are.

    An erasure deletes such a file, too, and says nothing of one that was never written. Raises StoreError.
    """

    def remember(connection: Connection) -> None:
        for one in intended:
            register_export(connection, replace(one, detail={**one.detail, INTENDED: True}))
        record_acts(connection, acts)

    database.run(remember)
    paths = [str(_absolute(one.path)) for one in intended]
    with database.engine.begin() as connection:
        connection.execute(HOLD)
        known = connection.scalar(
            select(func.count()).select_from(exports).where(among(exports.c.path, paths), ~GIVEN_UP)
        )
        if known != len(paths):
            raise StoreError(f"{intended[0].path}: not written: its call was erased in the meantime")
        yield


def confirm_exports(database: Database, written: Sequence[Export]) -> None:
    """Remember of files that their call is kept. Raises StoreError where it is not there any more."""

    def confirm(connection: Connection) -> None:
        connection.execute(HOLD)
        ids = {one for export in written for one in export.call_ids}
        if ids - set(connection.scalars(select(calls.c.call_id).where(among(calls.c.call_id, ids)))):
            raise StoreError(f"{written[0].path}: its call was erased in the meantime, and the file with it")
        for one in written:
            register_export(connection, one)

    if written:
        database.run(confirm)


def _hold(connection: Connection, export: Export) -> None:
    """Keep the calls from being erased until the transaction ends. Raises StoreError where one was."""
    here = select(calls.c.call_id).where(among(calls.c.call_id, export.call_ids))
    held = connection.scalars(here.with_for_update(read=True, key_share=True)).all()
    if gone := set(export.call_ids) - set(held):
        raise StoreError(f"{export.path}: not written: {len(gone)} of its calls were erased in the meantime")


def _remember(connection: Connection, export: Export, act: Act) -> None:
    _hold(connection, export)
    register_export(connection, export)
    record_act(connection, act)


def register_export(connection: Connection, export: Export) -> None:
    """Remember the file, in place of what the same path held before: writing it has replaced that."""
    path = str(_absolute(export.path))
    if export.key_id is not None:
        connection.execute(insert(pseudonym_keys).on_conflict_do_nothing(), [{"key_id": export.key_id}])
    connection.execute(delete(exports).where(exports.c.path == path))
    row = {
        "at": export.at,
        "who": export.who,
        "path": path,
        "call_ids": list(export.call_ids),
        "pseudonym": export.pseudonym,
        "key_id": export.key_id,
        "detail": dict(export.detail),
    }
    connection.execute(insert(exports), [row])


def exports_about(
    connection: Connection, call_ids: Sequence[str], pseudonyms: Sequence[str] = ()
) -> tuple[Export, ...]:
    """Return the files that hold any of these calls or are about any of these people, oldest first."""
    about = or_(exports.c.call_ids.overlap(list(call_ids)), among(exports.c.pseudonym, pseudonyms))
    rows = connection.execute(select(exports).where(about).order_by(exports.c.at, exports.c.id))
    return tuple(
        Export(
            path=Path(row.path),
            who=row.who,
            at=row.at,
            call_ids=tuple(row.call_ids),
            pseudonym=row.pseudonym,
            key_id=row.key_id,
            detail=dict(row.detail),
        )
        for row in rows
    )


def doom_exports(connection: Connection, files: Sequence[Export], why: str) -> int:
    """Note, in the transaction that deletes the calls, that the files are to be deleted; return how many there are.

    `why` is the number of what deletes them. From then on the rows name nobody, but for what the files are called.
    Files that were intended and never written are forgotten at once.
    """
    unwritten = [str(one.path) for one in files if one.detail.get(INTENDED) and not _is_there(one.path)]
    connection.execute(delete(exports).where(among(exports.c.path, unwritten)))
    paths = among(exports.c.path, [str(file.path) for file in files])
    mark: dict[str, object] = {"call_ids": [], "pseudonym": None, "key_id": None, "detail": {DOOMED: why}}
    return connection.execute(update(exports).where(paths).values(mark)).rowcount


def any_doomed_export() -> ColumnElement[bool]:
    """Return the condition that a file is still to be deleted."""
    return select(exports.c.id).where(GIVEN_UP).exists()


def remove_doomed_exports(database: Database) -> tuple[Removed, ...]:
    """Delete the files that committed transactions gave up, forget them, and say what became of each.

    How many were missing is noted with the erasure that wanted them, when they are forgotten: a crash loses none. A
    file that cannot be deleted is remembered, and tried again each time.
    """
    rows = database.run(_looked_for)
    found = tuple(
        Removed(Path(row.path), row.detail[DOOMED], _fate(row.detail[FOUND], delete_export(Path(row.path))))
        for row in rows
    )
    if found:
        database.run(lambda connection: _forget(connection, found))
    return found


def _looked_for(connection: Connection) -> Sequence[Row[Any]]:  # Any: of the columns' types
    """Return the rows of the files to be deleted, each with whether it was there before anybody deleted it."""
    query = select(exports).where(GIVEN_UP)
    for row in connection.execute(query.where(~exports.c.detail.has_key(FOUND))).all():
        there = {FOUND: _is_there(Path(row.path))}
        connection.execute(update(exports).where(exports.c.id == row.id).values(detail=exports.c.detail.concat(there)))
    return connection.execute(query).all()


def _fate(found: bool, now: Fate) -> Fate:
    """Return what became of a file; one that was there and is gone was deleted by us, before a crash."""
    return "removed" if found and now == "missing" else now


def _forget(connection: Connection, tried: Sequence[Removed]) -> None:
    """Forget what is gone, note what was missing, and look anew for what is left."""
    for one in tried:
        if one.fate == "left":
            own = GIVEN_UP & (exports.c.path == str(one.path))
            connection.execute(update(exports).where(own).values(detail={DOOMED: one.why}))
    paths = [str(one.path) for one in tried if one.fate != "left"]
    connection.execute(delete(exports).where(GIVEN_UP, among(exports.c.path, paths)))
    for why, count in Counter(one.why for one in tried if one.fate == "missing").items():
        waiting = (erasures.c.erasure_id == why) & ~erasures.c.detail.has_key(PROVEN)
        row = connection.execute(select(erasures.c.detail).where(waiting).with_for_update()).first()
        if row is not None:
            noted = {MISSING: row.detail.get(MISSING, 0) + count}
            connection.execute(update(erasures).where(waiting).values(detail=erasures.c.detail.concat(noted)))


def delete_export(path: Path) -> Fate:
    """Delete the file, changed since or not, and what a killed process left beside it: they are ours.

    `left`: it could not be deleted, or is no file any more.
    """
    try:
        traces = _traces(path)
        for one in traces:
            one.unlink(missing_ok=True)
    except OSError:
        return "left"
    return "removed" if traces else "missing"


def _is_there(path: Path) -> bool:
    """Say whether anything lies there of a file; where nobody may look, it may."""
    try:
        return bool(_traces(path))
    except OSError:
        return True


def _traces(path: Path) -> list[Path]:
    """Return what lies there of a file: itself, and what was to become it. Raises OSError."""
    begin = f".{path.name}."
    known = [one for one in (path, path.with_name(f"{begin}partial")) if os.path.lexists(one)]
    if path in known:
        return known
    try:
        beside = list(path.parent.iterdir())  # not for each file that is there: a folder may hold thousands
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [one for one in beside if one.name.startswith(begin) and UNFINISHED.fullmatch(one.name[len(begin) :])]


def _absolute(path: Path) -> Path:
    """Return where the file will lie: with links in its folders resolved, but itself not followed."""
    return Path(os.path.realpath(path.parent)) / path.name
