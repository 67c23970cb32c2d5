"""The vector that is asked with is turned by those that are kept."""

import numpy as np
import pytest
from tests.store.search.found_calls import WIDTH, axis

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


def turned(database: Database, spread: Spread, vector: Samples) -> Samples:
    return database.run(lambda connection: spread.aim(connection, vector).vector)


def test_what_all_have_in_common_does_not_count(embedded_database: Database) -> None:
    fill(embedded_database, cone(400))
    found = turned(embedded_database, Spread(), axis(0, 1, 0.3) + axis(2) * 0.1)
    assert float(np.linalg.norm(found)) == pytest.approx(1.0, abs=1e-5)
    assert abs(float(found[0])) < 0.2  # the cone's axis
    assert float(found[1]) < 2.5 * float(found[2])  # 3 to 1 before


def test_cosines_are_told_apart_from_those_with_all_that_is_kept(embedded_database: Database) -> None:
    kept = cone(400)
    fill(embedded_database, kept)
    aim = embedded_database.run(lambda connection: Spread().aim(connection, axis(0, 2, 0.3)))
    cosines = kept @ aim.vector
    assert aim.count == 400
    assert aim.mean == pytest.approx(float(cosines.mean()), abs=1e-3)
    assert aim.deviation == pytest.approx(float(cosines.std()), rel=0.02)


def test_too_few_tell_nothing(embedded_database: Database) -> None:
    fill(embedded_database, cone(FEWEST - 1))
    assert np.array_equal(turned(embedded_database, Spread(), axis(3)), axis(3))
    assert np.array_equal(turned(embedded_database, Spread(), np.ones(4, np.float32)), np.ones(4, np.float32))
    assert embedded_database.run(lambda connection: Spread().aim(connection, axis(3))).deviation == 0.0


def test_the_sample_is_taken_anew_after_a_while(embedded_database: Database) -> None:
    now = [0.0]
    spread = Spread(lambda: now[0])
    fill(embedded_database, cone(FEWEST - 1))
    assert np.array_equal(turned(embedded_database, spread, axis(3)), axis(3))
    fill(embedded_database, cone(FEWEST))
    now[0] = RENEWED - 1
    assert np.array_equal(turned(embedded_database, spread, axis(3)), axis(3))
    now[0] = RENEWED
    assert not np.array_equal(turned(embedded_database, spread, axis(3)), axis(3))
