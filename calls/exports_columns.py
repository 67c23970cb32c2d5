"""Which columns the tables of calls have: names and types are fixed, later versions add columns and never rename one.

What each of them means is told in docs/tables.md, which a test compares with this list.
"""

from dataclasses import dataclass
from typing import Literal

TABLES_VERSION = 1  # grows when a column is added

Table = Literal["calls", "utterances"]
Kind = Literal["text", "texts", "integer", "number", "yes/no", "time", "shares"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `texts` is a list of text, `shares` gives a probability to each of some names."""

    name: str
    kind: Kind


def _columns(kind: Kind, names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names.split())


CALLS: tuple[Column, ...] = (
    *_columns("integer", "schema_version"),
    *_columns("text", "call_id content_hash path"),
    *_columns("time", "started_at"),
    *_columns("number", "duration"),
    *_columns("integer", "channels"),
    *_columns("yes/no", "dual_mono"),
    *_columns("text", "language agent team queue direction customer"),
    *_columns("number", "wait_seconds"),
    *_columns("texts", "roles"),
    *_columns("text", "consent"),
    *_columns("time", "emotion_notice_given_at"),
    *_columns("text", "metadata"),
    *_columns("integer", "utterances words"),
    *_columns("text", "mood"),
    *_columns("number", "mood_score mood_start mood_middle mood_end mood_peak_score mood_peak_time"),
    *_columns("number", "turning_point_time turning_point_before turning_point_after"),
    *_columns("text", "distress_state"),
    *_columns("number", "distress_score"),
    *_columns("text", "distress_trend distress_peak_state"),
    *_columns("number", "distress_peak_score distress_peak_time"),
    *_columns("texts", "distress_reasons"),
    *_columns("number", "silence_seconds longest_silence_seconds hold_seconds overlap_seconds"),
    *_columns("integer", "interruptions"),
    *_columns("number", "agent_talk_seconds agent_talk_share"),
    *_columns("integer", "agent_words"),
    *_columns("number", "agent_words_per_minute agent_latency"),
    *_columns("integer", "agent_interruptions agent_questions"),
    *_columns("number", "customer_talk_seconds customer_talk_share"),
    *_columns("integer", "customer_words"),
    *_columns("number", "customer_words_per_minute customer_latency"),
    *_columns("integer", "customer_interruptions customer_questions identifiers"),
    *_columns("texts", "identifier_types models omitted"),
)
UTTERANCES: tuple[Column, ...] = (
    *_columns("integer", "schema_version"),
    *_columns("text", "call_id content_hash"),
    *_columns("integer", "number channel"),
    *_columns("text", "role"),
    *_columns("time", "said_at"),
    *_columns("number", "start end"),
    *_columns("text", "text language"),
    *_columns("number", "confidence"),
    *_columns("texts", "flags"),
    *_columns("integer", "words"),
    *_columns("number", "level"),
    *_columns("text", "text_polarity"),
    *_columns("number", "text_score"),
    *_columns("shares", "text_polarities text_emotions"),
    *_columns("yes/no", "text_calibrated"),
    *_columns("texts", "text_flags"),
    *_columns("number", "voice_arousal voice_valence"),
    *_columns("shares", "voice_emotions"),
    *_columns("yes/no", "voice_uncertain voice_ambiguous"),
    *_columns("text", "voice_reason distress_state"),
    *_columns("number", "distress_probability"),
    *_columns("texts", "distress_reasons"),
)


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table, in their order."""
    return CALLS if table == "calls" else UTTERANCES
