"""Which text is said in which row of the corpus: calls of about 40 rows, and every distinct text at least once.

A row is a formula, or a text of the call's language and queue, by its role and, in a bad call, rather a negative one.
What is left over after each text was said once is drawn by Zipf's law: few texts are said often, most twice or thrice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from search_corpus_texts import FORMULA, QUEUES, SHARES, CorpusText

MEAN_CALL, SHORTEST, LONGEST = 40, 6, 160  # rows
BAD_CALLS: Final = 0.2
NEGATIVE_ROWS: Final = (0.15, 0.6)  # share of a customer's texts in good and in bad calls
FORMULAS: Final = 0.28  # of all rows
TURNS: Final = 0.75  # how often the other one speaks next
ZIPF, FORMULA_ZIPF = 0.4, 1.0  # exponents over the texts of a pool
NEGATIVE: Final = ("anger", "annoyance", "fear", "sadness", "disappointment")
LANGUAGES: Final = ("de", "en")
ANY: Final = "any"  # queue of the agents' texts

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Of each call its first row, language and queue (indices), and whether it goes badly; of each row text and role.

    `begins` has one entry more than calls. `copies`: an earlier row has the same text.
    """

    begins: Ints
    languages: Ints
    queues: Ints
    bad: Bools
    texts: Ints
    customers: Bools
    copies: Bools


def plan_rows(texts: Sequence[CorpusText], rows: int, seed: int = 0) -> Plan:
    """Plan `rows` rows. Raises ValueError where they are too few for every text to be said once."""
    random = np.random.default_rng(seed)
    begins = _calls(rows, random)
    calls = len(begins) - 1
    of_row = np.repeat(np.arange(calls), np.diff(begins))
    languages = random.integers(0, len(LANGUAGES), calls, dtype=np.int32)
    queues = random.choice(len(QUEUES), calls, p=SHARES).astype(np.int32)
    bad = random.random(calls) < BAD_CALLS
    customers = _speakers(begins, random)
    negative = customers & (random.random(rows) < np.where(bad[of_row], NEGATIVE_ROWS[1], NEGATIVE_ROWS[0]))
    formulas = random.random(rows) < FORMULAS
    pools = _pools_of_rows(languages[of_row], queues[of_row], customers, negative & ~formulas, formulas)
    members = _pools_of_texts(texts)
    _balance(pools, members, random)
    chosen = np.zeros(rows, np.int32)
    for pool, own in members.items():
        places = np.flatnonzero(pools == pool)
        chosen[places] = _assign(own, len(places), FORMULA_ZIPF if pool % 16 == _FORMULA else ZIPF, random)
    copies = np.ones(rows, bool)
    copies[np.unique(chosen, return_index=True)[1]] = False
    return Plan(begins, languages, queues, bad, chosen, customers, copies)


_FORMULA, _AGENT = 0, 1  # kinds of pools; from 2 on a customer's texts, two for each queue


def _pool(language: int, customer: bool, kind: int) -> int:
    """Return a pool's number: 32 for each language, 16 for each role, whose kinds they count."""
    return 32 * language + 16 * customer + kind


def _pools_of_rows(languages: Ints, queues: Ints, customers: Bools, negative: Bools, formulas: Bools) -> Ints:
    kinds = np.where(formulas, _FORMULA, np.where(customers, 2 + 2 * queues + negative, _AGENT))
    return np.asarray(32 * languages + 16 * customers + kinds, np.int32)


def _pools_of_texts(texts: Sequence[CorpusText]) -> dict[int, Ints]:
    """Return the texts of each pool that has some."""
    found: dict[int, list[int]] = {}
    for place, one in enumerate(texts):
        customer = one.role == "customer"
        if one.queue == FORMULA:
            kind = _FORMULA
        else:
            kind = 2 + 2 * QUEUES.index(one.queue) + (one.mood in NEGATIVE) if customer else _AGENT
        found.setdefault(_pool(LANGUAGES.index(one.language), customer, kind), []).append(place)
    return {pool: np.array(own, np.int32) for pool, own in found.items()}


def _balance(pools: Ints, members: dict[int, Ints], random: np.random.Generator) -> None:
    """Give pools with more texts than rows some rows of others, of the same language where there are any.

    Pools that no text is in give all. A row moved to another queue's texts is one that goes astray in its call.
    """
    counts = np.bincount(pools, minlength=64)
    spare = {pool: int(counts[pool]) - len(members.get(pool, ())) for pool in range(64)}
    if sum(spare.values()) < 0:
        raise ValueError(f"{len(pools)} rows are too few for {sum(len(own) for own in members.values())} texts")
    for pool in [pool for pool, left in spare.items() if left < 0]:
        _take(pool, pools, spare, random)
    for pool in [pool for pool in range(64) if pool not in members and counts[pool]]:
        near = max(
            members, key=lambda other: (other // 16 == pool // 16, other // 32 == pool // 32, len(members[other]))
        )
        pools[pools == pool] = near


def _take(pool: int, pools: Ints, spare: dict[int, int], random: np.random.Generator) -> None:
    givers = sorted(spare, key=lambda other: (other // 16 == pool // 16, other // 32 == pool // 32, spare[other]))
    while spare[pool] < 0:
        giver = givers.pop()
        taken = min(spare[giver], -spare[pool])
        if giver != pool and taken > 0:
            pools[random.choice(np.flatnonzero(pools == giver), taken, replace=False)] = pool
            spare[giver] -= taken
            spare[pool] += taken


def _calls(rows: int, random: np.random.Generator) -> Ints:
    """Return the first row of each call, and `rows` at the end; lengths are lognormal around MEAN_CALL."""
    lengths = random.lognormal(np.log(MEAN_CALL) - 0.18, 0.6, 2 * rows // MEAN_CALL + 2)
    ends = np.cumsum(np.clip(lengths, SHORTEST, LONGEST).astype(np.int64))
    return np.asarray([0, *ends[ends < rows], rows], np.int32)


def _speakers(begins: Ints, random: np.random.Generator) -> Bools:
    """Return which rows the customer says: the agent opens, then mostly the other one goes on."""
    changes = random.random(int(begins[-1])) < TURNS
    changes[begins[:-1]] = False
    counted = np.cumsum(changes)
    since: Ints = counted - np.repeat(counted[begins[:-1]], np.diff(begins))
    return np.asarray(since % 2 == 1)


def _assign(own: Ints, rows: int, exponent: float, random: np.random.Generator) -> Ints:
    """Return `rows` texts of `own`: each once, the rest by Zipf's law over an order drawn anew, all shuffled."""
    if rows < len(own):  # only in a pool that gave too much away, which _balance forbids
        raise ValueError(f"{rows} rows for {len(own)} texts")
    order = own if exponent == FORMULA_ZIPF else random.permutation(own)
    weights = (np.arange(len(own)) + 2.0) ** -exponent
    more = random.choice(order, rows - len(own), p=weights / weights.sum())
    return np.asarray(random.permutation(np.concatenate([own, more])), np.int32)
