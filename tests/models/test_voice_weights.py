"""Voice models are found and verified; which encoder a head then listens through is told by a sound, not by a name."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from tests.models import toy_head
from tests.models.toy_whisper import STATES, settings_for, write_whisper
from tests.models.training.toy_e5 import calm
from tests.speech.sounds import noise, speech

from stimmung.models import recognisers, voice_weights
from stimmung.models.hub import sha256_of
from stimmung.models.recognisers import BASE
from stimmung.models.registry import build_engines, build_hearing
from stimmung.models.voice_head import FILE, VoiceHead, read_head, write_head
from stimmung.models.voice_label_maps import SCORED
from stimmung.models.voice_states import pack_voices, probe_states
from stimmung.models.voice_weights import locate_voice
from stimmung.models.whisper import Whisper
from stimmung.speech.engines import Engines, Voice, VoiceBaseline
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples, Span, VoiceEmotionScore
from stimmung.speech.settings import EMBEDDED_VOICE, NO_MODEL, ModelSettings, Settings


@pytest.fixture(scope="module")
def whispers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The folders of two different encoders."""
    folder = tmp_path_factory.mktemp("whispers")
    with calm():
        yield [write_whisper(folder / str(seed), seed) for seed in (1, 2)]


def head_for(whisper: Path, tmp_path: Path) -> VoiceHead:
    """Return a toy head for this recogniser."""
    _, encoder = build_hearing(settings_for(whisper, tmp_path))
    return replace(toy_head.head(), recogniser=str(whisper), probe=probe_states(encoder))


def voice_as_recognised(engines: Engines, seconds: float = 2.0) -> Voice:
    """Return a voice with the states that the recogniser gives it."""
    assert isinstance(engines.transcriber, Whisper)
    quiet = noise(0.2, level=1e-4)
    sound = np.concatenate([quiet, speech(seconds), quiet])
    ((states,),) = engines.transcriber.pooled_states(pack_voices([sound]))
    return Voice(sound, Span(0.2, 0.2 + seconds), states)


def judged(engines: Engines, voice: Voice) -> tuple[VoiceEmotionScore, Samples]:
    """Return what the engines say of a voice, and the states that they said it by."""
    assert engines.voice_emotion is not None
    (described,) = engines.voice_emotion.describe([voice])
    assert voice.states is not None
    width = described.size - toy_head.PROSODY - 4
    return engines.voice_emotion.judge(described, VoiceBaseline()), described[:width]


def name_of(engines: Engines) -> str:
    assert engines.voice_emotion is not None
    return engines.voice_emotion.model.name


# ---------------------------------------------------------------------------------------------------------------------
# where it lies


def test_a_folder_that_holds_a_head_is_a_voice_model(tmp_path: Path) -> None:
    file = write_head(toy_head.head(), tmp_path / "ours")
    found = locate_voice(str(file.parent))
    assert (found.source, found.folder) == ("folder", tmp_path / "ours")
    assert found.sha256 == sha256_of(file)


def test_a_folder_of_something_else_is_told_what_voice_models_are(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"weights of something else")
    with pytest.raises(WeightsError, match=r"no voice model: config\.json"):
        locate_voice(str(tmp_path))


def test_a_hub_model_that_is_not_here_is_not_fetched_by_locating(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="fetched when it is first used"):
        locate_voice("superb/hubert-large-superb-er", tmp_path)


def test_an_embedded_file_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_head(toy_head.head(), tmp_path)
    pinned = MappingProxyType({FILE: str(sha256_of(file))})
    monkeypatch.setattr(voice_weights, "FOLDER", tmp_path)
    monkeypatch.setattr(voice_weights, "SHA256", pinned)
    found = locate_voice(EMBEDDED_VOICE)
    assert (found.name, found.source, found.sha256) == (EMBEDDED_VOICE, "embedded", pinned[FILE])
    write_head(replace(toy_head.head(), recogniser="another"), tmp_path)
    with pytest.raises(WeightsError, match="reinstall stimmung, or name another model with --voice-model"):
        locate_voice(EMBEDDED_VOICE)
    file.unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        locate_voice(EMBEDDED_VOICE)


# ---------------------------------------------------------------------------------------------------------------------
# through which encoder it listens


def test_a_head_listens_through_the_recogniser_that_it_was_made_for(whispers: list[Path], tmp_path: Path) -> None:
    write_head(head_for(whispers[0], tmp_path), tmp_path / "head")
    engines = build_engines(settings_for(whispers[0], tmp_path, str(tmp_path / "head")))
    voice = voice_as_recognised(engines)
    found, states = judged(engines, voice)
    assert found.emotions
    assert states.shape == (STATES,)
    assert np.array_equal(states, np.asarray(voice.states))
    assert name_of(engines) == str(tmp_path / "head")


def test_a_copy_of_the_recogniser_is_the_same_encoder(whispers: list[Path], tmp_path: Path) -> None:
    write_head(head_for(whispers[0], tmp_path), tmp_path / "head")
    copy = Path(shutil.copytree(whispers[0], tmp_path / "copy"))
    engines = build_engines(settings_for(copy, tmp_path, str(tmp_path / "head")))
    voice = voice_as_recognised(engines)
    assert np.array_equal(judged(engines, voice)[1], np.asarray(voice.states))
    assert "second pass" not in name_of(engines)


