"""Turns the grades that a query was written with into utterances, once; the filters are applied here as they are meant.

It knows the few filters that the queries of the set use, by themselves: no code of the search is asked.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from search_quality_records import NOW, ZONE, Half, Place, QualityCall, QualityQuery, Relevance
from search_quality_sources import Asked

Holds = Callable[[Place], bool]
QUOTE: Final = '"'
EMOTIONS: Final = {"angry": "anger"}
HALVES: Final[tuple[Half, Half]] = ("development", "held-out")


def build_queries(asked: Sequence[Asked], calls: Sequence[QualityCall]) -> Iterator[QualityQuery]:
    """Yield the queries with the utterances that answer them; every other one of a kind and language is held out.

    Raises ValueError for a query that nothing answers, and for a grade that names no utterance.
    """
    places = [Place(call, said) for call in calls for said in call.utterances]
    counted: dict[str, int] = {}
    for number, one in enumerate(asked, 1):
        own = f"{one.kind} {one.language}"
        counted[own] = counted.get(own, 0) + 1
        relevant = _relevant(one, places)
        if 2 not in relevant.values():
            raise ValueError(f"{one.words} {one.filters}: nothing in the collection is what was meant")
        yield QualityQuery(
            f"q{number:03}",
            one.kind,
            one.language,
            HALVES[(counted[own] + (one.language == "de")) % 2],
            one.words,
            one.plain,
            one.filters,
            one.need,
            relevant,
        )


def _relevant(asked: Asked, places: Sequence[Place]) -> dict[str, Relevance]:
    grades: dict[str, Relevance] = {}
    for token in asked.related:
        grades |= {one.said.key: 1 for one in _named(token, places) if token.startswith(QUOTE) or not _weak(one)}
    for token in asked.meant:
        for one in _named(token, places):
            faint = _weak(one) or (one.said.role == "agent" and not token.endswith(("*", ".a")))
            if faint and not token.startswith(QUOTE):
                grades.setdefault(one.said.key, 1)
            else:
                grades[one.said.key] = 2
    filters = [holds(part) for part in asked.filters.split()]
    kept = {one.said.key for one in places if all(allowed(one) for allowed in filters)}
    return {key: grade for key, grade in sorted(grades.items()) if key in kept}


def _weak(place: Place) -> bool:
    return any(intent.endswith("?") for intent in place.said.intents)


def _named(token: str, places: Sequence[Place]) -> list[Place]:
    """Return the utterances that a token names."""
    if token.startswith(QUOTE):
        found = [one for one in places if token.strip(QUOTE) in one.said.said]
        if len(found) != 1:
            raise ValueError(f"{token}: said in {len(found)} utterances, must be one")
        return found
    language, _, name = token.rpartition(":")
    intent, _, role = name.rstrip("*").partition(".")
    found = [
        one
        for one in places
        if intent in [known.rstrip("?") for known in one.said.intents]
        and language in ("", one.said.language)
        and role in ("", one.said.role[0])
    ]
    if not found:
        raise ValueError(f"{token}: no utterance has it")
    return found


def holds(text: str) -> Holds:
    """Return whether an utterance passes a filter. Raises ValueError for one that the set does not use."""
    name, _, value = text.partition(":")
    values = value.split(",")
    if name in _BY_CALL:
        return lambda one: _BY_CALL[name](one.call) in values
    if name.startswith("meta."):
        return lambda one: one.call.metadata.get(name.removeprefix("meta.")) in values
    if name in ("mood", "emotion"):
        wanted = {EMOTIONS.get(one, one) for one in values}
        polar = name == "mood"
        return lambda one: one.said.mood in wanted or (polar and one.said.polarity in wanted)
    if name == "by":
        return lambda one: one.said.role in values
    if name == "lang":
        return lambda one: one.said.language in values
    if name == "distress" and value.startswith(">"):
        return lambda one: (one.said.distress_probability or 0.0) > float(value[1:])
    if name == "distress":
        return lambda one: one.said.distress_state in values
    if name == "last" and value.endswith("s"):
        return lambda one: one.call.duration - one.said.start <= float(value[:-1])
    if name in ("since", "until"):
        return _in_time(name, datetime.fromisoformat(value).replace(tzinfo=ZONE))
    raise ValueError(f"{text}: a filter that the labels do not know")


def _in_time(name: str, day: datetime) -> Holds:
    """`since` from the day's beginning on, `until` to its end."""
    bound = day + timedelta(days=name == "until")
    if bound > NOW:
        raise ValueError(f"{name}:{day:%Y-%m-%d}: lies after {NOW:%Y-%m-%d}, when the queries are asked")
    if name == "since":
        return lambda one: one.call.started_at + timedelta(seconds=one.said.start) >= bound
    return lambda one: one.call.started_at + timedelta(seconds=one.said.start) < bound


_BY_CALL: Final[dict[str, Callable[[QualityCall], str]]] = {
    "queue": lambda call: call.queue,
    "team": lambda call: call.team,
    "course": lambda call: call.course,
    "customer": lambda call: call.customer,
}
