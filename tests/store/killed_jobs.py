"""Jobs on a store in a process of their own, killed (SIGKILL) at a step that the test chooses.

A step is a statement that is sent, a commit, or a file that is opened, renamed or deleted.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from stimmung.store.maintenance import Steward

CODE = """
import itertools, json, os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from stimmung.speech.settings import RetentionSettings
from stimmung.store.backups.backup import make_backup
from stimmung.store.database import Database
from stimmung.store.removal.erasure import erase_call, erase_customer
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.places import Places
from stimmung.store.backups.restore import RestoreOptions, restore_backup
from stimmung.store.removal.retention import run_retention
from stimmung.store.removal.retention_rules import rules_of

job = json.loads(sys.argv[1])
steps = itertools.count(1)
armed = []
FILES = {"open", "os.remove", "os.rename", "os.truncate", "os.link", "subprocess.Popen"}

def step(*_arguments):
    if armed and next(steps) == job["kill_at"]:
        os.kill(os.getpid(), signal.SIGKILL)

def file_step(name, arguments):
    if name in FILES and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        step()

database = Database(job["kind"], Path(job["data_dir"]), job["parameters"])
from sqlalchemy import Engine
event.listen(Engine, "before_cursor_execute", step)
event.listen(Engine, "commit", step)
sys.addaudithook(file_step)
places = Places(*(Path(part) for part in job["places"]))
steward = Steward(database, places, "anna", Pace())
now = datetime.fromisoformat(job["now"])
jobs = {
    "erase_customer": lambda: erase_customer(steward, job["what"]),
    "erase_call": lambda: erase_call(steward, job["what"]),
    "retention": lambda: run_retention(steward, rules_of(RetentionSettings()), now),
    "backup": lambda: make_backup(steward, now),
    "restore": lambda: restore_backup(steward, Path(job["what"]), now, RestoreOptions(force=True)),
}
armed.append(True)
jobs[job["name"]]()
armed.clear()
print(next(steps) - 1)
"""


@dataclass(frozen=True)
class Job:
    """What is done to a store, and at which step it is killed; 0: never. `now` is ISO 8601."""

    name: str
    what: str = ""
    kill_at: int = 0
    now: str = "2026-03-01T12:00:00+00:00"


def run_job(steward: Steward, job: Job) -> int:
    """Run a job and return how many steps it took, 0 where it was killed."""
    database, places = steward.database, steward.places
    values = {
        **asdict(job),
        "kind": database.kind,
        "data_dir": str(database.data_dir),
        "parameters": dict(database.parameters),
        "places": [str(part) for part in (places.secret, places.originals_key, places.audio)],
    }
    command = [sys.executable, "-c", CODE, json.dumps(values)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path("/"))
    if job.kill_at:
        assert result.returncode == -9 or result.returncode == 0, result.stderr
        return 0
    assert result.returncode == 0, result.stderr
    return int(result.stdout)
