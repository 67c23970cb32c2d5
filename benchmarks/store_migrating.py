"""Migration from the first schema with calls in it: how long it takes, that all come through it, and kills in it."""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from machine import Figures
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.migrate import migrate_database, schema_status
from stimmung.store.places import places_in
from store_calls import generated_call
from store_first_schema import give_first_schema
from store_killing import Killing, Tally, Worker, opened
from store_looking import look
from text_bench import show

SEED: Final = 9
CALLS, QUICK_CALLS = 2_000, 100
KILL_CALLS: Final = 300  # enough for a migration to take a while


def migrate(folder: Path, quick: bool) -> Figures:
    """Time the migration of calls that schema 0001 holds, and read them all."""
    count = QUICK_CALLS if quick else CALLS
    old_store(folder, count)
    with opened(folder, migrate=False) as database:
        before = schema_status(database.engine).version
        began = time.perf_counter()
        applied = migrate_database(database.engine)
        seconds = time.perf_counter() - began
        tally = Tally("migrate")
        look(database, tally, range(count), SEED)
        after = schema_status(database.engine).version
    rows = [
        ["calls", str(count)],
        ["schema", f"{before} to {after}"],
        ["seconds", f"{seconds:.2f}"],
        ["not there, not whole afterwards", f"{tally.lost}, {tally.torn}"],
    ]
    show("Migration", ["", ""], rows)
    names = [f"{one.number:04}_{one.name}" for one in applied]
    return {
        "migrated": {"calls": count, "s": seconds, "from": before, "to": after, "applied": names, **_wrong(tally)},
    }


def _wrong(tally: Tally) -> Figures:
    return {"lost": tally.lost, "doubled": tally.doubled, "torn": tally.torn}


def migrating(killing: Killing) -> Tally:
    """Kill the migration of a store at the first schema, open it, and look; each time with a copy of that store."""
    tally = Tally("migrate")
    old, fresh = killing.folder / "old", killing.folder / "fresh"
    old_store(old, KILL_CALLS)
    copy_folder(old, fresh)
    lasting = Worker("migrate", fresh).run()
    for kill in range(killing.count):
        shutil.rmtree(fresh)
        copy_folder(old, fresh)
        worker = Worker("migrate", fresh)
        worker.wait_open()
        killing.moment(lasting)
        server = kill % 3 == 2
        worker.kill(server)
        with opened(fresh, migrate=False) as database:
            reached = schema_status(database.engine).version
        tally.note(f"{'database server' if server else 'process'} at schema {reached}")
        with opened(fresh) as database:
            look(database, tally, range(KILL_CALLS), SEED)
        tally.told += KILL_CALLS
    return tally


def copy_folder(old: Path, new: Path) -> None:
    """Copy a data folder with all that its files are, whom they belong to too."""
    subprocess.run(["cp", "-a", str(old), str(new)], check=True)


def old_store(folder: Path, count: int) -> None:
    """Make a store at the first schema that holds so many generated calls."""
    with opened(folder) as database:
        places = places_in(database.data_dir, StoreSettings(data_dir=folder))
        for number in range(count):
            save_call(database, places, generated_call(number, SEED))
        give_first_schema(database)
