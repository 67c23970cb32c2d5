"""Models as files: pins are compared, weights read through, and the hub's refusals told with the way out."""

import hashlib
from fnmatch import fnmatch
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from stimmung.models.hub import Kind, hub_errors, locate_pretrained, located, sha256_of, verified
from stimmung.speech.errors import WeightsError

KIND = Kind("voice model", ("*.json",), "choose mine, a folder or OWNER/NAME")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's files."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_bytes(b"{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def fetched(cache: Path, owner: str, name: str, files: tuple[str, ...]) -> Path:
    """Write what the hub's library leaves behind of a model; return the folder of the files."""
    repository = cache / "hub" / f"models--{owner}--{name}"
    snapshot = repository / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(snapshot.name)
    for file in files:
        (snapshot / file).write_bytes(file.encode())
    return snapshot


def test_a_hash_is_that_of_the_content_and_none_where_nothing_can_be_read(folder: Path) -> None:
    assert sha256_of(folder / "model.safetensors") == sha256(b"weights")
    assert sha256_of(folder / "none") is None


# pinned files


def test_pinned_files_are_an_embedded_model_with_the_hash_of_its_weights(folder: Path) -> None:
    pins = {"config.json": sha256(b"{}"), "model.safetensors": sha256(b"weights")}
    found = verified("mine", folder, pins, "reinstall")
    assert (found.name, found.folder, found.source, found.sha256) == ("mine", folder, "embedded", sha256(b"weights"))


@pytest.mark.parametrize("damaged", ["config.json", "model.safetensors"])
def test_another_file_than_the_pinned_one_is_refused_with_the_way_out(folder: Path, damaged: str) -> None:
    pins = {"config.json": sha256(b"{}"), "model.safetensors": sha256(b"weights")}
    (folder / damaged).write_bytes(b"other")
    with pytest.raises(WeightsError, match=f"{damaged} is not the file.*{sha256(b'other')}.*{pins[damaged]}.*: retry$"):
        verified("mine", folder, pins, "retry")
    (folder / damaged).unlink()
    with pytest.raises(WeightsError, match=f"{damaged} is not the file.*cannot be read"):
        verified("mine", folder, pins, "retry")


# folders and the hub


def test_a_folder_is_used_as_it_is(folder: Path, tmp_path: Path) -> None:
    found = locate_pretrained(str(folder), tmp_path / "cache", KIND, fetch=True)
    assert (found.folder, found.source, found.sha256) == (folder, "folder", sha256(b"weights"))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_told_which_kind_was_wanted(folder: Path, tmp_path: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(
        WeightsError, match=r"no voice model: config\.json and model\.safetensors or pytorch_model\.bin"
    ):
        locate_pretrained(str(folder), tmp_path, KIND, fetch=False)


def test_weights_that_are_not_there_cannot_be_read(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.bin: cannot be read"):
        located("mine", folder, "folder", "none.bin")


@pytest.mark.parametrize(
    ("files", "weights"),
    [
        (("config.json", "model.safetensors"), "model.safetensors"),
        (("config.json", "pytorch_model.bin"), "pytorch_model.bin"),
        (("config.json", "pytorch_model.bin", "model.safetensors"), "model.safetensors"),
    ],
)
def test_a_model_that_was_fetched_before_is_found_without_the_hub(
    tmp_path: Path, files: tuple[str, ...], weights: str
) -> None:
    snapshot = fetched(tmp_path, "somebody", "voices", files)
    found = locate_pretrained("somebody/voices", tmp_path, KIND, fetch=False)
    assert (found.folder, found.source, found.sha256) == (snapshot, "hub", sha256(weights.encode()))


class Hub:
    """Stands for the hub: puts those of its files into a folder that are asked for, and remembers what was asked."""

    def __init__(self, folder: Path, files: tuple[str, ...]) -> None:
        self.folder, self.files = folder, files
        self.asked: list[tuple[str, Path, tuple[str, ...], bool]] = []

    def download(self, name: str, *, cache_dir: Path, allow_patterns: list[str], local_files_only: bool) -> str:
        """Answer as `huggingface_hub.snapshot_download` does."""
        self.asked.append((name, cache_dir, tuple(allow_patterns), local_files_only))
        self.folder.mkdir(exist_ok=True)
        for file in self.files:
            if any(fnmatch(file, pattern) for pattern in allow_patterns):
                (self.folder / file).write_bytes(file.encode())
        return str(self.folder)


@pytest.mark.parametrize(
    ("weights", "downloads"),
    [
        (("model.safetensors", "pytorch_model.bin"), ["model.safetensors"]),
        (("pytorch_model.bin",), ["model.safetensors", "pytorch_model.bin"]),
    ],
)
@pytest.mark.parametrize("fetch", [True, False])
def test_pickled_weights_are_fetched_only_where_there_are_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: tuple[str, ...], downloads: list[str], fetch: bool
) -> None:
    hub = Hub(tmp_path / "fetched", ("config.json", "README.md", *weights))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.download)
    found = locate_pretrained("a/b", tmp_path, KIND, fetch=fetch)
    assert found.sha256 == sha256(downloads[-1].encode())
    assert hub.asked == [("a/b", tmp_path / "hub", ("*.json", file), not fetch) for file in downloads]
    assert {file.name for file in hub.folder.iterdir()} == {"config.json", downloads[-1]}


def test_a_hub_model_that_is_not_here_is_not_fetched_unasked(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError,
        match=r"a/b: it is fetched when it is first used; there is no copy of this voice model .* yet; choose mine",
    ):
        locate_pretrained("a/b", tmp_path, KIND, fetch=False)


def test_a_malformed_name_is_answered_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"a/b/c: no such model; choose mine, a folder or OWNER/NAME"):
        locate_pretrained("a/b/c", tmp_path, KIND, fetch=False)


class RefusedError(HfHubHTTPError):
    """The hub's answer, without the response that the real one needs."""

    def __init__(self, message: str) -> None:
        OSError.__init__(self, message)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LocalEntryNotFoundError("none"), "a/b: the hub did not answer and there is no copy of this model"),
        (HFValidationError("name"), "a/b: no such model; choose c"),
        (ValueError("size"), "a/b: no such model; choose c"),
        (RefusedError("gone"), "a/b: the hub does not give this model out: gone; choose c"),
        (OSError("disk full"), "a/b: cannot fetch it: disk full; copy the model into a folder and name that"),
    ],
)
def test_each_refusal_is_a_weights_error_with_its_cause(error: Exception, said: str) -> None:
    with pytest.raises(WeightsError) as caught, hub_errors("a/b", "choose c", fetch=True):
        raise error
    assert str(caught.value).startswith(said)
    assert caught.value.__cause__ is error
