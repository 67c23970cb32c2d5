"""Analyses made by chance, every field of every record from its annotation: a field that is added is tested, too."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stimmung.calls.records import CallAnalysis, Metrics, PolicyReport
from stimmung.speech.records import Utterance

Some = st.SearchStrategy[Any]  # Any: of whatever the annotation says
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NUMBERS = st.floats(allow_nan=False)  # NaN is not equal to itself; it has a test of its own
COUNTS = st.integers(-(2**31), 2**31 - 1)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 bounds have no zone
VECTORS = arrays(np.float32, st.integers(1, 6), elements=st.floats(-1, 1, width=16))
# JSON that others wrote. Numbers with an exponent come back as PostgreSQL writes them out: equal up to 1e15.
OTHERS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(-1e15, 1e15) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
PLAIN: dict[object, Some] = {
    str: TEXTS,
    float: NUMBERS,
    int: COUNTS,
    bool: st.booleans(),
    datetime: TIMES,
    Any: OTHERS,
}
Parties = TypeVar("Parties", PolicyReport | None, Metrics | None)
MOST = 3  # parts of a sequence or mapping


def analyses() -> st.SearchStrategy[CallAnalysis]:
    """Return any analysis."""
    return st.builds(_consistent, of(CallAnalysis), st.booleans())


def of(kind: Any) -> Some:  # Any: annotations have no type of their own
    """Return a strategy for the annotation."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.none() | of(next(part for part in parts if part is not types.NoneType))
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        return st.lists(of(parts[0]), max_size=MOST).map(tuple)
    if origin is np.ndarray:
        return VECTORS
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(of(parts[0]), of(parts[1]), max_size=MOST)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: of(hints[field.name]) for field in fields(kind)})
    return PLAIN[kind]


def _consistent(analysis: CallAnalysis, joined: bool) -> CallAnalysis:
    """Return the analysis with each channel named once by rules and metrics, sometimes with texts made of the words."""
    return replace(
        analysis,
        utterances=tuple(_joined(one) if joined else one for one in analysis.utterances),
        policy=_each_once(analysis.policy),
        metrics=_each_once(analysis.metrics),
    )


def _joined(one: Utterance) -> Utterance:
    return replace(one, text=" ".join(word.text for word in one.words))


def _each_once(record: Parties) -> Parties:
    if record is None:
        return record
    by_channel = {party.channel: party for party in record.parties}
    return replace(record, parties=tuple(by_channel[channel] for channel in sorted(by_channel)))
