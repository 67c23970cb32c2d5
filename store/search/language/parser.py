"""Reads what somebody typed into a search box. Plain words are always a query; signs and filters make it a sharper one.

What binds tighter comes first: `-`, AND, OR, a blank. So `rechnung doppelt OR zweimal` asks for one of the last two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import groupby

from stimmung.store.search.language.describing import DROPPED
from stimmung.store.search.language.fields import Vocabulary, vocabulary
from stimmung.store.search.language.lexer import Kind, Lexer, Token
from stimmung.store.search.language.marking import marked
from stimmung.store.search.language.query import (
    All,
    Any,
    Condition,
    Field,
    Near,
    Node,
    Not,
    Note,
    Phrase,
    Place,
    Prefix,
    Query,
    QueryError,
    Sort,
    Word,
)
from stimmung.store.search.language.suggestions import EITHER, PlainWord, hints
from stimmung.store.search.language.times import Calendar, written_time
from stimmung.store.search.language.values import Values
from stimmung.store.search.lexemes.tokens import chunks

LONGEST = 1_000  # characters
MOST_TERMS = 32  # words, meanings and values of filters
DEEPEST = 8  # words in either-or in words in either-or
MOST_BRACKETS = 24  # within each other: each takes eight frames of the interpreter's stack
# An utterance has one of these each, so that two filters by it contradict each other.
SINGLE = frozenset(
    {Field.BY, Field.LANGUAGE, Field.QUEUE, Field.TEAM, Field.CALL, Field.CUSTOMER, Field.DIRECTION, Field.COURSE}
)


def parse(text: str, *, now: datetime, zone: tzinfo) -> Query:
    """Return what a text asks for; days and weeks are those of `zone` as seen from `now`, which is aware.

    Raises QueryError where a filter or a sign makes no sense, and for more than 1,000 characters, 32 terms or groups
    8 deep.
    """
    try:
        if len(text) > LONGEST:
            raise QueryError(
                f"{len(text)} characters are too many; at most {LONGEST} are read", Place(LONGEST, len(text))
            )
        return _Parser(text, Calendar(now.astimezone(zone)), vocabulary()).query()
    except QueryError as error:
        raise QueryError(error.reason, error.place, marked(text, error.place), error.instead) from error


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stretch of the text says: a node, meanings and filters that all hold."""

    place: Place
    node: Node | None = None
    meaning: tuple[str, ...] = ()
    filters: tuple[Condition, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.node or self.meaning or self.filters)


