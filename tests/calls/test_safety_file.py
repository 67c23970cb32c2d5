"""Reading the file of safety phrases: a list of a deployment's own, and what is said about a file that is wrong."""

from pathlib import Path

import pytest

from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.errors import SettingsError

GOOD = """
[categories]
emergency = { floor = "urgent", reason = "names an emergency" }
self_harm = { floor = "urgent", reason = "speaks of death", even_if = true }
violence = { floor = "urgent", reason = "names violence" }
medical = { floor = "distressed", reason = "is ill" }
vulnerable = { floor = "uneasy", reason = "is weak" }
[en.lists]
person = "mother|father"
[en.context]
negators = ["not !(only)", "no"]
between = "a|an|is"
that = "that"
after = ["not"]
after_between = "is|it"
never_between = ["not|no"]
hypothetical = ["if"]
hypothetical_between = "there|is"
[en]
innocent = ["stove fire"]
[[en.emergency]]
phrase = "(stove|house) fire"
examples = ["A house fire!"]
[[en.self_harm]]
phrase = "last day"
examples = ["It is my last day."]
[[en.vulnerable]]
phrase = "my {person} left"
examples = ["my mother left"]
floor = "distressed"
reason = "was left"
"""


def read(text: str, tmp_path: Path) -> SafetyPhrases:
    file = tmp_path / "phrases.toml"
    file.write_text(text, encoding="utf-8")
    return SafetyPhrases.load(file)


def test_a_list_of_ones_own_is_read(tmp_path: Path) -> None:
    phrases = read(GOOD, tmp_path)
    (hit,) = phrases.find("My father left", "en")
    assert (hit.category, hit.floor, hit.reason, hit.quote) == (
        "vulnerable",
        "distressed",
        "was left",
        "My father left",
    )
    (fire,) = phrases.find("A house fire!", "en")
    assert (fire.floor, fire.reason) == ("urgent", "names an emergency")


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("no house fire", False),
        ("not a house fire", False),
        ("not only a house fire", True),
        ("a house fire it is not", False),
        ("a stove fire", False),
        ("if there is a house fire", True),  # `a` is no word of this file's hypothetical_between
        ("if there is house fire", False),
        ("if last day", True),  # even_if
    ],
)
def test_its_own_context_counts(text: str, counts: bool, tmp_path: Path) -> None:
    assert bool(read(GOOD, tmp_path).find(text, "en")) == counts


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('phrase = "last day"', 'phrase = "(last day"', r"en: self_harm 1: phrase '\(last day': '\(' is never closed"),
        ('phrase = "last day"', 'phrase = "my {cat}"', "no list of the name cat"),
        ('phrase = "last day"', "phrase = 3", "en: self_harm 1: 'phrase' must be a text"),
        ('examples = ["It is my last day."]', "", "en: self_harm 1: 'examples' must hold a phrase"),
        ('examples = ["It is my last day."]', 'examples = "It"', "'examples' must be a list of texts"),
        (
            'floor = "distressed"\nreason',
            'floor = "calm"\nreason',
            "floor 'calm' is none of uneasy, distressed, urgent",
        ),
        ('reason = "was left"', 'cause = "was left"', "unknown key 'cause'; known are examples, floor, not"),
        ("[[en.self_harm]]", "[[en.selfharm]]", "unknown key 'selfharm'"),
        ("medical = {", "illness = {", "categories: unknown key 'illness'"),
        ('medical = { floor = "distressed", reason = "is ill" }', "", "'medical' is missing"),
        ("even_if = true", 'even_if = "yes"', "'even_if' must be true or false"),
        ('between = "a|an|is"', "", "en: context: 'between' must be a text"),
        ('negators = ["not !(only)", "no"]', 'negators = ["not ("]', "en: context: "),
        ('negators = ["not !(only)", "no"]', "", "en: context: 'negators' must hold a phrase"),
        ("[[en.vulnerable]]", "[en.vulnerable]", "'vulnerable' must be a list of tables: write"),
        ("[categories]", "[categories", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_refused_and_the_place_is_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=message):
        read(GOOD.replace(old, new, 1), tmp_path)


def test_a_file_without_a_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no language"):
        read(GOOD.partition("[en.lists]")[0], tmp_path)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot read the safety phrases"):
        SafetyPhrases.load(tmp_path / "none.toml")
