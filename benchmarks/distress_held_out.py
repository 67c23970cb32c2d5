"""Distress on calls whose actors and texts no model has seen: fused, by words alone, by voice alone; calibration.

What was asked for is checked and told: fused is better than the better side by MARGIN and surely, the calibration error
is at most ECE_MOST, and no side alone is so good that the calls were too easy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np

from distress_bench import LINES, Bench, JudgedCall, Side
from distress_written import LANGUAGES
from machine import Figures
from stimmung.models.calibration import expected_calibration_error
from text_bench import cell, interval_figures, show
from text_judged import Bools, Floats, Ints
from text_scores import Interval
from voice_scores import auc, by_speaker

SIDES: Final[tuple[Side, ...]] = get_args(Side)
BINS: Final = 10
MARGIN: Final = 0.03  # of AUC
ECE_MOST: Final = 0.05
TOO_EASY: Final = 0.95  # AUC of one side alone


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A score and the truth it is held against, a row an utterance or a call; whose each row is."""

    score: Floats
    truth: Bools
    actor: np.ndarray[tuple[int], np.dtype[np.str_]]

    def auc(self) -> Interval:
        """Return the area under the ROC curve, its interval over actors."""
        return by_speaker(self.actor, lambda rows: auc(self.truth[rows], self.score[rows]))

    def ece(self) -> float:
        """Return the expected calibration error of the probability of distress, which the score is."""
        known = np.isfinite(self.score)
        return expected_calibration_error(self.score[known], self.truth[known], BINS)


def held_out(bench: Bench) -> Figures:
    """Score every line and language; fused must be better than the better single side."""
    figures: Figures = {"lines": {}, **_size(bench)}
    for line in LINES:
        judged = {side: bench.judged(line, side) for side in SIDES}
        figures["lines"][line] = _line(judged)
        figures["lines"][line]["met"] = met(figures["lines"][line])
        _show(line, figures["lines"][line])
    return figures


def met(figures: Figures) -> dict[str, bool]:
    """Return which of the limits are met behind a line, for calls and for utterances."""
    gains = figures["fused_less_better"]
    alone = [figures[kind][side]["value"] for kind in ("call_auc", "utterance_auc") for side in ("words", "voice")]
    return {
        "call_gain": gains["call"]["value"] >= MARGIN and gains["call"]["interval"][0] > 0,
        "utterance_gain": gains["utterance"]["value"] >= MARGIN and gains["utterance"]["interval"][0] > 0,
        "calibration": max(figures["ece"].values()) <= ECE_MOST,
        "not_too_easy": max(alone) <= TOO_EASY,
    }


def utterances(calls: Sequence[JudgedCall]) -> Column:
    """Return the utterances' probabilities against whether words or voice show distress."""
    return Column(
        np.concatenate([call.probability for call in calls]),
        np.concatenate([call.shows for call in calls]),
        np.concatenate([[call.call.actor] * len(call.probability) for call in calls]),
    )


def moments(calls: Sequence[JudgedCall]) -> Column:
    """Return the callers' scores after each utterance against whether they are in distress then."""
    return Column(
        np.concatenate([call.score for call in calls]),
        np.concatenate([call.distressed for call in calls]),
        np.concatenate([[call.call.actor] * len(call.score) for call in calls]),
    )


def whole(calls: Sequence[JudgedCall]) -> Column:
    """Return the highest score of each call against whether the caller is ever in distress."""
    return Column(
        np.array([call.highest for call in calls]),
        np.array([call.plan.distressed for call in calls]),
        np.array([call.call.actor for call in calls]),
    )


def better(fused: Column, others: Sequence[Column]) -> Interval:
    """Return by how much the fused score's AUC is above that of the best other, which may change from draw to draw."""

    def difference(rows: Ints) -> float:
        own = auc(fused.truth[rows], fused.score[rows])
        return own - max(auc(one.truth[rows], one.score[rows]) for one in others)

    return by_speaker(fused.actor, difference)


