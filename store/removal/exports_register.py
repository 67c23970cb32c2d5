"""Files that left the store by an export, and whose calls they hold: an erasure deletes them too, wherever they lie."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, Detail, record_act
from stimmung.store.database import Database
from stimmung.store.membership import among
from stimmung.store.schema import calls, exports, pseudonym_keys

Fate = Literal["removed", "missing", "left"]
DOOMED = "doomed"  # key of `detail`


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
    any more; nothing is to be written then.
    """
    database.run(lambda connection: _remember(connection, export, act))
    with database.engine.begin() as connection:
        held = connection.scalars(
            select(calls.c.call_id)
            .where(among(calls.c.call_id, export.call_ids))
            .with_for_update(read=True, key_share=True)
        ).all()
        if gone := set(export.call_ids) - set(held):
            raise StoreError(f"{export.path}: not written: {len(gone)} of its calls were erased in the meantime")
        yield


def _remember(connection: Connection, export: Export, act: Act) -> None:
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
    """
    paths = among(exports.c.path, [str(file.path) for file in files])
    mark: dict[str, object] = {"call_ids": [], "pseudonym": None, "key_id": None, "detail": {DOOMED: why}}
    return connection.execute(update(exports).where(paths).values(mark)).rowcount


def any_doomed_export() -> ColumnElement[bool]:
    """Return the condition that a file is still to be deleted."""
    return select(exports.c.id).where(exports.c.detail.has_key(DOOMED)).exists()


def remove_doomed_exports(database: Database) -> tuple[Removed, ...]:
    """Delete the files that committed transactions gave up, forget them, and say what became of each.

    A file that cannot be deleted is remembered, and tried again each time.
    """
    doomed = exports.c.detail.has_key(DOOMED)
    rows = database.run(lambda connection: connection.execute(select(exports).where(doomed)).all())
    found = tuple(Removed(Path(row.path), row.detail[DOOMED], delete_export(Path(row.path))) for row in rows)
    gone = [str(one.path) for one in found if one.fate != "left"]
    if gone:
        database.run(lambda connection: connection.execute(delete(exports).where(doomed, among(exports.c.path, gone))))
    return found


def delete_export(path: Path) -> Fate:
    """Delete the file, changed since or not: it is ours. `left`: it could not be deleted, or is no file any more."""
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except OSError:
        return "left"
    return "removed"


def _absolute(path: Path) -> Path:
    """Return where the file will lie: with links in its folders resolved, but itself not followed."""
    return Path(os.path.realpath(path.parent)) / path.name
