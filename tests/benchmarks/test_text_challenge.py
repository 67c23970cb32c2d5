"""The challenge set is read, asked with and without the turn before, and its errors are listed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from stimmung.models.calibration import Calibration
from stimmung.models.emotion_labels import POLARITIES
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.records import Polarity, TextEmotionScore
from text_bench import Bench
from text_challenge import (
    FOLDER,
    Item,
    answers_of,
    by_phenomenon,
    item_figures,
    mistakes,
    polarities_of,
    read_challenge,
    share_right,
    write_errors,
)
from text_judged import Side

ITEMS = [
    Item("de", "irony", "negative", "annoyance", "Der Termin ist geplatzt.", "Na toll."),
    Item("de", "irony", "negative", "annoyance", "", "Ganz toll."),
    Item("de", "plain", "positive", "joy", "Der Termin steht.", "Toll!"),
    Item("de", "plain", "neutral", "neutral", "", "Um acht Uhr."),
]


class Ear:
    """Finds `toll` positive, unless something burst in the turn before."""

    model = ModelId("ear", "0" * 64)
    calibration: Calibration | None = None

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        return [TextReading(self._score(one)) for one in texts]

    def _score(self, one: SpokenText) -> TextEmotionScore:
        polarity: Polarity = "positive" if "toll" in one.text.lower() else "neutral"
        if "geplatzt" in one.context:
            polarity = "negative"
        emotion = {"positive": "joy", "neutral": "neutral", "negative": "anger"}[polarity]
        shares: dict[Polarity, float] = dict.fromkeys(("negative", "neutral", "positive"), 0.1)
        shares[polarity] = 0.8
        return TextEmotionScore(polarity, 0.0, shares, {emotion: 0.9}, {emotion: 0.9}, False)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench((Side("model", "ear", "ear", Ear()),), None, tmp_path)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_set_itself_can_be_read_and_is_as_large_as_promised(language: str) -> None:
    items = read_challenge(FOLDER / f"{language}.tsv")
    assert len(items) >= 150
    assert {item.language for item in items} == {language}
    assert {item.polarity for item in items} == set(POLARITIES)
    assert sum(bool(item.context) for item in items) > 50


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("irony\tnegative\tanger\tNa toll", "line 2: 4 columns"),
        ("irony\tbad\tanger\t\tNa toll", "line 2: unknown polarity 'bad'"),
        ("irony\tnegative\tgrief\t\tNa toll", "emotion 'grief'"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "de.tsv"
    file.write_text(f"plain\tpositive\tjoy\t\tSchön\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_challenge(file)


def test_the_turn_before_is_given_and_taken_away(bench: Bench) -> None:
    answers = answers_of(bench, bench.sides[0], ITEMS)
    figures = item_figures(ITEMS, answers)
    assert figures["accuracy"] == 0.75
    assert figures["accuracy_without_context"] == 0.5
    assert figures["context_gain"] == 0.25
    assert figures["class_accuracy"] == 0.5
    assert figures["phenomena"] == {"irony": 0.5, "plain": 1.0}
    low, high = figures["accuracy_interval"]
    assert low < 0.75 < high


def test_errors_say_what_was_found_instead_and_are_written(bench: Bench, tmp_path: Path) -> None:
    answers = answers_of(bench, bench.sides[0], ITEMS)
    (wrong,) = mistakes("ear", ITEMS, answers.given)
    assert (wrong.text, wrong.polarity, wrong.found, wrong.score) == ("Ganz toll.", "negative", "positive", "+0.70")
    assert (wrong.emotion, wrong.likeliest) == ("annoyance", "joy")
    file = tmp_path / "results" / "errors.tsv"
    write_errors(file, [wrong])
    header, row = file.read_text("utf-8").splitlines()
    assert dict(zip(header.split("\t"), row.split("\t"), strict=True))["phenomenon"] == "irony"


def test_shares_are_over_the_items_asked(bench: Bench) -> None:
    judged = answers_of(bench, bench.sides[0], ITEMS).alone
    assert by_phenomenon(ITEMS, judged) == {"irony": 0.0, "plain": 1.0}
    assert share_right(polarities_of(ITEMS), np.array([0, 0, 2, 1])).value == 1.0
