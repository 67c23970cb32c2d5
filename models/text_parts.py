"""Cuts a text that is too long for the text model into parts of like length, between words."""

from collections.abc import Iterator, Sequence
from typing import Final

MOST_TOKENS: Final = 124  # of a text; with its marks what training showed alone


def cut(text: str, offsets: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[str, int]]:
    """Yield each part and its tokens; `offsets` say where each token of `text` begins and ends."""
    count = max(1, -(-len(offsets) // most))
    begin = 0
    for number in range(1, count + 1):
        end = len(text)
        if number < count:
            wished = offsets[number * len(offsets) // count][0]
            end = text.rfind(" ", begin, wished + 1)
            end = wished if end <= begin else end
        part = text[begin:end].strip()
        if part or count == 1:
            yield part, max(1, len(offsets) // count)
        begin = end
