"""Live calls for tests: sound made of turns, engines that can be wrong at first, and whoever does the tasks."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random
from types import FunctionType, ModuleType
from typing import Any, cast

import numpy as np
from tests.calls.consent import DEPLOYMENT, consenting
from tests.calls.toy_distress import judge
from tests.calls.toy_redaction import ToyRedactor

from stimmung.api.work import runners_of
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.distress import DistressJudge
from stimmung.calls.live import CallStart, LiveCall
from stimmung.calls.live_events import Ended, LiveEvent, UtteranceFinal, UtteranceRevised
from stimmung.calls.live_tasks import Kind, Task
from stimmung.calls.records import CallAnalysis, Deployment
from stimmung.calls.redacting import Redacting
from stimmung.speech.engines import (
    Answer,
    Ask,
    DetectorState,
    Engines,
    ModelId,
    SpeechDetector,
    TranscriptionOptions,
    ignore,
)
from stimmung.speech.fakes import FRAME, FakeDetector, FakeTextEmbedding, FakeTextEmotion, FakeVoiceEmotion
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Role, Samples, Span, Utterance, Window, Word
from stimmung.speech.vad import Probabilities

ROLES: tuple[Role, ...] = ("agent", "customer")
SAYINGS = (
    "hallo",
    "danke sehr",
    "das ist eine frechheit",
    "ja",
    "Das ist ein Notfall!",
    "ich warte seit wochen",
    "gut",
)
Turns = Sequence[tuple[float, float]]  # start and end (s) of what one channel says


def channel(turns: Turns, seconds: float, seed: int = 0) -> Samples:
    """Return mono sound with noise where a turn is, each turn louder than the one before, and silence elsewhere."""
    sound = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    noise = np.random.default_rng(seed).standard_normal(sound.size).astype(np.float32)
    for place, (start, end) in enumerate(turns):
        part = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        sound[part] = (0.05 + 0.02 * (place % 5)) * noise[part]
    return sound


def conversation(*channels: Turns, seconds: float) -> Samples:
    """Return float32 (channels, samples) at 16 kHz."""
    return np.stack([channel(turns, seconds, seed) for seed, turns in enumerate(channels)])


# Two windows and more of either channel, some of it at the same time.
AGENT: Turns = ((0.5, 1.7), (5.1, 9.0), (13.0, 13.6), (17.0, 24.0), (26.3, 28.0))
CUSTOMER: Turns = ((2.4, 4.4), (7.1, 8.0), (10.2, 12.4), (14.2, 16.5), (21.0, 23.0), (24.6, 26.0), (28.4, 29.4))
EMERGENCY = 12.4  # s: by then the customer has said that it is one
TALK = conversation(AGENT, CUSTOMER, seconds=30.0)


class CoarseDetector:
    """Takes loud frames for speech as `FakeDetector` does, in frames of 0.128 s: a quarter of the work of a call."""

    model = FakeDetector.model
    frame_samples = 4 * FRAME

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[Probabilities, DetectorState]:
        """Return 1 for loud frames, 0 for quiet ones."""
        sound = np.concatenate((state.pending, samples)) if state else samples
        count = len(sound) // self.frame_samples
        frames = sound[: count * self.frame_samples].reshape(-1, self.frame_samples)
        loud = np.sqrt(np.square(frames).mean(axis=1)) > 0.01
        heard = (state.frames if state else 0) + count
        rest = sound[count * self.frame_samples :].copy()
        return loud.astype(np.float32), DetectorState((), rest, frames[:0], heard)


class Ears:
    """Hears words that depend on when they are said.

    Each `slips`-th utterance (0: none) goes wrong where it is heard behind others that are known: by turns the words
    are others, they are missing, or there are some where nobody said a word. Heard as a whole, windows come out right.
    """

    model = ModelId("ears", "6" * 64)

    def __init__(self, slips: int = 0, language: Callable[[Window], str] | None = None) -> None:
        self._slips = slips
        self._language = language
        self.asks: list[Ask] = []  # what was ever to be heard live

    def transcribe(
        self, windows: Sequence[Window], options: TranscriptionOptions, heard: Callable[[Window], None] = ignore
    ) -> list[tuple[Utterance, ...]]:
        """Return the utterances of each window, without a slip."""
        votes: dict[str, float] = {}
        for window in windows:
            votes = _added(votes, self._votes(window, options))
        return [self._utterances(window, _chosen(options, votes), slip=False) for window in windows]

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Return the utterances of the new pieces."""
        self.asks += asks
        return [self._answer(ask) for ask in asks]

    def _answer(self, ask: Ask) -> Answer:
        votes = _added(ask.votes, self._votes(ask.window, ask.options))
        slip = ask.new < len(ask.window.pieces)
        new_from = ask.window.pieces[-ask.new].span.start
        found = self._utterances(ask.window, _chosen(ask.options, votes), slip=slip)
        return Answer(tuple(one for one in found if one.end > new_from), votes)

    def _votes(self, window: Window, options: TranscriptionOptions) -> Mapping[str, float]:
        if self._language is None or len(options.languages) == 1:
            return {}
        return {self._language(window): window.duration}

    def _utterances(self, window: Window, language: str, *, slip: bool) -> tuple[Utterance, ...]:
        inside = [tuple(s for s in window.speech if p.span.start <= s.start < p.span.end) for p in window.pieces]
        said = [_said(window.channel, spans, language) for spans in inside]
        return tuple(one for utterance in said if (one := self._slipped(utterance, slip=slip)).text)

    def _slipped(self, utterance: Utterance, *, slip: bool) -> Utterance:
        number = round(utterance.start * 100)
        kind = number // self._slips % 3 if self._slips and number % self._slips == 0 else None
        if kind == 0 and slip:
            return _with_words(utterance, "halo")
        if (kind == 1 and slip) or (kind == 2 and not slip):
            return replace(utterance, text="", words=())
        return utterance


