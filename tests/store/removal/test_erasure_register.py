"""What stands in the register survives a crash, names nobody, and is never silently left out."""

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.removal.erasure_register import (
    REGISTER_FILE,
    Erasure,
    Proof,
    Register,
    append_to_register,
    forget_subjects,
    merge_registers,
    read_register,
    rewrite_register,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ERASURE = Erasure("e1", NOON, "customer", "ab12", "key-1", ("fe98", "fe99"))
PROOF = Proof("e1", NOON + timedelta(seconds=2), calls=3, utterances=70, recordings=2, exports=1, exports_missing=1,
              exports_left=0)  # fmt: skip
AT = NOON.isoformat().encode()
OTHER = Erasure("e2", NOON + timedelta(hours=1), "call", "cd34", "key-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / REGISTER_FILE


def test_what_was_written_is_read_again(path: Path) -> None:
    for entry in (ERASURE, PROOF, OTHER):
        append_to_register(path, entry)
    assert read_register(path) == Register((ERASURE, OTHER), (PROOF,))


def test_without_a_file_nothing_was_erased(path: Path) -> None:
    assert read_register(path) == Register()


def test_only_its_owner_can_read_it(path: Path) -> None:
    append_to_register(path, ERASURE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rewrite_register(path, Register((ERASURE,), ()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_was_never_finished_counts_for_nothing(path: Path) -> None:
    append_to_register(path, ERASURE)
    whole = path.read_bytes()
    append_to_register(path, OTHER)
    after = path.read_bytes()
    for length in range(len(whole), len(after)):
        path.write_bytes(after[:length])
        assert read_register(path).erasures == (ERASURE,)


def test_the_next_line_does_not_run_into_one_that_was_never_finished(path: Path) -> None:
    append_to_register(path, ERASURE)
    path.write_bytes(path.read_bytes() + b'{"entry": "eras')
    append_to_register(path, OTHER)
    assert read_register(path).erasures == (ERASURE, OTHER)


@pytest.mark.parametrize(
    "line",
    [
        b'{"entry": "erasure", "erasure_id": "e", "at": "%s", "kind": "call", "subject": "a", "key_id": "k",'
        b' "marks": "fe98"}' % AT,
        b"\x00\x00\x00",
        b"{}",
        b"[]",
        b'{"entry": "amnesty"}',
        b'{"entry": "erasure", "erasure_id": "e", "at": "2026-03-01", "kind": "call", "subject": "a", "key_id": "k"}',
        b'{"entry": "erasure", "erasure_id": "e", "at": "%s", "kind": "all", "subject": "a", "key_id": "k"}' % AT,
        b'{"entry": "proof", "erasure_id": "e", "at": "2026-03-01T12:00:00Z", "calls": "3"}',
    ],
)
def test_a_damaged_line_keeps_everything_closed_and_says_which(path: Path, line: bytes) -> None:
    append_to_register(path, ERASURE)
    path.write_bytes(path.read_bytes() + line + b"\n")
    append_to_register(path, OTHER)
    with pytest.raises(StoreError, match=r"erasures\.jsonl: line 2 is damaged"):
        read_register(path)


def test_registers_of_several_machines_become_one(path: Path) -> None:
    one, other = Register((OTHER,), ()), Register((ERASURE, OTHER), (PROOF,))
    assert merge_registers([one, other]) == Register((ERASURE, OTHER), (PROOF,))


def test_a_line_from_before_there_were_marks_is_read(path: Path) -> None:
    line = b'{"entry": "erasure", "erasure_id": "e", "at": "%s", "kind": "call", "subject": "a", "key_id": "k"}\n' % AT
    path.write_bytes(line)
    assert read_register(path).erasures[0].marks == ()


def test_of_two_both_tell_which_calls_went(path: Path) -> None:
    fewer, other = replace(ERASURE, marks=("fe98",)), replace(ERASURE, subject=None, marks=("fe97", "fe99"))
    for order in ([fewer, other], [other, fewer]):
        merged = merge_registers([Register((one,), ()) for one in order])
        assert merged.erasures == (replace(ERASURE, marks=("fe97", "fe98", "fe99")),)


def test_of_two_the_later_moment_counts(path: Path) -> None:
    later = replace(ERASURE, at=ERASURE.at + timedelta(seconds=1))
    for order in ([later, ERASURE], [ERASURE, later]):
        assert merge_registers([Register((one,), ()) for one in order]).erasures == (later,)


def test_of_two_the_one_that_still_knows_whose_counts(path: Path) -> None:
    forgotten = replace(ERASURE, subject=None)
    for order in ([forgotten, ERASURE], [ERASURE, forgotten]):
        assert merge_registers([Register((one,), ()) for one in order]).erasures == (ERASURE,)


def test_whose_calls_they_were_is_forgotten_only_once_the_erasure_is_finished_and_old(path: Path) -> None:
    register = Register((ERASURE, OTHER), (PROOF,))
    assert forget_subjects(register, PROOF.at) == register
    later = forget_subjects(register, PROOF.at + timedelta(days=90))
    assert later.erasures == (replace(ERASURE, subject=None), OTHER)
    assert later.proofs == (PROOF,)


def test_rewriting_leaves_no_pseudonym_behind(path: Path) -> None:
    append_to_register(path, ERASURE)
    append_to_register(path, PROOF)
    rewrite_register(path, forget_subjects(read_register(path), PROOF.at + timedelta(days=1)))
    assert b"ab12" not in path.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == [REGISTER_FILE]
    assert read_register(path).proofs == (PROOF,)


def test_what_cannot_be_written_stops_the_erasure(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is erased without it"):
        append_to_register(tmp_path / "gone" / REGISTER_FILE, ERASURE)
