"""What is known of a call, from all that tells of it, checked and in plain JSON types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from stimmung.batch.overnight.field_texts import merged
from stimmung.batch.overnight.file_names import DAY_KEY
from stimmung.speech.callinfo import call_info_to_json, parse_call_info
from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import CallInfo


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, when the call began, and what in it makes no sense."""

    info: Mapping[str, object]
    began: datetime | None
    trouble: str | None = None


def known_info(layers: tuple[Mapping[str, object], ...], place: str, zone: tzinfo) -> Known:
    """Return the layers as one, each over the ones before; with trouble nothing is known."""
    values = merged(*layers)
    if "started_at" in values:
        values.pop(DAY_KEY, None)
    try:
        info = parse_call_info(values, place, zone)
    except CallInfoError as error:
        return Known({}, None, str(error))
    return Known(_without_defaults(info), info.started_at)


def _without_defaults(info: CallInfo) -> dict[str, object]:
    nothing = call_info_to_json(CallInfo())
    return {key: value for key, value in call_info_to_json(info).items() if value != nothing[key]}
