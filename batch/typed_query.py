"""What stands on the command line as a query, after a shell has taken the quotes away."""

import re
from collections.abc import Sequence

# What a shell leaves of ~"charged twice" and queue:"Technik Nord".
MARKED = re.compile(r'(?P<mark>-?(?:~|[^\W\d][\w.]*:))(?P<rest>[^\s":~()|-][^":~()|]*)')
SPOKEN = frozenset({"OR", "ODER", "AND", "UND", "NOT", "NICHT"})


def typed_query(words: Sequence[str]) -> str:
    """Return the query that is meant by the arguments of a command.

    One argument is the query itself. Of several, one with blanks in it was quoted for the shell, and is a phrase, or
    the value behind its `~` or filter; so is a lone `~` with words behind it.
    """
    if len(words) == 1:
        return _quoted_again(words[0]) if words[0].lstrip("-").startswith("~") else words[0]
    return " ".join(_quoted_again(word) for word in words)


def _quoted_again(word: str) -> str:
    if len(word.split()) < 2 or any(part in SPOKEN or part.startswith("-") for part in word.split()[1:]):
        return word
    if found := MARKED.fullmatch(word):
        return f'{found["mark"]}"{found["rest"]}"'
    return f'"{word}"' if not re.search(r'[":~()|]', word) and not word.startswith("-") else word
