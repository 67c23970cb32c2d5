"""Messages of sound in the order of the call: numbered ones are sorted, gaps become silence, doubles are dropped.

The clock is the count of samples. Nothing waits by the wall: what is missing is given up once more than `reach` of
sound, counted from where it is missing, has come. Held at any time are that much, and one message whose number nobody
expected.
"""

import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from stimmung.speech.decode import MIN_GAP_SECONDS
from stimmung.speech.errors import AudioError
from stimmung.speech.records import Samples
from stimmung.speech.wire import WireDecoder, WireFormat, check_length

HEADER = struct.Struct(">II")  # number of the message; time of its first sample, in samples of the wire's rate
TURN = 2**32  # both counters start anew there
# By RFC 3550, A.1: a number farther away is a mistake, or a sender that counts anew, which the next one settles.
MAX_AHEAD, MAX_BEHIND = 3_000, 100
MAX_HELD = 64  # messages held back; 200 ms are ten of 20 ms
MAX_LOST = 64  # stretches of lost numbers that are remembered; at most 50 fit into MAX_BEHIND

NoteKind = Literal["gap", "pause", "late", "duplicate", "jump"]


@dataclass(frozen=True, slots=True)
class ArrivalOptions:
    """How much is forgiven, in seconds of sound."""

    reach: float = 0.2  # a message may come this much too late; so long a lost one delays those after it
    max_gap: float = 60.0  # a longer gap is a wrong clock; 23 MB of silence at 48 kHz, after which a call is given up


