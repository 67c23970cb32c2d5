"""What a network does to a live call is mended so that call time stays true, and is told."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from stimmung.speech.arrival import HEADER, ArrivalOptions, Arrivals, Arrived
from stimmung.speech.errors import AudioError
from stimmung.speech.wire import MAX_MESSAGE_BYTES, WireFormat

RATE = 8_000
PACKET = 160  # samples: 20 ms
MONO = WireFormat("s16le", RATE, 1, "sequence")
HOURS = 5 * 3_600 * RATE


def message(number: int, stamp: int | None = None, samples: int = PACKET) -> bytes:
    """A numbered message whose samples all say its number; its time is what the numbers before it took."""
    stamp = number * PACKET if stamp is None else stamp
    return HEADER.pack(number % 2**32, stamp % 2**32) + np.full(samples, number % 1_000 + 1, "<i2").tobytes()


def notes(arrived: Arrived) -> list[tuple[str, float, float]]:
    return [(note.kind, round(note.time, 6), round(note.seconds, 6)) for note in arrived.notes]


def runs(*pieces: Arrived) -> list[tuple[int, int]]:
    """What was heard, as (number of the message, its samples); -1 is silence."""
    sound = np.concatenate([piece.samples[0] for piece in pieces]) * 2**15
    edges = [0, *(np.flatnonzero(np.diff(sound)) + 1).tolist(), sound.size]
    return [(int(sound[start]) - 1, end - start) for start, end in pairwise(edges) if end > start]


def test_unnumbered_bytes_are_the_call_itself() -> None:
    arrivals = Arrivals(WireFormat("s16le", RATE, 2))
    first, second = arrivals.feed(b"\x00\x40\x00"), arrivals.feed(b"\xc0" + bytes(4))
    assert first.samples.shape == (2, 0)
    assert second.samples.tolist() == [[0.5, 0.0], [-0.5, 0.0]]
    assert first.notes == second.notes == ()
    assert arrivals.seconds == 2 / RATE


def test_messages_in_order_pass_at_once() -> None:
    arrivals = Arrivals(MONO)
    for number in range(20):
        arrived = arrivals.feed(message(number))
        assert runs(arrived) == [(number, PACKET)]
        assert arrived.notes == ()
    assert arrivals.seconds == pytest.approx(0.4)
    assert arrivals.flush().samples.shape == (1, 0)


def test_both_channels_come_decoded() -> None:
    arrivals = Arrivals(WireFormat("ulaw", RATE, 2, "sequence"))
    samples = arrivals.feed(HEADER.pack(0, 0) + b"\x00\x80" * PACKET).samples
    assert samples.shape == (2, PACKET)
    assert samples[:, 0].tolist() == pytest.approx([-0.98, 0.98], abs=0.01)


@pytest.mark.parametrize("first", [2**32 - 3, 2**32 - 1, 2**31 - 2])
@pytest.mark.parametrize("counts", ["numbers", "times", "both"])
def test_counters_may_turn_over(first: int, counts: str) -> None:
    arrivals = Arrivals(MONO)
    number, stamp = (0 if counts == "times" else first), (0 if counts == "numbers" else first)
    arrived = [arrivals.feed(message(number + at, stamp + at * PACKET)) for at in (0, 1, 3, 2, 4, 6, 5, 7)]
    assert runs(*arrived) == [((number + at) % 1_000, PACKET) for at in range(8)]
    assert not any(part.notes for part in arrived)


# --- out of order -----------------------------------------------------------------------------------------------------


def test_an_overtaken_message_is_waited_for() -> None:
    arrivals = Arrivals(MONO)
    order = [0, 2, 3, 1, 5, 4]
    arrived = [arrivals.feed(message(number)) for number in order]
    assert [part.samples.shape[1] // PACKET for part in arrived] == [1, 0, 0, 3, 0, 2]
    assert runs(*arrived) == [(number, PACKET) for number in range(6)]
    assert not any(part.notes for part in arrived)


def test_a_lost_message_becomes_silence_once_200_ms_came_after_it() -> None:
    arrivals = Arrivals(MONO)
    first = arrivals.feed(message(0))
    waiting = [arrivals.feed(message(number)) for number in range(2, 11)]  # up to 0.22 s, 0.2 s beyond what is known
    assert not any(part.samples.size for part in waiting)
    given_up = arrivals.feed(message(11))
    assert runs(first, given_up) == [(0, PACKET), (-1, PACKET)] + [(number, PACKET) for number in range(2, 12)]
    assert notes(given_up) == [("gap", 0.02, 0.02)]
    assert runs(arrivals.feed(message(12))) == [(12, PACKET)]


def test_several_lost_at_once_are_one_gap() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(number)) for number in (0, *range(51, 70))]
    assert [note for part in arrived for note in notes(part)] == [("gap", 0.02, 1.0)]
    assert runs(*arrived) == [(0, PACKET), (-1, 50 * PACKET)] + [(number, PACKET) for number in range(51, 70)]


def test_what_comes_after_it_was_given_up_is_late_and_dropped() -> None:
    arrivals = Arrivals(MONO)
    for number in (0, *range(2, 15)):
        arrivals.feed(message(number))
    late = arrivals.feed(message(1))
    assert late.samples.size == 0
    assert notes(late) == [("late", 0.3, 0.02)]


def test_what_the_first_message_overtook_is_late() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(1))
    assert notes(arrivals.feed(message(0))) == [("late", 0.02, 0.02)]


def test_doubles_are_dropped_whether_the_first_was_heard_or_waits() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(number)) for number in (0, 1, 1, 3, 3, 2, 0)]
    assert [notes(part) for part in arrived] == [
        [], [], [("duplicate", 0.04, 0.02)], [], [("duplicate", 0.04, 0.02)], [], [("duplicate", 0.08, 0.02)],
    ]  # fmt: skip
    assert runs(*arrived) == [(number, PACKET) for number in range(4)]


def test_the_reach_is_an_option() -> None:
    arrivals = Arrivals(MONO, ArrivalOptions(reach=0.04))
    arrived = [arrivals.feed(message(number)) for number in (0, 2, 3)]
    assert runs(*arrived) == [(0, PACKET), (-1, PACKET), (2, PACKET), (3, PACKET)]


def test_numbers_that_count_other_messages_too_make_nobody_wait() -> None:
    arrivals = Arrivals(MONO)
    for place, number in enumerate(range(0, 40, 2)):
        arrived = arrivals.feed(message(number, place * PACKET))
        assert runs(arrived) == [(number, PACKET)]
        assert arrived.notes == ()


def test_flushing_brings_what_was_held_back() -> None:
    arrivals = Arrivals(MONO)
    for number in (0, 2, 4):
        arrivals.feed(message(number))
    rest = arrivals.flush()
    assert runs(rest) == [(-1, PACKET), (2, PACKET), (-1, PACKET), (4, PACKET)]
    assert notes(rest) == [("gap", 0.02, 0.02), ("gap", 0.06, 0.02)]
    assert arrivals.seconds == pytest.approx(0.1)
    assert arrivals.flush().samples.size == 0


# --- the sender's clock -----------------------------------------------------------------------------------------------


def test_time_that_passes_without_messages_is_silence() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(0)), arrivals.feed(message(1, PACKET + 5 * RATE))]
    assert runs(*arrived) == [(0, PACKET), (-1, 5 * RATE), (1, PACKET)]
    assert notes(arrived[1]) == [("pause", 0.02, 5.0)]


def test_a_header_alone_tells_that_time_went_on() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(0)), arrivals.feed(message(1, RATE, 0)), arrivals.feed(message(2, RATE))]
    assert runs(*arrived) == [(0, PACKET), (-1, RATE - PACKET), (2, PACKET)]


def test_times_that_are_rounded_or_tremble_change_nothing() -> None:
    arrivals = Arrivals(MONO)
    trembling = np.random.default_rng(5).integers(-190, 190, 500)  # under 50 ms between any two
    trembling[0] = 0
    arrived = [arrivals.feed(message(at, 10_000 + at * PACKET + int(trembling[at]))) for at in range(500)]
    assert not any(part.notes for part in arrived)
    assert arrivals.seconds == pytest.approx(10.0)


def test_a_clock_that_is_fast_is_followed_to_50_ms() -> None:
    arrivals = Arrivals(MONO)
    told = 0.0
    for number in range(3_000):  # a minute, in which the sender's clock gains 0.6 s
        stamp = round(number * PACKET * 1.01)
        told += sum(note.seconds for note in arrivals.feed(message(number, stamp)).notes)
        assert abs(stamp + PACKET - arrivals.seconds * RATE) <= 0.05 * RATE
    assert 0.5 <= told <= 0.6


@pytest.mark.parametrize("jump", [HOURS, -HOURS, 61 * RATE, -RATE])
def test_a_clock_that_jumps_is_told_and_not_believed(jump: int) -> None:
    arrivals = Arrivals(MONO)
    stamps = [0, PACKET, 2 * PACKET + jump, 3 * PACKET + jump]
    arrived = [arrivals.feed(message(number, stamp)) for number, stamp in enumerate(stamps)]
    assert runs(*arrived) == [(number, PACKET) for number in range(4)]
    assert [notes(part) for part in arrived] == [[], [], [("jump", 0.04, jump / RATE)], []]


@pytest.mark.parametrize("lost", [0, 1])
def test_the_longest_gap_that_is_believed(lost: int) -> None:
    kind = "gap" if lost else "pause"
    for gap, silent in ((2 * RATE, True), (2 * RATE + 1, False)):
        arrivals = Arrivals(MONO, ArrivalOptions(max_gap=2.0))
        arrivals.feed(message(0))
        arrived = arrivals.feed(message(1 + lost, PACKET + gap))
        assert notes(arrived) == [(kind if silent else "jump", 0.02, round(gap / RATE, 6))]
        assert runs(arrived) == [(-1, gap)] * silent + [(1 + lost, PACKET)]


def test_a_clock_that_jumps_between_lost_messages_makes_nobody_wait() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(0)), arrivals.feed(message(3, HOURS)), arrivals.feed(message(4, HOURS + PACKET))]
    assert runs(*arrived) == [(0, PACKET), (3, PACKET), (4, PACKET)]


# --- the sender's numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("far", [3_010, 2**31, 2**32 - 200])
def test_a_single_strange_number_is_dropped(far: int) -> None:
    arrivals = Arrivals(MONO)
    order = [0, 1, far, 2, 3]
    arrived = [arrivals.feed(message(number, at * PACKET)) for number, at in zip(order, (0, 1, 2, 2, 3), strict=True)]
    assert runs(*arrived) == [(number, PACKET) for number in range(4)]
    assert [notes(part) for part in arrived] == [[], [], [], [("late", 0.04, 0.02)], []]


@pytest.mark.parametrize("far", [0, 4_900, 8_010, 2**31, 2**32 - 1])
def test_a_sender_that_numbers_anew_loses_nothing(far: int) -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(5_000 + at, 7_000_000 + at * PACKET)) for at in (0, 1, 3)]
    arrived += [arrivals.feed(message(far + at, at * PACKET)) for at in range(4)]
    lengths = [length for _, length in runs(*arrived)]
    assert lengths == [PACKET] * 8  # 0, 1, silence for 2, 3, and the four
    assert [notes(part) for part in arrived[3:]] == [
        [], [("gap", 0.04, 0.02), ("jump", 0.08, -7_000_640 / RATE)], [], [],
    ]  # fmt: skip


def test_a_number_that_stands_still_is_told_each_time() -> None:
    arrivals = Arrivals(MONO)
    arrived = [arrivals.feed(message(0, at * PACKET)) for at in range(5)]
    assert [len(part.notes) for part in arrived] == [0, 1, 1, 1, 1]
    assert arrivals.seconds == pytest.approx(0.02)


def test_a_strange_number_at_the_end_is_told() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(0))
    arrivals.feed(message(2**31))
    assert notes(arrivals.flush()) == [("late", 0.02, 0.02)]
    assert notes(arrivals.flush()) == []


def test_what_was_lost_before_is_no_excuse_after_numbering_began_anew() -> None:
    arrivals = Arrivals(MONO)
    for number in (0, 2):
        arrivals.feed(message(number))
    arrivals.flush()
    for number in (0, 1):
        arrivals.feed(message(number))
    assert notes(arrivals.feed(message(1))) == [("duplicate", 0.1, 0.02)]


# --- connections, bad messages, bounds --------------------------------------------------------------------------------


def test_after_a_flush_numbers_and_times_may_begin_anywhere() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(50))
    arrivals.flush()
    arrived = [arrivals.feed(message(number)) for number in (0, 1)]
    assert runs(*arrived) == [(0, PACKET), (1, PACKET)]
    assert not any(part.notes for part in arrived)
    assert arrivals.seconds == pytest.approx(0.06)


def test_a_torn_sample_is_forgotten_with_its_connection() -> None:
    arrivals = Arrivals(WireFormat("s16le", RATE))
    arrivals.feed(b"\x00\x40\x00")
    assert arrivals.flush().samples.size == 0
    assert arrivals.feed(b"\x00\x40").samples.tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (b"", "of 0 bytes"),
        (bytes(7), "of 7 bytes is not a header of 8"),
        (bytes(8 + 3), "of 11 bytes .*whole sample frames of 2"),
        (bytes(MAX_MESSAGE_BYTES + 2), f"{MAX_MESSAGE_BYTES + 2} bytes .*longer than {MAX_MESSAGE_BYTES}"),
    ],
)
def test_a_bad_message_is_refused_and_changes_nothing(bad: bytes, what: str) -> None:
    arrivals = Arrivals(MONO)
    with pytest.raises(AudioError, match=what):
        arrivals.feed(bad)
    arrivals.feed(message(0))
    arrivals.feed(message(2))
    with pytest.raises(AudioError, match=what):
        arrivals.feed(bad)
    arrived = arrivals.feed(message(1))
    assert runs(arrived) == [(1, PACKET), (2, PACKET)]
    assert arrived.notes == ()


def test_a_too_long_message_without_a_number_is_refused() -> None:
    with pytest.raises(AudioError, match=f"{MAX_MESSAGE_BYTES + 1} bytes"):
        Arrivals(WireFormat("ulaw")).feed(bytes(MAX_MESSAGE_BYTES + 1))


def test_no_more_than_64_messages_wait_however_short() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(0))
    waiting = [arrivals.feed(message(number, PACKET + 1, 1)) for number in range(2, 66)]
    assert not any(part.samples.size for part in waiting)
    assert runs(arrivals.feed(message(66, PACKET + 1, 1))) != []


def test_no_more_than_the_reach_waits_whatever_the_times_say() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(0))
    assert arrivals.feed(message(2, PACKET - 700, 1_500)).samples.size == 0
    assert arrivals.feed(message(3, PACKET - 700, 200)).samples.shape[1] == 1_700


@pytest.mark.parametrize("stamp", [PACKET - 1_601, PACKET + 1_601])
def test_a_message_of_another_time_does_not_wait(stamp: int) -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(0))
    assert len(arrivals.feed(message(2, stamp, 0)).notes) == 1


def test_ten_megabytes_that_nobody_waits_for_do_not_stay() -> None:
    arrivals = Arrivals(MONO)
    arrivals.feed(message(0))
    big = message(2, 2 * PACKET, 5_000_000)
    tracemalloc.start()
    try:
        assert arrivals.feed(big).samples.shape[1] == PACKET + 5_000_000
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 10_000
    assert peak < 6 * len(big)
