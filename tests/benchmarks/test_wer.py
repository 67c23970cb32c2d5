"""Errors are counted, put down to the right sentence, and differences come with an interval that means something."""

import numpy as np
import pytest

from wer import Errors, difference, rate, score

SENTENCES = [["a", "b", "c"], ["d", "e"], ["f", "g", "h", "i"]]
SAID = [word for sentence in SENTENCES for word in sentence]


def test_what_was_heard_rightly_has_no_errors() -> None:
    assert score(SENTENCES, SAID) == [Errors(3, 0), Errors(2, 0), Errors(4, 0)]


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("a x c d e f g h i", [1, 0, 0]),
        ("a b c d f g h i", [0, 1, 0]),
        ("a b c d e f g x y h i", [0, 0, 2]),
        ("a b c x d e f g h i", [0, 1, 0]),
        ("a b c d e f g h i x y", [0, 0, 2]),
        ("x a b c d e f g h i", [1, 0, 0]),
        ("f g h i", [3, 2, 0]),
        ("", [3, 2, 4]),
    ],
)
def test_an_error_belongs_to_the_sentence_in_which_it_was_made(heard: str, errors: list[int]) -> None:
    assert [score.errors for score in score(SENTENCES, heard.split())] == errors


def test_a_loop_makes_a_rate_above_one() -> None:
    assert rate(score([["a", "b"]], ["a", "b", *["b"] * 8])) == 4.0


def test_the_rate_is_of_all_words_and_no_mean_of_sentences() -> None:
    assert rate([Errors(1, 1), Errors(9, 0)]) == pytest.approx(0.1)


def test_a_sentence_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="needs words"):
        score([["a"], []], ["a"])
    with pytest.raises(ValueError, match="needs words"):
        score([], ["a"])


def test_equal_sides_differ_by_nothing_for_certain() -> None:
    errors = [Errors(10, number % 3) for number in range(50)]
    found = difference(errors, errors)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_the_better_side_has_a_negative_difference_and_the_interval_is_around_it() -> None:
    theirs = [Errors(10, 2) for _ in range(40)]
    ours = [Errors(10, 1 + number % 2) for number in range(40)]
    found = difference(ours, theirs)
    assert found.value == pytest.approx(-0.05)
    assert found.low < found.value < found.high < 0


def test_the_interval_narrows_with_more_sentences() -> None:
    rng = np.random.default_rng(1)

    def width(count: int) -> float:
        ours, theirs = ([Errors(10, int(errors)) for errors in rng.integers(0, 4, count)] for _ in range(2))
        found = difference(ours, theirs)
        return found.high - found.low

    assert width(400) < 0.6 * width(50)


def test_sides_that_heard_different_sentences_are_refused() -> None:
    with pytest.raises(ValueError, match="same sentences"):
        difference([Errors(3, 0)], [Errors(4, 0)])