@dataclass(frozen=True, slots=True)
class ArrivalNote:
    """What was mended at `time` (s in the call).

    `gap`: messages were lost, and `pause`: none was, but their time went on; both became `seconds` of silence. `late`
    and `duplicate`: `seconds` of sound were dropped. `jump`: the sender's clock moved by `seconds`, back if negative,
    which nobody believes; sound goes on without a break.
    """

    kind: NoteKind
    time: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """What is certain by now: float32 (channels, n) at the wire's rate, n may be 0, and what was mended in it."""

    samples: Samples
    notes: tuple[ArrivalNote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Packet:
    """A numbered message; counters may have been turned over, and are then above 2**32."""

    number: int
    stamp: int
    sound: bytes


@dataclass(slots=True)
class _Harvest:
    """What one message brings."""

    pieces: list[Samples] = field(default_factory=list)
    notes: list[ArrivalNote] = field(default_factory=list)


class Arrivals:
    """The messages of one call, whatever connections they come by."""

    def __init__(self, wire: WireFormat, options: ArrivalOptions | None = None) -> None:
        options = options or ArrivalOptions()
        self._wire = wire
        self._decoder = WireDecoder(wire)
        self._reach = round(options.reach * wire.sample_rate)
        self._max_gap = round(options.max_gap * wire.sample_rate)
        self._slack = round(MIN_GAP_SECONDS * wire.sample_rate)
        self._count = 0  # samples handed out
        self._begun = False
        self._number = 0  # of the message that comes next
        self._stamp = 0  # of its first sample
        self._held: dict[int, _Packet] = {}
        self._stranger: _Packet | None = None  # whose number is far from all others
        self._lost: deque[range] = deque(maxlen=MAX_LOST)

    @property
    def seconds(self) -> float:
        """How much sound was handed out, filled gaps included: the call's time."""
        return self._count / self._wire.sample_rate

    def feed(self, message: bytes) -> Arrived:
        """Take the next message and return what is certain by now.

        Raises AudioError for a message that is too long, or numbered and not a header and whole sample frames; nothing
        has changed then.
        """
        if self._wire.framing == "none":
            samples = self._decoder.feed(message)
            self._count += samples.shape[1]
            return Arrived(samples)
        harvest = _Harvest()
        self._sort(self._packet(message), harvest)
        return self._arrived(harvest)

    def flush(self) -> Arrived:
        """Return what was held back, since nothing more will come or the connection was lost.

        A torn sample frame is forgotten, and whatever comes next may begin with any number and time.
        """
        harvest = _Harvest()
        self._release_all(harvest)
        if self._stranger is not None:
            self._drop(self._stranger, "late", harvest)
        self._stranger = None
        self._decoder = WireDecoder(self._wire)
        self._begun = False
        return self._arrived(harvest)

    def _packet(self, message: bytes) -> _Packet:
        check_length(message)
        if len(message) < HEADER.size or (len(message) - HEADER.size) % self._wire.frame_bytes:
            raise AudioError(
                f"a numbered message of {len(message)} bytes is not a header of {HEADER.size} and whole sample frames"
                f" of {self._wire.frame_bytes}"
            )
        number, stamp = HEADER.unpack_from(message)
        return _Packet(number, stamp, message[HEADER.size :])

    def _sort(self, raw: _Packet, harvest: _Harvest) -> None:
        """Find the message's place: now, later, never, or unknown until the next one has come."""
        if not self._begun:
            self._begin(raw)
        if self._stranger is not None:
            self._judge_stranger(self._stranger, raw, harvest)
        packet = _Packet(_nearest(raw.number, self._number), _nearest(raw.stamp, self._stamp), raw.sound)
        ahead = packet.number - self._number
        if not -MAX_BEHIND <= ahead <= MAX_AHEAD:
            self._stranger = raw
        elif ahead < 0:
            late = any(packet.number in lost for lost in self._lost)
            self._drop(packet, "late" if late else "duplicate", harvest)
        elif packet.number in self._held:
            self._drop(packet, "duplicate", harvest)
        else:
            self._held[packet.number] = packet
            self._release_due(harvest)

    def _begin(self, packet: _Packet) -> None:
        self._begun = True
        self._stamp = packet.stamp
        self._count_from(packet.number)

    def _count_from(self, number: int) -> None:
        self._number = number
        self._lost.clear()
        self._lost.append(range(number - MAX_BEHIND, number))  # what the first message overtook

    def _judge_stranger(self, stranger: _Packet, following: _Packet, harvest: _Harvest) -> None:
        """Drop a message with an odd number, unless the one after it goes on from there: then numbering began anew."""
        self._stranger = None
        if (following.number - stranger.number) % TURN != 1:
            self._drop(stranger, "late", harvest)
            return
        self._release_all(harvest)
        self._count_from(stranger.number)
        self._release(_Packet(stranger.number, _nearest(stranger.stamp, self._stamp), stranger.sound), harvest)

    def _release_due(self, harvest: _Harvest) -> None:
        while self._held:
            packet = self._held[min(self._held)]
            expected = packet.number == self._number or packet.stamp == self._stamp
            if not expected and not self._overdue():
                return
            self._release(self._held.pop(packet.number), harvest)

    def _release_all(self, harvest: _Harvest) -> None:
        for number in sorted(self._held):
            self._release(self._held.pop(number), harvest)

    def _overdue(self) -> bool:
        """Say whether so much is held that what is missing is given up: by times, and by sizes, since times may lie."""
        held = self._held.values()
        return (
            len(held) > MAX_HELD
            or sum(self._frames(packet) for packet in held) > self._reach
            or max(packet.stamp + self._frames(packet) for packet in held) - self._stamp > self._reach
            or self._stamp - min(packet.stamp for packet in held) > self._reach
        )

    def _release(self, packet: _Packet, harvest: _Harvest) -> None:
        """Hand out a message, after silence up to its time."""
        lost = range(self._number, packet.number)
        gap = packet.stamp - self._stamp
        if lost:
            self._lost.append(lost)
        if gap and (abs(gap) >= self._slack or (lost and gap > 0)):
            self._stamp = packet.stamp
            if 0 < gap <= self._max_gap:
                self._note("gap" if lost else "pause", gap, harvest)
                self._hand_out(np.zeros((self._wire.channels, gap), np.float32), harvest)
            else:
                self._note("jump", gap, harvest)
        self._number = packet.number + 1
        self._stamp += self._frames(packet)  # counted on, not taken from the next message: rounding stays rounding
        self._hand_out(self._decoder.feed(packet.sound), harvest)

    def _frames(self, packet: _Packet) -> int:
        return len(packet.sound) // self._wire.frame_bytes

    def _hand_out(self, samples: Samples, harvest: _Harvest) -> None:
        self._count += samples.shape[1]
        harvest.pieces.append(samples)

    def _drop(self, packet: _Packet, kind: NoteKind, harvest: _Harvest) -> None:
        self._note(kind, self._frames(packet), harvest)

    def _note(self, kind: NoteKind, samples: int, harvest: _Harvest) -> None:
        harvest.notes.append(ArrivalNote(kind, self.seconds, samples / self._wire.sample_rate))

    def _arrived(self, harvest: _Harvest) -> Arrived:
        pieces = harvest.pieces or [np.zeros((self._wire.channels, 0), np.float32)]
        return Arrived(pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1), tuple(harvest.notes))


def _nearest(counter: int, reference: int) -> int:
    """Return the number nearest to `reference` that a counter of 32 bits shows as `counter`."""
    return reference + (counter - reference + TURN // 2) % TURN - TURN // 2
