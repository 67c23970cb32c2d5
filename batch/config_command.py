"""`stimmung config show`: each setting, its value and where it came from; `config docs`: what each one means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.endings import endings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.speech.settings_sources import LoadedSettings

CONFIG_OPTION = typer.Option(
    "--config", metavar="FILE", help="Settings file; else ./stimmung.toml, else the one in your configuration folder."
)
SECRET = "••••••"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as it is shown: a secret is masked already."""

    key: str
    value: str | int | list[str] | None
    origin: str


def config_app() -> typer.Typer:
    """Return the commands about settings."""
    app = typer.Typer(no_args_is_help=True, help="Settings: what they are and where they come from.")
    app.command("show")(show)
    app.command("docs")(docs)
    return app


def show(
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Print each setting, its value and where it came from; secrets are masked."""
    with endings():
        from stimmung.batch.screen import Screen, to_json_text
        from stimmung.speech.settings_sources import load_settings, unused_variables

        screen = Screen()
        loaded = load_settings(config)
        rows = setting_rows(loaded)
        if as_json:
            values = {row.key: {"value": row.value, "origin": row.origin} for row in rows}
            screen.result(to_json_text({"file": str(loaded.file) if loaded.file else None, "settings": values}))
        else:
            _print_table(rows, screen)
        for name in unused_variables():
            screen.note(f"{name} is set but is the name of no setting")


def docs() -> None:
    """Print what every setting means, as Markdown."""
    with endings():
        from stimmung.batch.screen import Screen
        from stimmung.batch.settings_reference import settings_reference

        Screen().result(settings_reference())


def setting_rows(loaded: "LoadedSettings") -> list[SettingRow]:
    """Return every setting with its value and origin."""
    from stimmung.speech.settings_sources import is_secret, setting_fields, setting_value

    rows = []
    for key, field in setting_fields():
        value = setting_value(loaded.settings, key)
        if value is not None and is_secret(field):
            value = SECRET
        elif isinstance(value, tuple):
            value = [str(part) for part in value]
        elif not isinstance(value, int) and value is not None:
            value = str(value)
        rows.append(SettingRow(key, value, loaded.origins.get(key, "default")))
    return rows


def _print_table(rows: Sequence[SettingRow], screen: "Screen") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("setting", "value", "from"):
        table.add_column(name, overflow="fold")
    for row in rows:
        value = ", ".join(row.value) if isinstance(row.value, list) else row.value
        shown = Text("–", "dim") if value in (None, "") else Text(str(value))
        table.add_row(row.key, shown, Text(row.origin, "dim" if row.origin == "default" else "cyan"))
    screen.out.print(table)
