"""Calibration is fitted to what came true: overconfident scores are cooled, thresholds find what there is to find."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.models import toy_text
from tests.models.training.toy_e5 import calm

from stimmung.models.calibration import calibrated, expected_calibration_error, logit, read_calibration
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, SERVICE_CLASSES
from stimmung.models.training.calibrate_text_emotion import fit, fit_platt, fit_temperature, main
from stimmung.models.training.text_corpora import LabelledText
from stimmung.speech.records import TextEmotionScore

DRAW = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def calmness() -> Iterator[None]:
    """Nothing on the screen, one thread."""
    with calm():
        yield


def drawn(true: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return what comes true with the probabilities `true`."""
    return np.random.default_rng(1).random(len(true)) < true


def test_overconfident_logits_get_a_slope_below_one_and_a_smaller_error() -> None:
    true = DRAW.uniform(0.05, 0.95, 4000)
    truth, claimed = drawn(true), 3 * logit(true)
    found = fit_platt(claimed, truth, np.ones(4000, bool))
    assert found.slope == pytest.approx(1 / 3, abs=0.03)
    before = expected_calibration_error(1 / (1 + np.exp(-claimed)), truth)
    assert expected_calibration_error(calibrated(claimed, found), truth) < before / 3


def test_a_label_with_a_handful_of_texts_is_hardly_moved() -> None:
    found = fit_platt(np.array([4.0, -4.0]), np.array([True, False]), np.ones(2, bool))
    assert found.slope == pytest.approx(1, abs=0.3)


def test_the_threshold_is_the_one_that_finds_most() -> None:
    logits = np.array([-3.0, -2.0, -1.0, 0.0])
    found = fit_platt(logits, np.array([False, True, True, True]), np.ones(4, bool))
    assert calibrated(np.array([-3.0]), found)[0] < found.threshold < calibrated(np.array([-2.0]), found)[0]


def test_a_label_that_never_occurs_keeps_the_threshold_of_half() -> None:
    assert fit_platt(np.array([-3.0, -2.0]), np.zeros(2, bool), np.ones(2, bool)).threshold == 0.5


def score(shares: tuple[float, float, float], anger: float = 0.1) -> TextEmotionScore:
    polarities = dict(zip(POLARITIES, shares, strict=True))
    labels = {name: anger if name == "anger" else 0.1 for name in GOEMOTIONS}
    return TextEmotionScore("neutral", 0.0, polarities, {}, labels, False)


def test_a_polarity_that_is_right_half_of_the_time_is_cooled() -> None:
    sure = score((0.98, 0.01, 0.01))
    judged = [(LabelledText(str(at), "de", "own", polarity="negative"), sure) for at in range(50)]
    judged += [(LabelledText(str(at), "de", "own", polarity="positive"), sure) for at in range(50)]
    assert fit_temperature(judged) > 3


def test_a_small_corpus_counts_as_much_as_a_large_one() -> None:
    right = [(LabelledText(str(at), "en", "large", polarity="negative"), score((0.7, 0.2, 0.1))) for at in range(500)]
    wrong = [(LabelledText(str(at), "de", "small", polarity="positive"), score((0.7, 0.2, 0.1))) for at in range(5)]
    assert fit_temperature(right) < 0.5
    assert fit_temperature([*right, *wrong]) > 1


def test_every_label_and_class_is_fitted() -> None:
    judged = [
        (
            LabelledText(str(at), "en", "goemotions", polarity="negative", emotions=frozenset({label})),
            score((1, 0, 0), p),
        )
        for at, (label, p) in enumerate([("anger", 0.9), ("joy", 0.2)] * 20)
    ]
    found = fit(judged)
    assert set(found.labels) == set(GOEMOTIONS)
    assert set(found.classes) == set(SERVICE_CLASSES)
    assert found.languages == ("de", "en")
    assert found.labels["anger"].slope > found.labels["pride"].slope


def test_the_command_writes_it_beside_the_weights(tmp_path: Path) -> None:
    labels = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))
    weights = toy_text.save(tmp_path / "weights", labels)
    for name, content in {
        "goemotions/train.tsv": "".join(f"thanks awful {at}\t{at % 28}\tid{at}\n" for at in range(200)),
        "germeval2017/dev_df_opinion.tsv": "id\ttext\trelevance\tsentiment\n"
        + "".join(f"{at}\tgut nicht {at}\ttrue\tneutral\n" for at in range(60)),
        "xed/de-projections.tsv": "danke\t5\n",
        "xed/en-annotated.tsv": "thanks\t5\n",
        "multidogo/airline.train.tsv": "conversationId\tutterance\n1\thello there\n",
        "banking77/train.csv": "text,category\nhello you,greeting\n",
    }.items():
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    main(["--weights", str(weights), "--data", str(tmp_path / "data")])
    found = read_calibration(weights)
    assert found is not None
    assert found.temperature > 0
