"""Folders on this machine: hidden files, circles of links, folders that cannot be read, files that vanish."""

import os
from pathlib import Path

import pytest
from tests.batch.overnight.places import write

from stimmung.batch.overnight.folders import folder_listings, found_file
from stimmung.batch.overnight.records import Listing, Told
from stimmung.speech.errors import AudioError


def listings(top: Path) -> dict[str, list[str]]:
    """Return the names of files by folder below `top`."""
    return {item.below: list(item.files) for item in folder_listings(top) if isinstance(item, Listing)}


def test_every_folder_is_listed_in_the_order_of_names(tmp_path: Path) -> None:
    write(tmp_path, "b.wav", "a.wav", "monday/2/c.wav", "friday/d.wav")
    assert list(listings(tmp_path).items()) == [
        ("", ["a.wav", "b.wav"]), ("friday", ["d.wav"]), ("monday", []), ("monday/2", ["c.wav"]),
    ]  # fmt: skip


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, ".a.wav", ".snapshot/b.wav", "c.wav")
    assert listings(tmp_path) == {"": ["c.wav"]}


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", "a.wav")
    calls = tmp_path / "calls"
    write(calls, "b/c.wav")
    (calls / "link").symlink_to(tmp_path / "elsewhere")
    (calls / "b" / "up").symlink_to(calls)
    (calls / "nowhere").symlink_to(tmp_path / "gone")
    (calls / "d.wav").symlink_to(tmp_path / "elsewhere" / "a.wav")
    assert listings(calls) == {"": ["d.wav"], "b": ["c.wav"], "link": ["a.wav"]}
    (told,) = [item for item in folder_listings(calls) if isinstance(item, Told)]
    assert told == Told("left_out", str(calls / "b" / "up"), f"is the same folder as {calls}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a/b.wav", "c/d.wav")
    (tmp_path / "a").chmod(0)
    try:
        items = list(folder_listings(tmp_path))
    finally:
        (tmp_path / "a").chmod(0o700)
    assert [item.place for item in items if isinstance(item, Told)] == [str(tmp_path / "a")]
    assert [item.below for item in items if isinstance(item, Listing)] == ["", "c"]


def test_a_folder_that_vanishes_meanwhile_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path, "a/b.wav", "c/d.wav")
    items = folder_listings(tmp_path)
    next(items)
    (tmp_path / "a" / "b.wav").unlink()
    (tmp_path / "a").rmdir()
    told, listing = items
    assert isinstance(told, Told)
    assert (told.kind, told.place) == ("unreadable", str(tmp_path / "a"))
    assert isinstance(listing, Listing)
    assert list(listing.files) == ["d.wav"]


@pytest.mark.parametrize("name", ["gone", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "file.txt")
    with pytest.raises(AudioError, match="is no folder"):
        list(folder_listings(tmp_path / name))


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.wav")
    before = found_file(path)
    assert found_file(path) == before
    os.utime(path, ns=(1, 1))
    assert found_file(path).version != before.version


def test_a_copy_that_keeps_its_originals_time_is_as_young_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, "a.wav")
    written = path.stat().st_mtime
    os.utime(path, (0.0, 0.0))
    changed = found_file(path).changed
    assert changed is not None
    assert changed >= written - 1
