"""Where the jobs' tests keep the keys."""

import pytest
from tests.store.made_calls import places_below

from stimmung.store.database import Database
from stimmung.store.places import Places


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


@pytest.fixture
def places_of_embedded(embedded_database: Database) -> Places:
    return places_below(embedded_database.data_dir)
