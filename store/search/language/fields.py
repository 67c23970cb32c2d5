"""What the filters are called and which values they know, in English and German.

The names of values are those of the outputs (docs/analyze-json.md); everything else here is another word for one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from types import MappingProxyType
from typing import Final, get_args

from stimmung.calls.distress_features import EMOTIONS, FEELINGS
from stimmung.calls.records import CourseLabel
from stimmung.speech.records import Direction, DistressState, Polarity, Role
from stimmung.speech.settings import Language
from stimmung.store.search.language.query import Field, Sort
from stimmung.store.search.lexemes.folding import fold

ON: Final = ("date", "day", "during", "time", "period", "am", "im", "datum", "tag", "zeit", "zeitraum")
WEEK = 7 * 24 * 3600.0  # s
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
META = "meta."  # before a key of the metadata


class When(Enum):
    """How a filter by time reads a day, a month or a moment."""

    SINCE = auto()
    UNTIL = auto()
    BEFORE = auto()
    AFTER = auto()
    ON = auto()
    LAST = auto()  # `last:month`
    THIS = auto()


@dataclass(frozen=True, slots=True)
class Choice:
    """Values from a list: how each may be typed (folded), and its name; `ranks` are those that can be compared."""

    field: Field
    known: Mapping[str, str]
    ranks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.known.values()))


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers from `low` to `high`; `example` is one, as somebody would type it."""

    field: Field
    low: float
    high: float
    example: str
    seconds: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter by its names, the first of which is shown. It takes values of a list, numbers, times, or any text."""

    names: tuple[str, ...]
    choice: Choice | None = None
    number: Number | None = None
    when: When | None = None
    text: Field | None = None
    sort: Choice | None = None

    @property
    def name(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All filters, by every name (folded) that they go by."""

    filters: tuple[Filter, ...]
    by_name: Mapping[str, Filter]

    def named(self, name: str) -> Filter | None:
        """Return the filter of that name, however it is spelled; `meta.KEY` is one for every key."""
        if name[: len(META)].lower() == META and len(name) > len(META):
            return Filter((META + name[len(META) :],), text=Field.META)
        return self.by_name.get(fold(name))

    def of(self, field: Field) -> str:
        """Return what a filter by that field is called."""
        return next(one.name for one in self.filters if field in _fields(one))


def _fields(one: Filter) -> set[Field]:
    typed = (one.text, one.choice.field if one.choice else None, one.number.field if one.number else None)
    return {field for field in typed if field}


