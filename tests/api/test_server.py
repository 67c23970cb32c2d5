"""The server as a process: it refuses what cannot work before models load, and ends without losing what was said."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from stimmung.api.server import bound_socket, run, server_config, url_of
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines
from stimmung.speech.errors import SettingsError
from stimmung.speech.fakes import loud
from stimmung.speech.settings import ServeSettings, Settings

KEY = "0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {KEY}"}
RATE = 16_000
START_FORMAT = {"encoding": "s16le", "sample_rate": RATE, "channels": 1}
START = {"type": "start", "format": START_FORMAT}
PATIENCE = 30.0  # s that a server may take for anything before a test fails
# A server with small engines on a free port, whose settings are the first argument; it prints its address. Where the
# second argument is a file, the recogniser hears nothing until that file exists.
PROGRAM = """
import json, sys, threading
from dataclasses import replace
from pathlib import Path
from stimmung.api.server import run
from stimmung.speech.fakes import FakeTranscriber, fake_engines
from stimmung.speech.settings import Settings

class Waiting(FakeTranscriber):
    gate = Path(sys.argv[2] or sys.executable)
    heard = 0
    def hear(self, asks):
        self.heard += 1
        while self.heard > 3 and not self.gate.exists():  # the first three windows are the warm-up's
            threading.Event().wait(0.01)
        return super().hear(asks)

