"""Live calls on a terminal: the ranking on top, below it the latest words of each call with their mood.

Drawn anew a few times a second and always cut to the window's height; no meaning hangs on a colour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from stimmung.batch.distress_view import named_mark
from stimmung.batch.live_lines import moods, speaker_of
from stimmung.batch.live_records import Caller, Said
from stimmung.batch.live_state import CallNow, LiveState
from stimmung.batch.transcript_view import CHANNEL_STYLES
from stimmung.calls.clock import clock

MARGIN = 16  # columns before the words: time and speaker
SHORTEST_NAME, LONGEST_NAME = 10, 24
MOST_ROWS = 3  # of one utterance: its end is what counts
LEAST_PLACES = 3  # of the ranking, in however low a window
WIDE = 110  # columns from which on there is room for the mood of the voice, too
UNBROKEN = "\N{NO-BREAK SPACE}"
STATE_WIDTH = len("● distressed")
LEAST_ROWS = 3  # of a call's words, so that they say something
PHASES = {"waiting": "waits", "in_conversation": "talks"}


@dataclass(frozen=True, slots=True)
class LiveScreen:
    """The whole display; `elapsed` returns the seconds since the calls began."""

    state: LiveState
    elapsed: Callable[[], float]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw as much as the window has room for."""
        height = options.max_height - 1  # the line that the cursor is on
        table = self._ranking(max(LEAST_PLACES, height // 2 - 3))
        yield self._head()
        yield table
        yield ""
        rows = height - 2 - len(console.render_lines(table, options))
        calls = [call for call in self.state.ranked_calls() if call.said or call.partials]
        shown = calls[: max(rows // LEAST_ROWS, 0)]
        for number, call in enumerate(shown):
            block = list(_block(call, console, options.max_width, rows // (len(shown) - number)))
            rows -= len(block)
            yield from block

    def _head(self) -> Text:
        live = sum(call.progress == "live" for call in self.state.calls.values())
        parts = [f"{clock(self.elapsed())} · {live} of {len(self.state.calls)} calls live", self.state.note]
        if self.state.board is None:
            parts.append("no board, ranked by these calls alone")
        return Text(" · ".join(part for part in parts if part), "bold", no_wrap=True, overflow="ellipsis")

    def _ranking(self, places: int) -> Table:
        """Return the callers by rank, then the calls of ours that nobody ranks, in at most so many places."""
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", pad_edge=False, expand=True)
        table.add_column("#", justify="right", width=2)
        table.add_column("caller", width=self._name_width(), no_wrap=True, overflow="ellipsis")
        table.add_column("state", width=STATE_WIDTH, no_wrap=True)
        table.add_column("score", width=5, justify="right", no_wrap=True)
        table.add_column("trend", width=7, no_wrap=True)
        table.add_column("waited", width=6, justify="right", no_wrap=True)
        table.add_column("now", ratio=1, no_wrap=True, overflow="ellipsis")
        ranking = self.state.ranking()
        ranked = {caller.call_id for caller in ranking}
        others = [call for call in self.state.calls.values() if call.call_id not in ranked]
        for place, caller in enumerate(ranking[:places], start=1):
            self._add_caller(table, place, caller)
        for call in others[: max(places - len(ranking), 0)]:
            worst = call.worst
            state = named_mark(worst.state) if worst else Text("–", "dim")
            table.add_row("–", call.name, state, _score(worst) if worst else "", "", "", _progress(call))
        left = len(ranking) + len(others) - places
        if left > 0:
            table.add_row("", f"… {left} more", "", "", "", "", "")
        return table

    def _name_width(self) -> int:
        names = [self.state.name_of(caller.call_id) for caller in self.state.ranking()]
        names += [call.name for call in self.state.calls.values()]
        return min(LONGEST_NAME, max(SHORTEST_NAME, *(cell_len(name) for name in names)))

    def _add_caller(self, table: Table, place: int, caller: Caller) -> None:
        own = self.state.by_id().get(caller.call_id)
        table.add_row(
            str(place),
            Text(self.state.name_of(caller.call_id), "" if own else "dim"),
            named_mark(caller.state),
            _score(caller),
            caller.trend if caller.score is not None else "",
            "" if caller.waiting is None else clock(caller.waiting),
            _now(caller, own),
        )


def _score(caller: Caller) -> str:
    return "" if caller.score is None else f"{caller.score:.2f}"


def _now(caller: Caller, own: CallNow | None) -> Text:
    """Say what the call does, who has it, and why nobody is judged, as far as there is room."""
    if own and own.progress != "live":
        return _progress(own)
    parts = (
        "no sound" if caller.stale else PHASES.get(caller.phase, ""),
        f"{caller.taken_by} has it" if caller.taken_by else "",
        f"state by {caller.set_by}" if caller.set_by else "",
        caller.unscored,
    )
    return Text(", ".join(part for part in parts if part))


def _progress(call: CallNow) -> Text:
    text = f"{call.progress}: {call.note}" if call.note else call.progress
    return Text(text, "bold red" if call.progress in ("refused", "failed") else "dim")


def _block(call: CallNow, console: Console, width: int, rows: int) -> Iterator[Text]:
    """Yield a call's name with the reason for its state, and its latest words, oldest first, in at most `rows` rows."""
    yield _title(call, width)
    left, found = rows - 1, list[Text]()
    for said in sorted([*call.said, *call.partials.values()], key=lambda one: one.time, reverse=True):
        lines = _said_rows(said, console, width, min(MOST_ROWS, left))
        found[:0] = lines
        left -= len(lines)
        if left <= 0:
            break
    yield from found


def _title(call: CallNow, width: int) -> Text:
    worst = call.worst
    title = Text(call.name, "bold")
    if worst and worst.because:
        title.append(f"  {worst.because}", "not bold")
    title.truncate(width, overflow="ellipsis")
    return title


def _said_rows(said: Said, console: Console, width: int, most: int) -> list[Text]:
    """Return the end of what was said in at most `most` rows, its mood behind it."""
    text = Text(said.text if said.id else f"{said.text} …", "" if said.id else "italic dim")
    for part in moods(said) if width >= WIDE else moods(said)[:1]:
        part.plain = part.plain.replace(" ", UNBROKEN)
        text.append("  ").append(part)
    lines = list(text.wrap(console, max(width - MARGIN - 1, 10)))
    kept = lines[-most:] if most else []
    if 0 < len(kept) < len(lines):
        kept[0] = Text.assemble("…", kept[0])
    head = Text.assemble(
        (f"{clock(said.time):>5} ", "dim"),
        (f"{speaker_of(said)[:9]:<9} ", CHANNEL_STYLES[said.channel % len(CHANNEL_STYLES)]),
    )
    return [(head if number == 0 else Text(" " * MARGIN)).append(line) for number, line in enumerate(kept)]
