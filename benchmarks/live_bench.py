"""What the parts of live.py share: options, the sample calls as they are sent, how a load is run, what was found."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import live_load
from live_plan import Line, Load, Plan, Track, read_load, write
from live_server import MemoryWatch, Server, ServerError, Value
from live_sounds import EXCERPT, TWO_CHANNELS, WHOLE, tracks
from machine import Figures, figure_at
from stimmung.speech.closing import ClosingOptions
from stimmung.speech.errors import StimmungError

UNLIMITED: Final = 1_000  # calls: an admission limit that no load here reaches
SLACK: Final = 60.0  # s beyond its plan that a load client may take
SEED: Final = 0


class MissingPartError(StimmungError):
    """A part needs a figure of another one that was not measured."""


@dataclass(frozen=True, slots=True)
class Options:
    """One run: `work` holds sounds, logs and plans. `calls` is `calls_held`, if it is known already."""

    work: Path
    quick: bool = False
    calls: int | None = None
    soak_minutes: float = 60.0


@dataclass(frozen=True, slots=True)
class Ran:
    """A load that was run, and what the server spent on it."""

    load: Load
    server_seconds: float  # of the processor
    memory: tuple[tuple[float, float], ...]  # s, MB

    def cost(self) -> Figures:
        """Return the shares of the processor, of one core each, and the server's memory."""
        seconds = self.load.seconds or 1.0
        megabytes = [value for _, value in self.memory] or [0.0]
        return {
            "seconds": self.load.seconds,
            "client_share_of_core": self.load.processor_share,
            "server_share_of_core": self.server_seconds / seconds,
            "sent_late_p95_ms": self.load.late[0] * 1e3,
            "sent_late_max_ms": self.load.late[1] * 1e3,
            "memory_mb_max": max(megabytes),
        }


class Bench:
    """One run of live.py. `found` has the figures of the parts so far, those of an earlier run included."""

    def __init__(self, options: Options, pictures: Path | None = None, found: Mapping[str, Figures] = {}) -> None:
        self.options = options
        self.pictures = pictures
        self.found: dict[str, Figures] = dict(found)

    @property
    def quick(self) -> bool:
        return self.options.quick

    @cached_property
    def pause(self) -> float:
        """The closing pause (s): one setting, shared with recordings."""
        return ClosingOptions().max_pause

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """The sample calls, a channel for each speaker; only an excerpt of each where it has to be quick."""
        return tracks(self.options.work / "sounds", TWO_CHANNELS, EXCERPT if self.quick else WHOLE)

    @property
    def calls_held(self) -> int:
        """How many calls this machine holds. Raises MissingPartError."""
        held = self.options.calls or figure_at(self.found, ("held", "calls_held"))
        if not isinstance(held, int) or held < 1:
            raise MissingPartError(
                "nobody measured how many calls are held: run the part `held` too, or give --calls N"
            )
        return held

    def server(self, settings: Mapping[str, Value] | None = None) -> Server:
        """Return a server, not started yet, that takes any number of calls unless `settings` (of `serve`) say else."""
        return Server(self.options.work / "server", {"max_calls": UNLIMITED, **(settings or {})})

    def plan(self, server: Server, lines: Sequence[Line], seconds: float) -> Plan:
        """Return a plan for these lines, all else as usual."""
        return Plan(server.url, server.key, self.tracks, tuple(lines), seconds)

    def run(self, server: Server, plan: Plan, terminate_after: float | None = None) -> Ran:
        """Run the load client in a process of its own; end the server meanwhile where a time (s) is given.

        Raises ServerError where the client fails, or the server ended by itself.
        """
        folder = self.options.work / "load"
        folder.mkdir(parents=True, exist_ok=True)
        given, result = write(plan, folder / "plan.json"), folder / "load.json"
        result.unlink(missing_ok=True)
        before = server.processor_seconds()
        ending = threading.Timer(terminate_after or 0.0, server.terminate)
        with MemoryWatch(server) as watch:
            if terminate_after is not None:
                ending.start()
            client = subprocess.Popen([sys.executable, live_load.__file__, str(given), str(result)])
            try:
                code = client.wait(plan.seconds + plan.drain + SLACK)
            except subprocess.TimeoutExpired as error:
                raise ServerError(f"the load client did not end: {server.tail()}") from error
            finally:
                ending.cancel()
                given.unlink()  # it holds the key
                if client.poll() is None:
                    client.kill()
                    client.wait()
            spent = server.processor_seconds() - before
        if code != 0 or not result.exists():
            raise ServerError(f"the load client ended with {code}; the server's log ends: {server.tail()}")
        if server.ended() is not None and terminate_after is None:
            raise ServerError(f"the server ended with {server.ended()}: {server.tail()}")
        return Ran(read_load(result), spent, tuple(watch.rows))


def with_board(plan: Plan) -> Plan:
    """Return the plan with the board watched too."""
    return replace(plan, board=True)


def previous(file: Path | None, quick: bool) -> dict[str, Figures]:
    """Return the figures of `file` that this run may build on: those of the same day, and as quick."""
    if file is None or not file.exists():
        return {}
    found = json.loads(file.read_text("utf-8")).get("live", {})
    return {name: part for name, part in found.items() if isinstance(part, dict)} if found.get("quick") == quick else {}
