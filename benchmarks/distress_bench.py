"""What the parts of distress.py share: actors, readings, composed calls, and the model of each fold.

A fold is fitted on four fifths of the actors with the training texts, and judges the other fifth with the held-out
texts, by the product's own code (`calls.distress`). What ships is fitted on all actors with the training texts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import numpy as np

from distress_calls import ComposedCall, Plan, perform, plans
from distress_fitting import TextVectors, anything, fit_model
from distress_voices import Actor, Alteration, actors
from distress_written import LANGUAGES, Split, agent_turns, readings_of, texts_of, transcripts
from normalise import Language
from stimmung.calls.distress import CallerState, DistressJudge
from stimmung.calls.distress_model import DistressModel
from stimmung.calls.safety import SafetyPhrases
from stimmung.models.registry import build_engines
from stimmung.speech.engines import TextEmotion, TextReading
from stimmung.speech.records import Utterance
from stimmung.speech.settings import EMBEDDED_VOICE, Settings
from text_bench import tell
from text_judged import Bools, Floats
from voice_bench import Copies, EmoDb, Hearing, load_head
from voice_conditions import CLEAN, PHONE

LINES: Final = (CLEAN, PHONE)
COUNT: Final = 60  # calls an actor and language
SHARE: Final = 0.2  # of them with a caller in distress
FOLDS: Final = 5
DISTRESS: Final = ("angry", "afraid", "sad")
SEEDS: Final[dict[Split, int]] = {"train": 1, "test": 7}
Side = Literal["fused", "words", "voice"]


@dataclass(frozen=True, slots=True)
class Options:
    """Where the development data and what was made of it lie, and how much to do."""

    data: Path
    work: Path  # what was heard of clips (`copies`) and of spoken texts (`spoken`) lies or will lie here
    count: int = COUNT
    copies: int = 12
    recordings: int | None = None  # so many are analysed whole; all where nothing is said


@dataclass(frozen=True, slots=True, eq=False)
class JudgedCall:
    """A call as the product judges it; each array has one row an utterance."""

    call: ComposedCall
    probability: Floats  # of the utterance; NaN where nothing could be judged
    score: Floats  # of the caller after it; NaN while unknown
    state: tuple[str, ...]
    ends: Floats

    @property
    def plan(self) -> Plan:
        return self.call.plan

    @property
    def highest(self) -> float:
        """The caller's highest score; 0 where there was none."""
        return float(np.nanmax(self.score)) if np.isfinite(self.score).any() else 0.0

    @property
    def shows(self) -> Bools:
        return np.array([line.shows for line in self.plan.lines])

    @property
    def distressed(self) -> Bools:
        return np.array([line.distressed for line in self.plan.lines])

    def score_at(self, time: float) -> float:
        """Return the score at a time of the call (s), as it stood after the last utterance; 0 where there was none."""
        place = int(np.searchsorted(self.ends, time, side="right")) - 1
        return float(self.score[place]) if place >= 0 and np.isfinite(self.score[place]) else 0.0


@dataclass(frozen=True, slots=True)
class Fold:
    """A model, and the actors that it never heard."""

    model: DistressModel
    held: frozenset[str]