def _spellings(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        yield fold(word)
        yield fold(word.translate(SPELLED_OUT))


def _choice(field: Field, names: Iterable[str], words: Mapping[str, str], ranks: tuple[str, ...] = ()) -> Choice:
    known = {spelling: name for name in names for spelling in _spellings((name, *words[name].split()))}
    return Choice(field, MappingProxyType(known), ranks)


_POLARITIES: Final = {"negative": "negativ bad schlecht", "neutral": "", "positive": "positiv good gut"}
_EMOTIONS: Final = {
    "anger": "angry furious mad wütend wut zornig zorn ärger sauer aufgebracht",
    "annoyance": "annoyed irritated frustrated frustration genervt verärgert verärgerung ärgerlich frustriert frust",
    "disappointment": "disappointed enttäuscht enttäuschung",
    "sadness": "sad traurig trauer traurigkeit",
    "fear": "afraid scared worried anxious nervous angst ängstlich besorgt sorge nervös",
    "confusion": "confused puzzled verwirrt verwirrung ratlos",
    "gratitude": "grateful thankful relieved dankbar dankbarkeit erleichtert",
    "joy": "happy glad pleased joyful freude froh fröhlich glücklich erfreut",
    "neutral": "",
}
_STATES: Final = {
    "unknown": "unbekannt",
    "calm": "ruhig",
    "uneasy": "unruhig beunruhigt angespannt",
    "distressed": "belastet verzweifelt",
    "urgent": "dringend akut",
}
_COURSES: Final = {
    "positive": "positiv",
    "improving": "better besser verbessert",
    "neutral": "",
    "worsening": "worse schlechter verschlechtert",
    "negative": "negativ",
}
_ROLES: Final = {
    "agent": "agentin mitarbeiter mitarbeiterin berater beraterin",
    "customer": "client caller kunde kundin anrufer anruferin",
    "unknown": "unbekannt",
}
_DIRECTIONS: Final = {
    "inbound": "in incoming eingehend",
    "outbound": "out outgoing ausgehend",
    "unknown": "unbekannt",
}
_LANGUAGES: Final = {"de": "german deutsch", "en": "english englisch"}
_KEPT: Final = {"audio": "recording sound aufnahme ton"}
_SORTS: Final = {
    "relevance": "best relevanz treffer",
    "distress": "urgency dringlichkeit belastung",
    "time": "newest latest date zeit neueste neuste datum",
    "oldest": "älteste",
}


def _moods() -> tuple[Filter, ...]:
    emotions = [name for name in EMOTIONS if name != "neutral"]  # the polarity of that name is meant
    moods = _choice(Field.MOOD, (*get_args(Polarity), *emotions), {**_EMOTIONS, **_POLARITIES})
    score = Number(Field.MOOD_SCORE, -5, 5, "<-2")
    return (
        Filter(("mood", "stimmung", "sentiment"), choice=moods, number=score),
        Filter(("emotion", "gefühl"), choice=_choice(Field.EMOTION, EMOTIONS, _EMOTIONS)),
        Filter(("voice", "stimme"), choice=_choice(Field.VOICE, FEELINGS, _EMOTIONS)),
        Filter(("arousal", "erregung", "aufregung"), number=Number(Field.AROUSAL, -1, 1, ">0.5")),
        Filter(("valence", "valenz"), number=Number(Field.VALENCE, -1, 1, "<-0.5")),
        Filter(("call.mood", "anruf.stimmung"), number=Number(Field.CALL_MOOD, -5, 5, "<-1")),
        Filter(("course", "verlauf"), choice=_choice(Field.COURSE, get_args(CourseLabel), _COURSES)),
    )


def _distress() -> tuple[Filter, ...]:
    states = get_args(DistressState)
    ranks = states[1:]  # `unknown` is no place among them
    return (
        Filter(
            ("distress", "belastung", "notlage"),
            choice=_choice(Field.STATE, states, _STATES, ranks),
            number=Number(Field.DISTRESS, 0, 1, ">0.7"),
        ),
        Filter(
            ("call.distress", "state", "zustand", "anruf.belastung"),
            choice=_choice(Field.CALL_STATE, states, _STATES, ranks),
            number=Number(Field.CALL_DISTRESS, 0, 1, ">0.7"),
        ),
    )


def _seconds(field: Field, example: str, *names: str) -> Filter:
    return Filter(names, number=Number(field, 0, WEEK, example, seconds=True))


def _numbers() -> tuple[Filter, ...]:
    return (
        _seconds(Field.LENGTH, ">10s", "length", "länge"),
        _seconds(Field.FIRST, "30s", "first", "erste", "ersten", "anfang"),
        _seconds(Field.AT, "1:00-2:30", "at", "bei", "stelle"),
        _seconds(Field.DURATION, ">5min", "duration", "dauer", "anrufdauer"),
        _seconds(Field.SILENCE, ">20s", "silence", "stille", "schweigen"),
        _seconds(Field.HOLD, ">1min", "hold", "warteschleife", "haltemusik"),
        _seconds(Field.OVERLAP, ">5s", "overlap", "überlappung", "overtalk"),
        _seconds(Field.WAIT, ">2min", "wait", "wartezeit"),
        Filter(("pace", "tempo", "sprechtempo"), number=Number(Field.PACE, 0, 1000, ">180")),
    )


def _choices() -> tuple[Filter, ...]:
    directions = _choice(Field.DIRECTION, get_args(Direction), _DIRECTIONS)
    roles = _choice(Field.BY, get_args(Role), _ROLES)
    orders = _choice(Field.TIME, get_args(Sort), _SORTS)
    return (
        Filter(("lang", "language", "sprache"), choice=_choice(Field.LANGUAGE, get_args(Language), _LANGUAGES)),
        Filter(("by", "role", "speaker", "rolle", "sprecher", "wer"), choice=roles),
        Filter(("from", "von"), choice=roles, when=When.SINCE),  # `von:kunde`, `von:1.11. bis:5.11.`
        Filter(("direction", "richtung"), choice=directions),
        Filter(("has", "hat"), choice=_choice(Field.HAS, _KEPT, _KEPT)),
        Filter(("sort", "order", "sortierung", "sortiert", "reihenfolge"), sort=orders),
    )


def _times() -> tuple[Filter, ...]:
    last = Number(Field.LAST, 0, WEEK, "60s", seconds=True)
    return (
        Filter(("since", "seit", "ab"), when=When.SINCE),
        Filter(("until", "till", "bis"), when=When.UNTIL),
        Filter(("before", "vor"), when=When.BEFORE),
        Filter(("after", "nach"), when=When.AFTER),
        Filter(("on", *ON), when=When.ON),
        Filter(("last", "past", "letzte", "letzter", "letzten", "letztes"), when=When.LAST, number=last),
        Filter(("this", "diese", "dieser", "diesen", "dieses"), when=When.THIS),
    )


def _texts() -> tuple[Filter, ...]:
    return (
        Filter(("queue", "warteschlange", "schlange"), text=Field.QUEUE),
        Filter(("team", "gruppe"), text=Field.TEAM),
        Filter(("customer", "kunde", "kundin", "kundennummer"), text=Field.CUSTOMER),
        Filter(("call", "anruf", "gespräch"), text=Field.CALL),
    )


@cache
def vocabulary() -> Vocabulary:
    """Return all filters."""
    filters = (*_times(), *_choices(), *_moods(), *_distress(), *_texts(), *_numbers())
    by_name = {spelling: one for one in filters for spelling in _spellings(one.names)}
    return Vocabulary(filters, MappingProxyType(by_name))
