"""Kills (SIGKILL) at random moments of everything that writes: what is lost, doubled, half there or back afterwards."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from machine import Figures
from store_killing import Killing, Tally
from store_kills_live import calling
from store_kills_removal import removing
from store_kills_saving import saving, starting
from store_migrating import migrating
from text_bench import show

EACH, QUICK_EACH = 6, 1
SEED: Final = 7
JOBS: Final[Mapping[str, Callable[[Killing], Tally]]] = {
    "start": starting,
    "save": saving,
    "remove": removing,
    "migrate": migrating,
    "live": calling,
}


def kills(folder: Path, quick: bool) -> Figures:
    """Kill each job some times, start again, and look at what is there."""
    tallies = []
    for number, (name, job) in enumerate(JOBS.items()):
        own = folder / name
        own.mkdir(parents=True)
        tallies.append(job(Killing(own, QUICK_EACH if quick else EACH, random.Random(SEED + number))))
        print(" ".join(tallies[-1].row()), flush=True)
    names = ["job", "kills", "told", "lost", "doubled", "torn", "back", "killed"]
    show("Killed", names, [one.row() for one in tallies])
    sums = {name: sum(getattr(one, name) for one in tallies) for name in ("kills", "lost", "doubled", "torn", "back")}
    return {**sums, "jobs": [one.figures() for one in tallies]}
