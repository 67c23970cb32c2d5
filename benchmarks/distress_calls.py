"""Calls composed for distress: an actor's clips for the voice, written utterances for the words, a known course.

The two meet at the level of features: the words' scores are those of a written text (or of what our recogniser made of
it, spoken by a synthetic voice on the phone), the voice's scores those of a clip that says something else. Such calls
tell whether words and voice are weighed well against each other; how real callers sound and speak they cannot tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeVar

import numpy as np

from distress_voices import FAST, Actor, Clip
from stimmung.speech.engines import TextReading, VoiceBaseline
from stimmung.speech.records import Utterance

Course = Literal["rising", "sudden", "recovering", "quietly_sad", "calm", "negative_words", "loud_happy", "fast"]
Mode = Literal["both", "voice", "words", "none"]  # where the distress shows
DISTRESSED: Final[tuple[Course, ...]] = ("rising", "sudden", "recovering", "quietly_sad")
SHARES: Final[Mapping[Course, float]] = MappingProxyType(
    {"calm": 0.4, "negative_words": 0.3, "loud_happy": 0.2, "fast": 0.1}
)  # of calm calls
MODES: Final[Mapping[Mode, float]] = MappingProxyType({"both": 0.4, "voice": 0.3, "words": 0.3})
KINDS: Final = MappingProxyType({"angry": "anger", "afraid": "fear", "sad": "sadness"})  # texts and the clips to them
SHOWN: Final = 0.7  # share of utterances in distress whose words show it, in calls in which words do
HEARD: Final = 0.85  # share whose voice shows it, in calls in which the voice does
CHAT: Final = 0.25  # share of plain utterances from real service chats, where they are at hand
PACE: Final = 2.4  # words a second
SHORTEST: Final = 0.8  # s
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Texts:
    """Utterances of one language by kind; `chat` are turns of real service chats, all calm."""

    language: str
    by_kind: Mapping[str, Sequence[str]]
    chat: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance of a plan: which words, which clip (feeling and number), when, and what is true of it."""

    text: str
    feeling: str
    clip: int
    start: float
    end: float
    shows: bool  # words or voice show distress
    distressed: bool  # the caller is in distress now, shown or not


@dataclass(frozen=True, slots=True)
class Plan:
    """A call as it was composed; `onset` and `relief` (s) are None where there is none."""

    name: str
    language: str
    course: Course
    mode: Mode
    lines: tuple[Line, ...]
    duration: float
    onset: float | None
    relief: float | None

    @property
    def distressed(self) -> bool:
        return self.onset is not None


@dataclass(frozen=True, slots=True)
class ComposedCall:
    """A plan as the product would have scored it behind a line: customer's utterances, in the order of its lines."""

    plan: Plan
    actor: str
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a call: until which share of its utterances, and the kind of distress, empty where calm."""

    until: float
    kind: str = ""


def plans(texts: Texts, clips: Mapping[str, Sequence[Clip]], count: int, share: float, seed: int) -> list[Plan]:
    """Compose `count` calls with an actor's clips, `share` of them with a caller in distress."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        course: Course
        mode: Mode
        if number < round(count * share):
            course = DISTRESSED[number % len(DISTRESSED)]
            mode = _drawn(MODES, rng)
        else:
            course, mode = _drawn(SHARES, rng), "none"
        found.append(_plan(f"{texts.language}-{seed}-{number}", course, mode, _Draw(texts, clips, rng)))
    return found


NOTHING: Final = TextReading(None)


def perform(plan: Plan, actor: Actor, readings: Mapping[str, TextReading]) -> ComposedCall:
    """Score a plan: the actor's model hears the clips in their order, as `calls.voice_emotions` does.

    `readings` are by written text; what is missing there has words that could not be judged.
    """
    baseline, utterances = VoiceBaseline(), []
    for line in plan.lines:
        clip, read = actor.clips[line.feeling][line.clip], readings.get(line.text, NOTHING)
        voice = actor.model.judge(clip.row, baseline)
        baseline = actor.model.accustom(baseline, clip.row)
        utterances.append(
            Utterance(
                channel=1, role="customer", speaker="", start=line.start, end=line.end, text=line.text,
                language=plan.language, confidence=1.0, flags=(), words=(), text_vector=read.vector,
                text_emotion=read.emotion, voice_emotion=voice, level=clip.level,
            )
        )  # fmt: skip
    return ComposedCall(plan, actor.name, tuple(utterances))