WORD = 0.4  # s of a word of a script


@dataclass(frozen=True)
class Turn:
    """What is said on a channel without a pause; `at_first`: how it is heard before its window is heard once more."""

    channel: int
    start: float
    text: str
    at_first: str = ""

    @property
    def end(self) -> float:
        return self.start + WORD * len(self.text.split())


class Reader(Ears):
    """Hears the words of a script; of a turn that goes on those that it has had time for."""

    def __init__(self, script: Sequence[Turn]) -> None:
        super().__init__()
        self._script = script

    def _answer(self, ask: Ask) -> Answer:
        new_from = ask.window.pieces[-ask.new].span.start
        found = self._utterances(ask.window, ask.options.languages[0], slip=not ask.thorough)
        return Answer(tuple(one for one in found if one.end > new_from), dict(ask.votes))

    def _utterances(self, window: Window, language: str, *, slip: bool) -> tuple[Utterance, ...]:
        inside = [tuple(s for s in window.speech if p.span.start <= s.start < p.span.end) for p in window.pieces]
        return tuple(self._read(window.channel, spans, language, slip=slip) for spans in inside)

    def _read(self, number: int, speech: tuple[Span, ...], language: str, *, slip: bool) -> Utterance:
        heard = _said(number, speech, language)
        turn = min((one for one in self._script if one.channel == number), key=lambda one: abs(one.start - heard.start))
        text = turn.at_first if slip and turn.at_first else turn.text
        return _with_words(heard, " ".join(text.split()[: max(1, round(heard.duration / WORD))]))


def of_script(script: Sequence[Turn]) -> tuple[Samples, Engines]:
    """Return the sound of a script, and engines that hear its words."""
    seconds = max(turn.end for turn in script) + 1.0
    samples = conversation(
        *([(t.start, t.end) for t in script if t.channel == number] for number in (0, 1)), seconds=seconds
    )
    return samples, replace(ears(), transcriber=Reader(script))


def _added(votes: Mapping[str, float], more: Mapping[str, float]) -> dict[str, float]:
    return {one: votes.get(one, 0.0) + more.get(one, 0.0) for one in {**votes, **more}}


def _chosen(options: TranscriptionOptions, votes: Mapping[str, float]) -> str:
    return max(options.languages, key=lambda one: votes.get(one, 0.0))


