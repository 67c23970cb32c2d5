"""What a worker process is told at its start, as one line of JSON on its standard input: no secret, no arguments."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from stimmung.batch.outputs import Format
from stimmung.batch.overnight.result_files import Results
from stimmung.speech.settings_sources import Given, LoadedSettings, load_settings


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """The worker's name, whose recordings it does, and where its settings come from."""

    name: str
    batch: str
    config: str | None = None
    options: tuple[tuple[str, str, str], ...] = ()  # key, value, the option that gave it
    output: str | None = None
    formats: tuple[Format, ...] = ()
    nice: int = 0  # added to the process's own

    @property
    def results(self) -> Results:
        """Which files are written of each call."""
        return Results(None if self.output is None else Path(self.output), self.formats)

    def line(self) -> str:
        """Return the line; it has no line break in it."""
        return json.dumps(asdict(self))

    def load(self) -> LoadedSettings:
        """Return the settings. Raises SettingsError."""
        given = [Given(key, value, option) for key, value, option in self.options]
        return load_settings(None if self.config is None else Path(self.config), given)


def read_order(line: str) -> WorkOrder:
    """Return the order of a line. Raises ValueError for anything else."""
    values = json.loads(line)
    options = tuple((key, value, option) for key, value, option in values["options"])
    return WorkOrder(**{**values, "options": options, "formats": tuple(values["formats"])})


def as_options(given: Sequence[Given]) -> tuple[tuple[str, str, str], ...]:
    """Return options as they go into an order."""
    return tuple((one.key, str(one.value), one.origin) for one in given)
