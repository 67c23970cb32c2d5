"""Cost is counted where it arises: seconds inside the voice model, calls and windows of the encoder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stimmung.speech.engines import Engines, Voice, VoiceBaseline
from stimmung.speech.fakes import FakeDetector, FakeTranscriber, FakeVoiceEmotion, loud
from stimmung.speech.records import Samples, Span
from voice_cost import CountedNetwork, Run, TimedVoice, best, calls_of, counted, figures_of, part_seconds, passes, run


class Network:
    """Encodes to nothing."""

    n_mels = 80

    def encode(self, features: Samples, *, to_cpu: bool) -> Samples:
        return features


class NetworkTranscriber(FakeTranscriber):
    """Asks its network for one window at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.network: Any = Network()  # Any: a counter takes its place

    def transcribe(self, windows: Any, *given: Any) -> Any:  # Any: as the fake does it
        for window in windows:
            self.network.encode(window.samples[np.newaxis, np.newaxis], to_cpu=True)
        return super().transcribe(windows, *given)


def ticking(step: float = 1.0) -> Any:  # Any: a clock
    now = iter(np.arange(0.0, 1000.0, step))
    return lambda: float(next(now))


def test_seconds_of_all_three_methods_count_and_those_of_describing_apart() -> None:
    timed = TimedVoice(FakeVoiceEmotion(), ticking(), ticking(2.0))
    rows = timed.describe([Voice(loud(1.0), Span(0.0, 0.75)), Voice(loud(1.0), Span(0.0, 0.5))])
    timed.judge(rows[0], timed.accustom(VoiceBaseline(), rows[0]))
    assert (timed.spent, timed.describing, timed.processor_spent) == (3.0, 1.0, 6.0)
    timed.describe([])
    assert (timed.spent, timed.describing) == (4.0, 2.0)
    assert (timed.voices, timed.speech) == (2, 1.25)


def test_the_encoder_is_counted_and_the_engines_given_keep_theirs() -> None:
    transcriber = NetworkTranscriber()
    engines, network = counted(Engines(FakeDetector(), transcriber))
    network.encode(np.zeros((3, 80, 10), np.float32), to_cpu=True)
    assert network.batches == [3]
    assert network.n_mels == 80
    assert isinstance(transcriber.network, Network)
    assert engines.detector.frame_samples == 512


def test_calls_are_those_with_a_customer_and_the_real_one_has_its_roles(samples: Path) -> None:
    names = [call.name for call in calls_of(None, samples)]
    assert "de-address" in names
    assert "de-address-mono" not in names
    assert len(names) >= 6


def test_a_pass_counts_every_window_once_and_hears_the_customers_alone(samples: Path) -> None:
    engines, network = counted(Engines(FakeDetector(), NetworkTranscriber()))
    calls = calls_of(None, samples)[:1]
    with_voice = best(engines, network, FakeVoiceEmotion(), calls, 2)
    without = run(engines, network, None, calls)
    assert with_voice.encoder_windows == without.encoder_windows > 0
    assert with_voice.voice is not None
    scored = [one for one in with_voice.results[0].utterances if one.voice_emotion]
    assert with_voice.voice.voices == len(scored) > 0
    assert {one.role for one in scored} == {"customer"}
    found = figures_of(with_voice, calls[0].audio.duration)
    assert 0 < found["share_of_analyze"] < 1
    assert found["share_of_analyze"] == found["voice_s"] / found["analyze_s"]
    assert 0 < part_seconds(calls, with_voice.results, FakeVoiceEmotion()) < with_voice.processor_seconds


def one_run(calls: int, spent: float, seconds: float = 10.0, voice: bool = True) -> Run:
    timed = TimedVoice(FakeVoiceEmotion(), spent=spent, describing=spent, processor_spent=spent, speech=5.0, voices=2)
    return Run(seconds, seconds, calls, calls, timed if voice else None, ())


def test_a_second_pass_is_seen_in_the_counts() -> None:
    found = passes(one_run(8, 0.2), one_run(8, 0.0, voice=False), one_run(11, 1.2, 12.0))
    assert found["no_second_pass"]
    assert found["encoder_calls_second_pass"] == 11
    assert found["second_pass_share"] == pytest.approx(0.1)
    assert found["second_pass_s"] == pytest.approx(1.0)
    assert not passes(one_run(9, 0.2), one_run(8, 0.0, voice=False), one_run(11, 1.2))["no_second_pass"]


def test_calls_without_a_customer_have_no_share() -> None:
    silent = Run(1.0, 1.0, 1, 1, TimedVoice(FakeVoiceEmotion()), ())
    with pytest.raises(ValueError, match="no voice was heard"):
        figures_of(silent, 1.0)


def test_what_is_no_part_of_counting_goes_to_the_network() -> None:
    with pytest.raises(AttributeError):
        CountedNetwork(Network()).generate  # noqa: B018 asking is what is tested
