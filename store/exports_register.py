"""Files that left the store by an export, and whose calls they hold: an erasure deletes them too, wherever they lie."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from stimmung.store.audit import Detail
from stimmung.store.schema import exports, pseudonym_keys

Fate = Literal["removed", "missing", "left"]


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


def register_export(connection: Connection, export: Export) -> None:
    """Remember the file, in place of what the same path held before: writing it has replaced that.

    To be called before the file is written: a crash in between leaves a file that is not there, rather than one that
    nobody knows of.
    """
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
    about = or_(exports.c.call_ids.overlap(list(call_ids)), exports.c.pseudonym.in_(pseudonyms))
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


def forget_exports(connection: Connection, paths: Sequence[Path]) -> int:
    """Forget the files of these paths; return how many were known."""
    return connection.execute(delete(exports).where(exports.c.path.in_([str(path) for path in paths]))).rowcount


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
