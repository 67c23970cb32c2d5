"""The secret and the database: a lost or wrong secret is noticed, a new one reaches every row, at any crash too."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ARRAY, REAL, Connection, Row, Table, cast, insert, select
from tests.store.made_calls import places_below, saved_call, with_info

from stimmung.speech.errors import StoreError
from stimmung.store import pseudonyms
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.pseudonyms import forget_lost_secrets, open_secret, renew_pseudonyms, rotate_secret
from stimmung.store.schema import audit, calls, exports, pseudonym_keys
from stimmung.store.secret import Pseudonym, Secret, add_secret, read_or_make_secret, read_secret


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


def opened(database: Database, path: Path) -> Secret:
    return database.run(lambda connection: open_secret(connection, path))


def found_by(database: Database, secret: Secret, customer: str) -> Sequence[str]:
    """Return the ids of a customer's calls."""
    values = [one.value for one in secret.pseudonyms("customer", customer)]
    query = select(calls.c.call_id).where(calls.c.customer_pseudonym.in_(values)).order_by(calls.c.call_id)
    return database.run(lambda connection: connection.scalars(query).all())


def rows_of(database: Database, table: Table) -> Sequence[Row[Any]]:  # Any: columns of many types
    # pgvector's type, which SQLAlchemy does not know, as the array that it is without pgvector
    columns = [cast(column, ARRAY(REAL)) if column.name == "embedding" else column for column in table.columns]
    query = select(*columns)
    return database.run(lambda connection: connection.execute(query).all())


def known(database: Database) -> set[str]:
    return set(database.run(lambda connection: connection.scalars(select(pseudonym_keys.c.key_id)).all()))


def test_the_secret_is_made_when_it_is_first_needed(database: Database, places: Places) -> None:
    assert not places.secret.exists()
    save_call(database, places, saved_call(1))
    secret = read_secret(places.secret)
    assert known(database) == {secret.key_id}
    assert load_call(database, "call-1").customer == secret.pseudonym("customer", "customer-1")
    assert load_call(database, "call-1").agent == secret.pseudonym("agent", "Agent Seven")


