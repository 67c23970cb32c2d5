"""`stimmung search`: places in kept calls by words, meaning, mood and moment; every search is recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import USAGE, endings
from stimmung.batch.store_arguments import DATA_DIR_OPTION, JSON_OPTION, opened, store_settings

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.search_access import Finding
    from stimmung.batch.search_asking import Asked, LoadEmbedding
    from stimmung.batch.store_access import OpenStore
    from stimmung.speech.settings import Settings
    from stimmung.store.search.language.query import Query, QueryError
    from stimmung.store.search.records import Found, Mode

EXAMPLES = """Examples:

stimmung search kündigung mood:anger by:customer since:7d

stimmung search 'rechnung "schon dreimal" -werbung'

stimmung search '~"charged twice"' --json

stimmung search rechnung doppelt --save double

stimmung search --saved double since:1d

Words, phrases, meanings and filters: docs/search.md. Every search is recorded: stimmung audit

Exit codes: 0 searched, also where nothing was found, 1 no database, 2 a query or setting that makes no sense."""


class Ways(StrEnum):
    """The values of --mode."""

    hybrid = "hybrid"
    words = "words"
    meaning = "meaning"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What the user asked for; `text` is the query as typed."""

    text: str
    mode: "Mode"
    limit: int
    page: str | None
    facets: bool
    save: str | None
    saved: str | None
    as_json: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to: `query` is what was typed, `asked` what was asked of the store in the end."""

    query: "Query"
    asked: "Asked"
    found: "Found"


def search_command(open_store: "OpenStore", embedding: "LoadEmbedding") -> Callable[..., None]:
    """Return the command over the store that `open_store` opens, with the model that `embedding` loads."""

    def search(
        query: Annotated[
            list[str] | None, typer.Argument(metavar="QUERY", help="What to look for; several words need no quotes.")
        ] = None,
        mode: Annotated[Ways, typer.Option(help="By words and meaning, or by one of them.")] = Ways.hybrid,
        exact: Annotated[
            bool, typer.Option("--exact", help="Only what has all the words as asked, nothing that comes near.")
        ] = False,
        limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Hits on a page.")] = 10,
        page: Annotated[
            str | None, typer.Option(metavar="CURSOR", help="The next page, by what the last one ended with.")
        ] = None,
        facets: Annotated[
            bool, typer.Option("--facets/--no-facets", help="Count what was found by day, queue and mood.")
        ] = True,
        save: Annotated[str | None, typer.Option(metavar="NAME", help="Keep this search under a name.")] = None,
        saved: Annotated[
            str | None, typer.Option(metavar="NAME", help="The search of that name; further words narrow it.")
        ] = None,
        list_saved: Annotated[
            bool, typer.Option("--list-saved", help="List your searches, and search nothing.")
        ] = False,
        forget: Annotated[str | None, typer.Option(metavar="NAME", help="Forget that search.")] = None,
        as_json: Annotated[bool, JSON_OPTION] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, typer.Option("--quiet", help="No notes; failures are still told.")] = False,
    ) -> None:
        """Find places in kept calls."""
        with endings():
            from stimmung.batch.screen import Screen
            from stimmung.batch.typed_query import typed_query

            words = query or []
            _refuse_options(words)
            if exact and mode is Ways.meaning:
                raise typer.BadParameter("--exact is about words, which --mode meaning does not look for")
            request = SearchRequest(typed_query(words), mode.value, limit, page, facets, save, saved, as_json, exact)
            if not (list_saved or forget or saved or request.text.strip()):
                raise typer.BadParameter("say what to look for, such as: stimmung search rechnung mood:anger")
            screen = Screen(quiet)
            loaded = store_settings(config, data_dir)
            with opened(open_store, loaded, screen) as store:
                if list_saved:
                    _list_saved(store.finding, loaded.settings, screen, as_json)
                elif forget is not None:
                    store.finding.forget_search(forget)
                    screen.note(f"forgot {forget}")
                else:
                    _search(store.finding, request, loaded.settings, embedding, screen)

    return search


def _refuse_options(words: list[str]) -> None:
    """Raise typer.BadParameter for an option that there is not; `-word` is part of a query."""
    wrong = next((word for word in words if word.startswith("--")), None)
    if wrong is not None:
        raise typer.BadParameter(f"no such option: {wrong}")


def _search(
    finding: "Finding", request: SearchRequest, settings: "Settings", embedding: "LoadEmbedding", screen: "Screen"
) -> None:
    from stimmung.batch.search_asking import parsed, with_meaning
    from stimmung.speech.errors import QueryError
    from stimmung.store.search.cursors import asked_at
    from stimmung.store.search.records import Ask

    text = request.text
    if request.saved is not None:
        text = f"{finding.saved_search(request.saved).query} {text}".strip()
    try:
        query = parsed(text, settings, asked_at(request.page, datetime.now(UTC)))
        if request.save is not None:
            finding.save_search(request.save, query)
            screen.note(f"saved as {request.save}")
        finding.prepare(screen.note)
        by_words = request.exact and not query.meaning  # a `~` beside words is part of what is asked
        mode = "words" if by_words else request.mode
        ask = Ask(query, mode, request.limit, request.page, request.facets, request.exact)
        asked = with_meaning(ask, settings, embedding, finding.has_meanings)
        found = finding.search(asked.ask)
    except QueryError as error:
        _refuse(error, screen)
        raise typer.Exit(USAGE) from error
    _show(Outcome(query, asked, found), request, settings, screen)


def _refuse(error: "QueryError", screen: "Screen") -> None:
    """Tell what is wrong, and below it the query with the place marked."""
    from rich.text import Text

    reason, _, shown = str(error).partition("\n")
    screen.failure(reason)
    if shown:
        screen.err.print(Text(shown), soft_wrap=True)


def _show(outcome: Outcome, request: SearchRequest, settings: "Settings", screen: "Screen") -> None:
    from stimmung.batch.screen import to_json_text
    from stimmung.batch.search_json import found_to_json

    found, asked = outcome.found, outcome.asked
    if request.as_json:
        screen.result(to_json_text(found_to_json(found, outcome.query, asked.ask.mode, asked.why_words)))
        return
    from zoneinfo import ZoneInfo

    from stimmung.batch.search_view import Shown, next_page, note_line, nothing_found, results, tried_lines

    told = (asked.why_words, *(note_line(one) for one in found.notes), *tried_lines(found.tried))
    for line in dict.fromkeys(told):  # of several brackets each is noted
        if line:
            screen.note(line)
    if not found.hits:
        screen.note(nothing_found(outcome.query))
        return
    nearest = bool(asked.ask.vectors)
    screen.out.print(results(Shown(found, outcome.query, ZoneInfo(settings.timezone), nearest)))
    if found.cursor:
        screen.note(next_page(found.cursor))


def _list_saved(finding: "Finding", settings: "Settings", screen: "Screen", as_json: bool) -> None:
    from zoneinfo import ZoneInfo

    from rich.table import Table
    from rich.text import Text

    from stimmung.batch.moments import moment_text
    from stimmung.batch.screen import to_json_text
    from stimmung.batch.search_json import saved_to_json

    found = finding.saved_searches()
    if as_json:
        screen.result(to_json_text([saved_to_json(one) for one in found]))
    elif not found:
        screen.note("no search is saved yet: stimmung search QUERY --save NAME keeps one")
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in ("name", "search", "saved"):
            table.add_column(name, overflow="fold")
        for one in found:
            saved = Text(moment_text(one.saved_at, ZoneInfo(settings.timezone)), "dim")
            table.add_row(Text(one.name), Text(one.query), saved)
        screen.out.print(table)
