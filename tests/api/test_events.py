"""Events as JSON: what a live call tells looks as the analysis of the whole call does."""

import json

import pytest
from tests.api.toy_calls import caller, utterance

from stimmung.api.events import LimitsJson, Measured, Started, Told, event_to_json, url_of, without_scores
from stimmung.calls.exports import analysis_to_json
from stimmung.calls.live_events import (
    DistressChanged,
    Ended,
    PartialHeard,
    UtteranceFinal,
    UtteranceRevised,
    Warned,
    Withdrawn,
)
from stimmung.calls.records import CallAnalysis, Interruption, Metrics
from stimmung.speech.records import CallInfo

SAID = utterance(1, "so geht das nicht", 1.0)
ANALYSIS = CallAnalysis("a", 12.34567, 1, "de", CallInfo(), (), (SAID,), (), distress=(caller("urgent"),))
METRICS = Metrics(12.0, (), 3.0, None, 0.0, 0.5, (Interruption(1.0, 0.4, 0, 1),), ())
LIMITS = LimitsJson(resume_seconds=30.0, silence_warning_seconds=5.0, silence_close_seconds=60.0, message_bytes=9)
EVENTS: list[tuple[Told, str]] = [
    (Started(0.0, "a", LIMITS, None), "session.started"),
    (PartialHeard(1.0, 0, 0.5, "so geht"), "transcript.partial"),
    (UtteranceFinal(2.0, 1, SAID), "utterance.final"),
    (UtteranceRevised(9.0, 1, SAID), "utterance.revised"),
    (DistressChanged(2.0, caller("urgent")), "distress.changed"),
    (Measured(2.0, METRICS, 0.1, 3), "metrics"),
    (Warned(2.0, "no_audio", "no sound"), "warning"),
    (Withdrawn(2.0), "consent.withdrawn"),
    (Ended(12.34567, ANALYSIS), "call.ended"),
]


@pytest.mark.parametrize(("event", "kind"), EVENTS, ids=[kind for _, kind in EVENTS])
def test_every_event_is_plain_json_with_its_type_and_time(event: Told, kind: str) -> None:
    told = json.loads(json.dumps(event_to_json(event, "a"), allow_nan=False))
    assert told["type"] == kind
    assert isinstance(told["time"], float)


@pytest.mark.parametrize("event", [event for event, _ in EVENTS])
def test_without_scores_it_is_the_same_event_and_holds_none(event: Told) -> None:
    bare = without_scores(event)
    assert type(bare) is type(event)
    told = json.dumps(event_to_json(bare, "a"))
    assert '"reasons": [{' not in told
    assert "urgent" not in told


def test_utterances_and_callers_are_those_of_the_analysis() -> None:
    whole = analysis_to_json(ANALYSIS)
    assert event_to_json(UtteranceFinal(2.0, 7, SAID), "a")["utterance"] == whole["utterances"][0]
    assert event_to_json(UtteranceFinal(2.0, 7, SAID), "a")["id"] == 7
    changed = event_to_json(DistressChanged(2.0, caller("urgent")), "a")
    assert {key: changed[key] for key in whole["distress"][0]} == dict(whole["distress"][0])


def test_a_final_says_how_late_it_is() -> None:
    assert event_to_json(UtteranceFinal(2.0, 7, SAID), "a", 0.61234)["lag"] == 0.612
    assert event_to_json(UtteranceFinal(2.0, 7, SAID), "a")["lag"] is None
    assert "lag" not in event_to_json(UtteranceRevised(2.0, 7, SAID), "a")


def test_metrics_leave_out_what_grows_with_the_call() -> None:
    metrics = event_to_json(Measured(2.0, METRICS, 0.1, 3), "a")["metrics"]
    assert isinstance(metrics, dict)
    assert "timeline" not in metrics
    assert metrics["interruptions"] == 1


def test_the_end_says_where_the_analysis_is() -> None:
    ended = event_to_json(Ended(12.34567, ANALYSIS), "Gespräch 7")
    assert ended["analysis"] == "/v1/calls/Gespr%C3%A4ch%207"
    assert ended["time"] == 12.346
    assert url_of("a/b") == "/v1/calls/a%2Fb"
