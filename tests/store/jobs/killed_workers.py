"""Workers in processes of their own, which do recordings until they are killed or nothing is left."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stimmung.store.database import Database
from stimmung.store.places import Places

CODE = """
import json, sys
from dataclasses import replace
from pathlib import Path
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import finish
from stimmung.store.jobs.leasing import beat, lease
from stimmung.store.jobs.records import Beat, Done, Wants
from stimmung.store.places import Places
from tests.store.made_calls import saved_call

job = json.loads(sys.argv[1])
places = Places(*(Path(part) for part in job["places"]))
with Database(job["kind"], Path(job["data_dir"]), job["parameters"]) as database:
    while taken := lease(database, places, job["worker"], Wants(job["most"])):
        beat(database, job["worker"], {one.number: Beat("decode") for one in taken})
        for one in taken:
            place = int(Path(one.sources[0]).name[:4])
            made = saved_call(place, 2)
            print("begun", flush=True)
            if claim_content(database, one, made.content_hash) is None:
                beat(database, job["worker"], {one.number: Beat("recognise", 1.0)})
                finish(database, one, Done(save_call(database, places, made).call_id, 60.0))
"""
ROOT = Path(__file__).parents[3]


@contextmanager
def worker(database: Database, places: Places, name: str, most: int = 2) -> Iterator[subprocess.Popen[str]]:
    """Start a worker; it prints a line at each recording that it begins, and ends when nothing is left."""
    values = {
        "kind": database.kind,
        "data_dir": str(database.data_dir),
        "parameters": dict(database.parameters),
        "places": [str(part) for part in (places.secret, places.originals_key, places.audio)],
        "worker": name,
        "most": most,
    }
    command = [sys.executable, "-c", CODE, json.dumps(values)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    with process:
        try:
            yield process
        finally:
            process.kill()


def begins(process: "subprocess.Popen[str]", count: int) -> None:
    """Wait until the worker has begun that many recordings more."""
    assert process.stdout is not None
    for _ in range(count):
        process.stdout.readline()


def ends_well(process: "subprocess.Popen[str]") -> None:
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
