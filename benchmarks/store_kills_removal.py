"""Kills while a call or a customer is erased, and while retention removes what is old."""

from datetime import timedelta
from typing import Final

from stimmung.speech.settings import RetentionSettings, StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.places import places_in
from stimmung.store.removal.erasure import settle_erasures
from store_calls import BEGAN, EVERY, call_id_of, customer_of, generated_call
from store_killing import CALL, Killing, Tally, Worker, count_of, opened
from store_looking import look, traces

SEED: Final = 8
CALLS: Final = 60  # at first
OLD: Final = timedelta(days=RetentionSettings().text_days, seconds=1)
JOBS: Final = ("erase-customer", "retention", "erase-call")


def removing(killing: Killing) -> Tally:
    """Kill a removal, open the store, and look: all of it went or nothing, and what it took can be found nowhere."""
    tally = Tally("erase, retention")
    with opened(killing.folder) as database:
        places = places_in(database.data_dir, StoreSettings(data_dir=killing.folder))
        for number in range(CALLS):
            save_call(database, places, generated_call(number, SEED))
    there = list(range(CALLS))
    lasting = {job: Worker(job, killing.folder, _argument(job, there.pop(0))).run() for job in JOBS}  # unhindered
    for kill in range(killing.count):
        job, number = JOBS[kill % len(JOBS)], there.pop(0)
        worker = Worker(job, killing.folder, _argument(job, number))
        worker.wait_open()
        killing.moment(lasting[job])
        server = kill % 4 == 3
        worker.kill(server)
        tally.note(f"{job}, database server" if server else job)
        with opened(killing.folder) as database:
            gone = _settled(database, killing, number)
        if worker.done and not gone:
            tally.back += 1
        tally.told += worker.done
        tally.back += traces(killing.folder, number) if gone else 0
        if not gone:  # a removal that was not begun, or undone with its transaction
            Worker(job, killing.folder, _argument(job, number)).run()
            tally.back += traces(killing.folder, number)
    with opened(killing.folder) as database:
        look(database, tally, there, SEED)
        tally.back += count_of(database, "SELECT count(*) FROM calls") - len(there)
    return tally


def _argument(job: str, number: int) -> str:
    """Return what the job is to take: of all that are there, call `number` is the oldest."""
    due = BEGAN + EVERY * number + OLD
    return {
        "erase-call": call_id_of(number, SEED),
        "erase-customer": customer_of(number),
        "retention": due.isoformat(),
    }[job]


def _settled(database: Database, killing: Killing, number: int) -> bool:
    """Do what whoever opens the store does, and say whether the call is gone."""
    places = places_in(database.data_dir, StoreSettings(data_dir=killing.folder))
    settle_erasures(Steward(database, places, "benchmark", Pace()))
    return not count_of(database, CALL, [call_id_of(number, SEED)])
