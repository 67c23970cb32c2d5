"""What a kept call has besides its analysis: id, times, sound, originals, and whose it is without saying who."""

from typing import TypedDict
from zoneinfo import ZoneInfo

from rich.text import Text

from stimmung.batch.moments import moment_text, size_text
from stimmung.store.records import StoredCall

SHOWN = 12  # hexadecimal digits of a pseudonym, enough to tell customers apart by eye


class KeptJson(TypedDict):
    """How a call is kept."""

    call_id: str
    source: str
    saved_at: str
    changed_at: str
    content_hash: str
    customer_pseudonym: str | None
    audio: dict[str, object] | None
    has_originals: bool
    version: str
    settings: dict[str, str]


def kept_line(stored: StoredCall, timezone: ZoneInfo) -> Text:
    """Return one line for reading."""
    parts = [f"kept as {stored.call_id}", f"saved {moment_text(stored.saved_at, timezone)}"]
    if stored.changed_at != stored.saved_at:
        parts.append(f"changed {moment_text(stored.changed_at, timezone)}")
    parts.append(f"sound {size_text(stored.audio.size)}" if stored.audio else "no sound")
    if stored.has_originals:
        parts.append("originals, encrypted")
    if stored.customer:
        parts.append(f"customer {stored.customer.value[:SHOWN]}…")
    return Text(" · ".join(parts), "dim")


def kept_to_json(stored: StoredCall) -> KeptJson:
    """Return the same for programs; pseudonyms as a whole."""
    audio = stored.audio
    return {
        "call_id": stored.call_id,
        "source": stored.source,
        "saved_at": stored.saved_at.isoformat(),
        "changed_at": stored.changed_at.isoformat(),
        "content_hash": stored.content_hash,
        "customer_pseudonym": stored.customer.value if stored.customer else None,
        "audio": {"bytes": audio.size, "sha256": audio.sha256} if audio else None,
        "has_originals": stored.has_originals,
        "version": stored.provenance.version,
        "settings": dict(stored.provenance.settings),
    }
