"""The sample calls through the true models: who said what, when. Each fact is one that a listener could check."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from tests.calls.consent import DEPLOYMENT, consenting
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.analysis import Instructions, Recording, analyze, analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.models.registry import build_engines
from stimmung.speech.decode import decode
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Role, Samples, Utterance, Word
from stimmung.speech.settings import Settings

pytestmark = pytest.mark.weights

CALLS = ("de-address", "de-billing-angry", "de-cancellation", "en-happy", "en-outage", "en-vulnerable")
MAX_WER = 0.25  # of a call; numbers that are written in digits count as errors here
EDGE = 0.3  # seconds
ISOLATED = 0.15  # seconds of digital silence around a word whose time is beyond doubt


@dataclass(frozen=True, slots=True)
class Told:
    """A sample call as the models heard it, and what was really said."""

    heard: CallAnalysis
    truth: dict[str, Any]  # Any: JSON


def plain(text: str) -> list[str]:
    """Return words without case and punctuation."""
    return re.sub(r"[\W_]+", " ", text.casefold()).split()


def listen(engines: Engines, path: Path, **options: Any) -> CallAnalysis:  # Any: the options differ in type
    roles: tuple[Role, ...] = () if "mono" in path.stem else ("agent", "customer")
    instructions = Instructions(ToyRedactor(), TranscriptionOptions(**options), DEPLOYMENT)
    return analyze(Recording((path,)), consenting(*roles), engines, instructions, lambda done, duration: None).analysis


def hear(engines: Engines, *channels: Samples) -> CallAnalysis:
    audio = Audio(np.stack(channels))
    instructions = Instructions(ToyRedactor())
    return analyze_audio(audio, "call.wav", CallInfo(), engines, instructions, lambda done, duration: None).analysis


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The engines that a user gets."""
    return build_engines(Settings())


@pytest.fixture(scope="session")
def told(engines: Engines, samples: Path) -> dict[str, Told]:
    """Every sample call, heard once."""
    return {
        name: Told(
            listen(engines, samples / f"{name}.flac"), json.loads((samples / f"{name}.truth.json").read_text("utf-8"))
        )
        for name in (*CALLS, "de-address-mono")
    }


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest, told: dict[str, Told]) -> Told:
    """Each call of two channels in turn."""
    return told[request.param]


def of_channel(utterances: tuple[Utterance, ...], channel: int) -> list[Utterance]:
    return [utterance for utterance in utterances if utterance.channel == channel]


def errors(call: Told, channels: int) -> float:
    """Return the word error rate, channel by channel."""
    said, heard = [], []
    for channel in range(channels):
        lines = [line["text"] for line in call.truth["utterances"] if channels == 1 or line["channel"] == channel]
        said.append(" ".join(plain(" ".join(lines))))
        heard.append(" ".join(plain(" ".join(u.text for u in of_channel(call.heard.utterances, channel)))))
    return float(jiwer.wer(said, heard))


def test_the_language_is_heard(call: Told) -> None:
    assert call.heard.language == call.truth["language"]


def test_what_was_said_is_understood(call: Told) -> None:
    assert errors(call, 2) <= MAX_WER


def test_turns_are_said_by_whoever_said_them(call: Told) -> None:
    for utterance in call.heard.utterances:
        assert utterance.role == ("agent", "customer")[utterance.channel]
    starts = [utterance.start for utterance in call.heard.utterances]
    assert starts == sorted(starts)


def test_no_turn_is_long_and_none_holds_a_pause(call: Told) -> None:
    for utterance in call.heard.utterances:
        assert utterance.duration <= 20.0
        assert all(after.start - before.end <= 1.0 for before, after in pairwise(utterance.words))


def test_turns_begin_and_end_where_the_lines_do(call: Told) -> None:
    """Nine edges in ten: a pause inside a line may part it, but where it begins and ends, a turn does."""
    distances = []
    for channel in (0, 1):
        found = of_channel(call.heard.utterances, channel)
        for line in call.truth["utterances"]:
            if line["channel"] == channel:
                distances.append(min(abs(line["start"] - utterance.start) for utterance in found))
                distances.append(min(abs(line["end"] - utterance.end) for utterance in found))
    assert np.mean(np.array(distances) <= EDGE) >= 0.9


def test_no_turn_is_heard_where_its_channel_is_silent(call: Told) -> None:
    for channel in (0, 1):
        pieces = [p for line in call.truth["utterances"] if line["channel"] == channel for p in line["pieces"]]
        for utterance in of_channel(call.heard.utterances, channel):
            assert any(piece["start"] - EDGE <= utterance.start <= piece["end"] + EDGE for piece in pieces)
            assert any(piece["start"] - EDGE <= utterance.end <= piece["end"] + EDGE for piece in pieces)


