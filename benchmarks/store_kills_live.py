"""Kills of `stimmung serve --save` while a sample call is live, and what the store holds of the call afterwards.

The real service with its real models. A client streams the call; the service is killed; it starts anew, and the client
sends the call again, under its id. Every third time it is the database server that goes, and the service goes on.
"""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from live_plan import Plan, Track
from live_server import Server
from live_session import Session, second_of, sound_of
from live_sounds import tracks
from stimmung.speech.records import Span
from stimmung.store.calls import load_call
from stimmung.store.database import Database
from store_killing import CALL, Killing, Tally, count_of, kill_server, opened

SAMPLE: Final = "de-address"
PART: Final = Span(0.0, 20.0)  # s of it
SPEED: Final = 4.0  # times as fast as it was spoken
MESSAGE: Final = 0.2  # s of sound
PATIENCE: Final = 180.0  # s for a call to end
NOT_KEPT: Final = "not_kept"


class SavingServer(Server):
    """The service, keeping calls in a data folder."""

    def __init__(self, work: Path, data: Path) -> None:
        super().__init__(work, {"save": True, "resume_seconds": 5.0})
        with self._config.open("a", encoding="utf-8") as file:
            file.write(f'\n[store]\ndata_dir = "{data}"\n')

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()


@dataclass(slots=True)
class Sent:
    """What came of a call that was sent."""

    ended: bool = False  # the client was told of its end, and not that it is not kept
    utterances: int = 0
    ending: float = 0.0  # s from its start until its sound was sent
    seconds: float = 0.0  # until it was told


@dataclass(slots=True)
class Phone:
    """Sends one recording, as one call after the other."""

    plan: Plan
    track: Track
    told: dict[str, int] = field(default_factory=dict)  # calls whose end was told, and their utterances

    def send(self, call_id: str, kill: "Kill | None" = None) -> Sent:
        """Send the call; `kill` may come in between."""
        return asyncio.run(self._send(call_id, kill))

    async def _send(self, call_id: str, kill: "Kill | None") -> Sent:
        sent, began = Sent(), time.monotonic()
        killing = asyncio.create_task(kill.strike()) if kill else None
        async with Session(self.plan, call_id) as session:
            await session.start(self.track)
            size = round(MESSAGE * second_of(self.track)) // 4 * 4
            await session.sound(sound_of(self.track), size, MESSAGE / SPEED)
            sent.ending = time.monotonic() - began
            if kill:
                kill.sound_sent.set()
            if await session.end(PATIENCE) and NOT_KEPT not in session.codes:
                sent.ended, sent.seconds = True, time.monotonic() - began
                sent.utterances = session.of("call.ended")[0]["summary"]["utterances"]
                self.told[call_id] = sent.utterances
        if killing:
            await killing
        return sent


@dataclass(slots=True)
class Kill:
    """Kills the service, or its database server, `after` seconds from the start of a call, or from its sound's end."""

    server: SavingServer
    data: Path
    after: float
    at_end: bool
    database: bool
    sound_sent: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self) -> None:
        """Wait for the moment, and kill."""
        if self.at_end:
            await self.sound_sent.wait()
        await asyncio.sleep(self.after)
        if self.database:
            kill_server(self.data)
        else:
            self.server.kill()


def calling(killing: Killing) -> Tally:
    """Kill during calls, half of the times while they talk and half while they end; look when all were sent again."""
    tally = Tally("live call")
    data, work = killing.folder / "data", killing.folder / "work"
    (track,) = tracks(work, (SAMPLE,), PART)
    track = replace(track, info={**track.info, "started_at": None})  # it begins now: as old as it is, it may not stay
    with SavingServer(work, data) as server:
        phone = Phone(Plan(server.url, server.key, (track,), (), 0.0), track)
        whole = phone.send("live-unhindered")
        if not whole.ended:
            raise SystemExit(f"store.py: a call did not end: {server.tail()}")
        for number in range(killing.count):
            at_end, database = number % 2 == 1, number % 3 == 2
            after = killing.chance.uniform(0.0, whole.seconds - whole.ending if at_end else whole.ending)
            first = phone.send(f"live-{number}", Kill(server, data, after, at_end, database))
            told = "told" if first.ended else "untold"
            tally.note(f"{'database server ' if database else ''}{'while it ended' if at_end else 'talking'}, {told}")
            if database:
                server.kill()
            server.start()
            if not phone.send(f"live-{number}").ended:
                raise SystemExit(f"store.py: a call that was sent again did not end: {server.tail()}")
    tally.told = len(phone.told)
    with opened(data) as database_:
        _look(database_, tally, phone.told)
    return tally


def _look(database: Database, tally: Tally, told: dict[str, int]) -> None:
    """Look for each call that was told, and for any other: that is one that came twice."""
    for call_id, utterances in told.items():
        if not count_of(database, CALL, [call_id]):
            tally.lost += 1
        elif len(load_call(database, call_id).analysis.utterances) != utterances:
            tally.torn += 1
    tally.doubled += count_of(database, "SELECT count(*) FROM calls") - (len(told) - tally.lost)
