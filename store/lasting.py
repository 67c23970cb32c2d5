"""Errors that come again however often the same is tried: nobody should wait for them to pass."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from stimmung.speech.errors import StoreError

# Classes of SQLSTATEs that are about what was asked for and not about the server's state.
LASTING = {
    "0A",  # feature not supported
    "22",  # data exception: a value too long, or out of range
    "23",  # integrity constraint violation
    "42",  # syntax error, or a table that the schema does not have
    "54",  # program limit exceeded: too large for an index
}
RIGHTS = "42501"  # insufficient_privilege: an administrator grants it


class LastingError(StoreError):
    """Something that the store will not take, now or later."""


def will_last(error: SQLAlchemyError) -> bool:
    """Say whether the same work fails again, whenever it is done."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return state is not None and state != RIGHTS and state[:2] in LASTING
