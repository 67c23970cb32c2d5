"""The faulty clients against the toy server: each case runs, and tells well from not."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.benchmarks.toy_live_server import KEY, ToyServer, running

from live_fault_cases import CASES, NONSENSE, Came, Case, Target, dust, mutilated, silence, vanishes
from live_faults import QUICK
from live_plan import Plan, Track
from live_session import Session, sound_of


@pytest.fixture
def track(tmp_path: Path) -> Track:
    file = tmp_path / "toy.pcm"
    file.write_bytes(b"\x01\x00" * 16_000)
    return Track("toy", str(file), 8_000, 2, {"language": "de"})


def with_toy(track: Track, toy: ToyServer, do: Callable[[Target], Awaitable[object]]) -> object:
    async def run() -> object:
        async with running(toy) as url:
            known = {"state": "ended", "utterances": [{}]}
            return await do(Target(Plan(url, KEY, (track,), (), 1.0), track, 0.1, 0.1, lambda _: known))

    return asyncio.run(run())


def came(track: Track, case: Case, toy: ToyServer | None = None) -> Came:
    found = with_toy(track, toy or ToyServer(), case)
    assert isinstance(found, Came)
    return found


def test_dust_is_the_same_sound(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_fault_cases.DUST_SECONDS", 0.5)
    found = came(track, dust)
    assert found.well
    assert "the same" in found.text


def test_a_server_that_loses_finals_of_dust_is_seen(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_fault_cases.DUST_SECONDS", 0.5)

    class Forgetful(ToyServer):
        async def serve(self, connection: object) -> None:
            self.swallow = {2} if len(self.starts) == 1 else set()
            await super().serve(connection)  # type: ignore[arg-type]  # a ServerConnection, which it only passes on

    assert not came(track, dust, Forgetful()).well


def test_a_call_that_was_dropped_is_looked_for(track: Track) -> None:
    assert came(track, vanishes).well


def test_finals_of_silence_are_not_well(track: Track) -> None:
    assert not came(track, silence).well  # the toy answers whatever it hears


def test_a_session_keeps_what_came_and_how_it_ended(track: Track) -> None:
    async def call(target: Target) -> Session:
        async with Session(target.plan, "toy-call") as one:
            await one.start(target.track, encoding="mulaw")
            await one.sound(sound_of(target.track), 3_200)
            assert await one.end(5.0)
            await one.wait_closed(5.0)
        return one

    toy = ToyServer()
    one = with_toy(track, toy, call)
    assert isinstance(one, Session)
    assert toy.starts[0]["format"]["encoding"] == "mulaw"
    assert len(one.of("utterance.final")) == 5
    assert one.numbers == list(range(1, len(one.numbers) + 1))
    assert one.codes == ["toy"]
    assert one.closed is not None
    assert one.closed.code == 1000


def test_a_session_that_is_refused_is_closed_at_once(track: Track) -> None:
    async def call(target: Target) -> Session:
        async with Session(target.plan, "toy-call") as one:
            await one.say("nobody hears this")
            assert not await one.end(1.0)
        return one

    one = with_toy(track, ToyServer(most=0), call)
    assert isinstance(one, Session)
    assert one.closed is not None
    assert one.closed.code == 503
    assert "places" in one.closed.reason


def test_longer_sound_is_the_same_sound_again(track: Track) -> None:
    assert len(sound_of(track, 2.5)) == 2.5 * 8_000 * 4
    assert sound_of(track, 0.1) == sound_of(track)[: 800 * 4]


def test_texts_are_mutilated_by_chance_but_the_same_in_every_run() -> None:
    texts = [mutilated("x" * 30, random.Random(seed)) for seed in range(50)]
    assert texts == [mutilated("x" * 30, random.Random(seed)) for seed in range(50)]
    assert len(set(texts)) > 40
    assert all(texts)


def test_a_quick_run_knows_its_cases() -> None:
    assert set(QUICK) <= set(CASES)
    assert len(NONSENSE) == len(set(NONSENSE))
