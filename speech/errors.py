"""Everything that stimmung raises on purpose. The message names the bad value and the way out.

StimmungError
├── AudioError       a recording that cannot be read, or holds no sound
├── CallInfoError    a sidecar file or option about the call that makes no sense
├── Overloaded       more asked for than can be done in time; says when to come again
├── QueryError       a search that makes no sense; says where, and what to write instead
├── SettingsError    a configuration value that cannot be used
├── Shed             work given up while it waited, so that more urgent work is done in time
├── StoreError       a database, data folder, key or kept call that cannot be used
└── WeightsError     a model that is missing, incomplete or not the one that was pinned
"""

import math
from dataclasses import dataclass


class StimmungError(Exception):
    """Base of all errors that a user can mend; its text is shown without a traceback."""


class AudioError(StimmungError):
    """A recording that cannot be read, or holds no sound."""


class CallInfoError(StimmungError):
    """A sidecar file or an option about the call that makes no sense."""


class Overloaded(StimmungError):  # noqa: N818 nothing went wrong
    """More asked for than can be done in time; nothing was taken on. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(f"{reason}; try again in {math.ceil(retry_after)} s")
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a text that was typed, `start` inclusive, `end` exclusive."""

    start: int
    end: int


class QueryError(StimmungError):
    """A search that cannot be understood: what is wrong, where, and what to write there instead, if that is known.

    The message has the typed text with the place marked below it, in further lines; `reason` is its first line.
    """

    def __init__(self, reason: str, place: Place, shown: str = "", instead: str = "") -> None:
        super().__init__(f"{reason}\n{shown}" if shown else reason)
        self.reason = reason
        self.place = place
        self.instead = instead


class SettingsError(StimmungError):
    """A configuration value that cannot be used."""


class Shed(StimmungError):  # noqa: N818 nothing went wrong
    """Work given up while it waited, so that more urgent work is done in time."""


class StoreError(StimmungError):
    """A database, data folder, key or kept call that cannot be used."""


class WeightsError(StimmungError):
    """A model that is missing, incomplete or not the one that was pinned."""
