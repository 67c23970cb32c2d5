"""How rare words are, so that a rare one weighs more where not all of them need to be there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import TEXT, Connection, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from stimmung.store.schema import search_entries

MOST: Final = 2_000  # counted no further: what is more frequent tells little


@dataclass(frozen=True, slots=True)
class Rarities:
    """For each word its weight, and whether nothing kept has it."""

    weights: tuple[float, ...]
    unknown: tuple[bool, ...]


def rarities(connection: Connection, words: Sequence[str]) -> Rarities:
    """Return how rare each word, a `tsquery`, is: weights from 1 for frequent ones to about 8."""
    counts = [
        select(func.count())
        .select_from(
            select(search_entries.c.call)
            .where(search_entries.c.words.op("@@")(cast(bindparam(None, word, TEXT, unique=True), TSQUERY)))
            .limit(MOST)
            .subquery()
        )
        .scalar_subquery()
        .label(f"count_{place}")
        for place, word in enumerate(words)
    ]
    found = [int(count) for count in connection.execute(select(*counts)).one()] if counts else []
    return Rarities(
        tuple(1.0 + math.log(MOST / max(count, 1)) for count in found), tuple(count == 0 for count in found)
    )
