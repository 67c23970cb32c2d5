"""Reports without a database, which remember what was asked of them and who saw what."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.calls.made_reports import report

from stimmung.calls.report_records import Report
from stimmung.speech.errors import StoreError
from stimmung.store.reports.report import ReportAsk


@dataclass
class FakeReports:
    """As `batch.report_access.Reports`."""

    made: Report = field(default_factory=report)
    asked: list[ReportAsk] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    refusing: str = ""  # why no file may be written

    def make(self, ask: ReportAsk) -> Report:
        self.asked.append(ask)
        return self.made

    def shown(self, report: Report) -> None:
        self.done.append(("shown", [one.call_id for one in report.in_need]))

    @contextmanager
    def exporting(self, report: Report, file: Path) -> Iterator[None]:
        if self.refusing:
            raise StoreError(self.refusing)
        self.done.append(("intended", file, file.exists()))
        yield
        self.done.append(("written", file, file.exists()))
