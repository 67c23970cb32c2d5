"""Sentence vectors that were kept as arrays become pgvector's, where the server has it by now: then they are found."""

from typing import Final

from sqlalchemy import Connection, text

from stimmung.store.database import Database

IS_THERE: Final = text("SELECT to_regtype('halfvec') IS NOT NULL")
ALONE: Final = text("LOCK TABLE utterance_vectors IN ACCESS EXCLUSIVE MODE")
IS_DONE: Final = text(
    "SELECT format_type(atttypid, -1) = 'halfvec' FROM pg_attribute"
    " WHERE attrelid = 'utterance_vectors'::regclass AND attname = 'embedding'"
)
# As migration 0003, which does it where pgvector is there from the start.
HALVE: Final = text("ALTER TABLE utterance_vectors ALTER COLUMN embedding TYPE halfvec USING embedding::halfvec")


def halve_vectors(database: Database) -> bool:
    """Turn the vectors into pgvector's at half precision if that can be done now; say whether it was.

    Nobody reads or writes them meanwhile. Other processes notice when they open the database anew: services are to be
    started again. Raises StoreError.
    """
    if database.has_half_vectors:
        return False
    done = database.run(_halve)
    if done:
        del database.has_half_vectors  # it is remembered, and was the answer of before
    return done


def _halve(connection: Connection) -> bool:
    if not connection.execute(IS_THERE).scalar_one():
        return False
    connection.execute(ALONE)
    if not connection.execute(IS_DONE).scalar_one():  # another process may have been quicker
        connection.execute(HALVE)
    return True
