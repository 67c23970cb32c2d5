"""The side of a store that is searched and listened to, without one: it finds what it is given."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from stimmung.speech.errors import StoreError
from stimmung.speech.records import Audio, Span
from stimmung.store.search.language.query import Note, Place, Query
from stimmung.store.search.records import Ask, Facets, Found, Hit, Neighbour
from stimmung.store.search.saved import SavedSearch

SAID_AT = datetime(2026, 3, 1, 13, 31, 22, tzinfo=UTC)  # 14:31 in Berlin
HIT = Hit(
    call_id="4711",
    number=3,
    role="customer",
    language="de",
    span=Span(82.4, 86.0),
    said_at=SAID_AT,
    text="Die Stromrechnung kam doppelt.",
    marks=((4, 17),),
    ways=("words", "meaning"),
    score=0.03,
    call_started_at=SAID_AT.replace(minute=30),
    queue="billing",
    polarity="negative",
    sentiment=-0.84,
    distress=0.7,
    distress_state="distressed",
    has_audio=True,
    before=Neighbour(2, "agent", 79.0, "Worum geht es?"),
    after=Neighbour(4, "agent", 87.0, "Einen Moment."),
)
FOUND = Found((HIT,), 1, True, Facets({"2026-03-01": 1}, {"billing": 1}, {"negative": 1}))
NOTHING = Found((), 0, True, None)
NOTE = Note(Place(0, 5), "`anger` is looked for as a word", "mood:anger")


@dataclass
class FakeFinding:
    """Gives `found` to every search."""

    found: Found = FOUND
    has_meanings: bool = True
    silent: str = ""  # why there is no sound
    saved: dict[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    heard: list[tuple[str, Span]] = field(default_factory=list)
    done: list[object] = field(default_factory=list)

    def prepare(self, tell: Callable[[str], None]) -> None:
        self.done.append("prepare")

    def search(self, ask: Ask) -> Found:
        self.asked.append(ask)
        return self.found if ask.facets else replace(self.found, facets=None)

    def tend(self) -> None:
        self.done.append("tend")

    def save_search(self, name: str, query: Query) -> None:
        self.saved[name] = query.text

    def saved_search(self, name: str) -> SavedSearch:
        if name not in self.saved:
            raise StoreError(f"no search is saved as {name}")
        return SavedSearch(name, self.saved[name], SAID_AT)

    def saved_searches(self) -> Sequence[SavedSearch]:
        return [self.saved_search(name) for name in sorted(self.saved)]

    def forget_search(self, name: str) -> None:
        self.saved_search(name)
        del self.saved[name]

    def hear(self, call_id: str, span: Span) -> Audio:
        if self.silent:
            raise StoreError(self.silent)
        self.heard.append((call_id, span))
        time = np.arange(round(16_000 * span.duration)) / 16_000
        return Audio(0.1 * np.sin(2 * np.pi * 440 * np.stack([time, time])).astype(np.float32), 16_000)

    @contextmanager
    def exporting(self, call_id: str, file: Path) -> Iterator[None]:
        self.done.append(("export", call_id, file))
        yield
        self.done.append("exported")
