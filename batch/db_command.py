"""`stimmung db`: the database itself: how it is, its schema, its copies, and the secret of its pseudonyms."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import FAILED, endings
from stimmung.batch.store_arguments import (
    DATA_DIR_OPTION,
    JSON_OPTION,
    QUIET_OPTION,
    YES_HELP,
    opened,
    store_settings,
    sure,
)

if TYPE_CHECKING:
    from stimmung.batch.store_access import OpenStore

STATUS_EXAMPLES = """Examples:

stimmung db status

stimmung db status --data-dir /srv/stimmung --json

Exit codes: 0 all is well, 1 something is to be done (it says what) or no database, 2 wrong usage or settings."""
MIGRATE_EXAMPLES = """Every command brings the schema up to date when it opens the database. This one also makes calls
of before ready for search.

Exit codes: 0 up to date, 1 failed, 2 wrong usage or settings."""
ROTATE_EXAMPLES = """Examples:

stimmung db rotate-secret

Customers are still found by their keys: the new secret is put over the old ones in the same file. Copy the file again
to where you keep it.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings."""

BACKUP_EXAMPLES = """Examples:

stimmung db backup

stimmung db backup /mnt/backups

A file with the calls, their sound and the record of what was done; neither the secret nor the key of the originals is
in it: keep copies of those apart. Backups in the data folder go after retention.backup_days, others are yours to
delete.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings."""
RESTORE_EXAMPLES = """Examples:

stimmung db restore stimmung-20260301T030000Z.backup --data-dir /srv/stimmung

stimmung db restore /mnt/backups/stimmung-20260301T030000Z.backup --force

Whoever was erased since the backup stays erased, and what is too old by now is not brought back. Killed at any moment,
the database in use is the old or the new one, whole. The secret that the backup was made with has to be in its file.

Exit codes: 0 done, 1 failed and everything is as it was, or restored and something is left to you and named, 2 wrong
usage or settings."""
FORGET = "Give up finding the calls that were kept with the lost secret by their customers, for good?"


def db_app(open_store: "OpenStore") -> typer.Typer:
    """Return the commands about the database that `open_store` opens."""
    app = typer.Typer(no_args_is_help=True, help="The database: how it is, its schema, backups, its secret.")
    app.command("status", epilog=STATUS_EXAMPLES)(status)
    app.command("migrate", epilog=MIGRATE_EXAMPLES)(migrate)
    app.command("backup", epilog=BACKUP_EXAMPLES)(backup)
    app.command("restore", epilog=RESTORE_EXAMPLES)(restore)
    app.command("rotate-secret", epilog=ROTATE_EXAMPLES)(rotate_secret)

    @app.callback()
    def prepare(context: typer.Context) -> None:
        context.obj = open_store

    return app


def status(
    context: typer.Context,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Tell which database it is, what is kept there and what is to be done; changes nothing."""
    with endings():
        from stimmung.batch.db_view import status_lines, to_do
        from stimmung.batch.screen import Screen, to_json_text

        screen = Screen(quiet)
        loaded = store_settings(config, data_dir)
        with opened(context.obj, loaded, screen, migrate=False) as store:
            found = store.status()
        tasks = to_do(found)
        if as_json:
            screen.result(to_json_text({**asdict(found), "to_do": tasks}))
        else:
            screen.out.print(status_lines(found))
            for task in tasks:
                screen.failure(task)
    raise typer.Exit(FAILED if tasks else 0)


def migrate(
    context: typer.Context,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Bring the schema up to date."""
    with endings():
        from stimmung.batch.screen import Screen

        screen = Screen(quiet)
        with opened(context.obj, store_settings(config, data_dir), screen, make=True, migrate=False) as store:
            done = store.migrate()
            version = store.status().schema
        for name in done:
            screen.result(f"applied {name}\n")
        screen.result(f"schema {version}, up to date\n")


def backup(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where the file goes; else `backups` in the data folder.")
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Write all that is kept into a file; calls go on being saved meanwhile."""
    with endings():
        from stimmung.batch.db_view import backup_text, backup_to_json
        from stimmung.batch.screen import Screen, to_json_text

        screen = Screen(quiet)
        with opened(context.obj, store_settings(config, data_dir), screen) as store:
            made = store.backup(folder)
        screen.result(to_json_text(backup_to_json(made)) if as_json else f"{made.path}\n")
        screen.note(backup_text(made))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that `stimmung db backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace calls that are there, and cut off whoever is connected.")
    ] = False,
    register: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Erasures of another machine with the same database: its erasures.jsonl. Repeatable."
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Replace the database by a backup, less what was erased since or is too old."""
    with endings():
        from stimmung.batch.db_view import restored_text, restored_to_json
        from stimmung.batch.screen import Screen, to_json_text

        screen = Screen(quiet)
        with opened(context.obj, store_settings(config, data_dir), screen, make=True, migrate=False) as store:
            done = store.restore(file, force, tuple(register or ()))
        screen.result(to_json_text(restored_to_json(done)) if as_json else f"{restored_text(done)}\n")
        for text in done.undone:
            screen.failure(text)
    raise typer.Exit(FAILED if done.undone else 0)


def rotate_secret(
    context: typer.Context,
    forget_lost: Annotated[
        bool,
        typer.Option(
            "--forget-lost",
            help="The old secret is lost for good: give up finding the calls that were kept with it by customer.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=YES_HELP)] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Make a new secret, and all pseudonyms anew with it."""
    with endings():
        from stimmung.batch.moments import counted
        from stimmung.batch.screen import Screen

        screen = Screen(quiet)
        loaded = store_settings(config, data_dir)
        if forget_lost and not sure(FORGET, yes, "stimmung db rotate-secret --forget-lost"):
            raise typer.Exit(FAILED)
        with opened(context.obj, loaded, screen) as store:
            if forget_lost:
                lost = store.forget_lost_secrets()
                screen.note(f"{counted(lost, 'call')} can be found by id only from now on")
            renewed = store.rotate_secret()
        screen.result(f"secret {renewed.key_id}, {counted(renewed.rows, 'row')} with new pseudonyms\n")
