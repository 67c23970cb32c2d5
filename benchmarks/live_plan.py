"""What the load client is to do, and what it found: records that both processes read and write as JSON.

Imports nothing but the standard library, so that the client's process holds no models and costs little.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

CHUNK: Final = 0.02  # s of sound a message, as telephone systems send it
SAMPLE_BYTES: Final = 2  # PCM of 16 bit


@dataclass(frozen=True, slots=True)
class Track:
    """A recording as it is sent: a file of interleaved 16-bit PCM, and what is known of the call beforehand.

    `distressed` is whether its customer comes to be in distress, and `onset` when (s).
    """

    name: str
    file: str
    rate: int
    channels: int
    info: dict[str, Any]  # Any: JSON of the sidecar file
    distressed: bool = False
    onset: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line: from `start` on (s) it plays these tracks (by name) one after the other, over and over.

    Each is a call of its own, and the next one begins as the last one's sound ends.
    """

    number: int
    start: float
    tracks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A load. Lines stop sending `seconds` after the first began and then wait for their results, `drain` at most."""

    url: str  # http://127.0.0.1:PORT
    key: str
    tracks: tuple[Track, ...]
    lines: tuple[Line, ...]
    seconds: float
    drain: float = 60.0
    speed: float = 1.0  # sound sent a second; other than 1 in tests only
    once: bool = False  # each line plays its tracks once
    board: bool = False  # watch the board too
    partials: bool = True  # have the words so far of whoever speaks


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as it arrived.

    `stated` is the server's lag, None where it says none; `own` is from the sending of its last voiced sample (by its
    end) to its arrival here; both with the closing pause. `at` is when it arrived (s of the load).
    """

    id: int
    channel: int
    start: float
    end: float
    stated: float | None
    own: float
    at: float


@dataclass(frozen=True, slots=True)
class Told:
    """A caller's state as `distress.changed` told it: `time` in the call, `at` in the load (s)."""

    time: float
    state: str
    at: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was not taken: HTTP status or close code, what was said, and when to come again (s)."""

    code: int
    reason: str
    retry_after: str


@dataclass(frozen=True, slots=True)
class Played:
    """One call: what was sent and what came back. `missing` are sequence numbers that never came, or came twice."""

    call_id: str
    line: int
    track: str
    began: float
    sent: float = 0.0  # s of sound
    whole: bool = False  # the recording was sent to its end
    ended: bool = False  # `call.ended` came
    untold: int = 0  # utterances that its summary counts and that never came
    finals: tuple[Heard, ...] = ()
    told: tuple[Told, ...] = ()
    warnings: dict[str, int] = field(default_factory=dict)  # by code
    partials: int = 0
    missing: int = 0
    refusal: Refusal | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The board after a change: ids of the calls by rank, the first few."""

    at: float
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """All that came of a plan. `late` are the 95th percentile and the most that a message was sent after its time."""

    seconds: float
    processor_seconds: float
    late: tuple[float, float]
    played: tuple[Played, ...]
    board: tuple[Looked, ...] = ()

    @property
    def processor_share(self) -> float:
        """Of one core."""
        return self.processor_seconds / self.seconds if self.seconds else 0.0


def staggered(tracks: Sequence[Sequence[str]], spread: float, seed: int) -> tuple[Line, ...]:
    """Return a line for each of these lists of tracks, each starting by chance within the first `spread` s."""
    rng = random.Random(seed)
    return tuple(Line(number, rng.uniform(0.0, spread), tuple(own)) for number, own in enumerate(tracks))


def rotated(names: Sequence[str], count: int, seed: int) -> list[list[str]]:
    """Return for each of `count` lines all names in an order of its own; the first ones are spread evenly."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        first = names[number % len(names)]
        rest = [name for name in names if name != first]
        rng.shuffle(rest)
        found.append([first, *rest])
    return found


def write(value: Plan | Load, file: Path) -> Path:
    """Write it as JSON; only its owner can read it, since a plan holds the server's key."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(value)), encoding="utf-8")
    return file


def read_plan(file: Path) -> Plan:
    """Read a plan that `write` wrote."""
    given = _json(file)
    given["tracks"] = tuple(Track(**one) for one in given["tracks"])
    given["lines"] = tuple(Line(one["number"], one["start"], tuple(one["tracks"])) for one in given["lines"])
    return Plan(**given)


def read_load(file: Path) -> Load:
    """Read a load that `write` wrote."""
    given = _json(file)
    given["played"] = tuple(_played(one) for one in given["played"])
    given["board"] = tuple(Looked(one["at"], tuple(one["order"])) for one in given["board"])
    return Load(**{**given, "late": tuple(given["late"])})


def _played(given: dict[str, Any]) -> Played:
    given["finals"] = tuple(Heard(**one) for one in given["finals"])
    given["told"] = tuple(Told(**one) for one in given["told"])
    given["refusal"] = None if given["refusal"] is None else Refusal(**given["refusal"])
    return Played(**given)


def _json(file: Path) -> dict[str, Any]:  # Any: JSON that we wrote
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
