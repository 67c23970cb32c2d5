"""What is said of recordings that are analysed one after the other, by whoever adds, does and watches them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

JobState = Literal["waiting", "running", "done", "skipped", "failed", "canceled"]
LIVE: Final[tuple[JobState, ...]] = ("waiting", "running", "done")  # somebody does, did or will do the recording
GIVEN_UP: Final[tuple[JobState, ...]] = ("failed", "canceled")
SAME: Final = "same_recording"  # `error_type` of a recording that another job does
WORKER_LOST: Final = "WorkerLost"  # of one over which workers died
Info = Mapping[str, Any]  # Any: plain JSON, with CallInfo's keys


@dataclass(frozen=True, slots=True)
class NewJob:
    """A recording that was found: one call, in one file or one file a channel.

    `sources` are URLs or absolute paths. `versions` say for each file (and a sidecar, if it has one) what changes with
    its content: size and time, an ETag. `info` has CallInfo's keys in plain JSON.
    """

    sources: tuple[str, ...] = field(repr=False)
    versions: tuple[str, ...]
    info: Info = field(default_factory=dict, repr=False)
    priority: int = 0  # higher first
    began: datetime | None = None  # of equal priority the oldest call first
    size: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Added:
    """How many recordings are new, known and left as they were, changed since, or tried again.

    Tried again are those that were given up because of what may be over by now, such as a source that was away.
    """

    new: int = 0
    known: int = 0
    changed: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A recording and what became of it.

    `failed`: nothing more is tried unless somebody asks. `sources` are empty where they were forgotten, or cannot be
    read because their key is missing. `redo` names the stages to be done again, the rest of the kept call is to stay;
    empty: everything. `lease` is what a worker shows when it is done.
    """

    number: int
    batch: str
    sources: tuple[str, ...] = field(repr=False)
    info: Info = field(repr=False)
    state: JobState
    stage: str
    attempts: int
    not_before: datetime | None
    worker: str | None
    lease: str | None
    beat_at: datetime | None
    error_type: str | None
    error: str = field(repr=False)
    content: str | None
    call_id: str | None
    audio_seconds: float | None
    timings: Mapping[str, float]  # s by stage
    redo: tuple[str, ...]
    priority: int
    began: datetime | None
    size: int  # bytes
    added_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    same_as: int | None


@dataclass(frozen=True, slots=True)
class Wants:
    """What a worker asks for: at most so many recordings, of one batch or of any."""

    most: int = 1
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """How far a worker is with a recording: in which stage, after how many seconds of work."""

    stage: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Jobs whose worker is silent: those that wait again, and those given up because it died over them too often."""

    again: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What a recording became: the call's id in the store, how long it is, and the seconds that each stage took."""

    call_id: str
    audio_seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a recording could not be done: `error` for people, `error_type` to count by (a class or a short code).

    `heals`: it may be over by itself, so that it is tried again after a while, or after `wait`. `seconds`: work that
    will be repeated then.
    """

    error_type: str
    error: str = field(repr=False)
    heals: bool = False
    wait: timedelta | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Which:
    """Jobs by all of what is said; nothing said: all. `sources` is a pattern such as `*/2026-03-01/*.wav`."""

    batch: str | None = None
    states: tuple[JobState, ...] = ()
    error_types: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    sources: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a batch is; seconds are of sound (`audio_seconds`) or of work."""

    states: Mapping[JobState, int]  # all six
    sizes: Mapping[JobState, int]  # bytes
    audio_seconds: float  # of what is done
    repeated_seconds: float
    stages: Mapping[str, float]  # s of work of what is done

    @property
    def jobs(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Reason:
    """Why recordings were given up or skipped: how many, and the numbers of some; `text` with FILE for their names."""

    state: JobState
    error_type: str
    text: str
    count: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownJob:
    """A recording of somebody that is no call yet, or never will be: since when it is known, and what became of it."""

    added_at: datetime
    began: datetime | None
    state: JobState
