"""`stimmung models train-voice`: a voice head from a company's own labelled calls, measured on other voices."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import endings

if TYPE_CHECKING:
    from stimmung.speech.settings import Settings

EPILOG = """The manifest is a CSV with the columns path, speaker, emotion, one utterance a row; start and end in
seconds, and channel, pick it out of a longer recording. Emotions: anger, fear, sadness, joy, neutral, boredom,
disgust, surprise, also in German. Speakers are held out in turn: the figures are of voices the head did not hear.

stimmung models train-voice --manifest labelled.csv --output our-voice

stimmung analyze --voice-model our-voice call.wav"""


class Figures(Protocol):
    """What training reports; figures are of speakers that were held out, behind a telephone unless they say clean."""

    @property
    def clips(self) -> int: ...

    @property
    def speakers(self) -> int: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def uar(self) -> float: ...

    @property
    def uar_clean(self) -> float: ...

    @property
    def recall(self) -> dict[str, float]: ...

    @property
    def chance(self) -> float: ...

    @property
    def held_out(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained."""

    manifest: Path
    output: Path
    copies: int
    seed: int
    adapt: bool  # start from the head of the settings


Trainer = Callable[["Settings", Order, Callable[[int, int], None]], Figures]


def real_trainer(settings: "Settings", order: Order, progress: Callable[[int, int], None]) -> Figures:
    """Train on this machine."""
    from stimmung.models.training.train_voice_emotion import TrainingOptions, train
    from stimmung.models.voice_head import is_head
    from stimmung.models.voice_weights import locate_voice
    from stimmung.speech.errors import SettingsError

    start = None
    if order.adapt:
        start = locate_voice(settings.models.voice, settings.models.cache).folder
        if not is_head(start):
            raise SettingsError(
                f"models.voice = {settings.models.voice} is no head that can be adapted; leave out --adapt"
            )
    options = TrainingOptions(copies=order.copies, seed=order.seed, start=start)
    return train(order.manifest, order.output, settings, options, progress)[1]


def train_voice(
    context: typer.Context,
    manifest: Annotated[Path, typer.Option(metavar="FILE", help="CSV of labelled utterances.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the head is written.")],
    adapt: Annotated[
        bool, typer.Option("--adapt", help="Start from the voice head of the settings instead of from nothing.")
    ] = False,
    copies: Annotated[
        int, typer.Option(min=1, max=1000, help="Times that each clip is heard, each behind another line.")
    ] = 12,
    seed: Annotated[int, typer.Option(min=0, help="Draws the lines; the same seed draws the same.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
) -> None:
    """Train a voice head on labelled calls of your own; what was heard is kept, so that an interrupted run goes on."""
    with endings():
        from stimmung.batch.progress import count_progress
        from stimmung.batch.screen import Screen, to_json_text
        from stimmung.speech.settings_sources import load_settings

        settings = load_settings(config).settings
        train: Trainer = context.obj(settings).train
        screen = Screen()
        with count_progress(screen.err, "hearing the clips behind telephone lines", as_json) as report:
            found = train(settings, Order(manifest, output, copies, seed, adapt), report)
        screen.result(to_json_text(_plain(found)) if as_json else _table(found, output))


def _plain(found: Figures) -> dict[str, object]:
    return {
        "clips": found.clips, "speakers": found.speakers, "held_out": found.held_out, "classes": list(found.classes),
        "uar": found.uar, "uar_clean": found.uar_clean, "chance": found.chance, "recall": found.recall,
    }  # fmt: skip


def _table(found: Figures, output: Path) -> str:
    rows = [f"  {name:<10} {share:.2f}" for name, share in found.recall.items()]
    return "\n".join(
        [
            f"{found.clips} clips of {found.speakers} speakers, in {found.held_out} groups held out in turn.",
            "Found again, of each class (telephone, voices that the head did not hear):",
            *rows,
            f"  {'mean':<10} {found.uar:.2f}",
            f"By chance the mean would be {found.chance:.2f}; without the telephone it is {found.uar_clean:.2f}.",
            f"Written to {output}: stimmung analyze --voice-model {output} …\n",
        ]
    )
