"""Trains a voice head on labelled clips, or adapts one, and measures it on speakers that it did not hear.

    python -m stimmung.models.training.train_voice_emotion --manifest ../shared/data/emodb/manifest.csv --output RUN

Any Whisper will do (`--recogniser`); the head fits its encoder. RUN collects `copies/`, what was heard of the clips
behind lines of chance (kept, so that an interrupted run goes on), the head, and `report.json`.
`stimmung models train-voice` is the same for users.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from stimmung.models.registry import build_hearing
from stimmung.models.training.voice_clips import LabelledVoice, read_clips, shortened
from stimmung.models.training.voice_copies import Change, Heard, as_recorded, augmented
from stimmung.models.training.voice_fit import Encoder, FitOptions, Labelled, fit_head, labelled
from stimmung.models.training.voice_trial import Trial, calibrated, folds, held_out
from stimmung.models.voice_head import VoiceHead, read_head, write_head
from stimmung.models.voice_states import StateReader, probe_states
from stimmung.speech import prosody
from stimmung.speech.errors import CallInfoError, WeightsError
from stimmung.speech.records import Samples
from stimmung.speech.settings import Settings
from stimmung.speech.telephone import phone

logger = logging.getLogger(__name__)

SHORT: Final = 2.0  # s: what clips are cut to where some of them exist only so
DRAW: Final = 5  # third number of the seed: the shipped head was drawn with it
FEWEST_SPEAKERS: Final = 3  # fewer cannot be held out from each other
Progress = Callable[[int, int], None]  # copies that are heard, and all of them


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a head is trained."""

    copies: int = 12  # times that every clip is heard, each behind another line
    seed: int = 0
    start: Path | None = None  # folder of a head to adapt; None: a new one
    fit: FitOptions = field(default_factory=FitOptions)


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of speakers that the head did not hear, phone channel unless they say clean."""

    clips: int
    speakers: int
    classes: tuple[str, ...]
    uar: float  # mean of the classes' recalls
    uar_clean: float
    recall: dict[str, float]  # by class
    chance: float
    held_out: int  # groups of speakers that were held out in turn


def train(
    manifest: Path, output: Path, settings: Settings, options: TrainingOptions, progress: Progress
) -> tuple[VoiceHead, Result]:
    """Train, measure, calibrate and write a head; return it with its figures.

    Raises CallInfoError for a manifest that makes no sense or has too few speakers or classes, AudioError for
    recordings that cannot be read, WeightsError for a recogniser or head that is not there.
    """
    detector, encoder = build_hearing(settings)
    clips = read_clips(manifest, detector)
    start = read_head(options.start) if options.start else None
    check(manifest, clips, start)
    known = Encoder(settings.models.whisper, probe_states(encoder))
    if start and not start.fits(known.probe):
        raise WeightsError(
            f"{options.start}: the head to adapt was made for {start.recogniser}, and the encoder of {known.name} gives"
            " other states: choose that recogniser, or train a new head"
        )
    examples = hear(clips, encoder, output / "copies", options, progress)
    lines = [measured(clips, encoder, change) for change in (_unchanged, phone)]
    trials = held_out(examples, lines, known, options.fit, start)
    head = calibrated(fit_head(examples, known, options.fit, start), examples, trials[1], lines[1].label)
    write_head(head, output)
    result = _result(clips, lines, trials)
    (output / "report.json").write_text(json.dumps(_plain(result), indent=2) + "\n", "utf-8")
    return head, result


def check(manifest: Path, clips: Sequence[LabelledVoice], start: VoiceHead | None) -> None:
    """Raise CallInfoError where these clips cannot make a head."""
    speakers, classes = {clip.speaker for clip in clips}, {clip.emotion for clip in clips}
    if len(speakers) < FEWEST_SPEAKERS:
        raise CallInfoError(
            f"{manifest}: {len(speakers)} speaker(s); at least {FEWEST_SPEAKERS} are needed, so that the head can be"
            " measured on voices that it did not hear"
        )
    if len(classes) < 2:
        raise CallInfoError(f"{manifest}: all clips are {', '.join(classes)}; at least two emotions are needed")
    if start and (unknown := classes - set(start.classes)):
        raise CallInfoError(
            f"{manifest}: {', '.join(sorted(unknown))} is not among the classes of the head to adapt"
            f" ({', '.join(start.classes)}): leave these clips out, or train a new head"
        )


def hear(
    clips: Sequence[LabelledVoice], encoder: StateReader, kept: Path, options: TrainingOptions, progress: Progress
) -> Labelled:
    """Hear all clips `options.copies` times; copies that lie in `kept` from an earlier run are taken from there."""
    kept.mkdir(parents=True, exist_ok=True)
    classes = tuple(sorted({clip.emotion for clip in clips}))
    parts: list[Labelled] = []
    found = {name: (group, digest(group, encoder)) for name, group in groups(clips).items()}
    for copy in range(options.copies):
        for name, (group, content) in found.items():
            file = kept / f"{name}-{options.seed}-{copy}-{content}.npz"
            if not file.exists():
                rng = np.random.default_rng([options.seed, copy, DRAW])
                _keep(augmented(group, encoder, rng), file)
            parts.append(labelled(_kept(file), group, classes))
        progress(copy + 1, options.copies)
    return Labelled.joined(parts)


def digest(clips: Sequence[LabelledVoice], encoder: StateReader) -> str:
    """Return what tells these clips, heard by this encoder, from any others: copies of others must not be taken."""
    told = hashlib.sha256(json.dumps(prosody.NAMES).encode())
    told.update(np.round(probe_states(encoder), 2).tobytes())
    for clip in clips:
        told.update(f"{clip.start_sample} {clip.end_sample} {clip.speaker} {clip.emotion} {clip.cut}\n".encode())
        told.update(clip.samples.tobytes())
    return told.hexdigest()[:12]


def groups(clips: Sequence[LabelledVoice]) -> dict[str, list[LabelledVoice]]:
    """Return clips at their own length and, where some exist only cut, all of them cut alike."""
    whole = [clip for clip in clips if not clip.cut]
    if len(whole) == len(clips):
        return {"whole": whole}
    return {"short": shortened(clips, SHORT), **({"whole": whole} if whole else {})}


def measured(clips: Sequence[LabelledVoice], encoder: StateReader, change: Change, name: str | None = None) -> Labelled:
    """Hear clips once behind `change`: those cut alike where some exist only so, or the group `name`."""
    found = groups(clips)
    group = found[name] if name else next(iter(found.values()))
    classes = tuple(sorted({clip.emotion for clip in group}))
    return labelled(as_recorded(group, change, encoder, seed=1), group, classes)


def recalls(trial: Trial, examples: Labelled) -> dict[str, float]:
    """Return the recall of each class among what was scored."""
    truth, found = examples.label[trial.scored], trial.logits[trial.scored].argmax(axis=1)
    return {
        name: float(np.mean(found[truth == place] == place))
        for place, name in enumerate(examples.classes)
        if np.any(truth == place)
    }


def _result(clips: Sequence[LabelledVoice], lines: Sequence[Labelled], trials: Sequence[Trial]) -> Result:
    clean, line = (recalls(trial, examples) for trial, examples in zip(trials, lines, strict=True))
    return Result(
        clips=len(clips),
        speakers=len({clip.speaker for clip in clips}),
        classes=lines[1].classes,
        uar=float(np.mean(list(line.values()))),
        uar_clean=float(np.mean(list(clean.values()))),
        recall=line,
        chance=1 / len(line),
        held_out=len(folds([clip.speaker for clip in clips])),
    )


def _plain(result: Result) -> dict[str, Any]:  # Any: JSON
    return {one.name: getattr(result, one.name) for one in fields(result)}


def _unchanged(sound: Samples) -> Samples:
    return sound


def _keep(heard: Heard, file: Path) -> None:
    partial = file.with_suffix(".part.npz")
    np.savez(partial, **{one.name: getattr(heard, one.name) for one in fields(heard)})
    partial.replace(file)


def _kept(file: Path) -> Heard:
    with np.load(file) as columns:
        return Heard(**{one.name: columns[one.name] for one in fields(Heard)})


def main() -> None:
    """Train from the command line of a developer."""
    defaults = TrainingOptions()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--recogniser", default="base")
    parser.add_argument("--start", type=Path, help="folder of a head to adapt")
    parser.add_argument("--copies", type=int)
    parser.add_argument("--seed", type=int)
    parser.set_defaults(copies=defaults.copies, seed=defaults.seed)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = Settings.model_validate({"models": {"whisper": given.recogniser}})
    options = TrainingOptions(given.copies, given.seed, given.start)
    _, result = train(
        given.manifest, given.output, settings, options, lambda done, of: logger.info("heard %d of %d", done, of)
    )
    logger.info("%s", json.dumps(_plain(result)))


if __name__ == "__main__":
    main()
