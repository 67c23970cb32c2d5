"""Runs of digits in a stream: everything one utterance says of a number without a break, however it says it.

Amounts, times, dates, shares and counts are no part of a run: they end it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stimmung.calls.redaction import number_words as words
from stimmung.calls.redaction.tokens import Stream, Token

Shape = Literal[
    "", "amount", "time", "date", "plain_date", "year"
]  # what a number of one word looks like when nothing names it
MOST_FILLERS = 4  # "dann, äh, Moment, ja" between two groups of one number
LONG_WORD = re.compile(r"[a-z]{5}")
SINGLE_LETTERS = re.compile(r"[a-z](?:-[a-z0-9])+|[a-z]")
NOT_ALNUM = re.compile(r"[^a-z0-9]+")
LONGEST_SPOKEN = 2  # digits of a group in which a recogniser writes `to` for two
LONGEST_PLAIN = 6  # digits that may be a group, though they are a day, a month and the end of a year
SHORTEST_TIME = 4  # characters: 9:30, 3.5.
LONGEST_TIME = 4  # digits of a time that is written together: "0645 pm"
LONG_WRITTEN = 9  # digits in one word: a year behind it is no more of it
LONGEST_SPELLED = 12  # G-B-8-2-W-E: a cut of what costs most, not of what is possible
LONGEST_CAPITALS = 4  # DE, KD, WEST: longer words in capitals are names


@dataclass(frozen=True, slots=True)
class Group:
    """Words that say digits or letters at once: `vier hundert zwölf`, `doppel drei`, `D wie Dora`, `DE44`, `49,90`."""

    first: int  # tokens, `last` exclusive
    last: int
    digits: str
    characters: str  # digits and letters as they follow each other, upper case
    soft: bool = False  # a word that only sounds like a digit
    harmless: bool = False  # an amount, a time, a count: what follows or precedes it says so


@dataclass(frozen=True, slots=True)
class Run:
    """Groups that follow each other in one utterance with nothing but fillers between them.

    `shape` is what it looks like where it is a single word; `plus` that a plus sign stands before its digits.
    """

    groups: tuple[Group, ...]
    utterance: int
    channel: int
    shape: Shape
    plus: bool

    @property
    def first(self) -> int:
        return self.groups[0].first

    @property
    def last(self) -> int:
        return self.groups[-1].last

    @property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)

    @property
    def characters(self) -> str:
        return "".join(group.characters for group in self.groups)


def read_runs(stream: Stream) -> tuple[Run, ...]:
    """Return the runs of a stream in their order; harmless numbers are left out."""
    runs: list[Run] = []
    for first, last in stream.spans.values():
        groups = _judged(list(_groups(stream.tokens, first, last)), stream.tokens, first, last)
        if groups:
            runs += _runs(groups, stream.tokens)
    return tuple(runs)


def _groups(tokens: Sequence[Token], at: int, end: int) -> Iterator[Group]:
    while at < end:
        group = _group(tokens, at, end)
        if group:
            yield group
        at = group.last if group else at + 1


def _group(tokens: Sequence[Token], at: int, end: int) -> Group | None:
    token = tokens[at]
    text = token.text
    if token.digits:
        return _number(tokens, at, end)
    if _is_plain(token):
        return None
    if text in words.TIMES:
        return _repeated(tokens, at, end)
    if text in words.SOFT:
        digit = words.SOFT[text]
        return Group(at, at + 1, digit, digit, soft=True)
    if text in words.HUNDREDS or text in words.THOUSANDS:
        return Group(at, at + 1, "00", "00", soft=True)
    return None if len(text) > LONGEST_SPELLED or text in words.NO_LETTERS else _letters(tokens, at, end)


def _is_plain(token: Token) -> bool:
    """Tell quickly whether a word that says no digits is no letters either, nor in any list: most are so."""
    text = token.text
    return len(text) > 1 and text.isalpha() and not token.raw.isupper() and text not in words.BEGINNINGS


def _number(tokens: Sequence[Token], at: int, end: int) -> Group:
    token = tokens[at]
    if any("0" <= sign <= "9" for sign in token.text):
        mixed = token.digits if LONG_WORD.search(token.text) else NOT_ALNUM.sub("", token.text)
        return Group(at, at + 1, token.digits, mixed.upper())
    digits, last = token.digits, at + 1
    if len(digits) == 1 and last < end and tokens[last].text in words.HUNDREDS:
        digits, last = _with_rest(tokens, digits, last + 1, end, places=2)
    elif token.text in words.TENS and last < end and _is_unit(tokens[last]) and not token.mark:
        digits, last = words.TENS[token.text] + tokens[last].digits, last + 1
    elif len(digits) == 1 and last + 1 < end and tokens[last].text == "und" and tokens[last + 1].text in words.TENS:
        digits, last = words.TENS[tokens[last + 1].text] + digits, last + 2
    if len(digits) <= 2 and last < end and tokens[last].text in words.THOUSANDS:
        digits, last = _with_rest(tokens, digits, last + 1, end, places=3)
    return Group(at, last, digits, digits)


def _with_rest(tokens: Sequence[Token], head: str, at: int, end: int, places: int) -> tuple[str, int]:
    """Return the digits of `head` hundreds or thousands with what is said behind them, and where that ends.

    "nine hundred one two" is 900 1 2: what fills the places or comes behind an `and` belongs to it, else it does not.
    """
    joined = at < end and tokens[at].text in words.ANDS
    place = at + joined
    if place < end and tokens[place].digits and not _is_written(tokens[place]) and not tokens[at - 1].mark:
        rest = _number(tokens, place, end)
        if len(rest.digits) == places or (joined and len(rest.digits) < places):
            return head + rest.digits.zfill(places), rest.last
    return head + "0" * places, at


def _is_written(token: Token) -> bool:
    return any("0" <= sign <= "9" for sign in token.text)


def _is_unit(token: Token) -> bool:
    return len(token.digits) == 1 and token.digits != "0" and not _is_written(token)


def _repeated(tokens: Sequence[Token], at: int, end: int) -> Group | None:
    """Read "doppel drei", "triple oh", "zweimal die fünf"."""
    place = at + 1 + (at + 1 < end and tokens[at + 1].text in ("die", "the"))
    if place >= end:
        return None
    said = tokens[place].digits or words.SOFT.get(tokens[place].text, "")
    if not said:
        return None
    digits = said[0] * words.TIMES[tokens[at].text] + said[1:]
    return Group(at, place + 1, digits, digits)


def _letters(tokens: Sequence[Token], at: int, end: int) -> Group | None:
    """Read letters said one by one: "D", "D wie Dora", "D as in dog", "D-E", "DE" in capitals, "jot"."""
    token = tokens[at]
    if token.text in words.UNITS_AFTER and at and tokens[at - 1].digits:
        return None  # "50 GB"
    single = SINGLE_LETTERS.fullmatch(token.text)
    if single or (len(token.text) <= LONGEST_CAPITALS and token.raw.isupper() and token.text.isalpha()):
        letters = NOT_ALNUM.sub("", token.text).upper()
        last = at + 1
        if len(letters) == 1 and last + 1 < end and tokens[last].text in words.SPELLED_AS:
            last += 2 + (tokens[last + 1].text == "in" and last + 2 < end)
            return Group(at, min(last, end), "", letters)
        return Group(at, last, "", letters)
    named = words.LETTER_NAMES.get(token.text)
    return Group(at, at + 1, "", named, soft=True) if named else None


def _judged(groups: list[Group], tokens: Sequence[Token], first: int, last: int) -> list[Group]:
    """Mark the groups that something beside them makes an amount, a time, a date or a count."""
    judged: list[Group] = []
    for place, group in enumerate(groups):
        before = judged[place - 1] if place else None
        harmless = bool(group.digits) and not group.soft and _is_harmless(group, before, tokens, first, last)
        judged.append(replace(group, harmless=True) if harmless else group)
    return [group for place, group in enumerate(judged) if not _is_plain_word(judged, place)]


def _is_plain_word(groups: Sequence[Group], place: int) -> bool:
    """Tell whether a word that only sounds like a digit stands between long groups: "64345 to 98608"."""
    if not groups[place].soft or not groups[place].digits or not 0 < place < len(groups) - 1:
        return False
    return min(len(groups[place - 1].digits), len(groups[place + 1].digits)) > LONGEST_SPOKEN


def _is_harmless(group: Group, before: Group | None, tokens: Sequence[Token], first: int, last: int) -> bool:
    if words.WITH_UNIT.fullmatch(tokens[group.last - 1].text):
        return True
    if group.last < last and _is_counted(group, tokens, last):
        return True
    if group.first == first or tokens[group.first - 1].mark not in ("", "."):
        return False
    small, ahead = len(group.digits) <= 2, tokens[group.first - 1].text
    if ahead in words.CURRENCIES:
        return True
    if (ahead in words.COUNTED_BEFORE or ahead in words.MAKES) and len(group.digits) <= 4 and group.digits[0] != "0":
        return True
    year = words.YEAR.fullmatch(group.digits)
    if ahead in words.MONTHS and (small or year):
        return True
    if _is_spent(group, tokens, first, last):
        return True
    if year and before is not None and before.harmless and _ends_day(before, group, tokens):
        return True
    after_unit = before is not None and before.harmless and before.last == group.first - 1
    return after_unit and small and ahead in words.UNITS_AFTER  # "39 Euro 90", "14 Uhr 30"


def _is_spent(group: Group, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a group is an amount by the word before it: "transfer 2000", "the charge is 500"."""
    if len(group.digits) > words.LONGEST_SPENT or group.digits[0] == "0" or group.last - group.first > 1:
        return False
    if group.last < last and tokens[group.last].digits:
        return False  # "the card to charge is 4111 1111"
    place = group.first - 1
    if place > first and tokens[place].text in words.COPULA:
        place -= 1
    return tokens[place].text in words.SPENT


