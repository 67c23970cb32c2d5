"""A place that is looked at again and again: news only, also where the place goes and comes back."""

from pathlib import Path

import fsspec
import pytest
from tests.batch.overnight.places import finder, found, later, names, told, write

from stimmung.batch.overnight.records import Found, Told
from stimmung.batch.overnight.watching import Watch
from stimmung.speech.errors import AudioError


def look(watch: Watch) -> list[Found | Told]:
    return list(watch.look(later))


def new(watch: Watch) -> list[tuple[str, ...]]:
    return [names(call) for call in found(iter(look(watch)))]


def test_only_what_is_new_or_has_changed_is_given(tmp_path: Path) -> None:
    write(tmp_path, "a.wav", "b.wav")
    watch = Watch(finder(), str(tmp_path))
    assert new(watch) == [("a.wav",), ("b.wav",)]
    assert new(watch) == []
    write(tmp_path, "b.wav", content="more")
    write(tmp_path, "c.wav")
    assert new(watch) == [("b.wav",), ("c.wav",)]
    write(tmp_path, "a.call.json", content="{}")
    assert new(watch) == [("a.wav",)]
    assert new(watch) == []


def test_a_file_that_went_and_came_back_is_new(tmp_path: Path) -> None:
    write(tmp_path, "a.wav")
    watch = Watch(finder(), str(tmp_path))
    look(watch)
    (tmp_path / "a.wav").unlink()
    assert new(watch) == []
    write(tmp_path, "a.wav")
    assert new(watch) == [("a.wav",)]


def test_a_file_that_is_being_written_is_told_once_and_given_when_it_has_settled(tmp_path: Path) -> None:
    written = write(tmp_path, "a.wav").stat().st_mtime
    watch = Watch(finder(), str(tmp_path))
    (first,) = watch.look(lambda: written + 1)
    assert isinstance(first, Told)
    assert first.kind == "waiting"
    assert list(watch.look(lambda: written + 2)) == []
    assert new(watch) == [("a.wav",)]


def test_a_pair_is_given_whole_when_its_other_half_comes(tmp_path: Path) -> None:
    written = write(tmp_path, "a-in.wav").stat().st_mtime
    watch = Watch(finder(), str(tmp_path))
    (waiting,) = watch.look(lambda: written + 100)
    assert isinstance(waiting, Told)
    write(tmp_path, "a-out.wav")
    assert new(watch) == [("a-in.wav", "a-out.wav")]


def test_a_place_that_goes_is_told_once_and_what_comes_back_is_not_new(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    write(drive, "a.wav")
    watch = Watch(finder(), str(drive))
    look(watch)
    drive.rename(tmp_path / "away")
    (gone,) = told(iter(look(watch)))
    assert (gone.kind, gone.place) == ("unreadable", str(drive))
    assert look(watch) == []
    (tmp_path / "away").rename(drive)
    assert new(watch) == []
    write(drive, "b.wav")
    assert new(watch) == [("b.wav",)]


def test_a_place_that_never_was_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        look(Watch(finder(), str(tmp_path / "gone")))


def test_where_nothing_says_how_old_a_file_is_it_has_to_look_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    system = fsspec.filesystem("memory")
    sizes = iter([3, 5, 5, 5])

    def ls(path: str, **options: object) -> list[dict[str, object]]:
        return [{"name": "/calls/a.wav", "size": next(sizes), "type": "file"}]

    monkeypatch.setattr(system, "ls", ls)
    watch = Watch(finder(), "memory://calls")
    assert [new(watch) for _ in range(4)] == [[], [], [("a.wav",)], []]