def _said(number: int, speech: tuple[Span, ...], language: str) -> Utterance:
    start, end = speech[0].start, speech[-1].end
    bare = Utterance(number, "unknown", "", start, end, "", language, 0.9, (), ())
    bare = replace(bare, voice_features=np.full(4, start, np.float32))
    return _with_words(bare, SAYINGS[round(start * 10) % len(SAYINGS)])


def _with_words(utterance: Utterance, text: str) -> Utterance:
    words = text.split()
    each = utterance.duration / len(words)
    times = [utterance.start + place * each for place in range(len(words))]
    heard = tuple(Word(time, time + each, word, 0.9) for time, word in zip(times, words, strict=True))
    return replace(utterance, text=text, words=heard)


def ears(
    slips: int = 0, language: Callable[[Window], str] | None = None, detector: SpeechDetector | None = None
) -> Engines:
    """Return fake engines whose words are those of `Ears`."""
    return Engines(
        detector or CoarseDetector(), Ears(slips, language), FakeTextEmotion(), FakeTextEmbedding(), FakeVoiceEmotion()
    )


def asks_of(engines: Engines) -> list[Ask]:
    """Return what `ears` were asked to hear live."""
    assert isinstance(engines.transcriber, Ears)
    return engines.transcriber.asks


@dataclass
class Line:
    """A live call, and whoever does its tasks: at once and in order, unless a test says otherwise."""

    call: LiveCall
    engines: Engines
    waiting: list[Task] = field(default_factory=list)
    told: list[LiveEvent] = field(default_factory=list)
    seen: list[Task] = field(default_factory=list)  # every task there ever was

    def feed(self, samples: Samples, chunk: float = 0.1) -> "Line":
        """Feed sound in chunks (s), and leave the tasks for later."""
        size = round(chunk * SAMPLE_RATE)
        for first in range(0, samples.shape[1], size):
            self.call.feed(samples[:, first : first + size])
            self.collect()
        return self

    def collect(self) -> list[Task]:
        """Take the tasks that became due."""
        new = self.call.tasks()
        self.told += self.call.events()
        self.waiting += new
        self.seen += new
        return new

    def take(self, *kinds: Kind) -> list[Task]:
        """Take tasks of these kinds away, undone: whoever does that gives their results or fails them."""
        self.collect()
        found = [task for task in self.waiting if task.kind in kinds]
        self.waiting = [task for task in self.waiting if task not in found]
        return found

    def result(self, task: Task) -> Any:  # Any: as the kind of the task says
        """Compute a task."""
        return runners_of(self.engines)[task.kind]([task.payload])[0]

    def do(self, task: Task) -> list[LiveEvent]:
        """Compute a task, give the result, and note what was told."""
        return self.tell(self.call.done(task, self.result(task)))

    def fail(self, task: Task, why: str = "no time") -> list[LiveEvent]:
        """Let a task fail."""
        return self.tell(self.call.failed(task, why))

    def tell(self, events: Sequence[LiveEvent]) -> list[LiveEvent]:
        """Note what was told."""
        self.told += events
        self.collect()
        return list(events)

    def work(self, *but: Kind) -> "Line":
        """Do everything there is to do, and what follows from it, but for these kinds."""
        self.collect()
        while todo := next((task for task in self.waiting if task.kind not in but), None):
            self.waiting.remove(todo)
            self.do(todo)
        return self

    def work_without(self, *lost: Kind) -> "Line":
        """Do everything there is to do, and what follows from it; all tasks of these kinds fail."""
        self.collect()
        while self.waiting:
            task = self.waiting.pop(0)
            if task.kind in lost:
                self.fail(task)
            else:
                self.do(task)
        return self

    def ask(self, kind: Kind) -> tuple[Task, Ask]:
        """Take the one task of a kind that waits, and what is to be heard in it."""
        (task,) = self.take(kind)
        assert isinstance(task.payload, Ask)
        return task, task.payload

    def end(self) -> CallAnalysis:
        """End the call, do what is left and return the result."""
        self.call.end()
        self.work()
        return self.analysis()

    def analysis(self) -> CallAnalysis:
        """Return the result that was told at the end."""
        (ended,) = self.of(Ended)
        return cast("CallAnalysis", ended.analysis)

    def of(self, kind: type[Any]) -> list[Any]:  # Any: the events of that kind
        """Return what was told of one kind."""
        return [event for event in self.told if isinstance(event, kind)]

    def texts(self) -> list[tuple[int, str]]:
        """Return channel and words of each utterance that was told as final, in that order."""
        return [(one.utterance.channel, one.utterance.text) for one in self.of(UtteranceFinal)]


