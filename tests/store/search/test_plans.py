"""Statements that are asked again and again on one connection are planned with their values each time."""

from sqlalchemy import text
from tests.store.search.found_calls import Said, axis, find, keep

from stimmung.store.database import Database

GENERIC = text("SELECT coalesce(sum(generic_plans), 0), sum(custom_plans) FROM pg_prepared_statements")


def test_no_search_is_planned_without_its_values(database: Database) -> None:
    keep(database, "one", Said("Die Rechnung ist falsch", near=0))
    vectors = (axis(0),) if database.has_half_vectors else ()  # none on a server without pgvector
    for _ in range(15):  # the tenth is the last that PostgreSQL plans with values of its own accord
        find(database, "rechnung", "hybrid", vectors)
    generic, custom = database.run(lambda connection: connection.execute(GENERIC).one())
    assert generic == 0
    assert custom > 0
