"""Whether a new call makes sense now: while the models warm up and while the server drains, it does not."""

from collections.abc import Callable

WARMING_UP = "warming up: the models hear their first sound"
DRAINING = "draining: the server ends with the calls that are on"


class Readiness:
    """What stands against new calls, as `/readyz` tells it and as sessions ask it."""

    def __init__(self, is_warm: Callable[[], bool]) -> None:
        self._is_warm = is_warm
        self.draining = False
        self.failure = ""  # what went wrong for good, such as a model that cannot be loaded

    @property
    def reason(self) -> str | None:
        """Return why there can be no new call; None where there can."""
        if self.failure:
            return f"the service cannot go on: {self.failure}"
        if self.draining:
            return DRAINING
        return None if self._is_warm() else WARMING_UP
