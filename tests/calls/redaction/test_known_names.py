"""Words one letter apart, found without comparing every word with every name."""

from hypothesis import given
from hypothesis import strategies as st

from stimmung.calls.redaction.known_names import _shapes, within_one_edit

WORDS = st.text("abcm", min_size=1, max_size=7)


def distance(left: str, right: str) -> int:
    """Return the edit distance by the textbook's table."""
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, two in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != two))
    return row[-1]


@given(WORDS, WORDS)
def test_one_edit_is_what_the_table_says(left: str, right: str) -> None:
    assert within_one_edit(left, right) == (distance(left, right) <= 1)


@given(WORDS, WORDS)
def test_words_one_edit_apart_share_a_shape(left: str, right: str) -> None:
    if within_one_edit(left, right):
        assert set(_shapes(left)) & set(_shapes(right))
