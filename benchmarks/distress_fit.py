"""Fits the weights of the distress score and writes them: `calls/data/distress.json`.

    python benchmarks/distress_fit.py --data ../shared/data --work RUN

RUN keeps what was heard of the clips and of the spoken texts, which takes most of the time. distress.py measures what
such a fit is worth on actors and texts that it did not see.
"""

import argparse
from pathlib import Path

from distress_bench import Bench, Options
from machine import Figures, headline
from stimmung.calls.distress_model import FILE, DistressModel, model_to_json

MEANS = (
    "Composed calls: voices are EMO-DB's acted clips (German, ten actors) as the voice heads hear them that never heard"
    " the actor, words are written utterances, joined at the level of features. Callers in distress are one in five,"
    " which real calls are not."
)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps what was heard")
    parser.add_argument("--output", type=Path, default=FILE)
    given = parser.parse_args()
    print(headline())
    bench = Bench(Options(given.data, given.work))
    model = bench.shipped
    given.output.write_text(model_to_json(model, report(bench, model)), encoding="utf-8")
    print(f"{given.output}: base rate {model.base_rate}, {model.course}, {model.thresholds}")


def report(bench: Bench, model: DistressModel) -> Figures:
    """Return what the weights were fitted on."""
    calls = bench.training
    return {
        "what": MEANS,
        "calls": len(calls),
        "calls_in_distress": sum(call.plan.distressed for call in calls),
        "utterances": sum(len(call.utterances) for call in calls),
        "hours": round(sum(call.plan.duration for call in calls) / 3600, 1),
        "actors": len({call.actor for call in calls}),
        "texts": len(set(bench.vectors.text)),
        "base_rate": model.base_rate,
        "measured_by": "benchmarks/distress.py",
    }


if __name__ == "__main__":
    main()
