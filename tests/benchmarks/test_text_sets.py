"""Which texts are measured on: those that a voice can say, chosen by a hash, none twice."""

import hashlib
from pathlib import Path

import numpy as np

from stimmung.models.emotion_labels import GOEMOTIONS, SERVICE_CLASSES
from stimmung.models.training.text_corpora import LabelledText, split_of
from stimmung.models.training.text_training import XED_TEST_SHARE
from text_sets import as_heard, sample, sayable_ones, to_speak, true_classes, true_labels, true_polarities


def english(text: str, *emotions: str, polarity: str | None = None) -> LabelledText:
    return LabelledText(text, "en", "goemotions", polarity=polarity, emotions=frozenset(emotions))


def write(data: Path, name: str, *lines: str) -> None:
    file = data / "text" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(line + "\n" for line in lines), "utf-8")


def test_one_word_forty_one_words_and_no_letters_are_not_spoken() -> None:
    kept = ["good morning", " ".join(["ja"] * 40), "ÄÖ !"]
    left_out = ["good", " ".join(["ja"] * 41), "1 2 3", "a 1 b"]
    assert [one.text for one in sayable_ones([english(text) for text in kept + left_out])] == kept


def test_a_sample_goes_by_the_hash_and_holds_no_text_twice() -> None:
    texts = [english(f"text number {number}", "joy") for number in range(20)]
    taken = sample([*texts, english("text number 3", "anger")], 20)
    hashes = [hashlib.sha256(one.text.encode()).hexdigest() for one in taken]
    assert hashes == sorted(hashes)
    assert len(set(hashes)) == 20
    assert (
        sample(texts[::-1], 5) == sample(texts, 5) == [one for one in taken if one.emotions == frozenset({"joy"})][:5]
    )
    assert sample(texts, None) == texts


def test_german_is_held_back_xed_and_then_germeval(tmp_path: Path) -> None:
    numbered = [f"Das ist Satz {number}" for number in range(60)]
    held_back = {text for text in numbered if split_of(text, 0.0, XED_TEST_SHARE) == "test"}
    assert 0 < len(held_back) < 60
    write(tmp_path, "xed/de-projections.tsv", *(f"{text}\t1" for text in numbered), "Nur Vertrauen darin\t8")
    rows = [f"{number}\tDie Bahn kommt {number}\ttrue\tnegative" for number in range(3)]
    write(tmp_path, "germeval2017/test_syn_df_opinion.tsv", "id\ttext\trelevance\tsentiment", *rows)
    chosen = to_speak(tmp_path, "de")
    assert {one.text for one in chosen if one.source == "xed"} == held_back
    assert [one.source for one in chosen] == ["xed"] * len(held_back) + ["germeval"] * 3


def test_english_is_goemotions_dev(tmp_path: Path) -> None:
    write(tmp_path, "goemotions/dev.tsv", "Thank you so much\t15\tid1", "Hm\t27\tid2")
    (only,) = to_speak(tmp_path, "en")
    assert (only.text, only.language, only.emotions) == ("Thank you so much", "en", frozenset({"gratitude"}))


def test_what_was_heard_keeps_the_labels() -> None:
    heard = as_heard(english("Thank you", "gratitude", polarity="positive"), "tank you")
    assert (heard.text, heard.polarity, heard.emotions) == ("tank you", "positive", frozenset({"gratitude"}))


def test_truth_stands_in_the_order_of_the_lists() -> None:
    texts = [english("a", "anger", "joy"), english("b", "surprise", polarity="neutral")]
    assert true_polarities(texts).tolist() == [-1, 1]
    assert [GOEMOTIONS[at] for at in np.flatnonzero(true_labels(texts)[0])] == ["anger", "joy"]
    assert [SERVICE_CLASSES[at] for at in np.flatnonzero(true_classes(texts)[0])] == ["anger", "joy"]
    assert [SERVICE_CLASSES[at] for at in np.flatnonzero(true_classes(texts)[1])] == ["neutral"]
