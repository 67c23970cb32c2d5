"""How many calls are taken on at once, and when a place may be free again."""

from collections import deque
from collections.abc import Collection

from stimmung.speech.errors import Overloaded

FIRST_GUESS = 30.0  # s to come back after, while no call has ended yet
SHORTEST, LONGEST = 1.0, 120.0  # s that a refused call is told to wait
REMEMBERED = 50  # calls that ended


class Admission:
    """The calls that have a place. Not safe for threads by itself: the scheduler calls it under its lock."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._since: dict[str, float] = {}
        self._stays: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def calls(self) -> Collection[str]:
        return self._since.keys()

    def admit(self, call_id: str, now: float) -> None:
        """Give the call a place; raise Overloaded where there is none. A call that has one keeps it."""
        if call_id in self._since:
            return
        if len(self._since) >= self._capacity:
            raise Overloaded(f"all {self._capacity} places for calls are taken", self.retry_after())
        self._since[call_id] = now

    def leave(self, call_id: str, now: float) -> None:
        """Free the call's place."""
        begun = self._since.pop(call_id, None)
        if begun is not None:
            self._stays.append(now - begun)

    def retry_after(self) -> float:
        """Return the seconds until one of the calls may end: their mean length over their number."""
        if not self._stays:
            return FIRST_GUESS
        return min(max(sum(self._stays) / len(self._stays) / max(len(self._since), 1), SHORTEST), LONGEST)
