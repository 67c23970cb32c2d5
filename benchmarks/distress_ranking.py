"""Forty callers at once, four of them in distress: who is at the top, how soon, how often wrongly; against baselines.

Ours ranks who is urgent first, then by score, as it stood after the last utterance; the others by a number that a
caller has at a moment. Baselines take the mean of an utterance's number, forgotten by half in the same 30 s as our
evidence: the level above the caller's first utterance, words of a list of unfriendly words, the text model's
probability of a negative utterance.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from distress_bench import Bench, JudgedCall, judge
from distress_fitting import HALF_LIFE
from distress_lexicon import unfriendly
from machine import Figures
from stimmung.calls.distress import RANKS
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.records import Utterance
from text_bench import cell, show
from text_judged import Floats
from text_scores import Interval
from voice_conditions import PHONE

CALLERS: Final = 40
ILL: Final = 4  # of them in distress
TOP: Final = 4
DRAWS: Final = 400
SETTLED: Final = 20.0  # s after the onset, from which on a snapshot may be taken
ALARM: Final = ("distressed", "urgent")
Number = Callable[[Sequence[Utterance]], list[float]]  # an utterance's number each


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A call with the number that a side gives its caller after each utterance."""

    judged: JudgedCall
    number: Floats

    def at(self, time: float) -> float:
        """Return the number at a time of the call (s); what is lowest before the first utterance ends."""
        place = bisect_right(self.judged.ends, time) - 1  # for one time after another numpy takes longer
        number = float(self.number[place]) if place >= 0 else -math.inf
        return number if math.isfinite(number) else -math.inf

    @property
    def until(self) -> float:
        """When the caller's distress is over, or the call (s)."""
        plan = self.judged.plan
        return plan.duration if plan.relief is None else plan.relief


def ranking(bench: Bench) -> Figures:
    """Rank by every side, in the same draws."""
    judged = bench.judged(PHONE)
    sides: dict[str, list[Ranked]] = {
        "fused": [Ranked(call, urgent_first(call)) for call in judged],
        "fused, by state first": [Ranked(call, placed(call)) for call in judged],
        "fused, no phrases": [Ranked(call, call.score) for call in judged],
        "words alone": [Ranked(call, call.score) for call in bench.judged(PHONE, "words")],
        "voice alone": [Ranked(call, call.score) for call in bench.judged(PHONE, "voice")],
        **{name: [_faded(call, number) for call in judged] for name, number in BASELINES.items()},
    }
    figures = {name: {**snapshots(own), **times_to_top(own)} for name, own in sides.items()}
    unheeded = judge(bench.folds, SafetyPhrases({}), bench.calls("test", PHONE))
    found: Figures = {"sides": figures, **alarms(judged), "without_phrases": alarms(unheeded)}
    _show(figures)
    print(
        f"false alarms an hour of calls without distress, by state: {found['false_alarms']};"
        f" calls in distress found: {found['found']}; without phrases: {found['without_phrases']}"
    )
    return found


def urgent_first(call: JudgedCall) -> Floats:
    """Return what the product ranks by (`CallerDistress.rank`): who is urgent, then the score."""
    return np.array([(state == "urgent") + np.nan_to_num(score) for state, score in _rows(call)])


def placed(call: JudgedCall) -> Floats:
    """Return a rank by state and within it by score: every safety phrase lifts its caller over all lower states."""
    return np.array([RANKS.index(state) + np.nan_to_num(score) for state, score in _rows(call)])


def _rows(call: JudgedCall) -> Iterator[tuple[str, float]]:
    return zip(call.state, call.score, strict=True)


def snapshots(calls: Sequence[Ranked]) -> Figures:
    """Return how the top looks at moments when exactly four are in distress, each for at least SETTLED seconds."""
    rng = np.random.default_rng(0)
    ill, calm = _groups(calls)
    settled = [one for one in ill if one.until - _onset(one) > SETTLED]
    precision, reciprocal = [], []
    for _ in range(DRAWS):
        chosen = [settled[int(place)] for place in rng.choice(len(settled), ILL, replace=False)]
        others = [calm[int(place)] for place in rng.choice(len(calm), CALLERS - ILL, replace=False)]
        numbers = np.array(
            [one.at(rng.uniform(_onset(one) + SETTLED, one.until)) for one in chosen]
            + [one.at(rng.uniform(one.judged.plan.lines[0].start, one.judged.plan.duration)) for one in others]
        )
        order = np.lexsort((rng.random(CALLERS), -numbers))  # ties by chance
        places = np.flatnonzero(order < ILL)
        precision.append(float(np.mean(order[:TOP] < ILL)))
        reciprocal.append(1 / (1 + int(places[0])))
    return {"precision_at_4": _interval(precision), "mean_reciprocal_rank": _interval(reciprocal)}


def times_to_top(calls: Sequence[Ranked]) -> Figures:
    """Return the seconds from a caller's onset to the first second among the top four; the others go on meanwhile."""
    rng = np.random.default_rng(1)
    ill, calm = _groups(calls)
    seconds = []
    for _ in range(DRAWS):
        chosen = [ill[int(place)] for place in rng.choice(len(ill), ILL, replace=False)]
        own, rest = chosen[0], chosen[1:]
        lines = [_Line(calm, rng) for _ in range(CALLERS - ILL)]
        starts = [rng.uniform(_onset(one), one.until) for one in rest]
        onset = _onset(own)
        steps = np.arange(0.0, own.until - onset, 1.0)
        seconds.append(next((step for step in steps if _is_top(own, onset + step, step, rest, starts, lines)), np.inf))
    known = np.array(seconds)
    came = known[np.isfinite(known)]
    return {
        "time_to_top_median_s": float(np.median(known)),
        "time_to_top_p95_s": float(np.quantile(known, 0.95, method="higher")),
        "time_to_top_p95_of_those_who_came_s": float(np.quantile(came, 0.95)) if came.size else np.inf,
        "never": float(np.mean(~np.isfinite(known))),
    }


