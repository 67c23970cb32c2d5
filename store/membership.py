"""`column IN values` with the values as one array: a list of ten thousand ids is one parameter, not ten thousand."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

Value = TypeVar("Value")


def among(column: Column[Value], values: Iterable[Value]) -> ColumnElement[bool]:
    """Return the condition that the column has one of the values; none of them: never."""
    return column == any_(literal(list(values), ARRAY(column.type)))