engines = replace(fake_engines(("guten", "tag")), transcriber=Waiting(("guten", "tag")))
settings = Settings.model_validate(json.loads(sys.argv[1]))
sys.exit(run(settings, lambda url, file: print(url, file, flush=True), lambda _: engines))
"""


@dataclass
class Process:
    """A running server."""

    popen: subprocess.Popen[str]
    url: str
    key_file: str
    log: Path

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, headers=HEADERS, timeout=PATIENCE)

    def stream(self, call_id: str) -> ClientConnection:
        url = self.url.replace("http://", "ws://")
        return connect(f"{url}/v1/calls/{call_id}/stream", additional_headers=HEADERS, proxy=None, compression=None)

    def ends(self) -> int:
        return self.popen.wait(PATIENCE)


@contextmanager
def server(place: Path, gate: Path | None = None, **serve: Any) -> Iterator[Process]:
    """Run a server that is ready; Any: settings of the section `serve`."""
    settings = {"models": {"device": "cpu", "threads": 2}, "serve": {"port": 0, "api_key": KEY, **serve}}
    log = place / "serve.log"
    command = [sys.executable, "-c", PROGRAM, json.dumps(settings), str(gate or "")]
    environment = {**os.environ, "XDG_STATE_HOME": str(place), "HOME": str(place)}
    with log.open("w") as errors:
        popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        assert popen.stdout is not None
        url, _, key_file = popen.stdout.readline().strip().partition(" ")
        assert url, log.read_text()
        process = Process(popen, url, key_file, log)
        while process.get("/readyz").status_code != 200:
            assert popen.poll() is None, log.read_text()
        yield process
    finally:
        popen.kill()
        popen.communicate()


def speech(*parts: float) -> bytes:
    """Return speech and silence in turn, of so many seconds."""
    pieces = [loud(part, RATE) if place % 2 == 0 else np.zeros(round(part * RATE)) for place, part in enumerate(parts)]
    return (np.concatenate(pieces) * 32767).astype("<i2").tobytes()


def told(socket: ClientConnection, last: str = "") -> list[Any]:
    """Return the messages up to the first of type `last`, or up to the close."""
    events: list[Any] = []
    try:
        while not events or events[-1]["type"] != last:
            events.append(json.loads(socket.recv(PATIENCE)))
    except ConnectionClosed:
        assert not last, events
    return events


def types(events: list[Any]) -> list[str]:
    return [event["type"] for event in events]


class TestBeforeItServes:
    def test_a_taken_port_is_told_before_models_load(self) -> None:
        def load(_: Settings) -> Engines:
            raise AssertionError

        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            settings = Settings(serve=ServeSettings.model_validate({"port": port, "api_key": KEY}))
            with pytest.raises(SettingsError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .*--port"):
                run(settings, lambda url, file: None, load)

    @pytest.mark.parametrize("host", ["no.such.host.invalid", "256.1.1.1", "", "a" * 64 + ".example", "a..b"])
    def test_an_address_that_is_none_is_told(self, host: str) -> None:
        serve = ServeSettings().model_copy(update={"host": host or "127.0.0.1 "})
        with pytest.raises(SettingsError, match=r"^serve\.host = "), bound_socket(serve):
            pass

    def test_others_are_not_let_in_without_a_key(self) -> None:
        with pytest.raises(SettingsError, match=r"serve\.host = 0\.0\.0\.0: .*set serve\.api_key"):
            run(Settings(serve=ServeSettings(host="0.0.0.0", port=0)), lambda url, file: None)

    @pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost")])
    def test_the_address_names_the_port_that_was_found(self, host: str, shown: str) -> None:
        with bound_socket(ServeSettings(host=host, port=0)) as listener:
            port = listener.getsockname()[1]
            assert port > 0
            assert url_of(host, listener) == f"http://{shown}:{port}"
            with pytest.raises(ConnectionRefusedError), socket.create_connection(listener.getsockname()[:2]):
                pass  # bound, and not taking connections before the models are there

    def test_an_address_of_ipv6_stands_in_brackets(self) -> None:
        with bound_socket(ServeSettings(port=0)) as listener:
            assert url_of("::1", listener).startswith("http://[::1]:")

    @pytest.mark.usefixtures("kept_loggers")
    def test_a_websocket_is_bounded_and_asked_for_signs_of_life(self) -> None:
        config = server_config(FastAPI(), ServeSettings())
        config.load()
        assert config.ws_protocol_class is not None
        assert config.ws_protocol_class.__name__ == "WebSocketsSansIOProtocol"
        assert config.ws_max_size == 16 * 2**20
        assert config.ws_ping_interval == config.ws_ping_timeout == 10.0
        assert not config.ws_per_message_deflate


@pytest.mark.slow
class TestTheEnd:
    def test_told_to_stop_it_hears_calls_out_and_takes_no_new_ones(self, tmp_path: Path) -> None:
        gate = tmp_path / "gate"
        with server(tmp_path, gate) as process, process.stream("last") as call:
            call.send(json.dumps(START))
            told(call, "session.started")
            call.send(speech(2.0))
            process.popen.send_signal(signal.SIGTERM)
            warning = told(call, "warning")[-1]
            assert process.get("/readyz").status_code == 503
            assert process.get("/readyz").json()["detail"].startswith("draining")
            assert process.get("/v1/calls/last").json()["state"] == "finishing"
            with pytest.raises(InvalidStatus) as refused, process.stream("next"):
                pass
            assert refused.value.response.status_code == 503
            assert "Retry-After" in refused.value.response.headers
            gate.touch()
            events = told(call)
            assert warning["code"] in {"stopping", "draining"}
            assert types(events).index("utterance.final") < types(events).index("call.ended")
            final = next(event for event in events if event["type"] == "utterance.final")
            assert final["utterance"]["text"].startswith("guten tag")
            assert process.ends() == 0

    def test_a_call_that_takes_too_long_is_cut_off(self, tmp_path: Path) -> None:
        gate = tmp_path / "gate"
        with server(tmp_path, gate, drain_seconds=0.5) as process, process.stream("last") as call:
            call.send(json.dumps(START))
            call.send(speech(2.0, 1.0))
            told(call, "session.started")
            process.popen.send_signal(signal.SIGTERM)
            events = told(call)
            assert types(events)[-1] in {"call.ended", "error"}
            gate.touch()
            assert process.ends() == 1

    def test_a_second_signal_ends_it_at_once(self, tmp_path: Path) -> None:
        with server(tmp_path, tmp_path / "never") as process, process.stream("last") as call:
            call.send(json.dumps(START))
            call.send(speech(2.0, 1.0))
            told(call, "session.started")
            process.popen.send_signal(signal.SIGTERM)
            told(call, "warning")
            process.popen.send_signal(signal.SIGINT)
            assert process.ends() == 1

    def test_ctrl_c_without_calls_is_a_clean_end(self, tmp_path: Path) -> None:
        with server(tmp_path) as process:
            process.popen.send_signal(signal.SIGINT)
            assert process.ends() == 0
            assert "Traceback" not in process.log.read_text()


@pytest.mark.slow
class TestWhileItServes:
    def test_two_servers_of_one_user_share_the_key_that_was_made(self, tmp_path: Path) -> None:
        with server(tmp_path, api_key=None) as one:
            key = Path(one.key_file).read_text().strip()
            assert httpx.get(f"{one.url}/v1/calls", headers={"Authorization": f"Bearer {key}"}).status_code == 200
            assert one.get("/v1/calls").status_code == 401
            with server(tmp_path, api_key=None) as other:
                assert other.key_file == one.key_file
                assert httpx.get(f"{other.url}/v1/calls", headers={"Authorization": f"Bearer {key}"}).is_success

    def test_connections_that_say_nothing_or_never_end_are_closed(self, tmp_path: Path) -> None:
        with server(tmp_path, start_seconds=0.5) as process:
            address = ("127.0.0.1", httpx.URL(process.url).port or 0)
            with socket.create_connection(address) as silent, socket.create_connection(address) as half:
                half.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
                for one in (silent, half):
                    one.settimeout(PATIENCE)
                    assert one.recv(1000) == b""
            assert process.get("/healthz").status_code == 200

    def test_a_message_that_is_too_long_closes_its_connection_only(self, tmp_path: Path) -> None:
        with server(tmp_path) as process:
            with process.stream("long") as call:
                call.send(json.dumps(START))
                told(call, "session.started")
                call.send(bytes(10_000_000))
                call.send(json.dumps({"type": "end"}))
                assert types(told(call))[-1] == "call.ended"
            with process.stream("longer") as call:
                call.send(json.dumps(START))
                told(call, "session.started")
                with pytest.raises(ConnectionClosed):
                    call.send(bytes(16 * 2**20 + 1))
                told(call)
            assert process.get("/v1/calls/longer").json()["state"] == "live"

    def test_neither_key_nor_words_are_logged(self, tmp_path: Path) -> None:
        with server(tmp_path, access_log=True) as process:
            process.get(f"/v1/calls?key={KEY}")
            with process.stream("call") as call:
                call.send(json.dumps(START))
                call.send(speech(2.0, 1.0))
                call.send(json.dumps({"type": "end"}))
                assert "utterance.final" in types(told(call))
            process.popen.send_signal(signal.SIGTERM)
            assert process.ends() == 0
        log = process.log.read_text()
        assert "GET /v1/calls HTTP" in log
        assert "/v1/calls/call/stream" in log
        assert KEY not in log
        assert "guten" not in log


@pytest.mark.slow
@pytest.mark.weights
def test_the_command_hears_a_callers_last_words_when_it_is_told_to_stop(samples: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stimmung.batch", "serve", "--port", "0", "--config", str(samples / "demo.toml")]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "STIMMUNG_SERVE__API_KEY": KEY, "COLUMNS": "200"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as popen:
        try:
            assert popen.stderr is not None
            lines = iter(popen.stderr.readline, "")
            url = next(re.findall(r"http://[\d.:]+", line)[0] for line in lines if line.startswith("listening on"))
            process = Process(popen, url, "", tmp_path / "none")
            while process.get("/readyz").status_code != 200:
                assert popen.poll() is None
            with process.stream("last") as call:
                call.send(json.dumps({**START, "format": {**START_FORMAT, "channels": 2}}))
                told(call, "session.started")
                sound = decode([samples / "de-address.flac"]).samples[:, : 12 * RATE]
                call.send((sound.T * 32767).astype("<i2").tobytes())
                process.popen.send_signal(signal.SIGTERM)
                events = told(call)
            assert process.ends() == 0
        finally:
            popen.kill()
    finals = [event["utterance"] for event in events if event["type"] == "utterance.final"]
    assert types(events)[-1] == "call.ended"
    assert {final["language"] for final in finals} == {"de"}
    assert sum(len(final["words"]) for final in finals) >= 10
