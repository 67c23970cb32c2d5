"""The text model on a toy network: batches, splits and contexts change nothing that they should not."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.models.toy_text import fast_tokenizer, network

from stimmung.models.calibration import Calibration
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.models.label_maps import label_map
from stimmung.models.text_emotion import TextModel, TextOptions
from stimmung.speech.engines import ModelId, SpokenText
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import TextEmotionScore

LABELS = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))
TEXTS = ("danke", "nein nicht gut", "frechheit", "ja gut danke . ich warte", "hallo")


def model(**options: int | bool) -> TextModel:
    return TextModel(
        network(LABELS),
        fast_tokenizer(),
        label_map("toy", LABELS, several=True),
        Calibration(1.0, {}, {}, ("de", "en")),
        ModelId("toy", "0" * 64),
        TextOptions(**options),  # type: ignore[arg-type]  # int or bool, as the field wants
    )


def emotion(of: TextModel, text: str, context: str = "", language: str = "de") -> TextEmotionScore:
    (reading,) = of.read([SpokenText(text, language, context)])
    assert reading.emotion is not None
    return reading.emotion


def scores(of: TextModel, texts: Sequence[str]) -> list[float]:
    return [one.emotion.score for one in of.read([SpokenText(text) for text in texts]) if one.emotion]


@pytest.mark.parametrize("batch", [1, 2, 32])
def test_neighbours_and_order_do_not_matter(batch: int) -> None:
    toy = model(batch=batch)
    alone = [emotion(toy, text).score for text in TEXTS]
    assert scores(toy, TEXTS) == pytest.approx(alone, abs=1e-6)
    assert scores(toy, TEXTS[::-1]) == pytest.approx(alone[::-1], abs=1e-6)
    assert len({round(score, 4) for score in alone}) == len(TEXTS)


@pytest.mark.parametrize("text", ["", "   ", "…", "?!"])
def test_no_words_no_judgement(text: str) -> None:
    first, silent, last = model().read([SpokenText("danke"), SpokenText(text), SpokenText("hallo")])
    assert silent.emotion is None
    assert silent.vector is None
    assert first.emotion is not None
    assert last.emotion is not None


@pytest.mark.parametrize("text", ["4, 7,", "1,9", "0"])
def test_digits_alone_have_a_vector_and_no_feeling(text: str) -> None:
    (reading,) = model().read([SpokenText(text)])
    assert reading.emotion is None
    assert reading.vector is not None


def test_nothing_to_read_is_no_reading() -> None:
    assert model().read([]) == []


def test_the_context_counts_where_the_model_knows_one() -> None:
    assert emotion(model(), "ja", "frechheit").score != pytest.approx(emotion(model(), "ja").score, abs=1e-4)
    deaf = model(context=False)
    assert emotion(deaf, "ja", "frechheit").score == pytest.approx(emotion(deaf, "ja").score, abs=1e-6)


def test_only_the_end_of_a_long_context_counts() -> None:
    toy = model(max_context=3)
    short, long = emotion(toy, "ja", "danke ich warte"), emotion(toy, "ja", "nein nein nein danke ich warte")
    assert long.score == pytest.approx(short.score, abs=1e-6)


def test_a_long_text_is_read_in_parts_and_says_so() -> None:
    toy = model(max_tokens=4)
    whole = emotion(toy, "danke danke gut gut nein nein nicht nicht")
    parts = [emotion(toy, text) for text in ("danke danke gut gut", "nein nein nicht nicht")]
    assert whole.flags == ("split",)
    assert [part.flags for part in parts] == [(), ()]
    between = sorted(part.labels["anger"] for part in parts)
    assert between[0] <= whole.labels["anger"] <= between[1]


def test_a_text_far_beyond_the_networks_reach_is_read_whole() -> None:
    text = " ".join(["ich warte nicht"] * 200)
    assert emotion(model(max_tokens=60), text).flags == ("split",)


def test_other_languages_are_flagged_and_not_calibrated() -> None:
    assert emotion(model(), "danke", language="fr").flags == ("language",)
    assert not emotion(model(), "danke", language="fr").calibrated
    assert emotion(model(), "danke", language="en").calibrated


def test_vectors_have_unit_length_and_are_the_same_by_both_ways() -> None:
    toy = model()
    vectors = toy.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), toy.width)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    read = [one.vector for one in toy.read([SpokenText(text) for text in TEXTS])]
    np.testing.assert_allclose(np.stack([one for one in read if one is not None]), vectors, atol=1e-5)


def test_the_vector_is_that_of_the_text_and_not_of_its_context() -> None:
    """The mean is taken over the text's tokens, which see the context, and so it moves less than to the context's."""
    toy = model()
    (alone,) = toy.embed(["gut danke"])
    (other,) = toy.embed(["frechheit nein"])
    (beside,) = toy.read([SpokenText("gut danke", "de", "frechheit nein")])
    assert beside.vector is not None
    assert alone @ beside.vector > other @ beside.vector


def test_a_model_without_vectors_gives_none() -> None:
    (reading,) = model(vectors=False).read([SpokenText("danke")])
    assert reading.vector is None
    assert not model(vectors=False).has_vectors
    with pytest.raises(WeightsError, match="no sentence vectors"):
        model(vectors=False).embed(["danke"])
