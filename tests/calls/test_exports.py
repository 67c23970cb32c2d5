"""The JSON of a call: its keys as documented, its values plain, its times to the millisecond."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tests.calls.told_call import ANALYSIS, COURSE, INFO, METRICS

from stimmung.calls.exports import SCHEMA_VERSION, analysis_to_json
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    CourseMoment,
    DistressPeak,
    Slice,
)
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    Span,
    Utterance,
    VoiceEmotionScore,
    Word,
)

# Objects that are null where there is nothing to say.
NULLABLE = {
    "utterances[].text_emotion",
    "utterances[].voice_emotion",
    "utterances[].distress",
    "distress[].peak",
    "course.turning_point",
    "metrics",
    "policy",
    "redaction",
    "metrics.longest_silence",
    "metrics.parties[].longest_monologue",
}


def keys(value: Any, path: str = "") -> set[str]:  # Any: JSON
    """Return each key with the path to it, `[]` for lists, what hangs below `models.TASK` and `metadata` named once."""
    if isinstance(value, list):
        return set().union(*(keys(part, f"{path}[]") for part in value))
    if not isinstance(value, dict) or path == "call.info.metadata":
        return {path}
    if path.endswith((".polarities", ".emotions", ".labels")):
        kind = {"polarities": "POLARITY", "emotions": "EMOTION", "labels": "LABEL"}[path.rpartition(".")[2]]
        return {f"{path}.{kind}"}
    if path.endswith(".permissions"):
        return set().union(*(keys(part, f"{path}.PERMISSION") for part in value.values()))
    if path == "redaction.counts":
        return {"redaction.counts.TYPE"}
    if path == "models":
        return set().union(*(keys(part, "models.TASK") for part in value.values()))
    return set().union(*(keys(part, f"{path}.{key}" if path else key) for key, part in value.items()))


def test_the_names_that_others_rely_on() -> None:
    found = analysis_to_json(ANALYSIS)
    assert list(found) == [
        "schema_version", "call", "events", "utterances", "distress", "course", "metrics", "policy", "redaction",
        "models", "omitted",
    ]  # fmt: skip
    assert list(found["call"]) == ["path", "duration", "channels", "language", "dual_mono", "info"]
    assert list(found["events"][0]) == ["kind", "channel", "start", "end"]
    assert list(found["utterances"][0]) == [
        "channel", "role", "speaker", "start", "end", "text", "language", "confidence", "flags", "words",
        "text_emotion", "voice_emotion", "level", "distress",
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
        "ambiguous": False,
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


def test_distress_of_an_utterance_arrives_for_those_who_have_one() -> None:
    agent, customer = analysis_to_json(ANALYSIS)["utterances"]
    assert (agent["distress"], agent["level"]) == (None, None)
    assert customer["level"] == -21.3
    assert customer["distress"] == {
        "probability": 0.8124,
        "state": "urgent",
        "reasons": [{"kind": "safety", "text": "names an emergency", "quote": "Das ist ein Notfall!", "time": 2.0}],
    }


def test_distress_that_could_not_be_judged_has_no_number() -> None:
    unsure = replace(ANALYSIS.utterances[1], distress=DistressScore(None, "unknown"))
    waiting = CallerDistress(1, "", None, "unknown", "steady")
    found = analysis_to_json(replace(ANALYSIS, utterances=(unsure,), distress=(waiting,)))
    assert found["utterances"][0]["distress"] == {"probability": None, "state": "unknown", "reasons": []}
    (caller,) = found["distress"]
    assert (caller["score"], caller["state"], caller["reasons"], caller["peak"]) == (None, "unknown", [], None)


def test_distress_of_a_caller_arrives_with_its_peak_and_reasons() -> None:
    (caller,) = analysis_to_json(ANALYSIS)["distress"]
    assert (caller["channel"], caller["speaker"]) == (1, "Kim")
    assert (caller["score"], caller["state"], caller["trend"]) == (0.7124, "distressed", "falling")
    assert caller["peak"] == {"score": 0.9322, "state": "urgent", "time": 2.5}
    assert [reason["quote"] for reason in caller["reasons"]] == ["Das ist ein Notfall!"]


def test_the_course_arrives() -> None:
    course = analysis_to_json(ANALYSIS)["course"]
    assert course is not None
    assert (course["channel"], course["label"], course["score"]) == (1, "worsening", -1.23)
    assert (course["start"], course["middle"], course["end"]) == (0.5, -1.0, -3.14)
    assert course["quarters"] == [
        {"start": 0.0, "end": 3.0, "score": None},
        {"start": 3.0, "end": 6.173, "score": -2.5},
    ]
    assert course["peak"] == {"time": 2.0, "score": -4.5, "quote": "Frechheit!"}
    assert course["turning_point"] == {
        "time": 2.0, "before": 0.5, "after": -2.5, "said": "Da kann ich nichts machen.", "role": "agent",
    }  # fmt: skip


def test_a_course_may_have_no_turning_point() -> None:
    course = analysis_to_json(replace(ANALYSIS, course=(replace(COURSE, turning_point=None),)))["course"]
    assert course is not None
    assert course["turning_point"] is None


def test_how_the_talk_went_arrives() -> None:
    found = analysis_to_json(ANALYSIS)["metrics"]
    assert found is not None
    assert (found["duration"], found["silence_seconds"]) == (12.346, 3.5)
    assert (found["hold_seconds"], found["overlap_seconds"]) == (3.5, 0.7)
    assert found["longest_silence"] == {"start": 6.0, "end": 9.0}
    assert found["interruptions"] == [{"time": 2.0, "duration": 0.7, "by": 0, "of": 1}]
    assert found["timeline"] == [{"start": 0.0, "end": 1.0, "talk": [0.6, 0.25], "silence": 0.4, "overlap": 0.25}]


def test_a_party_has_its_numbers_and_null_where_it_said_too_little() -> None:
    found = analysis_to_json(ANALYSIS)["metrics"]
    assert found is not None
    talker, quiet = found["parties"]
    assert talker == {
        "channel": 0, "role": "agent", "talk_seconds": 4.0, "talk_share": 0.4, "words": 12, "words_per_minute": 121.24,
        "articulation_rate": 4.57, "level": -23.5, "latency": 0.5, "longest_monologue": {"start": 0.4, "end": 1.3},
        "interruptions": 1, "questions": 2,
    }  # fmt: skip
    unknown = {name for name, value in quiet.items() if value is None}
    assert unknown == {"words_per_minute", "articulation_rate", "level", "latency", "longest_monologue"}


def test_judgements_of_numpy_become_plain_ones() -> None:
    half = np.float32(0.5)
    caller = replace(ANALYSIS.distress[0], score=half, peak=DistressPeak(half, "calm", half))  # type: ignore[arg-type]  # what slips through
    course = replace(COURSE, start=half, peak=CourseMoment(half, half, ""))  # type: ignore[arg-type]  # the same
    metrics = replace(METRICS, silence_seconds=half, timeline=(Slice(Span(0, 1), (half,), half, half),))  # type: ignore[arg-type]  # the same
    call = replace(ANALYSIS, distress=(caller,), course=(course,), metrics=metrics)
    found = json.loads(json.dumps(analysis_to_json(call)))
    assert found["course"] is not None
    assert (found["distress"][0]["score"], found["course"]["start"]) == (0.5, 0.5)
    assert found["metrics"]["timeline"][0]["talk"] == [0.5]


def test_the_policy_arrives() -> None:
    found = analysis_to_json(ANALYSIS)["policy"]
    assert found is not None
    assert found["purpose"] == "help sooner"
    assert [party["permissions"]["voice_emotion"]["allowed"] for party in found["parties"]] == [False, False]


def test_what_was_taken_out_is_told_by_type_and_time() -> None:
    assert analysis_to_json(ANALYSIS)["redaction"] == {
        "counts": {"IBAN": 2, "NAME": 1},
        "bleeps": [{"kind": "IBAN", "channel": 1, "start": 2.0, "end": 3.5}],
    }


def test_a_customers_key_is_told_to_be_known_and_no_more() -> None:
    shown = analysis_to_json(replace(ANALYSIS, info=replace(INFO, customer="K-17")))
    assert shown["call"]["info"]["customer"] == "[CUSTOMER_NUMBER]"
    assert "K-17" not in json.dumps(shown)
    assert analysis_to_json(ANALYSIS)["call"]["info"]["customer"] is None


def test_what_was_left_out_is_told_with_the_way_out() -> None:
    (omission,) = analysis_to_json(ANALYSIS)["omitted"]
    assert omission == {"what": "voice_emotion", "why": "no legal basis", "remedy": "policy.legal_basis"}


def test_an_empty_call_has_all_its_keys() -> None:
    found = analysis_to_json(CallAnalysis("a.wav", 1.0, 1, "de", CallInfo(), (), (), ()))
    assert (found["events"], found["utterances"], found["models"]) == ([], [], {})
    assert (found["distress"], found["course"], found["metrics"]) == ([], None, None)
    assert (found["policy"], found["redaction"]) == (None, None)


def test_every_key_is_documented_and_every_documented_key_exists(root: Path) -> None:
    page = (root / "docs" / "analyze-json.md").read_text(encoding="utf-8")
    found = keys(analysis_to_json(ANALYSIS))
    documented = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    found |= NULLABLE
    lists = ("roles[]", "flags[]", "talk[]", "languages[]")
    listed = {key.removesuffix("[]") if key.endswith(lists) else key for key in found}
    assert documented == listed


def test_the_documented_version_is_the_codes(root: Path) -> None:
    page = (root / "docs" / "analyze-json.md").read_text(encoding="utf-8")
    assert f"`schema_version` is {SCHEMA_VERSION}" in page
