"""Three ways to show live calls: a display that is drawn anew, plain lines, and JSON lines for programs."""

import asyncio
import json
from collections.abc import Callable
from typing import Protocol

from rich.live import Live
from rich.text import Text

from stimmung.batch.live_lines import LiveLines
from stimmung.batch.live_messages import LiveMessage
from stimmung.batch.live_state import CallNow, LiveState
from stimmung.batch.live_view import LiveScreen
from stimmung.batch.screen import Screen, printable

REDRAWN = 0.2  # s from one picture to the next
ENDING = "ending the calls; Ctrl-C once more leaves at once"


class Show(Protocol):
    """Is told what happens; the state has taken it in by then."""

    watches_board: bool

    def message(self, call: CallNow, message: LiveMessage) -> None:
        """Take a message of a call."""

    def board(self) -> None:
        """Take a change of the ranking."""

    def ending(self) -> None:
        """Take that somebody wants the calls to end."""

    async def run(self) -> None:
        """Draw until cancelled."""


class JsonShow:
    """Every message of every call as it came, a line each, after the call's name."""

    watches_board = False

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def message(self, call: CallNow, message: LiveMessage) -> None:
        """Write a line at once: whoever reads the pipe waits for it."""
        line = json.dumps({"call": call.name, **message.body}, ensure_ascii=False)
        self._screen.result(f"{printable(line)}\n")
        self._screen.out.file.flush()

    def board(self) -> None:
        """Show no board: it is no call's."""

    def ending(self) -> None:
        """Say so beside the results."""
        self._screen.note(ENDING)

    async def run(self) -> None:
        """Draw nothing."""


class LinesShow:
    """A line for each thing that happened; `elapsed`: s since the calls began."""

    watches_board = True

    def __init__(self, state: LiveState, screen: Screen, elapsed: Callable[[], float]) -> None:
        self._lines = LiveLines(state)
        self._screen = screen
        self._elapsed = elapsed

    def message(self, call: CallNow, message: LiveMessage) -> None:
        """Print what a message says."""
        self._print(self._lines.of_message(call, message, self._elapsed()))

    def board(self) -> None:
        """Print the ranking where it changed."""
        self._print(self._lines.of_board(self._elapsed()))

    def ending(self) -> None:
        """Say so beside the lines."""
        self._screen.note(ENDING)

    async def run(self) -> None:
        """Draw nothing."""

    def _print(self, lines: list[Text]) -> None:
        for line in lines:
            self._screen.out.print(line, soft_wrap=True)
        if lines:
            self._screen.out.file.flush()


class ScreenShow:
    """The display of a terminal, drawn anew each `redrawn` s; `elapsed`: s since the calls began."""

    watches_board = True

    def __init__(
        self, state: LiveState, screen: Screen, elapsed: Callable[[], float], redrawn: float = REDRAWN
    ) -> None:
        self._redrawn = redrawn
        self._state = state
        self._screen = screen
        self._elapsed = elapsed

    def message(self, call: CallNow, message: LiveMessage) -> None:
        """Leave it to the next picture."""

    def board(self) -> None:
        """Leave it to the next picture."""

    def ending(self) -> None:
        """Leave it to the next picture."""
        self._state.note = ENDING

    async def run(self) -> None:
        """Draw again and again; the last picture stays."""
        picture = LiveScreen(self._state, self._elapsed)
        with Live(picture, console=self._screen.out, auto_refresh=False, vertical_overflow="crop") as live:
            while True:
                await asyncio.sleep(self._redrawn)
                live.refresh()
