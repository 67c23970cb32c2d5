"""`stimmung batch`: folders full of recordings, done overnight; how far that is, and what to do about the rest."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, QUIET_OPTION, opened, store_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from stimmung.batch.job_table import JobTable
    from stimmung.batch.outputs import Format
    from stimmung.batch.overnight.found_jobs import Order
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore
    from stimmung.speech.settings_sources import Given
    from stimmung.store.jobs.records import JobState, Which

RUN_EXAMPLES = """Examples:

stimmung batch run /var/spool/recordings --until 06:00

stimmung batch run s3://bucket/calls --manifest calls.csv --nice 10

stimmung batch run recordings --watch --textfile /var/lib/node_exporter/stimmung.prom

Killed or cut short, the same command goes on where it ended.

Exit codes: 0 all done, 1 some failed, 2 wrong usage or settings, 3 it was time and some are left, 130 Ctrl-C."""
STATUS_EXAMPLES = """Examples:

stimmung batch status

stimmung batch failures --json

stimmung batch retry --type SourceAway

stimmung batch cancel --source '*/test/*'"""
BATCH_OPTION = typer.Option("--batch", metavar="NAME", help="Recordings of one run only, as `batch status` names it.")
TYPE_OPTION = typer.Option("--type", metavar="TYPE,…", help="Reasons by their first word in `batch failures`.")
JOB_OPTION = typer.Option("--job", metavar="NUMBER,…", help="Single recordings by the numbers in `batch failures`.")
SOURCE_OPTION = typer.Option("--source", metavar="PATTERN", help="By file or URL: '*/2026-03-01/*'.")


def batch_app(open_store: "OpenStore") -> typer.Typer:
    """Return the commands about many recordings, for the store that `open_store` opens."""
    app = typer.Typer(no_args_is_help=True, help="Many recordings: overnight, or as they come in.")
    app.command("run", epilog=RUN_EXAMPLES)(run)
    app.command("status", epilog=STATUS_EXAMPLES)(status)
    app.command("failures", epilog=STATUS_EXAMPLES)(failures)
    app.command("retry", epilog=STATUS_EXAMPLES)(retry)
    app.command("cancel", epilog=STATUS_EXAMPLES)(cancel)

    @app.callback()
    def prepare(context: typer.Context) -> None:
        context.obj = open_store

    return app


def run(  # typer wants one parameter an option; they become one record in the first statements
    context: typer.Context,
    recordings: Annotated[
        list[str] | None, typer.Argument(metavar="RECORDINGS", help="Folders, URLs, or lists (CSV, JSONL, Parquet).")
    ] = None,
    manifest: Annotated[
        list[Path] | None, typer.Option("--manifest", metavar="FILE", help="A list of recordings. Repeatable.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again for new recordings.")] = False,
    until: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="Begin no recording after that; what is left waits.")
    ] = None,
    priority: Annotated[
        str, typer.Option(metavar="ORDER", help="What comes first: yesterday (and today), newest or oldest.")
    ] = "yesterday",
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="NAME", help="What this run is called; else the time.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Also write files of each call there.")
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT,…", help="With --output: json (default), srt, vtt, txt.")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Processes with models of their own; else batch.workers.")
    ] = None,
    at_once: Annotated[
        str | None, typer.Option("--at-once", metavar="N", help="Recordings a process works on; else batch.at_once.")
    ] = None,
    max_load: Annotated[
        float | None,
        typer.Option("--max-load", metavar="LOAD", min=0.01, help="Begin nothing while the machine's load is higher."),
    ] = None,
    nice: Annotated[int, typer.Option(metavar="N", min=0, max=19, help="Let other programs go first, up to 19.")] = 0,
    textfile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep figures for Prometheus in this file.")
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
    quiet: Annotated[bool, QUIET_OPTION] = False,
) -> None:
    """Analyse and keep all recordings of folders, URLs or lists, whatever happens meanwhile."""
    with endings():
        from stimmung.batch.overnight.running import RunRequest, run_batch, start_real
        from stimmung.batch.screen import Screen

        places = (*(recordings or ()), *(str(file) for file in manifest or ()))
        if not places:
            raise typer.BadParameter("name a folder, a URL or a list of recordings")
        if formats is not None and output is None:
            raise typer.BadParameter("--format needs --output DIR")
        settings = {"batch.workers": workers, "batch.at_once": at_once, "store.data_dir": data_dir}
        request = RunRequest(
            places=places,
            batch=batch,
            order=_order(priority),
            watch=watch,
            until=until,
            max_load=max_load,
            nice=nice,
            output=output,
            formats=_formats(formats),
            textfile=textfile,
            config=config,
            options=_given(settings),
            quiet=quiet,
            as_json=as_json,
        )
        code = run_batch(request, context.obj, start_real, Screen(quiet))
    raise typer.Exit(code)


def status(
    context: typer.Context,
    batch: Annotated[str | None, BATCH_OPTION] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
) -> None:
    """Tell how far runs are: all together, or one."""

    def tell(jobs: "JobTable", screen: "Screen") -> None:
        from stimmung.batch.overnight.job_view import counts_text, counts_to_json
        from stimmung.batch.screen import to_json_text

        counts, batches = jobs.counts(batch), jobs.batches()
        if as_json:
            screen.result(to_json_text({"batch": batch, "batches": list(batches), **counts_to_json(counts)}))
            return
        screen.result(f"{counts_text(counts)}\n")
        if batch is None and batches:
            screen.result("runs, the newest first:\n" + "".join(f"         {name}\n" for name in batches[:10]))

    _with_jobs(context, config, data_dir, tell)


def failures(
    context: typer.Context,
    batch: Annotated[str | None, BATCH_OPTION] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
) -> None:
    """Tell which recordings were given up or skipped, and why; the most frequent reasons first."""

    def tell(jobs: "JobTable", screen: "Screen") -> None:
        from stimmung.batch.overnight.job_view import reasons_text, reasons_to_json
        from stimmung.batch.screen import to_json_text
        from stimmung.store.jobs.records import Which

        reasons = jobs.failures(Which(batch))
        screen.result(to_json_text(reasons_to_json(reasons)) if as_json else reasons_text(reasons))
        if not reasons:
            screen.note("no recording was given up or skipped")

    _with_jobs(context, config, data_dir, tell)


def retry(
    context: typer.Context,
    batch: Annotated[str | None, BATCH_OPTION] = None,
    states: Annotated[
        str | None, typer.Option("--state", metavar="STATE,…", help="failed, canceled or skipped; else the first two.")
    ] = None,
    types: Annotated[str | None, TYPE_OPTION] = None,
    numbers: Annotated[str | None, JOB_OPTION] = None,
    source: Annotated[str, SOURCE_OPTION] = "",
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
) -> None:
    """Have recordings that were given up wait for the next run, all of them or those that are named."""

    def tell(jobs: "JobTable", screen: "Screen") -> None:
        screen.result(f"{jobs.retry(_which(batch, states, types, numbers, source))} recordings wait again\n")

    _with_jobs(context, config, data_dir, tell)


def cancel(
    context: typer.Context,
    batch: Annotated[str | None, BATCH_OPTION] = None,
    numbers: Annotated[str | None, JOB_OPTION] = None,
    source: Annotated[str, SOURCE_OPTION] = "",
    config: Annotated[Path | None, CONFIG_OPTION] = None,
    data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
) -> None:
    """Leave recordings alone that wait or are being done; what is kept stays."""

    def tell(jobs: "JobTable", screen: "Screen") -> None:
        if batch is None and numbers is None and not source:
            raise typer.BadParameter("name recordings by --batch, --job or --source; --source '*' means all")
        screen.result(f"{jobs.cancel(_which(batch, None, None, numbers, source))} recordings are left alone\n")

    _with_jobs(context, config, data_dir, tell)


def _with_jobs(
    context: typer.Context, config: Path | None, data_dir: Path | None, tell: "Callable[[JobTable, Screen], None]"
) -> None:
    with endings():
        from stimmung.batch.screen import Screen

        screen = Screen()
        with opened(context.obj, store_settings(config, data_dir), screen) as store:
            tell(store.jobs, screen)


def _order(text: str) -> "Order":
    from stimmung.batch.overnight.found_jobs import Order

    if text not in get_args(Order):
        raise typer.BadParameter(f"--priority {text}: is one of {', '.join(get_args(Order))}")
    return cast("Order", text)


def _formats(text: str | None) -> "tuple[Format, ...]":
    from stimmung.batch.outputs import Format

    words = [] if text is None else [word.strip() for word in text.split(",") if word.strip()]
    if wrong := [word for word in words if word not in get_args(Format)]:
        raise typer.BadParameter(f"--format {wrong[0]}: is one of {', '.join(get_args(Format))}")
    return tuple(cast("Format", word) for word in dict.fromkeys(words))


def _given(values: "dict[str, str | Path | None]") -> "tuple[Given, ...]":
    from stimmung.speech.settings_sources import Given

    return tuple(
        Given(key, str(value), f"--{key.partition('.')[2].replace('_', '-')}")
        for key, value in values.items()
        if value is not None
    )


def _which(batch: str | None, states: str | None, types: str | None, numbers: str | None, source: str) -> "Which":
    from stimmung.store.jobs.records import JobState, Which

    named = _words(states)
    if wrong := [state for state in named if state not in get_args(JobState)]:
        raise typer.BadParameter(f"--state {wrong[0]}: is one of {', '.join(get_args(JobState))}")
    try:
        chosen = tuple(int(number) for number in _words(numbers))
    except ValueError as error:
        raise typer.BadParameter(f"--job {numbers}: numbers such as 17 or 17,18") from error
    return Which(batch, tuple(cast("JobState", state) for state in named), _words(types), chosen, source)


def _words(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(word.strip() for word in text.split(",") if word.strip())
