"""Of what was deleted nothing is left in any file of the server: found by looking through all of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store.made_calls import places_below, saved_call, with_info, with_originals, with_words
from tests.store.outside_servers import ROLE, OutsideServer
from tests.store.server_users import until
from tests.store.traces import traces

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, record_act
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.records import SavedCall
from stimmung.store.removal.erasure import erase_call, erase_customer
from stimmung.store.removal.exports_register import Export, exporting
from stimmung.store.removal.rewriting import rewrite_tables, tables_of_calls
from stimmung.store.schema import METADATA, calls
from stimmung.store.secret import read_secret

SAID = "kellermausfalle"
NAMED = "ticket-of-berta"
CALL = "call-of-berta"
KEY = "customer-berta"


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


@pytest.fixture
def server(request: pytest.FixtureRequest, database: Database) -> EmbeddedServer | OutsideServer:
    """The server of `database`."""
    found = request.getfixturevalue(request.node.callspec.params["database"])
    assert isinstance(found, EmbeddedServer | OutsideServer)
    return found


def call_of_berta(number: int) -> SavedCall:
    made = with_words(saved_call(number), f"{SAID} is what I said", f"{SAID} {number}", SAID)
    info = replace(made.analysis.info, call_id=f"{CALL}-{number}", customer=KEY, metadata={"ticket": NAMED})
    return replace(with_originals(with_info(made, info), SAID), audio=SAID.encode())


def keep(steward: Steward, tmp_path: Path, others: int) -> list[str]:
    """Keep calls of Berta and `others`, have the planner look at them, export one; return what must not be found."""
    for number in range(6):
        save_call(steward.database, steward.places, call_of_berta(number))
    for number in range(10, 10 + others):
        save_call(steward.database, steward.places, saved_call(number))
    own = load_call(steward.database, f"{CALL}-0")
    act = Act("export", "anna", own.saved_at, call_id=own.call_id)
    with exporting(steward.database, Export(tmp_path / "export.json", "anna", own.saved_at, (own.call_id,)), act):
        (tmp_path / "export.json").write_text(SAID)
    assert own.customer is not None
    with steward.database.engine.begin() as connection:
        record_act(connection, Act("look", "anna", own.saved_at, own.call_id, own.customer.value, own.customer.key_id))
    with steward.database.outside_transactions() as connection:
        connection.execute(text("ANALYZE"))
        connection.execute(text("VACUUM"))
    assert own.audio is not None
    return [SAID, NAMED, CALL, KEY, own.customer.value, own.content_hash, own.audio.file]


def allow_all(server: EmbeddedServer | OutsideServer, database: Database) -> None:
    """Do what an operator is told to do."""
    if isinstance(server, EmbeddedServer):
        return
    with server.admin(database.parameters["dbname"]) as admin:
        admin.execute(f"GRANT pg_checkpoint TO {ROLE}")
        admin.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {ROLE}")
        admin.execute("ALTER SYSTEM SET wal_recycle = off")
        admin.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize("others", [0, 3])
def test_an_erasure_leaves_no_trace(
    steward: Steward, server: EmbeddedServer | OutsideServer, tmp_path: Path, others: int
) -> None:
    allow_all(server, steward.database)
    words = keep(steward, tmp_path, others)
    with steward.database.outside_transactions() as connection:
        connection.execute(text("CREATE TABLE moved AS SELECT 1"))  # a checkpoint has something to write
    before = {found.partition(": ")[2] for found in traces(server.folder, *words)}
    assert {SAID, NAMED, CALL} <= before  # the key never gets there
    pseudonym = words[4]
    erased = erase_customer(steward, KEY)
    assert erased.finished.undone == ()
    assert erased.proof.calls == 6
    subject = [found for found in traces(server.folder, *words) if not found.endswith(pseudonym)]
    assert subject == []
    assert traces(steward.database.data_dir, *words) == [f"erasures.jsonl: {pseudonym}"]  # for restored backups
    assert traces(tmp_path / "export.json", *words) == []
    assert not (tmp_path / "export.json").exists()


def test_one_call_leaves_no_trace_among_the_persons_others(
    steward: Steward, server: EmbeddedServer | OutsideServer, tmp_path: Path
) -> None:
    allow_all(server, steward.database)
    keep(steward, tmp_path, 1)
    only = with_words(call_of_berta(7), "siebenschlaefer")
    save_call(steward.database, steward.places, only)
    until(lambda: traces(server.folder, "siebenschlaefer"))  # the test's server writes its log a moment later
    erase_call(steward, f"{CALL}-7")
    assert traces(server.folder, "siebenschlaefer", f"{CALL}-7") == []
    assert traces(steward.database.data_dir, "siebenschlaefer", f"{CALL}-7") == []


def test_what_the_server_does_not_let_us_do_is_told(steward: Steward) -> None:
    undone = rewrite_tables(steward.database, [calls], Pace()).undone
    told = f"`GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {ROLE}`"
    assert any(told in one for one in undone) == (steward.database.kind == "external")


def test_every_table_with_something_of_a_call_is_written_anew() -> None:
    shared = {"pseudonym_keys", "provenances", "rulings"}
    assert {table.name for table in tables_of_calls()} == set(METADATA.tables) - shared


def test_whoever_still_reads_is_waited_for(steward: Steward) -> None:
    told: list[str] = []
    time = [0.0]
    with steward.database.engine.connect() as reader:
        reader.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        reader.execute(text("SELECT 1"))  # has a snapshot and no lock on any of our tables

        def sleep(seconds: float) -> None:
            time[0] += seconds
            if time[0] > 3.0:
                reader.rollback()

        rewrite_tables(steward.database, [calls], Pace(told.append, lambda: time[0], sleep))
    assert told == ["waiting for others who still read what was erased …"]


def test_a_reader_who_never_ends_is_named_as_the_reason(steward: Steward) -> None:
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += 60.0

    with steward.database.engine.connect() as reader:
        reader.execute(text("SELECT 1"))
        with pytest.raises(StoreError, match="waiting for others who still read what was erased: given up after 600 s"):
            rewrite_tables(steward.database, [calls], Pace(now=lambda: time[0], sleep=sleep))


def test_the_secret_of_the_pseudonym_is_not_in_the_database(
    steward: Steward, server: EmbeddedServer | OutsideServer, tmp_path: Path
) -> None:
    keep(steward, tmp_path, 0)
    key = read_secret(steward.places.secret).keys[0]
    assert traces(server.folder, key.hex()) == []
    assert all(key not in path.read_bytes() for path in server.folder.rglob("*") if path.is_file())
