"""What somebody may have meant: the filter or value that is spelled nearly so, the filter behind a plain word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from stimmung.store.search.language.fields import Choice, Filter, Vocabulary
from stimmung.store.search.language.query import Note, Place
from stimmung.store.search.language.times import (
    LAST,
    MONTHS,
    NAMED_DAYS,
    THIS,
    WEEKDAYS,
    Calendar,
    UnclearError,
)
from stimmung.store.search.lexemes.folding import fold

ALIKE = 0.75  # of difflib: `modo` and `mood` just are
LONGEST_NAME = 30  # characters; comparing takes time by their square
PAST = re.compile(rf"(?:{LAST}|{THIS}|vor) .+|.+ ago")
LONGEST_TIME = 3  # words, such as `vor 3 Tagen`
BY_SOUND: Final = MappingProxyType(  # states of a voice that are numbers here
    {
        **dict.fromkeys("excited aroused agitated loud laut aufgeregt erregt".split(), "arousal:>0.5"),
        **dict.fromkeys("calm quiet ruhig leise".split(), "arousal:<0"),
    }
)
AHEAD = re.compile(r"tomorrow|(?:uber|ueber)?morgen|(?:next|nachste[rnsm]?|kommende[rnsm]?)(?: .+)?")
DATED = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?|\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})?")
TIMES: Final = tuple(word for word in (*NAMED_DAYS, *WEEKDAYS, *MONTHS) if len(word) > 4)  # shorter ones are like many
EITHER: Final = MappingProxyType({"or": "OR", "oder": "ODER"})
TELLING_TIMES: Final = frozenset("yesterday gestern vorgestern today heute".split())


@dataclass(frozen=True, slots=True)
class PlainWord:
    """A word that was looked for as such."""

    text: str
    place: Place


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return which of the known (folded) spellings is nearly that of a word."""
    folded = fold(word)
    if len(folded) > LONGEST_NAME:
        return None
    return next(iter(get_close_matches(folded, list(known), 1, ALIKE)), None)


def nearest_filter(name: str, value: str, vocabulary: Vocabulary) -> str | None:
    """Return the filter that was meant by a name that is none, by its spelling or by what stands behind it."""
    if len(name) > 2 and (alike := nearest(name, vocabulary.by_name)):
        return vocabulary.by_name[alike].name
    found = filter_of_value(value.strip(",.;!?"), vocabulary)
    return found.name if found and len(value) > 2 else None


def filter_of_value(value: str, vocabulary: Vocabulary) -> Filter | None:
    """Return the first filter that has that value in its list."""
    folded = fold(value)
    return next((one for one in vocabulary.filters if one.choice and folded in one.choice.known), None)


def nearest_value(value: str, choice: Choice) -> str | None:
    """Return the name of the value that is spelled nearly so."""
    alike = nearest(value, choice.known)
    return choice.known[alike] if alike else None


def no_time(text: str) -> UnclearError:
    """Return why a text is no time, with the one that may be meant."""
    folded = fold(text)
    if AHEAD.fullmatch(folded):
        return UnclearError(f"`{text}` lies ahead, and calls lie behind", "today")
    if DATED.fullmatch(folded):
        return UnclearError(f"there is no such day as `{text}`; dates are written 2026-11-03 or 3.11.2026")
    alike = nearest(text, TIMES)
    meant = f"; did you mean {alike}?" if alike else ""
    return UnclearError(f"`{text}` is no time that is known here{meant}", alike or "")


def hints(words: Sequence[PlainWord], emotions: Choice, calendar: Calendar) -> tuple[Note, ...]:
    """Return a note for plain words that name an emotion or a time, or stand between others like an operator."""
    found = [_either(word) for word in words[1:-1] if word.text in EITHER]
    at = 0
    while at < len(words):
        for count in range(min(LONGEST_TIME, len(words) - at), 0, -1):
            if note := _hint(words[at : at + count], emotions, calendar):
                found.append(note)
                at += count - 1
                break
        at += 1
    return tuple(found)


def _either(word: PlainWord) -> Note:
    sign = EITHER[word.text]
    return Note(word.place, f"`{word.text}` is looked for as a word; {sign} finds one or the other", sign)


def _hint(words: Sequence[PlainWord], emotions: Choice, calendar: Calendar) -> Note | None:
    text = " ".join(word.text for word in words)
    place = Place(words[0].place.start, words[-1].place.end)
    if len(words) == 1:
        name = emotions.known.get(fold(text))
        if name is not None:
            return Note(place, f"`{text}` is looked for as a word; mood:{name} finds who felt so", f"mood:{name}")
        if fold(text) not in TELLING_TIMES:
            return None
    elif not PAST.fullmatch(fold(text)) or any(
        after.place.start - word.place.end != 1 for word, after in pairwise(words)
    ):
        return None
    try:
        period = calendar.period(text)
    except UnclearError:
        return None
    if period is None:
        return None
    instead = f'on:"{text}"' if period.start != period.end else f'since:"{text}"'
    return Note(place, f"`{text}` is looked for as words; {instead} finds what was said then", instead)
