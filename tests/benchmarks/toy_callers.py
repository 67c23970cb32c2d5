"""Texts, clips and readings of toy callers: what a text and a clip say is plain, unless a test makes it noise."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from tests.models import toy_head

from distress_bench import JudgedCall
from distress_calls import KINDS, ComposedCall, Course, Line, Plan, Texts, perform, plans
from distress_fitting import TextVectors
from distress_voices import FAST, Actor, Clip
from distress_written import KINDS as TEXT_KINDS
from stimmung.calls.distress_features import EMOTIONS
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.speech.engines import ModelId, TextReading
from stimmung.speech.records import Polarity, TextEmotionScore, Utterance

TEXT_MODEL: Final = "2" * 64
FEELINGS: Final = ("anger", "fear", "sadness", "joy", "neutral", "boredom")
WIDTH: Final = 8  # of the sentence vectors
NEGATIVE: Final = {"plain": 0.1, "problem": 0.7, "glad": 0.05, "angry": 0.9, "afraid": 0.8, "sad": 0.8}
CHAT_HEAD: Final = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent"
WORDS: Final = ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht")


def texts(each: int = 6, name: str = "a", chat: int = 0) -> Texts:
    """Return `each` texts a kind, of one to eight words, none of which is in two kinds or under two names."""
    by_kind = {
        kind: [" ".join((f"{name}{kind}{number}", *WORDS[: number % len(WORDS)])) for number in range(each)]
        for kind in TEXT_KINDS
    }
    return Texts("de", by_kind, [f"{name}chat{number} hello" for number in range(chat)])


def readings(of: Texts, seed: int = 0, tells: float = 4.0) -> dict[str, TextReading]:
    """Return what a text model makes of all texts: the first number of the vector tells distress, as far as `tells`."""
    rng = np.random.default_rng(seed)
    kinds = [(text, kind) for kind, own in of.by_kind.items() for text in own] + [(text, "plain") for text in of.chat]
    found = {}
    for text, kind in kinds:
        vector = rng.standard_normal(WIDTH)
        vector[0] += tells * (kind in KINDS)
        negative = NEGATIVE[kind] + rng.uniform(-0.05, 0.05) if tells else rng.uniform(0, 1)
        emotions = {name: rng.uniform(0, 0.3) for name in EMOTIONS}
        if kind in KINDS and tells:
            emotions[KINDS[kind]] += 0.6
        unit = np.asarray(vector / np.linalg.norm(vector), np.float32)
        found[text] = TextReading(words(negative, emotions), unit)
    return found


def words(negative: float, emotions: Mapping[str, float] | None = None) -> TextEmotionScore:
    """Return what a text model says of words so negative."""
    polarities: dict[Polarity, float] = {"negative": negative, "neutral": 0.0, "positive": 1 - negative}
    return TextEmotionScore("neutral", 1 - 2 * negative, polarities, emotions or {}, {}, calibrated=True)


def vectors(of: Texts, read: Mapping[str, TextReading]) -> TextVectors:
    """Return the vectors of all texts that are no chat, with their kinds as labels."""
    kinds = [(text, kind) for kind, own in of.by_kind.items() for text in own]
    rows = [read[text].vector for text, _ in kinds]
    assert all(row is not None for row in rows)
    distress = np.array([kind in KINDS for _, kind in kinds])
    return TextVectors(tuple(text for text, _ in kinds), np.array(rows, np.float64), distress, ("de",) * len(kinds))


def write_chat(data: Path, domain: str, turns: Sequence[str]) -> None:
    """Write customers' turns of a domain into the folder of development data, as multidogo has them."""
    folder = data / "text" / "multidogo"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"call\t1\tid\t{turn}\tO\tnone" for turn in turns]
    (folder / f"{domain}.train.tsv").write_text("\n".join([CHAT_HEAD, *rows]) + "\n", "utf-8")


def actor(name: str = "03", each: int = 4, tells: float = 4.0) -> Actor:
    """Return an actor with `each` clips of every feeling, which the product's own code judges, as far as it `tells`."""
    rng = np.random.default_rng(sum(name.encode()))
    clips = {
        feeling: [Clip(_row("neutral" if feeling == FAST else feeling, rng, tells), -20.0 - n) for n in range(each)]
        for feeling in (*FEELINGS, FAST)
    }
    return Actor(name, EmbeddedVoice(toy_head.head(FEELINGS), ModelId("toy", "")), clips)


def _row(feeling: str, rng: np.random.Generator, tells: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    states = rng.standard_normal(toy_head.STATES).astype(np.float32)
    states[FEELINGS.index(feeling)] += tells
    return toy_head.row(states, rng.standard_normal(toy_head.PROSODY).astype(np.float32))


def composed(of: Texts, read: Mapping[str, TextReading], cast: Sequence[Actor], count: int = 20, seed: int = 0,
             share: float = 0.4) -> list[ComposedCall]:  # fmt: skip
    """Return `count` calls with each actor."""
    return [
        perform(plan, one, read)
        for number, one in enumerate(cast)
        for plan in plans(of, one.clips, count, share, seed + number)
    ]


def plan(
    lines: Sequence[Line], course: Course = "sudden", onset: float | None = None, relief: float | None = None
) -> Plan:
    """Return a plan that ends five seconds after its last line."""
    return Plan("toy", "de", course, "none", tuple(lines), lines[-1].end + 5.0, onset, relief)


def judged(
    scores: Sequence[float],
    states: Sequence[str] = (),
    *,
    onset: float | None = None,
    relief: float | None = None,
    who: str = "03",
    begin: float = 0.0,
    probabilities: Sequence[float] = (),
    levels: Sequence[float] = (),
) -> JudgedCall:
    """Return a call with an utterance of 4 s every ten seconds from `begin` on, and what was made of each by hand."""
    lines = [
        Line("eins", "neutral", 0, start, start + 4.0, ill, ill)
        for start in (begin + 10.0 * place for place in range(len(scores)))
        for ill in [onset is not None and onset <= start and (relief is None or start < relief)]
    ]
    utterances = tuple(
        Utterance(1, "customer", "", line.start, line.end, line.text, "de", 1.0, (), (), level=level)
        for line, level in zip(lines, levels or [-20.0] * len(lines), strict=True)
    )
    call = ComposedCall(plan(lines, "calm" if onset is None else "sudden", onset, relief), who, utterances)
    ends = np.array([line.end for line in lines])
    held = tuple(states) or ("calm",) * len(lines)
    return JudgedCall(call, np.array(probabilities or scores, np.float64), np.array(scores, np.float64), held, ends)
