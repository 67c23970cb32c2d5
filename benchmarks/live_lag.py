"""How late utterances came: seconds from the arrival of the last voiced sample on, beyond the closing pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from live_plan import Heard, Load, Played
from live_sounds import last_voiced
from machine import Figures

MOST_P50: Final = 0.4  # s beyond the closing pause
MOST_P95: Final = 1.0
Pair = tuple[Played, Heard]


@dataclass(frozen=True, slots=True)
class Lags:
    """Lags of some utterances, beyond the closing pause: the server's own and the client's (s)."""

    stated: tuple[float, ...]
    own: tuple[float, ...]
    by_level: tuple[float, ...]  # the client's, from where the sound ended by its level

    @property
    def held(self) -> bool:
        """Whether they keep both limits, by the client's clock."""
        return bool(self.own) and _at(self.own, 50) <= MOST_P50 and _at(self.own, 95) <= MOST_P95

    def figures(self) -> Figures:
        """Return medians, 95th percentiles and the longest."""
        return {
            "finals": len(self.own),
            **_percentiles("", self.own),
            **_percentiles("stated_", self.stated),
            **_percentiles("by_level_", self.by_level),
        }


def finals(load: Load) -> list[Pair]:
    """Return all utterances that arrived, each with its call."""
    return [(played, heard) for played in load.played for heard in played.finals]


def lags(pairs: Sequence[Pair], pause: float) -> Lags:
    """Return the lags of these utterances, less the closing pause."""
    return Lags(
        tuple(heard.stated - pause for _, heard in pairs if heard.stated is not None),
        tuple(heard.own - pause for _, heard in pairs),
        tuple(heard.own - pause + _sounded_on(played, heard, pause) for played, heard in pairs),
    )


def _sounded_on(played: Played, heard: Heard, pause: float) -> float:
    """Return by how much the utterance's end lies after that of its sound, by the level."""
    return heard.end - last_voiced(played.track, heard.channel, heard.end, pause)


def _percentiles(name: str, values: Sequence[float]) -> Figures:
    if not values:
        return {f"{name}p50_s": None, f"{name}p95_s": None, f"{name}max_s": None}
    return {f"{name}p50_s": _at(values, 50), f"{name}p95_s": _at(values, 95), f"{name}max_s": max(values)}


def _at(values: Sequence[float], per_cent: float) -> float:
    return float(np.percentile(values, per_cent))


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the calls of a load, and whether any utterance got lost."""

    calls: int
    whole: int  # recordings that were sent to their end
    ended: int  # calls that were told their end
    lost: int  # finals that calls lack
    missing: int  # sequence numbers that never came, or not in their turn
    errors: tuple[str, ...]

    def figures(self) -> Figures:
        """Return all of it as JSON."""
        return {
            "calls": self.calls,
            "whole": self.whole,
            "ended": self.ended,
            "lost_finals": self.lost,
            "missing_events": self.missing,
            "errors": sorted(set(self.errors)),
        }


def kept(load: Load) -> Kept:
    """Count what came of each call.

    A final is lost where a call's own summary counts more utterances than came, or where a recording that was sent
    whole brought fewer than in its best play.
    """
    taken = [one for one in load.played if one.refusal is None]
    whole = [one for one in taken if one.whole]
    most: dict[str, int] = {}
    for one in whole:
        most[one.track] = max(most.get(one.track, 0), len(one.finals))
    return Kept(
        len(taken),
        len(whole),
        sum(one.ended for one in taken),
        sum(_lost(one, most) for one in taken),
        sum(one.missing for one in taken),
        tuple(one.error for one in taken if one.error),
    )


def _lost(one: Played, most: dict[str, int]) -> int:
    """Return how many finals a call lacks."""
    return max(one.untold, most[one.track] - len(one.finals) if one.whole else 0)
