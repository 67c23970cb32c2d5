"""`stimmung serve`: the service, until it is told to stop.

The server is reached by its import string: this folder may not import `api`, and help stays quick without it.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.speech.settings import Settings

SERVER = "stimmung.api.server:run"
EPILOG = """Examples:

stimmung serve

stimmung serve --save --port 9000 --config stimmung.toml

Stop it with Ctrl-C or SIGTERM: new calls are refused, those that are on are heard out; a second time ends it at once.

Exit codes: 0 stopped and all calls heard out, 1 some were cut off or it could not start, 2 wrong usage or settings."""

Announce = Callable[[str, Path | None], None]  # the address, and the file with the key where none was set
Server = Callable[["Settings", Announce], int]  # runs until it is told to stop, returns the exit code


def real_server() -> Server:
    """Return the service, imported."""
    module, _, name = SERVER.partition(":")
    return cast("Server", getattr(importlib.import_module(module), name))


def serve_command(server: Callable[[], Server]) -> Callable[..., None]:
    """Return the command that runs what `server` gives."""

    def serve(
        host: Annotated[
            str | None,
            typer.Option(metavar="ADDRESS", help="Address to listen on; others than this machine's need a key."),
        ] = None,
        port: Annotated[str | None, typer.Option(metavar="N", help="Port to listen on; 0 takes a free one.")] = None,
        max_calls: Annotated[
            str | None, typer.Option(metavar="N", help="Calls at a time; 0 is what the machine holds.")
        ] = None,
        save: Annotated[bool, typer.Option("--save", help="Keep calls that ended in the store.")] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what goes wrong.")] = False,
    ) -> None:
        """Take calls while they happen: words, mood and who needs a person, ranked (WebSocket and HTTP)."""
        with endings():
            from stimmung.batch.screen import Screen
            from stimmung.speech.settings_sources import Given, load_settings

            named = {"host": host, "port": port, "max_calls": max_calls, "save": "true" if save else None}
            given = [
                Given(f"serve.{name}", value, f"--{name.replace('_', '-')}")
                for name, value in named.items()
                if value is not None
            ]
            screen = Screen(quiet)
            settings = load_settings(config, given).settings
            screen.note("loading models …")
            code = server()(settings, lambda url, key_file: _announce(url, key_file, screen))
        raise typer.Exit(code)

    return serve


def _announce(url: str, key_file: Path | None, screen: "Screen") -> None:
    """Tell where the service is, where its key is and how to try it."""
    screen.note(f"listening on {url}; stop with Ctrl-C")
    screen.note(f"key: in {key_file}" if key_file else "key: as set in serve.api_key")
    screen.note(f"try it: stimmung live call.wav --url {url}")
    if key_file:
        screen.note(f'or: curl -H "Authorization: Bearer $(cat {key_file})" {url}/v1/board')
