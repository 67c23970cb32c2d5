"""A long text is cut between words into parts of like length."""

from stimmung.models.text_parts import cut


def offsets(text: str) -> list[tuple[int, int]]:
    """Return every letter as a token."""
    return [(at, at + 1) for at, letter in enumerate(text) if letter != " "]


def parts(text: str, most: int) -> list[str]:
    return [part for part, _ in cut(text, offsets(text), most)]


def test_a_short_text_is_one_part() -> None:
    assert list(cut(" ja gut ", offsets(" ja gut "), 5)) == [("ja gut", 5)]


def test_a_long_one_is_cut_between_words() -> None:
    assert parts("danke nein gut", 6) == ["danke", "nein gut"]


def test_a_word_without_end_is_cut_where_it_must_be() -> None:
    assert parts("x" * 10, 4) == ["xxx", "xxx", "xxxx"]


def test_nothing_said_is_one_part() -> None:
    assert list(cut("", [], 4)) == [("", 1)]
