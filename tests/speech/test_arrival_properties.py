"""Whatever arrives of a live call, nothing crashes, nothing grows, and no sample is lost without being told."""

import tracemalloc
from itertools import pairwise
from operator import itemgetter
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.arrival import HEADER, MAX_HELD, ArrivalOptions, Arrivals, Arrived
from stimmung.speech.errors import AudioError
from stimmung.speech.wire import STORED, WireFormat, wire_format

RATE = 8_000
OPTIONS = ArrivalOptions(reach=0.05, max_gap=0.5)
REACH, MAX_GAP = 400, 4_000  # samples
LONGEST = 80  # samples of a message
LATEST = REACH - LONGEST - 1  # so that what waits for it, and itself, are within reach
NUMBERED = WireFormat("s16le", RATE, 1, "sequence")

any_wire = st.builds(
    wire_format,
    st.sampled_from(sorted(STORED)),
    st.integers(8_000, 48_000),
    st.integers(1, 2),
    st.sampled_from(["none", "sequence"]),
)


def near(place: int, reach: int) -> st.SearchStrategy[int]:
    """Counters around `place` and, more rarely, anywhere."""
    around = st.integers(place - reach, place + reach).map(lambda value: value % 2**32)
    return around | around | st.integers(0, 2**32 - 1)


@st.composite
def numbered(draw: st.DrawFn) -> list[bytes]:
    """Messages whose counters are near each other, and some whose are not."""
    first, begin = draw(st.sampled_from([0, 2**31, 2**32 - 5])), draw(st.sampled_from([0, 2**32 - 300]))
    made: list[bytes] = []
    for at in range(draw(st.integers(0, 40))):
        header = HEADER.pack(draw(near(first + at, 4)), draw(near(begin + 100 * at, 500)))
        made.append(header + bytes(2 * draw(st.integers(0, 300))))
    return made


@given(any_wire, st.binary(max_size=2_000), st.lists(st.integers(0, 2_000), max_size=12))
def test_any_chunks_of_any_bytes_give_what_the_whole_gives(wire: WireFormat, data: bytes, cuts: list[int]) -> None:
    wire = wire_format(wire.encoding, wire.sample_rate, wire.channels)
    borders = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    arrivals = Arrivals(wire)
    arrived = [arrivals.feed(data[start:end]) for start, end in pairwise(borders)]
    np.testing.assert_array_equal(
        np.concatenate([part.samples for part in arrived], axis=1), Arrivals(wire).feed(data).samples
    )
    assert arrivals.seconds == len(data) // wire.frame_bytes / wire.sample_rate
    assert not any(part.notes for part in arrived)


@given(any_wire, st.lists(st.binary(max_size=300), max_size=30))
def test_garbage_is_refused_or_heard(wire: WireFormat, messages: list[bytes]) -> None:
    arrivals = Arrivals(wire, OPTIONS)
    for message in messages:
        try:
            arrived = arrivals.feed(message)
        except AudioError:
            continue
        assert arrived.samples.shape[0] == wire.channels
        assert np.isfinite(arrived.samples).all()
        assert np.abs(arrived.samples).max(initial=0.0) <= 1.0
    arrivals.flush()


@given(numbered())
def test_every_sample_is_heard_or_told_and_little_waits(messages: list[bytes]) -> None:
    arrivals = Arrivals(NUMBERED, OPTIONS)
    balance = 0  # samples that came or were filled in, less those that were heard or dropped
    for message in messages:
        came = (len(message) - HEADER.size) // 2
        arrived = arrivals.feed(message)
        assert filled(arrived) <= 2 * MAX_GAP + 2 * REACH * MAX_HELD
        balance += came + filled(arrived) - dropped(arrived) - arrived.samples.shape[1]
        assert 0 <= balance <= REACH + 300  # and one message whose number nobody expected
    rest = arrivals.flush()
    assert balance + filled(rest) - dropped(rest) - rest.samples.shape[1] == 0


@given(
    st.lists(st.integers(1, LONGEST), min_size=2, max_size=40),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["lost", "late", "both"]),
    st.randoms(use_true_random=False),
)
def test_a_bad_network_leaves_silence_where_sound_was_lost_and_nothing_else(
    lengths: list[int], number: int, stamp: int, trouble: str, chance: Random
) -> None:
    sound = np.arange(1, sum(lengths) + 1, dtype="<i2")
    expected = sound.copy()
    sent: list[tuple[float, bytes]] = []
    for at, (start, end) in enumerate(pairwise(np.cumsum([0, *lengths]).tolist())):
        message = HEADER.pack((number + at) % 2**32, (stamp + start) % 2**32) + sound[start:end].tobytes()
        middle = 0 < at < len(lengths) - 1
        if middle and trouble != "late" and chance.random() < 0.2:
            expected[start:end] = 0
            continue
        late = chance.random() * LATEST if middle and trouble != "lost" else 0.0
        sent += [(end + late, message)] * (1 + (chance.random() < 0.1))
    arrivals = Arrivals(NUMBERED, OPTIONS)
    arrived = [*(arrivals.feed(message) for _, message in sorted(sent, key=itemgetter(0))), arrivals.flush()]
    heard = np.concatenate([part.samples[0] for part in arrived]) * 2**15
    kinds = {note.kind for part in arrived for note in part.notes}
    if trouble == "both":  # a message may be given up together with a lost one that was due long before it
        assert heard.size == sound.size
        assert "late" in kinds or (heard == expected).all()
        assert ((heard == expected) | (heard == 0)).all()
    else:
        np.testing.assert_array_equal(heard, expected)
        assert kinds <= {"gap", "duplicate"}


def test_a_long_bad_call_leaves_nothing_behind() -> None:
    random = np.random.default_rng(11)
    arrivals = Arrivals(NUMBERED, OPTIONS)
    kept = []
    tracemalloc.start()
    try:
        for at in range(6_000):
            number = at + int(random.integers(-3, 4)) if random.random() < 0.99 else int(random.integers(2**32))
            stamp = (
                160 * at + int(random.integers(-400, 400)) if random.random() < 0.99 else int(random.integers(2**32))
            )
            arrivals.feed(HEADER.pack(number % 2**32, stamp % 2**32) + bytes(320))
            if at % 1_000 == 999:
                kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert max(kept) < 60_000


def filled(arrived: Arrived) -> int:
    return round(sum(note.seconds * RATE for note in arrived.notes if note.kind in {"gap", "pause"}))


def dropped(arrived: Arrived) -> int:
    return round(sum(note.seconds * RATE for note in arrived.notes if note.kind in {"late", "duplicate"}))
