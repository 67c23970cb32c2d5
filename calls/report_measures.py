"""The measures of a report: how each is taken from figures, written, and compared with earlier weeks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import Final

from stimmung.calls.report_numbers import Numbers
from stimmung.calls.report_records import Figures, Mean, Report, Share
from stimmung.calls.report_words import Words

OVERVIEW: Final = ("calls", "hours", "mood_start", "mood_end", "improving", "worsening", "distressed", "wait")
TALK: Final = ("customer_talk", "customer_pace", "agent_pace", "silence", "overlap", "hold")
OF_GROUPS: Final = (
    "calls", "hours", "mood_start", "mood_end", "improving", "worsening", "distressed", "silence", "wait",
)  # fmt: skip
OF_AGENTS: Final = ("calls", "hours", "customer_talk", "agent_pace", "silence", "hold")  # talk, never feelings
OF_WAITS: Final = ("calls", "mood_start", "mood_end", "distressed")
WEEK: Final = 7  # days


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts; the first column is what the row is about, the others are numbers or short texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is taken, and how a number of its kind is written."""

    take: Callable[[Figures], Mean | Share | float]
    write: Callable[[Numbers, float | None], str]

    def value(self, figures: Figures) -> float | None:
        """Return the number; None where too few calls are behind it."""
        taken = self.take(figures)
        return taken.told if isinstance(taken, Mean | Share) else taken


def written(figures: Figures, measures: Sequence[str], numbers: Numbers) -> tuple[str, ...]:
    """Return figures as texts, each with the calls that it rests on."""
    return tuple(_written(figures, MEASURES[name], numbers) for name in measures)


def compared_with(report: Report, words: Words) -> str:
    """Return what `before` means."""
    if not any(figures.calls for figures in report.before):
        return words["steps_none"]
    steps = words["steps_week"] if report.step_days == WEEK else words["steps_long"]
    return steps.format(count=len(report.before), days=report.step_days)


def comparison(report: Report, measures: Sequence[str], numbers: Numbers) -> Table:
    """Return measures of the report's time beside those of the weeks before, of which only such with calls count."""
    words = numbers.words
    before = [figures for figures in report.before if figures.calls]
    header = (
        words["measure"], words["now"], words["before"].format(count=len(before)), words["range"],
    )  # fmt: skip
    rows = (
        (words[name], _written(report.figures, MEASURES[name], numbers), *_before(before, MEASURES[name], numbers))
        for name in measures
    )
    return Table(header, tuple(rows)) if before else Table(header[:2], tuple(row[:2] for row in rows))


def _written(figures: Figures, measure: Measure, numbers: Numbers) -> str:
    taken = measure.take(figures)
    if isinstance(taken, Share):
        return numbers.share(taken)
    if isinstance(taken, Mean):
        return numbers.resting(measure.write(numbers, taken.told), taken)
    return measure.write(numbers, taken)


def _before(before: Sequence[Figures], measure: Measure, numbers: Numbers) -> tuple[str, str]:
    """Return the mean over the weeks with the calls behind it, and the lowest and highest."""
    known = [(value, figures) for figures in before if (value := measure.value(figures)) is not None]
    if not known:
        return numbers.words["none"], numbers.words["none"]
    values = [value for value, _ in known]
    mean = measure.write(numbers, fmean(values))
    taken = [measure.take(figures) for _, figures in known]
    behind = [one.calls for one in taken if isinstance(one, Mean | Share)]
    text = f"{mean} ({numbers.count(sum(behind))})" if behind else mean
    if len(values) == 1:
        return text, numbers.words["none"]
    low, high = (measure.write(numbers, value) for value in (min(values), max(values)))
    return text, low if low == high else f"{low} … {high}"


def _count(numbers: Numbers, value: float | None) -> str:
    return numbers.whole(value)


def _hours(numbers: Numbers, value: float | None) -> str:
    return numbers.words["none"] if value is None else numbers.hours(value)


MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "calls": Measure(lambda figures: float(figures.calls), _count),
        "hours": Measure(lambda figures: figures.seconds, _hours),
        "mood_start": Measure(lambda figures: figures.mood_start, Numbers.mood),
        "mood_end": Measure(lambda figures: figures.mood_end, Numbers.mood),
        "improving": Measure(lambda figures: figures.improving, Numbers.percent),
        "worsening": Measure(lambda figures: figures.worsening, Numbers.percent),
        "distressed": Measure(lambda figures: figures.distressed, Numbers.percent),
        "wait": Measure(lambda figures: figures.wait, Numbers.wait),
        "silence": Measure(lambda figures: figures.silence, Numbers.percent),
        "overlap": Measure(lambda figures: figures.overlap, Numbers.percent),
        "hold": Measure(lambda figures: figures.hold, Numbers.percent),
        "customer_talk": Measure(lambda figures: figures.customer_talk, Numbers.percent),
        "customer_pace": Measure(lambda figures: figures.customer_pace, Numbers.whole),
        "agent_pace": Measure(lambda figures: figures.agent_pace, Numbers.whole),
    }
)
