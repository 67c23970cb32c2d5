from pathlib import Path

import pytest

from stimmung.store.embedded.memory import LEAST, MOST, shared_megabytes


@pytest.mark.parametrize(("gigabytes", "expected"), [(0.5, LEAST), (2, 256), (4, 512), (1_000, MOST)])
def test_an_eighth_of_what_a_container_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gigabytes: float, expected: int
) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 2_000 * 2**30 if name == "SC_PHYS_PAGES" else 1)
    limit = tmp_path / "memory.max"
    limit.write_text(f"{int(gigabytes * 2**30)}\n")
    assert shared_megabytes([limit]) == expected


def test_without_a_limit_of_the_machine_and_of_an_unknown_one_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("max\n")
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**20}
    monkeypatch.setattr("os.sysconf", pages.__getitem__)
    assert shared_megabytes([limit, tmp_path / "none"]) == 512

    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", unknown)
    assert shared_megabytes([limit]) == LEAST
