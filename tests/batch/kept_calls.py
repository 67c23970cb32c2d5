"""A store without a database, which remembers what it was asked, and a kept call to show."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.batch.fake_finding import FakeFinding
from tests.batch.fake_reports import FakeReports
from tests.batch.overnight.toy_jobs import ToyJobs

from stimmung.batch.store_access import Opening, Seen
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo, Utterance, Word
from stimmung.speech.settings import Settings
from stimmung.store.admission import Candidate
from stimmung.store.audio_files import Swept
from stimmung.store.audit import Act
from stimmung.store.backups.archive import Manifest
from stimmung.store.backups.backup import Backup
from stimmung.store.backups.restore import Restored
from stimmung.store.persons.person import PersonFiles, PersonOptions
from stimmung.store.pseudonyms import Renewed
from stimmung.store.records import Provenance, SavedAs, SavedCall, StoredAudio, StoredCall
from stimmung.store.removal.deletion import Finished
from stimmung.store.removal.erasure import Erased
from stimmung.store.removal.erasure_register import Proof
from stimmung.store.removal.retention import Due, Plan, Retained
from stimmung.store.secret import Pseudonym
from stimmung.store.status import Holdings, StoreStatus

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


PROOF = Proof(
    "7f3a12bc90de4567", MARCH, calls=3, utterances=120, recordings=2, exports=4, exports_missing=1, exports_left=0
)
ERASED = Erased(PROOF, Finished((PROOF,)))
PLAN = Plan(
    due=(
        Due(1, "4711", "complaints", MARCH, "call", 30, None),
        Due(2, "4712", "complaints", MARCH + timedelta(days=1), "call", 30, None),
        Due(3, "4713", None, MARCH + timedelta(days=40), "audio", 30, "ab/abc.opus"),
    ),
    acts=7,
    backups=(Path("/srv/stimmung/backups/stimmung-20260101T030000Z.backup"),),
)
RETAINED = Retained(calls=2, recordings=3, exports=1, acts=7, backups=1, swept=Swept(0, ()), finished=Finished())
MANIFEST = Manifest(1, MARCH, "0.1.0", 180_004, 2, calls=12, recordings=3, dump_sha256="f00d")
BACKUP = Backup(Path("/srv/stimmung/backups/stimmung-20260301T133000Z.backup"), 1_260_000, MANIFEST, missing=1)
RESTORED = Restored(MANIFEST, calls=9, recordings=2, erased_again=2, too_old=1, recordings_missing=1)
WELL = StoreStatus(
    kind="embedded",
    place="/srv/stimmung",
    server="18.4",
    schema=2,
    schema_pending=0,
    holdings=Holdings(calls=1_200, recordings=30, database_bytes=12_400_000, audio_bytes=640_000),
    erasures=4,
    erasures_pending=0,
    key_id="0123456789abcdef",
    unknown_keys=(),
)
ORIGINAL = Original(0, AS_SAID, (Word(1.0, 4.0, AS_SAID, 0.9),))


OPENED = {
    Opening(): "open",
    Opening(make=True): "make",
    Opening(migrate=False): "open as it is",
    Opening(make=True, migrate=False): "make as it is",
}


@dataclass
class FakeStore:
    """Holds `kept`, and notes what happens in `done`, opening and closing too."""

    kept: dict[str, StoredCall] = field(default_factory=lambda: {"4711": kept_call()})
    recorded: tuple[Act, ...] = ()
    count: int = 3
    erased: Erased = ERASED
    plan: Plan = PLAN
    retained: Retained = RETAINED
    state: StoreStatus = WELL
    restored: Restored = RESTORED
    migrations: tuple[str, ...] = ()
    settings: list[Settings] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    saved: list[SavedCall] = field(default_factory=list)
    refused: tuple[str, ...] = ()  # ids of calls that were erased
    asked: list[Candidate] = field(default_factory=list)  # who were to be let in
    erased_too: list[bool] = field(default_factory=list)  # of what was saved: also where it was erased
    silenced: str = ""  # why sound is not kept
    unreachable: str = ""  # why it cannot be opened
    failing: Callable[[SavedCall], BaseException | None] = lambda call: None
    recording: StoreError | None = None  # why a look cannot be recorded
    unknowing: StoreError | None = None  # why it cannot be told of files
    waiting: str = ""  # what it tells while it opens
    finding: FakeFinding = field(default_factory=FakeFinding)
    reports: FakeReports = field(default_factory=FakeReports)
    jobs: ToyJobs = field(default_factory=ToyJobs)

    @contextmanager
    def open(self, settings: Settings, tell: Callable[[str], None], opening: Opening) -> Iterator["FakeStore"]:
        """Open as `batch.store_access.OpenStore`."""
        self.settings.append(settings)
        if self.waiting:
            tell(self.waiting)
        if self.unreachable:
            raise StoreError(self.unreachable)
        self.done.append(OPENED[opening])
        try:
            yield self
        finally:
            self.done.append("closed")

    def admit(self, call: Candidate, erased: bool) -> None:
        self.asked.append(call)
        if call.call_id in self.refused and not erased:
            raise StoreError(f"call {call.call_id} was erased on request")

    def sound_too_old(self, info: CallInfo) -> str:
        return self.silenced

    @contextmanager
    def exporting(self, file: Path, call_ids: Sequence[str]) -> Iterator[None]:
        self.done.append(("export", file, tuple(call_ids)))
        yield

    @contextmanager
    def intending(self, call_id: str, files: Sequence[Path]) -> Iterator[None]:
        if self.unknowing:
            raise self.unknowing
        self.done.append(("intend", call_id, tuple(files), tuple(file.exists() for file in files)))
        yield
        self.done.append(("written", tuple(file.exists() for file in files)))

    def save(self, call: SavedCall, files: Sequence[Path] = (), erased: bool = False) -> SavedAs:
        if (error := self.failing(call)) is not None:
            raise error
        self.erased_too.append(erased)
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

    def count_calls(self, customer: str | None, call_id: str | None) -> int:
        self.done.append(("count", customer, call_id))
        return self.count

    def erase_customer(self, customer: str) -> Erased:
        self.done.append(("erase customer", customer))
        return self.erased

    def erase_call(self, call_id: str) -> Erased:
        self.done.append(("erase call", call_id))
        return self.erased

    def plan_retention(self) -> Plan:
        self.done.append("plan")
        return self.plan

    def run_retention(self) -> Retained:
        self.done.append("retention")
        return self.retained

    def status(self) -> StoreStatus:
        return self.state

    def migrate(self) -> Sequence[str]:
        self.done.append("migrate")
        return self.migrations

    def backup(self, folder: Path | None) -> Backup:
        self.done.append(("backup", folder))
        return BACKUP

    def restore(self, file: Path, force: bool, registers: Sequence[Path]) -> Restored:
        self.done.append(("restore", file, force, registers))
        return self.restored

    def rotate_secret(self) -> Renewed:
        self.done.append("rotate")
        return Renewed("feedfacefeedface", 12)

    def forget_lost_secrets(self) -> int:
        self.done.append("forget")
        return 3

    def export_person(self, customer: str, folder: Path, options: PersonOptions) -> PersonFiles:
        self.done.append(("export", customer, folder, options))
        return PersonFiles(folder / "person-abababab.md", folder / "person-abababab.json", self.count)

    def record_look(self, call_id: str) -> None:
        if self.recording:
            raise self.recording
        self.done.append(("record look", call_id))

    def acts(self, call_id: str | None, since: datetime | None) -> Sequence[Act]:
        self.done.append(("acts", call_id, since))
        return self.recorded


def changed(call: StoredCall, when: datetime) -> StoredCall:
    """Return the call as analysed anew, without sound, originals and customer."""
    return replace(call, changed_at=when, audio=None, has_originals=False, customer=None)
