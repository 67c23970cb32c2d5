"""`stimmung show`: a kept call as `stimmung analyze` shows it; every look is recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore, Seen
    from stimmung.speech.settings import Settings

EXAMPLES = """Examples:

stimmung show 4711

stimmung show 4711 --json | jq .metrics

stimmung show 4711 --unredacted

Every look is recorded: stimmung audit --call 4711

Exit codes: 0 shown, 1 no such call or no database, 2 wrong usage or settings."""


def show_command(open_store: "OpenStore") -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def show(
        call: Annotated[str, typer.Argument(metavar="CALL", help="The id that the call is kept as.")],
        as_json: Annotated[bool, JSON_OPTION] = False,
        unredacted: Annotated[
            bool,
            typer.Option("--unredacted", help="With words as they were said; needs policy.keep_original."),
        ] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, QUIET_OPTION] = False,
    ) -> None:
        """Show a kept call: summary and words, as `analyze` does."""
        with endings():
            from stimmung.batch.screen import Screen
            from stimmung.batch.unredacted_view import require_unredacted

            screen = Screen(quiet)
            loaded = store_settings(config, data_dir)
            if unredacted:
                require_unredacted(loaded.settings)
            with opened(open_store, loaded, screen) as store:
                seen = store.look(call, unredacted)
                if unredacted:
                    screen.note("words as they were said; this look was recorded")
                _print(seen, as_json, loaded.settings, screen)

    return show


def _print(seen: "Seen", as_json: bool, settings: "Settings", screen: "Screen") -> None:
    from zoneinfo import ZoneInfo

    from stimmung.batch.kept_view import kept_line, kept_to_json, kept_until
    from stimmung.batch.screen import to_json_text
    from stimmung.batch.transcript_view import transcript
    from stimmung.batch.unredacted_view import with_originals
    from stimmung.calls.exports import analysis_to_json
    from stimmung.store.removal.retention_rules import rules_of

    ends = kept_until(seen.call, rules_of(settings.retention))
    analysis = with_originals(seen.call.analysis, seen.originals)
    if as_json:
        screen.result(to_json_text({**analysis_to_json(analysis), "kept": kept_to_json(seen.call, ends)}))
    else:
        screen.out.print(transcript(analysis), kept_line(seen.call, ends, ZoneInfo(settings.timezone)))
