"""`stimmung report`: what the calls of a time were like, as a page for people or records for programs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.report_access import Reports
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore
    from stimmung.calls.report_records import Report
    from stimmung.calls.report_sections import Telling
    from stimmung.speech.settings import Settings
    from stimmung.store.reports.report import ReportAsk

EXAMPLES = """Examples:

stimmung report --since yesterday --until today --output inbox/

stimmung report --since 7d --queue billing

stimmung report --json | jq .figures

What is counted and what is left out: docs/report.md. Every report is recorded: stimmung audit

Exit codes: 0 reported, also where there were no calls, 1 no database or nothing can be written, 2 wrong usage or
settings."""


class Form(StrEnum):
    """The values of --format."""

    html = "html"
    md = "md"
    json = "json"


class Tongue(StrEnum):
    """The values of --language."""

    de = "de"
    en = "en"


ENDINGS: Final = MappingProxyType({".html": Form.html, ".htm": Form.html, ".md": Form.md, ".json": Form.json})


@dataclass(frozen=True, slots=True)
class Target:
    """Where the report goes, and as what; no file: stdout."""

    form: Form
    file: Path | None


def report_command(
    open_store: "OpenStore", now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def report(
        since: Annotated[
            str, typer.Option(metavar="WHEN", help="yesterday, today, 2026-03-01, 2026-03-01T06:00, 7d or 12h.")
        ] = "yesterday",
        until: Annotated[str | None, typer.Option(metavar="WHEN", help="Up to then; else up to now.")] = None,
        queue: Annotated[str | None, typer.Option(metavar="QUEUE", help="The calls of this queue only.")] = None,
        output: Annotated[
            Path | None, typer.Option(metavar="FILE", help="File to write, or a folder that gets one by the day.")
        ] = None,
        form: Annotated[
            Form | None, typer.Option("--format", help="Else by the file's ending; in a folder html, on a screen md.")
        ] = None,
        as_json: Annotated[bool, JSON_OPTION] = False,
        language: Annotated[
            Tongue | None, typer.Option(help="Of the report; else the first of the setting languages.")
        ] = None,
        by_agent: Annotated[
            bool, typer.Option("--by-agent", help="Talk metrics of single agents, too; needs policy.works_agreement.")
        ] = False,
        file_names: Annotated[
            bool, typer.Option("--file-names", help="Names of recordings that failed, too; not into a file.")
        ] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, QUIET_OPTION] = False,
    ) -> None:
        """Report how calls went: how many, moods, who was distressed, talk, waits, the weeks before."""
        with endings():
            from stimmung.batch.report_period import parse_period
            from stimmung.batch.screen import Screen
            from stimmung.store.reports.report import ReportAsk

            loaded = store_settings(config, data_dir)
            zone = ZoneInfo(loaded.settings.timezone)
            period = parse_period(since, until, now(), zone)
            target = _target(output, Form.json if as_json else form, f"report-{period.first:%Y-%m-%d}")
            if file_names and target.file is not None:
                raise typer.BadParameter(
                    "--file-names: names may be those of people, and no erasure would find them in a file"
                )
            if by_agent:
                _require_agreement(loaded.settings)
            ask = ReportAsk(period, queue, by_agent, file_names)
            screen = Screen(quiet)
            with opened(open_store, loaded, screen) as store:
                _report(store.reports, ask, target, _telling(loaded.settings, language, zone), screen)

    return report


def _target(output: Path | None, form: Form | None, stem: str) -> Target:
    """Return where the report goes. Raises typer.BadParameter where that would be no such report."""
    if output is None:
        if form is Form.html:
            raise typer.BadParameter("--format html: is a file with words of calls in it, so name it: --output FILE")
        return Target(form or Form.md, None)
    if output.is_dir():
        known = form or Form.html
        return Target(known, output / f"{stem}.{known.value}")
    by_name = form or ENDINGS.get(output.suffix.lower())
    if by_name is None:
        raise typer.BadParameter(f"--output {output}: ends in none of {', '.join(ENDINGS)}: add --format")
    return Target(by_name, output)


def _require_agreement(settings: "Settings") -> None:
    """Raise SettingsError where the deployment does not permit figures of single agents."""
    from stimmung.calls.policy import Party, deployment_of, permissions_of
    from stimmung.speech.errors import SettingsError
    from stimmung.speech.records import CallInfo

    ruling = permissions_of(Party("agent", 1.0), CallInfo(), deployment_of(settings.policy)).agent_statistics
    if not ruling.allowed:
        raise SettingsError(f"--by-agent: {ruling.why}: {ruling.remedy}")


def _telling(settings: "Settings", language: Tongue | None, zone: ZoneInfo) -> "Telling":
    from stimmung.calls.report_sections import Telling
    from stimmung.calls.report_words import words_of

    spoken = settings.languages[0] if language is None else language.value
    return Telling(words_of("de" if spoken == "de" else "en"), zone, (settings.policy.works_agreement or "").strip())


def _report(reports: "Reports", ask: "ReportAsk", target: Target, telling: "Telling", screen: "Screen") -> None:
    from stimmung.batch.screen import printable

    report = reports.make(ask)
    text = printable(_rendered(report, target.form, telling))
    if target.file is None:
        reports.shown(report)
        screen.result(text)
        return
    unfinished = target.file.with_name(f".{target.file.name}.partial")
    with reports.exporting(report, target.file):
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(target.file)
    screen.note(f"wrote {target.file}")


def _rendered(report: "Report", form: Form, telling: "Telling") -> str:
    from stimmung.batch.screen import to_json_text
    from stimmung.calls.report_html import report_html
    from stimmung.calls.report_json import report_to_json
    from stimmung.calls.report_markdown import report_markdown

    match form:
        case Form.html:
            return report_html(report, telling)
        case Form.md:
            return report_markdown(report, telling)
        case Form.json:
            return to_json_text(report_to_json(report))
