"""What a search found, for reading: each place with its words and their neighbours, and the line that plays it."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stimmung.batch.distress_view import WORTH_A_MARK, legend, mark_of
from stimmung.batch.moments import counted, moment_text
from stimmung.batch.screen import printable
from stimmung.batch.summary_view import one_line
from stimmung.batch.timeline_view import mood_style, signed
from stimmung.calls.clock import clock
from stimmung.calls.course import SCALE
from stimmung.speech.records import DistressState
from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.query import Field, Note, Query
from stimmung.store.search.records import Facets, Found, Hit, Neighbour, Way

TRIED = {
    "sound": "also looked for words that sound alike",
    "parts": "also looked for the parts of compounds anywhere in what was said",
}
NAMED = (Field.QUEUE, Field.CALL)
EXACT = "; --exact leaves such out"
WAYS: dict[Way, str] = {"words": "words", "sound": "words that sound alike", "meaning": "meaning", "filters": "filters"}
MARK_STYLE = "bold underline"
BAR = 24  # columns of the longest bar
MOST_BARS = 10  # of one kind; of days the latest
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: a page, the query that found it, and in which time zone; `nearest`: by meaning too."""

    found: Found
    query: Query
    timezone: ZoneInfo
    nearest: bool = False


def results(shown: Shown) -> RenderableType:
    """Return a page of hits for a rich console."""
    hits = shown.found.hits
    parts: list[RenderableType] = [_head(shown)]
    for hit in hits:
        parts += ["", _hit(hit, shown.timezone)]
    states: set[DistressState] = {state for hit in hits if (state := _state(hit)) is not None}
    if states:
        parts += ["", legend(states)]
    facets = shown.found.facets
    if facets is not None and sum(facets.moods.values()) > 1:
        parts += ["", facet_bars(facets)]
    return Group(*parts)


def nothing_found(query: Query) -> str:
    """Return a sentence for who found nothing, with what may help."""
    asked = one_line(describe(query))
    named = [str(one.field) for one in query.filters if one.field in NAMED and not one.negated]
    if named:
        return f"nothing was found for {asked}; {named[0]}: takes whole names: stimmung search sort:time shows them"
    if query.filters and (query.words or query.meaning):
        return f"nothing was found for {asked}; with fewer filters there may be more"
    if query.words and not query.meaning:
        return f"nothing was found for {asked}; --mode meaning looks for what was meant"
    return f"nothing was found for {asked}" if asked else "no call is kept yet: stimmung analyze --save keeps some"


def next_page(cursor: str) -> str:
    """Return how to see what comes next; what was typed may name a customer, and is not repeated."""
    return f"more: the same search with --page {cursor}"


def tried_lines(tried: Sequence[str]) -> Iterator[str]:
    """Yield what was looked for beyond what was asked, in words."""
    for place, one in enumerate(tried, 1):
        yield TRIED.get(one, f"also looked for what has {one}") + (EXACT if place == len(tried) else "")


def note_line(note: Note) -> str:
    """Return how something was read, and what to write for the other reading."""
    return f"{note.text}; write {note.instead} for the other reading" if note.instead else note.text


def facet_bars(facets: Facets) -> RenderableType:
    """Return how many of the found fall on each day, queue and mood, as bars."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for name, counts in (
        ("day", dict(sorted(facets.days.items())[-MOST_BARS:])),
        ("queue", _largest(facets.queues)),
        ("mood", _largest(facets.moods)),
    ):
        most = max(counts.values(), default=0)
        for place, (value, count) in enumerate(counts.items()):
            bar = Text("█" * max(round(BAR * count / most), 1), "cyan")
            table.add_row("" if place else name, Text(one_line(value)), f"{count:,}", bar)
    return table


def _largest(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_BARS])


def _head(shown: Shown) -> Text:
    """Return how many there are; by meaning there is no end to them, only some that are liker than others."""
    found, here = shown.found, len(shown.found.hits)
    if shown.nearest:
        best = "the best place" if here == 1 else f"the best {here} places"
        count = best if found.cursor else f"{counted(here, 'place')}, the best first"
    else:
        more = "" if found.complete else "more than "
        count = f"{more}{counted(found.total, 'place')}{f', {here} here' if here < found.total else ''}"
    return Text(count, "bold").append(f"  {one_line(describe(shown.query))}", "not bold dim")


def _hit(hit: Hit, timezone: ZoneInfo) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    if hit.before:
        table.add_row(*_beside(hit.before))
    state = _state(hit)
    mark = mark_of(state) if state else Text(" ")
    table.add_row(clock(hit.span.start), mark, Text(_name(hit.role)), _marked(hit))
    if hit.after:
        table.add_row(*_beside(hit.after))
    return Group(_title(hit, timezone), Padding(table, (0, 0, 0, 2)), Padding(_foot(hit), (0, 0, 0, 2)))


def _title(hit: Hit, timezone: ZoneInfo) -> Text:
    when = _began(hit)
    parts = [moment_text(when, timezone), f"queue {one_line(hit.queue)}" if hit.queue else ""]
    known = " · ".join(part for part in parts if part)
    return Text(one_line(hit.call_id), "bold").append(f"  {known}", "not bold dim")


def _began(hit: Hit) -> datetime:
    """Return when the call began, or where nobody knows that, when it was kept."""
    return hit.call_started_at or hit.said_at


def _beside(one: Neighbour) -> tuple[str, Text, Text, Text]:
    return clock(one.start), Text(" "), Text(_name(one.role), "dim"), Text(_plain(one.text), "dim")


def _marked(hit: Hit) -> Text:
    text = Text(_plain(hit.text))
    for first, last in hit.marks:
        text.stylize(MARK_STYLE, first, last)
    if hit.sentiment is not None:
        mood = hit.sentiment * SCALE
        text.append("  ").append(signed(mood), mood_style(mood))
    return text


def _foot(hit: Hit) -> Text:
    """Return the line that plays the place, where there is sound, or shows it; and how it was found."""
    verb = "play" if hit.has_audio else "show"
    command = f"stimmung {verb} {shlex.quote(one_line(hit.call_id))} --at {clock(hit.span.start)}"
    ways = " and ".join(WAYS[way] for way in hit.ways)
    return Text(command, "cyan").append(f"   found by {ways}" if ways else "", "dim")


def _state(hit: Hit) -> DistressState | None:
    """Return the state of distress where it is worth a mark."""
    return next((state for state in WORTH_A_MARK if state == hit.distress_state), None)


def _name(role: str) -> str:
    return "" if role == "unknown" else role.capitalize()


def _plain(text: str) -> str:
    """Return words without line breaks and control characters, each sign in its place: marks count them."""
    return UNPRINTABLE.sub(" ", printable(text))
