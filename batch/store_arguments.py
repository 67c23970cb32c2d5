"""Options that all commands of the store share, and what they mean."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import Opening, OpenStore, StoreAccess
    from stimmung.speech.settings import Settings
    from stimmung.speech.settings_sources import LoadedSettings

DATA_DIR_OPTION = typer.Option(
    "--data-dir", metavar="DIR", help="Folder of the private database, sound, backups and keys; else store.data_dir."
)
JSON_OPTION = typer.Option("--json", help="As JSON.")
QUIET_OPTION = typer.Option("--quiet", "-q", help="No notes; failures are still told.")
YES_HELP = "Do not ask; needed where there is no terminal to ask on."
CALL_OPTION = typer.Option("--call", metavar="ID", help="A call, by the id that it is kept as.")
CUSTOMER_OPTION = typer.Option(
    "--customer", metavar="KEY", help="A customer, by the key that came with the calls (customer in NAME.call.json)."
)

AGO = re.compile(r"(\d{1,6})([hd])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def store_settings(config: Path | None, data_dir: Path | None) -> "LoadedSettings":
    """Return the settings, the data folder of the command line over all others. Raises SettingsError."""
    from stimmung.speech.settings_sources import Given, load_settings

    return load_settings(config, [] if data_dir is None else [Given("store.data_dir", str(data_dir), "--data-dir")])


def open_real_store(
    settings: "Settings", tell: Callable[[str], None], opening: "Opening"
) -> "AbstractContextManager[StoreAccess]":
    """Open the store of the settings; what that needs is imported only now."""
    from stimmung.batch.real_store import real_store

    return real_store(settings, tell, opening)


@contextmanager
def opened(
    open_store: "OpenStore", loaded: "LoadedSettings", screen: "Screen", *, make: bool = False, migrate: bool = True
) -> Iterator["StoreAccess"]:
    """Open the store while the block runs, telling what it waits for; see `Opening`. Raises StoreError."""
    from stimmung.batch.store_access import Opening

    with open_store(loaded.settings, screen.note, Opening(make, migrate)) as store:
        yield store


def one_of(call: str | None, customer: str | None) -> None:
    """Raise typer.BadParameter unless exactly one is named, and not by a blank."""
    if (call is None) == (customer is None):
        raise typer.BadParameter("name either --customer KEY or --call ID")
    for option, value in (("--call", call), ("--customer", customer)):
        if value is not None and not value.strip():
            raise typer.BadParameter(f"{option}: is empty")


def sure(question: str, yes: bool, command: str) -> bool:
    """Ask on the terminal unless `yes`; False: somebody said no. Raises typer.BadParameter where there is none."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"there is no terminal to ask on: {command} needs --yes")
    return typer.confirm(question, err=True)


def parse_moment(text: str, option: str, now: datetime, timezone: ZoneInfo) -> datetime:
    """Return the moment that `2026-03-01`, `2026-03-01T14:30`, `7d` (days ago) or `12h` means.

    Times that name no zone are in `timezone`. Raises typer.BadParameter.
    """
    if found := AGO.fullmatch(text.strip()):
        try:
            return now - int(found.group(1)) * UNITS[found.group(2)]
        except OverflowError as error:
            raise typer.BadParameter(f"{option} {text}: is before all dates") from error
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(
            f"{option} {text}: write a date such as 2026-03-01 or 2026-03-01T14:30, or 7d or 12h for that long ago"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone)
