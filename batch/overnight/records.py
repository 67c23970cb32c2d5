"""What the overnight run passes on between finding recordings and doing them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ToldKind = Literal["unreadable", "waiting", "left_out", "line"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as a listing shows it."""

    place: str  # absolute path, or URL
    name: str  # last part of the place
    size: int  # bytes
    version: str  # changes when the file does: size with time of change, or the store's etag
    changed: float | None = None  # seconds since 1970; None: the store does not say


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder and the files in it that are not hidden, by name."""

    place: str
    below: str  # path from where the search began, "" there; parts separated by "/"
    files: Mapping[str, FoundFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a call, one of one or two."""

    place: str  # absolute path, or URL
    size: int  # bytes
    version: str  # changes when the file or what stands beside it about the call does
    changed: float | None = None  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Found:
    """A call that can be listened to, and what is known of it.

    `info` is in plain JSON types, as `parse_call_info` takes it; it holds only what is known.
    """

    files: tuple[Source, ...]  # two: one channel each, in this order
    info: Mapping[str, object] = field(default_factory=dict)
    began: datetime | None = None  # UTC; where only the day is known, when that began
    trouble: str | None = None  # why it must not be listened to: what stands beside it about the call makes no sense
    notes: tuple[str, ...] = ()  # what an operator should know of it; it is done nevertheless

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(file.place for file in self.files)

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(file.version for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was met and is not done, with the reason.

    `unreadable`: a folder, file or list; the rest goes on. `waiting`: may be ready when looked at again. `left_out`:
    on purpose. `line`: a line of a list of recordings.
    """

    kind: ToldKind
    place: str
    reason: str
    again_seconds: float | None = None  # of `waiting`: when it is worth looking again
