"""What stands behind a filter's name, read and checked: values of a list, numbers, times, names of the house."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, cast

from stimmung.store.search.language.amounts import SECONDS, Amount, read_amount
from stimmung.store.search.language.fields import META, Choice, Filter, Number, Vocabulary, When
from stimmung.store.search.language.lexer import MINUS, QUOTES, Lexer, Token, cleaned, is_blank
from stimmung.store.search.language.query import (
    Between,
    Condition,
    CustomerKey,
    Field,
    Period,
    Place,
    QueryError,
    Sort,
    Value,
)
from stimmung.store.search.language.suggestions import BY_SOUND, filter_of_value, nearest_value, no_time
from stimmung.store.search.language.times import EXAMPLES, Calendar, UnclearError
from stimmung.store.search.lexemes.folding import fold

SIGNS = "".join(re.escape(sign) for sign in QUOTES)
ITEM = re.compile(rf"[^\s(){SIGNS},;|]+")
PIECE = re.compile(rf"[^\s(){SIGNS}|]+")
GROUPED = re.compile(rf"[{SIGNS}]([^{SIGNS}]*)[{SIGNS}]|([^\s(){SIGNS},;|]+)")
OTHER_FILTER = re.compile(r"[^\W\d_]+[:=]")
SIGNED = re.compile(rf"[~{re.escape(MINUS)}].")
COMPARED = re.compile(r"(<=|>=|<|>|≤|≥) ?(.+)|(.+)\+")
BOUND = re.compile(r"(<=|>=|<|>|≤|≥) ?(.+)")
BOUNDS: Final = {
    "<": When.BEFORE,
    ">": When.AFTER,
    "<=": When.UNTIL,
    ">=": When.SINCE,
    "≤": When.UNTIL,
    "≥": When.SINCE,
}
OR_WORDS: Final = frozenset({"OR", "ODER"})
ENDS = ".,;!?"  # of sentences, behind a value
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
MOST_PIECES = 4  # words of a time or a number, such as `mehr als 5 Minuten`
MOST_SHOWN = 40  # characters of a wrong value in a message
RELATIVE: Final = {When.LAST: "last ", When.THIS: "this "}


@dataclass(frozen=True, slots=True)
class Item:
    """A value as it was typed."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Read:
    """What a filter says, and where it ends."""

    condition: Condition | None
    sort: Sort | None
    end: int


