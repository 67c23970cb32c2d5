"""Times of words are compared for the same words only, and errors come out as they were put in."""

import numpy as np
import pytest

from espeak import SpokenWord
from listeners import Heard, Segment
from stimmung.speech.records import Word
from wav import Sound
from word_times import errors, matches, summary, worst
from word_truth import TimedSpeech

TRUTH = (
    SpokenWord("Guten", 1.0, 1.3, joined=True),
    SpokenWord("Tag,", 1.3, 1.8),
    SpokenWord("ich", None, None),
    SpokenWord("komme.", 2.5, 3.0),
)


def heard(*words: tuple[str, float, float]) -> Heard:
    timed = tuple(Word(start, end, text, 0.9) for text, start, end in words)
    return Heard(1.0, 1.0, 100.0, (Segment(0, timed[0].start, timed[-1].end, "", timed),))


def speech() -> TimedSpeech:
    return TimedSpeech("x", "de", Sound(np.zeros((1, 16_000), np.float32), 16_000), (TRUTH,))


def test_errors_are_heard_minus_true_in_ms() -> None:
    found = errors(speech(), heard(("guten", 1.1, 1.35), ("Tag", 1.35, 1.7), ("ich", 2.2, 2.4), ("komme", 2.4, 3.2)))
    assert found.starts == pytest.approx([100, 50, -100])
    assert found.ends == pytest.approx([-100, 200])
    assert found.joined_ends == pytest.approx([50])
    assert (found.known, found.matched) == (3, 3)


def test_words_that_were_misheard_do_not_count() -> None:
    found = errors(speech(), heard(("guten", 1.0, 1.3), ("Dach", 9.0, 9.9), ("ich", 2.2, 2.4), ("komme", 2.5, 3.0)))
    assert found.starts == pytest.approx([0, 0])
    assert found.matched == 2


def test_a_word_a_second_off_counts_and_is_told() -> None:
    found = errors(speech(), heard(("guten", 3.0, 3.3), ("Tag", 3.3, 3.8), ("ich", 4.2, 4.4), ("komme", 4.5, 5.0)))
    figures = summary([found])
    assert figures["word_start_median_ms"] == 2000
    assert figures["words_far"] == 6


def test_a_repeated_word_is_matched_in_order() -> None:
    words = [SpokenWord(text, None, None) for text in ("ja", "ja", "gut")]
    pairs = list(matches(words, [Word(0, 1, "Ja,", 1), Word(1, 2, "ja.", 1), Word(2, 3, "Gut!", 1)]))
    assert [(true.text, word.start) for true, word in pairs] == [("ja", 0), ("ja", 1), ("gut", 2)]


def test_nothing_heard_matches_nothing() -> None:
    assert list(matches(TRUTH, [])) == []
    assert list(matches((), [Word(0, 1, "ja", 1)])) == []


def test_the_summary_takes_absolute_errors_and_the_worst_of_starts_and_ends() -> None:
    found = errors(speech(), heard(("guten", 0.9, 1.2), ("Tag", 1.4, 1.5), ("ich", 2.2, 2.4), ("komme", 2.6, 2.6)))
    figures = summary([found])
    assert figures["word_start_median_ms"] == 100  # -100, 100, 100
    assert figures["word_end_median_ms"] == 300  # -100, -300, -400
    assert figures["words_matched_share"] == 1.0
    assert worst(figures)[0] == 300