@dataclass(slots=True)
class _Parser:
    """Recursive descent over the tokens of one text."""

    text: str
    calendar: Calendar
    words: Vocabulary
    at: int = 0
    depth: int = 0
    terms: int = 0
    sort: Sort | None = None
    plain: list[PlainWord] = field(default_factory=list)
    tokens: dict[int, Token | None] = field(default_factory=dict)
    lexer: Lexer = field(init=False)
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        self.lexer = Lexer(self.text, self.words)
        self.values = Values(self.lexer, self.calendar, self.words)

    def query(self) -> Query:
        """Return the whole text as a query."""
        parts: list[_Part] = []
        while self._peek():
            if not (part := self._blank()).empty:
                parts.append(part)
            if (token := self._peek()) and token.kind is Kind.CLOSE:  # `:)`, `a) … b) …`
                self._take()
        whole = _both(parts)
        if whole.node and _depth(whole.node) > DEEPEST:
            raise QueryError(f"brackets go {DEEPEST} deep at most", whole.place)
        emotions = self.words.by_name["mood"].choice
        assert emotions is not None  # moods are values of a list
        notes = [*self.lexer.notes.values(), *hints(self.plain, emotions, self.calendar)]
        notes += [Note(whole.place, note) for note in _contradictions(whole.filters)]
        notes += [Note(Place(0, len(self.text)), note) for note in self._nothing(whole)]
        ordered = tuple(sorted(notes, key=lambda note: note.place.start))
        return Query(whole.node, whole.meaning, whole.filters, self.sort, self.text, ordered, self.calendar.now)

    def _nothing(self, whole: _Part) -> list[str]:
        """Return what to say where nothing can be looked for, or nothing can be found."""
        if whole.empty:
            typed = self.text.strip() and not self.sort
            return ["there is nothing in this that can be looked for, so that every place is shown"] if typed else []
        period = Query(filters=whole.filters).period
        if period.start and period.end and period.start >= period.end:
            return ["no time is in all of these: what they have in common ends before it begins"]
        if period.start and period.start > self.calendar.now:
            return [f"{written_time(period.start)} lies ahead, and calls lie behind"]
        return []

    def _peek(self, at: int | None = None) -> Token | None:
        place = self.at if at is None else at
        if place not in self.tokens:
            self.tokens[place] = self.lexer.token(place)
        return self.tokens[place]

    def _take(self) -> Token:
        token = self._peek()
        assert token is not None  # callers have peeked
        self.at = token.place.end
        return token

    def _blank(self) -> _Part:
        parts: list[_Part] = []
        while (token := self._peek()) and token.kind is not Kind.CLOSE:
            if parts and token.kind is Kind.WORD and token.text in DROPPED and self._operand_after(token):
                self._take()
            else:
                parts.append(self._any())
        return _both(parts)

    def _any(self) -> _Part:
        return self._chain(Kind.OR, self._all, self._either)

    def _all(self) -> _Part:
        return self._chain(Kind.AND, self._unary, _both)

    def _chain(self, sign: Kind, part: Callable[[], _Part], joined: Callable[[Sequence[_Part]], _Part]) -> _Part:
        parts = [part()]
        while (token := self._peek()) and self._is(token, sign, parts[-1]) and self._operand_after(token):
            self._take()
            parts.append(part())
        return joined(parts) if len(parts) > 1 else parts[0]

    def _is(self, token: Token, sign: Kind, before: _Part) -> bool:
        """Return whether a token is that operator; a small `or` is one between filters, where no word is meant."""
        if token.kind is sign or sign is not Kind.OR or token.text not in EITHER or token.kind is not Kind.WORD:
            return token.kind is sign
        following = self._peek(token.place.end)
        return bool(before.filters) and not before.node and following is not None and following.kind is Kind.FILTER

    def _operand_after(self, token: Token) -> bool:
        following = self._peek(token.place.end)
        while following and following.kind is Kind.NOT:
            following = self._peek(following.place.end)
        return following is not None and following.kind not in {Kind.CLOSE, Kind.OR, Kind.AND}

    def _unary(self) -> _Part:
        token = self._take()
        if token.kind is not Kind.NOT:
            return self._primary(token)
        if not self._operand_after(token):
            return self._word(token) if token.text != "-" else _Part(token.place)
        nots = 1
        while (following := self._peek()) and following.kind is Kind.NOT and self._operand_after(following):
            self._take()
            nots += 1
        spoken = len(self.plain)
        part = self._primary(self._take())
        del self.plain[spoken:]
        return self._not(part, token.place) if nots % 2 else part

    def _primary(self, token: Token) -> _Part:
        match token.kind:
            case Kind.OPEN:
                return self._brackets(token)
            case Kind.QUOTED:
                return self._quoted(token)
            case Kind.MEANING:
                return self._meaning(token)
            case Kind.FILTER:
                return self._filter(token)
            case Kind.PREFIX:
                self._count(1, token.place)
                return _Part(token.place, Prefix(token.text))
            case _:
                return self._word(token)

    def _word(self, token: Token) -> _Part:
        if token.text == "|":
            return _Part(token.place)
        self._count(1, token.place)
        if token.kind is Kind.WORD:
            self.plain.append(PlainWord(token.text, token.place))
        return _Part(token.place, Word(token.text))

    def _brackets(self, token: Token) -> _Part:
        self.depth += 1
        if self.depth > MOST_BRACKETS:
            raise QueryError(f"brackets go {DEEPEST} deep at most", token.place)
        part = self._blank()
        self.depth -= 1
        if self._peek():
            end = self._take().place.end
        else:
            end = len(self.text)
            self.lexer.note(token.place, "the bracket was not closed; it is read up to the end")
        return replace(part, place=Place(token.place.start, end))

    def _quoted(self, token: Token) -> _Part:
        place, words = token.place, tuple(chunks(token.text))
        self._count(len(words), place)
        body = token.text.rstrip()
        prefix = bool(words) and body.endswith(words[-1] + "*") and len(words[-1]) > 2
        if "*" in body[: -1 if prefix else len(body)] or (prefix and token.within):
            self._star(token, words)
        if not words:
            return _Part(place)
        if len(words) == 1:
            return _Part(place, Prefix(words[0]) if prefix else Word(words[0]))
        if token.within:
            return _Part(place, Near(words, token.within))
        return _Part(place, Phrase(words, prefix))

    def _star(self, token: Token, words: tuple[str, ...]) -> None:
        """Raise QueryError for a `*` at a word of a phrase that cannot be a beginning; a `*` alone is left out."""
        if any(f"{word}*" in token.text for word in words):
            instead = token.text.replace("*", "")
            reason = "a * in quotes stands behind the last word, of three letters or more, and not together with ~"
            raise QueryError(reason, token.place, "", f'"{instead}"')
        self.lexer.note(token.place, "a * that stands alone in quotes is left out")

    def _meaning(self, token: Token) -> _Part:
        if not chunks(token.text):
            return _Part(token.place)
        self._count(1, token.place)
        return _Part(token.place, meaning=(token.text,))

    def _filter(self, token: Token) -> _Part:
        found = self.values.read(token)
        if found is None:
            place = Place(token.place.start, token.place.start + len(token.text))
            known = token.filter.name if token.filter else ""
            self.lexer.note(place, f"there is no value of {known}: behind it, so it is looked for as a word")
            return self._as_words(token)
        self.at = found.end
        place = Place(token.place.start, found.end)
        self.sort = found.sort or self.sort
        if found.condition is None:
            return _Part(place)
        self._count(len(found.condition.values), place)
        return _Part(place, filters=(found.condition,))

    def _as_words(self, token: Token) -> _Part:
        parts = [self._word(Token(Kind.WORD, token.place, word)) for word in chunks(token.text)]
        return replace(_both(parts), place=token.place)

    def _count(self, terms: int, place: Place) -> None:
        self.terms += terms
        if self.terms > MOST_TERMS:
            raise QueryError(
                f'more than {MOST_TERMS} words and values; what a longer text means is found by ~"…"', place
            )

    def _not(self, part: _Part, sign: Place) -> _Part:
        place = Place(sign.start, part.place.end)
        if part.meaning:
            raise QueryError("a meaning cannot be left out; only words and filters can", place)
        if part.node and not part.filters:
            return _Part(place, part.node.part if isinstance(part.node, Not) else Not(part.node))
        if part.filters and (part.node or len(part.filters) > 1):
            raise QueryError("what is left out is either words or one filter; write - before each", place)
        return _Part(place, filters=tuple(replace(one, negated=not one.negated) for one in part.filters))

    def _either(self, parts: Sequence[_Part]) -> _Part:
        """Return what holds where one of the parts does: words, or values of one filter."""
        some = [part for part in parts if not part.empty]
        place = Place(parts[0].place.start, parts[-1].place.end)
        if not some or all(not part.filters and not part.meaning for part in some):
            return _Part(place, _joined(Any, [part.node for part in some if part.node]))
        first = some[0].filters[0] if some[0].filters else None
        kinds = {(one.field, one.key, one.operator, one.negated) for part in some for one in part.filters}
        alone = all(len(part.filters) == 1 and not part.node and not part.meaning for part in some)
        if first is None or not alone or kinds != {(first.field, first.key, "=", False)}:
            raise QueryError("OR stands between words, or between values of one filter: mood:angry,sad", place)
        values = dict.fromkeys(value for part in some for value in part.filters[0].values)
        return _Part(place, filters=(replace(first, values=tuple(values)),))


