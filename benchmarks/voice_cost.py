"""What hearing voices costs of analysing a call: its share of the time, and how often the encoder ran."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consent import PERMITTED, consenting
from corpus import REAL_CALL, SAMPLES
from machine import Figures, usable_cores
from stimmung.calls.analysis import analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.calls.voice_emotions import describe_in, hear_voice_emotions
from stimmung.models.voice_emotion import EmbeddedVoice, Encoding
from stimmung.speech.callinfo import read_call_info
from stimmung.speech.channels import assign_roles
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, ModelId, Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.records import Audio, CallInfo, Samples, VoiceEmotionScore
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from text_bench import cell, show
from voice_bench import Bench, load_head

REPETITIONS = 3  # the quickest counts
Clock = Callable[[], float]  # seconds


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call in memory, and what is known of it."""

    name: str
    audio: Audio
    info: CallInfo


@dataclass(slots=True)
class TimedVoice:
    """A voice model that counts its seconds, by the wall and of all cores, and the seconds of speech that it heard."""

    inner: VoiceEmotion
    clock: Clock = time.perf_counter
    processor: Clock = time.process_time
    spent: float = 0.0
    describing: float = 0.0  # of `spent`
    processor_spent: float = 0.0
    speech: float = 0.0
    voices: int = 0

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Do what the inner one does."""
        self.voices += len(voices)
        self.speech += sum(voice.speech.duration for voice in voices)
        before = self.spent
        found: Samples = self._timed(lambda: self.inner.describe(voices))
        self.describing += self.spent - before
        return found

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Do what the inner one does."""
        found: VoiceEmotionScore = self._timed(lambda: self.inner.judge(description, baseline))
        return found

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        """Do what the inner one does."""
        found: VoiceBaseline = self._timed(lambda: self.inner.accustom(baseline, description))
        return found

    def _timed(self, call: Callable[[], Any]) -> Any:  # Any: whatever the call returns
        started, busy = self.clock(), self.processor()
        try:
            return call()
        finally:
            self.spent += self.clock() - started
            self.processor_spent += self.processor() - busy


@dataclass(slots=True)
class CountedNetwork:
    """A CTranslate2 Whisper that counts the calls of its encoder and the windows in them; workers call it at once."""

    inner: Any  # has no types
    batches: list[int] = field(default_factory=list)  # windows of each call

    def __getattr__(self, name: str) -> Any:  # Any: whatever the network has
        return getattr(self.inner, name)

    def encode(self, features: Any, **options: Any) -> Any:  # Any: passes on what CTranslate2 takes
        """Do what the inner one does."""
        self.batches.append(int(features.shape[0]))
        return self.inner.encode(features, **options)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One pass over all calls: seconds by the wall and of all cores, encoder calls and windows, the voice's clock."""

    seconds: float
    processor_seconds: float
    encoder_calls: int
    encoder_windows: int
    voice: TimedVoice | None
    results: tuple[CallAnalysis, ...]


def cost(bench: Bench) -> Figures:
    """Measure the head as it ships, without it, and with the second pass that another recogniser would need."""
    from stimmung.models.registry import build_engines

    engines, network = counted(build_engines(Settings(models=ModelSettings(voice=NO_MODEL))))
    head, model = load_head(bench.voice)
    encoder: Any = engines.transcriber  # a Whisper, which pools states too
    shipped = EmbeddedVoice(head, model)
    second = EmbeddedVoice(head, model, Encoding(lambda: encoder, "second pass"))
    calls = calls_of(None if bench.quick else bench.data)[: 1 if bench.quick else None]
    repetitions = 1 if bench.quick else REPETITIONS
    run(engines, network, shipped, calls[:1])  # the first call pays for loading the text model and for memory
    ours = best(engines, network, shipped, calls, repetitions)
    figures = figures_of(ours, sum(call.audio.duration for call in calls))
    whole = min(part_seconds(calls, ours.results, shipped) for _ in range(repetitions))
    figures |= {"calls": len(calls), "part_processor_s": whole, "part_of_processor": whole / ours.processor_seconds}
    figures |= passes(ours, run(engines, network, None, calls), best(engines, network, second, calls, repetitions))
    _show(figures)
    return figures


def counted(engines: Engines) -> tuple[Engines, CountedNetwork]:
    """Return engines whose encoder is counted, those given keep theirs."""
    inner: Any = copy.copy(engines.transcriber)  # Any: only the real one has a network
    network = CountedNetwork(inner.network)
    inner.network = network
    return replace(engines, transcriber=inner), network