class _Draw:
    """Draws words and clips; an actor's clips and the texts come again only when all were used."""

    def __init__(self, texts: Texts, clips: Mapping[str, Sequence[Clip]], rng: np.random.Generator) -> None:
        self.texts, self.clips, self.rng = texts, clips, rng
        self._decks: dict[str, list[int]] = {}

    def text(self, kind: str) -> str:
        if kind == "plain" and self.texts.chat and self.rng.random() < CHAT:
            return self.texts.chat[self._next("chat", len(self.texts.chat))]
        return self.texts.by_kind[kind][self._next(kind, len(self.texts.by_kind[kind]))]

    def clip(self, feeling: str) -> int:
        return self._next(f"clip {feeling}", len(self.clips[feeling]))

    def calm_voice(self) -> str:
        return "neutral" if self.rng.random() < 0.6 else "boredom"

    def _next(self, deck: str, count: int) -> int:
        if not self._decks.get(deck):
            self._decks[deck] = self.rng.permutation(count).tolist()
        return self._decks[deck].pop()


def _plan(name: str, course: Course, mode: Mode, draw: _Draw) -> Plan:
    times = list(_times(draw.rng))
    phases = _phases(course, draw.rng)
    lines, clock = [], 0.0
    for place, gap in enumerate(times):
        phase = next(one for one in phases if place / len(times) < one.until)
        kind, feeling = _said(course, phase, mode, draw)
        text = draw.text(kind)
        start = clock + gap
        clock = start + max(SHORTEST, len(text.split()) / PACE)
        shows = bool(phase.kind) and (kind in KINDS or feeling in KINDS.values())
        lines.append(Line(text, feeling, draw.clip(feeling), start, clock, shows, bool(phase.kind)))
    ill = [line for line in lines if line.distressed]
    after = [line.start for line in lines if ill and line.start > ill[-1].start]
    return Plan(
        name, draw.texts.language, course, mode, tuple(lines), clock + 5.0,
        ill[0].start if ill else None, after[0] if after else None,
    )  # fmt: skip


def _times(rng: np.random.Generator) -> Iterator[float]:
    """Yield the silence of the caller before each utterance: pauses within a turn, the agent between turns."""
    for _ in range(int(rng.integers(5, 12))):
        yield float(rng.uniform(3.0, 12.0))
        for _ in range(int(rng.integers(0, 3))):
            yield float(rng.uniform(0.5, 1.2))


def _phases(course: Course, rng: np.random.Generator) -> tuple[Phase, ...]:
    kind = str(rng.choice(list(KINDS)))
    match course:
        case "rising":
            return (Phase(rng.uniform(0.4, 0.6)), Phase(1.0, kind))
        case "sudden":
            return (Phase(rng.uniform(0.2, 0.7)), Phase(1.0, kind))
        case "recovering":
            return (Phase(rng.uniform(0.1, 0.3)), Phase(rng.uniform(0.55, 0.75), kind), Phase(1.0))
        case "quietly_sad":
            return (Phase(rng.uniform(0.05, 0.2)), Phase(1.0, "sad"))
        case _:
            return (Phase(1.0),)


def _said(course: Course, phase: Phase, mode: Mode, draw: _Draw) -> tuple[str, str]:
    """Return the kind of words and the feeling of the clip of one utterance."""
    chance, voice = draw.rng.random(), draw.calm_voice()
    if phase.kind:
        kind = phase.kind if chance < SHOWN else "problem" if chance < (1 + SHOWN) / 2 else "plain"
        if mode == "voice":
            kind = "plain" if chance < SHOWN else "problem"
        heard = mode != "words" and draw.rng.random() < HEARD
        return kind, KINDS[phase.kind] if heard else voice
    match course:
        case "negative_words":
            return ("problem" if chance < 0.75 else "plain"), voice
        case "loud_happy":
            return ("glad" if chance < 0.6 else "plain"), ("joy" if draw.rng.random() < HEARD else voice)
        case "fast":
            return ("plain" if chance < 0.8 else "problem"), FAST
        case "rising":
            return ("problem" if chance < 0.5 else "plain"), voice
        case _:
            return ("plain" if chance < 0.85 else "problem" if chance < 0.95 else "glad"), voice


def _drawn(shares: Mapping[Name, float], rng: np.random.Generator) -> Name:
    names = list(shares)
    return names[int(rng.choice(len(names), p=list(shares.values())))]
