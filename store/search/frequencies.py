"""How rare words are, so that a rare one weighs more where not all of them need to be there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import TEXT, Connection, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from stimmung.store.schema import search_entries
from stimmung.store.search.lexeme_queries import Term

MOST: Final = 2_000  # counted no further: what is more frequent tells little
COMMON: Final = 0.1  # weight of words such as `the`


@dataclass(frozen=True, slots=True)
class Rarities:
    """For each term its weight, and how many utterances have it, MOST where there are more."""

    weights: tuple[float, ...]
    counts: tuple[int, ...]


def rarities(connection: Connection, terms: Sequence[Term], until: datetime) -> Rarities:
    """Return how rare each term is in what was kept by then, so that all pages of a search agree: weights from 0.7 for
    frequent ones to about 8, 0.1 for those that tell nothing.
    """
    counted = [one for one in terms if not one.common]
    columns = [
        select(func.count())
        .select_from(
            select(search_entries.c.call)
            .where(search_entries.c.words.op("@@")(cast(bindparam(None, one.anyhow, TEXT, unique=True), TSQUERY)))
            .where(search_entries.c.kept_at <= until)
            .limit(MOST)
            .subquery()
        )
        .scalar_subquery()
        .label(f"count_{place}")
        for place, one in enumerate(counted)
    ]
    found = iter(connection.execute(select(*columns)).one() if columns else ())
    counts = tuple(MOST if one.common else int(next(found)) for one in terms)
    weights = (
        COMMON if one.common else math.log(1 + MOST / max(count, 1)) for one, count in zip(terms, counts, strict=True)
    )
    return Rarities(tuple(weights), counts)
