"""The register of erasures, a file beside the database: what a restored or copied-back database has to forget again.

It is written before anything is erased, and holds no name, number, key, path or word of anybody: whose calls they were
is a pseudonym under the secret, and that goes too once no backup is left that could bring them back.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from stimmung.speech.errors import StoreError
from stimmung.store.durable import sync_folder, write_beside

REGISTER_FILE = "erasures.jsonl"
ErasureKind = Literal["customer", "call"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was asked for: all calls of `subject` that were kept up to `at` are to be gone.

    `subject` is a pseudonym made with the secret `key_id`; None once it was forgotten itself. `marks` tell the calls
    that went, should they be there again (`erased_calls`).
    """

    erasure_id: str
    at: datetime
    kind: ErasureKind
    subject: str | None
    key_id: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What an erasure removed, in numbers; `exports_left` are files that could not be deleted."""

    erasure_id: str
    at: datetime
    calls: int
    utterances: int
    recordings: int
    exports: int
    exports_missing: int
    exports_left: int


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register, in the order in which it was written."""

    erasures: tuple[Erasure, ...] = ()
    proofs: tuple[Proof, ...] = ()


def read_register(path: Path) -> Register:
    """Return what `path` holds, nothing where there is no file.

    A last line without its end was never finished, and what it announces had not begun: it is left out. Raises
    StoreError where another line cannot be read, because leaving that out could bring a person back.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Register()
    except OSError as error:
        raise StoreError(f"{path}: cannot read the register of erasures: {error.strerror}") from error
    entries = [
        _parse(path, number, line)
        for number, line in enumerate(content.split(b"\n")[:-1], 1)  # the last part is empty or unfinished
    ]
    return Register(
        tuple(one for one in entries if isinstance(one, Erasure)),
        tuple(one for one in entries if isinstance(one, Proof)),
    )


def append_to_register(path: Path, entry: Erasure | Proof) -> None:
    """Add a line; when this returns it is on the disk. One process at a time (`maintenance`). Raises StoreError."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            file.truncate(_finished_length(file.read()))
            file.seek(0, os.SEEK_END)
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot write the register of erasures: {error.strerror}; nothing is erased without it"
        ) from error


def rewrite_register(path: Path, register: Register) -> None:
    """Replace the file in one step: afterwards it holds `register`, or what it held. Raises StoreError."""
    try:
        partial = write_beside(path, (_line(entry) for entry in _entries(register)))
        try:
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot write the register of erasures: {error.strerror}") from error


def merge_registers(registers: Iterable[Register]) -> Register:
    """Return what any of them holds, each erasure and proof once, oldest first.

    Of the same erasure the one that still says whose counts, the latest moment and the marks of all: a restored machine
    may know less than another, and an attempt that was repeated found more.
    """
    erasures: dict[str, Erasure] = {}
    proofs: dict[str, Proof] = {}
    for register in registers:
        for one in register.erasures:
            known = erasures.get(one.erasure_id, one)
            best = one if known.subject is None else known
            marks = tuple(sorted({*known.marks, *one.marks}))
            erasures[one.erasure_id] = replace(best, at=max(known.at, one.at), marks=marks)
        for proof in register.proofs:
            proofs.setdefault(proof.erasure_id, proof)
    return Register(
        tuple(sorted(erasures.values(), key=lambda one: (one.at, one.erasure_id))),
        tuple(sorted(proofs.values(), key=lambda one: (one.at, one.erasure_id))),
    )


def forget_subjects(register: Register, before: datetime) -> Register:
    """Return the register without the pseudonyms of erasures that were finished before `before`."""
    finished = {proof.erasure_id for proof in register.proofs if proof.at < before}
    return replace(
        register,
        erasures=tuple(replace(one, subject=None) if one.erasure_id in finished else one for one in register.erasures),
    )


def _finished_length(content: bytes) -> int:
    return content.rfind(b"\n") + 1


def _entries(register: Register) -> Iterator[Erasure | Proof]:
    entries: list[Erasure | Proof] = [*register.erasures, *register.proofs]
    yield from sorted(entries, key=lambda one: one.at)


def _line(entry: Erasure | Proof) -> bytes:
    values = {"entry": _NAMES[type(entry)], **asdict(entry), "at": entry.at.astimezone(UTC).isoformat()}
    return json.dumps(values, ensure_ascii=True).encode("ascii") + b"\n"


def _parse(path: Path, number: int, line: bytes) -> Erasure | Proof:
    try:
        values = json.loads(line)
        return _READERS[values["entry"]](values)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path}: line {number} is damaged or was written by a newer version; the database stays closed, because"
            " somebody who was erased might come back: take the file from another copy, or mend the line"
        ) from error


def _read_erasure(values: Mapping[str, object]) -> Erasure:
    kind, subject = values["kind"], values["subject"]
    if kind not in get_args(ErasureKind):
        raise ValueError(kind)
    return Erasure(
        erasure_id=_text(values["erasure_id"]),
        at=_time(values["at"]),
        kind=kind,  # type: ignore[arg-type]  # compared with the very list above
        subject=None if subject is None else _text(subject),
        key_id=_text(values["key_id"]),
        marks=_texts(values.get("marks", [])),
    )


def _read_proof(values: Mapping[str, object]) -> Proof:
    counts = {field.name: _count(values[field.name]) for field in fields(Proof) if field.type is int}
    return Proof(erasure_id=_text(values["erasure_id"]), at=_time(values["at"]), **counts)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(_text(one) for one in value)


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError(value)
    return time


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


_NAMES: Mapping[type, str] = {Erasure: "erasure", Proof: "proof"}
_READERS: Mapping[str, Callable[[Mapping[str, object]], Erasure | Proof]] = {
    "erasure": _read_erasure,
    "proof": _read_proof,
}
