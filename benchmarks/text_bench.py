"""What the parts of text_emotion.py share: the models side by side, what to read, and what was read already."""

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from machine import Figures
from stimmung.speech.engines import SpokenText
from text_judged import Judged, Role, Side, Told, judge
from text_scores import Interval, LabelScore

TELL_EVERY = 5.0  # s


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """One run: `sides` begins with the model that is measured, another may stand beside it.

    `pictures` is where pictures and lists of errors go, None for nowhere. `read` holds what models said before.
    """

    sides: tuple[Side, ...]
    data: Path | None
    kept: Path
    quick: bool = False
    pictures: Path | None = None
    file: Path | None = None
    read: dict[tuple[Role, str], Judged] = field(default_factory=dict)

    def judged(self, side: Side, name: str, texts: Sequence[SpokenText]) -> Judged:
        """Return what `side` says of the texts that this run calls `name`, which it reads once only."""
        key = (side.role, name)
        if key not in self.read:
            self.read[key] = judge(side.model, texts, tell(f"{side.title}, {name}"))
        return self.read[key]


def tell(title: str, clock: Callable[[], float] = time.monotonic) -> Told:
    """Return what shows progress on stderr, a line every TELL_EVERY seconds."""
    last = [clock()]

    def told(done: int, of: int) -> None:
        if clock() - last[0] >= TELL_EVERY:
            last[0] = clock()
            print(f"{title}: {done} of {of}", file=sys.stderr, flush=True)

    return told


def skip(part: str, reason: str) -> None:
    """Say that a part is left out."""
    print(f"{part} is skipped: {reason}")


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, the first column to the left and figures to the right."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table)


def cell(value: float | Interval | None, digits: int = 3) -> str:
    """Write a figure, with its interval if it has one."""
    if value is None or value != value:
        return "-"
    if isinstance(value, Interval):
        return f"{value.value:.{digits}f} ({value.low:.{digits}f}..{value.high:.{digits}f})"
    return f"{value:.{digits}f}"


def show_scores(title: str, scores: Sequence[tuple[str, Sequence[LabelScore]]]) -> None:
    """Print precision, recall and F1 of each label, the sides beside each other."""
    names = [name for name, _ in scores]
    columns = ["label", "texts", *(f"{name} {what}" for name in _short(names) for what in ("P", "R", "F1"))]
    rows = []
    for same in zip(*(ones for _, ones in scores), strict=True):
        figures = [cell(value) for one in same for value in (one.precision, one.recall, one.f1)]
        rows.append([same[0].name, str(same[0].count), *figures])
    show(title if len(names) == 1 else f"{title}: {' | '.join(names)}", columns, rows)


def _short(names: Sequence[str]) -> list[str]:
    return [""] if len(names) == 1 else [f"({number})" for number in range(1, len(names) + 1)]


def score_figures(scores: Sequence[LabelScore]) -> Figures:
    """Return the scores by label, for the file of results."""
    return {
        one.name: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "texts": one.count} for one in scores
    }


def interval_figures(one: Interval | None) -> list[float] | None:
    """Return the bounds of an interval."""
    return None if one is None else [one.low, one.high]


def rounded(value: object, digits: int = 4) -> object:
    """Return figures, however deep they lie, with so many digits; NaN and infinity are None, which JSON has."""
    if isinstance(value, float):
        return round(value, digits) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner, digits) for inner in value]
    return value
