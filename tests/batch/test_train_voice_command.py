"""`stimmung models train-voice`: what reaches training, and what is told afterwards."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.models_command import Shelf
from stimmung.batch.train_voice_command import Order
from stimmung.speech.errors import CallInfoError, WeightsError
from stimmung.speech.settings import Settings


@dataclass(frozen=True)
class Found:
    clips: int = 40
    speakers: int = 4
    classes: tuple[str, ...] = ("anger", "neutral")
    uar: float = 0.81
    uar_clean: float = 0.86
    recall: dict[str, float] = field(default_factory=lambda: {"anger": 0.9, "neutral": 0.72})
    chance: float = 0.5
    held_out: int = 4


@dataclass
class Trainer:
    error: Exception | None = None
    orders: list[Order] = field(default_factory=list)
    recognisers: list[str] = field(default_factory=list)

    def __call__(self, settings: Settings, order: Order, progress: Callable[[int, int], None]) -> Found:
        self.orders.append(order)
        self.recognisers.append(settings.models.whisper)
        if self.error:
            raise self.error
        progress(1, order.copies)
        return Found()


def nothing(name: str) -> Path:
    raise WeightsError(name)


def run(trainer: Trainer, *arguments: str) -> Result:
    app = build_app(shelf=lambda _: Shelf(tuple, nothing, trainer))  # type: ignore[arg-type]  # nothing is located here
    return CliRunner().invoke(app, ["models", "train-voice", *arguments], env={"COLUMNS": "200"})


def test_the_order_reaches_training_and_the_figures_the_user(calls: Path) -> None:
    trainer = Trainer()
    result = run(trainer, "--manifest", "labels.csv", "--output", "ours", "--copies", "3", "--seed", "7", "--adapt")
    assert result.exit_code == 0, result.output
    assert trainer.orders == [Order(Path("labels.csv"), Path("ours"), 3, 7, adapt=True)]
    assert trainer.recognisers == ["base"]
    for word in ("40 clips of 4 speakers", "anger      0.90", "neutral    0.72", "mean       0.81", "0.50", "0.86"):
        assert word in result.stdout
    assert "--voice-model ours" in result.stdout


def test_json_has_the_figures_and_nothing_else(calls: Path) -> None:
    result = run(Trainer(), "--manifest", "labels.csv", "--output", "ours", "--json")
    told = json.loads(result.stdout)
    assert told["uar"] == 0.81
    assert told["recall"] == {"anger": 0.9, "neutral": 0.72}
    assert told["speakers"] == told["held_out"] == 4


@pytest.mark.parametrize("missing", ["--manifest", "--output"])
def test_manifest_and_output_are_needed(calls: Path, missing: str) -> None:
    given = {"--manifest": "labels.csv", "--output": "ours"}
    del given[missing]
    trainer = Trainer()
    result = run(trainer, *(part for pair in given.items() for part in pair))
    assert result.exit_code == 2
    assert trainer.orders == []


def test_a_manifest_that_makes_no_sense_is_told_in_a_line(calls: Path) -> None:
    trainer = Trainer(CallInfoError("labels.csv, line 3: emotion 'huh' is not known"))
    result = run(trainer, "--manifest", "labels.csv", "--output", "ours")
    assert result.exit_code == 1
    assert "line 3" in result.stderr
    assert result.stdout == ""
