"""Recordings at URLs, in the file systems that fsspec brings along: memory and this machine's."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from tests.batch.overnight.places import finder, found, later, names, told, write

from stimmung.batch.overnight.records import FoundFile, Listing
from stimmung.batch.overnight.urls import (
    is_url,
    local_copy,
    neighbours,
    open_file,
    remote_errors,
    remote_place,
    stat_file,
    url_listings,
)
from stimmung.speech.errors import AudioError, SettingsError


@pytest.fixture
def bucket() -> Iterator[str]:
    """An address in memory, empty before and after."""
    system = fsspec.filesystem("memory")
    system.pipe({"/calls/a.wav": b"1234", "/calls/monday/b.wav": b"12", "/calls/monday/b.call.json": b'{"queue": "x"}'})
    yield "memory://calls"
    system.rm("/calls", recursive=True)


def listings(url: str) -> dict[str, list[str]]:
    return {item.below: list(item.files) for item in url_listings(url) if isinstance(item, Listing)}


def test_an_address_is_known_from_a_path() -> None:
    assert is_url("s3://bucket/calls")
    assert not is_url("/calls/a:b.wav")


def test_folders_below_an_address_are_listed(bucket: str) -> None:
    assert listings(bucket) == {"": ["a.wav"], "monday": ["b.call.json", "b.wav"]}
    (top, _) = url_listings(f"{bucket}/")
    assert isinstance(top, Listing)
    assert top.files["a.wav"].place == "memory://calls/a.wav"
    assert top.files["a.wav"].size == 4


def test_the_same_at_an_address_of_this_machine(tmp_path: Path) -> None:
    write(tmp_path, "a.wav", ".hidden.wav", "monday/b.wav")
    assert listings(f"file://{tmp_path}") == {"": ["a.wav"], "monday": ["b.wav"]}
    (top, _) = url_listings(f"file://{tmp_path}")
    assert isinstance(top, Listing)
    assert top.files["a.wav"].place == f"file://{tmp_path}/a.wav"


def test_what_came_meanwhile_is_seen_by_the_next_look(bucket: str) -> None:
    listings(bucket)
    fsspec.filesystem("memory").pipe("/calls/c.wav", b"1")
    assert listings(bucket)[""] == ["a.wav", "c.wav"]


def test_what_a_file_system_remembers_of_its_folders_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Remembering:
        def __init__(self) -> None:
            self.fresh = False

        def invalidate_cache(self) -> None:
            self.fresh = True

        def ls(self, path: str, detail: bool) -> list[dict[str, object]]:
            return [{"name": "b/a.wav", "size": 1, "type": "file"}] if self.fresh else []

    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda url: (Remembering(), "b"))
    assert listings("s3://b") == {"": ["a.wav"]}


def test_calls_are_found_with_what_stands_beside_them(bucket: str) -> None:
    calls = found(finder().find(bucket, later))
    assert [names(call) for call in calls] == [("a.wav",), ("b.wav",)]
    assert calls[1].info == {"queue": "x"}


def test_a_file_is_fetched_under_its_name(bucket: str, tmp_path: Path) -> None:
    copy = local_copy("memory://calls/a.wav", tmp_path)
    assert copy == tmp_path / "a.wav"
    assert copy.read_bytes() == b"1234"
    path = write(tmp_path, "own.wav")
    assert local_copy(str(path), tmp_path) == path


def test_the_version_is_that_of_the_listing_and_changes_with_the_file(bucket: str) -> None:
    place = "memory://calls/a.wav"
    before = stat_file(place)
    assert before == neighbours(place)["a.wav"]
    fsspec.filesystem("memory").pipe("/calls/a.wav", b"12345")
    assert stat_file(place).version != before.version


@pytest.mark.parametrize("place", ["memory://calls/gone.wav", "gone.wav"])
def test_a_file_that_is_gone_is_told_as_such(bucket: str, place: str) -> None:
    with pytest.raises(FileNotFoundError):
        stat_file(place)
    with pytest.raises(FileNotFoundError):
        open_file(place)


@pytest.mark.parametrize("place", ["memory://calls/monday", "."])
def test_a_folder_is_no_recording(bucket: str, place: str) -> None:
    with pytest.raises(IsADirectoryError):
        stat_file(place)


def test_where_there_is_nothing_it_is_said(bucket: str) -> None:
    with pytest.raises(AudioError, match=r"memory://elsewhere: there is nothing"):
        list(url_listings("memory://elsewhere"))


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = fsspec.filesystem("memory")
    listed = system.ls

    def ls(path: str, **options: object) -> object:
        if path.endswith("monday"):
            raise PermissionError(13, "Access denied")
        return listed(path, **options)

    monkeypatch.setattr(system, "ls", ls)
    items = list(finder().find(bucket, later))
    assert [names(call) for call in found(iter(items))] == [("a.wav",)]
    (problem,) = told(iter(items))
    assert (problem.kind, problem.place) == ("unreadable", "memory://calls/monday")
    assert problem.reason == "cannot be listed: Access denied"


def test_a_missing_package_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(SettingsError, match=r"s3://bucket/calls: .* pip install 'stimmung\[s3\]'"):
        remote_place("s3://bucket/calls")
    with pytest.raises(SettingsError, match=r"gs://bucket: .* Install s3fs to access S3"):
        remote_place("gs://bucket")


def test_an_address_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"tape://1: nothing here reads tape://"):
        remote_place("tape://1")


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="leave the password out") as caught:
        remote_place("sftp://me:hunter2@host/calls")
    assert "hunter2" not in str(caught.value)


def test_addresses_keep_what_the_file_system_leaves_out_of_its_paths() -> None:
    class Sftp:
        def unstrip_protocol(self, path: str) -> str:
            return f"sftp://{path}"

    def place(url: str) -> tuple[Sftp, str]:
        return Sftp(), "/calls"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fsspec.core, "url_to_fs", place)
        assert remote_place("sftp://me@host/calls/").address("/calls/a.wav") == "sftp://me@host/calls/a.wav"
        assert remote_place("sftp::other").address("/calls/a.wav") == "sftp:///calls/a.wav"


def test_errors_of_libraries_count_where_they_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Botocore:
        class BotoCoreError(Exception):
            pass

        ClientError = KeyError

    assert remote_errors()[0] is OSError
    monkeypatch.setitem(__import__("sys").modules, "botocore.exceptions", Botocore)
    assert {Botocore.BotoCoreError, KeyError} <= set(remote_errors())


def test_a_store_that_gives_tags_is_taken_at_their_word() -> None:
    class Tagged:
        def info(self, path: str) -> dict[str, object]:
            return {"name": "b/a.wav", "size": 4, "ETag": '"abc"', "type": "file"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fsspec.core, "url_to_fs", lambda url: (Tagged(), "b/a.wav"))
        assert stat_file("s3://b/a.wav") == FoundFile("s3://b/a.wav", "a.wav", 4, "abc", None)
