"""The command `stimmung`. Commands only parse and call; what they call is imported by them, so that help is quick."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.audit_command import EXAMPLES as AUDIT_EXAMPLES
from stimmung.batch.audit_command import audit_command
from stimmung.batch.batch_command import batch_app
from stimmung.batch.config_command import CONFIG_OPTION, config_app
from stimmung.batch.db_command import db_app
from stimmung.batch.endings import INTERRUPTED, endings
from stimmung.batch.erase_command import EXAMPLES as ERASE_EXAMPLES
from stimmung.batch.erase_command import erase_command
from stimmung.batch.live_command import EXAMPLES as LIVE_EXAMPLES
from stimmung.batch.live_command import live
from stimmung.batch.models_command import Shelf, models_app, real_shelf
from stimmung.batch.person_command import person_app
from stimmung.batch.play_command import EXAMPLES as PLAY_EXAMPLES
from stimmung.batch.play_command import play_command
from stimmung.batch.report_command import EXAMPLES as REPORT_EXAMPLES
from stimmung.batch.report_command import report_command
from stimmung.batch.retention_command import retention_app
from stimmung.batch.search_command import EXAMPLES as SEARCH_EXAMPLES
from stimmung.batch.search_command import search_command
from stimmung.batch.serve_command import EPILOG as SERVE_EXAMPLES
from stimmung.batch.serve_command import Server, real_server, serve_command
from stimmung.batch.show_command import EXAMPLES as SHOW_EXAMPLES
from stimmung.batch.show_command import show_command
from stimmung.batch.store_arguments import DATA_DIR_OPTION, open_real_store

if TYPE_CHECKING:
    from stimmung.batch.pipeline import Pipeline
    from stimmung.batch.search_asking import LoadEmbedding
    from stimmung.batch.store_access import OpenStore
    from stimmung.speech.engines import TextEmbedding
    from stimmung.speech.settings import Settings

NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime from 1.31 on also reports from Linux, and numbers the machine
    "PYANNOTE_METRICS_ENABLED": "0",
}
ANALYZE_EXAMPLES = """Examples:

stimmung analyze call.wav