def test_a_lost_secret_is_noticed_before_a_new_one_hides_it(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    key_id = read_secret(places.secret).key_id
    places.secret.unlink()
    with pytest.raises(StoreError, match=rf"no file with the secret.*{key_id}.*put that file back"):
        save_call(database, places, saved_call(2))
    assert not places.secret.exists()
    with pytest.raises(StoreError, match=r"put that file back.*--forget-lost"):
        opened(database, places.secret)


def test_a_wrong_secret_is_noticed(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    right = places.secret.read_bytes()
    key_id = read_secret(places.secret).key_id
    places.secret.unlink()
    wrong = read_or_make_secret(places.secret)
    with pytest.raises(StoreError, match=rf"is not the secret of this database.*{key_id}"):
        save_call(database, places, saved_call(2))
    assert known(database) == {key_id}
    assert wrong.key_id not in known(database)
    places.secret.write_bytes(right)
    assert save_call(database, places, saved_call(2)).new


def test_a_call_about_nobody_needs_no_secret(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    places.secret.unlink()
    saved = saved_call(2)
    assert save_call(database, places, with_info(saved, replace(saved.analysis.info, customer=None, agent=None))).new


def test_a_rotation_gives_every_row_a_new_pseudonym(database: Database, places: Places) -> None:
    for number in range(3):
        save_call(database, places, saved_call(number))
    old = opened(database, places.secret)
    whose = old.pseudonym("customer", "customer-1")
    traces = {"who": "officer", "pseudonym": whose.value, "key_id": whose.key_id}
    database.run(lambda connection: connection.execute(insert(exports).values(**traces, path="x", call_ids=[])))
    database.run(lambda connection: connection.execute(insert(audit).values(**traces, action="look")))
    renewed = rotate_secret(database, places.secret)
    new = read_secret(places.secret)
    assert renewed.key_id == new.key_id != old.key_id
    assert renewed.rows == 5
    assert load_call(database, "call-1").customer == new.pseudonym("customer", "customer-1")
    assert load_call(database, "call-1").agent == new.pseudonym("agent", "Agent Seven")
    for table in (exports, audit):
        (row,) = rows_of(database, table)
        assert Pseudonym(row.pseudonym, row.key_id) == new.pseudonym("customer", "customer-1")
    assert found_by(database, new, "customer-1") == ["call-1"]
    assert found_by(database, old, "customer-1") == []  # who has the old secret and the database finds nobody


def test_after_a_rotation_the_same_call_is_still_the_same(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    rotate_secret(database, places.secret)
    assert save_call(database, places, saved_call(1)).outcome == "same"


def test_rotations_follow_each_other(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    assert [rotate_secret(database, places.secret).rows for _ in range(3)] == [1, 1, 1]
    assert len(read_secret(places.secret).keys) == 4
    assert found_by(database, read_secret(places.secret), "customer-1") == ["call-1"]


def test_a_rotation_cut_after_the_file_loses_nobody(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    add_secret(places.secret)  # and then the power goes
    secret = opened(database, places.secret)
    assert found_by(database, secret, "customer-1") == ["call-1"]
    save_call(database, places, saved_call(2))
    assert found_by(database, secret, "customer-2") == ["call-2"]
    assert save_call(database, places, saved_call(1)).outcome == "same"
    assert renew_pseudonyms(database, places.secret).rows == 1
    assert load_call(database, "call-1").customer == secret.pseudonym("customer", "customer-1")


def test_a_rotation_cut_in_its_transaction_leaves_the_rows_as_they_were(
    database: Database, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_call(database, places, saved_call(1))
    before = load_call(database, "call-1").customer
    renew_table = pseudonyms._renew_table

    def cut(connection: Connection, secret: Secret, table: object) -> int:
        if table is exports:
            raise KeyboardInterrupt
        return renew_table(connection, secret, calls)

    with monkeypatch.context() as patch:
        patch.setattr(pseudonyms, "_renew_table", cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_secret(database, places.secret)
    assert load_call(database, "call-1").customer == before
    assert found_by(database, opened(database, places.secret), "customer-1") == ["call-1"]
    assert renew_pseudonyms(database, places.secret).rows == 1


def test_what_a_restored_backup_holds_is_renewed(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    old = load_call(database, "call-1").customer
    assert old is not None
    rotate_secret(database, places.secret)
    back = calls.update().values(customer_pseudonym=old.value, agent_pseudonym=None, key_id=old.key_id)
    database.run(lambda connection: connection.execute(back))
    secret = opened(database, places.secret)
    assert found_by(database, secret, "customer-1") == ["call-1"]
    assert renew_pseudonyms(database, places.secret).rows == 1
    assert load_call(database, "call-1").customer == secret.pseudonym("customer", "customer-1")
    assert renew_pseudonyms(database, places.secret).rows == 0


def test_rotations_at_once_lose_no_secret(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: rotate_secret(database, places.secret), range(4)))
    secret = read_secret(places.secret)
    assert len(secret.keys) == 5
    assert found_by(database, secret, "customer-1") == ["call-1"]
    assert load_call(database, "call-1").customer == secret.pseudonym("customer", "customer-1")


def test_calls_saved_during_rotations_are_all_found(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(0))

    def save(number: int) -> str:
        return save_call(database, places, saved_call(number)).outcome

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(save, number) for number in range(1, 13)]
        for _ in range(3):
            rotate_secret(database, places.secret)
        assert {job.result() for job in jobs} == {"new"}
    secret = read_secret(places.secret)
    for number in range(13):
        assert found_by(database, secret, f"customer-{number}") == [f"call-{number}"]


def test_a_secret_lost_for_good_can_be_given_up(database: Database, places: Places) -> None:
    for number in range(2):
        save_call(database, places, saved_call(number))
    places.secret.unlink()
    assert forget_lost_secrets(database, places.secret) == 2
    assert load_call(database, "call-1").customer is None
    assert save_call(database, places, saved_call(2)).new
    assert forget_lost_secrets(database, places.secret) == 0
    assert load_call(database, "call-2").customer is not None
    # The same call again says whose it is anew.
    assert save_call(database, places, saved_call(1)).outcome == "replaced"
    assert load_call(database, "call-1").customer == read_secret(places.secret).pseudonym("customer", "customer-1")


@pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")
def test_a_secret_that_others_may_read_keeps_no_call(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    places.secret.chmod(0o644)
    with pytest.raises(StoreError, match="others may read the secret of the pseudonyms"):
        save_call(database, places, saved_call(2))


def test_the_secret_never_reaches_the_server(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    rotate_secret(database, places.secret)
    seen = [str(rows_of(database, table)) for table in calls.metadata.sorted_tables]
    for key in read_secret(places.secret).keys:
        assert key.hex() not in "".join(seen)
        assert repr(key) not in "".join(seen)
