"""What is kept of the settings: those that change a result, as texts."""

from importlib.metadata import version

from stimmung.speech.settings import ModelSettings, Settings
from stimmung.store.provenance import provenance_of


def test_version_and_settings_that_matter_are_named() -> None:
    found = provenance_of(Settings(models=ModelSettings(whisper="large-v3-turbo", beam_size=5)))
    assert found.version == version("stimmung")
    assert found.settings["models.whisper"] == "large-v3-turbo"
    assert found.settings["models.beam_size"] == "5"
    assert found.settings["languages"] == "de, en"
    assert found.settings["models.hotwords"] == ""


def test_what_changes_no_result_changes_no_provenance() -> None:
    assert provenance_of(Settings(models=ModelSettings(threads=7, device="cpu"))) == provenance_of(Settings())
    assert provenance_of(Settings(languages=("de",))) != provenance_of(Settings())


def test_no_secret_and_no_place_is_kept() -> None:
    assert not any(key.startswith(("store.", "serve.", "models.cache")) for key in provenance_of(Settings()).settings)
