"""The labelled texts that text models are measured on, none of which trained ours; what a sample is, goes by a hash."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from normalise import Language
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, SERVICE_CLASSES, service_classes_of
from stimmung.models.training.text_corpora import LabelledText, read_germeval, read_goemotions, read_xed, split_of
from stimmung.models.training.text_training import XED_TEST_SHARE
from stimmung.speech.engines import SpokenText
from text_judged import Bools, Ints

WORDS = (2, 40)  # of a text that is spoken: more is no utterance
TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
SPOKEN_ENGLISH = 1_100
SPOKEN_XED, SPOKEN_GERMEVAL = 500, 1_000


def goemotions_dev(data: Path) -> list[LabelledText]:
    """Read the dev split of GoEmotions."""
    return read_goemotions(data / "text" / "goemotions" / "dev.tsv")


def germeval_test(data: Path) -> list[LabelledText]:
    """Read the documents of GermEval 2017's synchronic test."""
    return read_germeval(data / "text" / "germeval2017" / "test_syn_df_opinion.tsv")


def germeval_train(data: Path) -> list[LabelledText]:
    """Read the documents that a model may learn German polarity from."""
    return read_germeval(data / "text" / "germeval2017" / "dev_df_opinion.tsv")


def to_speak(data: Path, language: Language) -> list[LabelledText]:
    """Return different texts to be spoken, at least 1,000: GoEmotions dev; German XED (held back) and GermEval's test.

    XED texts have one emotion at least that GoEmotions knows too.
    """
    if language == "en":
        return sample(sayable_ones(goemotions_dev(data)), SPOKEN_ENGLISH)
    held_back = [
        text
        for text in read_xed(data / "text" / "xed" / "de-projections.tsv", "de")
        if text.groups and split_of(text.text, 0.0, XED_TEST_SHARE) == "test"
    ]
    return [
        *sample(sayable_ones(held_back), SPOKEN_XED),
        *sample(sayable_ones(germeval_test(data)), SPOKEN_GERMEVAL),
    ]


def sayable_ones(texts: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the texts of WORDS words that have two letters in a row."""
    fewest, most = WORDS
    return [text for text in texts if fewest <= len(text.text.split()) <= most and TWO_LETTERS.search(text.text)]


def sample(texts: Sequence[LabelledText], count: int | None) -> list[LabelledText]:
    """Return `count` different texts, those whose SHA-256 comes first; all as they are for None."""
    if count is None:
        return list(texts)
    different = {text.text: text for text in reversed(texts)}.values()
    return sorted(different, key=lambda text: hashlib.sha256(text.text.encode()).hexdigest())[:count]


def as_heard(text: LabelledText, transcript: str) -> LabelledText:
    """Return the text as the recogniser wrote it, its labels kept."""
    return replace(text, text=transcript)


def spoken_texts_of(texts: Sequence[LabelledText]) -> list[SpokenText]:
    """Return the texts as a model takes them."""
    return [SpokenText(text.text, text.language, text.context) for text in texts]


def true_polarities(texts: Sequence[LabelledText]) -> Ints:
    """Return indices into POLARITIES (texts,), -1 where the polarity is not known."""
    return np.array([POLARITIES.index(text.polarity) if text.polarity else -1 for text in texts], np.intp)


def true_labels(texts: Sequence[LabelledText]) -> Bools:
    """Return which GoEmotions labels each text has (texts, 28)."""
    return np.array([[name in (text.emotions or ()) for name in GOEMOTIONS] for text in texts], bool)


def true_classes(texts: Sequence[LabelledText]) -> Bools:
    """Return which service classes follow from the GoEmotions labels of each text (texts, 9)."""
    found = [service_classes_of(text.emotions or ()) for text in texts]
    return np.array([[name in classes for name in SERVICE_CLASSES] for classes in found], bool)
