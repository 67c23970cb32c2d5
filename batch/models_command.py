"""`stimmung models`: which models there are, where they lie, and whether they are what they claim to be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import FAILED, endings
from stimmung.batch.train_voice_command import EPILOG, Trainer, real_trainer, train_voice

if TYPE_CHECKING:
    from stimmung.speech.settings import Settings

NAME_ARGUMENT = typer.Argument(metavar="[NAME]", help="A model; without it the recognition model of the settings.")
NAMES_ARGUMENT = typer.Argument(metavar="[NAME]", help="Models; without a name those that the settings choose.")

EMBEDDED = "embedded"  # source of the models whose SHA-256 is pinned in the code


class Located(Protocol):
    """A model on this machine, as `models.catalogue` reports it."""

    @property
    def folder(self) -> Path: ...

    @property
    def source(self) -> str: ...

    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the commands need of `models`; tests hand in small ones."""

    known: Callable[[], tuple[str, ...]]  # names that need no network
    locate: Callable[[str], Located]  # reads the weights through; raises WeightsError where they are not whole
    train: Trainer = real_trainer


def real_shelf(settings: "Settings") -> Shelf:
    """Return the shelf of this machine."""
    from stimmung.models import catalogue

    return Shelf(catalogue.known, lambda name: catalogue.locate(name, settings.models))


def chosen_models(settings: "Settings") -> tuple[str, ...]:
    """Return the names that the settings choose, the recognition model first."""
    from stimmung.speech.settings import NO_MODEL

    models = settings.models
    return tuple(name for name in (models.whisper, models.text, models.voice) if name != NO_MODEL)


def models_app(shelf: "Callable[[Settings], Shelf]") -> typer.Typer:
    """Return the commands about models."""
    app = typer.Typer(no_args_is_help=True, help="Models: which there are, where they lie, whether they are whole.")

    @app.callback()
    def prepare(context: typer.Context) -> None:
        context.obj = shelf

    app.command("list")(list_models)
    app.command("verify")(verify)
    app.command("path")(path)
    app.command("train-voice", epilog=EPILOG)(train_voice)
    return app


def list_models(context: typer.Context, config: Annotated[Path | None, CONFIG_OPTION] = None) -> None:
    """List the embedded models, joined if they were not yet, and those that the settings choose."""
    with endings():
        from stimmung.batch.screen import Screen
        from stimmung.speech.errors import WeightsError
        from stimmung.speech.settings_sources import load_settings

        settings = load_settings(config).settings
        shelf: Shelf = context.obj(settings)
        screen = Screen()
        for name in dict.fromkeys((*shelf.known(), *chosen_models(settings))):
            chosen = "*" if name in chosen_models(settings) else " "
            try:
                found = shelf.locate(name)
                screen.result(f"{chosen} {name}  {found.source}  {found.folder}\n")
            except WeightsError as error:
                screen.result(f"{chosen} {name}  not here\n")
                screen.note(str(error))


def verify(
    context: typer.Context,
    names: Annotated[list[str] | None, NAMES_ARGUMENT] = None,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
) -> None:
    """Read models through; SHA-256 compared for embedded ones, told for others; exit code 1 where one is not whole."""
    failed = False
    with endings():
        from stimmung.batch.screen import Screen
        from stimmung.speech.errors import WeightsError
        from stimmung.speech.settings_sources import load_settings

        settings = load_settings(config).settings
        shelf: Shelf = context.obj(settings)
        screen = Screen()
        for name in names or chosen_models(settings):
            try:
                found = shelf.locate(name)
                how = "verified" if found.source == EMBEDDED else "read, not pinned"
                screen.result(f"{name}  {how}  {found.sha256}\n")
            except WeightsError as error:
                failed = True
                screen.failure(f"{name}: {error}")
    raise typer.Exit(FAILED if failed else 0)


def path(
    context: typer.Context,
    name: Annotated[str | None, NAME_ARGUMENT] = None,
    config: Annotated[Path | None, CONFIG_OPTION] = None,
) -> None:
    """Print the folder of a model."""
    with endings():
        from stimmung.batch.screen import Screen
        from stimmung.speech.settings_sources import load_settings

        settings = load_settings(config).settings
        shelf: Shelf = context.obj(settings)
        Screen().result(f"{shelf.locate(name or settings.models.whisper).folder}\n")
