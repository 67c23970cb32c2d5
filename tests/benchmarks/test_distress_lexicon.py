"""The list of unfriendly words counts as such lists do: by how words begin."""

import pytest

from distress_lexicon import STEMS, unfriendly


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Das ist eine Frechheit, ich bin sehr enttäuscht und wütend!", "de", 3),
        ("ANGST", "de", 1),
        ("Guten Tag, meine Kundennummer ist 4711.", "de", 0),
        ("This is a terrible, useless joke.", "en", 3),
        ("Nobody is angry here; I am.", "en", 1),
        ("Das ist terrible", "de", 0),
        ("", "en", 0),
    ],
)
def test_words_that_begin_like_one_of_the_list_count(text: str, language: str, count: int) -> None:
    assert unfriendly(text, language) == count


def test_the_inside_of_a_word_does_not_count() -> None:
    assert unfriendly("untraurig", "de") == 0
    assert unfriendly("unhelpful", "en") == 0


def test_stems_are_lower_case_and_stand_once() -> None:
    for stems in STEMS.values():
        assert len(stems) == len(set(stems)) > 50
        assert all(stem == stem.lower() for stem in stems)
