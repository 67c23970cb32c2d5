"""A voice model that is loaded when a voice first comes to be judged, and once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from tests.models.toy_head import CLASSES, STATES, head, row, says
from tests.speech.sounds import speech

from stimmung.models.hub import Located
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.models.voice_lazy import LazyVoiceModel
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Span

LOCATED = Located("toy", Path("/nowhere"), "folder", "ab" * 32)
LOADED = ModelId("toy (second pass with base)", "ab" * 32)
VOICE = Voice(speech(1.0), Span(0.0, 1.0), says(anger=4.0))


class Shelf:
    """Hands out one toy model and counts how often it was fetched."""

    def __init__(self) -> None:
        self.fetched = 0

    def fetch(self) -> EmbeddedVoice:
        self.fetched += 1
        return EmbeddedVoice(head(), LOADED)


def test_its_name_costs_nothing_and_is_the_loaded_one_s_afterwards() -> None:
    shelf = Shelf()
    lazy: VoiceEmotion = LazyVoiceModel(LOCATED, shelf.fetch)
    assert lazy.model == ModelId("toy", "ab" * 32)
    assert shelf.fetched == 0
    lazy.describe([VOICE])
    assert lazy.model == LOADED


def test_it_is_loaded_once_however_many_ask_at_the_same_time() -> None:
    shelf, together = Shelf(), Barrier(4, timeout=10)
    lazy = LazyVoiceModel(LOCATED, shelf.fetch)

    def ask(number: int) -> int:
        together.wait()
        return len(lazy.describe([VOICE] * number))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [1, 2, 3, 4])) == [1, 2, 3, 4]
    assert shelf.fetched == 1


def test_it_answers_as_the_model_behind_it() -> None:
    lazy, plain = LazyVoiceModel(LOCATED, Shelf().fetch), EmbeddedVoice(head(), LOADED)
    (described,) = lazy.describe([VOICE])
    assert np.array_equal(described, plain.describe([VOICE])[0])
    baseline = lazy.accustom(VoiceBaseline(), row(says(), 2.0, seconds=3.0))
    assert baseline.seconds == plain.accustom(VoiceBaseline(), row(says(), 2.0, seconds=3.0)).seconds > 0
    assert lazy.judge(described, baseline).emotions == plain.judge(described, baseline).emotions
    assert lazy.judge(described, baseline).emotions[CLASSES[0]] > 0.9
    assert described[:STATES].tolist() == says(anger=4.0).tolist()


def test_what_cannot_be_loaded_says_so_each_time() -> None:
    def broken() -> EmbeddedVoice:
        raise WeightsError("train it again")

    lazy = LazyVoiceModel(LOCATED, broken)
    for _ in range(2):
        with pytest.raises(WeightsError, match="train it again"):
            lazy.describe([VOICE])
    assert lazy.model.name == "toy"
