"""The tables as SQLAlchemy sees them. The migrations make them; a test compares both.

Names, units and what belongs where are said once, in migrations/0001_calls.sql.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TSVECTOR
from sqlalchemy.types import TypeEngine

METADATA = MetaData()
Kind = type[TypeEngine[Any]] | TypeEngine[Any]  # Any: of whatever Python type
AnyColumn = Column[Any]
TEXTS = ARRAY(Text)
NUMBERS = ARRAY(Double)


def _required(name: str, kind: Kind) -> AnyColumn:
    return Column(name, kind, nullable=False)


def _number() -> AnyColumn:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _now(name: str) -> AnyColumn:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _moment(name: str) -> AnyColumn:
    return Column(name, DateTime(timezone=True))


def _figure(name: str, kind: Kind = Double) -> AnyColumn:
    """Return a column that PostgreSQL takes out of the record `metrics`, to filter by; it is never written."""
    return Column(name, kind, Computed(f"metrics ->> '{name}'", persisted=True))


def _detail() -> AnyColumn:
    return Column("detail", JSONB, nullable=False, server_default="{}")


def _of_call() -> AnyColumn:
    return Column("call", BigInteger, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)


def _secret() -> AnyColumn:
    return Column("key_id", Text, ForeignKey("pseudonym_keys.key_id"))


pseudonym_keys = Table("pseudonym_keys", METADATA, Column("key_id", Text, primary_key=True), _now("first_used_at"))
provenances = Table("provenances", METADATA, Column("digest", Text, primary_key=True), _required("content", JSONB))
rulings = Table("rulings", METADATA, Column("digest", Text, primary_key=True), _required("content", JSONB))

calls = Table(
    "calls",
    METADATA,
    _number(),
    Column("call_id", Text, nullable=False, unique=True),
    Column("content_hash", Text, nullable=False, unique=True),
    _required("fingerprint", Text),
    _required("source", Text),
    _now("saved_at"),
    _now("changed_at"),
    _moment("started_at"),
    Column("customer_pseudonym", Text),
    Column("agent_pseudonym", Text),
    _secret(),
    Column("agent", Text),
    Column("team", Text),
    Column("queue", Text),
    _required("direction", Text),
    Column("named_language", Text),
    _required("roles", TEXTS),
    _required("consent", Text),
    _moment("notice_given_at"),
    Column("wait_seconds", Double),
    _required("metadata", JSONB),
    _required("path", Text),
    _required("duration", Double),
    _required("channels", Integer),
    _required("language", Text),
    _required("dual_mono", Boolean),
    _required("events", JSONB),
    _required("omitted", JSONB),
    _required("distress", JSONB),
    _required("course", JSONB),
    Column("metrics", JSONB(none_as_null=True)),
    Column("policy", JSONB(none_as_null=True)),
    Column("redaction", JSONB(none_as_null=True)),
    Column("provenance", Text, ForeignKey("provenances.digest"), nullable=False),
    _required("text_emotions", TEXTS),
    _required("text_labels", TEXTS),
    _required("voice_emotions", TEXTS),
    Column("distress_state", Text),
    Column("distress_score", Double),
    Column("distress_peak_state", Text),
    Column("distress_peak_score", Double),
    Column("mood", Text),
    Column("mood_score", Double),
    Column("mood_end", Double),
    _figure("silence_seconds"),
    _figure("hold_seconds"),
    _figure("overlap_seconds"),
    Column("audio_file", Text, unique=True),
    Column("audio_bytes", BigInteger),
    Column("audio_sha256", Text),
    Column("search_version", Integer),
)

parties = Table(
    "parties",
    METADATA,
    _of_call(),
    Column("channel", Integer, primary_key=True),
    _required("role", Text),
    Column("certainty", Double),
    Column("permissions", Text, ForeignKey("rulings.digest")),
    Column("metrics", JSONB(none_as_null=True)),
    _figure("talk_seconds"),
    _figure("talk_share"),
    _figure("words_per_minute"),
    _figure("interruptions", Integer),
)

utterances = Table(
    "utterances",
    METADATA,
    _of_call(),
    Column("number", Integer, primary_key=True),
    _required("channel", Integer),
    _required("role", Text),
    _required("speaker", Text),
    _required("started", Double),
    _required("ended", Double),
    _required("text", Text),
    _required("language", Text),
    _required("confidence", Double),
    _required("flags", TEXTS),
    Column("level", Double),
    _required("word_starts", NUMBERS),
    _required("word_ends", NUMBERS),
    _required("word_probabilities", NUMBERS),
    Column("word_texts", TEXTS),
    Column("polarity", Text),
    Column("sentiment", Double),
    Column("negative", Double),
    Column("neutral", Double),
    Column("positive", Double),
    Column("text_emotions", NUMBERS),
    Column("text_labels", NUMBERS),
    Column("text_calibrated", Boolean),
    Column("text_flags", TEXTS),
    Column("arousal", Double),
    Column("valence", Double),
    Column("voice_emotions", NUMBERS),
    Column("voice_uncertain", Boolean),
    Column("voice_reason", Text),
    Column("voice_ambiguous", Boolean),
    Column("distress_probability", Double),
    Column("distress_state", Text),
    Column("distress_reasons", JSONB(none_as_null=True)),
)

# `embedding` is pgvector's halfvec where the server has it; as an array it can be read from either.
utterance_vectors = Table(
    "utterance_vectors",
    METADATA,
    Column("call", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("embedding", ARRAY(REAL)),
    ForeignKeyConstraint(["call", "number"], ["utterances.call", "utterances.number"], ondelete="CASCADE"),
)

search_entries = Table(
    "search_entries",
    METADATA,
    Column("call", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("said_at", DateTime(timezone=True)),
    _now("kept_at"),
    _required("started", REAL),
    _required("remaining", REAL),
    _required("length", REAL),
    *(Column(name, REAL) for name in ("sentiment", "distress", "arousal", "valence", "pace")),
    *(Column(name, REAL) for name in ("call_mood", "call_distress")),
    _required("duration", REAL),
    *(Column(name, REAL) for name in ("silence", "hold", "overlap", "wait")),
    Column("polarity", Text),
    Column("queue", Text),
    _required("words", TSVECTOR),
    ForeignKeyConstraint(["call", "number"], ["utterances.call", "utterances.number"], ondelete="CASCADE"),
)

saved_searches = Table(
    "saved_searches",
    METADATA,
    Column("who", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _required("query", Text),
    _now("saved_at"),
)

original_keys = Table(
    "original_keys", METADATA, _of_call(), _required("key_id", Text), _required("wrapped", LargeBinary)
)
originals = Table(
    "originals",
    METADATA,
    Column("call", BigInteger, ForeignKey("original_keys.call", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("sealed", LargeBinary),
)

jobs = Table(
    "jobs",
    METADATA,
    _number(),
    _required("batch", Text),
    _required("state", Text),
    Column("source_key", Text, nullable=False, unique=True),
    _required("version", Text),
    _required("sealed_by", Text),
    Column("sources", LargeBinary),
    Column("info", LargeBinary),
    Column("customer_pseudonym", Text),
    Column("call_pseudonym", Text),
    _secret(),
    _required("priority", Integer),
    _moment("began"),
    _required("size", BigInteger),
    Column("redo", TEXTS),
    _required("stage", Text),
    *(_required(name, Integer) for name in ("attempts", "tries", "kills")),
    _required("suspect", Boolean),
    _moment("not_before"),
    Column("worker", Text),
    Column("lease", Text),
    _moment("beat_at"),
    *(_required(name, Double) for name in ("spent", "lost")),
    Column("error_type", Text),
    Column("error", LargeBinary),
    _required("heals", Boolean),
    Column("content", Text),
    Column("same_as", BigInteger, ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("call", BigInteger, ForeignKey("calls.id", ondelete="CASCADE")),
    Column("audio_seconds", Double),
    _required("timings", JSONB),
    _now("added_at"),
    _moment("started_at"),
    _moment("ended_at"),
)

doomed_files = Table("doomed_files", METADATA, Column("file", Text, primary_key=True), _now("at"))

exports = Table(
    "exports",
    METADATA,
    _number(),
    _now("at"),
    _required("who", Text),
    _required("path", Text),
    _required("call_ids", TEXTS),
    Column("pseudonym", Text),
    _secret(),
    _detail(),
)

audit = Table(
    "audit",
    METADATA,
    _number(),
    _now("at"),
    _required("who", Text),
    _required("action", Text),
    Column("call_id", Text),
    Column("pseudonym", Text),
    _secret(),
    _detail(),
)

erasures = Table(
    "erasures",
    METADATA,
    Column("erasure_id", Text, primary_key=True),
    _now("at"),
    _required("who", Text),
    _required("kind", Text),
    _required("calls", Integer),
    _required("utterances", Integer),
    _required("recordings", Integer),
    _required("exports", Integer),
    _detail(),
)
