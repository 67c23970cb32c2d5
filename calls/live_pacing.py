"""How often the words so far of a call are asked for: the busier the machine, the less often.

Each asking costs as much as an utterance. Asked for every second by eight calls they took three quarters of two cores,
and everybody's utterances came late.
"""

REST = 10.0  # times as long as the last answer took before the next asking


class Pacing:
    """Times are seconds of the call."""

    def __init__(self) -> None:
        self._out = 0  # asked for and not answered
        self._asked = 0.0
        self._next = 0.0

    def may_ask(self, now: float) -> bool:
        """Say whether it is time to ask again."""
        return not self._out and now >= self._next

    def asked(self, now: float) -> None:
        """Take note of an asking; several may be made at one time, one a channel."""
        self._out, self._asked = self._out + 1, now

    def answered(self, now: float) -> None:
        """Take note of an answer, or that there will be none."""
        self._out -= 1
        self._next = now + REST * (now - self._asked)
