"""What was taken out of a call, as JSON (docs/analyze-json.md)."""

from typing import TypedDict

from stimmung.calls.records import RedactionReport
from stimmung.calls.redaction.records import Bleep
from stimmung.calls.rounding import seconds


class BleepJson(TypedDict):
    """A stretch of a channel that holds an identifier."""

    kind: str
    channel: int
    start: float
    end: float


class RedactionJson(TypedDict):
    """What was taken out."""

    counts: dict[str, int]  # by type of identifier
    bleeps: list[BleepJson]


def redaction_to_json(report: RedactionReport) -> RedactionJson:
    """Return the report as plain JSON values."""
    return {
        "counts": {kind: int(count) for kind, count in report.counts.items()},
        "bleeps": [_bleep(one) for one in report.bleeps],
    }


def _bleep(bleep: Bleep) -> BleepJson:
    return {
        "kind": bleep.kind,
        "channel": bleep.channel,
        "start": seconds(bleep.span.start),
        "end": seconds(bleep.span.end),
    }
