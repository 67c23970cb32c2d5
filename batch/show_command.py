"""`stimmung show`: a kept call as `stimmung analyze` shows it; every look is recorded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.call_places import AT_OPTION, parse_place
from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore, Seen
    from stimmung.calls.records import CallAnalysis
    from stimmung.speech.settings import Settings

EXAMPLES = """Examples:

stimmung show 4711

stimmung show 4711 --at 1:23 --around 60

stimmung show 4711 --json | jq .metrics

stimmung show 4711 --unredacted

Every look is recorded: stimmung audit --call 4711

Exit codes: 0 shown, 1 no such call or no database, 2 wrong usage or settings."""

AROUND = 30.0  # s


@dataclass(frozen=True, slots=True)
class Window:
    """A place in a call and how much around it is shown, in seconds."""

    at: float
    around: float


def show_command(open_store: "OpenStore") -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def show(
        call: Annotated[str, typer.Argument(metavar="CALL", help="The id that the call is kept as.")],
        at: Annotated[str | None, AT_OPTION] = None,
        around: Annotated[
            float | None, typer.Option(metavar="N", min=0, help=f"Seconds around the place; {AROUND:.0f} by itself.")
        ] = None,
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

            if around is not None and at is None:
                raise typer.BadParameter("--around says how much of the call: name the place too, by --at")
            window = None if at is None else Window(parse_place(at), AROUND if around is None else around)
            screen = Screen(quiet)
            loaded = store_settings(config, data_dir)
            if unredacted:
                require_unredacted(loaded.settings)
            with opened(open_store, loaded, screen) as store:
                seen = store.look(call, unredacted)
                if unredacted:
                    screen.note("words as they were said; this look was recorded")
                _print(seen, window, as_json, loaded.settings, screen)

    return show


def _print(seen: "Seen", window: Window | None, as_json: bool, settings: "Settings", screen: "Screen") -> None:
    from zoneinfo import ZoneInfo

    from stimmung.batch.kept_view import kept_line, kept_to_json, kept_until
    from stimmung.batch.screen import to_json_text
    from stimmung.batch.transcript_view import excerpt, transcript
    from stimmung.batch.unredacted_view import with_originals
    from stimmung.calls.clock import clock
    from stimmung.calls.exports import analysis_to_json
    from stimmung.store.removal.retention_rules import rules_of

    ends = kept_until(seen.call, rules_of(settings.retention))
    analysis = with_originals(seen.call.analysis, seen.originals)
    if window is not None and window.at > analysis.duration:
        raise typer.BadParameter(f"--at: the call ends at {clock(analysis.duration)}")
    if as_json:
        shown = analysis if window is None else _within(analysis, window)
        screen.result(to_json_text({**analysis_to_json(shown), "kept": kept_to_json(seen.call, ends)}))
        return
    view = transcript(analysis) if window is None else excerpt(analysis, window.at, window.around)
    screen.out.print(view, kept_line(seen.call, ends, ZoneInfo(settings.timezone)))


def _within(analysis: "CallAnalysis", window: Window) -> "CallAnalysis":
    """Return the call with what is said in the window alone."""
    first, last = window.at - window.around, window.at + window.around
    own = tuple(one for one in analysis.utterances if one.end >= first and one.start <= last)
    return replace(analysis, utterances=own)
