"""The vector that is asked with is turned by those that are kept."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select
from tests.store.search.found_calls import NOW, WIDTH, Said, axis, keep

from stimmung.speech.records import Samples
from stimmung.store.database import Database
from stimmung.store.search.meaning.spread import FEWEST, RENEWED, Spread

WITHOUT_CALLS = """DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'utterance_vectors'::regclass AND contype = 'f'
    LOOP EXECUTE format('ALTER TABLE utterance_vectors DROP CONSTRAINT %%I', name); END LOOP;
END $$"""


def fill(database: Database, vectors: Samples) -> None:
    """Keep vectors without their calls."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(WITHOUT_CALLS)
        connection.exec_driver_sql("TRUNCATE utterance_vectors")
        for number, vector in enumerate(vectors):
            given = "[" + ",".join(str(value) for value in vector) + "]"
            connection.exec_driver_sql(
                "INSERT INTO utterance_vectors (call, number, embedding) VALUES (1, %s, %s::halfvec)", (number, given)
            )


def cone(count: int) -> Samples:
    """Return vectors about the first axis, which differ much along the second and little along the others."""
    drawn = np.random.default_rng(7).normal(0.0, 0.02, (count, WIDTH))
    drawn[:, 0] += 1.0
    drawn[:, 1] *= 10
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def turned(database: Database, spread: Spread, vector: Samples, until: datetime = NOW) -> Samples:
    return database.run(lambda connection: spread.aim(connection, vector, until).vector)


def test_what_all_have_in_common_does_not_count(embedded_database: Database) -> None:
    fill(embedded_database, cone(400))
    found = turned(embedded_database, Spread(), axis(0, 1, 0.3) + axis(2) * 0.1)
    assert float(np.linalg.norm(found)) == pytest.approx(1.0, abs=1e-5)
    assert abs(float(found[0])) < 0.2  # the cone's axis
    assert float(found[1]) < 2.5 * float(found[2])  # 3 to 1 before


def test_cosines_are_told_apart_from_those_with_all_that_is_kept(embedded_database: Database) -> None:
    kept = cone(400)
    fill(embedded_database, kept)
    aim = embedded_database.run(lambda connection: Spread().aim(connection, axis(0, 2, 0.3), NOW))
    cosines = kept @ aim.vector
    assert aim.count == 400
    assert aim.mean == pytest.approx(float(cosines.mean()), abs=1e-3)
    assert aim.deviation == pytest.approx(float(cosines.std()), rel=0.02)


def test_too_few_tell_nothing(embedded_database: Database) -> None:
    fill(embedded_database, cone(FEWEST - 1))
    assert np.array_equal(turned(embedded_database, Spread(), axis(3)), axis(3))
    assert np.array_equal(turned(embedded_database, Spread(), np.ones(4, np.float32)), np.ones(4, np.float32))
    assert embedded_database.run(lambda connection: Spread().aim(connection, axis(3), NOW)).deviation == 0.0


def test_the_sample_is_taken_anew_after_a_while(embedded_database: Database) -> None:
    spread = Spread()
    fill(embedded_database, cone(FEWEST))
    first = turned(embedded_database, spread, axis(3))
    fill(embedded_database, cone(400))
    assert np.array_equal(turned(embedded_database, spread, axis(3), NOW + RENEWED - timedelta(seconds=1)), first)
    assert not np.array_equal(turned(embedded_database, spread, axis(3), NOW + RENEWED), first)


def test_the_first_calls_of_all_are_told_apart_at_once(embedded_database: Database) -> None:
    spread = Spread()
    fill(embedded_database, cone(FEWEST - 1))
    assert np.array_equal(turned(embedded_database, spread, axis(3)), axis(3))
    fill(embedded_database, cone(FEWEST))
    assert not np.array_equal(turned(embedded_database, spread, axis(3)), axis(3))


def test_what_is_kept_later_changes_nothing(embedded_database: Database) -> None:
    """Another process, that is asked for a later page, takes the same sample."""
    keep(embedded_database, "a", *(Said(f"Zähler {number}", near=number % 4) for number in range(20)))
    until = embedded_database.run(lambda connection: connection.execute(select(func.now())).scalar_one())
    first = turned(embedded_database, Spread(), axis(3, 1, 0.5), until)
    keep(embedded_database, "b", *(Said("Strom", near=5 + number % 2) for number in range(20)))
    assert np.array_equal(turned(embedded_database, Spread(), axis(3, 1, 0.5), until), first)
    later = turned(embedded_database, Spread(), axis(3, 1, 0.5), until + timedelta(days=1))
    assert not np.allclose(later, first)
