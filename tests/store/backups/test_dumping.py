"""Backups move between servers of different versions and extensions, or it is told why they do not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.store.made_calls import places_below, saved_call
from tests.store.outside_servers import ROLE, OutsideServer

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import connection_parameters
from stimmung.store.backups.backup import make_backup
from stimmung.store.backups.restore import RestoreOptions, restore_backup
from stimmung.store.calls import load_call, save_call
from stimmung.store.data_folder import private_folder
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMPTY = "moved_to"

pytestmark = [pytest.mark.slow, pytest.mark.needs("pg_ctlcluster")]


@pytest.fixture
def older(debian: OutsideServer, tmp_path: Path) -> Iterator[Steward]:
    """An empty database of an older server, which has TLS of its own and no vectors."""
    with debian.admin() as admin:
        admin.execute(f"CREATE DATABASE {EMPTY} OWNER {ROLE} ENCODING 'UTF8' TEMPLATE template0")
    try:
        parameters = connection_parameters(debian.url(EMPTY))
        with Database("external", private_folder(tmp_path / "older"), parameters) as database:
            yield Steward(database, places_below(database.data_dir), "anna", Pace())
    finally:
        with debian.admin() as admin:
            admin.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


@pytest.fixture
def newer(embedded_database: Database) -> Steward:
    """A store on the embedded server, with a call."""
    steward = Steward(embedded_database, places_below(embedded_database.data_dir), "anna", Pace())
    save_call(steward.database, steward.places, saved_call(1))
    return steward


def test_a_backup_of_a_newer_server_is_read_by_programs_that_can(newer: Steward, older: Steward) -> None:
    newer.database.run(
        lambda connection: connection.exec_driver_sql("ALTER TABLE utterance_vectors ALTER embedding TYPE real[]")
    )
    older.places.secret.parent.mkdir(exist_ok=True)
    older.places.secret.write_bytes(newer.places.secret.read_bytes())
    older.places.secret.chmod(0o600)
    restored = restore_backup(older, make_backup(newer, NOW).path, NOW, RestoreOptions())
    assert (restored.calls, load_call(older.database, "call-1").call_id) == (1, "call-1")


def test_vectors_that_a_server_cannot_hold_are_told(newer: Steward, older: Steward) -> None:
    with pytest.raises(StoreError, match=r"no pgvector of version 0\.7 or newer"):
        restore_backup(older, make_backup(newer, NOW).path, NOW, RestoreOptions())