def _both(parts: Sequence[_Part]) -> _Part:
    """Return what holds where all parts do."""
    place = Place(parts[0].place.start, parts[-1].place.end) if parts else Place(0, 0)
    return _Part(
        place,
        _joined(All, [part.node for part in parts if part.node]),
        tuple(text for part in parts for text in part.meaning),
        tuple(one for part in parts for one in part.filters),
    )


def _joined(kind: type[All] | type[Any], nodes: Sequence[Node]) -> Node | None:
    """Return nodes as one; what is of the same kind is taken in."""
    flat = [part for node in nodes for part in (node.parts if isinstance(node, kind) else (node,))]
    if len(flat) < 2:
        return flat[0] if flat else None
    return kind(tuple(flat))


def _depth(node: Node) -> int:
    match node:
        case All(parts) | Any(parts):
            return 1 + max(_depth(part) for part in parts)
        case Not(part):
            return _depth(part)
        case _:
            return 0


def _contradictions(filters: Sequence[Condition]) -> list[str]:
    """Return what to say of filters of which nothing can pass two."""
    found = []
    plain = sorted((one for one in filters if one.field in SINGLE and not one.negated), key=lambda one: one.field)
    for name, several in groupby(plain, key=lambda one: one.field):
        values = [set(one.values) for one in several]
        if not set.intersection(*values):
            found.append(f"nothing is of two values of {name}: at once; {name}:a,b finds either")
    return found
