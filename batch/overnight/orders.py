"""What a worker is told while it works, line by line on its standard input; the end of it says that nobody is there."""

import threading
from collections.abc import Iterable
from typing import Literal, get_args

Order = Literal["pause", "resume", "finish", "stop"]
ORDERS: tuple[Order, ...] = get_args(Order)


class Orders:
    """The present orders; any thread may give them."""

    def __init__(self) -> None:
        self.paused = False  # nothing new is begun
        self.finish = False  # what runs is finished, then the worker ends
        self.stop = False  # what runs is given back, now
        self._changed = threading.Event()

    def give(self, order: Order) -> None:
        """Take an order."""
        match order:
            case "pause" | "resume":
                self.paused = order == "pause"
            case "finish":
                self.finish = True
            case "stop":
                self.stop = True
        self._changed.set()

    def wake(self) -> None:
        """Have whoever waits look at what is to be done."""
        self._changed.set()

    def clear(self) -> None:
        """Take note of all that was said; to be called before one looks."""
        self._changed.clear()

    def wait(self, seconds: float) -> None:
        """Wait for an order, or for somebody to wake."""
        self._changed.wait(seconds)

    def follow(self, lines: Iterable[str]) -> None:
        """Take orders from lines; at their end finish: whoever gave them is gone, and another run takes the rest."""
        for line in lines:
            if (word := line.strip()) in ORDERS:
                self.give(word)
        self.give("finish")
