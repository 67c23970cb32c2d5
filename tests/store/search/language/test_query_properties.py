"""Whatever is typed is a query or a message with a place; whatever a query says can be said again."""

import time
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.store.search.asking import NOW, ask

from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.fields import Number, vocabulary
from stimmung.store.search.language.lexer import LEAST_OF_PREFIX, MOST_APART
from stimmung.store.search.language.parser import DEEPEST, LONGEST
from stimmung.store.search.language.query import (
    All,
    Any,
    Between,
    Condition,
    Field,
    Near,
    Node,
    Not,
    Period,
    Phrase,
    Prefix,
    Query,
    QueryError,
    Word,
)
from stimmung.store.search.lexemes.tokens import chunks

EXAMPLES, MANY = 300, 10_000
QUICK = 0.05  # s of processor time
FREE = {Field.QUEUE, Field.TEAM, Field.CALL, Field.META}
PIECES = (
    "kündigung", "und", "E Mail", "can't", "[IBAN]", "AND", "OR", "ODER", "NOT", "NICHT", "-", "–", "(", ")", '"', "„",
    "“", "~", "~5", "*", "|", ":", "=", ">", "<5", ",", "..", "'", "\\", "\x00", "\ud800", "\u0301", "\xad", "\u202e",
    "mood:", "mood:angry", "by:", "by:agent", "since:", "since:7d", "since:last month", "last:", "on:", "1.11.-",
    "5min", "queue:", 'queue:"', "meta.x:", "customer:1", "duration:>", "at:1:00-", "sort:time", "xyz:foo", "modo:",
    "distress:", ">=uneasy", "70%", "999999999999", "2026-", "last week", "angry,", "agent:", "½", "≥5", "🙂",
)  # fmt: skip

typed = st.one_of(
    st.text(max_size=LONGEST),
    st.text(st.sampled_from("ab1:\"-~()*|>,. 'OR"), max_size=LONGEST),
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", "  "])), max_size=60).map(
        lambda parts: "".join(word + blank for word, blank in parts)[:LONGEST]
    ),
)


def is_word(text: str) -> bool:
    return chunks(text) == [text]


words = st.one_of(
    st.sampled_from(
        ["kündigung", "und", "OR", "NICHT", "E-Mail", "can't", "[IBAN]", "2.500", "12:30", "since", "angry"]
    ),
    st.text(min_size=1, max_size=12).filter(is_word),
)
beginnings = words.filter(lambda text: text[-1] != "]" and sum(map(str.isalnum, text)) >= LEAST_OF_PREFIX)
several = st.lists(words, min_size=2, max_size=4).map(tuple).filter(lambda some: tuple(chunks(" ".join(some))) == some)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, words),
    st.builds(Prefix, beginnings),
    st.builds(Phrase, several),
    st.builds(Near, several, st.integers(1, MOST_APART)),
)


