"""`stimmung audit`: who looked at, exported or erased what, and when."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import (
    CALL_OPTION,
    DATA_DIR_OPTION,
    JSON_OPTION,
    QUIET_OPTION,
    opened,
    parse_moment,
    store_settings,
)

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore
    from stimmung.store.audit import Act

USUAL = "30d"
EXAMPLES = """Examples:

stimmung audit

stimmung audit --call 4711

stimmung audit --since 2026-03-01 --json > audit.json

Exit codes: 0 done, 1 no database, 2 wrong usage or settings."""


def audit_command(open_store: "OpenStore") -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def audit(
        call: Annotated[str | None, CALL_OPTION] = None,
        since: Annotated[
            str | None,
            typer.Option(
                metavar="WHEN",
                help=f"From then on: 2026-03-01, 2026-03-01T14:30, 7d or 12h ago; else {USUAL}, of a call all.",
            ),
        ] = None,
        as_json: Annotated[bool, JSON_OPTION] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, QUIET_OPTION] = False,
    ) -> None:
        """Show who looked at, exported or erased what, oldest first."""
        with endings():
            from stimmung.batch.screen import Screen, to_json_text
            from stimmung.store.audit import MOST

            screen = Screen(quiet)
            loaded = store_settings(config, data_dir)
            timezone = ZoneInfo(loaded.settings.timezone)
            first = since if since is not None or call is not None else USUAL
            start = None if first is None else parse_moment(first, "--since", datetime.now(UTC), timezone)
            with opened(open_store, loaded, screen) as store:
                acts = store.acts(call, start)
            if len(acts) >= MOST:
                screen.note(f"these are the first {MOST:,}; see later ones with --since")
            if as_json:
                screen.result(to_json_text([_to_json(act) for act in acts]))
            elif acts:
                _print_table(acts, timezone, screen)
            else:
                screen.note(f"nothing was recorded {_about(call, first)}")

    return audit


def _about(call: str | None, since: str | None) -> str:
    parts = [f"of call {call}" if call else "", f"since {since}" if since else ""]
    return " ".join(part for part in parts if part)


def _to_json(act: "Act") -> dict[str, object]:
    return {
        "at": act.at.astimezone(UTC).isoformat(),
        "who": act.who,
        "action": act.action,
        "call_id": act.call_id,
        "pseudonym": act.pseudonym,
        "detail": dict(act.detail),
    }


def _print_table(acts: "Sequence[Act]", timezone: ZoneInfo, screen: "Screen") -> None:
    from rich.table import Table
    from rich.text import Text

    from stimmung.batch.moments import moment_text
    from stimmung.batch.screen import printable

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("when", "who", "what", "call"):
        table.add_column(name, no_wrap=True)
    table.add_column("details", overflow="fold")
    for act in acts:
        details = ", ".join(f"{key} {value}" for key, value in act.detail.items())
        cells = (act.who, act.action, act.call_id or "–", details)
        table.add_row(Text(moment_text(act.at, timezone), "dim"), *(Text(printable(cell)) for cell in cells))
    screen.out.print(table)
