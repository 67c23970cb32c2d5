"""A call sent live gives what `analyze` makes of its recording: the same utterances, words, scores, end state.

Words are compared as both tell them: redacted.

Without server and clock: the call's own object is fed in chunks of 1, 20 and 500 ms and its work is done at once, one
piece after the other, so that whatever differs is due to how the sound came and not to load.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import jiwer
import numpy as np

from consent import DEPLOYMENT, consenting
from corpus import SAMPLES
from live_bench import Bench
from live_sounds import MONO, TWO_CHANNELS
from machine import Figures
from normalise import plain
from stimmung.api.work import runners_of
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.distress import DistressJudge
from stimmung.calls.exports import analysis_to_json
from stimmung.calls.live import CallStart, LiveCall
from stimmung.calls.live_events import LiveEvent, UtteranceFinal
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.callinfo import read_call_info
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import Samples, Utterance
from stimmung.speech.settings import RedactionSettings
from text_bench import cell, show
from wav import read

CHUNKS: Final = (0.001, 0.02, 0.5)  # s
EDGE: Final = 0.05  # s
WORDS: Final = 0.03  # share of an utterance's words that may differ
MEAN, MOST = 0.03, 0.10  # of the differences of an utterance's scores; those of step 3, where one window was another's
QUICK: Final = ("de-billing-angry",)


class Call(Protocol):
    """What is fed: `calls.live.LiveCall`."""

    def feed(self, samples: Samples) -> None:
        """Take sound."""
        ...

    def tasks(self) -> list[Any]:  # Any: tasks of its own
        """Return what became due."""
        ...

    def done(self, task: Any, result: Any) -> list[LiveEvent]:
        """Take a result."""
        ...

    def end(self) -> None:
        """Take no more sound."""
        ...

    def analysis(self) -> CallAnalysis:
        """Return everything that is known."""
        ...


Runner = Callable[[Sequence[Any]], Sequence[Any]]  # Any: payloads and results of a kind of task


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one way of hearing gives; `told` are the utterances as they were told first."""

    analysis: CallAnalysis
    told: tuple[Utterance, ...]
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """An utterance of the recording against the live one that overlaps it most; None where nothing does."""

    edges: float | None  # s, the larger of both ends
    words: float | None  # share that differ
    mean: float | None  # of the differences of scores
    most: float | None
    same_scores: bool  # the same things were scored

    @property
    def well(self) -> bool:
        """Whether it keeps all bounds."""
        if self.edges is None or self.words is None or not self.same_scores:
            return False
        return self.edges <= EDGE and self.words <= WORDS and (self.mean or 0.0) <= MEAN and (self.most or 0.0) <= MOST


def equal(bench: Bench) -> Figures:
    """Compare all sample calls."""
    from stimmung.models.registry import build_engines
    from stimmung.speech.settings import Settings

    engines, judge = build_engines(Settings()), DistressJudge.load()
    calls = {name: _compared(name, engines, judge) for name in (QUICK if bench.quick else (*TWO_CHANNELS, MONO))}
    figures = {**summary(list(calls.values())), "calls": calls}
    _show(figures)
    return figures


def summary(calls: Sequence[Figures]) -> Figures:
    """Return the figures over all calls."""
    count = sum(call["utterances"] for call in calls)
    return {
        "utterances": count,
        "live_equals_batch": sum(call["well"] for call in calls) / count if count else None,
        "told_at_once_equals_batch": sum(call["told_well"] for call in calls) / count if count else None,
        "chunks_identical": all(call["chunks_identical"] for call in calls),
        "same_end_state": all(call["same_end_state"] for call in calls),
        "words_differ": sum(call["word_errors"] for call in calls) / max(sum(call["words"] for call in calls), 1),
        "processor_ratio": sum(call["live_processor_s"] for call in calls)
        / max(sum(call["batch_processor_s"] for call in calls), 1e-9),
    }


def _compared(name: str, engines: Engines, judge: DistressJudge) -> Figures:
    file = SAMPLES / f"{name}.flac"
    info = consenting(read_call_info(file))
    redactor = redactor_of(RedactionSettings(), engines.names)
    instructions = Instructions(redactor, TranscriptionOptions(), DEPLOYMENT, judge)
    busy = time.process_time()
    whole = analyze_audio(decode([file]), name, info, engines, instructions, lambda *_: None).analysis
    spent = time.process_time() - busy
    sound = read(file)
    start = CallStart(name, info, sound.samples.shape[0], sound.rate, DEPLOYMENT)
    sides = []
    for chunk in CHUNKS:
        driven = Driven(LiveCall(start, engines, judge, redactor), runners_of(engines))
        sides.append(live(driven, sound.samples, sound.rate, chunk))
    return {**compare(whole, sides), "batch_processor_s": spent, "live_processor_s": sides[1].processor_seconds}


@dataclass(frozen=True, slots=True, eq=False)
class Driven:
    """A call, and who does its work."""

    call: Call
    runners: Mapping[str, Runner]

    def work(self) -> list[LiveEvent]:
        """Do what became due, and what follows from it."""
        told: list[LiveEvent] = []
        while due := self.call.tasks():
            for task in due:
                told += self.call.done(task, self.runners[task.kind]([task.payload])[0])
        return told