def calls_of(data: Path | None, samples: Path = SAMPLES) -> list[Call]:
    """Return the sample calls whose sidecar names a customer, and with the data the real call, decoded."""
    files = [file for file in sorted(samples.glob("*.flac")) if "customer" in read_call_info(file).roles]
    calls = [Call(file.stem, decode([file]), consenting(read_call_info(file))) for file in files]
    if data is not None:
        parties = [data / "calls" / name for name in REAL_CALL]
        calls.append(
            Call("auto-repairs-40", decode(parties), consenting(CallInfo(language="en", roles=("agent", "customer"))))
        )
    return calls


def best(
    engines: Engines, network: CountedNetwork, model: VoiceEmotion | None, calls: Sequence[Call], repetitions: int
) -> Run:
    """Return the quickest pass over the calls."""
    return min((run(engines, network, model, calls) for _ in range(repetitions)), key=lambda one: one.seconds)


def run(engines: Engines, network: CountedNetwork, model: VoiceEmotion | None, calls: Sequence[Call]) -> Run:
    """Analyse all calls once."""
    timed = None if model is None else TimedVoice(model)
    with_voice = replace(engines, voice_emotion=timed)
    network.batches.clear()
    started, busy = time.perf_counter(), time.process_time()
    results = tuple(
        analyze_audio(call.audio, call.name, call.info, with_voice, PERMITTED, lambda *_: None).analysis
        for call in calls
    )
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    return Run(seconds, processor, len(network.batches), sum(network.batches), timed, results)


def part_seconds(calls: Sequence[Call], results: Sequence[CallAnalysis], model: VoiceEmotion) -> float:
    """Return the processor's seconds of the pipeline's whole part for voices: cutting, describing, judging, doubts."""
    spent = 0.0
    for call, result in zip(calls, results, strict=True):
        audio = assign_roles(call.audio, call.info.roles).audio
        busy = time.process_time()
        parties = result.policy.parties if result.policy else ()
        hear_voice_emotions(result.utterances, parties, result.events, model, describe_in(audio, model))
        spent += time.process_time() - busy
    return spent


def figures_of(ours: Run, seconds: float) -> Figures:
    """Return the shares of a pass with a voice model over calls of `seconds` altogether."""
    voice = ours.voice
    if voice is None or not voice.voices:
        raise ValueError("no voice was heard: the calls name no customer")
    return {
        "audio_s": seconds,
        "analyze_s": ours.seconds,
        "analyze_processor_s": ours.processor_seconds,
        "voice_s": voice.spent,
        "voice_processor_s": voice.processor_spent,
        "voices": voice.voices,
        "speech_s": voice.speech,
        "share_of_analyze": voice.spent / ours.seconds,
        "share_of_processor": voice.processor_spent / ours.processor_seconds,
        "describe_x_real_time": voice.speech / voice.describing,
    }


def passes(ours: Run, without: Run, forced: Run) -> Figures:
    """Return how often the encoder ran with the voice model, without one, and with a second pass, and what that costs.

    The second pass is that of `describe` over the voices of customers with another encoder's states.
    """
    voice, twice = ours.voice, forced.voice
    if voice is None or twice is None:
        raise ValueError("a pass without a voice model tells nothing of it")
    return {
        "encoder_calls": ours.encoder_calls,
        "encoder_calls_without_voice": without.encoder_calls,
        "encoder_calls_second_pass": forced.encoder_calls,
        "encoder_windows": ours.encoder_windows,
        "encoder_windows_without_voice": without.encoder_windows,
        "encoder_windows_second_pass": forced.encoder_windows,
        "no_second_pass": (ours.encoder_calls, ours.encoder_windows)
        == (without.encoder_calls, without.encoder_windows),
        "second_pass_s": twice.spent - voice.spent,
        "second_pass_share": twice.spent / forced.seconds,
        "second_pass_processor_share": twice.processor_spent / forced.processor_seconds,
        "analyze_second_pass_s": forced.seconds,
    }


def _show(figures: Figures) -> None:
    rows = [
        [f"analyze, {figures['calls']} calls, {figures['audio_s']:.0f} s of sound, s", cell(figures["analyze_s"], 2)],
        [f"of it the voice model, {figures['voices']} voices, s", cell(figures["voice_s"], 3)],
        ["share of the time", f"{figures['share_of_analyze']:.2%}"],
        ["share of the processor's time", f"{figures['share_of_processor']:.2%}"],
        ["the same of the whole part for voices (cutting, doubts)", f"{figures['part_of_processor']:.2%}"],
        ["describe, times real time", cell(figures["describe_x_real_time"], 0)],
        *(
            [f"encoder, {name}", f"{figures[f'encoder_calls{key}']} calls, {figures[f'encoder_windows{key}']} windows"]
            for name, key in (
                ("with the voice model", ""),
                ("without", "_without_voice"),
                ("with a second pass", "_second_pass"),
            )
        ),
        ["with a second pass, share of the time", f"{figures['second_pass_share']:.2%}"],
    ]
    show(f"cost on {len(usable_cores())} cores, best", ["", ""], rows)