class Values:
    """Reads the values of filters at places of a text."""

    def __init__(self, lexer: Lexer, calendar: Calendar, vocabulary: Vocabulary) -> None:
        self._lexer, self._text = lexer, lexer.text
        self._calendar, self._vocabulary = calendar, vocabulary

    def read(self, token: Token) -> Read | None:
        """Return what the filter of a token says; None where it is only a word with a sign behind it.

        Raises QueryError for a value that cannot be, where one stands close behind a colon or a sign such as `>`.
        """
        at, known = token.place.end, token.filter
        assert known is not None  # tokens of this kind have one
        close = at < len(self._text) and not is_blank(self._text[at]) and self._text[at] not in ")|"
        if not token.separator or (token.separator == ":" and close):
            return self._read(known, at)
        while at < len(self._text) and is_blank(self._text[at]):
            at += 1
        if at == len(self._text) or known.text or self._text[at] == "'":
            return None
        try:
            return self._read(known, at)
        except QueryError:
            return None

    def _read(self, known: Filter, at: int) -> Read:
        if known.text:
            return self._texts(known, known.text, at)
        if known.sort:
            return self._sort(known.sort, at)
        if known.choice and (found := self._choices(known.choice, at)):
            return found
        candidates = list(self._pieces(at))
        unclear: list[tuple[Item, UnclearError]] = []
        for item in candidates:
            for reader in (self._number, self._when):
                try:
                    if condition := reader(known, item):
                        return Read(condition, None, item.place.end)
                except UnclearError as error:
                    unclear.append((item, error))
        for item, reason in unclear[:1]:
            raise QueryError(str(reason), item.place, "", reason.instead) from reason
        raise self._wrong(known, candidates[-1] if candidates else Item("", Place(at, at + 1)))

    # Values of a list, and names.

    def _items(self, at: int, further: Mapping[str, str] = NOTHING) -> Iterator[Item]:
        """Yield values parted by commas; behind a comma and a blank only those in `further`."""
        if self._text[at : at + 1] == "(":
            yield from self._group(at)
            return
        while item := self._item(at):
            yield item
            at = item.place.end
            if self._text[at : at + 1] not in {",", ";", "|"} or at + 1 >= len(self._text):
                return
            at += 1
            if is_blank(self._text[at]):
                following = ITEM.search(self._text, at)
                if (
                    following is None
                    or self._text[at : following.start()].strip()
                    or fold(following.group().rstrip(ENDS)) not in further
                ):
                    return
                at = following.start()

    def _item(self, at: int) -> Item | None:
        if at < len(self._text) and self._text[at] in QUOTES:
            text, end = self._lexer.quoted(at, doubled=True)
            return Item(cleaned(text), Place(at, end))
        found = ITEM.match(self._text, at)
        if found is None:
            return None
        text = found.group().rstrip(".!?:'").lstrip("'")
        return Item(cleaned(text), Place(at, found.end())) if text else None

    def _group(self, at: int) -> Iterator[Item]:
        """Yield the values of `mood:(angry OR sad)`."""
        end = self._text.find(")", at)
        end = end if end >= 0 else len(self._text)
        found = [one for one in GROUPED.finditer(self._text, at + 1, end) if one.group() not in OR_WORDS]
        for one in found:
            stop = min(end + 1, len(self._text)) if one is found[-1] else one.end()
            yield Item(cleaned(one[1] or one[2] or ""), Place(one.start(), stop))

    def _choices(self, choice: Choice, at: int) -> Read | None:
        """Return what is all in the list; None where the first value is not, and something else may read it."""
        negated = self._text[at] in MINUS
        names: dict[Value, None] = {}
        end = at
        for item in self._items(at + negated, choice.known):
            found = choice.known.get(fold(item.text))
            ranked = _ranked(item.text, choice) if found is None else (found,)
            if not ranked:
                if names:
                    raise self._unknown(choice, item, self._named(choice))
                return None
            names.update(dict.fromkeys(ranked))
            end = item.place.end
        return Read(Condition(choice.field, "=", tuple(names), negated), None, end) if names else None

    def _named(self, choice: Choice) -> str:
        return next(one.name for one in self._vocabulary.filters if one.choice is choice)

    def _texts(self, known: Filter, field: Field, at: int) -> Read:
        items = [item for item in self._items(at) if item.text]
        if not items:
            raise QueryError(f"{known.name}: needs a value, such as {known.name}:xyz", Place(at, at + 1))
        starred = [item for item in items if item.text.endswith("*") and self._text[item.place.start] not in QUOTES]
        for item in starred[:1]:
            raise QueryError(f"{known.name}: takes whole names, without *", item.place, "", item.text.rstrip("*"))
        values: tuple[Value, ...] = tuple(dict.fromkeys(item.text for item in items))
        if field is Field.CUSTOMER:
            values = tuple(CustomerKey(str(value)) for value in values)
        key = known.name[len(META) :] if field is Field.META else ""
        return Read(Condition(field, "=", values, key=key), None, items[-1].place.end)

    def _sort(self, choice: Choice, at: int) -> Read:
        item = self._item(at)
        found = choice.known.get(fold(item.text)) if item else None
        if item is None or found is None:
            raise self._unknown(choice, item or Item("", Place(at, at + 1)), "sort")
        return Read(None, cast("Sort", found), item.place.end)

    # Numbers and times, which may be several words.

    def _pieces(self, at: int) -> Iterator[Item]:
        """Yield what may be the value, the longest first: words up to the next sign, then fewer of them."""
        if self._text[at] in QUOTES:
            text, end = self._lexer.quoted(at, doubled=True)
            yield Item(cleaned(text), Place(at, end))
            return
        ends: list[int] = []
        place = at
        while len(ends) < MOST_PIECES and (piece := PIECE.match(self._text, place)):
            if ends and (OTHER_FILTER.match(piece.group()) or (piece.group()[0] in "~" + MINUS and piece.group()[1:])):
                break
            ends.append(piece.end())
            place = piece.end() + 1
            if not self._text[piece.end() : place].isspace():
                break
        for end in reversed(ends):
            yield Item(cleaned(self._text[at:end]), Place(at, end))

    def _number(self, known: Filter, item: Item) -> Condition | None:
        kind = known.number
        if kind is None or (known.when is When.LAST and not _is_of_call(item.text)):
            return None
        amount = read_amount(item.text.rstrip(ENDS), kind)
        if amount is None:
            return None
        if kind.field in {Field.FIRST, Field.LAST, Field.AT}:
            amount = _position(amount, kind, item.text)
        return Condition(kind.field, amount.operator, (amount.value,))

    def _when(self, known: Filter, item: Item) -> Condition | None:
        if known.when is None:
            return None
        if compared := BOUND.fullmatch(item.text) if known.when is When.ON else None:
            return self._when(replace(known, when=BOUNDS[compared[1]]), replace(item, text=compared[2]))
        relative = RELATIVE.get(known.when)
        periods = []
        for text in [item.text] if relative or " " in item.text else re.split("[,;]", item.text.rstrip(",;!?")):
            found = self._period((relative or "") + text, known)
            if found is None:
                return None
            periods.append(found)
        if len(periods) > 1 and known.when is not When.ON:
            return None
        bounded = [self._bounded(period, known.when) for period in periods]
        return Condition(Field.TIME, "=", tuple(dict.fromkeys(bounded)))

    def _period(self, text: str, known: Filter) -> Period | None:
        plain = text.rstrip(",;!?")
        read = self._calendar.range if known.when is When.ON else self._calendar.period
        found = read(plain) or read(plain.rstrip("."))
        if found and known.when in {When.ON, When.THIS} and found.start and found.end and found.start >= found.end:
            moment = found.start == found.end
            raise UnclearError(
                f"{plain} is a moment; on: takes a day, or a stretch such as 1.11.-5.11." if moment
                else f"{plain} ends before it begins",
                f"since:{plain}" if moment else "",
            )  # fmt: skip
        return found

    def _bounded(self, period: Period, when: When) -> Period:
        bounds: dict[When, Period] = {
            When.SINCE: Period(period.start, None),
            When.UNTIL: Period(None, period.end),
            When.BEFORE: Period(None, period.start),
            When.AFTER: Period(period.end, None),
        }
        if when is When.LAST and period.start and period.end:  # `last:7d`, `last:24h`: until now
            reaches_now = period.start == period.end or period.end > self._calendar.now
            return Period(period.start, None) if reaches_now else period
        return bounds.get(when, period)

    # What is wrong.

    def _wrong(self, known: Filter, item: Item) -> QueryError:
        if known.choice:
            first = next(self._items(item.place.start), item)
            return self._unknown(known.choice, first, known.name)
        shown = item.text[:MOST_SHOWN]
        if known.number and not known.when:
            example = known.number.example
            return QueryError(
                f"`{shown}` is no value for {known.name}:, which takes {example}", item.place, "", example
            )
        name = "since" if known.when in RELATIVE else known.name
        reason = no_time(shown)
        end = "" if reason.instead and str(reason).endswith("?") else ";"
        return QueryError(f"{reason}{end} {name}: takes {EXAMPLES}", item.place, "", reason.instead)

    def _unknown(self, choice: Choice, item: Item, name: str) -> QueryError:
        also = next((one.number.example for one in self._vocabulary.filters if one.choice is choice and one.number), "")
        known = f"{name}: takes {', '.join(choice.names)}" + (f", or a number such as {also}" if also else "")
        shown = item.text[:MOST_SHOWN]
        if choice.field is Field.VOICE and (sound := BY_SOUND.get(fold(item.text))):
            return QueryError(f"`{shown}` is no emotion; did you mean {sound}? {known}", item.place, "", sound)
        if alike := nearest_value(item.text, choice):
            return QueryError(f"`{shown}` is not known; did you mean {name}:{alike}? {known}", item.place, "", alike)
        if other := filter_of_value(item.text, self._vocabulary):
            instead = f"{other.name}:{item.text}"
            return QueryError(f"`{shown}` is not known; did you mean {instead}? {known}", item.place, "", instead)
        return QueryError(f"`{shown}` is not known; {known}", item.place)


