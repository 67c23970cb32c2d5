"""`stimmung live`: recordings played to `stimmung serve` as calls that happen now."""

from pathlib import Path
from typing import Annotated

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings

EXAMPLES = """Examples:

stimmung live call.wav

stimmung live --speed 2 monday/*.wav

stimmung live --url wss://calls.example.org --json call.wav > events.jsonl

Exit codes: 0 all calls ended well, 1 some failed or were refused, 2 wrong usage or settings, 130 after Ctrl-C."""


def live(  # typer wants one parameter an option; they become one record in the first statement
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Recordings, one call each, played at once.")],
    speed: Annotated[float, typer.Option(metavar="X", help="2 plays twice as fast as it was spoken.")] = 1.0,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of the server; else where `serve` of the settings is.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Key of the server; STIMMUNG_SERVE__API_KEY keeps it off the command line."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every event of every call as a line of JSON.")] = False,
    chunk_ms: Annotated[int, typer.Option(metavar="MS", help="Sound in each message, in milliseconds.")] = 20,
    sample_rate: Annotated[int, typer.Option(metavar="HZ", help="Rate of what is sent: 8000 or 16000.")] = 16_000,
    no_partials: Annotated[
        bool, typer.Option("--no-partials", help="Do not ask for the words of what is still being said.")
    ] = False,
    roles: Annotated[
        str | None, typer.Option(metavar="ROLE,…", help="Who is on which channel: agent, customer or unknown.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="LANG", help="Language of the calls: de or en.")] = None,
    info: Annotated[
        list[str] | None,
        typer.Option("--info", metavar="KEY=VALUE", help="What is known of the call: consent=granted. Repeatable."),
    ] = None,
    raw_format: Annotated[
        str | None, typer.Option(metavar="CODEC:HZ:CHANNELS", help="Sound without a header, such as ulaw:8000:2.")
    ] = None,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; failures are still told.")] = False,
) -> None:
    """Play recordings to a running `stimmung serve` as live calls, and show words, mood and rank as they come."""
    with endings():
        from stimmung.batch.live_arguments import LiveArguments, to_live_request
        from stimmung.batch.live_run import run_live
        from stimmung.batch.screen import Screen

        arguments = LiveArguments(
            files=tuple(files),
            speed=speed,
            chunk_ms=chunk_ms,
            sample_rate=sample_rate,
            partials=not no_partials,
            url=url,
            settings={"--roles": roles, "--language": language, "--key": key},
            info=tuple(info or ()),
            raw_format=raw_format,
            config=config,
            as_json=as_json,
        )
        code = run_live(to_live_request(arguments), Screen(quiet))
    raise typer.Exit(code)
