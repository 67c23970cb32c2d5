"""Which files are recordings, by shell patterns as people know them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate


@dataclass(frozen=True, slots=True)
class FilePatterns:
    """Which files are recordings: one of `wanted` fits and none of `left_out`."""

    wanted: tuple[re.Pattern[str], ...] = ()
    left_out: tuple[re.Pattern[str], ...] = ()

    def fit(self, path: str) -> bool:
        """Say whether a path (below where the search began, parts separated by `/`) is that of a recording."""
        return _any_fits(self.wanted, path) and not self.leave_out(path)

    def leave_out(self, path: str) -> bool:
        """Say whether a file is left out by name, also one that stands beside a recording."""
        return _any_fits(self.left_out, path)


def file_patterns(texts: Sequence[str]) -> FilePatterns:
    """Make shell patterns ready; `!` before one leaves files out. If all do that, every other file is a recording."""
    left_out = tuple(text[1:] for text in texts if text.startswith("!"))
    wanted = tuple(text for text in texts if not text.startswith("!")) or ("*",)
    return FilePatterns(_compiled(wanted), _compiled(left_out))


def _compiled(texts: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return expressions over `/path/to/name`: those without `/` look at the name alone."""
    whole = (f"/{text.lstrip('/')}" if "/" in text else f"*/{text}" for text in texts)
    return tuple(re.compile(translate(text), re.IGNORECASE) for text in whole)


def _any_fits(patterns: Sequence[re.Pattern[str]], path: str) -> bool:
    return any(pattern.match(f"/{path}") for pattern in patterns)
