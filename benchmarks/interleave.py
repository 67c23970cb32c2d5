"""Time several sides against each other so that a machine that warms up or is busy for a while harms all alike."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one side, a repetition each."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Slowest minus fastest, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median


def interleave(sides: Mapping[str, Callable[[], Result]], repetitions: int) -> dict[str, list[Result]]:
    """Run every side once a repetition, in turn (A B, B A, A B, …); return the results by side, in time."""
    results: dict[str, list[Result]] = {name: [] for name in sides}
    order = list(sides)
    for _ in range(repetitions):
        for name in order:
            results[name].append(sides[name]())
        order.reverse()
    return results


def total_median(per_item: Sequence[Timing]) -> float:
    """Return the sum of the medians of several pieces of work, in seconds."""
    return sum(timing.median for timing in per_item)