def joined(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Return nodes of such parts in the form that the parser makes: nothing of a kind within its own kind."""
    some = st.lists(parts, min_size=2, max_size=3)

    def alls(nodes: list[Node]) -> Node:
        return All(tuple(part for node in nodes for part in (node.parts if isinstance(node, All) else (node,))))

    def anys(nodes: list[Node]) -> Node:
        return Any(tuple(part for node in nodes for part in (node.parts if isinstance(node, Any) else (node,))))

    return st.one_of(
        some.map(alls), some.map(anys), parts.map(lambda one: one.part if isinstance(one, Not) else Not(one))
    )


def numbers(kind: Number) -> st.SearchStrategy[Condition]:
    values = st.floats(kind.low, kind.high).map(lambda value: round(value, 6) + 0.0)
    stretches = st.tuples(values, values).map(lambda ends: Between(min(ends), max(ends)))
    between = st.builds(Condition, st.just(kind.field), st.just("="), st.tuples(stretches), st.booleans())
    if kind.field is Field.AT:
        return between
    if kind.field in {Field.FIRST, Field.LAST}:
        return st.builds(Condition, st.just(kind.field), st.just("<="), st.tuples(values), st.booleans())
    apart = between.filter(lambda one: isinstance(one.values[0], Between) and one.values[0].low < one.values[0].high)
    bounds = st.sampled_from(["<", "<=", ">", ">="])
    return apart | st.builds(Condition, st.just(kind.field), bounds, st.tuples(values), st.booleans())


minutes = st.integers(-2_000_000, 1_000).map(lambda count: NOW + timedelta(minutes=count))
days = st.integers(-2_000, 10).map(lambda count: (NOW + timedelta(days=count)).replace(hour=0))
periods = st.one_of(
    st.builds(Period, minutes | days, st.none()),
    st.builds(Period, st.none(), minutes | days),
    st.tuples(minutes | days, minutes | days)
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: Period(min(ends), max(ends))),
)
free = st.text(min_size=1, max_size=20).map(
    lambda text: " ".join("".join(one if one.isprintable() else " " for one in text).split())
)
names = free.filter(bool)
some_periods = st.lists(periods, min_size=1, max_size=2, unique=True).map(tuple)
conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Condition, st.just(Field.TIME), st.just("="), some_periods, st.booleans()),
    *(
        st.builds(
            Condition,
            st.just(one.choice.field),
            st.just("="),
            st.lists(st.sampled_from(one.choice.names), min_size=1, max_size=3, unique=True).map(tuple),
            st.booleans(),
        )
        for one in vocabulary().filters
        if one.choice
    ),
    *(numbers(one.number) for one in vocabulary().filters if one.number),
    *(
        st.builds(
            Condition,
            st.just(field),
            st.just("="),
            st.lists(names, min_size=1, max_size=2, unique=True).map(tuple),
            st.booleans(),
            st.just("shop.id" if field is Field.META else ""),
        )
        for field in FREE
    ),
)  # fmt: skip
queries = st.builds(
    Query,
    st.none() | st.recursive(leaves, joined, max_leaves=6),
    st.lists(names.filter(chunks), max_size=2).map(tuple),
    st.lists(conditions, max_size=3).map(tuple),
    st.none() | st.sampled_from(["relevance", "distress", "time", "oldest"]),
)


def depth(node: Node | None) -> int:
    match node:
        case All(parts) | Any(parts):
            return 1 + max(map(depth, parts))
        case Not(part):
            return depth(part)
    return 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(queries.filter(lambda query: depth(query.words) <= DEEPEST))
def test_a_query_that_is_written_is_read_as_the_same(query: Query) -> None:
    text = describe(query)
    assert "\n" not in text
    assert ask(text) == query, text


def read(text: str) -> Query | QueryError:
    try:
        return ask(text)
    except QueryError as error:
        return error


def seconds(text: str) -> float:
    """Return the processor time that reading takes; what seems slow has three tries, as garbage may be collected."""
    best = 1.0
    for _ in range(3):
        began = time.process_time()
        read(text)
        best = min(best, time.process_time() - began)
        if best < QUICK:
            break
    return best


def check(text: str) -> None:
    assert seconds(text) < QUICK
    found = read(text)
    if isinstance(found, QueryError):
        assert 0 <= found.place.start < found.place.end <= len(text)
        assert str(found).startswith(found.reason)
        assert "^" in str(found).splitlines()[-1]
        return
    assert all(0 <= note.place.start < note.place.end <= len(text) for note in found.notes)
    again = describe(found)
    if len(again) <= LONGEST and "customer:" not in again:
        assert ask(again) == found, again


@settings(max_examples=EXAMPLES, deadline=None)
@given(typed)
def test_any_text_is_a_query_or_a_message_with_a_place(text: str) -> None:
    check(text)


@pytest.mark.slow
@settings(max_examples=MANY, deadline=None)
@given(typed)
@example("CUSTOMER:0 CUSTOMER:1))")
def test_any_of_many_texts_is_a_query_or_a_message_with_a_place(text: str) -> None:
    check(text)


def test_the_slowest_texts_are_quick() -> None:
    units = ('"', "-", "(", ")", "~", "*", "|", "1.", "a-", "since:a ", "((a ", "NOT ", "-a OR ", 'queue:"', "a", "ä",
             "\xad", "e\u0301", "problem:internet ", "on:1-", "a.b.", '"a" ', "mood:(")  # fmt: skip
    for unit in units:
        for before in ("", '"', "since:", "mood:", "duration:"):
            text = (before + unit * LONGEST)[:LONGEST]
            assert seconds(text) < QUICK, text[:40]
