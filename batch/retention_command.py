"""`stimmung retention run`: what was kept long enough goes; beforehand it can be seen what, and by which rule."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import FAILED, endings
from stimmung.batch.erase_command import is_left, tell_left
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore
    from stimmung.speech.settings import Settings
    from stimmung.store.removal.retention import Plan, Retained

EXAMPLES = """Examples:

stimmung retention run --dry-run

stimmung retention run --quiet

How long what is kept: section [retention] of the settings. Run it once a day, by cron or a systemd timer.

Exit codes: 0 done, 1 something is left to you (it says what) or it failed, 2 wrong usage or settings."""


def retention_app(open_store: "OpenStore") -> typer.Typer:
    """Return the command about how long calls stay in the store that `open_store` opens."""
    app = typer.Typer(no_args_is_help=True, help="How long calls are kept, and the end of that.")
    app.command("run", epilog=EXAMPLES)(run)

    @app.callback()  # also what makes `run` a word of its own, though it is the only command
    def prepare(context: typer.Context) -> None:
        context.obj = open_store

    return app


def run(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would go and why, and remove nothing.")] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Remove sound, calls, backups and audit records that were kept long enough."""
    with endings():
        from stimmung.batch.screen import Screen

        screen = Screen(quiet)
        loaded = store_settings(config, data_dir)
        retained = None
        with opened(context.obj, loaded, screen) as store:
            plan = store.plan_retention()
            if not as_json:
                _print_plan(plan, loaded.settings, dry_run, screen)
            if not dry_run:
                retained = store.run_retention()
        _tell(plan, retained, as_json, screen)
    raise typer.Exit(FAILED if retained and is_left(retained.finished) else 0)


def _print_plan(plan: "Plan", settings: "Settings", each: bool, screen: "Screen") -> None:
    from zoneinfo import ZoneInfo

    from stimmung.batch.retention_view import due_by_rule, each_due

    if plan.due or plan.acts or plan.backups:
        table = each_due if each else due_by_rule
        screen.out.print(table(plan, settings.retention, ZoneInfo(settings.timezone)))


def _tell(plan: "Plan", retained: "Retained | None", as_json: bool, screen: "Screen") -> None:
    from stimmung.batch.retention_view import plan_to_json, removed_text
    from stimmung.batch.screen import to_json_text

    if as_json:
        shown = plan_to_json(plan)
        if retained:
            shown["removed"] = {
                **{name: value for name, value in asdict(retained).items() if isinstance(value, int)},
                "stray_files": retained.swept.removed,
                "sound_missing": list(retained.swept.missing),
                "exports_left": [str(path) for path in retained.finished.exports_left],
                "undone": list(retained.finished.undone),
            }
        screen.result(to_json_text(shown))
    elif retained:
        screen.result(f"{removed_text(retained)}\n")
    else:
        screen.note("dry run: nothing was removed" if plan.due or plan.acts or plan.backups else "nothing is due")
    if retained:
        for call_id in retained.swept.missing:
            screen.note(f"call {call_id}: its sound should be there and is not; was a folder copied without it?")
        tell_left(retained.finished, screen)
