"""The store of the settings, for the commands: opened, asked, and told who asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from stimmung.batch.real_finding import RealFinding
from stimmung.batch.real_jobs import RealJobs
from stimmung.batch.report_access import RealReports
from stimmung.batch.store_access import Opening, Seen
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import RedactionSettings, Settings, StoreSettings
from stimmung.store.addresses import place
from stimmung.store.admission import USUAL, Admission, Candidate, NotKeptError, why_not_kept
from stimmung.store.audit import Act, Action, acts_about, acts_between, record_act, system_user
from stimmung.store.backups.backup import Backup, make_backup
from stimmung.store.backups.restore import Restored, RestoreOptions, restore_backup
from stimmung.store.calls import load_call, save_call
from stimmung.store.content import made_call_id
from stimmung.store.data_folder import place_of_data
from stimmung.store.database import Database, open_database
from stimmung.store.embedded.process import ServerFiles
from stimmung.store.embedded.server import FOLDER
from stimmung.store.json_records import clean
from stimmung.store.looks import record_look
from stimmung.store.maintenance import Steward
from stimmung.store.migrate import migrate_database, schema_status
from stimmung.store.originals import load_originals
from stimmung.store.pace import Pace
from stimmung.store.persons.person import PersonFiles, PersonOptions, export_person
from stimmung.store.places import places_in
from stimmung.store.pseudonyms import Renewed, forget_lost_secrets, rotate_secret
from stimmung.store.records import SavedAs, SavedCall
from stimmung.store.removal.erasure import Erased, erase_call, erase_customer, settle_erasures
from stimmung.store.removal.exports_register import Export, confirm_exports, exporting, intending
from stimmung.store.removal.retention import Plan, Retained, plan_retention, run_retention
from stimmung.store.removal.retention_rules import RetentionRules, rules_of
from stimmung.store.search.meaning.half_vectors import halve_vectors
from stimmung.store.status import StoreStatus, calls_of_customer, calls_of_id, store_status

Clock = Callable[[], datetime]  # aware


@contextmanager
def real_store(settings: Settings, tell: Callable[[str], None], opening: Opening) -> "Iterator[RealStore]":
    """Open the store while the block runs; `tell` gets a line when something takes long. Raises StoreError.

    Erasures that were cut short, or that a restored database does not know, are done first; not without `migrate`,
    which leaves the database as it is.
    """
    if not opening.make:
        _refuse_nothing(settings.store)
    migrate, words = opening.make and opening.migrate, settings.search.compound_words
    with open_database(settings.store, tell=tell, migrate=migrate, compound_words=words) as database:
        if opening.migrate and not opening.make:
            _refuse_empty(database)
            migrate_database(database.engine)
        places = places_in(database.data_dir, settings.store)
        steward = Steward(database, places, system_user(), Pace(tell))
        if opening.migrate:
            settle_erasures(steward)
        store = RealStore(steward, rules_of(settings.retention), settings.redaction)
        yield store
        if store.withdrew:
            settle_erasures(steward)


def _refuse_nothing(settings: StoreSettings) -> None:
    """Raise StoreError where there is no database yet: a mistyped folder shall not become an empty one."""
    folder = place_of_data(settings)
    if settings.database_url is None and not ServerFiles(folder / FOLDER).cluster.exists():
        raise StoreError(
            f"{folder}: nothing is kept there: `stimmung analyze --save` begins it, --data-dir (store.data_dir) names"
            " another folder"
        )


def _refuse_empty(database: Database) -> None:
    """Raise StoreError for a database without our tables: a mistyped name shall not get any."""
    if schema_status(database.engine).version == 0:
        raise StoreError(
            f"{place(database.parameters)}: nothing is kept there: `stimmung analyze --save` begins it, `stimmung db"
            " migrate` makes the tables alone; STIMMUNG_DATABASE_URL names another database"
        )


class RealStore:
    """An open store, as the user of the operating system uses it who runs this; see `StoreAccess`."""

    def __init__(
        self,
        steward: Steward,
        rules: RetentionRules,
        redaction: RedactionSettings,
        now: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._steward, self._rules, self._now = steward, rules, now
        self._database, self._places, self._who = steward.database, steward.places, steward.who
        self.finding = RealFinding(steward, rules, redaction, now)
        self.reports = RealReports(steward, now)
        self.withdrew = False  # consent to a call that was kept

    def admit(self, call: Candidate, erased: bool) -> None:
        """Raise StoreError where a call would not be kept."""
        if reason := why_not_kept(self._database, self._places.secret, call, self._admission(erased)):
            raise NotKeptError(reason, erased=not self._admission(erased).too_old(call.queue, call.began))

    @property
    def jobs(self) -> RealJobs:
        """Recordings that wait to be analysed for this store, and what became of them."""
        return RealJobs(self._database, self._places)

    def sound_too_old(self, info: CallInfo) -> str:
        """Return why the sound of a call may not be kept any more."""
        return self._admission().sound_too_old(info.queue, info.started_at)

    def save(self, call: SavedCall, files: Sequence[Path] = (), erased: bool = False) -> SavedAs:
        """Keep a call, then remember that its files hold what is kept."""
        if erased and why_not_kept(self._database, self._places.secret, _candidate(call), USUAL):
            self._record("save_erased", _call_id(call))
        saved = save_call(self._database, self._places, call, self._admission(erased))
        self.withdrew |= saved.outcome == "replaced" and call.analysis.info.consent == "withdrawn"
        confirm_exports(self._database, [self._export(file, saved.call_id) for file in files])
        return saved

    def intending(self, call_id: str, files: Sequence[Path]) -> AbstractContextManager[None]:
        """Remember files that are written in the block, and that somebody exports the call."""
        exports = [self._export(file, clean(call_id)) for file in files]
        acts = [Act("export", one.who, one.at, one.call_ids[0], detail=one.detail) for one in exports]
        return intending(self._database, exports, acts)

    def exporting(self, file: Path, call_ids: Sequence[str]) -> AbstractContextManager[None]:
        """Remember a file that is written in the block, and that somebody exports these kept calls."""
        export = self._export(file, *(clean(one) for one in call_ids))
        about = {**export.detail, "calls": len(call_ids)}
        one = export.call_ids[0] if len(call_ids) == 1 else None
        act = Act("export", self._who, export.at, one, detail=about)
        return exporting(self._database, export, act)

    def look(self, call_id: str, unredacted: bool) -> Seen:
        """Return a call, once it is recorded that somebody looks at it."""
        stored = load_call(self._database, call_id)
        if unredacted and not stored.has_originals:
            raise StoreError(f"call {call_id}: only redacted words were kept of it")
        record_look(self._database, stored, self._who, self._now(), unredacted)
        if not unredacted:
            return Seen(stored)
        key = self._places.originals_key
        return Seen(stored, self._database.run(lambda connection: load_originals(connection, key, stored.call_id)))

    def count_calls(self, customer: str | None, call_id: str | None) -> int:
        """Return how many calls are kept of a customer, or under an id."""
        if customer is not None:
            secret = self._places.secret
            return self._database.run(lambda connection: calls_of_customer(connection, secret, customer))
        return self._database.run(lambda connection: calls_of_id(connection, call_id or ""))

    def plan_retention(self) -> Plan:
        """Return what `run_retention` would remove."""
        return plan_retention(self._steward, self._rules, self._now())

    def run_retention(self) -> Retained:
        """Remove what was kept long enough."""
        done = run_retention(self._steward, self._rules, self._now())
        self.finding.tend()
        return done

    def erase_customer(self, customer: str) -> Erased:
        """Erase all that is kept about a customer."""
        return erase_customer(self._steward, customer)

    def erase_call(self, call_id: str) -> Erased:
        """Erase a call."""
        return erase_call(self._steward, call_id)

    def status(self) -> StoreStatus:
        """Return how the store is."""
        return store_status(self._database, self._places)

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date, and what is kept to what searches need of it."""
        done = tuple(f"{one.number:04}_{one.name}" for one in migrate_database(self._database.engine))
        if halve_vectors(self._database):
            self._steward.pace.tell("calls are found by meaning from now on; start services again")
        self.finding.prepare(self._steward.pace.tell)
        self.finding.tend()
        return done

    def backup(self, folder: Path | None) -> Backup:
        """Write a backup."""
        return make_backup(self._steward, self._now(), folder)

    def restore(self, file: Path, force: bool, registers: Sequence[Path]) -> Restored:
        """Replace the database by a backup."""
        options = RestoreOptions(force, self._rules, tuple(registers))
        return restore_backup(self._steward, file, self._now(), options)

    def rotate_secret(self) -> Renewed:
        """Make a new secret and the pseudonyms anew."""
        renewed = rotate_secret(self._database, self._places.secret)
        self._database.run(lambda connection: record_act(connection, Act("rotate_secret", self._who, self._now())))
        return renewed

    def forget_lost_secrets(self) -> int:
        """Give up pseudonyms whose secret is lost."""
        return forget_lost_secrets(self._database, self._places.secret)

    def record_look(self, call_id: str) -> None:
        """Record a look at words as they were said, of a call that need not be kept."""
        self._record("look_unredacted", clean(call_id))

    def acts(self, call_id: str | None, since: datetime | None) -> tuple[Act, ...]:
        """Return what was recorded."""
        if call_id is None:
            first, end = since or datetime.min.replace(tzinfo=UTC), self._now()
            return self._database.run(lambda connection: acts_between(connection, first, end))
        found = self._database.run(lambda connection: acts_about(connection, [call_id]))
        return tuple(act for act in found if since is None or act.at >= since)

    def export_person(self, customer: str, folder: Path, options: PersonOptions) -> PersonFiles:
        """Write all that is kept about a customer into files."""
        return export_person(self._steward, customer, self._rules, self._now(), folder, options)

    def _admission(self, erased: bool = False) -> Admission:
        return Admission(self._rules, erased, self._now)

    def _record(self, action: Action, call_id: str) -> None:
        act = Act(action, self._who, self._now(), call_id)
        self._database.run(lambda connection: record_act(connection, act))

    def _export(self, file: Path, *call_ids: str) -> Export:
        return Export(file, self._who, self._now(), call_ids, detail={"format": file.suffix.removeprefix(".")})


def _candidate(call: SavedCall) -> Candidate:
    """Return what of a call says whether it was erased."""
    return Candidate(call.content_hash, call.analysis.info.call_id, call.source)


def _call_id(call: SavedCall) -> str:
    """Return the id under which a call will be kept."""
    given = call.analysis.info.call_id
    return clean(given) if given else made_call_id(call.content_hash)
