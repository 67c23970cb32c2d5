"""Whether the state stays what it is: other cuts, 3 dB, 5 % speed, wrong words; composed calls, whole recordings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from consent import DEPLOYMENT, consenting
from distress_bench import Bench, JudgedCall, judge
from distress_calls import ComposedCall, perform
from distress_voices import Alteration
from distress_written import LANGUAGES, agent_turns, readings_of, texts_of
from machine import Figures
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.distress import RANKS, CallerState, DistressJudge
from stimmung.calls.records import CallAnalysis
from stimmung.models.registry import build_engines
from stimmung.speech.callinfo import read_call_info
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TextReading, TranscriptionOptions
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, DistressState
from stimmung.speech.resample import resampled
from stimmung.speech.settings import Settings
from text_bench import cell, show
from unredacted import Unredacted
from voice_conditions import PHONE

HIGH: Final = ("distressed", "urgent")
WRONG: Final = 0.15  # share of words that are lost or changed, beside those that the recogniser got wrong anyway
SPEED: Final = 1.05
GAIN: Final = 3.0  # dB
DELAY: Final = 0.37  # s of silence in front, so that frames, windows and utterances are cut elsewhere
SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
TWO_CHANNELS: Final = ("de-address", "de-billing-angry", "de-cancellation", "en-happy", "en-outage", "en-vulnerable")
Sound = Callable[[Audio], Audio]


def stability(bench: Bench) -> Figures:
    """Change one thing at a time and compare with the unchanged call."""
    plain = bench.judged(PHONE)
    changed = {
        "+3 dB": bench.altered_calls(PHONE, Alteration(gain=GAIN)),
        "-3 dB": bench.altered_calls(PHONE, Alteration(gain=-GAIN)),
        "5 % faster": bench.altered_calls(PHONE, Alteration(speed=SPEED)),
        "5 % slower": bench.altered_calls(PHONE, Alteration(speed=1 / SPEED)),
        f"{WRONG:.0%} of the words wrong": _with_wrong_words(bench),
    }
    composed = {name: compared(plain, judge(bench.folds, bench.phrases, calls)) for name, calls in changed.items()}
    rows = [
        [name, *(cell(own[key]) for key in ("same_state", "mean_change", "flipped"))] for name, own in composed.items()
    ]
    show("composed calls on the phone, changed", ["", "same state", "mean change of the score", "calls flipped"], rows)
    return {"composed": composed, "recordings": recordings(bench)}


def compared(plain: Sequence[JudgedCall], changed: Sequence[JudgedCall]) -> Figures:
    """Return the share of utterances after which the state is the same, and of calls whose highest state flips.

    A flip is from calm or uneasy to distressed or urgent, or back.
    """
    same = [
        a == b for one, other in zip(plain, changed, strict=True) for a, b in zip(one.state, other.state, strict=True)
    ]
    differences = np.concatenate([np.abs(one.score - two.score) for one, two in zip(plain, changed, strict=True)])
    flips = [
        any(state in HIGH for state in one.state) != any(state in HIGH for state in other.state)
        for one, other in zip(plain, changed, strict=True)
    ]
    return {
        "same_state": float(np.mean(same)),
        "mean_change": float(np.nanmean(differences)),
        "flipped": float(np.mean(flips)),
    }


def recordings(bench: Bench) -> Figures:
    """Analyse whole recordings, changed, and compare the state second by second."""
    engines, judged = build_engines(Settings()), DistressJudge.load()
    figures: Figures = {}
    rows = []
    for name, audio, info in _calls(bench.options.data)[: bench.options.recordings]:
        instructions = Instructions(Unredacted(), TranscriptionOptions(), DEPLOYMENT, judged)
        states = {
            change: seconds(
                analyze_audio(altered(audio), name, consenting(info), engines, instructions, _ignore).analysis,
                factor,
                judged,
                engines,
            )
            for change, (altered, factor) in CHANGES.items()
        }
        figures[name] = {change: alike(states["plain"], own) for change, own in states.items() if change != "plain"}
        worst = max(states["plain"], key=RANKS.index)
        rows.append([name, worst, *(f"{own['same']:.0%} {own['highest']}" for own in figures[name].values())])
    columns = ["recording", "highest", *(name for name in CHANGES if name != "plain")]
    show("whole recordings: share of seconds in the same state, and the highest state", columns, rows)
    return figures


def seconds(analysis: CallAnalysis, factor: float, judged: DistressJudge, engines: Engines) -> list[DistressState]:
    """Return the customer's state at each second of the unchanged call; `factor` is how much longer this one is."""
    assert engines.text_emotion is not None
    by = judged.reading(engines.text_emotion.model.sha256)
    left = [one for one in analysis.utterances if one.role == "customer"]
    caller, found = CallerState(), list[DistressState]()
    for second in range(int(analysis.duration / factor)):
        while left and left[0].end <= second * factor:
            caller = by.follow(caller, left.pop(0)).caller
        found.append(by.now(caller, second * factor, 0, "").state)
    return found


