"""The index over sentence vectors: made when there are many, made anew when they have become many more."""

import contextlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.search.meaning.meanings import INDEX

FEWEST: Final = 50_000  # vectors; fewer are compared one by one in some 20 ms
GROWTH: Final = 3  # times as many as when the index was made: its lists have become too long
ROWS_A_LIST: Final = 1_000
LOCK: Final = 7_369_706_424  # of PostgreSQL's advisory locks, ours by choice
MOST_LISTS: Final = 4_000
WIDTHS = text(
    "SELECT vector_dims(embedding) AS width FROM utterance_vectors TABLESAMPLE SYSTEM (0.1)"
    " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
)


def tend_vectors(database: Database, memory: str = "256MB", fewest: int = FEWEST) -> bool:
    """Make or renew the index where that is due, and say whether it was; searching goes on meanwhile.

    `memory` is what PostgreSQL may use for it, `fewest` the vectors from which on it is worth it. Where another process
    is at it, nothing is done. Raises StoreError.
    """
    if not database.has_half_vectors:
        return False
    count, made_for = database.run(_counts)
    if count < fewest or count < made_for * GROWTH:
        return False
    width = database.run(_width)
    lists = min(max(round(count / ROWS_A_LIST), 10), MOST_LISTS)
    try:
        with database.outside_transactions() as connection, _alone(connection) as alone:
            if alone:
                _make(connection, memory, count, _created(width, lists))
            return alone
    except SQLAlchemyError as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        raise StoreError(
            f"the index over sentence vectors could not be made ({type(error).__name__}, SQLSTATE {state}); searches by"
            " meaning are slower until the next time, and nothing is lost"
        ) from None


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[bool]:
    """Keep other processes from the index; yield False where another one is at it."""
    if not connection.execute(select(func.pg_try_advisory_lock(LOCK))).scalar_one():
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(SQLAlchemyError):  # the server ended, and the lock with it
            connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _make(connection: Connection, memory: str, count: int, created: str) -> None:
    for statement in (
        f"SET maintenance_work_mem = '{memory}'",
        f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}_new",
        created,
        f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}",
        f"ALTER INDEX {INDEX}_new RENAME TO {INDEX}",
        f"COMMENT ON INDEX {INDEX} IS 'made for {count}'",
        "RESET maintenance_work_mem",
    ):
        connection.execute(text(statement))


def _created(width: int, lists: int) -> str:
    return (
        f"CREATE INDEX CONCURRENTLY {INDEX}_new ON utterance_vectors"
        f" USING ivfflat ((embedding::halfvec({width})) halfvec_cosine_ops) WITH (lists = {lists})"
        f" WHERE vector_dims(embedding) = {width}"
    )


def _counts(connection: Connection) -> tuple[int, int]:
    """Return how many vectors there are, and for how many the index was made, 0 where there is none."""
    count = connection.execute(text("SELECT count(*) FROM utterance_vectors")).scalar_one()
    comment = connection.execute(
        text("SELECT obj_description(to_regclass(:name), 'pg_class')"), {"name": INDEX}
    ).scalar_one()
    made_for = int(comment.rpartition(" ")[2]) if comment else 0
    return int(count), made_for


def _width(connection: Connection) -> int:
    found = connection.execute(WIDTHS).scalar()
    if found is None:  # the sample had no page
        found = connection.execute(text("SELECT vector_dims(embedding) FROM utterance_vectors LIMIT 1")).scalar_one()
    return int(found)
