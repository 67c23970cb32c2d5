"""`stimmung person export`: all that is kept about a customer, for who asks for it or takes it along."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.store_access import OpenStore

EXAMPLES = """Examples:

stimmung person export --customer K-20731 --output answer

stimmung person export --customer K-20731 --output answer --language en --unredacted

Two files that only you can read: NAME.md to read and NAME.json for programs (Art. 15 and 20 GDPR). They are known to
the store: `stimmung erase --customer K-20731` deletes them too. Check who asks before you send them.

Exit codes: 0 written, 1 failed, 2 wrong usage or settings."""


def person_app(open_store: "OpenStore") -> typer.Typer:
    """Return the command about people in the store that `open_store` opens."""
    app = typer.Typer(no_args_is_help=True, help="What is kept about a customer.")
    app.command("export", epilog=EXAMPLES)(export)

    @app.callback()  # also what makes `export` a word of its own, though it is the only command
    def prepare(context: typer.Context) -> None:
        context.obj = open_store

    return app


def export(
    context: typer.Context,
    customer: Annotated[str, typer.Option("--customer", metavar="KEY", help="The key that came with the calls.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the two files.")],
    language: Annotated[
        Literal["de", "en"] | None,
        typer.Option("--language", help="Of the file for reading; else the first of the settings."),
    ] = None,
    unredacted: Annotated[
        bool,
        typer.Option("--unredacted", help="With the customer's words as they were said; needs policy.keep_original."),
    ] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Write what is kept about a customer, for reading and for programs."""
    if not customer.strip():
        raise typer.BadParameter("--customer: is empty")
    if output.exists() and not output.is_dir():
        raise typer.BadParameter(f"--output {output}: is a file; name a folder")
    with endings():
        from stimmung.batch.moments import counted
        from stimmung.batch.screen import Screen, to_json_text
        from stimmung.batch.unredacted_view import require_unredacted
        from stimmung.store.persons.person import PersonOptions

        screen = Screen(quiet)
        loaded = store_settings(config, data_dir)
        settings = loaded.settings
        if unredacted:
            require_unredacted(settings)
        options = PersonOptions(language or settings.languages[0], ZoneInfo(settings.timezone), unredacted)
        with opened(context.obj, loaded, screen) as store:
            files = store.export_person(customer, output, options)
        if as_json:
            shown = {"text": str(files.text), "json": str(files.json), "calls": files.calls}
            screen.result(to_json_text(shown))
        else:
            screen.result(f"{files.text}\n{files.json}\n")
        screen.note(f"{counted(files.calls, 'call')} of this customer; this export was recorded")
