"""A text model that is loaded when it is asked, and once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.models import toy_text

from stimmung.models.hub import Located
from stimmung.models.label_maps import label_map
from stimmung.models.text_emotion import TextModel
from stimmung.models.text_lazy import LazyTextModel
from stimmung.speech.engines import ModelId, SpokenText
from stimmung.speech.errors import WeightsError

LOCATED = Located("toy", Path("/nowhere"), "folder", "ab" * 32)
SENTIMENT = ("negative", "positive")


class Shelf:
    """Hands out one toy model and counts how often it was fetched."""

    def __init__(self) -> None:
        self.fetched = 0

    def fetch(self) -> TextModel:
        self.fetched += 1
        network, labels = toy_text.network(SENTIMENT, several=False), label_map("toy", SENTIMENT, several=False)
        return TextModel(network, toy_text.fast_tokenizer(), labels, None, ModelId("toy", "cd" * 32))


def test_its_name_costs_nothing() -> None:
    shelf = Shelf()
    assert LazyTextModel(LOCATED, shelf.fetch).model == ModelId("toy", "ab" * 32)
    assert shelf.fetched == 0


def test_it_is_loaded_once_however_many_ask_at_the_same_time() -> None:
    shelf = Shelf()
    lazy = LazyTextModel(LOCATED, shelf.fetch)
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda text: lazy.read([SpokenText(text)]), ["danke", "hallo", "nein", "ja"]))
    assert shelf.fetched == 1
    assert all(reading.emotion for (reading,) in readings)
    assert lazy.embed(["danke"]).shape == (1, lazy.width)


def test_what_cannot_be_loaded_says_so_each_time() -> None:
    def broken() -> TextModel:
        raise WeightsError("labels that mean nothing here")

    lazy = LazyTextModel(LOCATED, broken)
    for _ in range(2):
        with pytest.raises(WeightsError, match="mean nothing"):
            lazy.read([SpokenText("danke")])