def test_with_another_recogniser_voices_are_encoded_again_and_the_name_says_so(
    whispers: list[Path], tmp_path: Path
) -> None:
    write_head(head_for(whispers[0], tmp_path), tmp_path / "head")
    own, other = (build_engines(settings_for(one, tmp_path, str(tmp_path / "head"))) for one in whispers)
    right = voice_as_recognised(own)
    wrong = voice_as_recognised(other)
    assert not np.allclose(np.asarray(right.states), np.asarray(wrong.states), atol=0.01)
    (expected, _), (found, states) = judged(own, right), judged(other, wrong)
    assert states == pytest.approx(np.asarray(right.states), abs=1e-5)
    assert found.emotions == pytest.approx(expected.emotions, abs=1e-5)
    assert name_of(other) == f"{tmp_path / 'head'} (second pass with {whispers[0]})"


def test_where_its_encoder_is_absent_voices_are_uncertain_and_it_is_logged(
    whispers: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = replace(head_for(whispers[0], tmp_path), recogniser="base")
    write_head(gone, tmp_path / "head")
    settings = settings_for(whispers[1], tmp_path, str(tmp_path / "head"))
    engines = build_engines(settings)
    voice = voice_as_recognised(engines)
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(recognisers, "EMBEDDED", {"base": without_packages()})
        found, _ = judged(engines, voice)
    assert (found.arousal, found.valence, found.emotions, found.uncertain) == (None, None, {}, True)
    assert found.reason == "the encoder of base, on which the voice model stands, is not there"
    assert "voices cannot be judged" in caplog.text
    assert "no-such-weights" in caplog.text


def test_an_encoder_that_only_has_the_right_name_is_not_used(
    whispers: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake = replace(head_for(whispers[0], tmp_path), recogniser=str(whispers[1]))
    write_head(fake, tmp_path / "head")
    engines = build_engines(settings_for(whispers[1], tmp_path, str(tmp_path / "head")))
    assert engines.voice_emotion is not None
    (described,) = engines.voice_emotion.describe([voice_as_recognised(engines)])
    score = engines.voice_emotion.judge(described, VoiceBaseline())
    assert (score.uncertain, score.arousal, score.emotions) == (True, None, {})
    assert "gives other states here; train it again with" in caplog.text


def test_without_a_voice_model_there_is_none(whispers: list[Path], tmp_path: Path) -> None:
    assert build_engines(settings_for(whispers[0], tmp_path, NO_MODEL)).voice_emotion is None


def without_packages() -> recognisers.Embedded:
    """Return `base` as it is where its packages are not installed."""
    return replace(BASE, parts=dict.fromkeys(BASE.sha256, ("no_such_weights/data/part",)))


# ---------------------------------------------------------------------------------------------------------------------
# the true weights


def with_embedded(whisper: str, cache: Path | None = None) -> Engines:
    """Return the engines of the default settings, with this recogniser and no text model."""
    return build_engines(Settings(models=ModelSettings(whisper=whisper, text=NO_MODEL, cache=cache)))


@pytest.mark.weights
def test_the_embedded_head_is_whole_and_small() -> None:
    located = locate_voice(EMBEDDED_VOICE)
    head = read_head(located.folder)
    assert located.source == "embedded"
    assert (located.folder / FILE).stat().st_size <= 5_000_000
    assert head.recogniser == "base"
    assert set(SCORED) <= {"neutral" if name == "boredom" else name for name in head.classes}
    assert 0 < head.limits.certain < 1
    assert 0 < head.limits.strange < float("inf")
    assert {file.name for file in located.folder.iterdir()} - {"card.md"} == set(voice_weights.SHA256)


@pytest.mark.weights
def test_the_embedded_head_needs_no_second_pass_with_base() -> None:
    engines = with_embedded("base")
    voice = voice_as_recognised(engines)
    found, states = judged(engines, voice)
    assert np.array_equal(states, np.asarray(voice.states))
    assert name_of(engines) == EMBEDDED_VOICE
    assert tuple(found.emotions) == SCORED
    assert found.arousal is not None
    assert -1 <= found.arousal <= 1
    assert sum(found.emotions.values()) <= 1 + 1e-6


@pytest.mark.weights
def test_a_copy_of_base_in_a_folder_needs_no_second_pass_either(tmp_path: Path) -> None:
    folder = shutil.copytree(recognisers.locate("base").folder, tmp_path / "my-whisper")
    engines = with_embedded(str(folder))
    voice = voice_as_recognised(engines)
    assert np.array_equal(judged(engines, voice)[1], np.asarray(voice.states))
    assert name_of(engines) == EMBEDDED_VOICE


@pytest.mark.weights
def test_a_recogniser_without_a_head_gets_a_second_pass_with_base(whispers: list[Path]) -> None:
    base, other = with_embedded("base"), with_embedded(str(whispers[0]))
    voice, foreign = voice_as_recognised(base), voice_as_recognised(other)
    assert np.asarray(foreign.states).shape == (STATES,)
    (expected, right), (found, states) = judged(base, voice), judged(other, foreign)
    assert states == pytest.approx(right, abs=1e-4)
    assert found.emotions == pytest.approx(expected.emotions, abs=1e-3)
    assert name_of(other) == f"{EMBEDDED_VOICE} (second pass with base)"


@pytest.mark.weights
def test_where_base_is_absent_the_embedded_head_is_uncertain(
    whispers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = with_embedded(str(whispers[0]), tmp_path)
    monkeypatch.setattr(recognisers, "EMBEDDED", {"base": without_packages()})
    found, _ = judged(engines, voice_as_recognised(engines))
    assert (found.arousal, found.emotions, found.uncertain) == (None, {}, True)
    assert found.reason == "the encoder of base, on which the voice model stands, is not there"
