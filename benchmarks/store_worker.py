"""A process that works on a store until it is done or killed; `store.py` starts and kills it.

`python benchmarks/store_worker.py JOB DATA_DIR [ARGUMENT …]` prints `open` once the store is, a line for each call that
is kept (JOB `save`), and `done`.
"""

import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from stimmung.speech.settings import RetentionSettings, StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.database import open_database
from stimmung.store.maintenance import Steward
from stimmung.store.migrate import migrate_database
from stimmung.store.pace import Pace
from stimmung.store.places import places_in
from stimmung.store.removal.erasure import erase_call, erase_customer, settle_erasures
from stimmung.store.removal.retention import run_retention
from stimmung.store.removal.retention_rules import rules_of
from store_calls import generated_call


def main() -> None:
    """Do what the arguments say."""
    job, folder, arguments = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    settings = StoreSettings(data_dir=folder)
    with open_database(settings, tell=_tell, migrate=job != "migrate") as database:
        steward = Steward(database, places_in(database.data_dir, settings), "benchmark", Pace(_tell))
        if job != "migrate":
            settle_erasures(steward)
        print("open", flush=True)
        JOBS[job](steward, arguments)
    print("done", flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _save(steward: Steward, arguments: Sequence[str]) -> None:
    """Save generated calls from number FIRST of series SEED on, until killed."""
    first, seed = int(arguments[0]), int(arguments[1])
    for number in itertools.count(first):
        save_call(steward.database, steward.places, generated_call(number, seed))
        print(number, flush=True)


def _erase_call(steward: Steward, arguments: Sequence[str]) -> None:
    erase_call(steward, arguments[0])


def _erase_customer(steward: Steward, arguments: Sequence[str]) -> None:
    erase_customer(steward, arguments[0])


def _retention(steward: Steward, arguments: Sequence[str]) -> None:
    run_retention(steward, rules_of(RetentionSettings()), datetime.fromisoformat(arguments[0]))


def _migrate(steward: Steward, _arguments: Sequence[str]) -> None:
    migrate_database(steward.database.engine)


JOBS: Final[Mapping[str, Callable[[Steward, Sequence[str]], None]]] = {
    "save": _save,
    "erase-call": _erase_call,
    "erase-customer": _erase_customer,
    "retention": _retention,
    "migrate": _migrate,
}


if __name__ == "__main__":
    main()
