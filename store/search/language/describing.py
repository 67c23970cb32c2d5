"""A query as text again: what was understood, in one way of writing it. Read again, it is the same query.

But for customers' keys, which are not shown.
"""

from stimmung.calls.clock import clock
from stimmung.store.search.language.amounts import written_amount
from stimmung.store.search.language.fields import META, Filter, Number, vocabulary
from stimmung.store.search.language.lexer import OPERATORS
from stimmung.store.search.language.query import (
    All,
    Any,
    Between,
    Condition,
    CustomerKey,
    Field,
    Near,
    Node,
    Not,
    Period,
    Phrase,
    Prefix,
    Query,
    Word,
)
from stimmung.store.search.language.times import written_end, written_time

HIDDEN = "[CUSTOMER_NUMBER]"  # as in every output
DROPPED = frozenset({"and", "und"})  # between words they mean what a blank does
POSITIONS = frozenset({Field.FIRST, Field.LAST})


def describe(query: Query) -> str:
    """Return the query in its normal form, in one line: words, meanings, filters, order."""
    parts = [_node(query.words, inside=False)] if query.words else []
    parts += [f"~{_quoted(text)}" for text in query.meaning]
    parts += [_condition(one) for one in query.filters]
    parts += [f"sort:{query.sort}"] if query.sort else []
    return " ".join(parts)


def _node(node: Node, *, inside: bool) -> str:
    """Return a node as text; `inside` another, it is put in brackets where it has parts."""
    match node:
        case Word(text):
            return f'"{text}"' if text in OPERATORS or text in DROPPED else text
        case Prefix(text):
            return f"{text}*"
        case Phrase(words, prefix):
            return f'"{" ".join(words)}{"*" if prefix else ""}"'
        case Near(words, within):
            return f'"{" ".join(words)}"~{within}'
        case Not(part):
            return f"-{_node(part, inside=True)}"
        case All(parts):
            text = " ".join(_node(part, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Any(parts):
            return f"({' OR '.join(_node(part, inside=True) for part in parts)})"


def _condition(one: Condition) -> str:
    return ("-" if one.negated else "") + _plain_condition(one)


def _plain_condition(one: Condition) -> str:
    if one.field is Field.TIME:
        return _times([value for value in one.values if isinstance(value, Period)])
    name = META + one.key if one.field is Field.META else vocabulary().of(one.field)
    number = _number_of(one.field, vocabulary().filters)
    values = [_value(value, number) for value in one.values]
    operator = "" if one.operator == "=" or one.field in POSITIONS else one.operator
    return f"{name}:{operator}{','.join(values)}"


def _number_of(field: Field, filters: tuple[Filter, ...]) -> Number | None:
    return next((one.number for one in filters if one.number and one.number.field is field), None)


def _value(value: object, number: Number | None) -> str:
    match value:
        case Between(low, high) if number and number.field is Field.AT and low.is_integer() and high.is_integer():
            return clock(low) if low == high else f"{clock(low)}-{clock(high)}"
        case Between(low, high) if number and low == high:
            return written_amount(low, number)
        case Between(low, high) if number:
            return f"{written_amount(low, number)}..{written_amount(high, number)}"
        case float() if number:
            return written_amount(value, number)
        case CustomerKey():
            return HIDDEN
    text = str(value)
    return text if text.replace("-", "").replace("_", "").isalnum() and text[0] not in "-_" else _quoted(text)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _times(periods: list[Period]) -> str:
    first = periods[0]
    if len(periods) == 1 and first.start and not first.end:
        return f"since:{written_time(first.start)}"
    if len(periods) == 1 and first.end and not first.start:
        return f"until:{written_end(first.end)}"
    return f"on:{','.join(_stretch(one) for one in periods)}"


def _stretch(period: Period) -> str:
    first = written_time(period.start) if period.start else ""
    last = written_end(period.end) if period.end else ""
    return first if first == last else f"{first}..{last}"
