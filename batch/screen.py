"""Where the commands speak: results on stdout, everything else on stderr."""

import json
from dataclasses import dataclass, field
from typing import NoReturn

from rich.console import Console
from rich.text import Text


class ResultConsole(Console):
    """A console whose broken pipe reaches the caller; rich's own would end the process with code 1."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass the error on."""
        raise BrokenPipeError


@dataclass(frozen=True, slots=True)
class Screen:
    """Both streams; `quiet` silences all but results and failures."""

    quiet: bool = False
    out: Console = field(default_factory=ResultConsole)
    err: Console = field(default_factory=lambda: Console(stderr=True))

    def result(self, text: str) -> None:
        """Write a result to stdout as it is, unwrapped and uncoloured."""
        self.out.file.write(text)

    def note(self, text: str) -> None:
        """Tell something that is good to know."""
        if not self.quiet:
            self.err.print(Text(text, "dim"), soft_wrap=True)

    def failure(self, text: str) -> None:
        """Tell what went wrong and the way out."""
        self.err.print(Text.assemble(("error: ", "bold red"), text), soft_wrap=True)


def to_json_text(value: object) -> str:
    """Return indented JSON with umlauts as they are."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
