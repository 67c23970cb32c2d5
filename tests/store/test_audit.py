"""Acts are added and stay as they were, hold no prose, and lose whose they were when that person is erased."""

import getpass
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from stimmung.speech.errors import StoreError
from stimmung.store.audit import (
    Act,
    acts_about,
    acts_between,
    count_acts_before,
    delete_acts_before,
    forget_in_audit,
    record_act,
    record_acts,
    system_user,
)
from stimmung.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOOK = Act("look", "anna", NOON, call_id="call-1")
SEARCH = Act("search", "key:board", NOON + timedelta(hours=1), pseudonym="ab" * 32, key_id="k1", detail={"found": 3})


@pytest.fixture
def acts(database: Database) -> Database:
    database.run(lambda connection: record_acts(connection, [LOOK, SEARCH]))
    return database


def test_acts_are_read_as_they_were_recorded(acts: Database) -> None:
    everything = acts.run(lambda connection: acts_between(connection, NOON, NOON + timedelta(days=1)))
    assert everything == (LOOK, SEARCH)
    assert acts.run(lambda connection: acts_between(connection, NOON, SEARCH.at)) == (LOOK,)
    assert acts.run(lambda connection: acts_about(connection, call_ids=["call-1"])) == (LOOK,)
    assert acts.run(lambda connection: acts_about(connection, pseudonyms=["ab" * 32])) == (SEARCH,)


def test_an_act_is_there_only_if_what_it_is_about_is(database: Database) -> None:
    with database.engine.connect() as connection:
        record_act(connection, LOOK)
        connection.rollback()
    assert database.run(lambda connection: acts_about(connection, call_ids=["call-1"])) == ()


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'bert'", "DELETE FROM audit", "TRUNCATE audit"])
def test_nobody_changes_acts_by_the_way(acts: Database, statement: str) -> None:
    with pytest.raises(StoreError, match="InsufficientPrivilege"):
        acts.run(lambda connection: connection.execute(text(statement)))
    assert len(acts.run(lambda connection: acts_between(connection, NOON, NOON + timedelta(days=1)))) == 2


def test_a_change_that_is_meant_opens_the_door_for_itself_only(acts: Database) -> None:
    def forget_and_go_on(connection: Connection) -> None:
        forget_in_audit(connection, "e1", ["call-1"], [])
        connection.execute(text("DELETE FROM audit"))

    with pytest.raises(StoreError, match="InsufficientPrivilege"):
        acts.run(forget_and_go_on)


def test_an_erasure_takes_out_whose_it_was_and_leaves_who_did_it(acts: Database) -> None:
    assert acts.run(lambda connection: forget_in_audit(connection, "e1", ["call-1"], ["ab" * 32])) == 2
    left = acts.run(lambda connection: acts_between(connection, NOON, NOON + timedelta(days=1)))
    assert left == (
        replace(LOOK, call_id=None, detail={"erasure": "e1"}),
        replace(SEARCH, pseudonym=None, key_id=None, detail={"found": 3, "erasure": "e1"}),
    )


def test_acts_of_others_are_left_alone_by_an_erasure(acts: Database) -> None:
    assert acts.run(lambda connection: forget_in_audit(connection, "e1", ["call-2"], ["cd" * 32])) == 0


def test_old_acts_go(acts: Database) -> None:
    assert acts.run(lambda connection: count_acts_before(connection, SEARCH.at)) == 1
    assert acts.run(lambda connection: delete_acts_before(connection, SEARCH.at)) == 1
    assert acts.run(lambda connection: acts_between(connection, NOON, NOON + timedelta(days=1))) == (SEARCH,)


@pytest.mark.parametrize(
    "act",
    [
        replace(LOOK, detail={"query": "where is Ms Example's parcel"}),
        replace(LOOK, detail={"format": "a" * 65}),
        replace(SEARCH, key_id=None),
        replace(LOOK, action="peek"),  # type: ignore[arg-type]  # what a mistyped call would pass
    ],
)
def test_prose_and_half_pseudonyms_are_refused(database: Database, act: Act) -> None:
    with pytest.raises(ValueError, match=r"short code|goes with|no act"):
        database.run(lambda connection: record_act(connection, act))


def test_the_user_has_a_name() -> None:
    assert system_user()


def test_a_user_without_an_account_is_named_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError("no such id")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert system_user() == f"uid {os.getuid()}"
