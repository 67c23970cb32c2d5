"""What the parts of voice_emotion.py share: models, EMO-DB as heard behind each line, heads that miss a speaker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stimmung.models.training.train_voice_emotion import TrainingOptions, groups, hear
from stimmung.models.training.voice_clips import LabelledVoice, read_clips
from stimmung.models.training.voice_copies import as_recorded
from stimmung.models.training.voice_fit import Encoder, FitOptions, Labelled, labelled
from stimmung.models.voice_emotion import EmbeddedVoice, Encoding
from stimmung.models.voice_head import VoiceHead, read_head
from stimmung.models.voice_states import StateReader, probe_states
from stimmung.models.voice_weights import locate_voice
from stimmung.speech.engines import ModelId, SpeechDetector
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import ModelSettings, Settings
from text_bench import tell
from voice_conditions import behind, usable
from voice_folds import Baseline, Fold, Outcome, Place, fit_folds, outcome

RECOGNISER: Final = "base"
SHORT, WHOLE = "short", "whole"  # every clip cut to two seconds; those that exist uncut, as long as they are
SEED: Final = 1  # of the order in which clips are packed: that of the training's own trial
QUICK_EVERY: Final = 5  # clips of EMO-DB, the first of so many


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What hears clips: the speech detector, and the recogniser whose states a head reads."""

    detector: SpeechDetector
    encoder: StateReader

    @classmethod
    def load(cls, recogniser: str = RECOGNISER) -> "Hearing":
        """Load the embedded models. Raises WeightsError where they are not there."""
        from stimmung.models.registry import build_hearing

        return cls(*build_hearing(Settings(models=ModelSettings(whisper=recogniser))))


@dataclass(frozen=True, slots=True)
class Copies:
    """Where what was heard of the training clips lies or will lie, how often each clip is heard, and how to learn."""

    folder: Path
    count: int
    fit: FitOptions = field(default_factory=FitOptions)


class EmoDb:
    """The clips of EMO-DB; what is heard and fitted is heard and fitted once a run, when it is first asked for."""

    def __init__(self, manifest: Path, hearing: Hearing, copies: Copies, *, quick: bool = False) -> None:
        self.lines = usable(quick)
        self._manifest, self._hearing, self._copies, self._quick = manifest, hearing, copies, quick
        self._clips: list[LabelledVoice] = []
        self._heard: dict[tuple[str, str], Labelled] = {}
        self._folds: list[Fold] = []

    @property
    def clips(self) -> Sequence[LabelledVoice]:
        """All clips; the whole ones are those that are not `cut`."""
        if not self._clips:
            self._clips = read_clips(self._manifest, self._hearing.detector)[:: QUICK_EVERY if self._quick else 1]
        return self._clips

    def group(self, name: str) -> list[LabelledVoice]:
        """Return the clips of a group, as training groups them."""
        return groups(self.clips)[name]

    def training(self, copies: int | None = None) -> Labelled:
        """Return the clips as heard behind lines of chance, both groups, `copies` times or as often as there is."""
        count = min(copies or self._copies.count, self._copies.count)
        told = tell(f"hearing {len(self.clips)} clips behind lines of chance")
        return hear(self.clips, self._hearing.encoder, self._copies.folder, TrainingOptions(count), told)

    def fit(self, training: Labelled) -> list[Fold]:
        """Fit a head for each speaker, on the others."""
        return fit_folds(training, Encoder(RECOGNISER, probe_states(self._hearing.encoder)), self._copies.fit)

    @property
    def folds(self) -> Sequence[Fold]:
        """The heads of the product's own training, each without one speaker."""
        if not self._folds:
            self._folds = self.fit(self.training())
        return self._folds

    def heard(self, line: str, group: str) -> Labelled:
        """Return the clips of a group as heard once behind a line."""
        if (line, group) not in self._heard:
            clips = behind(line, self.group(group))
            heard = as_recorded(clips, lambda sound: sound, self._hearing.encoder, SEED)
            self._heard[line, group] = labelled(heard, clips, tuple(sorted({clip.emotion for clip in clips})))
        return self._heard[line, group]

    def outcome(self, line: str, group: str, baseline: Baseline = "own", place: Place = "packed") -> Outcome:
        """Judge a group behind a line by heads that never heard the speaker."""
        return outcome(self.folds, self.heard(line, group), baseline, place)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """One run: `voice` names the head that is measured as it ships, `pictures` is where they go, None for nowhere."""

    hearing: Hearing
    voice: str
    emodb: EmoDb | None = None
    data: Path | None = None
    quick: bool = False
    pictures: Path | None = None


def load_head(voice: str) -> tuple[VoiceHead, ModelId]:
    """Read the head that `voice` names, as for the product. Raises WeightsError where it is not there or no head."""
    located = locate_voice(voice)
    name = Path(voice).resolve().name if Path(voice).is_dir() else voice  # no folder of this machine in results
    return read_head(located.folder), ModelId(name, located.sha256)


def encoding_voice(bench: Bench) -> EmbeddedVoice:
    """Return the head with the benchmark's own encoder behind it: it takes voices that bring no states.

    Raises WeightsError where the head was made for another encoder.
    """
    head, model = load_head(bench.voice)
    if not head.fits(probe_states(bench.hearing.encoder)):
        raise WeightsError(f"{bench.voice}: made for another encoder than that of {RECOGNISER} here")
    return EmbeddedVoice(head, model, Encoding(lambda: bench.hearing.encoder))
