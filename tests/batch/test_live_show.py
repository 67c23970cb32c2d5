"""What is shown while calls are on: at once for programs, and redrawn for people."""

import asyncio
import io
import json

import pytest
from tests.batch.recorded_calls import final, message, two_calls

from stimmung.batch.live_messages import Kind
from stimmung.batch.live_show import JsonShow, LinesShow, ScreenShow
from stimmung.batch.screen import ResultConsole, Screen


class Pipe(io.StringIO):
    """Remembers what its reader has seen."""

    seen = ""

    def flush(self) -> None:
        self.seen = self.getvalue()


@pytest.fixture
def pipe() -> Pipe:
    """Stdout of the command."""
    return Pipe()


def test_a_program_reads_each_event_when_it_comes(pipe: Pipe) -> None:
    call = two_calls().calls["billing"]
    JsonShow(Screen(out=ResultConsole(file=pipe))).message(call, message(Kind.WARNING, message="µ"))
    assert json.loads(pipe.seen) == {
        "call": "billing",
        "type": "warning",
        "seq": 1,
        "time": 0.0,
        "message": "µ",
    }


def test_so_does_a_reader_of_lines(pipe: Pipe) -> None:
    state = two_calls()
    show = LinesShow(state, Screen(out=ResultConsole(file=pipe, width=20)), lambda: 7.0)
    show.message(state.calls["billing"], final(1, 0.0, "Ein Satz, der länger als zwanzig Zeichen ist."))
    assert pipe.seen == " 0:07 billing Customer: Ein Satz, der länger als zwanzig Zeichen ist.\n"


def test_the_display_is_drawn_anew_and_its_last_picture_stays(pipe: Pipe) -> None:
    state, seconds = two_calls(), iter(range(100))
    console = ResultConsole(file=pipe, width=80, height=24, force_terminal=True, color_system=None)
    show = ScreenShow(state, Screen(out=console), lambda: next(seconds), redrawn=0.0)

    async def watch() -> None:
        drawing = asyncio.create_task(show.run())
        for _ in range(5):
            await asyncio.sleep(0)
        state.calls["billing"].follow(final(1, 0.0, "Guten Tag."))
        show.ending()
        drawing.cancel()
        await asyncio.wait([drawing])

    asyncio.run(watch())
    pictures = pipe.getvalue().split("calls live")
    assert len(pictures) > 2
    assert "Guten Tag." not in pictures[1]
    assert "Guten Tag." in pictures[-1]
    assert "Ctrl-C once more" in pictures[-1]
