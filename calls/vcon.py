"""A call as a vCon, the IETF's container for conversations: redacted, the sound by reference only (docs/vcon.md)."""

import base64
import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final

from stimmung.calls.exports_tables import CallKey
from stimmung.calls.policy import may_keep_audio, may_name_agent
from stimmung.calls.records import CallAnalysis
from stimmung.calls.rounding import seconds
from stimmung.calls.vcon_bodies import SCHEMA, VENDOR, WTF, WTF_SCHEMA, feelings, report, transcription
from stimmung.calls.vcon_records import Analysis, Channel, Dialog, Party, Redacted, VCon
from stimmung.speech.records import Role, Utterance

MEDIA_TYPE: Final = "application/vcon"
ANONYMOUS: Final = "anonymous"  # the draft's name for somebody who is not named
TAKEN_OUT: Final = "PII"  # type of the redaction: what identifies a person or opens an account
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can have them in its escapes, UTF-8 cannot write them


@dataclass(frozen=True, slots=True)
class SoundReference:
    """Where the redacted sound, an Opus file, can be had, and the SHA-512 by which it is known again."""

    url: str  # https
    sha512: bytes


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who speaks: a channel, and the role on it."""

    channel: int
    role: Role


def vcon_of(analysis: CallAnalysis, key: CallKey, made_at: datetime, sound: SoundReference | None = None) -> VCon:
    """Return a call as a vCon, made at `made_at`; always with the same uuid for the same recording.

    `sound` is left out where the policy does not let it be kept. Raises pydantic's ValidationError for one that is not
    had by https.
    """
    voices = _voices(analysis)
    index = {voice: number for number, voice in enumerate(voices)}
    may_name = may_name_agent(analysis.policy)
    dialog = _dialog(analysis, key, voices, sound if may_keep_audio(analysis.policy) else None)
    about = 0 if dialog else None
    models = "+".join(one.name for one in analysis.models) or None

    def found(kind: str, schema: str, body: object) -> Analysis:
        return Analysis.model_validate(
            {"type": kind, "dialog": about, "vendor": VENDOR, "product": models, "schema": schema, "body": body}
        )

    said = transcription(analysis, lambda one: index[_voice(one)], made_at)
    felt = feelings(analysis)
    return VCon(
        uuid=str(uuid_of(key.content_hash)),
        created_at=_moment(made_at),
        extensions=["CC", WTF],
        redacted=Redacted(type=TAKEN_OUT),
        parties=[_party(analysis, voice, may_name) for voice in voices],
        dialog=[dialog] if dialog else [],
        analysis=[
            found(WTF, WTF_SCHEMA, said),
            *([found("sentiment", SCHEMA, felt)] if felt is not None else []),
            found("report", SCHEMA, report(analysis, may_name)),
        ],
    )


def vcon_text(vcon: VCon) -> str:
    """Return a vCon as JSON, ended by a line break. Raises ValueError for NaN and infinity, which JSON has not."""
    values = vcon.model_dump(mode="json", by_alias=True, exclude_none=True)  # null stays in bodies and lists
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=2)
    return HALF_CHARACTER.sub("\ufffd", text) + "\n"


def uuid_of(content_hash: str) -> uuid.UUID:
    """Return the version 8 UUID (RFC 9562) of a recording: of a hash, so that it tells nothing of the recording."""
    digest = hashlib.sha256(f"vcon:{content_hash}".encode()).digest()
    value = int.from_bytes(digest[:16], "big")
    value = value & ~(0xF << 76) | 8 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return uuid.UUID(int=value)


def _voices(analysis: CallAnalysis) -> list[_Voice]:
    """Return who takes part, by channel: all that the rules name, and whoever else speaks."""
    ruled = [_Voice(party.channel, party.role) for party in analysis.policy.parties] if analysis.policy else []
    known = [_Voice(channel, role) for channel, role in enumerate(analysis.info.roles[: analysis.channels])]
    speaking = [_voice(one) for one in analysis.utterances]
    return sorted(set(ruled or known) | set(speaking), key=lambda one: (one.channel, one.role))


def _voice(said: Utterance) -> _Voice:
    return _Voice(said.channel, said.role)


def _party(analysis: CallAnalysis, voice: _Voice, may_name: bool) -> Party:
    named = voice.role == "agent" and may_name and bool(analysis.info.agent)
    return Party(
        name=str(analysis.info.agent) if named else ANONYMOUS,
        role=None if voice.role == "unknown" else voice.role,
    )


def _dialog(analysis: CallAnalysis, key: CallKey, voices: list[_Voice], sound: SoundReference | None) -> Dialog | None:
    """Return the recording; None where nobody knows when it began, which a dialog must say."""
    if analysis.info.started_at is None:
        return None
    channels = [_on(channel, analysis, voices) for channel in range(analysis.channels)]
    return Dialog(
        start=_moment(analysis.info.started_at),
        duration=seconds(analysis.duration),
        parties=channels,
        originator=_originator(analysis, voices),
        filename=PurePosixPath(analysis.path).name or None,
        url=sound.url if sound else None,
        content_hash=content_hash_of(sound.sha512) if sound else None,
        interaction_id=key.call_id,
    )


def content_hash_of(sha512: bytes) -> str:
    """Return the draft's ContentHash of a file with this digest."""
    return "sha512-" + base64.urlsafe_b64encode(sha512).decode("ascii").rstrip("=")


def _on(channel: int, analysis: CallAnalysis, voices: list[_Voice]) -> Channel:
    heard = 0 if analysis.dual_mono else channel  # both hold the same signal, which was heard once
    there = [number for number, voice in enumerate(voices) if voice.channel == heard]
    return (there if len(there) > 1 else there[0]) if there else None


def _originator(analysis: CallAnalysis, voices: list[_Voice]) -> int | None:
    """Return who called; None where that is the first party, as the draft takes it, or nobody knows."""
    caller = {"inbound": "customer", "outbound": "agent"}.get(analysis.info.direction)
    first = next((number for number, voice in enumerate(voices) if voice.role == caller), None)
    return first or None


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
