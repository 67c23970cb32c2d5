"""What withholding the least sure answers is worth, and whether probabilities mean what they say."""

from dataclasses import dataclass
from typing import Final

from machine import Figures
from text_bench import cell, show, skip
from voice_bench import SHORT, WHOLE, Bench, EmoDb
from voice_conditions import PHONE
from voice_folds import nested_temperatures
from voice_scores import Bools, Coverage, Floats, calibration_error, coverage

COVERED: Final = 0.8  # share of the utterances that are judged
CURVE: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
NAMES: Final = {SHORT: "7_2s", WHOLE: "4"}


@dataclass(frozen=True, slots=True, eq=False)
class Confidence:
    """Calibrated probability (n,) of the likeliest class, and whether it is the right one."""

    highest: Floats
    right: Bools

    @property
    def coverage(self) -> Coverage:
        return coverage(self.highest, self.right)


def confidence(emodb: EmoDb, group: str) -> Confidence:
    """Judge a group on the phone; a speaker's temperature was fitted on all other speakers' held-out logits."""
    judged = emodb.outcome(PHONE, group)
    return Confidence(judged.likely(nested_temperatures(judged)).max(axis=1), judged.right)


def abstention(bench: Bench) -> Figures | None:
    """Measure both groups on the phone."""
    if bench.emodb is None:
        skip("abstention", "no --data")
        return None
    figures: Figures = {NAMES[group]: figures_of(confidence(bench.emodb, group)) for group in NAMES}
    rows = [
        [
            f"{name.replace('_', ' classes, ') if '_' in name else f'{name} classes, uncut'}",
            *(cell(one[key]) for key in ("error", "error_80", "fall_80", "ece")),
        ]
        for name, one in figures.items()
    ]
    show("EMO-DB on the phone: share of errors", ["", "all judged", "80 % judged", "relative fall", "ECE"], rows)
    return figures


def figures_of(found: Confidence) -> Figures:
    """Return the error with all judged and with COVERED of them, its relative fall, the curve, and the calibration."""
    curve = found.coverage
    every, kept = curve.error_at(1.0), curve.error_at(COVERED)
    return {
        "error": every,
        "error_80": kept,
        "fall_80": 1 - kept / every if every else float("nan"),
        "curve": {f"{share:.1f}": curve.error_at(share) for share in CURVE},
        "ece": calibration_error(found.highest, found.right),
    }
