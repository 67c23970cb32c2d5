"""docs/policy.md is what the code says, and says of everybody what the rules are."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def policy_table(root: Path) -> ModuleType:
    """The script that writes the page; docs is no package."""
    spec = importlib.util.spec_from_file_location("policy_table", root / "docs/policy_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(root: Path) -> list[list[str]]:
    """The rows of the first table: who, consent, basis, notice, profile, words, voice, distress, keep audio."""
    page = (root / "docs/policy.md").read_text("utf-8").partition("## Agents by name")[0]
    return [line.strip("| ").split(" | ") for line in re.findall(r"^\| (?:customer|agent).*$", page, re.MULTILINE)]


def test_the_page_is_in_step_with_the_code(root: Path, policy_table: ModuleType) -> None:
    assert (root / "docs/policy.md").read_text("utf-8") == policy_table.page(), "run: make policy-page"


def test_the_rows_cover_each_case_once(policy_table: ModuleType, rows: list[list[str]]) -> None:
    axes = [
        policy_table.PARTIES,
        ["granted", "refused", "unknown", "withdrawn"],
        policy_table.BASES,
        policy_table.NOTICES,
        ["eu", "de"],
    ]
    covered = 0
    for row in rows:
        count = 1
        for cell, axis in zip(row, axes, strict=False):
            count *= len(axis) if cell == "any" else len(cell.split(" or "))
        covered += count
    assert covered == 3 * 4 * 2 * 2 * 2
    assert len({tuple(row[:5]) for row in rows}) == len(rows)


def test_a_voice_is_permitted_in_one_row_only(rows: list[list[str]]) -> None:
    assert [row[:5] for row in rows if row[6] == "yes"] == [["customer", "granted", "named", "given", "any"]]


def test_nobody_but_customers_is_scored(rows: list[list[str]]) -> None:
    others = [row for row in rows if row[0] != "customer"]
    assert others
    assert {answer for row in others for answer in row[5:8]} == {"no"}


def test_originals_are_kept_on_demand_only(root: Path) -> None:
    page = (root / "docs/policy.md").read_text("utf-8")
    part = page.partition("## The words as they were said")[2].partition("## Every reason")[0]
    found = [line.strip("| ").split(" | ") for line in re.findall(r"^\| (?:any|true|false).*$", part, re.MULTILINE)]
    kept = {tuple(row[:4]) for row in found if row[4] == "yes"}
    assert kept == {("true", "granted", "named", "any"), ("true", "unknown", "named", "eu")}


def test_cases_of_equal_outcome_are_joined_and_no_others(policy_table: ModuleType) -> None:
    cells = {("a", "x"): (True,), ("a", "y"): (True,), ("b", "x"): (True,), ("b", "y"): (False,)}
    assert policy_table.merged(cells) == [
        ((frozenset("a"), frozenset("xy")), (True,)),
        ((frozenset("b"), frozenset("x")), (True,)),
        ((frozenset("b"), frozenset("y")), (False,)),
    ]
