"""What the voice model is worth: EMO-DB by speakers left out, another language, controls, abstention, cost.

Run `python benchmarks/voice_emotion.py --data ../shared/data [--copies RUN/copies] [--only PART …] [--quick]
[--output]`; `--manifest FILE` scores a folder of labelled voices with the head as it ships, and nothing else.
README.md states the terms. Without `--data` the parts that need it are skipped.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from machine import Figures, confine, figure_at, headline, processor, result_file, save, usable_cores
from stimmung.speech.errors import StimmungError
from stimmung.speech.settings import EMBEDDED_VOICE
from text_bench import rounded
from voice_abstention import abstention
from voice_bench import Bench, Copies, EmoDb, Hearing
from voice_chunks import chunked
from voice_controls import controls
from voice_cost import cost
from voice_foreign import foreign
from voice_held_out import held_out
from voice_manifest import score_manifest
from voice_places import alone_and_packed
from voice_plots import plots

PARTS: Final[Mapping[str, Callable[[Bench], Figures | None]]] = {
    "held_out": held_out,
    "foreign": foreign,
    "controls": controls,
    "abstention": abstention,
    "alone_and_packed": alone_and_packed,
    "plots": plots,
    "chunks": chunked,
    "cost": cost,
}
COPIES: Final = 12
LIBRARIES = ("scikit-learn", "torch")  # beside those of `machine`
LINES: Final = ("clean", "phone", "gsm", "opus", "noise")
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"emodb_uar7_2s_{line}": ("held_out", "lines", line, "uar7_2s", "uar") for line in LINES},
    "emodb_uar7_2s_phone_interval": ("held_out", "lines", "phone", "uar7_2s", "interval"),
    "emodb_uar7_2s_phone_spknorm": ("held_out", "uar7_2s", "spknorm", "uar"),
    "emodb_uar7_2s_phone_no_baseline": ("held_out", "uar7_2s", "no_baseline", "uar"),
    "emodb_uar7_2s_phone_logistic": ("held_out", "lines", "phone", "uar7_2s", "logistic", "uar"),
    **{f"emodb_uar4_{line}": ("held_out", "lines", line, "uar4", "uar") for line in LINES},
    "emodb_uar4_phone_interval": ("held_out", "lines", "phone", "uar4", "interval"),
    "emodb_uar4_phone_spknorm": ("held_out", "uar4", "spknorm", "uar"),
    "emodb_uar4_phone_no_baseline": ("held_out", "uar4", "no_baseline", "uar"),
    "emodb_uar4_phone_logistic": ("held_out", "lines", "phone", "uar4", "logistic", "uar"),
    "emodb_uar4_phone_first": ("held_out", "uar4", "first", "uar"),
    "emodb_uar4_phone_later": ("held_out", "uar4", "later", "uar"),
    "emodb_uar4_phone_later_less_first": ("held_out", "uar4", "later_less_first", "uar"),
    "nemo_anger_auc": ("foreign", "phone", "baseline", "anger_auc"),
    "nemo_anger_auc_no_baseline": ("foreign", "phone", "no_baseline", "anger_auc"),
    "nemo_anger_auc_clean": ("foreign", "clean", "baseline", "anger_auc"),
    "nemo_arousal_auc": ("foreign", "phone", "baseline", "arousal_auc"),
    "nemo_arousal_auc_no_baseline": ("foreign", "phone", "no_baseline", "arousal_auc"),
    "nemo_arousal_auc_clean": ("foreign", "clean", "baseline", "arousal_auc"),
    "shuffled_uar7": ("controls", "shuffled_uar7"),
    "length_only_uar7": ("controls", "length_only_uar7"),
    "same_sentence_uar7": ("controls", "same_sentence_uar7"),
    "new_sentence_uar7": ("controls", "new_sentence_uar7"),
    "half_clips_uar7": ("controls", "half_clips_uar7"),
    "error7_2s": ("abstention", "7_2s", "error"),
    "coverage80_error7_2s": ("abstention", "7_2s", "error_80"),
    "coverage80_fall7_2s": ("abstention", "7_2s", "fall_80"),
    "error4": ("abstention", "4", "error"),
    "coverage80_error4": ("abstention", "4", "error_80"),
    "coverage80_fall4": ("abstention", "4", "fall_80"),
    "ece7_2s": ("abstention", "7_2s", "ece"),
    "ece4": ("abstention", "4", "ece"),
    "alone_packed_mean": ("alone_and_packed", "whole", "mean", "all"),
    "alone_packed_p95": ("alone_and_packed", "whole", "p95", "all"),
    "alone_packed_mean_2s": ("alone_and_packed", "short", "mean", "all"),
    "alone_packed_p95_2s": ("alone_and_packed", "short", "p95", "all"),
    "chunk_difference": ("chunks", "score_difference"),
    "share_of_analyze": ("cost", "share_of_analyze"),
    "share_of_processor": ("cost", "share_of_processor"),
    "no_second_pass": ("cost", "no_second_pass"),
    "second_pass_share": ("cost", "second_pass_share"),
    "describe_x_real_time": ("cost", "describe_x_real_time"),
}
# The same of `--manifest`.
MANIFEST_SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "scored": ("scored",),
    "speakers": ("speakers",),
    **{
        f"{key}_{line}{ending}": (line, side, key)
        for key in ("uar", "anger_auc", "arousal_auc")
        for line in ("clean", "phone")
        for side, ending in (("baseline", ""), ("no_baseline", "_no_baseline"))
    },
}
EXPLAINED = (
    "emodb: held-out speakers, their baseline is their first two neutral utterances; nemo: the head as it ships, phone;"
    " coverage80: the 80 % that are surest; alone_packed: all scores pooled"
)


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    print(headline())
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    output = results(options.output)
    with tempfile.TemporaryDirectory() as folder:
        try:
            bench = prepare(options, output, Path(folder))
            if options.manifest is not None:
                figures: Figures = {"manifest": options.manifest.resolve().parent.name}
                figures |= score_manifest(bench, options.manifest)
            else:
                figures = measure(bench, options.only)
        except (StimmungError, OSError, ValueError) as error:
            raise SystemExit(f"voice_emotion.py: {error}") from error
    figures = {key: rounded(value) for key, value in figures.items()}
    if output is not None:
        save(output, "voice_emotion" if options.manifest is None else "voice_emotion_manifest", figures)
        print(f"written to {output}")
    print(EXPLAINED)
    print(json.dumps(summary(figures, SUMMARY if options.manifest is None else MANIFEST_SUMMARY)))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the development data: emodb, nemo_pl, calls")
    parser.add_argument("--copies", type=Path, help="what an earlier training heard (RUN/copies); absent: heard anew")
    parser.add_argument("--copies-count", type=int, default=COPIES, metavar="N", help="times that each clip is heard")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="score this CSV of path, speaker, emotion only")
    parser.add_argument("--voice", default=EMBEDDED_VOICE, metavar="NAME", help="head that ships, or a folder with one")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a part of all clips and calls: a minute or two")
    parser.add_argument(
        "--output", nargs="?", const="", metavar="FILE", help="write figures and pictures; by default into results"
    )
    options = parser.parse_args(given)
    if options.data is not None and not (options.data / "emodb").is_dir():
        parser.error(f"--data {options.data}: there is no folder `emodb` in it")
    if options.copies_count < 1:
        parser.error(f"--copies-count {options.copies_count}: at least 1")
    return options


def results(given: str | None) -> Path | None:
    """Return the file of results that `--output` asks for: None where it was not given."""
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


def prepare(options: argparse.Namespace, output: Path | None, temporary: Path) -> Bench:
    """Load what hears, and lay out where copies lie: a quick run makes its own, of fewer clips."""
    import torch

    confine()
    torch.set_num_threads(len(usable_cores()))
    hearing = Hearing.load()
    own = options.quick or options.copies is None
    copies = Copies(temporary if own else options.copies, 1 if options.quick else options.copies_count)
    emodb = None
    if options.data is not None and options.manifest is None:
        emodb = EmoDb(options.data / "emodb" / "manifest.csv", hearing, copies, quick=options.quick)
    return Bench(hearing, options.voice, emodb, options.data, options.quick, None if output is None else output.parent)


def measure(bench: Bench, only: Sequence[str] | None) -> Figures:
    """Run the parts, all or `only` some, and return their figures, each part's under its name."""
    figures: Figures = {"libraries": {name: version(name) for name in LIBRARIES}, "quick": bench.quick}
    for name, part in PARTS.items():
        if only is None or name in only:
            print(f"== {name}", flush=True)
            found = part(bench)
            if found:
                figures[name] = found
    return figures


def summary(figures: Figures, keys: Mapping[str, tuple[str, ...]]) -> Figures:
    """Return the keys of the last line; None for what was not measured."""
    return {key: figure_at(figures, path) for key, path in keys.items()}


if __name__ == "__main__":
    main()
