"""What several ways of searching found, as one list: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from stimmung.store.search.candidates import Candidate, Key
from stimmung.store.search.records import Way

FUSION: Final = 10  # k; by the labelled queries' development half it hardly matters, 5 to 40
SHARP: Final = 3  # power: what has half of the words is meant one time in six, what has three quarters two in three

Ranked = dict[Key, tuple[Candidate, tuple[Way, ...]]]  # best first


@dataclass(frozen=True, slots=True)
class Listed:
    """What was found, best first: in which way each was, and how much that tells, 0 to 1."""

    ways: Sequence[Way]
    found: Sequence[Candidate]
    weights: Sequence[float]


def worth(fit: float) -> float:
    """Return what it tells that an utterance has such a share of the words, by their rarity."""
    return fit**SHARP


def fused(lists: Sequence[Listed]) -> Ranked:
    """Return everything that was found: what several ways find near their top comes first."""
    scores: dict[Key, float] = {}
    known: Ranked = {}
    for one in lists:
        for rank, (way, found, weight) in enumerate(zip(one.ways, one.found, one.weights, strict=True), 1):
            scores[found.key] = scores.get(found.key, 0.0) + weight / (FUSION + rank)
            before = known.get(found.key, (found, ()))[1]
            known[found.key] = (found, before if way in before else (*before, way))
    order = sorted(scores, key=lambda key: (-scores[key], -known[key][0].said_at.timestamp(), key))
    return {key: (replace(known[key][0], score=scores[key]), known[key][1]) for key in order}
