"""Figures for Prometheus."""

import stat
from pathlib import Path

import pytest

from stimmung.batch.overnight.supervisor import State
from stimmung.batch.overnight.textfile import metrics_text, write_metrics
from stimmung.store.jobs.records import Counts

STATE = State(Counts({"done": 3, "failed": 1}, {}, 420.5, 7.0, {"recognise": 60.0}), 1, 2, False, True, None)


def test_the_figures() -> None:
    lines = metrics_text(STATE, 1_772_395_200.0).splitlines()
    assert {
        'stimmung_batch_recordings{state="done"} 3',
        'stimmung_batch_recordings{state="failed"} 1',
        "stimmung_batch_audio_seconds 420.500",
        "stimmung_batch_repeated_seconds 7.000",
        'stimmung_batch_stage_seconds{stage="recognise"} 60.000',
        "stimmung_batch_worker_restarts 2",
        "stimmung_batch_paused 1",
        "stimmung_batch_ended 0",
        "stimmung_batch_timestamp_seconds 1772395200.000",
    } <= set(lines)


def test_each_is_declared_once() -> None:
    lines = metrics_text(STATE, 0.0).splitlines()
    declared = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(declared) == len(set(declared))
    assert {line.partition("{")[0].split()[0] for line in lines if not line.startswith("#")} == set(declared)


def test_the_file_is_replaced_as_a_whole_and_others_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "stimmung.prom"
    file.write_text("old")
    write_metrics(file, "new\n")
    assert file.read_text() == "new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(tmp_path.iterdir()) == [file]


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "stimmung.prom").mkdir()
    with pytest.raises(OSError, match=r"directory|Directory"):
        write_metrics(tmp_path / "stimmung.prom", "new\n")
    assert [file.name for file in tmp_path.iterdir()] == ["stimmung.prom"]
