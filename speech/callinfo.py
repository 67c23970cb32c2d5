"""What is known of a call beforehand: `NAME.call.json` beside the recording `NAME.flac`, overridden by options.

Checked here once and strictly, because consent and roles decide what may be computed about whom; keys that we do not
know are the deployment's own and are kept as metadata.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)

from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import CallInfo, Consent, Direction, Role

SUFFIX = ".call.json"
DEFAULT_TIMEZONE = "Europe/Berlin"  # of times that name none
DATE_LENGTH = len("2025-03-01")  # text no longer than this is a day without a time


def read_call_info(recording: Path, timezone: tzinfo | None = None) -> CallInfo:
    """Read the sidecar file of `recording`, if there is one.

    Times that name no zone are in `timezone` (None: Europe/Berlin). Raises CallInfoError.
    """
    sidecar = sidecar_of(recording)
    return parse_call_info(_read_json(sidecar), str(sidecar), timezone) if sidecar.exists() else CallInfo()


def sidecar_of(recording: Path) -> Path:
    """Return where the sidecar file of `recording` would be: `foo.flac` has `foo.call.json`."""
    return recording.with_suffix(SUFFIX)


def override_call_info(
    info: CallInfo, values: Mapping[str, object], source: str, timezone: tzinfo | None = None
) -> CallInfo:
    """Return `info` with every key that `values` names, also where it says `unknown` or nothing; metadata of both.

    `values`, `source` and `timezone` are as in `parse_call_info`. Raises CallInfoError.
    """
    new = parse_call_info(values, source, timezone)
    named = {key: getattr(new, key) for key in values if key in _Sidecar.model_fields}
    return replace(info, **{**named, "metadata": {**info.metadata, **new.metadata}})


def parse_call_info(values: Mapping[str, object], source: str, timezone: tzinfo | None = None) -> CallInfo:
    """Check `values` (the keys of CallInfo, plain JSON types) and return the record; null and blank text are not known.

    Unknown keys go into metadata. Raises CallInfoError naming `source`, the key, the value and what is allowed.
    """
    given = {key: value for key, value in values.items() if key not in _Sidecar.model_fields or not _is_blank(value)}
    zone = timezone if timezone is not None else ZoneInfo(DEFAULT_TIMEZONE)
    try:
        model = _Sidecar.model_validate(given, context={"timezone": zone})
    except ValidationError as error:
        raise CallInfoError(f"{source}: {'; '.join(_complaints(error))}") from error
    known = {name: getattr(model, name) for name in _Sidecar.model_fields}
    known["metadata"] = {**model.metadata, **(model.model_extra or {})}
    _refuse_not_finite(known["metadata"], source)
    return CallInfo(**known)


def with_usual_roles(info: CallInfo, usual: tuple[Role, ...]) -> CallInfo:
    """Fill in what a deployment says of all its calls where the call itself names no roles.

    One role alone is that of the first channel: else all who speak in a mono recording would be that one.
    """
    if info.roles:
        return info
    return replace(info, roles=(*usual, "unknown") if len(usual) == 1 else usual)


def call_info_to_json(info: CallInfo) -> dict[str, object]:
    """Return `info` in plain JSON types, all keys, times as ISO 8601 in UTC; `parse_call_info` reads it back."""
    values: dict[str, object] = {field.name: getattr(info, field.name) for field in fields(CallInfo)}
    for key, value in values.items():
        if isinstance(value, datetime):
            values[key] = value.astimezone(UTC).isoformat()
    return {**values, "roles": list(info.roles), "metadata": dict(info.metadata)}


def _refuse_not_finite(values: Mapping[str, object], source: str) -> None:
    """Raise CallInfoError for NaN and infinity, which Python's reader takes (`1e999` too) and JSON has no word for."""
    for key, value in _not_finite("", values):
        raise CallInfoError(f"{source}: {key} = {json.dumps(value)} is not JSON; leave the key out or write null")


def _not_finite(key: str, value: object) -> Iterator[tuple[str, float]]:
    """Yield each such number with the path to it."""
    if isinstance(value, float) and not math.isfinite(value):
        yield key, value
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield from _not_finite(f"{key}.{name}" if key else str(name), part)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _to_utc(value: object, info: ValidationInfo) -> datetime:
    if isinstance(value, datetime):
        time = value
    else:
        if not isinstance(value, str) or len(value) <= DATE_LENGTH:
            raise ValueError("should be an ISO 8601 time with day and hour, such as 2025-03-01T14:30:00+01:00")
        try:
            time = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("should be an ISO 8601 time such as 2025-03-01T14:30:00+01:00") from error
    if time.tzinfo is None:
        assert isinstance(info.context, dict)
        time = time.replace(tzinfo=info.context["timezone"])
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is too far from today") from error


def _primary_language(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", value):
        raise ValueError("should be a language code such as de, en or de-AT")
    return re.split("[-_]", value)[0].lower()


_Time = Annotated[datetime, BeforeValidator(_to_utc)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True)]
_Language = Annotated[_Text, AfterValidator(_primary_language)]


class _Sidecar(BaseModel):
    """The wire form: as CallInfo, defaults included."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    call_id: _Text | None = None
    started_at: _Time | None = None
    agent: _Text | None = None
    team: _Text | None = None
    queue: _Text | None = None
    direction: Direction = "unknown"
    customer: _Text | None = None
    language: _Language | None = None
    roles: tuple[Role, ...] = ()
    consent: Consent = "unknown"
    emotion_notice_given_at: _Time | None = None
    wait_seconds: Annotated[float, Field(ge=0.0, strict=True, allow_inf_nan=False)] | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)  # Any: JSON that others wrote, kept as it came


def _complaints(error: ValidationError) -> list[str]:
    complaints = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        complaints.append(f"{key} = {json.dumps(detail['input'], ensure_ascii=False, default=str)}: {message}")
    return complaints


def _read_json(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CallInfoError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CallInfoError(f"{file}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise CallInfoError(f"{file}: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise CallInfoError(f"{file}: is nested too deeply") from error
    if not isinstance(content, dict):
        raise CallInfoError(f'{file}: should hold one JSON object such as {{"call_id": "4711"}}, not a list or value')
    try:
        _refuse_not_finite(content, str(file))
    except RecursionError as error:  # our reader gives up a little before Python's
        raise CallInfoError(f"{file}: is nested too deeply") from error
    return content
