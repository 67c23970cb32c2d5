"""Any model by name, whatever it does."""

import shutil
from pathlib import Path

import pytest
from tests.models import toy_text

from stimmung.models.catalogue import known, locate
from stimmung.models.voice_head import FILE
from stimmung.models.voice_weights import FOLDER, SHA256
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, EMBEDDED_VOICE, ModelSettings


def test_embedded_models_of_every_kind_are_known() -> None:
    assert known() == ("base", EMBEDDED_TEXT, EMBEDDED_VOICE)


def test_the_embedded_voice_is_verified() -> None:
    found = locate(EMBEDDED_VOICE, ModelSettings())
    assert (found.source, found.sha256) == ("embedded", SHA256[FILE])


def test_a_folder_with_a_head_is_a_voice_model(tmp_path: Path) -> None:
    shutil.copy(FOLDER / FILE, tmp_path)
    found = locate(str(tmp_path), ModelSettings())
    assert (found.name, found.source, found.sha256) == (str(tmp_path), "folder", SHA256[FILE])


def test_a_folder_is_what_it_holds(tmp_path: Path) -> None:
    text = toy_text.save(tmp_path / "text", ("negative", "positive"), several=False)
    assert locate(str(text), ModelSettings()).source == "folder"
    speech = tmp_path / "speech"
    speech.mkdir()
    with pytest.raises(WeightsError, match=r"no CTranslate2 Whisper model, model\.bin"):
        locate(str(speech), ModelSettings())


def test_a_hub_name_is_what_the_settings_take_it_for(tmp_path: Path) -> None:
    settings = ModelSettings(text="somebody/moods", cache=tmp_path)
    with pytest.raises(WeightsError, match="this text model"):
        locate("somebody/moods", settings)
    with pytest.raises(WeightsError, match="this model"):
        locate("somebody/speech", settings)
    with pytest.raises(WeightsError, match="this voice model"):
        locate("somebody/voices", ModelSettings(voice="somebody/voices", cache=tmp_path))