class Bench:
    """One run; what is heard, read and fitted is done once, when it is first asked for."""

    def __init__(self, options: Options, pictures: Path | None = None) -> None:
        self.options, self.pictures = options, pictures
        self.phrases = SafetyPhrases.load()
        self._readings: dict[tuple[Split, str, str], dict[str, TextReading]] = {}

    @cached_property
    def actors(self) -> dict[str, list[Actor]]:
        """EMO-DB's actors behind each line."""
        return {line: self._cast(line) for line in LINES}

    @cached_property
    def _hearing(self) -> Hearing:
        return Hearing.load()

    @cached_property
    def _emodb(self) -> EmoDb:
        copies = Copies(self.options.work / "copies", self.options.copies)
        return EmoDb(self.options.data / "emodb" / "manifest.csv", self._hearing, copies)

    def _cast(self, line: str, alteration: Alteration | None = None) -> list[Actor]:
        return actors(self._emodb, self._hearing, line, load_head(EMBEDDED_VOICE)[0].limits, alteration)

    @cached_property
    def text_model(self) -> str:
        """SHA-256 of the embedded text model."""
        return self.text.model.sha256

    @cached_property
    def text(self) -> TextEmotion:
        """The embedded text model."""
        model = build_engines(Settings()).text_emotion
        assert model is not None
        return model

    def readings(self, split: Split, language: Language, line: str) -> dict[str, TextReading]:
        """Return what the text model makes of all texts: as written, or as heard on the phone."""
        key = split, language, line
        if key not in self._readings:
            before = agent_turns(split, language)
            self._readings[key] = readings_of(self.transcripts(*key), language, self.text, before)
        return self._readings[key]

    def transcripts(self, split: Split, language: Language, line: str) -> dict[str, str]:
        """Return what is read of each text: itself, or what was heard of it on the phone."""
        spoken = self.options.work / "spoken" if line == PHONE else None
        return transcripts(texts_of(self.options.data, split, language), spoken)

    def altered_calls(self, line: str, alteration: Alteration) -> list[ComposedCall]:
        """Return the held-out calls as they are when the clips are altered before they go through the line."""
        return self.calls("test", line, self._cast(line, alteration))

    def calls(self, split: Split, line: str, cast: Sequence[Actor] | None = None) -> list[ComposedCall]:
        """Return the calls of a split behind a line; the same plans behind each line, whoever acts."""
        found = []
        for number, actor in enumerate(cast or self.actors[line]):
            for place, language in enumerate(LANGUAGES):
                texts = texts_of(self.options.data, split, language)
                seed = SEEDS[split] * 1000 + number * 10 + place
                read = self.readings(split, language, line)
                found += [
                    perform(plan, actor, read) for plan in plans(texts, actor.clips, self.options.count, SHARE, seed)
                ]
        return found

    @cached_property
    def vectors(self) -> TextVectors:
        """The training texts' sentence vectors, as written and as heard."""
        rows: list[tuple[str, np.ndarray, bool, str]] = []
        for language in LANGUAGES:
            texts = texts_of(self.options.data, "train", language)
            kinds = {text: kind for kind, own in texts.by_kind.items() for text in own}
            for line in LINES:
                for text, read in self.readings("train", language, line).items():
                    if read.vector is not None and (text in kinds or line == CLEAN):  # chat turns are never heard
                        rows.append((text, read.vector, kinds.get(text) in DISTRESS, language))
        names, vectors, distress, languages = zip(*rows, strict=True)
        return TextVectors(names, np.array(vectors, np.float64), np.array(distress), languages)

    @cached_property
    def training(self) -> list[ComposedCall]:
        """The training texts' calls behind both lines."""
        return [call for line in LINES for call in self.calls("train", line)]

    @cached_property
    def folds(self) -> list[Fold]:
        """A model for every fifth of the actors, fitted on the others."""
        return self.refitted(same)

    def refitted(self, change: "Change", features: Callable[[str], bool] = anything) -> list[Fold]:
        """Return the folds as fitted on changed calls, by some features only."""
        names = sorted({call.actor for call in self.training})
        told, found = tell(f"fitting {FOLDS} models"), []
        for number in range(FOLDS):
            held = frozenset(names[number::FOLDS])
            kept = [change(call) for call in self.training if call.actor not in held]
            found.append(Fold(fit_model(kept, self.vectors, self.text_model, features), held))
            told(number + 1, FOLDS)
        return found

    @cached_property
    def shipped(self) -> DistressModel:
        """The model of all actors, as `distress_fit.py` writes it."""
        return fit_model(self.training, self.vectors, self.text_model)

    def judged(self, line: str, side: Side = "fused", change: "Change | None" = None) -> list[JudgedCall]:
        """Judge the held-out texts' calls behind a line by models that heard neither actor nor text."""
        changed = [alone((change or same)(call), side) for call in self.calls("test", line)]
        return judge(self.folds, self.phrases, changed)


Change = Callable[[ComposedCall], ComposedCall]


def same(call: ComposedCall) -> ComposedCall:
    """Return the call as it is."""
    return call


def alone(call: ComposedCall, side: Side) -> ComposedCall:
    """Return the call as one that has words only, or a voice only."""
    if side == "fused":
        return call
    return replace(call, utterances=tuple(_only(one, side) for one in call.utterances))


def _only(one: Utterance, side: Side) -> Utterance:
    if side == "words":
        return replace(one, voice_emotion=None)
    return replace(one, text="", text_emotion=None, text_vector=None)


def judge(folds: Sequence[Fold], phrases: SafetyPhrases, calls: Sequence[ComposedCall]) -> list[JudgedCall]:
    """Judge each call by the fold that never heard its actor, in the order of the calls."""
    judges = {name: DistressJudge(fold.model, phrases) for fold in folds for name in fold.held}
    return [judged_call(judges[call.actor], call) for call in calls]


def judged_call(by: DistressJudge, call: ComposedCall) -> JudgedCall:
    """Follow a call utterance by utterance."""
    rows = list(_followed(by, call))
    probability, score, state = zip(*rows, strict=True)
    ends = np.array([one.end for one in call.utterances])
    return JudgedCall(call, np.array(probability, np.float64), np.array(score, np.float64), state, ends)


def _followed(by: DistressJudge, call: ComposedCall) -> Iterator[tuple[float, float, str]]:
    caller = CallerState()
    for utterance in call.utterances:
        followed = by.follow(caller, utterance)
        caller = followed.caller
        said = followed.score.probability
        now = by.now(caller, utterance.end, utterance.channel, utterance.speaker).score
        yield (np.nan if said is None else said, np.nan if now is None else now, caller.state)