def _ranked(text: str, choice: Choice) -> tuple[str, ...]:
    """Return the values that `>=uneasy` stands for."""
    found = COMPARED.fullmatch(text)
    name = choice.known.get(fold(found[2] or found[3])) if found else None
    if found is None or name not in choice.ranks:
        return ()
    at = choice.ranks.index(name)
    operator = found[1] or ">="
    return {
        ">": choice.ranks[at + 1 :],
        "<": choice.ranks[:at],
        "<=": choice.ranks[: at + 1],
        "≤": choice.ranks[: at + 1],
    }.get(operator, choice.ranks[at:])


def _is_of_call(text: str) -> bool:
    """Return whether `last:60s` is about the end of the call; days, and hours too, are about when it was."""
    unit = re.search(r"[a-z]+$", fold(text).rstrip(ENDS))
    if unit and unit[0] == "m":
        raise UnclearError(f"{text} can be minutes of the call or months", f"{text}in")
    return unit is None or SECONDS.get(unit[0], 3600.0) < 3600.0


def _position(amount: Amount, kind: Number, text: str) -> Amount:
    """Return a place in the call: FIRST and LAST have a length, AT a stretch."""
    value, rising = amount.value, amount.operator == ">"
    if kind.field is Field.AT:
        if isinstance(value, float):
            bounded = text[:1] in "<>≤≥"
            low = kind.low if bounded and amount.operator in {"<", "<="} else value
            value = Between(low, kind.high if bounded and amount.operator in {">", ">="} else value)
        return Amount("=", value)
    if isinstance(value, Between) or rising:
        raise UnclearError(f"{kind.field}: takes one length of time; -{kind.field}:{kind.example} is all but that")
    return Amount("<=", value)
