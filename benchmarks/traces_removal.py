"""Erasure, retention and an older backup, by the commands, on calls that were processed for real: what is left?

What is searched are words that only one call says, its id, its recording's name and hash, and its sound's file. Not
searched are the recordings themselves and backups that somebody put elsewhere: both are the deployment's own.
"""

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from redaction_items import LETTERS
from stimmung.store.data_folder import private_folder
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.pace import Pace
from traces_calls import SETTINGS, Workplace, known
from traces_marks import Mark
from traces_places import Place, places_of

LEAST: Final = 8  # letters of a word that is searched
MOST: Final = 12  # such words of a call
OPERATORS: Final = ("shown and printed", "logs")  # what commands told on the terminal, and this benchmark put there
ROWS: Final = "SELECT call_id, content_hash, audio_file FROM calls"
AT_ONCE: Final = {f"STIMMUNG_RETENTION__{what}_DAYS": "0" for what in ("AUDIO", "TEXT", "BACKUP", "AUDIT")}
USUAL: Final = AT_ONCE | {"STIMMUNG_RETENTION__AUDIO_DAYS": "30", "STIMMUNG_RETENTION__TEXT_DAYS": "90"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What was done, whose marks must be gone by then, and where they are found."""

    name: str
    gone: tuple[str, ...]
    left: Mapping[str, Mapping[str, Sequence[str]]]  # by place, by mark

    @property
    def found(self) -> int:
        """How many marks are found anywhere."""
        return len({mark for marks in self.left.values() for mark in marks})


def removed(work: Workplace, names: Sequence[str]) -> tuple[list[Stage], int]:
    """Erase the last call by id and the customer of the one before, restore, let all become due; return the stages.

    With them the number of marks that were found before. RuntimeError where a command does not do what it should.
    """
    call, other, *rest = reversed(names)
    erased, marks = (call, other), {name: _marks(work, name, names) for name in names}
    backup = _put_elsewhere(work)
    stages = [_look("kept", work, names, marks)]
    work.run("erase", "--call", known(call)["call_id"], "--yes")
    work.run("erase", "--customer", known(other)["customer"], "--yes")
    _shown(work, rest, erased)
    work.run("db", "backup")
    stages.append(_look("a call and a customer erased", work, erased, marks))
    work.run("db", "restore", str(backup), "--force")
    _shown(work, rest, erased)
    stages.append(_look("an older backup restored", work, erased, marks))
    stages.append(_look("the same on another machine", _elsewhere(work, backup), erased, marks))
    work.run("retention", "run", settings=AT_ONCE)
    stages.append(_look("retention, all due", work, names, marks))
    work.run("db", "restore", str(backup), settings=USUAL)
    _shown(work, (), names)
    stages.append(_look("the backup restored after that", work, names, marks))
    return stages, sum(len(own) for own in marks.values())


def _put_elsewhere(work: Workplace) -> Path:
    """Move the backups out of the data folder, where they are no longer stimmung's; return one of them."""
    for path in (work.data / "backups").glob("*.backup"):
        path.replace(work.elsewhere / f"moved {path.name}")
    return next(iter(sorted(work.elsewhere.glob("*.backup"))))


def _marks(work: Workplace, name: str, names: Sequence[str]) -> list[Mark]:
    own = _said(work.outputs / f"{name}.json")
    others = [SETTINGS, *(work.outputs / f"{other}.json" for other in names if other != name)]
    answers = Counter(word for path in work.answers.glob("*.md") for word in LETTERS.findall(_text(path)))
    usual = "\n".join([*(word for word, count in answers.items() if count > 1), *map(_text, others)])
    said = sorted(word for word in own if len(word) >= LEAST and word not in usual)[:MOST]
    info = known(name)
    with (
        EmbeddedServer(private_folder(work.data), Pace()) as server,
        psycopg.connect(make_conninfo(**server.connection())) as connection,
    ):
        rows = {row[0]: row[1:] for row in connection.execute(ROWS).fetchall()}
    ids = [info["call_id"], f"{name}.flac", *(text for text in rows[info["call_id"]] if text)]
    return [Mark(name, "NAME", text, info["language"], exact=text) for text in (*said, *ids)]


def _said(path: Path) -> set[str]:
    said = json.loads(path.read_text("utf-8"))["utterances"]
    return {word for one in said for word in LETTERS.findall(one["text"].casefold())}


def _text(path: Path) -> str:
    return path.read_text("utf-8").casefold()


def _look(name: str, work: Workplace, gone: Sequence[str], marks: Mapping[str, Sequence[Mark]]) -> Stage:
    places: list[Place] = [place for place in places_of(work) if place.name not in OPERATORS]
    left = {}
    for place in places:
        found = {mark.exact: where for call in gone for mark in marks[call] if (where := place.holding(mark))}
        left[place.name] = found
    return Stage(name, tuple(gone), left)


def _shown(work: Workplace, kept: Sequence[str], gone: Sequence[str]) -> None:
    """Have every call that is kept shown, and every other one refused."""
    for name in kept:
        work.run("show", known(name)["call_id"])
    for name in gone:
        work.run("show", known(name)["call_id"], fails=True)


def _elsewhere(work: Workplace, backup: Path) -> Workplace:
    """Restore the backup into an empty data folder, as on a new machine with the secret and the register of the old."""
    other = Workplace(work.folder / "other machine")
    for folder in (other.data, other.recordings, other.logs, other.home, other.temporary):
        folder.mkdir(parents=True)
    other.data.chmod(0o700)
    for key in ("secret", "originals.key"):
        shutil.copy(work.data / key, other.data / key)
    other.run("db", "restore", str(backup), "--register", str(work.data / "erasures.jsonl"))
    return other
