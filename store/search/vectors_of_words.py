"""PostgreSQL's `tsvector` from words and signs, in the binary form that COPY takes."""

import struct
from collections.abc import Iterable, Sequence

from stimmung.store.search.lexeme_queries import FORM
from stimmung.store.search.lexemes.words import Lexemes

STEM, PART = 3 << 14, 0  # weights A and D, in the upper two bits of a place
LAST_PLACE = 16_383  # PostgreSQL counts no further
MOST_PLACES = 255  # of one lexeme
LONGEST = 2_000  # bytes of a lexeme; PostgreSQL takes 2,046


def words_vector(words: Sequence[Lexemes], forms: Sequence[str], tags: Iterable[str]) -> bytes:
    """Return what tsvector_recv() reads: each lexeme with its places; signs have none.

    `forms` are the words as they were said, folded. Stems have weight A, parts of compounds and sounds D.
    """
    places: dict[str, dict[int, int]] = {}
    for place, (word, form) in enumerate(zip(words[:LAST_PLACE], forms, strict=False), 1):
        for stem in word.stems:
            places.setdefault(stem, {})[place] = STEM
        for weak in (*word.parts, *word.sounds, FORM + form):
            places.setdefault(weak, {}).setdefault(place, PART)
    entries = [_entry(lexeme, [weight | place for place, weight in found.items()]) for lexeme, found in places.items()]
    entries += [_entry(sign, ()) for sign in dict.fromkeys(tags) if sign not in places]
    return struct.pack(">i", len(entries)) + b"".join(entries)


def _entry(lexeme: str, places: Sequence[int]) -> bytes:
    kept = places[:MOST_PLACES]
    name = lexeme.encode(errors="ignore")[:LONGEST].decode(errors="ignore").replace("\0", "").encode()
    return name + struct.pack(f">xH{len(kept)}H", len(kept), *kept)
