"""Labels of classifiers: whichever way they are named, the right output is read."""

import pytest

from stimmung.models.emotion_labels import GOEMOTIONS
from stimmung.models.label_maps import label_map
from stimmung.speech.errors import WeightsError

OURS = ("polarity/positive", "polarity/negative", "polarity/neutral", *(f"goemotions/{one}" for one in GOEMOTIONS))


def test_our_labels_are_found_by_their_prefix_in_any_order() -> None:
    found = label_map("mood", OURS, several=True)
    assert found.polarities == (1, 2, 0)  # negative, neutral, positive
    assert found.emotions == tuple(range(3, 31))
    assert not found.together


def test_a_classifier_of_our_kind_may_know_one_of_the_two_only() -> None:
    emotions = label_map("half", [f"goemotions/{one}" for one in GOEMOTIONS], several=True)
    assert (emotions.polarities, emotions.emotions) == ((), tuple(range(28)))
    polarities = label_map("half", ["polarity/negative", "polarity/neutral", "polarity/positive"], several=True)
    assert (polarities.polarities, polarities.emotions) == ((0, 1, 2), ())


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("oliverguhr/german-sentiment-bert", ("positive", "negative", "neutral"), (1, 2, 0)),
        ("cardiffnlp/twitter-xlm-roberta-base-sentiment", ("Negative", "Neutral", "Positive"), (0, 1, 2)),
        ("cardiffnlp/twitter-xlm-roberta-base-sentiment", ("LABEL_0", "LABEL_1", "LABEL_2"), (0, 1, 2)),
        ("/models/german-sentiment-bert/", ("LABEL_0", "LABEL_1", "LABEL_2"), (1, 2, 0)),
        ("somebody/zwei", ("NEG", "POS"), (0, -1, 1)),
    ],
)
def test_well_known_polarities(name: str, labels: tuple[str, ...], expected: tuple[int, ...]) -> None:
    found = label_map(name, labels, several=False)
    assert found.polarities == expected
    assert found.emotions == ()
    assert found.together


def test_a_go_emotions_model_has_emotions_and_no_polarity() -> None:
    found = label_map("SamLowe/roberta-base-go_emotions", GOEMOTIONS, several=True)
    assert found.polarities == ()
    assert found.emotions == tuple(range(28))


def test_part_of_the_emotions_is_enough() -> None:
    found = label_map("somebody/seven", ("anger", "joy", "sadness"), several=False)
    assert found.emotions[GOEMOTIONS.index("joy")] == 1
    assert found.emotions[GOEMOTIONS.index("pride")] == -1


@pytest.mark.parametrize("labels", [("spam", "ham"), ("LABEL_0", "LABEL_1"), ("neutral", "other")])
def test_labels_that_mean_nothing_here_are_named(labels: tuple[str, ...]) -> None:
    with pytest.raises(WeightsError, match=labels[0]) as caught:
        label_map("somebody/else", labels, several=False)
    assert "oliverguhr/german-sentiment-bert" in str(caught.value)
