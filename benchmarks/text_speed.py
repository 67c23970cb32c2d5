"""How fast a text model reads on two cores, how long it loads, its size, and its share of analysing a call."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import SAMPLES
from machine import Figures, confine, usable_cores
from stimmung.speech.callinfo import read_call_info
from stimmung.speech.engines import Engines, ModelId, SpokenText, TextEmotion, TextReading
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from text_bench import Bench, cell, show
from text_challenge import FOLDER, LANGUAGES, read_challenge
from unredacted import Unredacted

BATCHES = (1, 32)  # utterances handed over at a time
REPETITIONS = 3  # the best counts
QUICK_TEXTS, QUICK_CALLS = 64, 1
MB = 1e6
Clock = Callable[[], float]  # seconds
# Run in a process of its own: here libraries are imported already.
LOAD = """
import json, sys, time
started = time.perf_counter()
from stimmung.models.text_loading import load_text_model
from stimmung.speech.settings import ModelSettings
seconds = []
for _ in range(2):
    load_text_model(sys.argv[1], ModelSettings(device="cpu"))
    seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
print(json.dumps(seconds))
"""


@dataclass(slots=True)
class TimedText:
    """A text model that counts its seconds and texts."""

    inner: TextEmotion
    clock: Clock
    spent: float = 0.0
    texts: int = 0

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Do what the inner one does."""
        self.texts += len(texts)
        started = self.clock()
        try:
            return self.inner.read(texts)
        finally:
            self.spent += self.clock() - started


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds of analysing calls, those of them that the text model took, and how many texts it read."""

    seconds: float
    text_seconds: float
    texts: int

    @property
    def share(self) -> float:
        return self.text_seconds / self.seconds


def speed(bench: Bench) -> Figures:
    """Measure the model under test; the one beside it is not timed."""
    import torch

    confine()
    torch.set_num_threads(len(usable_cores()))
    side = bench.sides[0]
    repetitions = 1 if bench.quick else REPETITIONS
    texts = challenge_texts()[: QUICK_TEXTS if bench.quick else None]
    rates = {batch: utterances_per_second(side.model, texts, batch, repetitions) for batch in BATCHES}
    first, again = load_seconds(side.given)
    found = analysis_share(side.model, sample_calls()[: QUICK_CALLS if bench.quick else None], repetitions)
    figures: Figures = {
        "utterances": len(texts),
        **{f"utterances_per_s_batch_{batch}": rate for batch, rate in rates.items()},
        "batch_ratio": rates[BATCHES[-1]] / rates[BATCHES[0]],
        "load_s": first,
        "load_again_s": again,
        "size_mb": size_mb(weights_folder(side.given)),
        "analyze_s": found.seconds,
        "analyze_text_s": found.text_seconds,
        "analyze_texts": found.texts,
        "share_of_analyze": found.share if found.texts else None,
    }
    if not found.texts:
        print("share of analyze: the text model was asked for nothing")
    _show(side.title, figures)
    return figures


def challenge_texts() -> list[SpokenText]:
    """Return the utterances of the challenge set, languages in turn, each with the turn before it."""
    both = [read_challenge(FOLDER / f"{language}.tsv") for language in LANGUAGES]
    return [SpokenText(item.text, item.language, item.context) for pair in zip(*both, strict=False) for item in pair]


def utterances_per_second(
    model: TextEmotion, texts: Sequence[SpokenText], batch: int, repetitions: int, clock: Clock = time.perf_counter
) -> float:
    """Return how many texts a second are read, `batch` of them handed over at a time, at best."""
    groups = [texts[begin : begin + batch] for begin in range(0, len(texts), batch)]
    for group in groups[:2]:  # the first ones pay for preparation
        model.read(group)
    best = float("inf")
    for _ in range(repetitions):
        started = clock()
        for group in groups:
            model.read(group)
        best = min(best, clock() - started)
    return len(texts) / best


def load_seconds(given: str) -> tuple[float, float]:
    """Return the seconds of importing and loading in a fresh process, and of loading once more in it."""
    done = subprocess.run([sys.executable, "-c", LOAD, given], capture_output=True, text=True, check=True)
    first, again = json.loads(done.stdout.splitlines()[-1])
    return float(first), float(again)


def weights_folder(given: str) -> Path:
    """Return where the files of a model lie."""
    from stimmung.models.text_weights import locate_text_model

    return locate_text_model(given, ModelSettings().cache).folder


def size_mb(folder: Path) -> float:
    """Return the bytes of all files in `folder`, in MB of 10^6."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / MB


def sample_calls(folder: Path = SAMPLES) -> list[Path]:
    """Return the sample calls whose sidecar names a customer's channel."""
    return [file for file in sorted(folder.glob("*.flac")) if "customer" in read_call_info(file).roles]


def analysis_share(model: TextEmotion, calls: Sequence[Path], repetitions: int) -> Share:
    """Analyse the calls with the embedded recogniser, and return the quickest repetition."""
    from stimmung.models.registry import build_engines

    engines = build_engines(Settings(models=ModelSettings(text=NO_MODEL)))
    return share_of(engines, model, calls, repetitions)


def share_of(
    engines: Engines, model: TextEmotion, calls: Sequence[Path], repetitions: int, clock: Clock = time.perf_counter
) -> Share:
    """Return the quickest of `repetitions` over all calls, after one call to warm up."""
    _analyse(engines, model, calls[:1], clock)
    return min((_analyse(engines, model, calls, clock) for _ in range(repetitions)), key=lambda one: one.seconds)


def _analyse(engines: Engines, model: TextEmotion, calls: Sequence[Path], clock: Clock) -> Share:
    from stimmung.calls.analysis import Instructions, Recording, analyze

    timed = TimedText(model, clock)
    with_text = replace(engines, text_emotion=timed)
    started = clock()
    for call in calls:
        analyze(Recording((call,)), read_call_info(call), with_text, Instructions(Unredacted()), lambda *_: None)
    return Share(clock() - started, timed.spent, timed.texts)


def _show(title: str, figures: Figures) -> None:
    share = figures["share_of_analyze"]
    rows = [
        *(
            [f"utterances a second, batch {batch}", cell(figures[f"utterances_per_s_batch_{batch}"], 1)]
            for batch in BATCHES
        ),
        ["batch 32 : batch 1", cell(figures["batch_ratio"], 2)],
        ["import and load in a fresh process, s", cell(figures["load_s"], 2)],
        ["load once more, s", cell(figures["load_again_s"], 2)],
        ["weights folder, MB", cell(figures["size_mb"], 1)],
        ["analyze, sample calls, s", cell(figures["analyze_s"], 2)],
        [f"of it the text model, {figures['analyze_texts']} texts, s", cell(figures["analyze_text_s"], 3)],
        ["share", "-" if share is None else f"{share:.2%}"],
    ]
    show(f"speed on {len(usable_cores())} cores: {title}", ["", "best"], rows)
