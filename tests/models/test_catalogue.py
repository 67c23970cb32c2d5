"""Any model by name, whatever it does."""

from pathlib import Path

import pytest
from tests.models import toy_text

from stimmung.models.catalogue import known, locate
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, ModelSettings


def test_embedded_models_of_both_kinds_are_known() -> None:
    assert known() == ("base", EMBEDDED_TEXT)


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
