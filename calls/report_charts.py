"""The charts of a report as SVG for a page: no fonts of their own, ink in the page's colour, nothing fetched.

Colours are told apart by place and word as well, and stand on white and on black.
"""

import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stimmung.calls.plot_panels import drawable
from stimmung.calls.report_numbers import Numbers
from stimmung.calls.report_records import Day, Report, WaitStep
from stimmung.calls.report_sections import COURSES, Chart, wait_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#222222"  # becomes the colour of the page's text
BLUE, ORANGE, GREY = "#4A9BD1", "#D98A1F", "#8A8A8A"  # Okabe and Ito's, a little nearer to the middle
FONT: Final = 9.0
WIDTH: Final = 8.0  # inches
MOODS: Final = 5.0  # either way
UNWANTED = re.compile(r"<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
FIXED_SIZE = re.compile(r'(<svg\b[^>]*?)\s+width="[^"]*"|(<svg\b[^>]*?)\s+height="[^"]*"')
Draw = Callable[["Figure", Report, Numbers], None]


def chart_svg(chart: Chart, report: Report, numbers: Numbers) -> str:
    """Return a chart as an `<svg>` element. The same report gives the same text."""
    import matplotlib
    from matplotlib.figure import Figure

    height, draw = CHARTS[chart]
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.patch.set_alpha(0.0)
    draw(figure, report, numbers)
    for axes in figure.axes:
        _plain(axes)
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"stimmung {chart}"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = UNWANTED.sub("", file.getvalue()).strip()
    for _ in range(2):
        text = FIXED_SIZE.sub(lambda found: found[1] or found[2], text, count=1)
    return text.replace(INK.lower(), "currentColor").replace(INK, "currentColor")


def _plain(axes: "Axes") -> None:
    axes.patch.set_alpha(0.0)
    axes.tick_params(colors=INK, labelsize=FONT)
    axes.xaxis.label.set_color(INK)
    axes.title.set_color(INK)
    for name, spine in axes.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set_color(INK)


def _title(axes: "Axes", text: str) -> None:
    axes.set_title(drawable(text), loc="left", fontsize=FONT + 1, color=INK, parse_math=False)


def _draw_courses(figure: "Figure", report: Report, numbers: Numbers) -> None:
    axes = figure.subplots()
    counts = [report.figures.courses.get(label, 0) for label in COURSES]
    colours = [BLUE, BLUE, GREY, ORANGE, ORANGE]
    bars = axes.barh([numbers.words[label] for label in COURSES], counts, color=colours, height=0.65)
    axes.bar_label(bars, [numbers.count(count) for count in counts], padding=3, fontsize=FONT, color=INK)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.margins(x=0.08)
    _title(axes, numbers.words["chart_courses"])


def _draw_waits(figure: "Figure", report: Report, numbers: Numbers) -> None:
    axes = figure.subplots()
    shown: list[tuple[WaitStep, float]] = [
        (step, mood) for step in report.waits if (mood := step.figures.mood_start.told) is not None
    ]
    moods = [mood for _, mood in shown]
    names = [
        drawable(f"{wait_name(step, numbers)} ({numbers.count(step.figures.mood_start.calls)})") for step, _ in shown
    ]
    bars = axes.barh(names, moods, color=[BLUE if mood >= 0 else ORANGE for mood in moods], height=0.6)
    axes.bar_label(bars, [numbers.mood(mood) for mood in moods], padding=3, fontsize=FONT, color=INK)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.invert_yaxis()
    axes.set_xlim(-MOODS, MOODS)
    axes.set_xticks([-MOODS, 0.0, MOODS], [numbers.mood(mood) for mood in (-MOODS, 0.0, MOODS)])
    _title(axes, numbers.words["chart_waits"])


def _draw_days(figure: "Figure", report: Report, numbers: Numbers) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True)
    places = [(day.day - report.days[0].day).days for day in report.days]
    upper.bar(places, [day.calls for day in report.days], width=0.8, color=BLUE)
    upper.locator_params(axis="y", integer=True, nbins=4)
    _title(upper, numbers.words["chart_calls"])
    told = [(place, day.mood_end.told) for place, day in zip(places, report.days, strict=True)]
    known = [(place, mood) for place, mood in told if mood is not None]
    lower.plot([place for place, _ in known], [mood for _, mood in known], "o", color=ORANGE, markersize=4)
    lower.axhline(0.0, color=GREY, linewidth=0.8)
    lower.set_ylim(-MOODS, MOODS)
    lower.set_yticks([-MOODS, 0.0, MOODS], [numbers.mood(mood) for mood in (-MOODS, 0.0, MOODS)])
    _title(lower, numbers.words["chart_mood"])
    _mark_days(lower, report.days, places, numbers)
    first = (report.period.first.date() - report.days[0].day).days
    last = (report.period.end.date() - report.days[0].day).days
    for axes in (upper, lower):
        axes.axvspan(first - 0.5, max(last, first + 1) - 0.5, color=GREY, alpha=0.25, linewidth=0, zorder=0)


def _mark_days(axes: "Axes", days: Sequence[Day], places: Sequence[int], numbers: Numbers) -> None:
    """Name every seventh day, back from the last."""
    marks = list(range(places[-1], places[0] - 1, -7 if places[-1] > 10 else -1))
    names = [numbers.words["day"].format(day=days[0].day + timedelta(days=mark)) for mark in marks]
    axes.set_xticks(marks, names)


CHARTS: Final[dict[Chart, tuple[float, Draw]]] = {
    "courses": (2.1, _draw_courses),
    "waits": (1.9, _draw_waits),
    "days": (3.4, _draw_days),
}