def line(
    channels: int = 2,
    info: CallInfo | None = None,
    engines: Engines | None = None,
    deployment: Deployment = DEPLOYMENT,
    options: TranscriptionOptions | None = None,
    distress: DistressJudge | None = None,
    sample_rate: int = SAMPLE_RATE,
    *,
    redactor: Redacting | None = None,
) -> Line:
    """Begin a live call; without more said, of an agent and of a customer who was told and consents."""
    engines = engines or ears()
    info = consenting(*ROLES[-channels:]) if info is None else info
    start = CallStart("call", info, channels, sample_rate, deployment, options or TranscriptionOptions())
    return Line(LiveCall(start, engines, distress or judge(), redactor or ToyRedactor()), engines)


def recorded(
    samples: Samples,
    info: CallInfo | None = None,
    engines: Engines | None = None,
    deployment: Deployment = DEPLOYMENT,
    options: TranscriptionOptions | None = None,
) -> CallAnalysis:
    """Return the analysis of the same call's recording."""
    info = consenting(*ROLES[-samples.shape[0] :]) if info is None else info
    instructions = Instructions(ToyRedactor(), options or TranscriptionOptions(), deployment, judge())
    return analyze_audio(Audio(samples), "call", info, engines or ears(), instructions, _nothing).analysis


def _nothing(done: float, duration: float) -> None:
    """Show no progress."""


def plain(analysis: CallAnalysis) -> dict[str, Any]:  # Any: whatever records hold
    """Return everything in an analysis that can be compared: all but the vectors, which a live call does not keep."""
    said = tuple(replace(one, voice_features=None, text_vector=None) for one in analysis.utterances)
    return asdict(replace(analysis, utterances=said))


def shuffled(call: Line, samples: Samples, rng: Random, lost: Sequence[Kind] = ()) -> CallAnalysis:
    """Feed a call in chunks of any size, and do its tasks when and in what order chance wills.

    Of the tasks of kinds in `lost` a third fails.
    """
    first, patience = 0, rng.choice([0.0, 0.1, 0.5, 0.9])
    while first < samples.shape[1]:
        size = rng.choice([1, 160, 511, 3200, 8000, 48000, 160_000])
        call.call.feed(samples[:, first : first + size])
        first += size
        call.collect()
        while call.waiting and rng.random() > patience:
            one_of(call, rng, lost)
    call.call.end()
    call.collect()
    while call.waiting:
        one_of(call, rng, lost)
    return call.analysis()


def one_of(call: Line, rng: Random, lost: Sequence[Kind]) -> None:
    """Do one of the tasks that wait."""
    task = call.waiting.pop(rng.randrange(len(call.waiting)))
    if task.kind in lost and rng.random() < 1 / 3:
        call.fail(task)
    else:
        call.do(task)


def said_of(call: Line) -> dict[int, Utterance]:
    """Return the utterances as they were told last, by id; those without words are no more."""
    told = {one.id: one.utterance for one in call.told if isinstance(one, UtteranceFinal | UtteranceRevised)}
    return {number: one for number, one in told.items() if one.text}


def kept_by(root: object) -> list[object]:
    """Return everything that an object refers to, but for classes, modules and engines, which note what they heard."""
    seen, todo = {}, [root]
    while todo:
        found = todo.pop()
        if id(found) in seen or isinstance(
            found, type | ModuleType | Engines | Ears | FakeVoiceEmotion | DistressJudge
        ):
            continue
        seen[id(found)] = found
        todo += (found.__closure__ or ()) if isinstance(found, FunctionType) else gc.get_referents(found)
    return list(seen.values())
