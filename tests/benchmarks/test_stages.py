"""Clocks in the seams of the engines: results stay the same, seconds are counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from stages import preparation_seconds, recogniser_stages, timed_engines
from stimmung.calls.analysis import analyze_audio
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.fakes import FakeDetector, FakeTranscriber
from stimmung.speech.records import Audio, CallInfo

ENGINES = Engines(FakeDetector(), FakeTranscriber())


class CountingTranscriber(FakeTranscriber):
    """One that counts its own stages, over all calls."""

    stage_seconds = {"encode": 5.0}  # noqa: RUF012 a fake


def audio() -> Audio:
    time = np.arange(16_000 * 4) / 16_000
    rng = np.random.default_rng(0)
    loud = rng.standard_normal(time.shape[0]) * 0.1 * ((time % 2) < 1)
    return Audio(np.stack([loud, loud[::-1]]).astype(np.float32))


def test_the_pipeline_says_the_same_with_clocks_in_it() -> None:
    timed, clock = timed_engines(ENGINES)
    options = TranscriptionOptions(languages=("de",))
    with_clocks = analyze_audio(audio(), "x", CallInfo(), timed, options, lambda *_: None)
    without = analyze_audio(audio(), "x", CallInfo(), ENGINES, options, lambda *_: None)
    assert [u.text for u in with_clocks.utterances] == [u.text for u in without.utterances]
    assert with_clocks.utterances
    seconds = clock.seconds()
    assert seconds["detector"] > 0
    assert seconds["transcriber"] > 0
    assert seconds["windows"] >= 2
    assert 0 < seconds["window_seconds"] < 16


def test_only_what_this_call_added_is_counted() -> None:
    engines = replace(ENGINES, transcriber=CountingTranscriber())
    timed, clock = timed_engines(engines)
    assert dict(recogniser_stages(engines.transcriber)) == {"encode": 5.0}
    assert clock.seconds()["encode"] == 0.0
    assert timed.transcriber.model == engines.transcriber.model
    assert timed.detector.frame_samples == engines.detector.frame_samples


def test_a_transcriber_that_counts_nothing_is_no_error() -> None:
    assert recogniser_stages(FakeTranscriber()) == {}


def test_decoding_and_events_are_timed_by_themselves(samples: Path) -> None:
    found = preparation_seconds(samples / "de-address.flac")
    assert set(found) == {"decode", "events"}
    assert all(seconds > 0 for seconds in found.values())
