"""`stimmung play`: some seconds of a call's kept sound, redacted; each time is recorded."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.call_places import AT_OPTION, parse_place
from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.players import Player, play_sound
from stimmung.batch.store_arguments import DATA_DIR_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.search_access import Finding
    from stimmung.batch.store_access import OpenStore
    from stimmung.speech.records import Audio

EXAMPLES = """Examples:

stimmung play 4711 --at 1:23

stimmung play 4711 --at 1:23 --seconds 60 --output excerpt.wav

Each time is recorded: stimmung audit --call 4711

Exit codes: 0 played or written, 1 no such call, or its sound is not kept, 2 wrong usage or settings."""
LEAD = 1.0  # s before the place: whoever says it has drawn breath
UNUSUAL = re.compile(r"[^\w.-]|^[.-]")  # in names of files
SUFFIXES = (".wav", ".opus")


def play_command(open_store: "OpenStore", player: Player = play_sound) -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def play(
        call: Annotated[str, typer.Argument(metavar="CALL", help="The id that the call is kept as.")],
        at: Annotated[str, AT_OPTION] = "0:00",
        seconds: Annotated[float, typer.Option(metavar="N", min=1, max=600, help="How long.")] = 20.0,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write FILE.wav or FILE.opus instead.")
        ] = None,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, QUIET_OPTION] = False,
    ) -> None:
        """Play a place in a kept call, or write it into a file."""
        with endings():
            from stimmung.batch.screen import Screen
            from stimmung.speech.records import Span

            start = max(parse_place(at) - LEAD, 0.0)
            if output is not None and output.suffix.lower() not in SUFFIXES:
                raise typer.BadParameter(f"--output {output}: write a name that ends in {' or '.join(SUFFIXES)}")
            screen = Screen(quiet)
            with opened(open_store, store_settings(config, data_dir), screen) as store:
                heard = store.finding.hear(call, Span(start, start + LEAD + seconds))
                file = output or _played(heard, player, call, start, screen)
                if file is not None:
                    _write(store.finding, call, file, heard)
                    screen.result(f"{file}\n")

    return play


def _played(heard: "Audio", player: Player, call: str, start: float, screen: "Screen") -> Path | None:
    """Play the sound; return where it is to be written where nothing here can play it."""
    from stimmung.calls.clock import clock
    from stimmung.speech.excerpts import wav_bytes

    if program := player(wav_bytes(heard)):
        screen.note(f"played {heard.duration:.0f} s from {clock(start)} with {program}")
        return None
    screen.note("nothing here can play sound (ffplay, paplay and aplay were tried), so it is written into a file")
    return Path(f"{UNUSUAL.sub('_', call)}-{clock(start).replace(':', '-')}.wav")


def _write(finding: "Finding", call: str, file: Path, heard: "Audio") -> None:
    """Write the sound for its owner alone; erasing the call deletes it."""
    from stimmung.speech.excerpts import wav_bytes
    from stimmung.speech.opus import opus_bytes
    from stimmung.store.durable import write_beside

    content = opus_bytes(heard) if file.suffix.lower() == ".opus" else wav_bytes(heard)
    with finding.exporting(call, file):
        write_beside(file, [content]).rename(file)
