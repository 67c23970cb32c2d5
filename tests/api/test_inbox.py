"""What waits to be dealt with: in order, bounded, in pieces worth a hop; tiny messages joined, huge ones cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.api.inbox import FEED_SECONDS, HELD_SECONDS, Inbox, Sound
from stimmung.api.schemas import ConsentMessage, EndMessage, Order, PartialMessage
from stimmung.speech.wire import WireFormat

PLAIN = WireFormat("s16le", 8_000, 2)
SECOND = 32_000  # bytes
END, PARTIAL = EndMessage(type="end"), PartialMessage(type="partial")


def sound(taken: list[Sound | Order]) -> bytes:
    """Return the sound of what was taken, joined."""
    return b"".join(one.data for one in taken if isinstance(one, Sound))


class TestWaiting:
    def test_little_sound_waits_for_more_but_not_for_ever(self) -> None:
        inbox = Inbox(PLAIN)
        assert inbox.due_in(0.0) is None
        inbox.put_sound(bytes(640), 1.0)
        assert inbox.due_in(1.0) == pytest.approx(FEED_SECONDS)
        assert inbox.due_in(1.0 + FEED_SECONDS / 3) == pytest.approx(FEED_SECONDS * 2 / 3)
        assert inbox.due_in(1.0 + FEED_SECONDS) == 0.0

    def test_sound_worth_a_hop_is_due_at_once(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put_sound(bytes(round(FEED_SECONDS * SECOND)), 1.0)
        assert inbox.due_in(1.0) == 0.0

    def test_orders_are_due_at_once_with_the_sound_before_them(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put_sound(b"abcd", 1.0)
        inbox.put(END)
        assert inbox.due_in(1.0) == 0.0
        assert inbox.take() == [Sound(1.0, b"abcd"), END]
        assert inbox.due_in(1.0) is None

    def test_it_is_full_after_some_seconds_of_sound(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put_sound(bytes(round(HELD_SECONDS * SECOND) - 1), 1.0)
        filling = [inbox.is_full]
        inbox.put_sound(b"x", 1.0)
        filling.append(inbox.is_full)
        inbox.take()
        assert [*filling, inbox.is_full] == [False, True, False]

    def test_numbered_messages_cost_more_than_their_bytes(self) -> None:
        inbox = Inbox(WireFormat("s16le", 8_000, 2, "sequence"))
        for _ in range(1_500):
            inbox.put_sound(bytes(12), 1.0)
        assert inbox.is_full


class TestTaking:
    def test_tiny_messages_are_one_piece_with_the_time_of_the_first(self) -> None:
        inbox = Inbox(PLAIN)
        for number in range(10):
            inbox.put_sound(bytes([number]), 1.0 + number / 1_000)
        inbox.put_sound(b"x", 1.5)
        assert inbox.take() == [Sound(1.0, bytes(range(10))), Sound(1.5, b"x")]

    def test_a_huge_message_is_cut_into_seconds(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put_sound(bytes(round(2.5 * SECOND)), 1.0)
        sizes = [len(sound(inbox.take())) for _ in range(4)]
        assert sizes == [SECOND, SECOND, SECOND // 2, 0]

    def test_numbered_messages_stay_as_they_are(self) -> None:
        inbox = Inbox(WireFormat("s16le", 8_000, 2, "sequence"))
        inbox.put_sound(bytes(3 * SECOND), 1.0)
        inbox.put_sound(b"b", 1.0)
        assert [len(one.data) for one in inbox.take() if isinstance(one, Sound)] == [3 * SECOND]
        assert inbox.take() == [Sound(1.0, b"b")]

    def test_sound_stays_where_it_is_while_work_is_behind(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put(PARTIAL)
        inbox.put_sound(b"abcd", 1.0)
        inbox.put(END)
        assert inbox.take(paused=True) == [PARTIAL]
        assert inbox.take(paused=True) == []
        assert inbox.take() == [Sound(1.0, b"abcd"), END]

    def test_dropped_sound_is_gone_and_orders_are_not(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put_sound(bytes(10 * SECOND), 1.0)
        inbox.put(PARTIAL)
        inbox.drop_sound()
        assert not inbox.is_full
        assert inbox.take() == [PARTIAL]

    def test_dropped_answers_of_the_caller_are_gone_and_nothing_else(self) -> None:
        inbox = Inbox(PLAIN)
        inbox.put(ConsentMessage(type="consent", value="granted"))
        inbox.put_sound(b"abcd", 1.0)
        inbox.put(PARTIAL)
        inbox.drop_consents()
        assert inbox.take() == [Sound(1.0, b"abcd"), PARTIAL]
        assert inbox.due_in(9.0) is None

    @given(
        st.lists(st.one_of(st.binary(max_size=300), st.just(PARTIAL), st.floats(0, 0.2)), max_size=60),
        st.integers(1, 3),
    )
    def test_nothing_is_lost_and_nothing_passes_anything(
        self, steps: list[bytes | PartialMessage | float], often: int
    ) -> None:
        """Numbers let time go by; everything is taken now and then."""
        inbox, now = Inbox(WireFormat("ulaw", 8_000)), 0.0
        put, got = b"", b""
        for place, step in enumerate(steps):
            if isinstance(step, float):
                now += step
            elif isinstance(step, bytes):
                inbox.put_sound(step, now)
                put += step
            else:
                inbox.put(step)
                put += b"<order>"
            if place % often == 0:
                got += b"".join(one.data if isinstance(one, Sound) else b"<order>" for one in inbox.take())
        while taken := inbox.take():
            got += b"".join(one.data if isinstance(one, Sound) else b"<order>" for one in taken)
        assert got == put
        assert inbox.seconds == 0.0