def _ends_day(before: Group, group: Group, tokens: Sequence[Token]) -> bool:
    """Tell whether a day and its month stand before a year: "June 4 2018", "20 th June 2018"."""
    named = tokens[before.first - 1].text if before.first else ""
    between = [token.text for token in tokens[before.last : group.first]]
    if any(text not in words.ORDINALS and text not in words.MONTHS for text in between):
        return False
    return named in words.MONTHS or any(text in words.MONTHS for text in between)


def _is_counted(group: Group, tokens: Sequence[Token], last: int) -> bool:
    """Tell whether the word behind a group makes a day, an amount, a time or a count of it."""
    token, behind, small = tokens[group.last - 1], tokens[group.last].text, len(group.digits) <= 2
    if small and not token.mark and behind in words.ORDINALS:
        return True
    if small and token.mark in ("", "."):
        of = behind == "of" and _text(tokens, group.last + 1, last) in words.MONTHS
        if of or behind in words.MONTHS:
            return True
    if token.mark:
        return False
    if behind == "am":
        return token.language.startswith("en") and len(group.digits) <= 4
    time = behind in words.CLOCK and len(group.digits) <= LONGEST_TIME
    return time or (behind in words.UNITS_AFTER and (group.digits[0] != "0" or len(group.digits) <= 3))


