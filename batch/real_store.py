"""The store of the settings, for the commands: opened, asked, and told who asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from stimmung.batch.store_access import Seen
from stimmung.speech.errors import StoreError
from stimmung.speech.settings import Settings
from stimmung.store.audit import Act, acts_about, acts_between, record_act, system_user
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database, open_database
from stimmung.store.exports_register import Export, register_export
from stimmung.store.originals import load_originals
from stimmung.store.places import Places, places_in
from stimmung.store.records import SavedAs, SavedCall

Clock = Callable[[], datetime]  # aware


@contextmanager
def real_store(settings: Settings, tell: Callable[[str], None]) -> "Iterator[RealStore]":
    """Open the store while the block runs; `tell` gets a line when something takes long. Raises StoreError."""
    with open_database(settings.store, tell=tell) as database:
        yield RealStore(database, places_in(database.data_dir, settings.store))


class RealStore:
    """An open store, as the user of the operating system uses it who runs this; see `StoreAccess`."""

    def __init__(self, database: Database, places: Places, now: Clock = lambda: datetime.now(UTC)) -> None:
        self._database, self._places, self._now = database, places, now
        self._who = system_user()

    def save(self, call: SavedCall, files: Sequence[Path] = ()) -> SavedAs:
        """Keep a call, then remember the files that hold it."""
        saved = save_call(self._database, self._places, call)
        for file in files:
            self._remember(file, saved.call_id)
        return saved

    def look(self, call_id: str, unredacted: bool) -> Seen:
        """Return a call, once it is recorded that somebody looks at it."""
        stored = load_call(self._database, call_id)
        if unredacted and not stored.has_originals:
            raise StoreError(f"call {call_id}: only redacted words were kept of it")
        customer = stored.customer
        act = Act(
            action="look_unredacted" if unredacted else "look",
            who=self._who,
            at=self._now(),
            call_id=stored.call_id,
            pseudonym=customer.value if customer else None,
            key_id=customer.key_id if customer else None,
        )
        self._database.run(lambda connection: record_act(connection, act))
        if not unredacted:
            return Seen(stored)
        key = self._places.originals_key
        return Seen(stored, self._database.run(lambda connection: load_originals(connection, key, stored.call_id)))

    def acts(self, call_id: str | None, since: datetime | None) -> tuple[Act, ...]:
        """Return what was recorded."""
        if call_id is None:
            first, end = since or datetime.min.replace(tzinfo=UTC), self._now()
            return self._database.run(lambda connection: acts_between(connection, first, end))
        found = self._database.run(lambda connection: acts_about(connection, [call_id]))
        return tuple(act for act in found if since is None or act.at >= since)

    def _remember(self, file: Path, call_id: str) -> None:
        at, form = self._now(), {"format": file.suffix.removeprefix(".")}
        export = Export(file, self._who, at, (call_id,), detail=form)
        act = Act("export", self._who, at, call_id, detail=form)
        self._database.run(lambda connection: register_export(connection, export))
        self._database.run(lambda connection: record_act(connection, act))
