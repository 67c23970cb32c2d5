"""Clocks in the seams of the engines: results stay the same, seconds are counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from stages import preparation_seconds, timed_engines
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.fakes import FakeDetector, FakeTranscriber
from stimmung.speech.records import Audio, CallInfo
from unredacted import Unredacted

ENGINES = Engines(FakeDetector(), FakeTranscriber())


class Network:
    """Encodes to a word, and has a size."""

    n_mels = 80

    def encode(self, sound: str, *, loud: bool) -> str:
        return f"{sound} {loud}"


class NetworkTranscriber(FakeTranscriber):
    """One that asks a network."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Network()


def audio() -> Audio:
    time = np.arange(16_000 * 4) / 16_000
    rng = np.random.default_rng(0)
    loud = rng.standard_normal(time.shape[0]) * 0.1 * ((time % 2) < 1)
    return Audio(np.stack([loud, loud[::-1]]).astype(np.float32))


def test_the_pipeline_says_the_same_with_clocks_in_it() -> None:
    timed, clock = timed_engines(ENGINES)
    instructions = Instructions(Unredacted(), TranscriptionOptions(languages=("de",)))
    with_clocks = analyze_audio(audio(), "x", CallInfo(), timed, instructions, lambda *_: None).analysis
    without = analyze_audio(audio(), "x", CallInfo(), ENGINES, instructions, lambda *_: None).analysis
    assert [u.text for u in with_clocks.utterances] == [u.text for u in without.utterances]
    assert with_clocks.utterances
    seconds = clock.seconds()
    assert seconds["detector"] > 0
    assert seconds["transcriber"] > 0
    assert seconds["windows"] >= 2
    assert 0 < seconds["window_seconds"] < 16


def test_a_network_is_timed_and_the_engines_given_keep_theirs() -> None:
    transcriber = NetworkTranscriber()
    timed, clock = timed_engines(replace(ENGINES, transcriber=transcriber))
    assert clock.network.encode("a", loud=True) == "a True"  # type: ignore[operator]  # whatever the network has
    assert clock.network.n_mels == 80
    assert clock.seconds()["encode"] > 0
    assert clock.seconds()["align"] == 0
    assert isinstance(transcriber.network, Network)
    assert timed.transcriber.model == transcriber.model
    assert timed.detector.frame_samples == ENGINES.detector.frame_samples


def test_a_transcriber_without_a_network_is_no_error() -> None:
    _, clock = timed_engines(ENGINES)
    assert clock.seconds()["encode"] == 0.0


def test_decoding_and_events_are_timed_by_themselves(samples: Path) -> None:
    found = preparation_seconds(samples / "de-address.flac")
    assert set(found) == {"decode", "events"}
    assert all(seconds > 0 for seconds in found.values())
