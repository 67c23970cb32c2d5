"""Identifiers taken out of what is said: cards, accounts, tax and insurance numbers, telephones, names and others.

Run `python benchmarks/redaction.py [--data ../shared/data] [--only PART …] [--seed 2] [--presidio PYTHON] [--quick]
[--output]`. Seed 1 is for development. README.md states the terms. Without `--data` the part `chat` is skipped.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from machine import Figures, figure_at, headline, processor, result_file, save
from redaction_bench import Bench, Options
from redaction_chat import chat
from redaction_dialogues import DEVELOPMENT
from redaction_presidio import INSTALL
from redaction_samples import samples
from redaction_sides import PRESIDIO_SCORE, Presidio, Side, ours
from redaction_speed import speed
from redaction_spoken import spoken
from redaction_text import text
from redaction_written import written
from stimmung.speech.errors import StimmungError
from text_bench import rounded

PARTS: Final[Mapping[str, Callable[[Bench], Figures | None]]] = {
    "text": text,
    "written": written,
    "spoken": spoken,
    "chat": chat,
    "samples": samples,
    "speed": speed,
}
QUICK_TEXTS, QUICK_SPOKEN = 20, 2
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "recall_text": ("text", "ours", "numbers"),
    "recall_text_lowest": ("text", "ours", "lowest"),
    "recall_text_kinds": ("text", "ours", "kinds"),
    "recall_written": ("written", "ours", "numbers"),
    "recall_spoken": ("spoken", "ours", "numbers"),
    "recall_spoken_lowest": ("spoken", "ours", "lowest"),
    "recall_spoken_kinds": ("spoken", "ours", "kinds"),
    "other_words_silenced": ("spoken", "ours", "other_words_silenced"),
    "other_words_silenced_samples": ("samples", "ours", "heard", "other_words_silenced"),
    "precision_chat": ("chat", "ours", "precision"),
    "precision_samples": ("samples", "ours", "precision"),
    "presidio_recall_text": ("text", "presidio", "numbers"),
    "presidio_recall_spoken": ("spoken", "presidio", "numbers"),
    "presidio_precision_chat": ("chat", "presidio", "precision"),
    "us_per_utterance_de": ("speed", "de", "median_us_per_utterance"),
    "us_per_utterance_en": ("speed", "en", "median_us_per_utterance"),
}
EXPLAINED: Final = (
    "recall: of IBAN, card, phone, tax and insurance numbers together, `_lowest` of the worst type in either language,"
    " `_kinds` of every type; silenced: share of the words around the items that nobody can hear any more; precision:"
    " share of what went that the data's own marks call an identifier"
)


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    print(headline())
    sides: list[Side] = [ours()]
    if options.presidio:
        sides += [
            Presidio(options.presidio, PRESIDIO_SCORE, "presidio"),
            Presidio(options.presidio, 0.0, "presidio, any score"),
        ]
    else:
        print(f"Presidio is left out: {INSTALL}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tuple(sides), _run(options, Path(folder)))
        try:
            figures = measure(bench, options.only)
        except (StimmungError, OSError, ValueError) as error:
            raise SystemExit(f"redaction.py: {error}") from error
    figures = {key: rounded(value) for key, value in {**figures, "seed": options.seed, "quick": options.quick}.items()}
    if options.misses is not None:
        options.misses.write_text("\n".join(bench.missed) + "\n", encoding="utf-8")
    output = _output(options.output)
    if output is not None:
        save(output, "redaction", figures)
        print(f"written to {output}")
    print(EXPLAINED)
    print(json.dumps(summary(figures), allow_nan=False))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with the development data, which holds the folder `text`")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=DEVELOPMENT, help=f"{DEVELOPMENT}, the default, is for development")
    parser.add_argument("--texts", type=int, default=500, metavar="N", help="items a type and language as text, 500")
    parser.add_argument("--spoken", type=int, default=100, metavar="N", help="items a type and language spoken, 100")
    parser.add_argument("--presidio", type=Path, metavar="PYTHON", help=f"to measure Presidio beside: {INSTALL}")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps what was heard for the next run")
    parser.add_argument("--misses", type=Path, metavar="FILE", help="gets what was not found, and false alarms")
    parser.add_argument("--quick", action="store_true", help="few items: a minute or so, to see that all works")
    parser.add_argument("--output", nargs="?", const="", metavar="FILE", help="write figures, by default into results")
    options = parser.parse_args(given)
    if options.texts < 1 or options.spoken < 1:
        parser.error(f"--texts {options.texts}, --spoken {options.spoken}: give numbers from 1 on")
    return options


def measure(bench: Bench, only: Sequence[str] | None) -> Figures:
    """Run the parts, all or `only` some, and return their figures, a part's under its name."""
    figures: Figures = {}
    for name, part in PARTS.items():
        if only is None or name in only:
            print(f"== {name}", flush=True)
            figures[name] = part(bench)
    return figures


def summary(figures: Figures) -> Figures:
    """Return the figures of the last line; None for what was not measured."""
    found = {key: figure_at(figures, path) for key, path in SUMMARY.items()}
    return {key: _recalls(value) if isinstance(value, dict) else value for key, value in found.items()}


def _recalls(kinds: Figures) -> Figures:
    return {language: {kind: one["recall"] for kind, one in own.items()} for language, own in kinds.items()}


def _run(given: argparse.Namespace, folder: Path) -> Options:
    texts, spoken = (QUICK_TEXTS, QUICK_SPOKEN) if given.quick else (given.texts, given.spoken)
    return Options(given.seed, texts, spoken, given.data, given.work or folder, given.quick)


def _output(given: str | None) -> Path | None:
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


if __name__ == "__main__":
    main()
