"""The set that search's quality is measured on: loads it, checks it, and tells what is in it.

    python benchmarks/search_quality_set.py [--build]

`--build` writes the collection and the labels anew from what was written by hand; README.md in search_quality/ says how
relevance was decided.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from search_quality_calls import build_calls
from search_quality_labels import build_queries
from search_quality_records import ZONE, QualityCall, QualityQuery, QualitySet, QualityUtterance
from search_quality_sources import FOLDER, read_asked

CALLS_FILE: Final = "calls.jsonl"
QUERIES_FILE: Final = "queries.jsonl"


def read_set(folder: Path = FOLDER) -> QualitySet:
    """Read the collection and the queries."""
    calls = tuple(_call(row) for row in _rows(folder / CALLS_FILE))
    return QualitySet(calls, tuple(QualityQuery(**row) for row in _rows(folder / QUERIES_FILE)))


def build_set() -> QualitySet:
    """Make the set from what was written by hand."""
    calls = tuple(build_calls())
    return QualitySet(calls, tuple(build_queries(list(read_asked()), calls)))


def write_set(made: QualitySet, folder: Path = FOLDER) -> None:
    """Write it, a line a call and a line a query."""
    calls = [{**asdict(call), "started_at": call.started_at.isoformat()} for call in made.calls]
    for name, rows in ((CALLS_FILE, calls), (QUERIES_FILE, [asdict(query) for query in made.queries])):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


def faults(found: QualitySet) -> Iterator[str]:
    """Yield what is wrong with a set."""
    said = found.utterances
    if len(said) != sum(len(call.utterances) for call in found.calls):
        yield "two utterances have one key"
    for key, count in Counter(query.key for query in found.queries).items():
        if count > 1:
            yield f"{key}: {count} queries have this key"
    for text, count in Counter(query.text for query in found.queries).items():
        if count > 1:
            yield f"{text}: asked {count} times"
    for query in found.queries:
        missing = [key for key in query.relevant if key not in said]
        if missing:
            yield f"{query.key}: {missing[0]} is no utterance of the set"
        if 2 not in query.relevant.values():
            yield f"{query.key}: nothing is what was meant"


def _rows(file: Path) -> list[dict[str, Any]]:  # Any: JSON
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]


def _call(row: dict[str, Any]) -> QualityCall:  # Any: JSON
    said = tuple(QualityUtterance(**{**one, "intents": tuple(one["intents"])}) for one in row["utterances"])
    call = QualityCall(**{**row, "utterances": said})
    return replace(call, started_at=datetime.fromisoformat(row["started_at"]).astimezone(ZONE))


def show(found: QualitySet) -> None:
    """Print what is in the set."""
    said = [one for call in found.calls for one in call.utterances]
    languages = Counter(one.language for one in said)
    heard = sum(one.text != one.said for one in said)
    print(f"{len(found.calls)} calls, {len(said)} utterances {dict(languages)}, {heard} with errors of the recogniser")
    for kind, count in Counter((query.kind, query.half) for query in found.queries).items():
        own = [query for query in found.queries if (query.kind, query.half) == kind]
        meant = [sum(grade == 2 for grade in query.relevant.values()) for query in own]
        related = [sum(grade == 1 for grade in query.relevant.values()) for query in own]
        print(
            f"{kind[0]:9} {kind[1]:11} {count:3} queries, meant {min(meant)}-{max(meant)} (mean"
            f" {sum(meant) / count:.1f}), related {sum(related) / count:.1f}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the set, after building it if so asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="store_true", help="write the collection and the labels anew")
    given = parser.parse_args(arguments)
    if given.build:
        write_set(build_set())
    found = read_set()
    show(found)
    wrong = list(faults(found))
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
