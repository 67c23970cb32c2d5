"""A folder in which the command line processes sample calls as a deployment does that keeps all it may keep.

Every file that a process writes lies below it: data folder, exports, logs, home with caches, temporary files.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corpus import SAMPLES

COMMAND: Final = Path(__file__).with_name("traces_command.py")
SETTINGS: Final = SAMPLES / "demo.toml"
LONG: Final = "36500"  # days; the sample calls are old
KEEP: Final = {
    "STIMMUNG_POLICY__KEEP_ORIGINAL": "true",
    **{f"STIMMUNG_RETENTION__{what}_DAYS": LONG for what in ("AUDIO", "TEXT", "BACKUP", "AUDIT")},
}
PASSED: Final = ("PATH", "PYTHONPATH", "OMP_NUM_THREADS", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folder; `as_said`: nothing is taken out, to see that a search finds it."""

    folder: Path
    as_said: bool = False

    @property
    def recordings(self) -> Path:
        """The calls, as a recorder put them there: not searched."""
        return self.folder / "recordings"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def outputs(self) -> Path:
        """What `analyze` writes."""
        return self.folder / "outputs"

    @property
    def answers(self) -> Path:
        """What persons are given."""
        return self.folder / "answers"

    @property
    def logs(self) -> Path:
        """A log a command, and what it printed."""
        return self.folder / "logs"

    @property
    def home(self) -> Path:
        """The user's home, with every cache."""
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        """For temporary files."""
        return self.folder / "tmp"

    @property
    def elsewhere(self) -> Path:
        """Backups that somebody put elsewhere."""
        return self.folder / "elsewhere"

    def run(
        self, *words: str, data: Path | None = None, settings: Mapping[str, str] | None = None, fails: bool = False
    ) -> str:
        """Run a command on a data folder, by default the own one; return what it printed.

        `settings` go over KEEP. RuntimeError where it ends otherwise than `fails` says.
        """
        number = len(list(self.logs.glob("*.log"))) + 1
        log = self.logs / f"{number:03}-{words[0]}.log"
        mode = ["--as-said"] if self.as_said else []
        result = subprocess.run(
            [sys.executable, str(COMMAND), str(log), *mode, *words, "--data-dir", str(data or self.data)],
            env=self._environment() | KEEP | dict(settings or {}),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        log.touch()
        log.with_suffix(".printed").write_text(result.stdout + result.stderr, "utf-8")
        if (result.returncode != 0) != fails:
            raise RuntimeError(f"stimmung {' '.join(words)} ended with {result.returncode}: {result.stderr}")
        return result.stdout

    def _environment(self) -> dict[str, str]:
        own = {"HOME": str(self.home), "TMPDIR": str(self.temporary)}
        return {name: os.environ[name] for name in PASSED if name in os.environ} | own


def make_workplace(folder: Path, names: Sequence[str], as_said: bool = False) -> Workplace:
    """Make the folders, and put the sample calls there with their sidecars."""
    work = Workplace(folder, as_said)
    for place in (work.recordings, work.outputs, work.logs, work.home, work.temporary, work.elsewhere):
        place.mkdir(parents=True)
    for name in names:
        for kind in ("flac", "call.json"):
            shutil.copy(SAMPLES / f"{name}.{kind}", work.recordings)
    work.run("db", "migrate")
    return work


def process(work: Workplace, names: Sequence[str]) -> None:
    """Analyse and keep each call with every export, look at it, answer its customer, make backups.

    All callers are taken to consent: else the sound of two of them would not be kept, and not be searched.
    """
    for name in names:
        words = ("--save", "--json", "--srt", "--vtt", "--txt", "--output", "outputs", "--info", "consent=granted")
        plot = ("--plot", f"outputs/{name}.svg")
        work.run("analyze", f"recordings/{name}.flac", "--config", str(SETTINGS), *words, *plot)
        work.run("show", known(name)["call_id"])
        work.run("show", known(name)["call_id"], "--json")
    for customer in dict.fromkeys(known(name)["customer"] for name in names):
        work.run("person", "export", "--customer", customer, "--output", "answers")
    work.run("audit", "--json")
    work.run("db", "status", "--json")
    work.run("retention", "run", "--dry-run", settings={"STIMMUNG_RETENTION__TEXT_DAYS": "0"})
    work.run("db", "backup")
    work.run("db", "backup", str(work.elsewhere))


def known(name: str) -> dict[str, Any]:  # Any: JSON
    """Return what is known of a sample call before anyone listens to it."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.call.json").read_text("utf-8"))
    return found
