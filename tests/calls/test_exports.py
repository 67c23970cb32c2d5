"""The JSON of a call: its keys as documented, its values plain, its times to the millisecond."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from stimmung.calls.exports import SCHEMA_VERSION, analysis_to_json
from stimmung.calls.records import CallAnalysis, Omission, UsedModel
from stimmung.speech.records import CallInfo, Event, TextEmotionScore, Utterance, VoiceEmotionScore, Word

INFO = CallInfo(
    call_id="4711",
    started_at=datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
    roles=("agent", "customer"),
    metadata={"campaign": "Frühling", "nested": {"key": 1}},
)
MOOD = TextEmotionScore(
    "negative",
    -0.61234,
    {"negative": 0.71234, "neutral": 0.18766, "positive": 0.1},
    {"anger": 0.8},
    {"disgust": 0.75},
    True,
    ("split",),
)
VOICE = VoiceEmotionScore(0.61234, -0.45678, {"anger": 0.81239, "neutral": 0.1}, True, "music")
WORDS = (Word(0.40004, 0.81239, "Guten", 0.98765), Word(0.9, 1.3, "Tag.", 0.5))
ANALYSIS = CallAnalysis(
    path="calls/a.flac",
    duration=12.34567,
    channels=2,
    language="de",
    info=INFO,
    events=(Event("music", 1, 2.00049, 5.5),),
    utterances=(
        Utterance(
            0, "agent", "", 0.40004, 1.3, "Guten Tag.", "de", 0.712349, ("fast",), WORDS, np.zeros(4, np.float32)
        ),
        Utterance(1, "customer", "", 2.0, 3.0, "Frechheit!", "de", 0.9, (), WORDS, None, MOOD, VOICE),
    ),
    models=(UsedModel("transcription", "base", "905e"), UsedModel("detection", "silero", "ab12")),
    omitted=(Omission("voice_emotion", "no legal basis", "policy.legal_basis"),),
)


def keys(value: Any, path: str = "") -> set[str]:  # Any: JSON
    """Return each key with the path to it, `[]` for lists, what hangs below `models.TASK` and `metadata` named once."""
    if isinstance(value, list):
        return set().union(*(keys(part, f"{path}[]") for part in value))
    if not isinstance(value, dict) or path == "call.info.metadata":
        return {path}
    if path.endswith((".polarities", ".emotions", ".labels")):
        kind = {"polarities": "POLARITY", "emotions": "EMOTION", "labels": "LABEL"}[path.rpartition(".")[2]]
        return {f"{path}.{kind}"}
    if path == "models":
        return set().union(*(keys(part, "models.TASK") for part in value.values()))
    return set().union(*(keys(part, f"{path}.{key}" if path else key) for key, part in value.items()))


def test_the_names_that_others_rely_on() -> None:
    found = analysis_to_json(ANALYSIS)
    assert list(found) == ["schema_version", "call", "events", "utterances", "models", "omitted"]
    assert list(found["call"]) == ["path", "duration", "channels", "language", "dual_mono", "info"]
    assert list(found["events"][0]) == ["kind", "channel", "start", "end"]
    assert list(found["utterances"][0]) == [
        "channel", "role", "speaker", "start", "end", "text", "language", "confidence", "flags", "words",
        "text_emotion", "voice_emotion",
    ]  # fmt: skip
    assert list(found["utterances"][0]["words"][0]) == ["start", "end", "text", "probability"]
    assert found["models"] == {
        "transcription": {"name": "base", "sha256": "905e"},
        "detection": {"name": "silero", "sha256": "ab12"},
    }


def test_values_arrive() -> None:
    found = analysis_to_json(ANALYSIS)
    assert found["schema_version"] == SCHEMA_VERSION
    assert found["call"]["path"] == "calls/a.flac"
    assert found["call"]["channels"] == 2
    assert found["events"][0]["kind"] == "music"
    utterance = found["utterances"][0]
    assert (utterance["role"], utterance["text"], utterance["flags"]) == ("agent", "Guten Tag.", ["fast"])
    assert [word["text"] for word in utterance["words"]] == ["Guten", "Tag."]


def test_two_channels_with_one_signal_are_told() -> None:
    assert analysis_to_json(ANALYSIS)["call"]["dual_mono"] is False
    assert analysis_to_json(replace(ANALYSIS, dual_mono=True))["call"]["dual_mono"] is True


def test_times_are_rounded_to_the_millisecond() -> None:
    found = analysis_to_json(ANALYSIS)
    assert found["call"]["duration"] == 12.346
    assert (found["events"][0]["start"], found["events"][0]["end"]) == (2.0, 5.5)
    assert found["utterances"][0]["start"] == 0.4
    assert found["utterances"][0]["words"][0] == {"start": 0.4, "end": 0.812, "text": "Guten", "probability": 0.9877}
    assert found["utterances"][0]["confidence"] == 0.7123


def test_what_was_known_of_the_call_is_whole() -> None:
    info = analysis_to_json(ANALYSIS)["call"]["info"]
    assert info["call_id"] == "4711"
    assert info["started_at"] == "2026-03-01T13:30:00+00:00"
    assert info["roles"] == ["agent", "customer"]
    assert info["metadata"] == {"campaign": "Frühling", "nested": {"key": 1}}
    assert info["agent"] is None


def test_it_survives_json() -> None:
    found = analysis_to_json(ANALYSIS)
    assert json.loads(json.dumps(found)) == found


def test_numbers_of_numpy_become_plain_ones() -> None:
    word = Word(np.float32(0.1), np.float64(0.2), "Ja", np.float32(0.3))  # type: ignore[arg-type]  # what slips through
    utterance = Utterance(0, "agent", "", np.float32(0.1), 0.2, "Ja", "de", np.float32(0.3), (), (word,))  # type: ignore[arg-type]  # the same
    call = CallAnalysis("a.wav", np.float64(1.0), 1, "de", CallInfo(), (), (utterance,), ())
    assert json.loads(json.dumps(analysis_to_json(call)))["utterances"][0]["words"][0]["end"] == 0.2


def test_moods_arrive_for_those_who_have_one() -> None:
    agent, customer = analysis_to_json(ANALYSIS)["utterances"]
    assert agent["text_emotion"] is None
    assert customer["text_emotion"] == {
        "polarity": "negative",
        "score": -0.6123,
        "polarities": {"negative": 0.7123, "neutral": 0.1877, "positive": 0.1},
        "emotions": {"anger": 0.8},
        "labels": {"disgust": 0.75},
        "calibrated": True,
        "flags": ["split"],
    }


def test_voices_arrive_for_those_who_have_one() -> None:
    agent, customer = analysis_to_json(ANALYSIS)["utterances"]
    assert agent["voice_emotion"] is None
    assert customer["voice_emotion"] == {
        "arousal": 0.6123,
        "valence": -0.4568,
        "emotions": {"anger": 0.8124, "neutral": 0.1},
        "uncertain": True,
        "reason": "music",
    }


def test_a_voice_of_which_nothing_could_be_computed_has_no_numbers() -> None:
    silent = replace(ANALYSIS.utterances[1], voice_emotion=VoiceEmotionScore(None, None, {}, True, "too short"))
    found = analysis_to_json(replace(ANALYSIS, utterances=(silent,)))["utterances"][0]["voice_emotion"]
    assert found is not None
    assert (found["arousal"], found["valence"], found["emotions"]) == (None, None, {})
    assert (found["uncertain"], found["reason"]) == (True, "too short")


def test_voice_scores_of_numpy_become_plain_ones() -> None:
    score = VoiceEmotionScore(np.float32(0.5), np.float64(0.25), {"joy": np.float32(0.5)}, np.bool_(False))  # type: ignore[arg-type,dict-item]  # what slips through
    call = replace(ANALYSIS, utterances=(replace(ANALYSIS.utterances[1], voice_emotion=score),))
    found = json.loads(json.dumps(analysis_to_json(call)))["utterances"][0]["voice_emotion"]
    assert (found["arousal"], found["emotions"], found["uncertain"]) == (0.5, {"joy": 0.5}, False)


def test_what_was_left_out_is_told_with_the_way_out() -> None:
    (omission,) = analysis_to_json(ANALYSIS)["omitted"]
    assert omission == {"what": "voice_emotion", "why": "no legal basis", "remedy": "policy.legal_basis"}


def test_an_empty_call_has_all_its_keys() -> None:
    found = analysis_to_json(CallAnalysis("a.wav", 1.0, 1, "de", CallInfo(), (), (), ()))
    assert (found["events"], found["utterances"], found["models"]) == ([], [], {})


def test_every_key_is_documented_and_every_documented_key_exists(root: Path) -> None:
    page = (root / "docs" / "analyze-json.md").read_text(encoding="utf-8")
    found = keys(analysis_to_json(ANALYSIS))
    documented = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    found |= {"utterances[].text_emotion", "utterances[].voice_emotion"}  # they are null for most
    listed = {key.removesuffix("[]") if key.endswith(("roles[]", "flags[]")) else key for key in found}
    assert documented == listed


def test_the_documented_version_is_the_codes(root: Path) -> None:
    page = (root / "docs" / "analyze-json.md").read_text(encoding="utf-8")
    assert f"`schema_version` is {SCHEMA_VERSION}" in page