def alike(plain: Sequence[DistressState], changed: Sequence[DistressState]) -> Figures:
    """Return the share of seconds in the same state, and the highest state of the changed call."""
    return {
        "same": float(np.mean([a == b for a, b in zip(plain, changed, strict=False)])),
        "highest": max(changed, key=RANKS.index),
    }


def _louder(decibels: float) -> Sound:
    return lambda audio: replace(audio, samples=np.clip(audio.samples * np.float32(10 ** (decibels / 20)), -1.0, 1.0))


def _faster(audio: Audio) -> Audio:
    return replace(
        audio, samples=np.stack([resampled(one, round(SAMPLE_RATE * SPEED), SAMPLE_RATE) for one in audio.samples])
    )


def _later(audio: Audio) -> Audio:
    return replace(audio, samples=np.pad(audio.samples, ((0, 0), (round(DELAY * SAMPLE_RATE), 0))))


# What is done, and how much longer the call is then.
CHANGES: Final[Mapping[str, tuple[Sound, float]]] = {
    "plain": (lambda audio: audio, 1.0),
    "+3 dB": (_louder(GAIN), 1.0),
    "-3 dB": (_louder(-GAIN), 1.0),
    "5 % faster": (_faster, 1 / SPEED),
    "other cuts": (_later, 1.0),
}


def _calls(data: Path) -> list[tuple[str, Audio, CallInfo]]:
    """Return the sample calls with a channel each, and the real call."""
    found = [
        (name, decode((SAMPLES / f"{name}.flac",)), read_call_info(SAMPLES / f"{name}.flac")) for name in TWO_CHANNELS
    ]
    files = tuple(data / "calls" / f"auto-repairs-40.{role}.flac" for role in ("agent", "caller"))
    return [*found, ("auto-repairs-40", decode(files), CallInfo(roles=("agent", "customer"), language="en"))]


def _with_wrong_words(bench: Bench) -> list[ComposedCall]:
    """Return the calls with texts in which words are lost or another text's."""
    found: list[ComposedCall] = []
    wrong: dict[str, dict[str, TextReading]] = {}
    for language in LANGUAGES:
        texts = texts_of(bench.options.data, "test", language)
        heard = bench.transcripts("test", language, PHONE)
        spoilt_texts = {text: spoilt(said) for text, said in heard.items()}
        wrong[language] = readings_of(spoilt_texts, texts.language, bench.text, agent_turns("test", language))
    actors = {actor.name: actor for actor in bench.actors[PHONE]}
    for call in bench.calls("test", PHONE):
        found.append(perform(call.plan, actors[call.actor], wrong[call.plan.language]))
    return found


def spoilt(text: str) -> str:
    """Return a text with words lost or doubled in another's place, the same ones in every run."""
    words = text.split()
    rng = np.random.default_rng(len(text))
    kept = []
    for word in words:
        chance = rng.random()
        if chance < WRONG / 2:
            continue
        kept.append(str(rng.choice(words)) if chance < WRONG else word)
    return " ".join(kept)


def _ignore(done: float, total: float) -> None:
    """Show no progress."""
