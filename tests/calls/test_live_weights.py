"""A sample call fed live to the true models, against its recording."""

from pathlib import Path

import pytest
from tests.calls.live_calls import Line

from stimmung.batch.recording_info import recording_info
from stimmung.calls.analysis import Instructions, Recording, analyze_audio
from stimmung.calls.distress import DistressJudge
from stimmung.calls.live import CallStart, LiveCall
from stimmung.calls.live_events import Ended, UtteranceFinal
from stimmung.calls.policy import deployment_of
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redactor_settings import redactor_of
from stimmung.models.registry import build_engines
from stimmung.speech.decode import decode
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.records import SAMPLE_RATE, Audio
from stimmung.speech.settings_sources import load_settings

pytestmark = pytest.mark.weights

SECONDS = 40  # the caller has said by then what makes her vulnerable


def edges(analysis: CallAnalysis) -> list[tuple[int, float, float]]:
    return [(one.channel, one.start, one.end) for one in analysis.utterances]


def words(analysis: CallAnalysis) -> list[str]:
    return [one.text for one in analysis.utterances]


def moods(analysis: CallAnalysis) -> list[float]:
    """Return the scores of the words; an utterance without one counts as 9."""
    return [one.text_emotion.score if one.text_emotion else 9.0 for one in analysis.utterances]


def arousals(analysis: CallAnalysis) -> list[float]:
    """Return how aroused the voices are; 9 where nobody knows."""
    found = [one.voice_emotion.arousal if one.voice_emotion else None for one in analysis.utterances]
    return [9.0 if one is None else one for one in found]


def test_a_sample_call_that_is_fed_live_ends_as_its_recording(samples: Path) -> None:
    recording = Recording((samples / "en-vulnerable.flac",))
    loaded = load_settings(samples / "demo.toml")
    info = recording_info(recording, loaded, {})
    engines, judge = build_engines(loaded.settings), DistressJudge.load()
    deployment = deployment_of(loaded.settings.policy)
    options = TranscriptionOptions(loaded.settings.languages)
    sound = decode(recording.files).samples[:, : SECONDS * SAMPLE_RATE]
    redactor = redactor_of(loaded.settings.redaction, engines.names)
    instructions = Instructions(redactor, options, deployment, judge)
    expected = analyze_audio(Audio(sound), "call", info, engines, instructions, lambda done, duration: None).analysis

    start = CallStart("call", info, sound.shape[0], SAMPLE_RATE, deployment, options)
    call = Line(LiveCall(start, engines, judge, redactor), engines)
    for second in range(SECONDS):
        call.feed(sound[:, second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE], chunk=0.1).work()
    analysis = call.end()

    assert len(expected.utterances) > 5
    assert edges(analysis) == edges(expected)
    assert words(analysis) == words(expected)
    assert arousals(analysis) == pytest.approx(arousals(expected), abs=0.05)
    assert moods(analysis) == pytest.approx(moods(expected), abs=0.02)
    assert [one.state for one in analysis.distress] == [one.state for one in expected.distress] == ["distressed"]
    assert len(call.of(UtteranceFinal)) >= len(expected.utterances)
    assert isinstance(call.told[-1], Ended)
