"""A deployment in which every customer may be heard: the benchmarks' recordings are acted, published or our own."""

from dataclasses import replace
from datetime import UTC, datetime

from stimmung.calls.analysis import Instructions
from stimmung.calls.records import Deployment
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.records import CallInfo
from unredacted import Unredacted

DEPLOYMENT = Deployment(
    purpose="measuring the models",
    legal_basis="recordings made or published for such measurements",
    notice_de="nicht nötig: niemand ruft an",
    notice_en="not needed: nobody calls",
)
PERMITTED = Instructions(Unredacted(), TranscriptionOptions(), DEPLOYMENT)


def consenting(info: CallInfo) -> CallInfo:
    """Return `info` of a call whose customer was told and consents."""
    return replace(info, consent="granted", emotion_notice_given_at=datetime(2025, 1, 1, tzinfo=UTC))
