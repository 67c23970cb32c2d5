"""Every file with a call in it can be found again, under the path it has now, and deleted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from stimmung.store.database import Database
from stimmung.store.removal.exports_register import (
    Export,
    Removed,
    delete_export,
    doom_exports,
    exports_about,
    register_export,
    remove_doomed_exports,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def export(path: Path, *call_ids: str, pseudonym: str | None = None) -> Export:
    return Export(path, "anna", NOON, call_ids, pseudonym, "k1" if pseudonym else None, {"format": "json"})


def register(database: Database, *several: Export) -> None:
    def all_of_them(connection: Connection) -> None:
        for one in several:
            register_export(connection, one)

    database.run(all_of_them)


def test_exports_are_found_by_call_and_by_person(database: Database, tmp_path: Path) -> None:
    one = export(tmp_path / "one.json", "call-1", "call-2")
    person = export(tmp_path / "person.json", "call-3", pseudonym="ab" * 32)
    register(database, one, person)
    assert database.run(lambda connection: exports_about(connection, ["call-2", "call-9"])) == (one,)
    assert database.run(lambda connection: exports_about(connection, [], ["ab" * 32])) == (person,)
    assert database.run(lambda connection: exports_about(connection, ["call-9"], ["cd" * 32])) == ()


def test_a_path_that_is_written_again_holds_what_was_written_last(database: Database, tmp_path: Path) -> None:
    again = export(tmp_path / "one.json", "call-2")
    register(database, export(tmp_path / "one.json", "call-1"), again)
    assert database.run(lambda connection: exports_about(connection, ["call-1", "call-2"])) == (again,)


def test_a_path_is_kept_where_it_leads_to(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    monkeypatch.chdir(tmp_path)
    register(database, export(Path("link") / "one.json", "call-1"), export(Path("two.json"), "call-1"))
    found = database.run(lambda connection: exports_about(connection, ["call-1"]))
    assert {one.path for one in found} == {tmp_path / "there" / "one.json", tmp_path / "two.json"}


def test_what_is_given_up_is_deleted_and_forgotten(database: Database, tmp_path: Path) -> None:
    one, two = export(tmp_path / "one.json", "call-1"), export(tmp_path / "two.json", "call-1")
    for path in (one.path, two.path):
        path.write_text("words")
    register(database, one, two)
    assert database.run(lambda connection: doom_exports(connection, [one], "e-1")) == 1
    assert one.path.exists()
    assert remove_doomed_exports(database) == (Removed(one.path, "e-1", "removed"),)
    assert (one.path.exists(), two.path.exists()) == (False, True)
    assert database.run(lambda connection: exports_about(connection, ["call-1"])) == (two,)
    assert remove_doomed_exports(database) == ()


def test_a_file_that_cannot_be_deleted_is_tried_again(database: Database, tmp_path: Path) -> None:
    one = export(tmp_path / "one.json", "call-1")
    one.path.mkdir()
    register(database, one)
    database.run(lambda connection: doom_exports(connection, [one], "e-1"))
    assert remove_doomed_exports(database) == (Removed(one.path, "e-1", "left"),)
    one.path.rmdir()
    assert remove_doomed_exports(database) == (Removed(one.path, "e-1", "missing"),)
    assert remove_doomed_exports(database) == ()


def test_files_are_deleted_and_what_is_no_file_is_left(tmp_path: Path) -> None:
    file, folder = tmp_path / "one.json", tmp_path / "folder"
    file.write_text("changed by somebody")
    (folder / "with").mkdir(parents=True)
    assert (delete_export(file), delete_export(file)) == ("removed", "missing")
    assert delete_export(file / "below" / "nothing") == "missing"
    assert delete_export(folder) == "left"
    assert not file.exists()
    assert folder.exists()


def test_of_a_link_only_the_link_goes(tmp_path: Path) -> None:
    target, link = tmp_path / "theirs.json", tmp_path / "link.json"
    target.write_text("theirs")
    link.symlink_to(target)
    assert delete_export(link) == "removed"
    assert target.read_text() == "theirs"


def test_the_time_of_the_export_is_kept(database: Database, tmp_path: Path) -> None:
    register(database, Export(tmp_path / "late.json", "anna", NOON + timedelta(days=2), ("call-1",)))
    (found,) = database.run(lambda connection: exports_about(connection, ["call-1"]))
    assert (found.at, found.who) == (NOON + timedelta(days=2), "anna")
