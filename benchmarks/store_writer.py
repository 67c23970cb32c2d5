"""Saves generated calls one after the other and tells each that is kept, until it is killed; `store.py` starts it.

`python benchmarks/store_writer.py DATA_DIR FIRST SEED` prints `open`, then a number a call.
"""

import itertools
import sys
from pathlib import Path

from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.database import open_database
from stimmung.store.places import places_in
from store_calls import generated_call


def main() -> None:
    """Save until killed."""
    folder, first, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings = StoreSettings(data_dir=folder)
    with open_database(settings, tell=lambda line: print(line, file=sys.stderr)) as database:
        places = places_in(database.data_dir, settings)
        print("open", flush=True)
        for number in itertools.count(first):
            save_call(database, places, generated_call(number, seed))
            print(number, flush=True)


if __name__ == "__main__":
    main()
