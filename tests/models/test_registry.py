"""Engines are built as the settings say; what cannot be used is a SettingsError, what is not there a WeightsError."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from stimmung.models import registry
from stimmung.models.recognisers import BASE, MODEL_FILE
from stimmung.models.registry import allow_avx512, build_engines, reuse_freed_memory
from stimmung.speech.errors import SettingsError, WeightsError
from stimmung.speech.settings import ModelSettings, Settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what `allow_avx512` sets."""
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "")
    monkeypatch.delenv("CT2_FORCE_CPU_ISA")


def folder_with(tmp_path: Path, **content: bytes) -> Path:
    """Return a folder of the three files that a model needs, with broken contents."""
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(content.get(name.split(".")[0], b"{}"))
    return tmp_path


def test_an_unknown_model_is_a_weights_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such model"):
        build_engines(Settings(models=ModelSettings(whisper="bass", cache=tmp_path)))


def test_a_folder_of_broken_files_is_a_weights_error_that_names_it(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, model=b"no model at all")
    with pytest.raises(WeightsError, match="cannot load the model") as caught:
        build_engines(Settings(models=ModelSettings(whisper=str(folder))))
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("avx512f avx512dq avx512bw avx512vl", "AVX512"),
        ("avx512f avx512dq", None),
        ("", None),
    ],
)
def test_avx512_is_allowed_where_the_processor_has_all_of_it(
    flags: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_cpu_flags", lambda: set(flags.split()))
    allow_avx512()
    assert os.environ.get("CT2_FORCE_CPU_ISA") == expected


def test_what_the_user_chose_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_cpu_flags", lambda: {"avx512f", "avx512dq", "avx512bw", "avx512vl"})
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "AVX2")
    allow_avx512()
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX2"


def test_keeping_freed_memory_may_be_asked_for_anywhere_and_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    reuse_freed_memory()
    reuse_freed_memory()
    monkeypatch.setattr("sys.platform", "darwin")
    reuse_freed_memory()


@pytest.mark.parametrize("threads", [0, 3])
def test_every_core_is_used_unless_the_settings_say_less(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # as on macOS and Windows
    assert registry._cores(ModelSettings(threads=threads)) == threads or (threads == 0 and os.cpu_count())


# the true weights


@pytest.mark.weights
def test_the_engines_say_which_weights_they_are() -> None:
    engines = build_engines(Settings())
    assert (engines.transcriber.model.name, engines.transcriber.model.sha256) == ("base", BASE.sha256[MODEL_FILE])
    assert engines.detector.model.name == "silero-vad-v6"


@pytest.mark.weights
def test_arithmetic_that_the_processor_lacks_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"models\.compute_type = float16"):
        build_engines(Settings(models=ModelSettings(device="cpu", compute_type="float16")))


@pytest.mark.weights
def test_a_gpu_that_is_not_there_is_a_settings_error() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        return  # here it is
    with pytest.raises(SettingsError, match=r"models\.device = cuda"):
        build_engines(Settings(models=ModelSettings(device="cuda")))


@pytest.mark.weights
def test_a_model_in_a_folder_is_the_same_model(tmp_path: Path) -> None:
    joined = build_engines(Settings(models=ModelSettings(cache=tmp_path)))
    (folder,) = tmp_path.iterdir()
    own = build_engines(Settings(models=ModelSettings(whisper=str(folder))))
    assert own.transcriber.model == replace(joined.transcriber.model, name=str(folder))
