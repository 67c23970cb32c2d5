"""What a kept call has besides its analysis: id, times, sound, originals, and whose it is without saying who."""

from typing import TypedDict
from zoneinfo import ZoneInfo

from rich.text import Text

from stimmung.batch.moments import day_text, moment_text, size_text
from stimmung.store.records import StoredCall
from stimmung.store.removal.retention_rules import Ends, RetentionRules

SHOWN = 12  # hexadecimal digits of a pseudonym, enough to tell customers apart by eye


class KeptJson(TypedDict):
    """How a call is kept."""

    call_id: str
    source: str
    saved_at: str
    changed_at: str
    kept_until: dict[str, str]
    content_hash: str
    customer_pseudonym: str | None
    audio: dict[str, object] | None
    has_originals: bool
    version: str
    settings: dict[str, str]


def kept_until(stored: StoredCall, rules: RetentionRules) -> Ends:
    """Return until when the sound and the whole of a call may stay."""
    began = min(stored.analysis.info.started_at or stored.saved_at, stored.saved_at)
    return rules.ends(stored.analysis.info.queue, began)


def kept_line(stored: StoredCall, ends: Ends, timezone: ZoneInfo) -> Text:
    """Return one line for reading."""
    parts = [f"kept as {stored.call_id}", f"saved {moment_text(stored.saved_at, timezone)}"]
    if stored.changed_at != stored.saved_at:
        parts.append(f"changed {moment_text(stored.changed_at, timezone)}")
    parts.append(f"until {day_text(ends.text, timezone)}")
    sound = stored.audio
    parts.append(f"sound {size_text(sound.size)} until {day_text(ends.audio, timezone)}" if sound else "no sound")
    if stored.has_originals:
        parts.append("originals, encrypted")
    if stored.customer:
        parts.append(f"customer {stored.customer.value[:SHOWN]}…")
    return Text(" · ".join(parts), "dim")


def kept_to_json(stored: StoredCall, ends: Ends) -> KeptJson:
    """Return the same for programs; pseudonyms as a whole."""
    audio = stored.audio
    return {
        "call_id": stored.call_id,
        "source": stored.source,
        "saved_at": stored.saved_at.isoformat(),
        "changed_at": stored.changed_at.isoformat(),
        "kept_until": {"sound": ends.audio.isoformat(), "call": ends.text.isoformat()},
        "content_hash": stored.content_hash,
        "customer_pseudonym": stored.customer.value if stored.customer else None,
        "audio": {"bytes": audio.size, "sha256": audio.sha256} if audio else None,
        "has_originals": stored.has_originals,
        "version": stored.provenance.version,
        "settings": dict(stored.provenance.settings),
    }
