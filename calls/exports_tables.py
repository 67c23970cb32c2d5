"""A call as rows of two tables: one row a call, one an utterance (docs/tables.md).

Rows are plain JSON values, so that every format is made of the same ones; Arrow tables are made of them at the end.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from stimmung.calls.exports_columns import TABLES_VERSION, Kind, Table, columns_of
from stimmung.calls.policy import may_name_agent
from stimmung.calls.records import CallAnalysis, CallerDistress, Course, Metrics, PartyMetrics
from stimmung.calls.redacting import shown_info
from stimmung.calls.rounding import level, probability, rate, seconds
from stimmung.speech.records import (
    DistressScore,
    Polarity,
    Reason,
    Role,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
)

if TYPE_CHECKING:
    import pyarrow

Row = dict[str, object]  # by column; times in ISO 8601
VERSION_KEY = b"stimmung.tables_version"  # of a Parquet file's metadata
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can have them in its escapes, UTF-8 cannot write them


@dataclass(frozen=True, slots=True)
class CallKey:
    """Which call rows are about: the id under which it is kept, and the SHA-256 of its recording."""

    call_id: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class CallRows:
    """The rows of one call."""

    call: Row
    utterances: tuple[Row, ...]

    def of(self, table: Table) -> tuple[Row, ...]:
        """Return the rows of one table."""
        return (self.call,) if table == "calls" else self.utterances


def rows_of(analysis: CallAnalysis, key: CallKey) -> CallRows:
    """Return the rows of a call: what `analysis` holds, redacted as it is; the agent's name only where it may stand.

    Raises ValueError for NaN and infinity, which JSON has not.
    """
    said = (_utterance(analysis, key, number, one) for number, one in enumerate(analysis.utterances))
    return CallRows(_in_order("calls", _call(analysis, key)), tuple(_in_order("utterances", row) for row in said))


def in_columns(table: Table, row: Mapping[str, object]) -> Row:
    """Return a row that an older version wrote with the columns of this one: unknown where it had none."""
    return {column.name: row.get(column.name) for column in columns_of(table)}


def schema_of(table: Table) -> "pyarrow.Schema":
    """Return the Arrow schema of a table; its metadata names the version."""
    import pyarrow  # 0.2 s: only who writes tables needs it

    types: dict[Kind, pyarrow.DataType] = {
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
        "integer": pyarrow.int32(),
        "number": pyarrow.float64(),
        "yes/no": pyarrow.bool_(),
        "time": pyarrow.timestamp("us", tz="UTC"),
        "shares": pyarrow.map_(pyarrow.string(), pyarrow.float64()),
    }
    fields = [(column.name, types[column.kind]) for column in columns_of(table)]
    return pyarrow.schema(fields, metadata={VERSION_KEY: str(TABLES_VERSION).encode()})


def table_of(table: Table, rows: Iterable[Row]) -> "pyarrow.Table":
    """Return rows as an Arrow table."""
    import pyarrow

    columns = columns_of(table)
    times = [column.name for column in columns if column.kind == "time"]
    shares = [column.name for column in columns if column.kind == "shares"]
    return pyarrow.Table.from_pylist([_arrow(row, times, shares) for row in rows], schema=schema_of(table))


def _arrow(row: Row, times: Iterable[str], shares: Iterable[str]) -> Row:
    """Return a row with its times and its maps as Arrow takes them."""
    changed = dict(row)
    for name in times:
        text = row[name]
        changed[name] = datetime.fromisoformat(text) if isinstance(text, str) else None
    for name in shares:
        share = row[name]
        changed[name] = list(share.items()) if isinstance(share, Mapping) else None
    return changed


def _in_order(table: Table, row: Row) -> Row:
    """Return the row with its columns in the order of the table; a column more or less is a fault of ours."""
    names = [column.name for column in columns_of(table)]
    if set(names) != set(row):
        raise AssertionError(f"{table}: {set(names) ^ set(row)}")
    return {name: _whole(row[name]) for name in names}


def _whole(value: object) -> object:
    """Return a value with a � for each half character in it. Raises ValueError for NaN and infinity: JSON has none."""
    if isinstance(value, str):
        return HALF_CHARACTER.sub("\ufffd", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    return [_whole(one) for one in value] if isinstance(value, list) else value


def _call(analysis: CallAnalysis, key: CallKey) -> Row:
    info = shown_info(analysis.info)
    caller = max(analysis.distress, key=lambda one: one.rank, default=None)
    redacted = analysis.redaction.counts if analysis.redaction else {}
    row: Row = {
        "path": analysis.path,
        "started_at": _time(info.started_at),
        "duration": seconds(analysis.duration),
        "channels": int(analysis.channels),
        "dual_mono": bool(analysis.dual_mono),
        "language": analysis.language,
        "agent": info.agent if may_name_agent(analysis.policy) else None,
        "team": info.team,
        "queue": info.queue,
        "direction": info.direction,
        "customer": info.customer,
        "wait_seconds": _or_none(info.wait_seconds, seconds),
        "roles": list(info.roles),
        "consent": info.consent,
        "emotion_notice_given_at": _time(info.emotion_notice_given_at),
        "metadata": json.dumps(dict(info.metadata), ensure_ascii=False, allow_nan=False),
        "utterances": len(analysis.utterances),
        "words": sum(len(one.words) for one in analysis.utterances),
        "identifiers": sum(int(count) for count in redacted.values()),
        "identifier_types": sorted(redacted),
        "models": [f"{one.task}={one.name}" for one in analysis.models],
        "omitted": [f"{one.what}: {one.why}" for one in analysis.omitted],
    }
    course = analysis.course[0] if analysis.course else None
    return row | _key(key) | _mood(course) | _caller(caller) | _metrics(analysis.metrics)


def _key(key: CallKey) -> Row:
    return {"schema_version": TABLES_VERSION, "call_id": key.call_id, "content_hash": key.content_hash}


def _mood(course: Course | None) -> Row:
    turn = course.turning_point if course else None
    return {
        "mood": course.label if course else None,
        "mood_score": rate(course.score) if course else None,
        "mood_start": rate(course.start) if course else None,
        "mood_middle": rate(course.middle) if course else None,
        "mood_end": rate(course.end) if course else None,
        "mood_peak_score": rate(course.peak.score) if course else None,
        "mood_peak_time": seconds(course.peak.time) if course else None,
        "turning_point_time": seconds(turn.time) if turn else None,
        "turning_point_before": rate(turn.before) if turn else None,
        "turning_point_after": rate(turn.after) if turn else None,
    }


def _caller(caller: CallerDistress | None) -> Row:
    peak = caller.peak if caller else None
    return {
        "distress_state": caller.state if caller else None,
        "distress_score": _or_none(caller.score, probability) if caller else None,
        "distress_trend": caller.trend if caller else None,
        "distress_peak_state": peak.state if peak else None,
        "distress_peak_score": probability(peak.score) if peak else None,
        "distress_peak_time": seconds(peak.time) if peak else None,
        "distress_reasons": _reasons(caller.reasons) if caller else None,
    }


def _metrics(metrics: Metrics | None) -> Row:
    silence = metrics.longest_silence if metrics else None
    return {
        "silence_seconds": seconds(metrics.silence_seconds) if metrics else None,
        "longest_silence_seconds": seconds(silence.duration) if silence else None,
        "hold_seconds": seconds(metrics.hold_seconds) if metrics else None,
        "overlap_seconds": seconds(metrics.overlap_seconds) if metrics else None,
        "interruptions": len(metrics.interruptions) if metrics else None,
        **_party("agent", metrics),
        **_party("customer", metrics),
    }


def _party(role: Role, metrics: Metrics | None) -> Row:
    """Return how the first channel of a role took part."""
    parties = metrics.parties if metrics else ()
    one: PartyMetrics | None = next((party for party in parties if party.role == role), None)
    return {
        f"{role}_talk_seconds": seconds(one.talk_seconds) if one else None,
        f"{role}_talk_share": probability(one.talk_share) if one else None,
        f"{role}_words": int(one.words) if one else None,
        f"{role}_words_per_minute": _or_none(one.words_per_minute, rate) if one else None,
        f"{role}_latency": _or_none(one.latency, seconds) if one else None,
        f"{role}_interruptions": int(one.interruptions) if one else None,
        f"{role}_questions": int(one.questions) if one else None,
    }


def _utterance(analysis: CallAnalysis, key: CallKey, number: int, one: Utterance) -> Row:
    began = analysis.info.started_at
    row: Row = {
        "number": number,
        "channel": int(one.channel),
        "role": one.role,
        "said_at": _time(began + timedelta(seconds=seconds(one.start))) if began else None,
        "start": seconds(one.start),
        "end": seconds(one.end),
        "text": one.text,
        "language": one.language,
        "confidence": probability(one.confidence),
        "flags": list(one.flags),
        "words": len(one.words),
        "level": _or_none(one.level, level),
    }
    return row | _key(key) | _text(one.text_emotion) | _voice(one.voice_emotion) | _distress(one.distress)


def _text(score: TextEmotionScore | None) -> Row:
    return {
        "text_polarity": score.polarity if score else None,
        "text_score": probability(score.score) if score else None,
        "text_polarities": _shares(score.polarities) if score else None,
        "text_emotions": _shares(score.emotions) if score else None,
        "text_calibrated": bool(score.calibrated) if score else None,
        "text_flags": list(score.flags) if score else None,
    }


def _voice(score: VoiceEmotionScore | None) -> Row:
    return {
        "voice_arousal": _or_none(score.arousal, probability) if score else None,
        "voice_valence": _or_none(score.valence, probability) if score else None,
        "voice_emotions": _shares(score.emotions) if score else None,
        "voice_uncertain": bool(score.uncertain) if score else None,
        "voice_ambiguous": bool(score.ambiguous) if score else None,
        "voice_reason": score.reason if score else None,
    }


def _distress(score: DistressScore | None) -> Row:
    return {
        "distress_state": score.state if score else None,
        "distress_probability": _or_none(score.probability, probability) if score else None,
        "distress_reasons": _reasons(score.reasons) if score else None,
    }


def _reasons(reasons: Iterable[Reason]) -> list[str]:
    return [f"{one.kind}: {one.text}" for one in reasons]


def _shares(values: Mapping[str, float] | Mapping[Polarity, float]) -> dict[str, float]:
    return {name: probability(value) for name, value in values.items()}


def _or_none(value: float | None, form: Callable[[float], float]) -> float | None:
    return None if value is None else form(value)


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
