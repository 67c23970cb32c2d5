"""The tables of calls: columns as documented, rows that say what the analysis says, nobody named who must not be."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow
import pytest
from tests.calls.told_call import ANALYSIS, KEY

from stimmung.calls.exports_columns import TABLES_VERSION, Table, columns_of
from stimmung.calls.exports_tables import VERSION_KEY, rows_of, schema_of, table_of
from stimmung.calls.policy import Party, may_name_agent, report_policy
from stimmung.calls.records import CallAnalysis, CallerDistress, Deployment, RedactionReport
from stimmung.speech.records import CallInfo, Utterance

TABLES: tuple[Table, ...] = ("calls", "utterances")
TOLD = re.compile(r"^\| `(\w+)` \| ([a-z/]+) \| (.+) \|$", re.MULTILINE)
# Which columns there are in which version: what others rely on. A column more is a new version.
NAMES = {
    "calls": "schema_version call_id content_hash path started_at duration channels dual_mono language agent team "
    "queue direction customer wait_seconds roles consent emotion_notice_given_at metadata utterances "
    "words mood mood_score mood_start mood_middle mood_end mood_peak_score mood_peak_time "
    "turning_point_time turning_point_before turning_point_after distress_state distress_score "
    "distress_trend distress_peak_state distress_peak_score distress_peak_time distress_reasons "
    "silence_seconds longest_silence_seconds hold_seconds overlap_seconds interruptions "
    "agent_talk_seconds agent_talk_share agent_words agent_words_per_minute agent_latency "
    "agent_interruptions agent_questions customer_talk_seconds customer_talk_share customer_words "
    "customer_words_per_minute customer_latency customer_interruptions customer_questions identifiers "
    "identifier_types models omitted",
    "utterances": "schema_version call_id content_hash number channel role said_at start end text language confidence "
    "flags words level text_polarity text_score text_polarities text_emotions text_calibrated text_flags "
    "voice_arousal voice_valence voice_emotions voice_uncertain voice_ambiguous voice_reason "
    "distress_state distress_probability distress_reasons",
}


class TestColumns:
    @pytest.mark.parametrize("table", TABLES)
    def test_the_names_that_others_rely_on(self, table: Table) -> None:
        assert TABLES_VERSION == 1
        assert [column.name for column in columns_of(table)] == NAMES[table].split()

    @pytest.mark.parametrize("table", TABLES)
    def test_each_is_told_with_its_type_in_its_order(self, table: Table, root: Path) -> None:
        page = (root / "docs/tables.md").read_text("utf-8")
        section = page.split(f"\n## {table}\n")[1].partition("\n## ")[0]
        told = [(name, kind) for name, kind, _ in TOLD.findall(section)]
        assert told == [(column.name, column.kind) for column in columns_of(table)]

    def test_the_page_names_the_version(self, root: Path) -> None:
        page = (root / "docs/tables.md").read_text("utf-8")
        assert f"`schema_version` is {TABLES_VERSION} " in page
        assert f"`{VERSION_KEY.decode()}`" in page

    @pytest.mark.parametrize("table", TABLES)
    def test_the_schema_names_the_version(self, table: Table) -> None:
        assert schema_of(table).metadata == {VERSION_KEY: b"1"}


class TestCalls:
    def test_what_was_known_and_found(self) -> None:
        row = rows_of(ANALYSIS, KEY).call
        told = {
            "call_id": "4711",
            "content_hash": "ab12",
            "path": "calls/a.flac",
            "started_at": "2026-03-01T13:30:00+00:00",
            "duration": 12.346,
            "roles": ["agent", "customer"],
            "utterances": 2,
            "words": 4,
            "mood": "worsening",
            "mood_end": -3.14,
            "mood_peak_time": 2.0,
            "turning_point_after": -2.5,
            "distress_state": "distressed",
            "distress_score": 0.7124,
            "distress_peak_state": "urgent",
            "distress_reasons": ["safety: names an emergency"],
            "hold_seconds": 3.5,
            "longest_silence_seconds": 3.0,
            "interruptions": 1,
            "agent_talk_seconds": 4.0,
            "agent_questions": 2,
            "customer_words_per_minute": None,
            "customer_talk_share": 0.1,
            "identifiers": 3,
            "identifier_types": ["IBAN", "NAME"],
            "models": ["transcription=base", "detection=silero"],
            "omitted": ["voice_emotion: no legal basis"],
        }
        assert {name: row[name] for name in told} == told
        assert json.loads(str(row["metadata"])) == {"campaign": "Frühling", "nested": {"key": 1}}

    def test_who_is_worst_off_of_several_callers_counts(self) -> None:
        calm = CallerDistress(1, "", 0.9, "calm", "steady")
        urgent = CallerDistress(2, "", 0.1, "urgent", "steady")
        row = rows_of(replace(ANALYSIS, distress=(calm, urgent)), KEY).call
        assert (row["distress_state"], row["distress_score"]) == ("urgent", 0.1)

    def test_of_an_empty_call_nothing_is_claimed(self) -> None:
        empty = CallAnalysis("a.wav", 1.0, 1, "", CallInfo(), (), (), ())
        rows = rows_of(empty, KEY)
        assert rows.utterances == ()
        unknown = {name for name, value in rows.call.items() if value is None}
        assert {"started_at", "mood", "distress_state", "silence_seconds", "agent_words", "customer_latency"} <= unknown
        assert (rows.call["words"], rows.call["identifiers"]) == (0, 0)

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_what_json_cannot_say_is_refused(self, number: float) -> None:
        with pytest.raises(ValueError, match="JSON"):
            rows_of(replace(ANALYSIS, duration=number), KEY)


class TestPrivacy:
    def test_the_customer_is_never_named(self) -> None:
        info = replace(ANALYSIS.info, customer="K-4711-0815")
        rows = rows_of(replace(ANALYSIS, info=info), KEY)
        assert rows.call["customer"] == "[CUSTOMER_NUMBER]"
        assert "0815" not in json.dumps([rows.call, *rows.utterances])

    def test_an_agent_is_named_only_where_a_works_agreement_permits_it(self) -> None:
        info = replace(ANALYSIS.info, agent="Kim Beispiel", emotion_notice_given_at=datetime(2026, 3, 1, tzinfo=UTC))
        parties = (Party("agent", 1.0), Party("customer", 1.0, channel=1))
        for agreement, named in (("", None), ("BV 7 of 2026", "Kim Beispiel")):
            policy = report_policy(parties, info, Deployment("help sooner", "contract", works_agreement=agreement))
            call = replace(ANALYSIS, info=info, policy=policy)
            assert may_name_agent(call.policy) is (named is not None)
            assert rows_of(call, KEY).call["agent"] == named

    def test_where_nobody_ruled_no_agent_is_named(self) -> None:
        call = replace(ANALYSIS, info=replace(ANALYSIS.info, agent="Kim Beispiel"), policy=None)
        assert rows_of(call, KEY).call["agent"] is None


class TestUtterances:
    def test_scores_arrive_for_those_who_have_some(self) -> None:
        agent, customer = rows_of(ANALYSIS, KEY).utterances
        scored = [name for name in agent if name.startswith(("text_", "voice_", "distress_"))]
        assert {agent[name] for name in scored} == {None}
        told = {
            "number": 1,
            "role": "customer",
            "said_at": "2026-03-01T13:30:02+00:00",
            "text": "Frechheit!",
            "words": 2,
            "level": -21.3,
            "text_polarity": "negative",
            "text_emotions": {"anger": 0.8},
            "text_flags": ["split"],
            "voice_arousal": 0.6123,
            "voice_uncertain": True,
            "voice_reason": "music",
            "distress_state": "urgent",
            "distress_probability": 0.8124,
            "distress_reasons": ["safety: names an emergency"],
        }
        assert {name: customer[name] for name in told} == told

    def test_without_a_start_of_the_call_nobody_knows_when_it_was_said(self) -> None:
        call = replace(ANALYSIS, info=replace(ANALYSIS.info, started_at=None))
        assert rows_of(call, KEY).utterances[1]["said_at"] is None


class TestArrow:
    def test_rows_go_into_a_table_and_come_back(self) -> None:
        rows = rows_of(ANALYSIS, KEY)
        calls, utterances = table_of("calls", rows.of("calls")), table_of("utterances", rows.of("utterances"))
        assert (calls.num_rows, utterances.num_rows) == (1, 2)
        assert calls.schema == schema_of("calls")
        (call,) = calls.to_pylist()
        assert call["started_at"] == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
        assert call["identifiers"] == 3
        customer = utterances.to_pylist()[1]
        assert customer["said_at"] == datetime(2026, 3, 1, 13, 30, 2, tzinfo=UTC)
        assert customer["text_emotions"] == [("anger", 0.8)]
        assert utterances.to_pylist()[0]["voice_emotions"] is None

    def test_no_rows_are_a_table_with_its_columns(self) -> None:
        table = table_of("utterances", ())
        assert table.num_rows == 0
        assert table.column_names == NAMES["utterances"].split()

    def test_half_characters_of_metadata_do_no_harm(self) -> None:
        info = replace(ANALYSIS.info, queue="a\ud800b", metadata={"x\ud800": "y"})
        said = Utterance(0, "agent", "", 0.0, 1.0, "\udfff", "de", 0.9, (), ())
        rows = rows_of(replace(ANALYSIS, info=info, utterances=(said,), redaction=RedactionReport({})), KEY)
        assert table_of("calls", rows.of("calls")).to_pylist()[0]["queue"] == "a\ufffdb"
        assert table_of("utterances", rows.of("utterances")).to_pylist()[0]["text"] == "\ufffd"

    def test_types(self) -> None:
        schema = schema_of("utterances")
        assert schema.field("said_at").type == pyarrow.timestamp("us", tz="UTC")
        assert schema.field("text_emotions").type == pyarrow.map_(pyarrow.string(), pyarrow.float64())