def _text(tokens: Sequence[Token], at: int, end: int) -> str:
    return tokens[at].text if at < end else ""


def _runs(groups: Sequence[Group], tokens: Sequence[Token]) -> Iterator[Run]:
    current: list[Group] = []
    for group in groups:
        if current and (group.harmless or not _joins(current[-1], group, tokens)):
            yield from _run(current, tokens)
            current = []
        if not group.harmless:
            current.append(group)
    yield from _run(current, tokens)


def _joins(before: Group, group: Group, tokens: Sequence[Token]) -> bool:
    between = tokens[before.last : group.first]
    if len(between) > MOST_FILLERS or "?" in tokens[before.last - 1].mark:
        return False
    if not all(token.text in words.FILLERS and "?" not in token.mark for token in between):
        return False
    if _stands_alone(before, tokens) or _stands_alone(group, tokens):
        return False
    if len(before.digits) >= LONG_WRITTEN and before.last - before.first == 1 and words.YEAR.fullmatch(group.digits):
        return False
    return not between or bool(before.digits and group.digits)


def _stands_alone(group: Group, tokens: Sequence[Token]) -> bool:
    """Tell whether a group is a date or a time as it is written, which is no part of a longer number."""
    text = tokens[group.first].text
    if len(text) > LONGEST_PLAIN and words.PLAIN_DATE.fullmatch(text):
        return True
    return len(text) >= SHORTEST_TIME and bool(
        words.DATE.fullmatch(text) or (":" in text and words.CLOCK_TIME.fullmatch(text))
    )


