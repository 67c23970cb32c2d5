"""What the text model is worth: labelled texts, speech, a challenge set, calibration, speed.

Run `python benchmarks/text_emotion.py --data ../shared/data [--only PART …] [--beside MODEL] [--quick] [--output]`.
README.md states the terms. Without `--data` the parts that need it are skipped.
"""

import argparse
import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from machine import Figures, figure_at, headline, processor, result_file, save
from stimmung.speech.errors import StimmungError
from stimmung.speech.settings import ModelSettings
from text_bench import Bench, rounded
from text_challenge import challenge
from text_judged import Role, Side
from text_labelled import germeval, goemotions, labelled_file
from text_plots import plots
from text_speed import speed
from text_spoken import spoken

PARTS: Final[Mapping[str, Callable[[Bench], Figures | None]]] = {
    "goemotions": goemotions,
    "germeval": germeval,
    "spoken": spoken,
    "challenge": challenge,
    "file": labelled_file,
    "plots": plots,
    "speed": speed,
}
LIBRARIES = ("scikit-learn", "torch", "transformers")  # beside those of `machine`
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "goemotions_macro_f1": ("goemotions", "model", "macro_f1"),
    "germeval_micro_f1": ("germeval", "model", "polarity_micro_f1"),
    "germeval_macro_f1": ("germeval", "model", "polarity_macro_f1"),
    "spoken_loss_points_de": ("spoken", "de", "model", "loss_points"),
    "spoken_loss_points_en": ("spoken", "en", "model", "loss_points"),
    "challenge_de": ("challenge", "de", "model", "accuracy"),
    "challenge_en": ("challenge", "en", "model", "accuracy"),
    "ece": ("goemotions", "model", "ece"),
    "utterances_per_s": ("speed", "utterances_per_s_batch_32"),
    "share_of_analyze": ("speed", "share_of_analyze"),
    "size_mb": ("speed", "size_mb"),
}
EXPLAINED = (
    "spoken_loss_points: mean of the points lost in polarity accuracy and in micro-F1 of the classes; challenge:"
    " accuracy of polarity, the turn before given; ece: GoEmotions dev, 28 labels pooled; utterances_per_s: batch 32"
)


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    print(headline())
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    output = results(options.output)
    try:
        bench = prepare(options, output)
        figures = measure(bench, options.only)
    except (StimmungError, OSError, ValueError) as error:
        raise SystemExit(f"text_emotion.py: {error}") from error
    if output is not None:
        save(output, "text_emotion", figures)
        print(f"written to {output}")
    print(EXPLAINED)
    print(json.dumps(summary(figures)))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the development data, which holds the folder `text`")
    parser.add_argument("--file", type=Path, help="score this file, in the format of GoEmotions or GermEval 2017, too")
    parser.add_argument("--text-model", default=ModelSettings().text, metavar="NAME", help="embedded, folder or hub")
    parser.add_argument("--beside", metavar="NAME", help="another model, to score beside it")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a part of each set, about a minute")
    parser.add_argument("--kept", type=Path, help="folder of transcripts; by default in the user's cache folder")
    parser.add_argument(
        "--output",
        nargs="?",
        const="",
        metavar="FILE",
        help="write figures, pictures and the challenge's errors; by default into benchmarks/results",
    )
    options = parser.parse_args(given)
    if options.data is not None and not (options.data / "text").is_dir():
        parser.error(f"--data {options.data}: there is no folder `text` in it")
    return options


def results(given: str | None) -> Path | None:
    """Return the file of results that `--output` asks for: None where it was not given."""
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


def prepare(options: argparse.Namespace, output: Path | None) -> Bench:
    """Load the models."""
    sides = [side("model", options.text_model)]
    if options.beside:
        sides.append(side("beside", options.beside))
    kept = options.kept or user_cache_path("stimmung") / "benchmarks"
    pictures = None if output is None else output.parent
    return Bench(tuple(sides), options.data, kept, options.quick, pictures, options.file)


def side(role: Role, given: str) -> Side:
    """Load a model; tables call it by its name, a folder by its last part."""
    from stimmung.models.text_loading import load_text_model

    name = Path(given).resolve().name if Path(given).is_dir() else given
    return Side(
        role,
        f"{name} (beside)" if role == "beside" else name,
        given,
        load_text_model(given, ModelSettings(device="cpu")),
    )


def measure(bench: Bench, only: Sequence[str] | None) -> Figures:
    """Run the parts, all or `only` some, and return their figures, each part's under its name."""
    figures: Figures = {
        "libraries": {name: version(name) for name in LIBRARIES},
        "quick": bench.quick,
        "models": {one.role: {"name": one.title, "sha256": one.model.model.sha256} for one in bench.sides},
    }
    for name, part in PARTS.items():
        if only is None or name in only:
            print(f"== {name}", flush=True)
            found = part(bench)
            if found:
                figures[name] = rounded(found)
    return figures


def summary(figures: Figures) -> Figures:
    """Return the keys of the last line; None for what was not measured."""
    return {key: figure_at(figures, path) for key, path in SUMMARY.items()}


if __name__ == "__main__":
    main()
