"""Frozen records as JSON and back, by their type annotations, so that a field added to a record needs no code here.

What was stored before a field was there takes its default; a key that no field has any more is left out. Numbers that
JSON has no word for are texts (`NaN`), and so is what PostgreSQL cannot keep: see `clean`.
"""

import math
import re
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

Json = Any  # what json.loads returns
Reader = Callable[[Json], Any]  # Any: whatever the annotation says
Writer = Callable[[Any], Json]
Record = TypeVar("Record")
UNKEEPABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a pair that no encoding knows
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """Return the text as PostgreSQL can keep it: NUL and lone surrogates become U+FFFD."""
    return UNKEEPABLE.sub(REPLACEMENT, text)


def clean_or_none(text: str | None) -> str | None:
    """Do the same, and leave None as it is."""
    return None if text is None else clean(text)


def to_json(value: object) -> Json:
    """Return records, sequences, mappings, times and plain values as JSON. Raises TypeError for anything else."""
    return _writer(cast(Hashable, type(value)))(value)


def from_json(kind: type[Record], value: Json) -> Record:
    """Return the record of that type. Raises KeyError, TypeError or ValueError where `value` is not one."""
    reader: Callable[[Json], Record] = _reader(cast(Hashable, kind))
    return reader(value)


def many_from_json(kind: type[Record], value: Json) -> tuple[Record, ...]:
    """Return the records of a list."""
    return tuple(from_json(kind, part) for part in value)


@cache
def _writer(kind: type) -> Writer:
    """Return how values of that type are written."""
    if kind in (types.NoneType, bool):
        return _as_it_is
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda record: {name: to_json(getattr(record, name)) for name in names}
    for base, write in _WRITERS:
        if issubclass(kind, base):
            return write
    raise TypeError(f"{kind.__name__} has no place in a stored record")


@cache
def _reader(kind: Any) -> Reader:  # Any: annotations have no type of their own
    """Return how a value of the annotation `kind` is read."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional_reader(parts)
    if origin is tuple:
        return _tuple_reader(parts)
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        inner = _reader(parts[1])
        return lambda value: {key: inner(part) for key, part in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return _record_reader(kind)
    plain: dict[object, Reader] = {float: float, datetime: datetime.fromisoformat}
    return plain.get(kind, _as_it_is)


def _optional_reader(parts: tuple[Any, ...]) -> Reader:
    inner = _reader(next(part for part in parts if part is not types.NoneType))
    return lambda value: None if value is None else inner(value)


def _tuple_reader(parts: tuple[Any, ...]) -> Reader:
    inner = _reader(parts[0])  # tuple[X, ...]: records have no tuples of mixed types
    return lambda value: tuple(inner(part) for part in value)


def _record_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    return lambda value: kind(**{name: read(value[name]) for name, read in readers.items() if name in value})


def _as_it_is(value: Json) -> Json:
    return value


def _number(value: float) -> Json:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


# The first that fits: numpy's numbers are Python's too, some of them.
_WRITERS: tuple[tuple[type, Writer], ...] = (
    (np.generic, lambda value: to_json(value.item())),
    (str, clean),
    (int, _as_it_is),
    (float, _number),
    (datetime, lambda value: value.astimezone(UTC).isoformat()),
    (Mapping, lambda value: {clean(str(key)): to_json(part) for key, part in value.items()}),
    (tuple, lambda value: [to_json(part) for part in value]),
    (list, lambda value: [to_json(part) for part in value]),
)
