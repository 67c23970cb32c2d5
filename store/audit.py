"""Who looked at, heard, exported or erased what, and when: rows that are added and never changed.

No words, no keys of customers, no text that was searched for: a query may hold a name, so that only its pseudonym is
kept, by which one can check whether somebody was searched for. The database refuses to change or delete such rows; only
retention and erasure do, and say so.
"""

import getpass
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from stimmung.store.membership import among
from stimmung.store.schema import audit, pseudonym_keys

Action = Literal[
    "look",  # the call was shown
    "look_unredacted",  # with the words as they were said
    "play",  # its sound was heard
    "search",
    "found",  # a search showed words of the call
    "export",  # a file with the call was written
    "person_export",  # all that is kept about a person was given out
    "save_erased",  # the call was kept anew, though it had been erased on request
    "erase",
    "erase_again",  # a restored or copied-back database had to forget once more
    "retention",
    "backup",
    "restore",
    "rotate_secret",
]
Detail = Mapping[str, str | int | bool]
CODE = re.compile(r"[\w.:/+-]{0,64}")  # of details that are text: names of things in the program, no prose
MOST = 10_000  # rows at once
CHANGE = text("SELECT set_config('stimmung.audit_change', 'on', true)")  # true: until the transaction ends
KEEP = text("SELECT set_config('stimmung.audit_change', 'off', true)")


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `who` is a user of the operating system or the name of an API key.

    `pseudonym` is whom it was about, or of what was searched for, made with the secret `key_id`. `detail` holds numbers
    and short codes such as a format.
    """

    action: Action
    who: str
    at: datetime
    call_id: str | None = None
    pseudonym: str | None = None
    key_id: str | None = None
    detail: Detail = field(default_factory=dict)


def record_act(connection: Connection, act: Act) -> None:
    """Add the act, in the transaction of what it is about: either both are there or neither."""
    record_acts(connection, [act])


def record_acts(connection: Connection, acts: Sequence[Act]) -> None:
    """Add several acts."""
    for act in acts:
        _refuse_prose(act)
    if keys := {act.key_id for act in acts if act.key_id is not None}:
        known = insert(pseudonym_keys).on_conflict_do_nothing()
        connection.execute(known, [{"key_id": key} for key in sorted(keys)])
    if acts:
        connection.execute(insert(audit), [_row(act) for act in acts])


def acts_about(connection: Connection, call_ids: Sequence[str] = (), pseudonyms: Sequence[str] = ()) -> tuple[Act, ...]:
    """Return what was done with these calls and about these people, oldest first."""
    about = or_(among(audit.c.call_id, call_ids), among(audit.c.pseudonym, pseudonyms))
    return _read(connection, about)


def acts_between(connection: Connection, first: datetime, end: datetime) -> tuple[Act, ...]:
    """Return what was done from `first` until before `end`, oldest first, at most MOST acts."""
    return _read(connection, (audit.c.at >= first) & (audit.c.at < end))


def acts_since(connection: Connection, first: datetime) -> Iterator[Act]:
    """Yield every act from `first` on, oldest first, as many as there are."""
    for row in connection.execute(select(audit).where(audit.c.at >= first).order_by(audit.c.at, audit.c.id)):
        yield _act(row)


def forget_in_audit(connection: Connection, erasure_id: str, call_ids: Sequence[str], pseudonyms: Sequence[str]) -> int:
    """Take out of the audit whose and which calls they were; who did what and when stays, with the erasure's number."""
    with _changing(connection):
        about = or_(among(audit.c.call_id, call_ids), among(audit.c.pseudonym, pseudonyms))
        mark = {
            "call_id": None,
            "pseudonym": None,
            "key_id": None,
            "detail": audit.c.detail.concat({"erasure": erasure_id}),
        }
        return connection.execute(update(audit).where(about).values(mark)).rowcount


def count_acts_before(connection: Connection, end: datetime) -> int:
    """Return how many acts `delete_acts_before` would delete."""
    return len(connection.execute(select(audit.c.id).where(audit.c.at < end)).all())


def delete_acts_before(connection: Connection, end: datetime) -> int:
    """Delete acts that are old enough; return how many."""
    with _changing(connection):
        return connection.execute(delete(audit).where(audit.c.at < end)).rowcount


def system_user() -> str:
    """Return the user of the operating system who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in some containers; which error depends on the version
        import os

        return f"uid {os.getuid()}"


def _read(connection: Connection, about: ColumnElement[bool]) -> tuple[Act, ...]:
    rows = connection.execute(select(audit).where(about).order_by(audit.c.at, audit.c.id).limit(MOST))
    return tuple(_act(row) for row in rows)


def _act(row: Row[Any]) -> Act:  # Any: of the columns' types
    return Act(row.action, row.who, row.at, row.call_id, row.pseudonym, row.key_id, dict(row.detail))


def _row(act: Act) -> dict[str, object]:
    return {
        "at": act.at,
        "who": act.who,
        "action": act.action,
        "call_id": act.call_id,
        "pseudonym": act.pseudonym,
        "key_id": act.key_id,
        "detail": dict(act.detail),
    }


def _refuse_prose(act: Act) -> None:
    """Raise ValueError for what would let words of a call or a customer's key in."""
    if act.action not in get_args(Action):
        raise ValueError(f"{act.action!r} is no act that is recorded")
    if (act.pseudonym is None) != (act.key_id is None):
        raise ValueError("a pseudonym goes with the number of its secret")
    for key, value in act.detail.items():
        if isinstance(value, str) and not CODE.fullmatch(value):
            raise ValueError(f"detail {key} of an act is a short code, no text")


@contextmanager
def _changing(connection: Connection) -> Iterator[None]:
    connection.execute(CHANGE)
    yield
    connection.execute(KEEP)
