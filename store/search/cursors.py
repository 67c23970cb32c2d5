"""Where a page of hits ended, as a short text for whoever asks for the next; it holds no words."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from stimmung.speech.errors import Place, QueryError

LONGEST: Final = 400  # characters; ours have about 200
YEARS: Final = range(1970, 2101)  # that clocks show
MOST_SHOWN: Final = 2**31 - 1
LARGEST_CALL, LARGEST_NUMBER = 2**63 - 1, 2**31 - 1  # of PostgreSQL's columns


@dataclass(frozen=True, slots=True)
class Cursor:
    """`until`: only what was kept by then is searched, so that calls that arrive move nothing.

    `shown` hits came before; `after` is the last of them: when it was said, its call and number. `asked` is when the
    first page was asked for: `since:24h` is as long before that on every page.
    """

    until: datetime
    shown: int
    after: tuple[datetime, int, int]
    asked: datetime


def asked_at(cursor: str | None, now: datetime) -> datetime:
    """Return when the first page was asked for: `now` where this is it. Raises QueryError for a cursor that is none."""
    return now if cursor is None else read_cursor(cursor).asked


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as a text."""
    said_at, call, number = cursor.after
    moments = [one.astimezone(UTC).isoformat() for one in (cursor.until, said_at, cursor.asked)]
    fields = [*moments, cursor.shown, call, number]
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Return what was written. Raises QueryError for any other text."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        fields = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        until, said_at, asked, shown, call, number = fields
        if not isinstance(fields, list):
            raise ValueError
        after = (_moment(said_at), _number(call, 1, LARGEST_CALL), _number(number, 0, LARGEST_NUMBER))
        clocks = [_moment(one) for one in (until, asked)]
        if any(one.year not in YEARS for one in clocks):
            raise ValueError
        return Cursor(clocks[0], _number(shown, 1, MOST_SHOWN), after, clocks[1])
    except (ValueError, TypeError, OverflowError, RecursionError) as error:  # binascii.Error is a ValueError
        raise QueryError(
            "the page's mark is none that a search ended with: copy the whole of it, or leave it out to begin anew",
            Place(0, 0),
        ) from error


def _moment(text: object) -> datetime:
    """Return a moment in UTC. Raises ValueError and OverflowError for what is none."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _number(value: object, low: int, high: int) -> int:
    """Return a whole number within bounds. Raises ValueError for any other."""
    if type(value) is not int or not low <= value <= high:  # True is an int, too
        raise ValueError
    return value
