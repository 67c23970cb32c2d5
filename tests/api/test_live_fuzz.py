"""Whatever a client sends: its call is never harmed, and it is always told."""

import asyncio
import json
import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.phones import Phone, settle, start, tone
from tests.api.toy_calls import ToyService

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
KINDS = ("start", "resume", "consent", "notice", "phase", "partial", "end")
CONTROLS = st.sampled_from(
    [
        '{"type":"consent","value":"granted"}',
        '{"type":"consent","value":"refused"}',
        '{"type":"consent","value":"withdrawn"}',
        '{"type":"notice","given_at":"2026-03-01T14:30:00+01:00"}',
        '{"type":"phase","value":"waiting"}',
        '{"type":"phase","value":"in_conversation"}',
        '{"type":"partial"}',
        '{"type":"end"}',
    ]
)
NONSENSE = (
    st.text(max_size=60)
    | JSON.map(json.dumps)
    | st.builds(
        lambda kind, key, value: json.dumps({"type": kind, key: value}), st.sampled_from(KINDS), st.text(), JSON
    )
)
NUMBERED = st.builds(
    lambda number, stamp, sound: struct.pack(">II", number, stamp) + sound,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=400).map(lambda sound: sound[: len(sound) // 2 * 2]),
)
SOUND = st.binary(max_size=4_000) | st.integers(1, 3).map(lambda count: tone(float(count)))
WELL_BEHAVED = {1000, 4400}


@given(
    st.lists(CONTROLS | NONSENSE | SOUND | NUMBERED | st.floats(0.0, 3.0), max_size=12),
    st.sampled_from(["none", "sequence"]),
)
@settings(max_examples=60)
def test_a_call_survives_whatever_comes(steps: list[str | bytes | float], framing: str) -> None:
    """Numbers let time go by."""

    async def talk() -> None:
        service = ToyService()
        phone = Phone(service)
        sound = {"encoding": "pcm_s16le", "sample_rate": 8_000, "channels": 1, "framing": framing}
        phone.send(start(format=sound))
        await phone.until("session.started")
        for step in steps:
            if isinstance(step, float):
                service.wait(step)
                await settle(service)
            else:
                phone.send(step)
        await settle(service)
        if phone.closed is not None:
            assert phone.closed[0] in WELL_BEHAVED
            assert phone.closed[0] == 1000 or phone.told[-1]["type"] == "error"
        phone.hang_up()
        await phone.over()
        await ends_well(service, phone)

    asyncio.run(talk())


@given(st.lists(NONSENSE | CONTROLS | SOUND, min_size=1, max_size=3))
@settings(max_examples=60)
def test_a_first_message_that_begins_nothing_is_answered(messages: list[str | bytes]) -> None:
    async def talk() -> None:
        service = ToyService()
        phone = Phone(service)
        phone.send(*messages)
        code, reason = await phone.until_closed()
        assert code in (4400, 4404)
        assert reason
        assert phone.told[-1]["type"] == "error"
        assert service.sessions.states() == []

    asyncio.run(talk())


async def ends_well(service: ToyService, phone: Phone) -> None:
    """Come back, end the call, and see that every event came once and every utterance was told."""
    seen = [one for one in phone.told if "seq" in one]
    again = Phone(service)
    again.say("resume", after=seen[-1]["seq"])
    again.say("end")
    assert (await again.until_closed())[0] == 1000
    seen += [one for one in again.told if "seq" in one]
    assert [one["seq"] for one in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["type"] in ("call.ended", "consent.withdrawn")
    finals = [one["id"] for one in seen if one["type"] == "utterance.final"]
    assert finals == list(range(1, int(service.calls["a"].seconds) + 1))
    assert service.work.calls == []
