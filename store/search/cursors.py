"""Where a page of hits ended, as a short text for whoever asks for the next; it holds no words."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime

from stimmung.store.search.language.query import Place, QueryError


@dataclass(frozen=True, slots=True)
class Cursor:
    """`until`: only what was kept by then is searched, so that calls that arrive move nothing.

    `shown` hits came before; `after` is the last of them: when it was said, its call and number.
    """

    until: datetime
    shown: int
    after: tuple[datetime, int, int]


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as a text."""
    said_at, call, number = cursor.after
    fields = [cursor.until.isoformat(), cursor.shown, said_at.isoformat(), call, number]
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Return what was written. Raises QueryError for any other text."""
    try:
        until, shown, said_at, call, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moments = [datetime.fromisoformat(one) for one in (until, said_at)]
        if any(one.tzinfo is None for one in moments) or not all(isinstance(one, int) for one in (shown, call, number)):
            raise ValueError
        return Cursor(moments[0], shown, (moments[1], call, number))
    except (ValueError, TypeError, binascii.Error) as error:
        raise QueryError("this is no mark of a page: leave it out to begin anew", Place(0, 0)) from error
