"""Where recordings come from: a folder, a URL or a list becomes calls, with what is known of each.

Nothing that goes wrong with one recording or one folder keeps the others from being found.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from stimmung.batch.overnight.file_names import NameInfo
from stimmung.batch.overnight.file_patterns import FilePatterns, file_patterns
from stimmung.batch.overnight.folders import folder_listings
from stimmung.batch.overnight.known_info import known_info
from stimmung.batch.overnight.manifests import ManifestReader, is_manifest
from stimmung.batch.overnight.name_presets import NamePreset, names_reader, read_names, suggested_preset
from stimmung.batch.overnight.pairs import Endings, Taken, Waits, calls_of, parse_endings, stem_of
from stimmung.batch.overnight.records import Found, FoundFile, Listing, Told
from stimmung.batch.overnight.sidecar_xml import parse_xml_field
from stimmung.batch.overnight.sidecars import SidecarReader, is_sidecar, settled_with, sources_of
from stimmung.batch.overnight.urls import is_url, url_listings
from stimmung.speech.settings import Settings


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds recordings as a deployment has settled it."""

    patterns: FilePatterns
    names: NamePreset | None
    endings: tuple[Endings, ...]
    sidecars: SidecarReader
    settle_seconds: float
    pair_wait_seconds: float
    zone: ZoneInfo

    def find(self, where: str, clock: Callable[[], float]) -> Iterator[Found | Told]:
        """Yield the calls in a folder, at a URL or in a list (CSV, JSONL, Parquet), and what is not done, with reasons.

        `clock` gives the seconds since 1970. Raises AudioError where there is nothing, SettingsError where nothing
        here can read such a place.
        """
        if is_manifest(where):
            waits = Waits(clock(), self.settle_seconds, self.pair_wait_seconds)
            yield from ManifestReader(self.sidecars, self.zone, waits).calls(where)
            return
        listings = url_listings(where) if is_url(where) else folder_listings(Path(where))
        for listing in listings:
            if isinstance(listing, Told):
                yield listing
            else:
                yield from self.calls_in(listing, Waits(clock(), self.settle_seconds, self.pair_wait_seconds))

    def suggested_names(self, where: str) -> NamePreset | None:
        """Return the preset that fits most names in a folder or at a URL, for a deployment that has set none.

        Raises as `find`.
        """
        listings = url_listings(where) if is_url(where) else folder_listings(Path(where))
        paths = (
            _path_of(listing, stem_of(name))
            for listing in listings
            if isinstance(listing, Listing)
            for name in self._recordings(listing)
        )
        return suggested_preset(paths, self.zone)

    def _recordings(self, listing: Listing) -> dict[str, FoundFile]:
        return {
            name: file
            for name, file in listing.files.items()
            if not is_sidecar(name) and self.patterns.fit(_below(listing, name))
        }

    def calls_in(self, listing: Listing, waits: Waits) -> Iterator[Found | Told]:
        """Yield the calls of one folder as it was listed, and what is not done."""
        recordings = self._recordings(listing)
        for name in [name for name, file in recordings.items() if not _is_text(file.place)]:
            place = recordings.pop(name).place.encode("utf-8", "backslashreplace").decode()
            yield Told("unreadable", place, "the name is not UTF-8; call the file otherwise")
        for taken in calls_of(recordings, self.endings, waits):
            yield taken if isinstance(taken, Told) else self._found(taken, listing, waits)

    def _found(self, taken: Taken, listing: Listing, waits: Waits) -> Found | Told:
        beside = self.sidecars.beside(listing.files, (*taken.stems, *(file.name for file in taken.files)))
        fresh = settled_with(taken, beside, waits)
        if isinstance(fresh, Told):
            return fresh
        name = self._name_info(taken, listing)
        ending = {"roles": list(taken.roles)} if taken.roles else {}
        layers = (name.values if name else {}, ending, beside.recorder, beside.ours)
        known = known_info(layers, taken.files[0].place, self.zone)
        notes = taken.notes
        if self.names is not None and name is None:
            notes += (f"the name does not fit {self.names.name}: nothing was read from it",)
        trouble = beside.trouble or known.trouble
        return Found(
            files=sources_of(taken.files, beside),
            info={} if trouble else known.info,
            began=known.began or (name.began if name else None),
            trouble=trouble,
            notes=notes,
        )

    def _name_info(self, taken: Taken, listing: Listing) -> NameInfo | None:
        if self.names is None:
            return None
        fits = (read_names(self.names, _path_of(listing, stem), self.zone) for stem in taken.stems)
        return next((info for info in fits if info is not None), None)


def finder_of(settings: Settings) -> Finder:
    """Return the finder for what a deployment has set. Raises SettingsError that points at what is wrong."""
    batch = settings.batch
    zone = ZoneInfo(settings.timezone)
    patterns = file_patterns(batch.patterns)
    return Finder(
        patterns=patterns,
        names=names_reader(batch.names) if batch.names is not None else None,
        endings=tuple(parse_endings(text) for text in batch.pair_suffixes),
        sidecars=SidecarReader(tuple(parse_xml_field(text) for text in batch.xml_fields), zone, patterns),
        settle_seconds=batch.settle_seconds,
        pair_wait_seconds=batch.pair_wait_seconds,
        zone=zone,
    )


def _is_text(place: str) -> bool:
    """Say whether a place can be written down; names on Linux are bytes, and Python marks those that are no text."""
    return not any("\udc80" <= sign <= "\udcff" for sign in place)


def _below(listing: Listing, name: str) -> str:
    return f"{listing.below}/{name}" if listing.below else name


def _path_of(listing: Listing, stem: str) -> str:
    """Return the path to compare with names: with the folders above, since some recorders put the day there."""
    return f"{listing.place.replace(chr(92), '/').rstrip('/')}/{stem}"
