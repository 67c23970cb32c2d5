"""How near is near: a cosine says nothing by itself, but how far it stands out from all that is kept does.

Of vectors drawn at random the farthest stand out the more, the more there are. What stands out no more than that is
left out: of 2,192 utterances a question of the labelled ones' development half is shown 19, of which 15 % are relevant,
and nDCG@10 without filters stays as it is (`benchmarks/search.py --only quality`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from stimmung.speech.records import Samples
from stimmung.store.search.candidates import Candidate

FAR: Final = 0.4  # standard deviations above the mean, divided by ln(how many are compared), below which all is noise
CLEAR: Final = 0.65  # likewise: below, nothing is clearly near; of questions about nothing kept half, of others 14 %
FEW: Final = 20  # nearest ones that filters leave, two pages: all are shown
LEAST: Final = 0.05  # of a weight


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """What kept vectors are compared with: `vector` (width,), of unit length.

    `mean` and `deviation` are of the cosines with all that is kept, by a sample of `count`; 0 where it is too small.
    """

    vector: Samples
    mean: float = 0.0
    deviation: float = 0.0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """What is near, nearest first; how far each stands out, LEAST to 1; and whether the first one does clearly.

    How far is their `score`, too, where enough is kept to tell; else that is the cosine.
    """

    found: tuple[Candidate, ...]
    weights: tuple[float, ...]
    clear: bool

    def clearly(self) -> "Near":
        """Return what stands out clearly alone."""
        kept = [(one, weight) for one, weight in zip(self.found, self.weights, strict=True) if weight >= CLEAR]
        return Near(tuple(one for one, _ in kept), tuple(weight for _, weight in kept), self.clear)


def standing_out(aim: Aim, found: Sequence[Candidate], filtered: bool) -> Near:
    """Return those of `found`, nearest first, that stand out; of few that are left by filters, all of them."""
    among = min(len(found), aim.count) if filtered else aim.count
    if aim.deviation <= 0.0 or among < 2 or aim.count < 2:
        return Near(tuple(found), (1.0,) * len(found), clear=True)
    above = [(one.score - aim.mean) / aim.deviation for one in found]
    level = math.log(among)
    least = -math.inf if filtered and among <= FEW else FAR * level
    kept = [(one, height) for one, height in zip(found, above, strict=True) if height >= least]
    whole = math.log(aim.count)
    weights = tuple(min(max(height / whole, LEAST), 1.0) for _, height in kept)
    return Near(
        tuple(replace(one, score=weight) for (one, _), weight in zip(kept, weights, strict=True)),
        weights,
        clear=bool(kept) and kept[0][1] >= CLEAR * level,
    )
