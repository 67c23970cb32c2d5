"""Where the commands speak: results on stdout, everything else on stderr."""

import json
import re
from collections.abc import Sequence
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
        self.out.file.write(printable(text))

    def note(self, text: str) -> None:
        """Tell something that is good to know."""
        if not self.quiet:
            self.err.print(Text(printable(text), "dim"), soft_wrap=True)

    def failure(self, text: str) -> None:
        """Tell what went wrong and the way out."""
        self.err.print(Text.assemble(("error: ", "bold red"), printable(text)), soft_wrap=True)


def printable(text: str) -> str:
    """Return `text` with a � for each half character that UTF-8 cannot write.

    Python has them in file names that are not UTF-8, one a byte, and JSON can have them in its escapes.
    """
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def to_json_text(value: object) -> str:
    """Return indented JSON with umlauts as they are. Raises ValueError for NaN and infinity, which JSON has not."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def to_json_list(texts: Sequence[str]) -> str:
    """Return the list of values whose `to_json_text` these are."""
    indented = ",\n  ".join(text.rstrip("\n").replace("\n", "\n  ") for text in texts)
    return f"[\n  {indented}\n]\n" if texts else "[]\n"
