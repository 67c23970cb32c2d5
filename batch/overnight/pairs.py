"""Two mono files of one call, found by how their names end; never two that might be two calls.

Both lie in one folder, have the same extension and the same name before the ending, and there is exactly one of each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from stimmung.batch.overnight.records import FoundFile, Told
from stimmung.speech.records import Role

WHO: Mapping[str, Role] = {
    "agent": "agent", "customer": "customer", "caller": "customer", "client": "customer", "kunde": "customer",
}  # fmt: skip
FUTURE = 86_400.0  # s: a file that is dated further ahead has a wrong clock; waiting for it would never end


@dataclass(frozen=True, slots=True)
class Endings:
    """How the names of a pair end, before the extension; capitals do not matter."""

    first: str
    second: str

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who speaks in the first and in the second, where the endings say so."""
        words = (text.strip("-_. ").casefold() for text in (self.first, self.second))
        roles = tuple(WHO[word] for word in words if word in WHO)
        return roles if len(set(roles)) == 2 else ()


@dataclass(frozen=True, slots=True)
class Waits:
    """The time, and how long to wait for what: a file to be written to its end, half a pair for the other. Seconds."""

    now: float  # since 1970
    settle: float
    other_half: float


@dataclass(frozen=True, slots=True)
class Taken:
    """One call's file or files, by which names to look for what is known of it, the best first."""

    files: tuple[FoundFile, ...]
    stems: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Half:
    file: FoundFile
    base: str  # its name without ending and extension
    place: int  # 0: first, 1: second
    endings: Endings


def parse_endings(text: str) -> Endings:
    """Read FIRST/SECOND, as the setting `batch.pair_suffixes` has checked it."""
    first, _, second = text.partition("/")
    return Endings(first, second)


def stem_of(name: str) -> str:
    """Return a file's name without its extension."""
    return PurePosixPath(name).stem


def calls_of(files: Mapping[str, FoundFile], endings: Sequence[Endings], waits: Waits) -> Iterator[Taken | Told]:
    """Yield the calls among the recordings of a folder, pairs as one, and what has to wait or is left out, by name."""
    halves = {name: half for name, file in files.items() if (half := _half(file, endings)) is not None}
    pairs = _pairs(halves.values())
    seconds = {pair[1].file.name for pair in pairs.values()}
    mixed = {pair[0].base.casefold(): pair for pair in pairs.values()}
    for name, file in files.items():
        stem = stem_of(name)
        if name in seconds:
            continue
        if name in pairs:
            first, second = pairs[name]
            both = (first.file, second.file)
            yield settled(Taken(both, (first.base, stem, stem_of(second.file.name)), first.endings.roles), waits)
        elif stem.casefold() in mixed:
            two = " and ".join(half.file.name for half in mixed[stem.casefold()])
            yield Told("left_out", file.place, f"is taken for the mix of {two}, which are done as one call")
        elif name in halves:
            yield _lonely(halves[name], waits)
        else:
            yield settled(Taken((file,), (stem,)), waits)


def _half(file: FoundFile, endings: Sequence[Endings]) -> _Half | None:
    stem = stem_of(file.name)
    known = [(text, place, pair) for pair in endings for place, text in enumerate((pair.first, pair.second))]
    for text, place, pair in sorted(known, key=lambda item: -len(item[0])):
        base = stem[: -len(text)]
        if base and stem.casefold().endswith(text.casefold()):
            return _Half(file, base, place, pair)
    return None


def _pairs(halves: Iterable[_Half]) -> dict[str, tuple[_Half, _Half]]:
    """Return both halves of each pair by the first's name. Where there are three, nobody knows which two belong."""
    groups: dict[tuple[str, str, Endings], list[_Half]] = defaultdict(list)
    for half in halves:
        extension = PurePosixPath(half.file.name).suffix
        groups[half.base.casefold(), extension.casefold(), half.endings].append(half)
    found = (sorted(group, key=lambda half: half.place) for group in groups.values())
    return {group[0].file.name: (group[0], group[1]) for group in found if [half.place for half in group] == [0, 1]}


def _lonely(half: _Half, waits: Waits) -> Taken | Told:
    other = half.endings.first if half.place else half.endings.second
    name = f"{half.base}{other}{PurePosixPath(half.file.name).suffix}"
    wait = wait_of(half.file, waits.other_half, waits.now)
    if wait > 0:
        return Told("waiting", half.file.place, f"waits for its other half, {name}", wait)
    note = f"there is no {name}: taken for a recording of its own"
    return settled(Taken((half.file,), (stem_of(half.file.name), half.base), notes=(note,)), waits)


def settled(taken: Taken, waits: Waits) -> Taken | Told:
    """Return the call, or that it has to wait because one of its files changed a moment ago."""
    wait, file = max(((wait_of(file, waits.settle, waits.now), file) for file in taken.files), key=lambda pair: pair[0])
    return Told("waiting", file.place, "may still be being written", wait) if wait > 0 else taken


def wait_of(file: FoundFile, seconds: float, now: float) -> float:
    """Return for how many seconds yet a file has to stay as it is to have stayed so for `seconds`; 0 or less: done."""
    if file.changed is None or file.changed > now + FUTURE:
        return 0.0
    return file.changed + seconds - now
