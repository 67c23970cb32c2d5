"""A place in a call as people write it: `1:23`, `1:02:03`, `83s`."""

import re

import typer

CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)(?:[.,](\d{1,3}))?")
SECONDS = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*s?")
AT_OPTION = typer.Option("--at", metavar="PLACE", help="A place in the call: 1:23, 1:02:03 or 83s.")


def parse_place(text: str, option: str = "--at") -> float:
    """Return the seconds from the start of the call. Raises typer.BadParameter."""
    if found := CLOCK.fullmatch(text.strip()):
        hours, minutes, seconds, fraction = found.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction or 0}")
    if found := SECONDS.fullmatch(text.strip()):
        return float(found.group(1).replace(",", "."))
    raise typer.BadParameter(f"{option} {text}: is no place in a call: write 1:23, 1:02:03 or 83s")
