"""vCons: valid by a schema that we wrote from the draft, redacted, without sound, the same for the same recording."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import ValidationError
from tests.calls.told_call import ANALYSIS, CUSTOMER, KEY, numbered

from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.exports import SCHEMA_VERSION
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import CallAnalysis, Deployment
from stimmung.calls.vcon import MEDIA_TYPE, SoundReference, content_hash_of, uuid_of, vcon_of, vcon_text
from stimmung.speech.records import CallInfo, Utterance

MADE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SOUND = SoundReference("https://calls.example/4711.opus", hashlib.sha512(b"OggS").digest())
TWO = (Party("agent", 1.0), Party("customer", 1.0, channel=1))
Made = Any  # JSON


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Our schema of the draft, itself checked."""
    schema = json.loads(Path(__file__).with_name("vcon.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def made(validator: Draft202012Validator) -> Callable[..., Made]:
    """Make a vCon that is valid, and return it as others read it."""

    def make(analysis: CallAnalysis = ANALYSIS, sound: SoundReference | None = None) -> Made:
        value = json.loads(vcon_text(vcon_of(analysis, KEY, MADE, sound)))
        error = best_match(validator.iter_errors(value))
        assert error is None, f"{error.json_path}: {error.message}" if error else ""
        return value

    return make


def body(vcon: Made, kind: str) -> Any:
    """Return what the one analysis of a type holds."""
    (found,) = [one["body"] for one in vcon["analysis"] if one["type"] == kind]
    return found


class TestDraft:
    def test_a_call_is_valid(self, made: Callable[..., Made]) -> None:
        vcon = made()
        assert vcon["vcon"] == "0.4.0"
        assert vcon["created_at"] == "2026-03-02T06:00:00+00:00"
        assert vcon["extensions"] == ["CC", "wtf_transcription"]
        assert vcon["redacted"] == {"type": "PII"}
        assert [one["type"] for one in vcon["analysis"]] == ["wtf_transcription", "sentiment", "report"]
        assert {one["vendor"] for one in vcon["analysis"]} == {"stimmung"}
        assert vcon["analysis"][2]["schema"] == f"stimmung-analysis-{SCHEMA_VERSION}"

    def test_its_media_type(self) -> None:
        assert MEDIA_TYPE == "application/vcon"

    @pytest.mark.parametrize(
        "change",
        [
            {"uuid": "4711"},
            {"created_at": "2026-03-02T06:00:00"},
            {"vcon": "0.0.2"},
            {"dialog": [{"type": "recording"}]},
            {"dialog": [{"type": "recording", "start": "2026-03-02T06:00:00Z", "url": "https://a.example/b"}]},
            {"analysis": [{"type": "report", "body": {}, "encoding": "json"}]},
            {"analysis": [{"type": "wtf_transcription", "vendor": "x", "body": {}, "encoding": "json"}]},
            {"appended": {}},
        ],
    )
    def test_the_schema_sees_what_is_wrong(
        self, change: dict[str, Any], made: Callable[..., Made], validator: Draft202012Validator
    ) -> None:
        assert not validator.is_valid({**made(), **change})

    @pytest.mark.parametrize(
        "call",
        [
            CallAnalysis("a.wav", 1.0, 1, "", CallInfo(), (), (), ()),
            replace(ANALYSIS, dual_mono=True, policy=None, info=replace(ANALYSIS.info, roles=())),
            replace(ANALYSIS, channels=3),
            withdraw_consent(ANALYSIS),
        ],
        ids=["empty", "dual mono", "a channel without anybody", "withdrawn"],
    )
    def test_other_calls_are_valid_too(self, call: CallAnalysis, made: Callable[..., Made]) -> None:
        made(call)


class TestIdentity:
    def test_the_same_recording_is_the_same_conversation(self, made: Callable[..., Made]) -> None:
        again = replace(ANALYSIS, language="en")
        assert made(again)["uuid"] == made()["uuid"]

    def test_another_recording_is_another_one(self) -> None:
        assert len({uuid_of(numbered(number)[1].content_hash) for number in range(50)}) == 50

    def test_it_is_of_version_8(self) -> None:
        found = uuid_of("ab12")
        assert (found.version, found.variant) == (8, "specified in RFC 4122")


class TestParties:
    def test_channels_have_one_each(self, made: Callable[..., Made]) -> None:
        vcon = made()
        assert vcon["parties"] == [
            {"name": "anonymous", "type": "person", "role": "agent"},
            {"name": "anonymous", "type": "person", "role": "customer"},
        ]
        (dialog,) = vcon["dialog"]
        assert (dialog["parties"], dialog["start"], dialog["duration"]) == ([0, 1], "2026-03-01T13:30:00+00:00", 12.346)
        assert (dialog["interaction_id"], dialog["filename"]) == ("4711", "a.flac")
        assert "originator" not in dialog

    @pytest.mark.parametrize(("direction", "originator"), [("inbound", 1), ("outbound", None), ("unknown", None)])
    def test_who_called(self, direction: Any, originator: int | None, made: Callable[..., Made]) -> None:
        call = replace(ANALYSIS, info=replace(ANALYSIS.info, direction=direction))
        assert made(call)["dialog"][0].get("originator") == originator

    def test_several_on_one_channel(self, made: Callable[..., Made]) -> None:
        both = tuple(replace(one, channel=0) for one in ANALYSIS.utterances)
        vcon = made(replace(ANALYSIS, channels=1, utterances=both, policy=None, info=replace(ANALYSIS.info, roles=())))
        assert vcon["dialog"][0]["parties"] == [[0, 1]]

    def test_a_channel_where_nobody_is_has_a_placeholder(self, made: Callable[..., Made]) -> None:
        assert made(replace(ANALYSIS, channels=3))["dialog"][0]["parties"] == [0, 1, None]

    def test_both_channels_of_a_signal_that_was_heard_once_have_the_same(self, made: Callable[..., Made]) -> None:
        call = replace(ANALYSIS, dual_mono=True, policy=None, utterances=(replace(CUSTOMER, channel=0),))
        vcon = made(replace(call, info=replace(ANALYSIS.info, roles=("unknown",))))
        assert vcon["dialog"][0]["parties"] == [[0, 1], [0, 1]]

    def test_where_nobody_knows_when_it_began_there_is_no_dialog(self, made: Callable[..., Made]) -> None:
        vcon = made(replace(ANALYSIS, info=replace(ANALYSIS.info, started_at=None)))
        assert vcon["dialog"] == []
        assert ["dialog" in one for one in vcon["analysis"]] == [False] * 3


class TestWords:
    def test_segments_name_their_words_and_speakers(self, made: Callable[..., Made]) -> None:
        said = body(made(), "wtf_transcription")
        assert said["transcript"]["text"] == "Guten Tag. Frechheit!"
        assert [one["speaker"] for one in said["segments"]] == [0, 1]
        assert [one["words"] for one in said["segments"]] == [[0, 1], [2, 3]]
        assert said["words"][1]["text"] == "Tag."
        assert said["metadata"]["model"] == "base"

    def test_a_language_that_is_not_known_is_undetermined(self, made: Callable[..., Made]) -> None:
        assert body(made(replace(ANALYSIS, language="")), "wtf_transcription")["transcript"]["language"] == "und"


class TestPrivacy:
    def test_no_sound_is_inside(self, made: Callable[..., Made]) -> None:
        (dialog,) = made()["dialog"]
        assert not {"body", "url", "content_hash"} & set(dialog)
        assert dialog["mediatype"] == "audio/ogg"  # the `vcon` package refuses a dialog without

    def test_sound_is_referred_to_where_it_may_be_kept(self, made: Callable[..., Made]) -> None:
        info = replace(ANALYSIS.info, consent="granted")
        for consent, url in (("granted", SOUND.url), ("refused", None)):
            info = replace(ANALYSIS.info, consent=consent)  # type: ignore[arg-type]  # of a loop
            policy = report_policy(TWO, info, Deployment("help sooner", "contract"))
            dialog = made(replace(ANALYSIS, info=info, policy=policy), SOUND)["dialog"][0]
            assert dialog.get("url") == url
            assert dialog.get("content_hash") == (content_hash_of(SOUND.sha512) if url else None)

    def test_a_reference_that_is_not_protected_is_refused(self) -> None:
        info = replace(ANALYSIS.info, consent="granted")
        call = replace(ANALYSIS, info=info, policy=report_policy(TWO, info, Deployment("help sooner", "contract")))
        with pytest.raises(ValidationError, match="url"):
            vcon_of(call, KEY, MADE, replace(SOUND, url="http://calls.example/4711.opus"))

    def test_the_customer_is_never_named(self) -> None:
        call = replace(ANALYSIS, info=replace(ANALYSIS.info, customer="K-4711-0815"))
        text = vcon_text(vcon_of(call, KEY, MADE))
        assert "0815" not in text
        assert "[CUSTOMER_NUMBER]" in text

    @pytest.mark.parametrize(("agreement", "named"), [("", False), ("BV 7 of 2026", True)])
    def test_an_agent_is_named_only_where_views_of_one_are_permitted(
        self, agreement: str, named: bool, made: Callable[..., Made]
    ) -> None:
        info = replace(ANALYSIS.info, agent="Kim Beispiel")
        policy = report_policy(TWO, info, Deployment("help sooner", "contract", works_agreement=agreement))
        vcon = made(replace(ANALYSIS, info=info, policy=policy))
        assert vcon["parties"][0]["name"] == ("Kim Beispiel" if named else "anonymous")
        assert ("Kim Beispiel" in json.dumps(vcon)) is named

    def test_nothing_scored_is_left_of_a_call_whose_consent_was_withdrawn(self, made: Callable[..., Made]) -> None:
        vcon = made(withdraw_consent(ANALYSIS))
        assert [one["type"] for one in vcon["analysis"]] == ["wtf_transcription", "report"]
        assert "anger" not in json.dumps(vcon)


class TestFeelings:
    def test_they_name_their_segment(self, made: Callable[..., Made]) -> None:
        felt = body(made(), "sentiment")
        assert felt["course"]["label"] == "worsening"
        (one,) = felt["utterances"]
        assert (one["segment"], one["text_emotion"]["polarity"], one["distress"]["state"]) == (1, "negative", "urgent")

    def test_what_is_null_in_a_body_stays_so(self, made: Callable[..., Made]) -> None:
        assert body(made(), "sentiment")["course"]["quarters"][0]["score"] is None
        assert body(made(), "report")["call"]["info"]["agent"] is None


def test_half_characters_do_no_harm(made: Callable[..., Made]) -> None:
    said = Utterance(0, "agent", "", 0.0, 1.0, "\udfff", "de", 0.9, (), ())
    assert body(made(replace(ANALYSIS, utterances=(said,))), "wtf_transcription")["segments"][0]["text"] == "\ufffd"


def test_what_json_cannot_say_is_refused() -> None:
    said = replace(CUSTOMER, confidence=float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        vcon_text(vcon_of(replace(ANALYSIS, utterances=(said,)), KEY, MADE))


def test_an_error_holds_nothing_of_the_call() -> None:
    with pytest.raises(ValidationError) as told:
        vcon_of(replace(ANALYSIS, duration=-4711.0), KEY, MADE)
    assert "4711" not in str(told.value)
