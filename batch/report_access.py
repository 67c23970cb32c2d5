"""What the report needs of an open store; tests hand in a small one, `RealReports` is the store's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stimmung.calls.report_records import Report
from stimmung.store.audit import Act, Detail, record_acts
from stimmung.store.maintenance import Steward
from stimmung.store.removal.exports_register import Export, exporting
from stimmung.store.reports.report import ReportAsk, make_report


class Reports(Protocol):
    """Reports of kept calls. Whoever shows or writes one says so, and it is recorded."""

    def make(self, ask: ReportAsk) -> Report:
        """Return the report. Raises StoreError."""
        ...

    def shown(self, report: Report) -> None:
        """Record that somebody sees the words of the calls that it names. Raises StoreError."""
        ...

    def exporting(self, report: Report, file: Path) -> AbstractContextManager[None]:
        """Remember a file that is written in the block; erasing a call that it names deletes it. Raises StoreError."""
        ...


class RealReports:
    """See `Reports`."""

    def __init__(self, steward: Steward, now: Callable[[], datetime]) -> None:
        self._database, self._places, self._who, self._now = steward.database, steward.places, steward.who, now

    def make(self, ask: ReportAsk) -> Report:
        """Return the report."""
        return make_report(self._database, self._places, ask, self._now())

    def shown(self, report: Report) -> None:
        """Record a look at each call that is named, and at the figures of single agents."""
        acts = [
            Act("look", self._who, self._now(), call_id=call_id, detail=_detail(report, "report"))
            for call_id in _named(report)
        ]
        self._database.run(lambda connection: record_acts(connection, acts))

    @contextmanager
    def exporting(self, report: Report, file: Path) -> Iterator[None]:
        """Record an export of each call that is named, and remember the file for as long as they are kept."""
        at, detail = self._now(), _detail(report, file.suffix.removeprefix("."))
        named = tuple(one.call_id for one in report.in_need)
        first, *others = (Act("export", self._who, at, one, detail=detail) for one in _named(report))
        self._database.run(lambda connection: record_acts(connection, others))
        with exporting(self._database, Export(file, self._who, at, named, detail=detail), first):
            yield


def _named(report: Report) -> Sequence[str | None]:
    """Return the calls that are named; where none is, the act is about none."""
    return [one.call_id for one in report.in_need] or [None]


def _detail(report: Report, form: str) -> Detail:
    detail: dict[str, str | int | bool] = {"format": form, "report": True, "calls": report.figures.calls}
    return {**detail, "by_agent": True} if report.agents is not None else detail
