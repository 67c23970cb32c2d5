"""Keeps analysed recordings in the store, whoever analysed them: one by one, or a night's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stimmung.batch.store_access import StoreAccess
from stimmung.calls.records import Analyzed, CallAnalysis, Ruling
from stimmung.speech.settings import Settings
from stimmung.store.provenance import provenance_of
from stimmung.store.records import SavedAs, SavedCall


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a call that was to be kept, and why its sound is not kept, nothing where it is."""

    saved: SavedAs
    silent: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps calls in an open store as the settings have it."""

    store: StoreAccess
    settings: Settings
    erased: bool = False  # calls are kept also where they were erased on request

    def keep(
        self, analyzed: Analyzed, content_hash: str, sound: Callable[[], bytes], files: Sequence[Path] = ()
    ) -> Kept:
        """Keep a recorded call; `sound` makes its Opus file, `files` were written of it.

        Raises StoreError, and what `sound` raises.
        """
        silent = self._why_no_sound(analyzed.analysis)
        saved = self.store.save(
            SavedCall(
                analysis=analyzed.analysis,
                content_hash=content_hash,
                provenance=provenance_of(self.settings),
                originals=analyzed.originals,
                audio=None if silent else sound(),
            ),
            files,
            self.erased,
        )
        return Kept(saved, silent)

    def _why_no_sound(self, analysis: CallAnalysis) -> str:
        """Return why the sound is not kept, nothing where it is."""
        if self.settings.store.keep_audio == "none":
            return "store.keep_audio is none"
        if too_old := self.store.sound_too_old(analysis.info):
            return too_old
        ruling = _audio_ruling(analysis)
        remedy = f" ({ruling.remedy})" if ruling.remedy else ""
        return "" if ruling.allowed else f"{ruling.why}{remedy}"


def _audio_ruling(analysis: CallAnalysis) -> Ruling:
    """Return what the rules say about the sound of the whole call: a no about any party is a no."""
    rulings = [party.permissions.keep_audio for party in analysis.policy.parties] if analysis.policy else []
    refused = [one for one in rulings if not one.allowed]
    if refused or not rulings:
        return refused[0] if refused else Ruling(False, "nobody ruled on it")
    return rulings[0]
