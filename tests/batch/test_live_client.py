"""One live call from the sender's side: sound by the clock, each event once, resumed when the line drops."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from tests.batch.toy_live_server import KEY, Json, JumpingClock, ToyCall, ToyServer, running
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from stimmung.batch.live_client import CallClient, OutgoingCall, SendOptions, Time
from stimmung.batch.live_endpoint import Endpoint
from stimmung.batch.live_messages import Kind, LiveMessage
from stimmung.batch.live_outcome import Outcome
from stimmung.batch.live_sound import LiveSound

SECOND = bytes(range(256)) * 125  # 1 s of mono sound at 16 kHz; every sample another one than its neighbours
CALL = OutgoingCall("call", "4711", {"call_id": "4711", "consent": "granted"}, LiveSound(SECOND, 16_000, 1))
Script = Callable[[ToyServer, ToyCall, ServerConnection], Awaitable[None]]


class Sent:
    """What came of sending a call: how it ended, what was told, how time passed."""

    def __init__(self, call: OutgoingCall = CALL, **options: float | bool) -> None:
        self.call = call
        self.options = SendOptions(**options)  # type: ignore[arg-type]  # each test names its own
        self.messages: list[LiveMessage] = []
        self.clock = JumpingClock()
        self.stop = asyncio.Event()
        self.key: str | None = KEY

    @property
    def kinds(self) -> list[str]:
        return [message.type for message in self.messages]

    @property
    def numbers(self) -> list[int]:
        return [message.seq for message in self.messages if message.seq is not None]

    def to(self, server: ToyServer) -> Outcome:
        """Send the call to a server."""
        return asyncio.run(self._to(server))

    def nowhere(self) -> Outcome:
        """Send the call to a port at which nobody listens."""
        return asyncio.run(self._client("ws://127.0.0.1:9").run(self.stop))

    async def _to(self, server: ToyServer) -> Outcome:
        async with running(server), asyncio.timeout(20):
            return await self._client(server.url).run(self.stop)

    def _client(self, url: str) -> CallClient:
        clock = Time(self.clock.now, self.clock.sleep)
        return CallClient(self.call, Endpoint(url, self.key), self.messages.append, self.options, clock)


def dropping(*at_seconds: float, code: int | None = None) -> Script:
    """Return a script that drops the connection each time when so much sound has come."""
    left = list(at_seconds)

    async def script(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
        await socket.send(json.dumps(call.event("metrics")))
        if left and call.seconds >= left[0]:
            left.pop(0)
            if code:
                await socket.close(code, "for a test")
            else:
                socket.transport.abort()

    return script


class TestSending:
    def test_start_then_all_the_sound_then_end(self) -> None:
        server, sent = ToyServer(), Sent()
        assert sent.to(server) == Outcome("ended")
        call = server.calls["4711"]
        assert call.kinds == ["start", "end"]
        assert bytes(call.sound) == SECOND
        start = call.said[0]
        assert start["format"] == {"encoding": "pcm_s16le", "sample_rate": 16_000, "channels": 1, "framing": "none"}
        assert start["info"] == {"call_id": "4711", "consent": "granted"}
        assert start["partials"] is True
        assert start["phase"] == "in_conversation"
        assert sent.kinds == [Kind.STARTED, Kind.ENDED, Kind.OUTCOME]

    def test_the_key_goes_in_a_header(self) -> None:
        server = ToyServer()
        Sent().to(server)
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"

    def test_partials_can_be_left_out(self) -> None:
        server = ToyServer()
        Sent(partials=False).to(server)
        assert server.calls["4711"].said[0]["partials"] is False

    def test_an_id_of_any_signs_is_an_address(self) -> None:
        server = ToyServer()
        call = OutgoingCall("x", "Büro/4711 ?#", {}, LiveSound(SECOND, 16_000, 1))
        assert Sent(call).to(server).status == "ended"
        assert list(server.calls) == ["Büro/4711 ?#"]

    @pytest.mark.parametrize(("speed", "seconds"), [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)])
    def test_it_lasts_as_long_as_it_was_spoken(self, speed: float, seconds: float) -> None:
        sent = Sent(speed=speed)
        sent.to(ToyServer())
        assert sent.clock.time == pytest.approx(seconds)

    def test_each_piece_goes_when_it_would_have_been_spoken(self) -> None:
        sent = Sent(chunk_seconds=0.3)
        times: list[float] = []

        async def script(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            times.append(call.seconds)

        sent.to(ToyServer(script))
        assert times == pytest.approx([0.3, 0.6, 0.9, 1.0])
        assert [wait for wait in sent.clock.waits if wait] == pytest.approx([0.3, 0.3, 0.3, 0.1])

    def test_stopping_ends_the_call_early_and_properly(self) -> None:
        sent = Sent(chunk_seconds=0.1)

        async def script(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            if call.seconds >= 0.3:
                sent.stop.set()

        server = ToyServer(script)
        assert sent.to(server).status == "ended"
        assert server.calls["4711"].kinds == ["start", "end"]
        assert server.calls["4711"].seconds < 1.0 or sent.clock.time == pytest.approx(1.0)


class TestDrops:
    @pytest.mark.parametrize("code", [None, 1001, 1011, 1012, 1013])
    def test_a_dropped_call_goes_on_where_it_was(self, code: int | None) -> None:
        server, sent = ToyServer(dropping(0.2, 0.5, code=code)), Sent()
        outcome = sent.to(server)
        assert (outcome.status, outcome.resumed, outcome.missed) == ("ended", 2, 0)
        call = server.calls["4711"]
        assert call.connections == 3
        assert bytes(call.sound) == SECOND  # nothing twice, nothing lost
        assert sent.numbers == list(range(1, len(call.events) + 1))  # neither is any event
        assert sent.kinds.count(Kind.DROPPED) == 2
        asked = [one["after"] for one in call.said if one["type"] == "resume"]
        told = [place for place, kind in enumerate(sent.kinds) if kind == Kind.DROPPED]
        assert asked == [max(one.seq or 0 for one in sent.messages[:place]) for place in told]  # not what it had

    def test_what_was_said_during_the_gap_is_sent_at_once(self) -> None:
        sent = Sent(chunk_seconds=0.1)
        sent.to(ToyServer(dropping(0.2)))
        assert sent.clock.time == pytest.approx(1.0)  # the pause of 0.25 s before the second attempt is made up for

    def test_events_that_come_again_are_told_once(self) -> None:
        async def again(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            for event in call.events:
                await socket.send(json.dumps(event))

        sent = Sent(chunk_seconds=0.5)
        sent.to(ToyServer(again))
        assert sent.numbers == [1, 2]

    def test_events_that_never_came_are_counted(self) -> None:
        async def losing(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            call.event("metrics")
            call.event("metrics")

        assert Sent(chunk_seconds=1.0).to(ToyServer(losing)).missed == 2

    def test_a_server_that_does_not_come_back_is_given_up_after_30_s(self) -> None:
        def gone(request: Request) -> Response | None:
            return Response(502, "Bad Gateway", Headers(), b"") if server.calls else None

        server = ToyServer(dropping(0.2), gone)
        sent = Sent()
        outcome = sent.to(server)
        assert outcome.status == "failed"
        assert "not resumed within" in outcome.why
        assert 25 < sent.clock.time <= 31

    def test_whoever_stops_does_not_wait_for_the_line(self) -> None:
        sent = Sent()

        async def script(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            sent.stop.set()
            socket.transport.abort()

        outcome = sent.to(ToyServer(script))
        assert outcome.status == "failed"
        assert sent.clock.time < 2

    @pytest.mark.parametrize(
        ("code", "why"),
        [
            (1000, "the server closed the call without an end: so it is"),
            (4404, "the server does not know the call any more: so it is"),
            (4409, "somebody else has this call: so it is"),
            (4410, "the server keeps no events of so long ago: so it is"),
        ],
    )
    def test_some_ends_are_no_reason_to_try_again(self, code: int, why: str) -> None:
        class Closing(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                if self.calls:
                    await socket.close(code, "so it is")
                else:
                    await super().hear(socket)

        sent = Sent()
        outcome = sent.to(Closing(dropping(0.2)))
        assert (outcome.status, outcome.why) == ("failed", why)
        assert sent.kinds.count(Kind.DROPPED) == 1

    def test_a_call_that_the_server_ends_early_has_failed(self) -> None:
        async def ending(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            if call.seconds >= 0.3 and len(call.events) == 1:
                await socket.send(json.dumps(call.event("call.ended")))
                await socket.wait_closed()

        sent = Sent(chunk_seconds=0.1)
        sent.clock.until = 0.5  # then the sender waits for ever, so that its own end is never sent
        outcome = sent.to(ToyServer(ending))
        assert (outcome.status, outcome.why) == ("failed", "the server ended the call before its sound did")


class TestRefusals:
    def test_a_full_server_says_why_and_when_to_come_again(self) -> None:
        answer = Response(503, "Service Unavailable", Headers({"Retry-After": "7"}), b'{"detail": "8 calls are on"}')
        outcome = Sent().to(ToyServer(refuse=lambda request: answer))
        assert outcome == Outcome("refused", "the server is full: 8 calls are on", 7.0)

    @pytest.mark.parametrize(
        ("code", "why"), [(1012, "the server is being stopped: come later"), (1013, "the server is full: come later")]
    )
    def test_so_may_a_close(self, code: int, why: str) -> None:
        class Closing(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                await socket.send(json.dumps({"type": "error", "message": "come later", "retry_after": 4.5}))
                await socket.close(code, "come la")

        assert Sent().to(Closing()) == Outcome("refused", why, 4.5)

    def test_an_id_that_is_taken_gets_a_number(self) -> None:
        server, sent = ToyServer(), Sent()
        server.calls = {one: ToyCall(one, said=[{"type": "start"}]) for one in ("4711", "4711-2")}
        assert sent.to(server).status == "ended"
        assert server.calls["4711-3"].said[0]["info"]["call_id"] == "4711-3"
        assert sent.messages[0].body["call_id"] == "4711-3"

    def test_but_not_for_ever(self) -> None:
        class Taken(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                self.headers.append({})
                await socket.close(4409, "a call 4711 is live already")

        server = Taken()
        outcome = Sent().to(server)
        assert (outcome.status, outcome.why) == ("refused", "somebody else has this call: a call 4711 is live already")
        assert len(server.headers) == 100

    def test_a_wrong_key(self) -> None:
        sent = Sent()
        sent.key = "another"
        outcome = sent.to(ToyServer())
        assert outcome.status == "refused"
        assert "--key" in outcome.why

    def test_nobody_there(self) -> None:
        outcome = Sent().nowhere()
        assert outcome.status == "failed"
        assert "nobody answers at ws://127.0.0.1:9 (Connection refused)" in outcome.why

    def test_a_bad_message_is_told_with_the_servers_reason(self) -> None:
        async def complain(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            await socket.send(json.dumps({"type": "error", "message": "what is 7 Hz?", "time": 0.0}))
            await socket.close(4400)

        outcome = Sent().to(ToyServer(complain))
        assert outcome == Outcome("failed", "the server did not understand a message: what is 7 Hz?")

    def test_what_is_no_message_is_no_stimmung_server(self) -> None:
        class Chat(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                await socket.send("hello")

        assert "no message of a stimmung server" in Sent().to(Chat()).why

    def test_a_server_that_says_nothing_is_not_waited_for(self) -> None:
        class Silent(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                await socket.wait_closed()

        assert "said nothing" in Sent(answer_seconds=0.05).to(Silent()).why

    def test_nor_is_one_that_never_ends_the_call(self) -> None:
        class Endless(ToyServer):
            def answers(self, call: ToyCall, message: Json) -> list[Json]:
                return [] if call.events else super().answers(call, message)

        assert "no end of the call" in Sent(finish_seconds=0.05).to(Endless()).why


def test_a_fault_in_whoever_listens_is_not_taken_for_a_lost_line() -> None:
    def broken(message: LiveMessage) -> None:
        raise BrokenPipeError

    async def send() -> None:
        async with running(ToyServer()) as server:
            await CallClient(CALL, Endpoint(server.url, KEY), broken).run(asyncio.Event())

    with pytest.raises(BrokenPipeError):
        asyncio.run(send())
