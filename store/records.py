"""What is handed to the store, and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.store.secret import Pseudonym

Source = Literal["recording", "live"]
Outcome = Literal["new", "replaced", "same"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """By which version and settings an analysis was made; its models are in the analysis itself."""

    version: str
    settings: Mapping[str, str]  # those that change what comes out, by their keys


@dataclass(frozen=True, slots=True)
class SavedCall:
    """A call to be kept. Texts, path and metadata are redacted; of `analysis.info`, the names are as they came.

    `content_hash` says which recording it is (`content.py`). `originals` and `audio`, a finished Opus file or its
    bytes, are refused where the call's rules forbid to keep them.
    """

    analysis: CallAnalysis
    content_hash: str
    provenance: Provenance
    source: Source = "recording"
    originals: tuple[Original, ...] = field(default=(), repr=False)
    audio: Path | bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SavedAs:
    """Under which id a call is kept, and whether it is new, replaces what was kept of it, or was there already."""

    call_id: str
    outcome: Outcome

    @property
    def new(self) -> bool:
        return self.outcome == "new"


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """The redacted sound of a call: its file below the folder for sound, its size and SHA-256."""

    file: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call as it was kept.

    `analysis` is what was saved, less what is not kept: `voice_features`, the customer's key, and the agent's name
    where no works agreement permits it; `info.call_id` is the id it is kept under. The pseudonyms stand for the two.
    """

    call_id: str
    analysis: CallAnalysis
    content_hash: str
    provenance: Provenance
    source: Source
    saved_at: datetime  # first
    changed_at: datetime
    customer: Pseudonym | None = None
    agent: Pseudonym | None = None
    audio: StoredAudio | None = None
    has_originals: bool = False
