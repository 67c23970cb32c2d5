"""When each stretch of a call's sound had arrived, so that the lag of what was said in it can be told."""

from bisect import bisect_left
from collections import deque

KEPT_SECONDS = 120.0  # of sound; the longest utterance has 20 s, and the rest is for work that waits
STEP_SECONDS = 0.02  # of sound; finer steps are joined, and the first of them counts


class ArrivalTimes:
    """By call time (s) the monotonic time (s) at which the sound up to there was in the server's hands."""

    def __init__(self) -> None:
        self._ends: deque[float] = deque()  # call time up to which
        self._arrived: deque[float] = deque()
        self._begin = 0.0  # call time of the newest step

    def mark(self, until: float, arrived: float) -> None:
        """Note that the sound up to `until` (s in the call) had arrived by `arrived`; both never go back."""
        if self._ends and until - self._begin <= STEP_SECONDS:
            self._ends[-1] = until
            return
        self._begin = self._ends[-1] if self._ends else 0.0
        self._ends.append(until)
        self._arrived.append(arrived)
        while self._ends[0] < until - KEPT_SECONDS:
            self._ends.popleft()
            self._arrived.popleft()

    def at(self, time: float) -> float | None:
        """Return when the sound at `time` (s in the call) arrived; what came last where that is ahead of the sound.

        What is too old to be known counts as the oldest that is. None before any sound.
        """
        if not self._ends:
            return None
        return self._arrived[min(bisect_left(self._ends, time), len(self._arrived) - 1)]
