"""Cores are counted as the process may use them, quota of a container included."""

import os
from pathlib import Path

import pytest

from stimmung.models.cores import usable_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without affinity, as macOS and Windows are."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8), ("?", 8)]
)
def test_a_containers_quota_counts(quota: str, cores: int, tmp_path: Path) -> None:
    limit = tmp_path / "cpu.max"
    limit.write_text(quota + "\n")
    assert usable_cores(limit) == cores


def test_without_a_container_the_processs_own_cores_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert usable_cores(tmp_path / "absent") == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 3}, raising=False)
    assert usable_cores(tmp_path / "absent") == 2
