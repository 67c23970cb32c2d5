"""`stimmung db`: how the database is, and what is done to it as a whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.batch.kept_calls import BACKUP, WELL, FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store that is well."""
    return FakeStore()


def db(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["db", *words])


class TestStatus:
    def test_all_is_well(self, runner: CliRunner, store: FakeStore) -> None:
        result = db(runner, store, "status")
        assert result.exit_code == 0
        assert [line.rstrip().split(maxsplit=1) for line in result.stdout.splitlines()] == [
            ["database", "embedded, /srv/stimmung"],
            ["server", "PostgreSQL 18.4"],
            ["schema", "2, up to date"],
            ["size", "12 MB"],
            ["calls", "1,200, 30 with sound (640 kB)"],
            ["erasures", "4"],
            ["secret", "0123456789abcdef (fingerprint)"],
        ]
        assert result.stderr == ""

    def test_it_changes_nothing(self, runner: CliRunner, store: FakeStore) -> None:
        db(runner, store, "status")
        assert store.done == ["open as it is", "closed"]

    def test_json(self, runner: CliRunner, store: FakeStore) -> None:
        found = json.loads(db(runner, store, "status", "--json").stdout)
        assert (found["holdings"]["calls"], found["key_id"], found["to_do"]) == (1_200, "0123456789abcdef", [])

    def test_what_is_to_be_done_is_told_and_fails(self, runner: CliRunner, store: FakeStore) -> None:
        store.state = replace(WELL, schema_pending=1, erasures_pending=2, unknown_keys=("feedface",))
        result = db(runner, store, "status")
        assert result.exit_code == 1
        assert "2, 1 to come" in result.stdout
        schema, erasures, secret = result.stderr.splitlines()
        assert schema == "error: the schema is 1 step behind: run `stimmung db migrate`"
        assert erasures.startswith("error: 2 erasures not finished")
        assert "needs the secret feedface" in secret

    def test_calls_that_are_not_ready_for_search_are_told(self, runner: CliRunner, store: FakeStore) -> None:
        store.state = replace(WELL, unsearchable=3)
        result = db(runner, store, "status")
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "error: 3 calls not ready for search, or made ready with other search.compound_"
        )
        assert "stimmung db migrate" in result.stderr

    def test_a_store_without_a_secret_yet(self, runner: CliRunner, store: FakeStore) -> None:
        store.state = replace(WELL, key_id=None)
        assert "none yet" in db(runner, store, "status").stdout


class TestMigrate:
    def test_tells_what_was_applied(self, runner: CliRunner, store: FakeStore) -> None:
        store.migrations = ("0001_calls", "0002_traces")
        result = db(runner, store, "migrate")
        assert result.stdout == "applied 0001_calls\napplied 0002_traces\nschema 2, up to date\n"
        assert store.done == ["make as it is", "migrate", "closed"]

    def test_nothing_to_apply(self, runner: CliRunner, store: FakeStore) -> None:
        assert db(runner, store, "migrate").stdout == "schema 2, up to date\n"


class TestBackup:
    def test_prints_where_it_is_alone(self, runner: CliRunner, store: FakeStore) -> None:
        result = db(runner, store, "backup")
        assert result.stdout == f"{BACKUP.path}\n"
        assert result.stderr == "12 calls, 3 recordings, 1.3 MB; 1 recording went while it was made\n"
        assert store.done[1] == ("backup", None)

    def test_into_another_folder(self, runner: CliRunner, store: FakeStore) -> None:
        db(runner, store, "backup", "/mnt/backups")
        assert store.done[1] == ("backup", Path("/mnt/backups"))

    def test_json(self, runner: CliRunner, store: FakeStore) -> None:
        found = json.loads(db(runner, store, "backup", "--json").stdout)
        assert (found["path"], found["bytes"], found["calls"]) == (str(BACKUP.path), 1_260_000, 12)


class TestRestore:
    def test_tells_what_came_back_and_what_did_not(self, runner: CliRunner, store: FakeStore) -> None:
        result = db(runner, store, "restore", "old.backup")
        assert result.stdout == (
            "restored: 9 calls, without 2 erased since, 1 too old by now, 2 recordings; 1 recording not in the backup\n"
        )
        assert store.done == ["make as it is", ("restore", Path("old.backup"), False, ()), "closed"]

    def test_all_came_back(self, runner: CliRunner, store: FakeStore) -> None:
        store.restored = replace(store.restored, erased_again=0, too_old=0, recordings_missing=0)
        assert db(runner, store, "restore", "old.backup").stdout == "restored: 9 calls, 2 recordings\n"

    def test_force_and_other_registers(self, runner: CliRunner, store: FakeStore) -> None:
        db(runner, store, "restore", "old.backup", "--force", "--register", "a.jsonl", "--register", "b.jsonl")
        assert store.done[1] == ("restore", Path("old.backup"), True, (Path("a.jsonl"), Path("b.jsonl")))

    def test_json(self, runner: CliRunner, store: FakeStore) -> None:
        found = json.loads(db(runner, store, "restore", "old.backup", "--json").stdout)
        assert (found["erased_again"], found["undone"]) == (2, [])

    @pytest.mark.parametrize("form", [(), ("--json",)])
    def test_traces_that_the_server_did_not_let_go_are_told_and_fail(
        self, runner: CliRunner, store: FakeStore, form: tuple[str, ...]
    ) -> None:
        store.restored = replace(store.restored, undone=("its log keeps old files: `wal_recycle = off`",))
        result = db(runner, store, "restore", "old.backup", *form)
        assert result.exit_code == 1
        assert result.stderr == "error: its log keeps old files: `wal_recycle = off`\n"
        assert "9" in result.stdout


class TestRotateSecret:
    def test_tells_the_new_ones_fingerprint(self, runner: CliRunner, store: FakeStore) -> None:
        result = db(runner, store, "rotate-secret")
        assert result.stdout == "secret feedfacefeedface, 12 rows with new pseudonyms\n"
        assert store.done == ["open", "rotate", "closed"]

    def test_lost_secrets_are_given_up_only_after_a_yes(self, runner: CliRunner, store: FakeStore) -> None:
        assert db(runner, store, "rotate-secret", "--forget-lost").exit_code == 2
        assert store.done == []
        result = db(runner, store, "rotate-secret", "--forget-lost", "--yes")
        assert result.stderr == "3 calls can be found by id only from now on\n"
        assert store.done == ["open", "forget", "rotate", "closed"]