stimmung analyze --roles agent,customer --srt --output subtitles night/*.wav

stimmung analyze --one-call agent.wav caller.wav --json

stimmung analyze --save night/*.wav

Exit codes: 0 all recordings done, 1 some failed, 2 wrong usage or settings."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What `stimmung analyze` works with; no pipeline: the real one."""

    pipeline: "Callable[[], Pipeline] | None"
    open_store: "OpenStore"


def load_embedding(settings: "Settings") -> "TextEmbedding | None":
    """Return the real model that compares meanings; what that needs is imported only now."""
    from stimmung.batch.search_asking import real_embedding

    return real_embedding(settings)


def build_app(
    pipeline: "Callable[[], Pipeline] | None" = None,
    shelf: "Callable[[Settings], Shelf]" = real_shelf,
    server: Callable[[], Server] = real_server,
    open_store: "OpenStore" = open_real_store,
    embedding: "LoadEmbedding" = load_embedding,
) -> typer.Typer:
    """Return the command line; `pipeline` builds what analyses (None: the real one), `shelf` finds models.

    `server` gives what `stimmung serve` runs, `open_store` opens what is kept, `embedding` loads what compares
    meanings.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they can print local variables, and those hold what callers said
        help="Listens to customer-service calls: who said what, when. German and English.",
    )

    @app.callback()
    def prepare(
        context: typer.Context,
        _version: Annotated[
            bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
        ] = False,
    ) -> None:
        context.obj = Parts(pipeline, open_store)

    app.command("analyze", epilog=ANALYZE_EXAMPLES)(analyze)
    app.command("serve", epilog=SERVE_EXAMPLES)(serve_command(server))
    app.command("live", epilog=LIVE_EXAMPLES)(live)
    # `-werbung` and `-by:agent` belong to the query.
    passing = {"ignore_unknown_options": True}
    app.command("search", epilog=SEARCH_EXAMPLES, context_settings=passing)(search_command(open_store, embedding))
    app.command("play", epilog=PLAY_EXAMPLES)(play_command(open_store))
    app.command("show", epilog=SHOW_EXAMPLES)(show_command(open_store))
    app.command("report", epilog=REPORT_EXAMPLES)(report_command(open_store))
    app.command("audit", epilog=AUDIT_EXAMPLES)(audit_command(open_store))
    app.command("erase", epilog=ERASE_EXAMPLES)(erase_command(open_store))
    app.add_typer(batch_app(open_store), name="batch")
    app.add_typer(person_app(open_store), name="person")
    app.add_typer(retention_app(open_store), name="retention")
    app.add_typer(db_app(open_store), name="db")
    app.add_typer(models_app(shelf), name="models")
    app.add_typer(config_app(), name="config")
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stimmung {version('stimmung')}")
        raise typer.Exit


def main() -> None:
    """Run the command line. Libraries that would report home are told not to before any of them is imported."""
    for name, value in NO_TELEMETRY.items():
        os.environ.setdefault(name, value)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON and subtitles are UTF-8 also in a Windows pipe
    try:
        build_app()()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def analyze(  # typer wants one parameter an option; they become one record in the first statement
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Recordings, one call each.")] = None,
    one_call: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--one-call", metavar="AGENT CALLER", help="Two mono recordings of one call."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON: one file an object, several a list.")] = False,
    srt: Annotated[bool, typer.Option("--srt", help="SubRip subtitles.")] = False,
    vtt: Annotated[bool, typer.Option("--vtt", help="WebVTT subtitles.")] = False,
    txt: Annotated[bool, typer.Option("--txt", help="Plain text.")] = False,
    more_formats: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT,…", help="By name; parquet, csv, jsonl (tables) and vcon, too."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write NAME.json (or .srt, .vtt, .txt, …) there."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the call into FILE.png or FILE.svg: speech, mood, distress."),
    ] = None,
    roles: Annotated[
        str | None,
        typer.Option(metavar="ROLE,…", help="Who is on which channel: agent, customer or unknown."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="LANG,…", help="Languages to expect: de, en or de,en.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Recognition model: a name or a folder.")] = None,
    text_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Text model for mood: a name, a folder, or none.")
    ] = None,
    voice_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Voice model for mood: a name, a folder, or none.")
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="DEVICE", help="auto, cpu or cuda.")] = None,
    beam_size: Annotated[str | None, typer.Option(metavar="N", help="1 is quick, 5 a little more accurate.")] = None,
    hotwords: Annotated[str | None, typer.Option(metavar="WORDS", help="Names and products to expect.")] = None,
    info: Annotated[
        list[str] | None,
        typer.Option("--info", metavar="KEY=VALUE", help="What is known of the call: consent=granted. Repeatable."),
    ] = None,
    raw_format: Annotated[
        str | None,
        typer.Option(metavar="CODEC:HZ:CHANNELS", help="Sound without a header, such as ulaw:8000:2."),
    ] = None,
    unredacted: Annotated[
        bool, typer.Option("--unredacted", help="Show identifiers, too; needs policy.keep_original, and is recorded.")
    ] = False,
    save: Annotated[
        bool,
        typer.Option("--save", help="Keep each call in the database, redacted; `stimmung show ID` shows it again."),
    ] = False,
    save_erased: Annotated[
        bool, typer.Option("--save-erased", help="With --save, keep also calls that were erased on request.")
    ] = False,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no notes.")] = False,
) -> None:
    """Transcribe recordings: who said what, when, and how the customer's words and voice feel."""
    from stimmung.batch.analyze_arguments import AnalyzeArguments, to_request

    arguments = AnalyzeArguments(
        files=tuple(files or ()),
        one_call=one_call,
        formats={"json": as_json, "srt": srt, "vtt": vtt, "txt": txt},
        settings={
            "--roles": roles,
            "--language": language,
            "--model": model,
            "--text-model": text_model,
            "--voice-model": voice_model,
            "--device": device,
            "--beam-size": beam_size,
            "--hotwords": hotwords,
            "--data-dir": None if data_dir is None else str(data_dir),
        },
        info=tuple(info or ()),
        raw_format=raw_format,
        output=output,
        plot=plot,
        config=config,
        quiet=quiet,
        unredacted=unredacted,
        save=save,
        save_erased=save_erased,
        more_formats=more_formats,
    )
    with endings():
        from stimmung.batch.analyze_command import run_analyze
        from stimmung.batch.pipeline import real_pipeline
        from stimmung.batch.screen import Screen

        parts: Parts = context.obj
        code = run_analyze(to_request(arguments), parts.pipeline or real_pipeline, Screen(quiet), parts.open_store)
    raise typer.Exit(code)
