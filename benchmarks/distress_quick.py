"""A bench that hears four actors and a few texts, to see that everything works: its figures mean nothing."""

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from distress_bench import Bench
from distress_written import Split, texts_of, transcripts
from normalise import Language
from spoken_texts import hear
from stimmung.models.training.voice_clips import LabelledVoice
from voice_bench import Copies, EmoDb
from voice_conditions import PHONE

ACTORS: Final = 4
SPOKEN: Final = 40  # texts a split and language; the others are read on the phone as they were written


class FewActors(EmoDb):
    """The clips of the first ACTORS actors."""

    @property
    def clips(self) -> Sequence[LabelledVoice]:
        """All clips of these actors."""
        found = super().clips
        names = sorted({one.speaker for one in found})[:ACTORS]
        return [one for one in found if one.speaker in names]


class QuickBench(Bench):
    """Everything else is as in a true run."""

    @cached_property
    def _emodb(self) -> EmoDb:
        copies = Copies(self.options.work / "copies", self.options.copies)
        return FewActors(self.options.data / "emodb" / "manifest.csv", self._hearing, copies)

    def transcripts(self, split: Split, language: Language, line: str) -> dict[str, str]:
        """Return what is read of each text: itself, but for the first ones on the phone."""
        found = transcripts(texts_of(self.options.data, split, language), None)
        if line == PHONE:
            self.options.work.mkdir(parents=True, exist_ok=True)
            kept = self.options.work / f"heard.{language}.tsv"
            found |= {one.text: one.transcript for one in hear(list(islice(found, SPOKEN)), language, kept)}
        return found
