"""What a report of kept calls says: figures of groups of calls, and the few calls that it names.

Figures are of groups. What names a call is in `CallInNeed` alone: an erasure of that call takes the report with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from stimmung.calls.records import CourseLabel
from stimmung.speech.records import DistressState, Reason

FEWEST: Final = 5  # calls of a group that is shown by itself; a mean of fewer is told as little as they are
FEWEST_AGENTS: Final = 3  # of a team that is shown by itself: figures of a team of one are those of its agent
REPORT_VERSION: Final = 1  # of the JSON; grows when a key is added

GroupKind = Literal["named", "unnamed", "others"]


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` until before `end`, both aware and in the zone of those who read the report."""

    first: datetime
    end: datetime

    def earlier(self, days: int) -> "Period":
        """Return the same hours so many days before, by the clock on the wall. Raises OverflowError."""
        return Period(self.first - timedelta(days=days), self.end - timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and how many calls it rests on; None where there are none."""

    value: float | None = None
    calls: int = 0

    @property
    def told(self) -> float | None:
        """Return the mean where enough calls are behind it."""
        return self.value if self.calls >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Share:
    """How many calls of how many."""

    count: int = 0
    calls: int = 0

    @property
    def told(self) -> float | None:
        """Return the part, 0..1, where it is one of enough calls."""
        return self.count / self.calls if self.calls >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A group of calls in figures, each with the calls that it rests on. Shares of time are 0..1, moods -5 to 5."""

    calls: int
    seconds: float
    mood_start: Mean
    mood_end: Mean
    courses: Mapping[CourseLabel, int]  # calls by how the mood went
    distressed: Share  # of the calls in which distress was judged
    silence: Mean
    overlap: Mean
    hold: Mean
    wait: Mean  # s
    customer_talk: Mean  # of all talk
    customer_pace: Mean  # words a minute
    agent_pace: Mean

    @property
    def improving(self) -> Share:
        return self._course("improving")

    @property
    def worsening(self) -> Share:
        return self._course("worsening")

    def _course(self, label: CourseLabel) -> Share:
        return Share(self.courses.get(label, 0), sum(self.courses.values()))


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that have something in common; `name` is that of a queue, a team or an agent, empty but for `named`."""

    kind: GroupKind
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Calls by how long the caller waited: at least `least` seconds and fewer than `end`, which None has not."""

    least: float
    end: float | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the trend; figures of the calls that began on it."""

    day: date
    calls: int
    mood_end: Mean
    distressed: Share


@dataclass(frozen=True, slots=True)
class CallInNeed:
    """A call whose caller was distressed: how badly at worst and when (s), how it ended, and why; words are redacted.

    `at` is the moment to look at. `sound`: it can be heard, too.
    """

    call_id: str
    began: datetime
    queue: str | None
    worst: DistressState
    last: DistressState
    at: float
    mood_start: float | None
    mood_end: float | None
    reasons: tuple[Reason, ...]
    sound: bool


@dataclass(frozen=True, slots=True)
class Reasons:
    """Recordings that were given up or skipped for the same reason, the numbers of some, and their names if asked."""

    state: Literal["failed", "skipped"]
    error_type: str
    text: str
    count: int
    numbers: tuple[int, ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recordings:
    """What became of the recordings of the night: by state, those that ended in the period or still wait."""

    states: Mapping[str, int]
    reasons: tuple[Reasons, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says. `before` are the same hours of earlier weeks, `step_days` apart, the latest first."""

    made_at: datetime
    period: Period
    queue: str | None  # the only one that it is about
    figures: Figures
    before: tuple[Figures, ...]
    step_days: int
    days: tuple[Day, ...]
    queues: tuple[Group, ...]
    teams: tuple[Group, ...]
    agents: tuple[Group, ...] | None  # None: nobody asked, or it is not permitted
    waits: tuple[WaitStep, ...]
    in_need: tuple[CallInNeed, ...]
    in_need_calls: int  # in all; `in_need` are the worst of them
    recordings: Recordings
