"""The database: open, retried, closed; errors without secrets."""

from stimmung.store.database import Database


def test_a_fresh_database_has_the_schema(database: Database) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'schema_migrations'"
    assert database.run(lambda connection: connection.exec_driver_sql(tables).scalar_one()) == 1