def live(driven: Driven, sound: Samples, rate: int, chunk: float) -> Side:
    """Feed sound (channels, n) at `rate` Hz in chunks (s)."""
    size = round(chunk * rate)
    busy = time.process_time()
    told: list[LiveEvent] = []
    for first in range(0, sound.shape[1], size):
        driven.call.feed(sound[:, first : first + size])
        told += driven.work()
    driven.call.end()
    told += driven.work()
    utterances = tuple(event.utterance for event in told if isinstance(event, UtteranceFinal))
    return Side(driven.call.analysis(), utterances, time.process_time() - busy)


def compare(whole: CallAnalysis, sides: Sequence[Side]) -> Figures:
    """Hold the live sides against the recording; figures are those of the second side, 20 ms."""
    side = sides[min(1, len(sides) - 1)]
    jsons = [told_json(one.analysis) for one in sides]
    same_state = end_states(whole) == end_states(side.analysis)
    verdicts = judged(whole.utterances, side.analysis.utterances)
    at_once = judged(whole.utterances, side.told)
    words = [len(plain(one.text)) for one in whole.utterances]
    return {
        "utterances": len(verdicts),
        "well": sum(one.well for one in verdicts) if same_state else 0,
        "told_well": sum(one.well for one in at_once),
        "chunks_identical": all(one == jsons[0] for one in jsons),
        "same_end_state": same_state,
        "words": sum(words),
        "word_errors": sum((one.words or 0.0) * count for one, count in zip(verdicts, words, strict=False)),
        "edges_max_s": max((one.edges for one in verdicts if one.edges is not None), default=None),
        "score_difference_mean": _mean([one.mean for one in verdicts if one.mean is not None]),
        "score_difference_max": max((one.most for one in verdicts if one.most is not None), default=None),
        "unmatched": sum(one.edges is None for one in verdicts),
    }


def told_json(analysis: CallAnalysis) -> dict[str, object]:
    """Return the analysis as it is written, without what it is called."""
    found: dict[str, Any] = dict(analysis_to_json(analysis))  # Any: JSON
    return {**found, "call": {**found["call"], "path": ""}}


def end_states(analysis: CallAnalysis) -> list[tuple[int, str, str]]:
    """Return how each caller is in the end."""
    return sorted((one.channel, one.speaker, one.state) for one in analysis.distress)


def judged(recorded: Sequence[Utterance], live_ones: Sequence[Utterance]) -> list[Verdict]:
    """Return a verdict for each utterance of the recording, and one for each live one that nothing overlaps most."""
    pairs = {id(one): _partner(one, live_ones) for one in recorded}
    verdicts = [_verdict(one, pairs[id(one)]) for one in recorded]
    taken = {id(partner) for partner in pairs.values() if partner is not None}
    return [*verdicts, *(_verdict(one, None) for one in live_ones if id(one) not in taken)]


def _partner(one: Utterance, others: Sequence[Utterance]) -> Utterance | None:
    overlaps = [
        (min(one.end, other.end) - max(one.start, other.start), place)
        for place, other in enumerate(others)
        if other.channel == one.channel
    ]
    most, place = max(overlaps, default=(0.0, -1))
    return others[place] if most > 0 else None


def _verdict(one: Utterance, other: Utterance | None) -> Verdict:
    if other is None:
        return Verdict(None, None, None, None, same_scores=False)
    mine, theirs = scores(one), scores(other)
    apart = [abs(mine[name] - theirs[name]) for name in mine.keys() & theirs.keys()]
    return Verdict(
        max(abs(one.start - other.start), abs(one.end - other.end)),
        word_difference(one.text, other.text),
        _mean(apart),
        max(apart, default=None),
        mine.keys() == theirs.keys(),
    )


def word_difference(one: str, other: str) -> float:
    """Return the words of `other` that differ from those of `one`, as a share of these; only words count."""
    words, others = plain(one), plain(other)
    if not words:
        return float(bool(others))
    return float(jiwer.wer(" ".join(words), " ".join(others) or " "))


def scores(said: Utterance) -> dict[str, float]:
    """Return every score of an utterance by its name."""
    found: dict[str, float] = {}
    if said.text_emotion:
        found |= {"text": said.text_emotion.score}
        found |= {f"text {name}": value for name, value in said.text_emotion.emotions.items()}
    if said.voice_emotion:
        found |= {f"voice {name}": value for name, value in said.voice_emotion.emotions.items()}
        found |= {"arousal": said.voice_emotion.arousal} if said.voice_emotion.arousal is not None else {}
        found |= {"valence": said.voice_emotion.valence} if said.voice_emotion.valence is not None else {}
    if said.distress and said.distress.probability is not None:
        found["distress"] = said.distress.probability
    return found


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _show(figures: Figures) -> None:
    keys = ("utterances", "well", "told_well", "chunks_identical", "same_end_state")
    measured = ("edges_max_s", "score_difference_mean", "score_difference_max")
    rows = [
        [
            name,
            *(str(call[key]) for key in keys),
            cell(call["word_errors"] / max(call["words"], 1)),
            *(cell(call[key]) for key in measured),
        ]
        for name, call in figures["calls"].items()
    ]
    columns = [
        "",
        "utterances",
        "alike",
        "alike at once",
        "chunks identical",
        "same end state",
        "words differ",
        "edges, most s",
        "scores differ",
        "most",
    ]
    show("Live against the recording", columns, rows)
    print(
        f"live equals batch {cell(figures['live_equals_batch'])}, as told at once"
        f" {cell(figures['told_at_once_equals_batch'])}; processor {cell(figures['processor_ratio'], 2)} times that of"
        " the recording"
    )
