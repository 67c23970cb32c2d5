"""Progress bars in seconds of sound, or in pieces of work, on stderr, and only where somebody watches them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from stimmung.batch.screen import printable
from stimmung.calls.clock import clock


class Report(Protocol):
    """Takes how many seconds of sound are done, and how many there are once that is known."""

    def __call__(self, seconds: float, duration: float | None = None) -> None: ...


class SoundColumn(ProgressColumn):
    """Seconds of sound done, of those there are."""

    def render(self, task: Task) -> Text:
        """Return `1:02/4:20`, or the first half alone while the length is unknown."""
        whole = "" if task.total is None else f"/{clock(task.total)}"
        return Text(f"{clock(task.completed)}{whole}", "progress.download")


@contextmanager
def sound_progress(console: Console, title: str, quiet: bool) -> Iterator[Report]:
    """Show a bar while the block runs and wipe it after; a console that is no terminal stays empty."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), SoundColumn(), TimeRemainingColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(escape(printable(title)), total=None)  # no length before the recording is open

        def report(seconds: float, duration: float | None = None) -> None:
            progress.update(task, completed=seconds, total=duration)

        yield report


@contextmanager
def count_progress(console: Console, title: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar over pieces of work while the block runs; it is told how many are done, and how many there are."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(escape(printable(title)), total=None)

        def report(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield report
