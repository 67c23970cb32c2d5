"""What a client may say on a call's connection: checked here once and strictly, and nothing else comes in.

A complaint names the key, a short value and what would be right. It goes back to whoever sent the message and nowhere
else. What the server says is in `events`.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from stimmung.speech.callinfo import parse_call_info
from stimmung.speech.errors import CallInfoError, SettingsError
from stimmung.speech.records import CallInfo
from stimmung.speech.wire import WireFormat, wire_format

Phase = Literal["waiting", "in_conversation"]
No = Literal["refused", "withdrawn"]
TEXT_BYTES = 65_536  # of a control message; what is known of a call fits many times
SHOWN = 40  # characters of a value that a complaint repeats
ID_LENGTH = 128
STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class FormatPart(BaseModel):
    """How the sound is sent; `speech.wire` says what is allowed."""

    model_config = STRICT

    encoding: str
    sample_rate: int
    channels: int = 1
    framing: str = "none"


class StartMessage(BaseModel):
    """A call begins; `info` has the keys of NAME.call.json."""

    model_config = STRICT

    type: Literal["start"]
    format: FormatPart
    info: dict[str, Any] = Field(default_factory=dict)  # Any: JSON, which `speech.callinfo` checks
    partials: bool = True
    phase: Phase = "in_conversation"


class ResumeMessage(BaseModel):
    """A new connection for a call that goes on: the client has every event up to `after`."""

    model_config = STRICT

    type: Literal["resume"]
    after: Annotated[int, Field(ge=0)]


class ConsentMessage(BaseModel):
    """The caller's answer changed."""

    model_config = STRICT

    type: Literal["consent"]
    value: Literal["granted", "refused", "withdrawn"]


class RefusalRequest(BaseModel):
    """The caller said no; told by somebody who has no connection of the call."""

    model_config = STRICT

    value: No


class NoticeMessage(BaseModel):
    """The caller was told, at an ISO 8601 time, that voices are analysed."""

    model_config = STRICT

    type: Literal["notice"]
    given_at: str


class PhaseMessage(BaseModel):
    """The caller waits, or somebody talks to them."""

    model_config = STRICT

    type: Literal["phase"]
    value: Phase


class PartialMessage(BaseModel):
    """The client wants the words so far of what is being said, once."""

    model_config = STRICT

    type: Literal["partial"]


class EndMessage(BaseModel):
    """No more sound will come."""

    model_config = STRICT

    type: Literal["end"]


Message = StartMessage | ResumeMessage | ConsentMessage | NoticeMessage | PhaseMessage | PartialMessage | EndMessage
MESSAGES: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """The caller was told, at this time in UTC."""

    at: datetime


Order = ConsentMessage | NoticeGiven | PartialMessage | EndMessage  # what is done in the order of the sound


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a message, and what would be right."""

    text: str


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A call as its client announced it."""

    call_id: str
    info: CallInfo
    wire: WireFormat
    partials: bool = True
    phase: Phase = "in_conversation"


def is_call_id(text: str) -> bool:
    """Say whether a call can be named so: in an address and in a line of a log."""
    return 0 < len(text) <= ID_LENGTH and text.isprintable() and "/" not in text and not text.startswith(".")


def read_message(text: str) -> Message | Complaint:
    """Read one control message."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return Complaint("the message is no valid text; send JSON in UTF-8")
    if len(data) > TEXT_BYTES:
        return Complaint(f"the message has {len(data)} bytes; at most {TEXT_BYTES} are read")
    try:
        return MESSAGES.validate_json(data)
    except ValidationError as error:
        return Complaint(_complaint(error))


def start_request(call_id: str, message: StartMessage, timezone: tzinfo | None = None) -> StartRequest | Complaint:
    """Return what a `start` asks for; times without a zone are in `timezone` (None: Europe/Berlin)."""
    try:
        part = message.format
        wire = wire_format(part.encoding, part.sample_rate, part.channels, part.framing)
        info = parse_call_info(message.info, "info", timezone)
    except (SettingsError, CallInfoError) as error:
        return Complaint(str(error))
    if len(info.roles) > wire.channels:
        return Complaint(f"info: roles names {len(info.roles)} channels, and the sound has {wire.channels}")
    named = info if info.call_id else replace(info, call_id=call_id)
    return StartRequest(call_id, named, wire, message.partials, message.phase)


def notice_given(message: NoticeMessage, timezone: tzinfo | None = None) -> NoticeGiven | Complaint:
    """Return when the notice was given, by the rules of NAME.call.json."""
    try:
        given = parse_call_info({"emotion_notice_given_at": message.given_at}, "notice", timezone)
    except CallInfoError as error:
        return Complaint(str(error))
    at = given.emotion_notice_given_at
    return NoticeGiven(at) if at else Complaint("notice: given_at is blank; send an ISO 8601 time")


def _complaint(error: ValidationError) -> str:
    """Return the first few things that are wrong."""
    return "; ".join(_one(detail) for detail in error.errors(include_url=False)[:3])


def _one(detail: Any) -> str:  # Any: pydantic's own record
    key = ".".join(str(part) for part in detail["loc"])
    value = detail["input"]
    shown = json.dumps(value, ensure_ascii=True) if isinstance(value, str | int | float | bool) else ""
    named = f"{key} = {shown}" if key and 0 < len(shown) <= SHOWN else key
    return f"{named}: {detail['msg']}" if named else str(detail["msg"])
