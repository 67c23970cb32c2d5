"""Kills while the store starts, and while calls are saved."""

from typing import Final

from store_killing import Killing, Tally, Worker, opened
from store_looking import look

SEED: Final = 7
FIRST_START: Final = 4.0  # s: the first start of a data folder, which makes the database
STARTING: Final = 1.6  # s: a later one
SAVING: Final = 2.0


def starting(killing: Killing) -> Tally:
    """Kill while the store starts: for the first time in a new folder, or where calls are kept already."""
    tally = Tally("embedded start")
    folder, told = killing.folder / "0", 0
    for kill in range(killing.count):
        first = kill % 2 == 0
        if first:
            folder, told = killing.folder / str(kill), 0
        worker = Worker("save", folder, told, SEED)
        killing.moment(FIRST_START if first else STARTING)
        at = "just open" if worker.opened.is_set() else "in a first start" if first else "in a later one"
        server = kill % 3 == 2
        tally.note(f"{at}, database server" if server else at)
        worker.kill(server)
        kept = {*range(told), *worker.numbers}
        told = max(kept, default=-1) + 1
        with opened(folder) as database:
            look(database, tally, kept, SEED)
        tally.told += len(worker.numbers)
    return tally


def saving(killing: Killing) -> Tally:
    """Kill while calls are saved one after the other; the next process goes on behind what the last one told."""
    tally = Tally("save")
    told: set[int] = set()
    for kill in range(killing.count):
        worker = Worker("save", killing.folder, max(told, default=-1) + 1, SEED)
        worker.wait_open()
        killing.moment(SAVING)
        server = kill % 3 == 2
        worker.kill(server)
        tally.note("database server" if server else "process")
        told.update(worker.numbers)
    tally.told = len(told)
    with opened(killing.folder) as database:
        look(database, tally, told, SEED)
    return tally