def alarms(calls: Sequence[JudgedCall]) -> Figures:
    """Return how often calm callers enter a state, an hour of their calls, and how many in distress do."""
    calm, ill = [one for one in calls if not one.plan.distressed], [one for one in calls if one.plan.distressed]
    hours = sum(call.plan.duration for call in calm) / 3600
    states = {"uneasy": ("uneasy", *ALARM), "distressed": ALARM, "urgent": ("urgent",)}
    return {
        "false_alarms": {name: sum(_entries(call.state, own) for call in calm) / hours for name, own in states.items()},
        "found": {name: float(np.mean([_found(call, own) for call in ill])) for name, own in states.items()},
        "hours": hours,
    }


class _Line:
    """A telephone line on which one calm call follows another, from a moment of chance on."""

    def __init__(self, calls: Sequence[Ranked], rng: np.random.Generator) -> None:
        self._calls, self._rng = calls, rng
        self._call = self._next()
        self._began = -rng.uniform(0.0, self._call.judged.plan.duration)

    def at(self, time: float) -> float:
        """Return the number at a time (s); times only grow."""
        while time - self._began > self._call.judged.plan.duration:
            self._began += self._call.judged.plan.duration
            self._call = self._next()
        return self._call.at(time - self._began)

    def _next(self) -> Ranked:
        return self._calls[int(self._rng.integers(len(self._calls)))]


def _is_top(
    own: Ranked, time: float, step: float, rest: Sequence[Ranked], starts: Sequence[float], lines: Sequence[_Line]
) -> bool:
    """Return whether fewer than four others have a number as high: ties count against the caller."""
    number = own.at(time)
    numbers = [one.at(start + step) for one, start in zip(rest, starts, strict=True)]
    numbers += [line.at(step) for line in lines]
    return math.isfinite(number) and sum(other >= number for other in numbers) < TOP


def _faded(call: JudgedCall, number: Number) -> Ranked:
    """Return the mean of the utterances' numbers so far, forgotten by half in HALF_LIFE seconds."""
    values = np.array(number(call.call.utterances))
    total = weight = last = 0.0
    found = []
    for value, end in zip(values, call.ends, strict=True):
        left = 0.5 ** ((end - last) / HALF_LIFE)
        total, weight, last = total * left + value, weight * left + 1.0, float(end)
        found.append(total / weight)
    return Ranked(call, np.array(found))


def _loudness(utterances: Sequence[Utterance]) -> list[float]:
    first = utterances[0].level or 0.0
    return [(one.level or 0.0) - first for one in utterances]


def _lexicon(utterances: Sequence[Utterance]) -> list[float]:
    return [float(unfriendly(one.text, one.language)) for one in utterances]


def _negative(utterances: Sequence[Utterance]) -> list[float]:
    return [one.text_emotion.polarities["negative"] if one.text_emotion else 0.0 for one in utterances]


BASELINES: Final[Mapping[str, Number]] = {
    "loudness": _loudness,
    "sentiment lexicon": _lexicon,
    "text model's negative": _negative,
}


def _groups(calls: Sequence[Ranked]) -> tuple[list[Ranked], list[Ranked]]:
    ill = [one for one in calls if one.judged.plan.distressed]
    return ill, [one for one in calls if not one.judged.plan.distressed]


def _onset(one: Ranked) -> float:
    onset = one.judged.plan.onset
    assert onset is not None
    return onset


def _entries(states: Sequence[str], wanted: Sequence[str]) -> int:
    inside = [state in wanted for state in states]
    return sum(now and not before for before, now in zip([False, *inside], inside, strict=False))


def _found(call: JudgedCall, wanted: Sequence[str]) -> bool:
    """Return whether the caller is in one of these states at some time while in distress."""
    return any(state in wanted and ill for state, ill in zip(call.state, call.distressed, strict=True))


def _interval(values: Sequence[float]) -> Figures:
    """Return the mean of independent draws, and what 95 % of such means lie within."""
    error = 1.96 * float(np.std(values)) / len(values) ** 0.5
    mean = float(np.mean(values))
    return {"value": mean, "interval": [mean - error, mean + error]}


def _show(figures: Mapping[str, Figures]) -> None:
    rows = []
    for name, own in figures.items():
        top, rank = own["precision_at_4"], own["mean_reciprocal_rank"]
        rows.append(
            [
                name,
                cell(Interval(top["value"], *top["interval"])),
                cell(rank["value"]),
                cell(own["time_to_top_median_s"], 1),
                cell(own["time_to_top_p95_s"], 1),
                f"{own['never']:.1%}",
            ]
        )
    columns = ["", "precision@4 (95 %)", "MRR", "s to top, median", "p95", "never"]
    show(f"{CALLERS} callers on the phone, {ILL} in distress, {DRAWS} draws", columns, rows)
