"""The index over sentence vectors: made when there are many, made anew when they have become many more."""

from typing import Final

from sqlalchemy import Connection, text

from stimmung.store.database import Database
from stimmung.store.search.meanings import INDEX

FEWEST: Final = 50_000  # vectors; fewer are compared one by one in some 20 ms
GROWTH: Final = 3  # times as many as when the index was made: its lists have become too long
ROWS_A_LIST: Final = 1_000
MOST_LISTS: Final = 4_000
WIDTHS = text(
    "SELECT vector_dims(embedding) AS width FROM utterance_vectors TABLESAMPLE SYSTEM (0.1)"
    " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
)


def tend_vectors(database: Database, memory: str = "256MB") -> bool:
    """Make or renew the index where that is due, and say whether it was; searching goes on meanwhile.

    `memory` is what PostgreSQL may use for it. Raises StoreError.
    """
    if not database.has_half_vectors:
        return False
    count, made_for = database.run(_counts)
    if count < FEWEST or count < made_for * GROWTH:
        return False
    width = database.run(_width)
    lists = min(max(round(count / ROWS_A_LIST), 10), MOST_LISTS)
    with database.outside_transactions() as connection:
        for statement in (
            f"SET maintenance_work_mem = '{memory}'",
            f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}_new",
            _created(width, lists),
            f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}",
            f"ALTER INDEX {INDEX}_new RENAME TO {INDEX}",
            f"COMMENT ON INDEX {INDEX} IS 'made for {count}'",
            "RESET maintenance_work_mem",
        ):
            connection.execute(text(statement))
    return True


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
