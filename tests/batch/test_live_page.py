"""docs/live.md: its client is one that works, and its codes and messages are those of the programs."""

import asyncio
import re
import wave
from pathlib import Path

import pytest
from tests.batch.recorded_calls import distress, final
from tests.batch.toy_live_server import KEY, ToyCall, ToyServer, running
from websockets.asyncio.server import ServerConnection

from stimmung.batch.live_client import CallClient, OutgoingCall
from stimmung.batch.live_endpoint import Endpoint
from stimmung.batch.live_messages import Kind, LiveMessage
from stimmung.batch.live_outcome import WHY
from stimmung.batch.live_sound import LiveSound


@pytest.fixture
def page(root: Path) -> str:
    """The page's text."""
    return (root / "docs/live.md").read_text("utf-8")


def test_the_client_of_the_page_sends_a_call(page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    names: dict[str, object] = {"__name__": "client"}
    exec(compile(blocks[0], "docs/live.md", "exec"), names)
    recording = tmp_path / "call.wav"
    sound = bytes(range(256)) * 5  # 40 ms of two channels at 8 kHz
    with wave.open(str(recording), "wb") as file:
        file.setparams((2, 2, 8_000, 0, "NONE", ""))
        file.writeframes(sound)

    server = ToyServer(_speak)
    call = names["call"]
    assert callable(call)

    async def send() -> None:
        async with running(server), asyncio.timeout(10):
            await call(str(recording), server.url, KEY)

    asyncio.run(send())
    heard = server.calls["my-call-1"]
    assert heard.kinds == ["start", "end"]
    assert heard.said[0]["format"] == {"encoding": "s16le", "sample_rate": 8_000, "channels": 2}
    assert bytes(heard.sound) == sound
    assert "Ich habe Angst." in capsys.readouterr().out


async def _speak(server: ToyServer, call: ToyCall, socket: ServerConnection) -> None:
    if len(call.events) == 1:
        for sent in (final(1, 0.0, "Ich habe Angst."), distress("uneasy", 0.4, "Angst")):
            body = {key: value for key, value in sent.body.items() if key not in ("type", "seq", "time")}
            await socket.send(call.told(sent.type, **body))


def test_every_close_code_that_the_client_knows_is_told(page: str) -> None:
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", page, re.MULTILINE)}
    assert {code for code in WHY if code >= 1000} - told == {1008, 1009}  # of proxies and libraries


def test_every_message_that_is_looked_at_is_told(page: str) -> None:
    assert [kind.value for kind in Kind if f"`{kind.value}`" not in page] == []


def test_what_the_client_says_at_the_end_is_told(page: str) -> None:
    messages: list[LiveMessage] = []
    sound = LiveSound(bytes(640), 16_000, 1)

    async def send() -> None:
        async with running(ToyServer()) as server:
            call = OutgoingCall("call", "4711", {}, sound)
            await CallClient(call, Endpoint(server.url, KEY), messages.append).run(asyncio.Event())

    asyncio.run(send())
    assert messages[-1].type == Kind.OUTCOME
    keys = set(messages[-1].body) - {"type", "time"}
    assert len(keys) == 5
    assert [key for key in keys if f"`{key}`" not in page] == []
