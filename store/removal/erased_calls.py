"""Which calls were erased on request, so that a recording that still lies in its folder is not kept again unasked.

Marks stand in the register of erasures and in the database: digests under the secret, of the recording and of the call
id. Who has neither the recording nor the id learns nothing from them, and who has not the secret learns nothing at all.
They stay when the register forgets whose calls an erasure took.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Text, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.expression import cast

from stimmung.store.json_records import clean
from stimmung.store.pseudonyms import open_secret
from stimmung.store.schema import erasures
from stimmung.store.secret import Secret

MARKS = "marks"  # of `detail`


def marks_of(secret: Secret, contents: Iterable[str], call_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the marks of calls with these contents (hashes) and ids."""
    made = {secret.pseudonym("content", one).value for one in contents}
    return tuple(sorted(made | {secret.pseudonym("call", one).value for one in call_ids}))


def when_erased(
    connection: Connection, secret_file: Path, content_hash: str, call_id: str | None = None
) -> datetime | None:
    """Return when a call of this content, or under this id, was erased last; None where it was not.

    Raises StoreError where there are marks and the secret to compare them with is missing.
    """
    marked = erasures.c.detail.has_key(MARKS)
    if connection.execute(select(erasures.c.erasure_id).where(marked).limit(1)).first() is None:
        return None
    secret = open_secret(connection, secret_file)
    asked = [one.value for one in secret.pseudonyms("content", content_hash)]
    if call_id:
        asked += [one.value for one in secret.pseudonyms("call", clean(call_id))]
    ours = erasures.c.detail[MARKS].has_any(array([cast(one, Text) for one in asked]))
    found: datetime | None = connection.scalar(select(func.max(erasures.c.at)).where(marked, ours))
    return found
