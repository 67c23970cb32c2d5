"""docs/search.md tells what is so: every example is read, every filter and every value is there."""

import re
from pathlib import Path

import pytest
from tests.store.search.asking import ask, examples

from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.fields import vocabulary
from stimmung.store.search.language.parser import DEEPEST, LONGEST, MOST_TERMS
from stimmung.store.search.language.query import QueryError
from stimmung.store.search.lexemes.folding import fold


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "search.md").read_text("utf-8")


def rows(page: str, head: str) -> list[list[str]]:
    """Return the cells of all tables that begin so."""
    found = []
    for table in page.split(head)[1:]:
        lines = table.partition("\n\n")[0].splitlines()[2:]
        found += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return found


def test_every_example_is_understood_as_the_page_says(root: Path) -> None:
    found = examples(root, "query")
    assert len(found) > 60
    assert {one.typed: describe(ask(one.typed)) for one in found} == {one.typed: one.understood for one in found}


def test_every_mistake_on_the_page_is_one(root: Path) -> None:
    found = examples(root, "refused")
    assert len(found) > 5
    for one in found:
        with pytest.raises(QueryError):
            ask(one.typed)


def test_the_message_on_the_page_is_the_one_that_is_shown(page: str) -> None:
    with pytest.raises(QueryError) as caught:
        ask("kündigung modo:angry")
    assert f"```\n{caught.value}\n```" in page


def test_every_filter_is_told_with_all_its_names(page: str) -> None:
    told = {cell.strip("`"): set(re.findall(r"`([^`]+)`", also)) for cell, also, _ in rows(page, "| filter |")}
    roles_or_times = {"from", "von"}  # one filter in the code, told with `by` and with `since`
    assert roles_or_times <= told["by"] & told["since"]
    known = {one.name: set(one.names[1:]) for one in vocabulary().filters if one.name not in roles_or_times}
    assert {name: also - roles_or_times for name, also in told.items() if name != "meta.KEY"} == known


def test_every_value_is_told_with_all_its_names(page: str) -> None:
    told = {value.strip("`"): {fold(word) for word in also.split(", ")} for value, also in rows(page, "| value |")}
    for choice in (choice for one in vocabulary().filters for choice in (one.choice, one.sort) if choice):
        for name in choice.names:
            assert f"`{name}`" in page
        for spelling, name in choice.known.items():
            spelled_out = fold(spelling.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü"))
            assert {spelling, spelled_out} & {fold(name), *told.get(name, ())}, (name, spelling)


def test_every_other_word_for_a_value_is_read_as_it(page: str) -> None:
    choices = [choice for one in vocabulary().filters for choice in (one.choice, one.sort) if choice]
    for value, also in rows(page, "| value |"):
        for word in also.split(", "):
            names = {choice.known.get(fold(word)) for choice in choices if value.strip("`") in choice.names}
            assert value.strip("`") in names, word


def test_the_limits_are_told(page: str) -> None:
    assert f"At most {LONGEST:,} characters, {MOST_TERMS} words and values, groups {DEEPEST} deep." in page
