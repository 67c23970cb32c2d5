"""Rows by COPY: arrays as PostgreSQL has them, errors as SQLAlchemy's and without the rows."""

import math

import numpy as np
import pytest
from sqlalchemy import ARRAY, REAL, Column, Double, Integer, MetaData, Table, Text, select
from sqlalchemy.exc import DBAPIError

from stimmung.store.copying import copy_rows
from stimmung.store.database import Database

TABLE = Table(
    "copied",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("wide", ARRAY(Double)),
    Column("narrow", ARRAY(REAL)),
    Column("texts", ARRAY(Text)),
)
NAMES = ("number", "wide", "narrow", "texts")


@pytest.fixture
def table(database: Database) -> Database:
    database.run(TABLE.create)
    return database


def test_arrays_arrive_to_the_bit(table: Database) -> None:
    wide = np.array([0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf])
    narrow = np.array([0.1, 1e-45, 3.4e38], np.float32)
    rows = [(1, wide, narrow, ["a", "ä\n\t\\"]), (2, wide[:0], narrow[:0], []), (3, None, None, None)]
    table.run(lambda connection: copy_rows(connection, TABLE, NAMES, rows))
    found = table.run(lambda connection: connection.execute(select(TABLE).order_by(TABLE.c.number)).all())
    assert np.array(found[0].wide).tobytes() == wide.tobytes()
    assert np.array(found[0].narrow, np.float32).tobytes() == narrow.tobytes()
    assert found[0].texts == ["a", "ä\n\t\\"]
    assert tuple(found[1])[1:] == ([], [], [])
    assert tuple(found[2])[1:] == (None, None, None)


def test_not_a_number_is_none_too(table: Database) -> None:
    row: tuple[object, ...] = (1, np.array([math.nan]), np.array([np.nan], np.float32), [])
    table.run(lambda connection: copy_rows(connection, TABLE, NAMES, [row]))
    found = table.run(lambda connection: connection.execute(select(TABLE)).one())
    assert math.isnan(found.wide[0])
    assert math.isnan(found.narrow[0])


def test_postgresql_reads_the_arrays_as_its_own(table: Database) -> None:
    row = (1, np.array([1.0, 2.5]), np.array([3.0], np.float32), ["x"])
    table.run(lambda connection: copy_rows(connection, TABLE, NAMES, [row]))
    found = table.run(
        lambda connection: connection.exec_driver_sql("SELECT wide[2], narrow[1], texts[1] FROM copied").one()
    )
    assert tuple(found) == (2.5, 3.0, "x")


def test_an_error_is_sqlalchemys_and_the_row_is_not_in_it(table: Database) -> None:
    row: tuple[object, ...] = (1, None, None, ["words that were said"])
    with table.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        copy_rows(connection, TABLE, NAMES, [row, row])
    assert "words" not in str(caught.value.__cause__)
    assert not caught.value.connection_invalidated
    assert caught.value.orig is not None
    assert getattr(caught.value.orig, "sqlstate", None) == "23505"


def test_a_connection_that_was_lost_is_known_as_lost(table: Database) -> None:
    with table.engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        table.run(lambda other: other.exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (number,)))
        with pytest.raises(DBAPIError) as caught:
            copy_rows(connection, TABLE, NAMES, [(1, None, None, ["words that were said"])])
        assert caught.value.connection_invalidated
        connection.invalidate()
