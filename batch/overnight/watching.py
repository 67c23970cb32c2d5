"""A folder, URL or list that is looked at again and again: only what is new or has changed is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from stimmung.batch.overnight.records import Found, Told
from stimmung.batch.overnight.sources import Finder
from stimmung.speech.errors import AudioError


@dataclass(slots=True)
class Watch:
    """Remembers what it has told; the caller decides when to look. Polling works on every file system there is."""

    finder: Finder
    where: str
    _given: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)  # versions by places
    _undated: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _told: set[Told] = field(default_factory=set)
    _was_there: bool = False

    def look(self, clock: Callable[[], float]) -> Iterator[Found | Told]:
        """Yield calls that are new or have changed since the last look, and what is not done, once each.

        Where there has never been anything, raises as `Finder.find`; later the place may go and come back.
        """
        given: dict[tuple[str, ...], tuple[str, ...]] = {}
        undated: dict[tuple[str, ...], tuple[str, ...]] = {}
        told: set[Told] = set()
        for item in self._all(clock):
            if isinstance(item, Told):
                once = Told(item.kind, item.place, item.reason)  # the seconds that are left change with every look
                if once not in self._told | told:
                    yield item
                told.add(once)
            elif any(file.changed is None for file in item.files) and self._undated.get(item.places) != item.versions:
                undated[item.places] = item.versions  # nothing says how old it is: it has to look the same twice
            else:
                undated[item.places] = item.versions
                if self._given.get(item.places) != item.versions:
                    yield item
                given[item.places] = item.versions
        if any(item.kind == "unreadable" for item in told):  # what is away for an hour is not new when it comes back
            given = {**self._given, **given}
        self._given, self._undated, self._told = given, undated, told

    def _all(self, clock: Callable[[], float]) -> Iterator[Found | Told]:
        try:
            yield from self.finder.find(self.where, clock)
        except AudioError as error:
            if not self._was_there:
                raise
            yield Told("unreadable", self.where, str(error))
        self._was_there = True
