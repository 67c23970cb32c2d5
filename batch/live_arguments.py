"""What `stimmung live` was called with, and what it means; contradictions are usage errors (exit code 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from stimmung.batch.analyze_arguments import given_info
from stimmung.batch.live_client import SendOptions
from stimmung.batch.live_endpoint import websocket_url
from stimmung.batch.live_run import LiveRequest
from stimmung.calls.analysis import Recording
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.settings_sources import Given

SETTING_OF_OPTION = {"--roles": "roles", "--language": "languages", "--key": "serve.api_key"}
MIN_SPEED, MAX_SPEED = 0.1, 100.0
MIN_CHUNK, MAX_CHUNK = 1, 10_000  # ms
SAMPLE_RATES = (8_000, 16_000)  # Hz


@dataclass(frozen=True, slots=True)
class LiveArguments:
    """The command line as it was typed; options that were left out are None."""

    files: tuple[Path, ...]
    speed: float
    chunk_ms: int
    sample_rate: int
    partials: bool
    url: str | None
    settings: Mapping[str, str | None]  # by option
    info: tuple[str, ...]  # KEY=VALUE
    raw_format: str | None
    config: Path | None
    as_json: bool


def to_live_request(arguments: LiveArguments) -> LiveRequest:
    """Return what is to be done.

    Raises typer.BadParameter where a value makes no sense, SettingsError for a raw format that is none.
    """
    if arguments.raw_format is not None:
        parse_raw_format(arguments.raw_format)
    if not MIN_SPEED <= arguments.speed <= MAX_SPEED:
        raise typer.BadParameter(f"--speed {arguments.speed:g}: takes {MIN_SPEED:g} to {MAX_SPEED:g}; 1 is as spoken")
    if not MIN_CHUNK <= arguments.chunk_ms <= MAX_CHUNK:
        raise typer.BadParameter(f"--chunk-ms {arguments.chunk_ms}: takes {MIN_CHUNK} to {MAX_CHUNK} milliseconds")
    if arguments.sample_rate not in SAMPLE_RATES:
        rates = " or ".join(str(rate) for rate in SAMPLE_RATES)
        raise typer.BadParameter(f"--sample-rate {arguments.sample_rate}: takes {rates} (Hz)")
    return LiveRequest(
        recordings=tuple(Recording((path,), arguments.raw_format) for path in arguments.files),
        url=_address(arguments.url) if arguments.url is not None else None,
        options=tuple(
            Given(SETTING_OF_OPTION[option], value, option)
            for option, value in arguments.settings.items()
            if value is not None
        ),
        config=arguments.config,
        info=given_info(arguments.info, len(arguments.files)),
        sample_rate=arguments.sample_rate,
        sending=SendOptions(arguments.speed, arguments.chunk_ms / 1000, arguments.partials),
        as_json=arguments.as_json,
    )


def _address(url: str) -> str:
    try:
        return websocket_url(url)
    except ValueError as error:
        raise typer.BadParameter(f"--url {url}: {error}") from error
