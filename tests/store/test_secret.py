"""Pseudonyms: the same for the same customer, nothing without the secret, and led over to a new one."""

import hashlib
import hmac
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.secret import Pseudonym, Secret, add_secret, fingerprint, read_or_make_secret, read_secret

OLD, MIDDLE, NEW = bytes(range(32)), b"\x01" * 32, b"\x02" * 32


def test_it_is_hmac_sha256_of_whose_it_is_and_the_key() -> None:
    expected = hmac.new(OLD, b"customer\0K-4711", hashlib.sha256).hexdigest()
    assert Secret((OLD,)).pseudonym("customer", "K-4711") == Pseudonym(expected, fingerprint(OLD))


def test_a_customer_an_agent_and_a_call_of_the_same_name_differ() -> None:
    secret = Secret((OLD,))
    values = {secret.pseudonym(subject, "4711").value for subject in ("customer", "agent", "call")}
    assert len(values) == 3


def test_blanks_around_a_key_and_ways_of_writing_accents_do_not_matter() -> None:
    secret = Secret((OLD,))
    assert secret.pseudonym("customer", " Müller\n") == secret.pseudonym("customer", "Mu\u0308ller")


def test_upper_and_lower_case_matter() -> None:
    secret = Secret((OLD,))
    assert secret.pseudonym("customer", "0015g00000A") != secret.pseudonym("customer", "0015g00000a")


def test_a_new_secret_goes_over_the_old_pseudonym_without_the_key() -> None:
    before, after = Secret((OLD,)), Secret((OLD, NEW))
    old, new = before.pseudonym("customer", "4711"), after.pseudonym("customer", "4711")
    assert old.value != new.value
    assert old.key_id != new.key_id
    assert after.renewed(old) == new
    assert after.renewed(new) == new
    assert new.value == hmac.new(NEW, bytes.fromhex(old.value), hashlib.sha256).hexdigest()


def test_all_pseudonyms_of_a_customer_are_known_whichever_secret_made_them() -> None:
    secret = Secret((OLD, MIDDLE, NEW))
    made = secret.pseudonyms("customer", "4711")
    assert made[0] == Secret((OLD,)).pseudonym("customer", "4711")
    assert made[-1] == secret.pseudonym("customer", "4711")
    assert [one.key_id for one in made] == list(secret.key_ids)
    assert {secret.renewed(one) for one in made} == {made[-1]}


def test_a_pseudonym_of_an_unknown_secret_is_refused() -> None:
    foreign = Secret((MIDDLE,)).pseudonym("customer", "4711")
    with pytest.raises(StoreError, match=rf"secret {fingerprint(MIDDLE)}.*none of those.*put the file back"):
        Secret((OLD, NEW)).renewed(foreign)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret((OLD,))
    assert OLD.hex() not in repr(secret)
    assert repr(OLD) not in repr(secret)
    assert secret.key_id not in OLD.hex()


def test_the_file_keeps_old_secrets_under_the_new(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    first = read_or_make_secret(path)
    second = add_secret(path)
    assert second.keys[0] == first.keys[0]
    assert len(second.keys) == 2
    assert read_or_make_secret(path) == read_secret(path) == second


def test_without_a_file_nothing_is_added(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no file with the secret of the pseudonyms"):
        add_secret(tmp_path / "secret")
    assert not list(tmp_path.iterdir())


def test_odd_characters_have_a_pseudonym_too() -> None:
    assert Secret((OLD,)).pseudonym("customer", "\ud800\0").value