def _line(judged: Mapping[Side, Sequence[JudgedCall]]) -> Figures:
    calls = {side: whole(own) for side, own in judged.items()}
    said = {side: known(utterances(own), utterances(judged["fused"])) for side, own in judged.items()}
    fused = judged["fused"]
    return {
        "call_auc": {side: _figures(one.auc()) for side, one in calls.items()},
        "call_auc_by_language": {
            language: {
                side: whole([call for call in own if call.plan.language == language]).auc().value
                for side, own in judged.items()
            }
            for language in LANGUAGES
        },
        "call_auc_by_mode": _by(fused, [call.plan.mode for call in fused]),
        "call_auc_by_course": _by(fused, [call.plan.course for call in fused]),
        "utterance_auc": {side: _figures(one.auc()) for side, one in said.items()},
        "moment_auc": _figures(moments(fused).auc()),
        "fused_less_better": {
            "call": _figures(better(calls["fused"], [calls["words"], calls["voice"]])),
            "utterance": _figures(better(said["fused"], [said["words"], said["voice"]])),
        },
        "ece": {"utterance": utterances(fused).ece(), "caller": moments(fused).ece()},
        "abstained": abstained(fused),
    }


def known(own: Column, everything: Column) -> Column:
    """Return the column with 0 where a side could judge nothing, so that all sides have the same rows."""
    assert own.truth.shape == everything.truth.shape
    return Column(np.nan_to_num(own.score), own.truth, own.actor)


def abstained(calls: Sequence[JudgedCall]) -> float:
    """Return the share of the time, from the caller's first word on, in which there is no score."""
    silent = total = 0.0
    for call in calls:
        first = call.plan.lines[0].start
        known_from = next((end for end, score in zip(call.ends, call.score, strict=True) if np.isfinite(score)), None)
        total += call.plan.duration - first
        silent += (call.plan.duration if known_from is None else known_from) - first
    return silent / total


def _by(calls: Sequence[JudgedCall], groups: Sequence[str]) -> dict[str, float]:
    """Return the call AUC of each kind of call against all calls of the other truth."""
    found = {}
    for group in sorted(set(groups) - {"none"}):
        own = [call for call, name in zip(calls, groups, strict=True) if name == group]
        others = [call for call in calls if call.plan.distressed != own[0].plan.distressed]
        column = whole([*own, *others])
        found[group] = auc(column.truth, column.score)
    return found


def _figures(one: Interval) -> Figures:
    return {"value": one.value, "interval": interval_figures(one)}


def _size(bench: Bench) -> Figures:
    calls = bench.calls("test", LINES[0])
    return {
        "calls": len(calls),
        "in_distress": sum(call.plan.distressed for call in calls),
        "hours": sum(call.plan.duration for call in calls) / 3600,
        "utterances": sum(len(call.utterances) for call in calls),
    }


def _show(line: str, figures: Figures) -> None:
    def told(one: Figures) -> str:
        return cell(Interval(one["value"], *one["interval"]))

    rows = [
        [
            side,
            told(figures["utterance_auc"][side]),
            told(figures["call_auc"][side]),
            *(cell(figures["call_auc_by_language"][language][side]) for language in LANGUAGES),
        ]
        for side in SIDES
    ]
    differences = figures["fused_less_better"]
    rows.append(["fused less the better", told(differences["utterance"]), told(differences["call"]), "", ""])
    show(f"composed calls, {line}: AUC (95 % over actors)", ["", "utterances", "calls", *LANGUAGES], rows)
    ece = figures["ece"]
    print(f"calibration error: utterances {ece['utterance']:.3f}, callers {ece['caller']:.3f}")
    print(f"without a score: {figures['abstained']:.1%} of the time from the caller's first word on")
    print("limits:", ", ".join(f"{name} {'met' if good else 'MISSED'}" for name, good in figures["met"].items()))
    print("by where it shows:", {name: round(value, 3) for name, value in figures["call_auc_by_mode"].items()})
    print("by course:", {name: round(value, 3) for name, value in figures["call_auc_by_course"].items()})
