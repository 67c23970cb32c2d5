"""`stimmung report`: of which time, as what, where to; and that it is recorded before anybody sees it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from tests.batch.fake_reports import FakeReports
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.report_period import parse_period
from stimmung.calls.report_records import Period

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)  # 6:00 in Berlin
AGREED = '[policy]\nworks_agreement = "BV 7"\n'


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with calls to report."""
    return FakeStore()


def run(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["report", *words])


def asked(store: FakeStore) -> Any:  # Any: tests look at its fields
    (ask,) = store.reports.asked
    return ask


class TestPeriod:
    @pytest.mark.parametrize(
        ("since", "until", "first", "end"),
        [
            ("yesterday", None, (2, 0), (3, 6)),
            ("yesterday", "today", (2, 0), (3, 0)),
            ("gestern", "heute", (2, 0), (3, 0)),
            ("2026-03-01", "2026-03-02T06:30", (1, 0), (2, 6)),
            ("12h", None, (2, 18), (3, 6)),
        ],
    )
    def test_times_are_those_of_the_clocks_here(
        self, since: str, until: str | None, first: tuple[int, int], end: tuple[int, int]
    ) -> None:
        found = parse_period(since, until, NOW, BERLIN)
        assert ((found.first.day, found.first.hour), (found.end.day, found.end.hour)) == (first, end)
        assert (found.first.tzinfo, found.end.tzinfo) == (BERLIN, BERLIN)

    def test_a_day_on_which_clocks_change_begins_at_midnight(self) -> None:
        found = parse_period("yesterday", "today", datetime(2026, 3, 30, 4, 0, tzinfo=UTC), BERLIN)
        assert found == Period(datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN))

    @pytest.mark.parametrize(
        ("since", "until"), [("today", "yesterday"), ("2026-04-01", None), ("0001-01-01", None), ("tomorrow", None)]
    )
    def test_what_is_no_time(self, since: str, until: str | None) -> None:
        with pytest.raises(typer.BadParameter, match="--"):
            parse_period(since, until, NOW, BERLIN)


class TestScreen:
    def test_markdown_in_the_first_language_of_the_settings(self, runner: CliRunner, store: FakeStore) -> None:
        result = run(runner, store)
        assert result.exit_code == 0
        assert result.stdout.startswith("# Gespräche 02.03.2026")
        assert store.reports.done == [("shown", ["4711"])]

    def test_the_other_language(self, runner: CliRunner, store: FakeStore) -> None:
        assert run(runner, store, "--language", "en").stdout.startswith("# Calls 2026-03-02")

    def test_json(self, runner: CliRunner, store: FakeStore) -> None:
        assert json.loads(run(runner, store, "--json").stdout)["report_version"] == 1
        assert json.loads(run(runner, store, "--format", "json").stdout)["figures"]["calls"] == 84

    def test_a_page_needs_a_file(self, runner: CliRunner, store: FakeStore) -> None:
        result = run(runner, store, "--format", "html")
        assert (result.exit_code, store.reports.asked) == (2, [])
        assert "--output" in result.stderr

    def test_what_was_asked(self, runner: CliRunner, store: FakeStore) -> None:
        run(runner, store, "--since", "2026-03-01", "--until", "2026-03-02", "--queue", "billing", "--file-names")
        ask = asked(store)
        assert ask.period == Period(datetime(2026, 3, 1, tzinfo=BERLIN), datetime(2026, 3, 2, tzinfo=BERLIN))
        assert (ask.queue, ask.by_agent, ask.with_files) == ("billing", False, True)


class TestFile:
    @pytest.mark.parametrize(
        ("name", "begins"), [("a.html", "<!DOCTYPE html>"), ("a.md", "# Gespräche"), ("a.json", "{")]
    )
    def test_by_its_ending(self, runner: CliRunner, store: FakeStore, place: Path, name: str, begins: str) -> None:
        result = run(runner, store, "--output", name)
        assert (result.exit_code, result.stdout) == (0, "")
        assert (place / name).read_text("utf-8").startswith(begins)
        assert result.stderr == f"wrote {name}\n"
        assert not list(place.glob(".*.partial"))

    def test_it_is_remembered_before_it_is_written(self, runner: CliRunner, store: FakeStore) -> None:
        run(runner, store, "--output", "a.html")
        assert store.reports.done == [("intended", Path("a.html"), False), ("written", Path("a.html"), True)]

    def test_nothing_is_written_where_that_cannot_be(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        store.reports = FakeReports(refusing="1 of its calls was erased")
        assert run(runner, store, "--output", "a.html").exit_code == 1
        assert not (place / "a.html").exists()

    def test_a_folder_gets_one_by_the_day(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        (place / "inbox").mkdir()
        assert run(runner, store, "--since", "2026-03-01", "--output", "inbox").exit_code == 0
        assert [file.name for file in (place / "inbox").iterdir()] == ["report-2026-03-01.html"]

    def test_an_ending_that_says_nothing(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        assert run(runner, store, "--output", "report").exit_code == 2
        assert run(runner, store, "--output", "report", "--format", "md").exit_code == 0
        assert (place / "report").read_text("utf-8").startswith("# ")

    def test_no_names_of_recordings_in_a_file(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        assert run(runner, store, "--output", "a.html", "--file-names").exit_code == 2
        assert not (place / "a.html").exists()


class TestAgents:
    def test_not_without_a_works_agreement(self, runner: CliRunner, store: FakeStore) -> None:
        result = run(runner, store, "--by-agent")
        assert (result.exit_code, store.reports.asked) == (2, [])
        assert "no works agreement is named: policy.works_agreement in the settings" in result.stderr

    def test_with_one(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        (place / "stimmung.toml").write_text(AGREED)
        assert run(runner, store, "--by-agent").exit_code == 0
        assert asked(store).by_agent
