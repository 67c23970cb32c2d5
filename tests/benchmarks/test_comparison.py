"""Ratios and word errors of two sides, from results as their processes return them."""

from pathlib import Path

import pytest

from comparison import Compared, Setting, item_errors, speed_ratio, word_figures, words
from corpus import Item, Sentence
from listeners import Heard, Segment
from normalise import Language


def item(name: str, language: Language, *said: str) -> Item:
    sentences = tuple(Sentence(0, tuple(text.split()), number, number + 0.9) for number, text in enumerate(said))
    return Item("samples", name, language, "clean", Path(name), (Path(name),), 10.0, sentences)


def heard(seconds: float, *texts: str) -> Heard:
    segments = tuple(Segment(0, float(number), number + 0.9, text, ()) for number, text in enumerate(texts))
    return Heard(seconds, seconds, 100.0, segments)


GERMAN = item("a", "de", "guten tag", "auf wiedersehen")
ENGLISH = item("b", "en", "good morning")
COMPARED = [
    Compared(GERMAN, (heard(1.0, "Guten Tag.", "Auf Wiedersehen"), heard(3.0), heard(1.2)), (heard(3.0, "guten"),) * 3),
    Compared(ENGLISH, (heard(2.0, "Good evening"),) * 3, (heard(5.0, "Good morning"),) * 3),
]


def test_the_ratio_is_of_total_seconds_each_items_median() -> None:
    assert speed_ratio(COMPARED) == pytest.approx((3.0 + 5.0) / (1.2 + 2.0))


def test_words_are_counted_over_all_sentences() -> None:
    figures = word_figures(COMPARED, "greedy", "clean")
    assert figures["wer_ours_greedy"] == pytest.approx(1 / 6, abs=1e-4)
    assert figures["wer_fw_greedy"] == pytest.approx(3 / 6)
    assert figures["wer_difference_greedy"] == pytest.approx(-2 / 6, abs=1e-4)
    assert figures["wer_difference_de_greedy"] == pytest.approx(-0.75)
    assert figures["wer_difference_en_greedy"] == pytest.approx(0.5)
    low, high = figures["wer_difference_greedy_interval"]
    assert low <= figures["wer_difference_greedy"] <= high


def test_the_phone_channel_has_keys_of_its_own() -> None:
    figures = word_figures(COMPARED, "beam5", "phone")
    assert {"wer_ours_beam5_phone", "wer_fw_beam5_phone", "wer_difference_de_beam5_phone"} <= set(figures)


def test_a_call_without_truth_counts_for_time_only() -> None:
    timing_only = Compared(item("c", "en"), (heard(1.0, "anything"),), (heard(2.0),))
    assert words([timing_only]) is None
    assert word_figures([timing_only], "greedy", "clean") == {}
    assert speed_ratio([timing_only]) == 2.0


def test_segments_are_read_in_time_whatever_their_order() -> None:
    late_first = Heard(
        1.0, 1.0, 1.0, (Segment(0, 5.0, 6.0, "auf wiedersehen", ()), Segment(0, 1.0, 2.0, "guten tag", ()))
    )
    assert [error.errors for error in item_errors(GERMAN, late_first)] == [0, 0]


def test_words_on_another_channel_are_not_borrowed() -> None:
    wrong_channel = Heard(1.0, 1.0, 1.0, (Segment(1, 0.0, 1.0, "guten tag auf wiedersehen", ()),))
    assert [error.errors for error in item_errors(GERMAN, wrong_channel)] == [2, 2]


def test_text_that_changes_between_repetitions_is_told() -> None:
    assert not COMPARED[0].same_text
    assert COMPARED[1].same_text


def test_a_setting_takes_the_corpus_batch() -> None:
    assert Setting(5, {"samples": 16}).job(GERMAN).batch_size == 16
    assert Setting(5, {"other": 16}).job(GERMAN).batch_size == 8
    assert Setting(5, {}).job(GERMAN).beam_size == 5
