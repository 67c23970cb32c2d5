"""What is found goes into the table, what is not done is told, and what is being written is waited for."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.batch.overnight.toy_jobs import ToyJobs

from stimmung.batch.overnight.found_jobs import trouble_of
from stimmung.batch.overnight.scanning import Scan
from stimmung.batch.overnight.sources import finder_of
from stimmung.speech.settings import BatchSettings, Settings

NOW = datetime(2026, 3, 1, 20, tzinfo=UTC).timestamp()


class Folder:
    """A folder and a scan of it."""

    def __init__(self, folder: Path, watch: bool = False, settle: float = 0.0, where: str | None = None) -> None:
        self.folder, self.told, self.jobs = folder, list[str](), ToyJobs()
        settings = Settings(batch=BatchSettings(settle_seconds=settle, pair_wait_seconds=0))
        places = (str(folder) if where is None else where,)
        self.scan = Scan(
            finder_of(settings), places, self.jobs, "night", "oldest", watch, self.told.append, lambda: NOW
        )

    def write(self, name: str, content: bytes = b"RIFF") -> None:
        (self.folder / name).write_bytes(content)
        os.utime(self.folder / name, (NOW - 3600, NOW - 3600))

    def names(self) -> list[str]:
        return sorted(Path(job.sources[0]).name for job in self.jobs.jobs.values())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_all_that_is_there_is_added(folder: Folder) -> None:
    for name in ("a.wav", "b.wav", "notes.txt"):
        folder.write(name)
    folder.scan.run()
    assert folder.names() == ["a.wav", "b.wav"]
    assert (folder.scan.finished, folder.scan.added.new, folder.scan.troubles) == (True, 2, [])


def test_a_sidecar_that_makes_no_sense_is_a_job_that_fails(folder: Folder) -> None:
    folder.write("a.wav")
    folder.write("a.call.json", b"no JSON")
    folder.scan.run()
    (job,) = folder.jobs.jobs.values()
    assert "a.call.json" in trouble_of(job)


def test_a_place_that_is_not_there_is_told_and_counts(tmp_path: Path) -> None:
    away = Folder(tmp_path, where=str(tmp_path / "away"))
    away.scan.run()
    assert away.scan.finished
    assert len(away.scan.troubles) == len(away.told) == 1


def test_an_address_that_nothing_reads_ends_the_run(tmp_path: Path) -> None:
    odd = Folder(tmp_path, where="gopher://calls")
    odd.scan.run()
    assert odd.scan.wrong is not None


def test_the_database_is_waited_for(folder: Folder) -> None:
    folder.scan.again_seconds = 0.0
    folder.write("a.wav")
    folder.jobs.away = 3
    folder.scan.run()
    assert folder.names() == ["a.wav"]


def test_what_stays_in_writing_is_left_to_the_next_run(tmp_path: Path) -> None:
    busy = Folder(tmp_path, settle=0.5)
    busy.scan.look_seconds = 0.0
    busy.write("fresh.wav")
    busy.scan.clock = lambda: (tmp_path / "fresh.wav").stat().st_ctime + 0.1
    busy.scan.run()
    assert busy.names() == []
    assert any("still being written" in line for line in busy.told)
    assert busy.scan.troubles == []
