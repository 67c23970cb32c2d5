"""Found or not: what may stay of an item, over turns and speakers, and how much of its sound must be bleeped."""

import pytest

from redaction_records import Secret
from redaction_scores import covered, found_in, most_left, secret_in
from stimmung.speech.records import Span

CARD = Secret(digits=("4111111122223333",))


@pytest.mark.parametrize(("length", "left"), [(3, 1), (4, 1), (6, 2), (8, 2), (9, 3), (22, 3)])
def test_three_digits_may_stay_and_fewer_of_short_ones(length: int, left: int) -> None:
    assert most_left(length) == left


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([("c", "It is 4111 1111 2222 3333.")], False),
        ([("c", "It is [CARD].")], True),
        ([("c", "It is [CARD] 333.")], True),
        ([("c", "It is [CARD] 3333.")], False),
        ([("c", "It is [CARD] double three triple three.")], False),
        ([("c", "forty one"), ("c", "eleven")], False),  # over two turns
        ([("c", "forty one"), ("a", "yes"), ("c", "eleven")], False),  # the other one speaks between them
        ([("c", "forty one"), ("a", "5"), ("c", "eleven")], False),  # and says a digit of another number
        ([("c", "41 [CARD] 33")], True),  # nothing joins over what was taken out
        ([("c", "[CARD]"), ("a", "So 4 1 1 1?")], False),  # read back
        ([("c", "[CARD]"), ("a", "It ends in 3 3 3?")], True),
    ],
)
def test_more_than_three_digits_in_a_row_are_a_miss(said: list[tuple[str, str]], found: bool) -> None:
    assert found_in(said, CARD, "en") is found


def test_any_word_of_a_name_that_stays_is_a_miss() -> None:
    name = Secret(symbols=("KOCH",), words=frozenset({"petra", "koch"}))
    assert found_in([("c", "Mein Name ist [NAME].")], name, "de")
    assert not found_in([("c", "Mein Name ist [NAME] Koch.")], name, "de")
    assert not found_in([("c", "[NAME], K wie Köln, O, C, H")], name, "de")
    assert found_in([("c", "[NAME], ein guter Kochtopf")], name, "de")


def test_a_secret_of_written_words_leaves_out_what_tells_nobody_apart() -> None:
    assert secret_in("NAME", "Frau Koch", "de") == Secret(words=frozenset({"koch"}))
    found = secret_in("ADDRESS", "Gartenstraße acht. Fünf null sieben drei drei Köln.", "de")
    assert found == Secret(digits=("850733",), words=frozenset({"gartenstrasse", "köln"}))
    assert secret_in("PHONE", "zero one one three", "en") == Secret(digits=("0113",))


def test_coverage_counts_time_under_bleeps_once() -> None:
    wanted = [Span(0.0, 1.0), Span(2.0, 3.0)]
    assert covered(wanted, [Span(0.0, 1.0), Span(0.5, 1.0), Span(2.0, 2.5)]) == pytest.approx(0.75)
    assert covered(wanted, [Span(-1.0, 5.0)]) == 1.0
    assert covered(wanted, []) == 0.0
    assert covered([], []) == 1.0
