"""`stimmung live` as a user sees it: options, what it prints, how it ends."""

import json
import os
import signal
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.batch.recorded_calls import distress, final, row, snapshot
from tests.batch.toy_live_server import KEY, Json, ToyCall, ToyServer, in_thread
from typer.testing import CliRunner, Result
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Response

from stimmung.batch.cli import build_app

FAST = ("--speed", "100")
Live = Callable[..., Result]


async def talk(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
    """Tell once what was said and how the caller is."""
    if len(call.events) == 1:
        for sent in (final(1, 0.0, "Ich habe Angst.", -0.7, "fear"), distress("distressed", 0.71, "Ich habe Angst")):
            body = {key: value for key, value in sent.body.items() if key not in ("type", "seq", "time")}
            await socket.send(json.dumps(call.event(sent.type, **body)))


@pytest.fixture
def server() -> Iterator[ToyServer]:
    """A server that hears fear in every call."""
    with in_thread(ToyServer(talk, board=[snapshot(row("a", "distressed", 0.71))])) as listening:
        yield listening


@pytest.fixture
def live(calls: Path, runner: CliRunner, server: ToyServer, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Run `stimmung live` against the server, in a folder with a.wav and b.wav of 0.2 s and two channels."""
    for name in ("a.wav", "b.wav"):
        with wave.open(name, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(np.zeros((1_600, 2), "<i2").tobytes())
    monkeypatch.setenv("STIMMUNG_SERVE__API_KEY", KEY)
    return lambda *words: runner.invoke(build_app(), ["live", "--url", server.url, *FAST, *words])


class TestOutput:
    def test_lines_where_nobody_watches(self, live: Live) -> None:
        result = live("a.wav")
        assert (result.exit_code, result.stderr) == (0, "")
        lines = [" ".join(line.split()[1:]) for line in result.stdout.splitlines()]  # without the time
        assert sorted(lines) == [
            "a Customer: Ich habe Angst. -3.5 fear",
            "a ended",
            "a live",
            "a ● distressed 0.71 rising, because words of fear: “Ich habe Angst”",
            "board 1. ● distressed a 0.71",
        ]
        assert lines[-1] == "a ended"

    def test_json_has_every_event_under_the_calls_name(self, live: Live) -> None:
        result = live("--json", "a.wav", "b.wav")
        assert (result.exit_code, result.stderr) == (0, "")
        events = [json.loads(line) for line in result.stdout.splitlines()]
        for name in ("a", "b"):
            own = [event for event in events if event["call"] == name]
            assert [event["type"] for event in own] == [
                "session.started",
                "utterance.final",
                "distress.changed",
                "call.ended",
                "client.outcome",
            ]
            assert own[1]["utterance"]["text"] == "Ich habe Angst."
            assert own[-1]["status"] == "ended"

    def test_umlauts_are_not_escaped(self, live: Live, server: ToyServer) -> None:
        Path("a.wav").rename("Büro.wav")
        assert '"call": "Büro"' in live("--json", "Büro.wav").stdout


class TestWhatIsSent:
    def test_sidecar_and_options(self, live: Live, server: ToyServer) -> None:
        Path("a.call.json").write_text(json.dumps({"call_id": "4711", "consent": "granted", "agent": "k"}))
        assert live("a.wav", "--info", "consent=refused", "--roles", "agent,customer", "--no-partials").exit_code == 0
        start = server.calls["4711"].said[0]
        assert (start["info"]["consent"], start["info"]["agent"]) == ("refused", "k")
        assert start["info"]["roles"] == ["agent", "customer"]
        assert start["partials"] is False

    def test_rate_and_pieces(self, live: Live, server: ToyServer) -> None:
        assert live("a.wav", "--sample-rate", "8000", "--chunk-ms", "50").exit_code == 0
        call = server.calls["a"]
        assert call.said[0]["format"]["sample_rate"] == 8_000
        assert call.said[0]["format"]["channels"] == 2
        assert len(call.sound) == 4 * 1_600

    def test_ids_are_such_as_the_server_takes(self, live: Live, server: ToyServer) -> None:
        Path("a.wav").rename("7 Ärger um 12:30 (Büro).wav")
        Path("b.call.json").write_text(json.dumps({"call_id": "../" + "ß" * 9 + "x" * 200}))
        assert live("7 Ärger um 12:30 (Büro).wav", "b.wav").exit_code == 0
        assert sorted(server.calls) == ["7-Arger-um-12:30-Buro-", "x" * 120]

    def test_several_roles_are_not_said_of_one_channel(self, live: Live, server: ToyServer) -> None:
        with wave.open("mono.wav", "wb") as file:
            file.setparams((1, 2, 8_000, 800, "NONE", ""))
            file.writeframes(bytes(1_600))
        assert live("mono.wav", "--roles", "agent,customer").exit_code == 0
        assert server.calls["mono"].said[0]["info"]["roles"] == []

    def test_one_id_is_live_once(self, live: Live, server: ToyServer) -> None:
        for name in ("a", "b"):
            Path(f"{name}.call.json").write_text('{"call_id": "4711"}')
        assert live("a.wav", "b.wav", "a.wav").exit_code == 0
        assert sorted(server.calls) == ["4711", "4711-2", "4711-3"]
        assert server.calls["4711-2"].said[0]["info"]["call_id"] == "4711-2"


class TestEnds:
    def test_1_where_a_recording_cannot_be_read_and_the_others_go_on(self, live: Live, server: ToyServer) -> None:
        result = live("bad.wav", "gone.wav", "a.wav")
        assert result.exit_code == 1
        assert "error: bad.wav: " in result.stderr
        assert "error: gone.wav: no such file" in result.stderr
        assert list(server.calls) == ["a"]

    def test_1_where_calls_are_refused_told_once_with_reason_and_time(self, live: Live, server: ToyServer) -> None:
        body = b'{"detail": "8 calls are on"}'
        server.refuse = lambda request: (
            None
            if "board" in request.path
            else Response(503, "Service Unavailable", Headers({"Retry-After": "7"}), body)
        )
        result = live("a.wav", "b.wav")
        assert result.exit_code == 1
        assert result.stderr == (
            "error: a, b: refused: the server is full: 8 calls are on; it asks to try again in 7 s\n"
        )

    def test_1_where_nobody_answers(self, live: Live, server: ToyServer) -> None:
        result = live("a.wav", "--url", "ws://127.0.0.1:9")
        assert result.exit_code == 1
        assert "nobody answers at ws://127.0.0.1:9" in result.stderr

    def test_1_where_the_key_is_wrong(self, live: Live) -> None:
        result = live("a.wav", "--key", "0123456789abcdef")
        assert result.exit_code == 1
        assert "--key" in result.stderr
        assert "0123456789abcdef" not in result.stderr + result.stdout

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("--speed", "0"), "--speed 0"),
            (("--speed", "nan"), "--speed nan"),
            (("--chunk-ms", "0"), "--chunk-ms 0"),
            (("--sample-rate", "44100"), "8000 or 16000"),
            (("--url", "calls.example.org"), "begins with ws://"),
            (("--info", "consent=perhaps"), "consent"),
            (("--roles", "boss"), "--roles"),
            (("--key", "short"), "--key"),
            (("--raw-format", "x:y"), "raw format"),
        ],
    )
    def test_2_for_what_makes_no_sense(self, live: Live, words: tuple[str, ...], complaint: str) -> None:
        result = live("a.wav", *words)
        assert result.exit_code == 2
        assert complaint in " ".join(result.stderr.replace("│", " ").split())

    def test_2_without_a_recording(self, live: Live) -> None:
        assert live().exit_code == 2

    def test_130_after_ctrl_c_which_ends_the_calls_properly(self, live: Live, server: ToyServer) -> None:
        async def interrupt(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
            if len(call.sound) == 2 * 2 * 320 * 2:  # two pieces of 20 ms have come
                os.kill(os.getpid(), signal.SIGINT)

        server.script = interrupt
        before = signal.getsignal(signal.SIGINT)
        result = live("a.wav", "--speed", "1")
        assert result.exit_code == 130
        assert "ending the calls" in result.stderr
        assert result.stdout.splitlines()[-1].split() == ["0:00", "a", "ended"]
        assert server.calls["a"].kinds == ["start", "end"]
        assert len(server.calls["a"].sound) < 2 * 2 * 3_200
        assert signal.getsignal(signal.SIGINT) is before

    def test_130_at_once_after_the_second(self, live: Live, server: ToyServer) -> None:
        class Deaf(ToyServer):
            """Never tells that the call is over."""

            def answers(self, call: ToyCall, message: Json) -> list[Json]:
                os.kill(os.getpid(), signal.SIGINT)
                return super().answers(call, message) if message["type"] == "start" else []

        with in_thread(Deaf()) as deaf:
            result = live("a.wav", "--speed", "1", "--url", deaf.url)
        assert result.exit_code == 130
        assert deaf.calls["a"].kinds == ["start", "end"]


@pytest.mark.parametrize(("words", "told"), [((), True), (("--quiet",), False)])
def test_a_key_on_an_open_line_is_warned_of(live: Live, words: tuple[str, ...], told: bool) -> None:
    result = live("gone.wav", "--url", "ws://calls.example.org", "--key", "0123456789abcdef", *words)
    assert ("unencrypted" in result.stderr) is told
