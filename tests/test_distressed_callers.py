"""The sample calls by the true models and the demo's settings: who needs help is found, who does not is left alone."""

from pathlib import Path

import numpy as np
import pytest

from stimmung.batch.recording_info import recording_info
from stimmung.calls.analysis import Instructions, Recording, analyze_audio
from stimmung.calls.distress import RANKS, DistressJudge
from stimmung.calls.policy import deployment_of
from stimmung.calls.records import CallAnalysis, CallerDistress
from stimmung.calls.redactor_settings import redactor_of
from stimmung.models.registry import build_engines
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import Audio, DistressState
from stimmung.speech.settings_sources import load_settings

pytestmark = pytest.mark.weights

THREE_DECIBELS = 10 ** (3 / 20)


class Listener:
    """Hears sample calls as `make demo` does; each once at a loudness."""

    def __init__(self, samples: Path) -> None:
        self._samples, self._heard = samples, dict[tuple[str, float], CallAnalysis]()
        self.loaded, self.judge = load_settings(samples / "demo.toml"), DistressJudge.load()
        self.engines: Engines = build_engines(self.loaded.settings)

    def hear(self, name: str, gain: float = 1.0) -> CallAnalysis:
        """Return the analysis of a sample call."""
        if (name, gain) not in self._heard:
            recording = Recording((self._samples / f"{name}.flac",))
            audio = decode(recording.files)
            settings = self.loaded.settings
            redactor = redactor_of(settings.redaction, self.engines.names)
            self._heard[name, gain] = analyze_audio(
                Audio((gain * audio.samples).astype(np.float32)),
                name,
                recording_info(recording, self.loaded, {}),
                self.engines,
                Instructions(
                    redactor, TranscriptionOptions(settings.languages), deployment_of(settings.policy), self.judge
                ),
                lambda done, duration: None,
            ).analysis
        return self._heard[name, gain]


@pytest.fixture(scope="module")
def listener(samples: Path) -> Listener:
    """Everything loaded once."""
    return Listener(samples)


def the_caller(analysis: CallAnalysis) -> CallerDistress:
    (caller,) = analysis.distress
    return caller


def states(analysis: CallAnalysis) -> list[DistressState]:
    """Return the customer's state after each utterance, and at the end."""
    return [one.distress.state for one in analysis.utterances if one.distress] + [the_caller(analysis).state]


def worst(analysis: CallAnalysis) -> DistressState:
    return max(states(analysis), key=RANKS.index)


def test_the_weights_read_the_vectors_of_the_text_model_that_is_embedded(listener: Listener) -> None:
    text = listener.engines.text_emotion
    assert text is not None
    assert listener.judge.reading(text.model.sha256).model.probe is not None


@pytest.mark.parametrize("gain", [1.0, THREE_DECIBELS, 1 / THREE_DECIBELS])
def test_the_quiet_polite_caller_in_danger_is_found_however_loud_the_line(listener: Listener, gain: float) -> None:
    found = listener.hear("en-vulnerable", gain)
    assert the_caller(found).state in ("distressed", "urgent")
    reasons = the_caller(found).reasons
    assert reasons[0].kind == "safety"
    for reason in reasons:
        said = [one.text for one in found.utterances if one.channel == 1 and one.start == reason.time]
        assert any(reason.quote in text for text in said)
    quoted = " ".join(reason.quote for reason in reasons).lower()
    assert "dizzy" in quoted
    assert "alarm button" in quoted


def test_she_is_found_while_she_says_it(listener: Listener) -> None:
    """Her hands shake from 0:40 to 0:51; nobody waits for the end of the call."""
    found = listener.hear("en-vulnerable")
    told = [one for one in found.utterances if one.distress and one.distress.state in ("distressed", "urgent")]
    assert told[0].end < 55
    assert any("dizzy" in one.text for one in told)


def test_her_words_alone_would_have_told_of_her_when_she_is_frightened(listener: Listener) -> None:
    """0:52 to 0:53; the score knows nothing of safety phrases."""
    peak = the_caller(listener.hear("en-vulnerable")).peak
    assert peak is not None
    assert 45 < peak.time < 55
    assert peak.score > listener.judge.model.thresholds.distressed.enter


def test_the_happy_caller_is_never_more_than_calm(listener: Listener) -> None:
    found = listener.hear("en-happy")
    assert set(states(found)) <= {"unknown", "calm"}
    assert the_caller(found).reasons == ()


def test_who_only_has_an_address_to_give_is_never_more_than_calm(listener: Listener) -> None:
    assert set(states(listener.hear("de-address"))) <= {"unknown", "calm"}


@pytest.mark.parametrize("gain", [1.0, THREE_DECIBELS])
def test_the_angry_caller_is_noticed_when_he_gets_angry(listener: Listener, gain: float) -> None:
    found = listener.hear("de-billing-angry", gain)
    assert RANKS.index(worst(found)) >= RANKS.index("distressed")
    assert the_caller(found).state in ("distressed", "urgent")
    assert {one.kind for one in the_caller(found).reasons} <= {"words", "voice", "change"}
    before = [one.distress.state for one in found.utterances if one.distress and one.end < 50]
    assert set(before) <= {"unknown", "calm"}
    peak = the_caller(found).peak
    assert peak is not None
    assert peak.time > 75


def test_who_refused_is_not_judged(listener: Listener) -> None:
    found = listener.hear("de-cancellation")
    assert found.distress == ()
    assert not any(one.distress or one.voice_emotion for one in found.utterances)
    assert ("distress", "consent was refused") in [(one.what, one.why) for one in found.omitted]
