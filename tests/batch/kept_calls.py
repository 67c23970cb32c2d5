"""A store without a database, which remembers what it was asked, and a kept call to show."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from stimmung.batch.store_access import Seen
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo, Utterance, Word
from stimmung.speech.settings import Settings
from stimmung.store.audit import Act
from stimmung.store.records import Provenance, SavedAs, SavedCall, StoredAudio, StoredCall
from stimmung.store.secret import Pseudonym

MARCH = datetime(2026, 3, 1, 13, 30, tzinfo=UTC)  # 14:30 in Berlin
CUSTOMER = Pseudonym("ab" * 32, "0123456789abcdef")
SAID = "Meine Karte ist [CARD]."
AS_SAID = "Meine Karte ist 4111 1111 1111 1111."


def kept_call(call_id: str = "4711") -> StoredCall:
    """Return a call of one utterance with a card number in it."""
    said = Utterance(0, "customer", "", 1.0, 4.0, SAID, "de", 0.9, (), (Word(1.0, 4.0, SAID, 0.9),))
    info = CallInfo(call_id=call_id, roles=("customer",))
    return StoredCall(
        call_id=call_id,
        analysis=CallAnalysis("calls/card.flac", 5.0, 1, "de", info, (), (said,), ()),
        content_hash="c0ffee",
        provenance=Provenance("0.1.0", {"models.whisper": "base"}),
        source="recording",
        saved_at=MARCH,
        changed_at=MARCH,
        customer=CUSTOMER,
        audio=StoredAudio("ab/abc.opus", 21_400, "beef"),
        has_originals=True,
    )


ORIGINAL = Original(0, AS_SAID, (Word(1.0, 4.0, AS_SAID, 0.9),))


@dataclass
class FakeStore:
    """Holds `kept`, and notes what happens in `done`, opening and closing too."""

    kept: dict[str, StoredCall] = field(default_factory=lambda: {"4711": kept_call()})
    recorded: tuple[Act, ...] = ()
    settings: list[Settings] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    saved: list[SavedCall] = field(default_factory=list)
    unreachable: str = ""  # why it cannot be opened
    failing: Callable[[SavedCall], BaseException | None] = lambda call: None
    waiting: str = ""  # what it tells while it opens

    @contextmanager
    def open(self, settings: Settings, tell: Callable[[str], None]) -> Iterator["FakeStore"]:
        """Open as `batch.store_access.OpenStore`."""
        self.settings.append(settings)
        if self.waiting:
            tell(self.waiting)
        if self.unreachable:
            raise StoreError(self.unreachable)
        self.done.append("open")
        try:
            yield self
        finally:
            self.done.append("closed")

    def save(self, call: SavedCall, files: Sequence[Path] = ()) -> SavedAs:
        if (error := self.failing(call)) is not None:
            raise error
        again = any(one.content_hash == call.content_hash for one in self.saved)
        self.saved.append(call)
        self.done.append(("save", call.content_hash, tuple(files)))
        call_id = call.analysis.info.call_id or call.content_hash[:16]
        return SavedAs(call_id, "same" if again else "new")

    def look(self, call_id: str, unredacted: bool) -> Seen:
        self.done.append(("look", call_id, unredacted))
        if call_id not in self.kept:
            raise StoreError(f"no call {call_id} is kept")
        return Seen(self.kept[call_id], (ORIGINAL,) if unredacted else ())

    def acts(self, call_id: str | None, since: datetime | None) -> Sequence[Act]:
        self.done.append(("acts", call_id, since))
        return self.recorded


def changed(call: StoredCall, when: datetime) -> StoredCall:
    """Return the call as analysed anew, without sound, originals and customer."""
    return replace(call, changed_at=when, audio=None, has_originals=False, customer=None)
