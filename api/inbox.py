"""What a client sent and nobody dealt with yet, in order: sound in pieces worth a hop to a thread, and orders.

Pure, times are given. It is bounded by whoever asks `is_full` before reading on. Tiny pieces are joined, huge ones cut.
"""

from collections import deque
from dataclasses import dataclass

from stimmung.api.schemas import ConsentMessage, Order
from stimmung.speech.wire import WireFormat

HELD_ORDERS = 100  # that may wait: each is small, and a flood of them is no call
FEED_SECONDS = 0.06  # of sound that is worth a hop, and how long less than that may wait
MOST_SECONDS = 1.0  # of sound in one hop, so that other calls come in between
HELD_SECONDS = 5.0  # of sound that may wait; then the connection is not read
JOIN_SECONDS = 0.02  # messages that arrive closer together become one piece
MESSAGE_BYTES = 128  # what a numbered message costs besides its own bytes


@dataclass(frozen=True, slots=True)
class Sound:
    """Bytes as they came; `arrived` is the time (s) of the first of them."""

    arrived: float
    data: bytes


@dataclass(slots=True)
class _Piece:
    """Sound that waits; its first `taken` bytes are gone already."""

    arrived: float
    data: bytearray
    taken: int = 0


class Inbox:
    """The waiting sound and orders of one call."""

    def __init__(self, wire: WireFormat) -> None:
        self._joined = wire.framing == "none"  # numbered messages must stay as they are
        self._second = wire.sample_rate * wire.frame_bytes  # bytes
        self._items: deque[_Piece | Order] = deque()
        self._waiting = 0  # bytes of sound, numbered messages with their cost
        self._orders = 0

    @property
    def is_full(self) -> bool:
        return self._waiting >= HELD_SECONDS * self._second or self._orders >= HELD_ORDERS

    @property
    def seconds(self) -> float:
        """About how much sound waits."""
        return self._waiting / self._second

    def put_sound(self, data: bytes, now: float) -> None:
        """Add a message of sound that arrived `now`."""
        last = self._items[-1] if self._items else None
        if self._joined and isinstance(last, _Piece) and now - last.arrived <= JOIN_SECONDS:
            last.data += data
        else:
            self._items.append(_Piece(now, bytearray(data)))
        self._waiting += self._cost(len(data))

    def put(self, order: Order) -> None:
        """Add an order, which is carried out after the sound before it."""
        self._items.append(order)
        self._orders += 1

    def due_in(self, now: float) -> float | None:
        """Return in how many seconds there is something worth a hop, 0 for now; None where nothing waits."""
        first = self._items[0] if self._items else None
        if first is None:
            return None
        if self._orders or self.seconds >= FEED_SECONDS or not isinstance(first, _Piece):
            return 0.0
        return max(0.0, first.arrived + FEED_SECONDS - now)

    def take(self, *, paused: bool = False) -> list[Sound | Order]:
        """Return what is dealt with next, in order: at most about a second of sound; none where it is `paused`."""
        taken: list[Sound | Order] = []
        room = round(MOST_SECONDS * self._second)
        while self._items:
            first = self._items[0]
            if not isinstance(first, _Piece):
                taken.append(first)
                self._items.popleft()
                self._orders -= 1
            elif paused or room <= 0:
                break
            else:
                sound = self._cut(first, room)
                room -= self._cost(len(sound.data))
                taken.append(sound)
        return taken

    def drop_sound(self) -> None:
        """Forget the sound that waits, since its sender will send it again."""
        self._items = deque(one for one in self._items if not isinstance(one, _Piece))
        self._waiting = 0

    def drop_consents(self) -> None:
        """Forget answers of the caller that wait, since a later one goes before everything."""
        kept = [one for one in self._items if not isinstance(one, ConsentMessage)]
        self._orders -= len(self._items) - len(kept)
        self._items = deque(kept)

    def _cut(self, piece: _Piece, room: int) -> Sound:
        """Take the beginning of the first piece, all of it where it fits or is a message of its own."""
        end = min(len(piece.data), piece.taken + room) if self._joined else len(piece.data)
        sound = Sound(piece.arrived, bytes(memoryview(piece.data)[piece.taken : end]))
        piece.taken = end
        if end == len(piece.data):
            self._items.popleft()
        self._waiting -= self._cost(len(sound.data))
        return sound

    def _cost(self, size: int) -> int:
        return size if self._joined else size + MESSAGE_BYTES
