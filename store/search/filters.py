"""The filters of a query: signs for the index, and conditions on the columns of the entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, cast, false, func, not_, or_, select
from sqlalchemy.dialects.postgresql import REAL

from stimmung.store.schema import calls, search_entries
from stimmung.store.search.language.query import Between, Condition, Field, Period, Value
from stimmung.store.search.lexeme_queries import conjunction, disjunction, lexeme
from stimmung.store.search.tags import meta_tag, tag

Clause = ColumnElement[Any]  # Any: of whatever type SQLAlchemy makes of it
entries = search_entries.c
NUMBERS: dict[Field, Clause] = {
    Field.LENGTH: entries.length,
    Field.MOOD_SCORE: cast(entries.sentiment * 5.0, REAL),  # the scale of moods
    Field.AROUSAL: entries.arousal,
    Field.VALENCE: entries.valence,
    Field.DISTRESS: entries.distress,
    Field.FIRST: entries.started,
    Field.AT: entries.started,
    Field.LAST: entries.remaining,
    Field.PACE: entries.pace,
    Field.CALL_DISTRESS: entries.call_distress,
    Field.CALL_MOOD: entries.call_mood,
    Field.DURATION: entries.duration,
    Field.SILENCE: entries.silence,
    Field.HOLD: entries.hold,
    Field.OVERLAP: entries.overlap,
    Field.WAIT: entries.wait,
}
SHOWN = 1.0  # s: what begins at 83.6 is shown at 1:23, and found there
OF_CALLS = {Field.CUSTOMER, Field.CALL, Field.HAS}


@dataclass(frozen=True, slots=True)
class Filters:
    """`signs` is a `tsquery` or None, `positive` says whether it asks for some sign; `clauses` hold beside it."""

    signs: str | None
    positive: bool
    clauses: tuple[Clause, ...]


def compiled_filters(conditions: Sequence[Condition], customers: Sequence[str]) -> Filters:
    """Return the filters; `customers` are the pseudonyms that stand for the keys in them."""
    signs, clauses, positive = [], [], False
    for one in conditions:
        if one.field is Field.TIME or one.field in NUMBERS:
            clauses.append(_negated(one, _on_columns(one)))
        elif one.field in OF_CALLS:
            clauses.append(_negated(one, _on_calls(one, customers)))
        else:
            known = disjunction([lexeme(_sign(one, str(value))) for value in one.values])
            signs.append(f"!{known}" if one.negated else known)
            positive = positive or not one.negated
    return Filters(conjunction(signs) if signs else None, positive, tuple(clauses))


def _sign(condition: Condition, value: str) -> str:
    return meta_tag(condition.key, value) if condition.field is Field.META else tag(condition.field, value)


def _negated(condition: Condition, clause: Clause) -> Clause:
    """Return the condition or its contrary; where a figure is missing the condition does not hold."""
    return not_(func.coalesce(clause, false())) if condition.negated else clause


def _on_columns(condition: Condition) -> Clause:
    column = entries.said_at if condition.field is Field.TIME else NUMBERS[condition.field]
    if condition.field is Field.AT and condition.operator == "=":
        return or_(*(_heard_between(value) for value in condition.values if isinstance(value, Between)))
    return or_(*(_compared(column, condition, value) for value in condition.values))


def _heard_between(place: Between) -> Clause:
    """Return a condition that something of the utterance is heard then; the last second counts as a whole."""
    return (entries.started < place.high + SHOWN) & (entries.started + entries.length >= place.low)


def _compared(column: Clause, condition: Condition, value: Value) -> Clause:
    match value:
        case Period(start, end):
            bounds = [column >= start] if start is not None else []
            bounds += [column < end] if end is not None else []
            return bounds[0] if len(bounds) == 1 else bounds[0] & bounds[1] if bounds else column.is_not(None)
        case Between(low, high):
            return column.between(_as_kept(low), _as_kept(high))
        case float():
            asked = _as_kept(value)
            return {
                "=": column == asked,
                "<": column < asked,
                "<=": column <= asked,
                ">": column > asked,
                ">=": column >= asked,
            }[condition.operator]
    return false()


def _as_kept(value: float) -> Clause:
    """Return a number as precise as entries keep them: 0.7 is no less than itself."""
    return cast(value, REAL)


def _on_calls(condition: Condition, customers: Sequence[str]) -> Clause:
    """Return a condition by the call's own row; few calls have the id or the customer."""
    found = select(calls.c.id)
    if condition.field is Field.CUSTOMER:
        found = found.where(calls.c.customer_pseudonym.in_(customers))
    elif condition.field is Field.CALL:
        found = found.where(calls.c.call_id.in_([str(value) for value in condition.values]))
    else:
        found = found.where(calls.c.audio_file.is_not(None))
    return entries.call.in_(found)