def _run(groups: list[Group], tokens: Sequence[Token]) -> Iterator[Run]:
    """Yield the groups as a run, without what only sounds like a digit or a letter at its edges, if any is left."""
    if groups and all(group.soft and group.digits for group in groups) and len(groups) >= 3:
        kept = groups  # "for, for, for, for": heard for fours
    else:
        kept = _trimmed(groups, tokens)
    if not any(group.digits for group in kept) and sum(len(group.characters) for group in kept) < 2:
        return
    token = tokens[kept[0].first]
    plus = any("+" in tokens[group.first].raw for group in kept[:2]) or _says_plus(kept, tokens)
    yield Run(tuple(kept), token.utterance, token.channel, _shape(kept, tokens), plus)


def _says_plus(groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    before = tokens[groups[0].first - 1] if groups[0].first else None
    return before is not None and before.utterance == tokens[groups[0].first].utterance and before.text == "plus"


def _trimmed(groups: list[Group], tokens: Sequence[Token]) -> list[Group]:
    first, last = 0, len(groups)
    while first < last and _is_loose_start(groups[first], groups[first + 1] if first + 1 < last else None, tokens):
        first += 1
    while last > first and groups[last - 1].soft and tokens[groups[last - 1].first].text not in words.STANDING_SOFT:
        last -= 1
    return groups[first:last]


def _is_loose_start(group: Group, behind: Group | None, tokens: Sequence[Token]) -> bool:
    """Tell whether the first group of a run is the word that it is written as, and no digit or letter."""
    text = tokens[group.first].text
    apart = behind is None or behind.first > group.last
    if text == "one" and group.last - group.first == 1:  # "one moment, it's 4 7"
        return apart and not tokens[group.first].mark
    if not group.soft:
        article = behind is None or words.YEAR.fullmatch(behind.digits) is not None  # "it's a 2016 Toyota"
        return text in ("a", "i") and not group.digits and article
    if text in words.STANDING_SOFT:
        return apart or bool(tokens[group.first].mark)
    return apart or text not in words.LETTER_NAMES


def _shape(groups: Sequence[Group], tokens: Sequence[Token]) -> Shape:
    if len(groups) > 1 or groups[0].last - groups[0].first > 1:
        return ""
    text = tokens[groups[0].first].text
    if words.DATE.fullmatch(text):
        return "date"
    if words.PLAIN_DATE.fullmatch(text):
        return "plain_date"
    if words.CLOCK_TIME.fullmatch(text):
        return "time"
    if words.DECIMAL.fullmatch(text) or words.GROUPED_THOUSANDS.fullmatch(text):
        return "amount"
    return "year" if words.YEAR.fullmatch(groups[0].digits) else ""