def test_words_stand_in_order_inside_their_turn(call: Told) -> None:
    for utterance in call.heard.utterances:
        times = [time for word in utterance.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert utterance.start <= times[0]
        assert times[-1] <= utterance.end
        assert utterance.text == " ".join(word.text for word in utterance.words)
        assert all(0.0 <= word.probability <= 1.0 for word in utterance.words)
        assert 0.0 <= utterance.confidence <= 1.0


def test_no_words_are_heard_in_hold_music(told: dict[str, Told]) -> None:
    for call in told.values():
        for event in call.truth["events"]:
            inside = [
                word
                for utterance in of_channel(call.heard.utterances, event["channel"])
                for word in utterance.words
                if event["start"] + 0.5 < (word.start + word.end) / 2 < event["end"] - 0.5
            ]
            assert inside == []


def isolated_words(call: Told) -> Iterator[tuple[dict[str, Any], list[Word]]]:
    """Yield the single words that stand alone in silence, each with the words that were heard as it."""
    for channel in (0, 1):
        heard = [word for utterance in of_channel(call.heard.utterances, channel) for word in utterance.words]
        pieces = [p for line in call.truth["utterances"] if line["channel"] == channel for p in line["pieces"]]
        for index, piece in enumerate(pieces):
            before = piece["start"] - pieces[index - 1]["end"] if index else np.inf
            after = pieces[index + 1]["start"] - piece["end"] if index + 1 < len(pieces) else np.inf
            if len(piece["text"].split()) == 1 and min(before, after) >= ISOLATED:
                middle = (piece["start"] + piece["end"]) / 2
                same = [w for w in heard if plain(w.text) == plain(piece["text"]) and abs(w.start - middle) < 3]
                if same:  # else it was not understood, which is not this test's matter
                    yield piece, same


def test_words_that_stand_alone_have_the_time_at_which_they_were_said(told: dict[str, Told]) -> None:
    close = [
        any(abs(word.start - piece["start"]) <= 0.3 and abs(word.end - piece["end"]) <= 0.3 for word in same)
        for call in told.values()
        if call.heard.channels == 2
        for piece, same in isolated_words(call)
    ]
    assert len(close) >= 15
    assert np.mean(close) >= 0.9


def test_each_turn_of_a_customer_carries_the_states_of_its_voice_and_nobody_elses(call: Told) -> None:
    for utterance in call.heard.utterances:
        if utterance.role != "customer":
            assert utterance.voice_features is None
            continue
        assert utterance.voice_features is not None
        assert utterance.voice_features.shape == (1024,)  # mean and deviation of 512 values
        assert np.isfinite(utterance.voice_features).all()
        assert (utterance.voice_features[512:] >= 0.0).all()


def test_both_voices_on_one_channel_are_understood_but_not_named(told: dict[str, Told]) -> None:
    call = told["de-address-mono"]
    assert call.heard.channels == 1
    assert call.heard.language == "de"
    assert {(u.role, u.speaker) for u in call.heard.utterances} == {("unknown", "")}
    assert errors(call, 1) <= MAX_WER


# the same call in other ways


def texts(found: CallAnalysis) -> list[tuple[int, str]]:
    return [(utterance.channel, utterance.text) for utterance in found.utterances]


def test_the_same_call_is_told_the_same_way_twice(engines: Engines, told: dict[str, Told], samples: Path) -> None:
    again = listen(engines, samples / "en-happy.flac")
    once = told["en-happy"].heard
    assert texts(again) == texts(once)
    assert [u.words for u in again.utterances] == [u.words for u in once.utterances]


def test_a_beam_of_five_understands_too(engines: Engines, told: dict[str, Told], samples: Path) -> None:
    found = listen(engines, samples / "de-billing-angry.flac", beam_size=5)
    assert errors(Told(found, told["de-billing-angry"].truth), 2) <= MAX_WER


@pytest.mark.parametrize("count", [1, 500])
def test_hotwords_cost_no_words(engines: Engines, told: dict[str, Told], samples: Path, count: int) -> None:
    found = listen(engines, samples / "de-address.flac", hotwords="Birkenhof Schneider Wagner " * count)
    assert errors(Told(found, told["de-address"].truth), 2) <= MAX_WER + 0.1


def test_a_call_that_is_on_both_channels_alike_is_told_once(engines: Engines, samples: Path) -> None:
    voice = decode((samples / "de-address-mono.flac",), None).samples[0][: 30 * SAMPLE_RATE]
    alone, doubled = hear(engines, voice), hear(engines, voice, voice)
    assert texts(doubled) == texts(alone)
    assert len(alone.utterances) > 3


@pytest.mark.parametrize("level", [0.0, 0.001, 0.02, 0.2])
def test_a_minute_without_speech_has_no_words(engines: Engines, level: float) -> None:
    random = np.random.default_rng(7)
    sound = (level * random.standard_normal((2, 60 * SAMPLE_RATE))).astype(np.float32)
    assert hear(engines, *sound).utterances == ()
