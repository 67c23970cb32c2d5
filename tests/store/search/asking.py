"""Queries as tests ask them: on Wednesday, 4 November 2026, at 15:00 in Berlin, as docs/search.md does."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import Condition, Query

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 4, 15, 0, tzinfo=BERLIN)


@dataclass(frozen=True)
class Example:
    """A line of docs/search.md: what is typed, what is understood; nothing where it is refused."""

    typed: str
    understood: str = ""


def ask(text: str) -> Query:
    return parse(text, now=NOW, zone=BERLIN)


def filter_of(text: str) -> Condition:
    """Return the only filter of a query that is nothing else."""
    query = ask(text)
    assert query.words is None, query
    (one,) = query.filters
    return one


def examples(root: Path, language: str) -> list[Example]:
    """Return the lines of the page's blocks of that language, `query` or `refused`."""
    page = (root / "docs" / "search.md").read_text("utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line.partition("→") for block in blocks for line in block.splitlines() if line.strip()]
    return [Example(typed.strip(), understood.strip()) for typed, _, understood in lines]
