"""The tables that the code knows are those that the migrations make, and pgvector can index what is kept."""

from sqlalchemy import ARRAY, REAL, Connection, inspect, text
from tests.store.made_calls import VECTOR, places_below, saved_call

from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.schema import METADATA

MIGRATIONS = "schema_migrations"


def found_tables(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
    """Return the columns of each table by name: their type, and whether they may be NULL."""
    # pgvector's type, which SQLAlchemy does not know: the code reads it as the array that it is without pgvector.
    connection.dialect.ischema_names["halfvec"] = lambda: ARRAY(REAL)  # type: ignore[attr-defined]
    inspector = inspect(connection)
    return {
        table: {
            column["name"]: (column["type"].compile(connection.dialect), bool(column["nullable"]))
            for column in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
        if table != MIGRATIONS
    }


def test_the_code_knows_every_table_and_column(database: Database) -> None:
    def known_tables(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
        return {
            name: {
                column.name: (column.type.compile(connection.dialect), bool(column.nullable))
                for column in table.columns
            }
            for name, table in METADATA.tables.items()
        }

    assert database.run(found_tables) == {**database.run(known_tables)}


def test_the_code_knows_every_key(database: Database) -> None:
    def keys(connection: Connection) -> dict[str, tuple[set[str], set[tuple[str, str, str]]]]:
        inspector = inspect(connection)
        return {
            table: (
                set(inspector.get_pk_constraint(table)["constrained_columns"]),
                {
                    (",".join(key["constrained_columns"]), key["referred_table"], key["options"].get("ondelete", ""))
                    for key in inspector.get_foreign_keys(table)
                },
            )
            for table in METADATA.tables
        }

    known = {
        name: (
            {column.name for column in table.primary_key},
            {
                (",".join(key.column_keys), key.referred_table.name, key.ondelete or "")
                for key in table.foreign_key_constraints
            },
        )
        for name, table in METADATA.tables.items()
    }
    assert database.run(keys) == known


def test_every_row_about_what_was_said_goes_with_its_call() -> None:
    """Only what names nobody, or outlives calls on purpose, does not hang on `calls`."""
    beside = {
        "pseudonym_keys",
        "provenances",
        "rulings",
        "doomed_files",
        "exports",
        "audit",
        "erasures",
        "saved_searches",
    }
    hanging = {"calls"}
    while (
        more := {
            name
            for name, table in METADATA.tables.items()
            for key in table.foreign_key_constraints
            if key.ondelete == "CASCADE" and key.referred_table.name in hanging
        }
        - hanging
    ):
        hanging |= more
    assert hanging | beside == set(METADATA.tables)


def test_pgvector_indexes_the_vectors_as_they_are(embedded_database: Database) -> None:
    places = places_below(embedded_database.data_dir)
    for number in range(3):
        save_call(embedded_database, places, saved_call(number))
    vector = saved_call(1).analysis.utterances[3].text_vector
    assert vector is not None

    def nearest(connection: Connection) -> tuple[str, int]:
        cast = f"(embedding::halfvec({VECTOR}))"
        connection.execute(text(f"CREATE INDEX ON utterance_vectors USING hnsw ({cast} halfvec_cosine_ops)"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        query = (
            "FROM utterance_vectors JOIN calls ON calls.id = call"
            f" ORDER BY {cast} <=> CAST(CAST(:vector AS real[]) AS halfvec({VECTOR})) LIMIT 1"
        )
        given = {"vector": vector.tolist()}
        plan = "\n".join(connection.scalars(text(f"EXPLAIN SELECT 1 {query}"), given))
        assert "utterance_vectors_embedding_idx" in plan
        row = connection.execute(text(f"SELECT call_id, number {query}"), given).one()
        return row.call_id, row.number

    assert embedded_database.run(nearest) == ("call-1", 3)
