"""A report for real: figures from the database, the file known to the store, every look in the audit."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.store.reports.reported_calls import Made, keep
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.speech.settings import StoreSettings
from stimmung.store.database import open_database
from stimmung.store.places import places_in

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def kept(calls: Path) -> Path:
    """A data folder with eight calls of today, two of which name somebody in distress."""
    began = datetime.now(UTC) - timedelta(minutes=1)
    likes = {number: Made(began=began - timedelta(seconds=number)) for number in range(6)}
    urgent = {
        number: Made(began=began - timedelta(seconds=number), distress="urgent", quote=HOSTILE) for number in (6, 7)
    }
    settings = StoreSettings(data_dir=calls / "kept")
    with open_database(settings, tell=lambda _line: None) as database:
        keep(database, places_in(database.data_dir, settings), {**likes, **urgent})
    return calls


def run(words: Sequence[str]) -> Result:
    result = CliRunner().invoke(build_app(), [*words, "--data-dir", "kept"])
    assert result.exit_code == 0, result.output
    return result


def acts() -> Any:  # Any: JSON
    return json.loads(run(["audit", "--json"]).stdout)


def test_a_report_is_known_and_goes_with_a_call_that_it_names(kept: Path) -> None:
    run(["report", "--since", "2d", "--output", "inbox.html"])
    text = (kept / "inbox.html").read_text("utf-8")
    assert "call-6" in text
    assert HOSTILE not in text
    exported = [(one["action"], one["call_id"]) for one in acts()]
    assert sorted(exported) == [("export", "call-6"), ("export", "call-7")]

    run(["erase", "--call", "call-0", "--yes"])
    assert (kept / "inbox.html").exists(), "it only counts that call"
    run(["erase", "--call", "call-7", "--yes"])
    assert not (kept / "inbox.html").exists()


def test_what_is_shown_is_recorded_and_what_names_nobody_too(kept: Path) -> None:
    shown = json.loads(run(["report", "--since", "2d", "--json"]).stdout)
    assert (shown["figures"]["calls"], shown["in_need_calls"]) == (8, 2)
    run(["report", "--since", "2d", "--queue", "nothing", "--output", str(kept / "none.md")])
    found = [(one["action"], one["call_id"], one["detail"]["format"]) for one in acts()]
    assert sorted(found, key=str) == [
        ("export", None, "md"),
        ("look", "call-6", "report"),
        ("look", "call-7", "report"),
    ]
