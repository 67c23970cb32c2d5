"""A call as a picture over its time: who speaks, the customer's mood and distress, and the moments to listen to.

Without pyplot, which keeps a state of its own and looks for a screen.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from stimmung.calls.clock import clock
from stimmung.calls.omission_lines import omission_lines
from stimmung.calls.plot_notes import Note, notes_of
from stimmung.calls.plot_panels import FONT, INK, draw_distress, draw_mood, draw_speech, draw_time, drawable, legend
from stimmung.calls.records import CallAnalysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDINGS = (".png", ".svg")
DPI = 120
NARROWEST, WIDEST = 11.0, 20.0  # inches: of a call up to ten minutes, and of one of an hour or more
SHORT, LONG = 600.0, 3600.0  # seconds
LANE, CURVE, LINE, FRAME = 0.42, 1.7, 0.2, 1.3  # inches of height: a party, a curve, a line of words, all else
LETTERS = 13.5  # an inch of a line of words holds so many
MARKER = 0.2  # inches between the numbers of two notes at least
NUMBERS = "❶❷❸❹❺"  # of the notes, as many as there can be
NAME = 60  # letters of a file's name


@dataclass(frozen=True, slots=True)
class Panel:
    """A row of the picture: its height in inches and how it is drawn."""

    height: float
    draw: "Callable[[Axes], None]"


def plot_call(analysis: CallAnalysis, path: Path) -> None:
    """Draw the call into `path`, PNG or SVG by its ending; a half-written file is never seen under that name.

    The same call gives the same bytes. Raises ValueError for another ending, OSError where it cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(f"{path}: ends in neither {' nor '.join(ENDINGS)}")
    content = _render(_draw(analysis), ending.removeprefix("."))
    unfinished = path.with_name(f".{path.name}.partial")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _render(figure: "Figure", form: str) -> bytes:
    import matplotlib

    # No date and no version, so that the same call gives the same file; how SVG has its texts can be said nowhere else.
    unsaid = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "stimmung"}):
        figure.savefig(file, format=form, dpi=DPI, metadata=unsaid)
    return file.getvalue()


def _draw(analysis: CallAnalysis) -> "Figure":
    from matplotlib.figure import Figure

    share = min(1.0, max(0.0, (analysis.duration - SHORT) / (LONG - SHORT)))
    width = NARROWEST + share * (WIDEST - NARROWEST)
    notes = notes_of(analysis)
    panels = list(_panels(analysis))
    words = list(_words(analysis, notes, int(width * LETTERS)))
    heights = [panel.height for panel in panels] + [LINE * max(1, len(words))]
    figure = Figure(figsize=(width, sum(heights) + FRAME), layout="constrained")
    *rows, last = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, panel in zip(rows, panels, strict=True):
        panel.draw(axes)
        draw_time(axes, analysis.duration)
        axes.tick_params(labelbottom=axes is rows[-1])
        for note in notes:
            axes.axvline(note.time, color=INK, linewidth=0.8, linestyle=":", zorder=1)
    _number(rows[0], [note.time / max(analysis.duration, 0.1) for note in notes], MARKER / width)
    last.set_axis_off()
    for number, line in enumerate(words):
        last.text(0, 1 - number / len(words), line, va="top", fontsize=FONT, transform=last.transAxes, parse_math=False)
    figure.suptitle(_title(analysis), x=0.01, ha="left", fontsize=FONT + 2, parse_math=False)
    figure.legend(handles=legend(analysis), loc="outside lower left", ncols=8, fontsize=FONT, frameon=False)
    return figure


def _panels(analysis: CallAnalysis) -> Iterator[Panel]:
    yield Panel(LANE * max(1, analysis.channels), partial(draw_speech, analysis))
    for channel in range(analysis.channels):
        own = [one for one in analysis.utterances if one.channel == channel]
        if any(one.text_emotion for one in own):
            yield Panel(CURVE, partial(draw_mood, analysis, channel))
        if any(one.distress for one in own):
            yield Panel(CURVE, partial(draw_distress, analysis, channel))


def _words(analysis: CallAnalysis, notes: Sequence[Note], width: int) -> Iterator[str]:
    """Yield the lines below the picture: the numbered moments, then what was not computed."""
    for number, note in zip(NUMBERS, notes, strict=False):
        yield from wrap(drawable(f"{number} {note.text}"), width, subsequent_indent="    ")
    if analysis.dual_mono:
        yield "both channels hold the same signal: heard once, speakers unknown"
    lines = [f"not computed: {line}" for line in omission_lines(analysis.omitted)]
    judged = any(one.text_emotion or one.distress for one in analysis.utterances)
    if not judged and not lines:
        lines = ["not computed: mood and distress, of which nobody was judged"]
    for line in lines:
        yield from wrap(drawable(line), width, subsequent_indent="    ")


def _title(analysis: CallAnalysis) -> str:
    name = drawable(Path(analysis.path).name)
    short = name if len(name) <= NAME else f"{name[: NAME // 2]}…{name[-NAME // 2 :]}"
    courses = [f"{one.label}, mood {one.start:+.1f} → {one.middle:+.1f} → {one.end:+.1f}" for one in analysis.course]
    return "  ·  ".join([short, clock(analysis.duration), *courses])


def _number(axes: "Axes", places: Sequence[float], apart: float) -> None:
    """Put numbers above the picture, each at its place (0..1 of the width) or just beside the one before."""
    at = -apart
    for number, place in zip(NUMBERS, places, strict=False):
        at = max(place, at + apart)
        axes.text(at, 1.02, number, ha="center", va="bottom", fontsize=FONT + 4, color=INK, transform=axes.transAxes)
