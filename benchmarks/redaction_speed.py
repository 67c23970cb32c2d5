"""What finding costs: microseconds an utterance, each call by itself as the pipeline asks."""

import time
from collections.abc import Sequence

import numpy as np

from machine import Figures
from redaction_bench import LANGUAGES, Bench
from redaction_dialogues import harmless_dialogues, make_dialogues
from redaction_records import KINDS
from redaction_sides import ours
from redaction_utterances import utterances_of
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.records import Utterance

CALLS = 40  # a type
REPETITIONS = 3


def speed(bench: Bench) -> Figures:
    """Time `find` on generated dialogues, with and without identifiers."""
    redactor = ours().redactor
    figures: Figures = {}
    for language in LANGUAGES:
        dialogues = [
            one for kind in KINDS[language] for one in make_dialogues(language, kind, CALLS, bench.options.seed)
        ]
        calls = [utterances_of(one) for one in (*dialogues, *harmless_dialogues(language, CALLS, bench.options.seed))]
        spent = [min(_seconds(redactor, call) for _ in range(REPETITIONS)) / len(call) for call in calls]
        microseconds = 1e6 * np.array(spent)
        figures[language] = {
            "calls": len(calls),
            "median_us_per_utterance": float(np.median(microseconds)),
            "p95_us_per_utterance": float(np.percentile(microseconds, 95)),
        }
        print(f"{language}: {np.median(microseconds):.0f} µs an utterance, the median of {len(calls)} calls")
    return figures


def _seconds(redactor: Redactor, call: Sequence[Utterance]) -> float:
    began = time.perf_counter()
    redactor.find(call)
    return time.perf_counter() - began
