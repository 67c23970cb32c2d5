"""What `stimmung analyze` was called with, and what it means; contradictions are usage errors (exit code 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import typer

from stimmung.batch.analyze_command import AnalyzeRequest
from stimmung.batch.outputs import NAMING, TABLE_FORMATS, AnyFormat
from stimmung.calls.analysis import Recording
from stimmung.calls.plots import ENDINGS
from stimmung.speech.callinfo import parse_call_info
from stimmung.speech.errors import CallInfoError
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.settings_sources import Given

SETTING_OF_OPTION = {
    "--roles": "roles",
    "--language": "languages",
    "--model": "models.whisper",
    "--text-model": "models.text",
    "--voice-model": "models.voice",
    "--device": "models.device",
    "--beam-size": "models.beam_size",
    "--hotwords": "models.hotwords",
    "--data-dir": "store.data_dir",
}

KEY_OF_ONE_CALL = "call_id"
KEYS_WITH_OPTION = {"roles": "--roles", "language": "--language"}  # one way to say a thing


@dataclass(frozen=True, slots=True)
class AnalyzeArguments:
    """The command line as it was typed; options that were left out are None."""

    files: tuple[Path, ...]
    one_call: tuple[Path, Path] | None
    formats: Mapping[str, bool]  # by name of the format
    settings: Mapping[str, str | None]  # by option
    info: tuple[str, ...]  # KEY=VALUE
    raw_format: str | None
    output: Path | None
    plot: Path | None
    config: Path | None
    quiet: bool
    unredacted: bool = False
    save: bool = False
    save_erased: bool = False
    more_formats: str | None = None  # separated by commas


def to_request(arguments: AnalyzeArguments) -> AnalyzeRequest:
    """Return what is to be done.

    Raises typer.BadParameter where the arguments contradict each other, SettingsError for a raw format that is none.
    """
    if arguments.raw_format is not None:
        parse_raw_format(arguments.raw_format)
    recordings = _recordings(arguments)
    formats = _formats(arguments)
    if arguments.unredacted and (handed := [form for form in formats if form in NAMING]):
        raise typer.BadParameter(f"--unredacted: --format {handed[0]} is made to be handed on, and stays redacted")
    if arguments.output is None:
        _check_stdout(formats, len(recordings))
    elif arguments.output.exists() and not arguments.output.is_dir():
        raise typer.BadParameter(f"--output {arguments.output}: is a file; name a folder")
    if arguments.settings.get("--data-dir") is not None and not (arguments.save or arguments.unredacted):
        raise typer.BadParameter("--data-dir is where calls are kept, and none is without --save")
    if arguments.save_erased and not arguments.save:
        raise typer.BadParameter("--save-erased says which calls --save keeps: name both")
    if arguments.plot is not None:
        _check_plot(arguments.plot, len(recordings))
    options = tuple(
        Given(SETTING_OF_OPTION[option], value, option)
        for option, value in arguments.settings.items()
        if value is not None
    )
    return AnalyzeRequest(
        recordings=recordings,
        formats=formats,
        output=arguments.output,
        config=arguments.config,
        options=options,
        quiet=arguments.quiet,
        info=given_info(arguments.info, len(recordings)),
        plot=arguments.plot,
        unredacted=arguments.unredacted,
        save=arguments.save,
        save_erased=arguments.save_erased,
    )


def _formats(arguments: AnalyzeArguments) -> tuple[AnyFormat, ...]:
    """Return the formats that were asked for, by an option each or by name, each once."""
    known: tuple[AnyFormat, ...] = get_args(AnyFormat)
    named = {word.strip() for word in (arguments.more_formats or "").split(",")} - {""}
    if unknown := sorted(named - set(known)):
        raise typer.BadParameter(f"--format {unknown[0]}: is none of {', '.join(known)}")
    return tuple(form for form in known if form in named or arguments.formats.get(form))


def _recordings(arguments: AnalyzeArguments) -> tuple[Recording, ...]:
    if arguments.one_call and arguments.files:
        raise typer.BadParameter("--one-call takes its two recordings alone; leave out the others")
    if arguments.one_call:
        return (Recording(arguments.one_call, arguments.raw_format),)
    if not arguments.files:
        raise typer.BadParameter("name a recording, or two after --one-call")
    return tuple(Recording((path,), arguments.raw_format) for path in arguments.files)


def given_info(words: Sequence[str], count: int) -> dict[str, object]:
    """Return what --info says of each of the `count` calls, checked; `parse_call_info` knows its keys."""
    given: dict[str, object] = {}
    for word in words:
        key, equals, value = (part.strip() for part in word.partition("="))
        if not key or not equals:
            raise typer.BadParameter(f"--info {word}: write KEY=VALUE, such as consent=granted")
        if key in KEYS_WITH_OPTION:
            raise typer.BadParameter(f"--info {key}: has an option of its own, {KEYS_WITH_OPTION[key]}")
        if key in given:
            raise typer.BadParameter(f"--info {key}: is given twice")
        given[key] = _number(value) if key == "wait_seconds" else value
    if count > 1 and KEY_OF_ONE_CALL in given:
        raise typer.BadParameter(f"--info {KEY_OF_ONE_CALL}: names one call, and there are {count} recordings")
    try:
        parse_call_info(given, "--info")
    except CallInfoError as error:
        raise typer.BadParameter(str(error)) from error
    return given


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # parse_call_info says what is wrong with it


def _check_stdout(formats: tuple[AnyFormat, ...], count: int) -> None:
    if tables := [form for form in formats if form in TABLE_FORMATS]:
        raise typer.BadParameter(f"--format {tables[0]} needs --output DIR: a call is two tables, so two files")
    if len(formats) > 1:
        names = ", ".join(_option(form) for form in formats)
        raise typer.BadParameter(f"{names}: choose one, or give --output DIR to have them as files")
    if count > 1 and formats in (("srt",), ("vtt",), ("vcon",)):
        raise typer.BadParameter(f"{_option(formats[0])} of several recordings needs --output DIR: a file each")


def _option(form: AnyFormat) -> str:
    return f"--format {form}" if form in NAMING else f"--{form}"


def _check_plot(plot: Path, count: int) -> None:
    if plot.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(f"--plot {plot}: ends in neither {' nor '.join(ENDINGS)}, such as {plot.stem}.png")
    if count > 1:
        raise typer.BadParameter(
            f"--plot {plot}: draws one call, and there are {count} recordings; analyse them one after the other, as in "
            "for call in *.wav; do stimmung analyze $call --plot $call.png; done"
        )
    if plot.is_dir():
        raise typer.BadParameter(f"--plot {plot}: is a folder; name a file")
    if not plot.parent.is_dir():
        raise typer.BadParameter(f"--plot {plot}: there is no folder {plot.parent}")
