"""What a database is and does while it is searched: its state as digests, and the statements that it was given."""

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import Connection, event, text

from search_load import opened
from stimmung.store.database import Database

PAUSE: Final = 0.01  # s between two looks at what the server does
# Besides the tables: who may do what, what there is, and how the server is set.
CATALOGS: Final[Mapping[str, str]] = {
    "roles": "SELECT * FROM pg_roles",
    "memberships": "SELECT roleid, member, grantor, admin_option FROM pg_auth_members",
    "rights": "SELECT oid, relacl FROM pg_class UNION ALL SELECT oid, attacl FROM pg_attribute a JOIN pg_class c"
    " ON c.oid = a.attrelid WHERE attacl IS NOT NULL UNION ALL SELECT oid, nspacl FROM pg_namespace"
    " UNION ALL SELECT oid, datacl FROM pg_database UNION ALL SELECT oid, defaclacl FROM pg_default_acl",
    "relations": "SELECT oid, relname, relkind, relowner, relrowsecurity FROM pg_class WHERE relpersistence <> 't'",
    "functions": "SELECT oid, proname, prosrc, proowner, proacl FROM pg_proc",
    "triggers": "SELECT oid, tgname, tgenabled FROM pg_trigger",
    "extensions": "SELECT extname, extversion FROM pg_extension",
    "databases": "SELECT datname, datdba FROM pg_database",
    "settings": "SELECT name, reset_val FROM pg_settings UNION ALL SELECT setrole::text, setconfig::text FROM"
    " pg_db_role_setting",
    "large objects": "SELECT oid FROM pg_largeobject_metadata",
}
DIGEST: Final = "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM ({}) t"
ACTIVITY: Final = text(
    "SELECT query FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
State = dict[str, tuple[int, str]]


def state_of(connection: Connection) -> State:
    """Return of every table and catalog how many rows it has and a digest of them."""
    names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars()
    tables = {f"table {name}": f'SELECT * FROM "{name}"' for name in names.all()}
    found: State = {}
    for name, rows in {**tables, **CATALOGS}.items():
        count, digest = connection.exec_driver_sql(DIGEST.format(rows)).one()
        found[name] = (int(count), str(digest))
    return found


@dataclass(slots=True)
class Statements:
    """The texts of statements: `sent` as they were given to the driver, `seen` as the server showed them."""

    sent: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def kinds(self) -> list[str]:
        """Return the words that the sent ones begin with."""
        return sorted({one.split(None, 1)[0].upper() for one in self.sent if one.strip()})

    def holding(self, words: tuple[str, ...]) -> list[str]:
        """Return the statements that hold one of these, in whatever case."""
        return [one for one in (*self.sent, *self.seen) if any(word in one.lower() for word in words)]


@contextmanager
def watched(database: Database, folder: Path) -> Iterator[Statements]:
    """Note each statement that is sent meanwhile, and what another process sees of them in pg_stat_activity."""
    statements = Statements()

    def note(*arguments: object) -> None:
        statements.sent.add(str(arguments[2]))

    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(1, mp_context=context) as pool:
        began, ended = manager.Event(), manager.Event()
        looking = pool.submit(_look, folder, began, ended)
        began.wait()
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
            ended.set()
            statements.seen |= looking.result()


def _look(folder: Path, began: Event, ended: Event) -> set[str]:
    found: set[str] = set()
    with opened(folder) as database, database.outside_transactions() as connection:
        began.set()
        while not ended.wait(PAUSE):
            found.update(connection.execute(ACTIVITY).scalars())
    return found
