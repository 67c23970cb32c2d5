"""The labels fit together: no emotion belongs to two classes, none is misspelt, each feels like its group."""

import pytest

from stimmung.models.emotion_labels import (
    GOEMOTIONS,
    NEGATIVE,
    NEUTRAL,
    POLARITIES,
    POSITIVE,
    SERVICE_CLASSES,
    SERVICE_EMOTIONS,
    XED_GROUPS,
    polarity_of,
    service_classes_of,
)


def test_goemotions_has_28_labels_the_last_of_which_is_none_of_the_others() -> None:
    assert len(set(GOEMOTIONS)) == len(GOEMOTIONS) == 28
    assert GOEMOTIONS[-1] == NEUTRAL
    assert list(GOEMOTIONS[:-1]) == sorted(GOEMOTIONS[:-1])  # the files number them by the alphabet


def test_positive_and_negative_are_labels_and_share_none() -> None:
    assert set(GOEMOTIONS) > POSITIVE | NEGATIVE
    assert not POSITIVE & NEGATIVE
    assert set(GOEMOTIONS) - POSITIVE - NEGATIVE == {"confusion", "curiosity", "realization", "surprise", "neutral"}


def test_a_label_belongs_to_at_most_one_service_class() -> None:
    members = [label for labels in SERVICE_EMOTIONS.values() for label in labels]
    assert len(members) == len(set(members))
    assert set(members) < set(GOEMOTIONS)
    assert SERVICE_CLASSES == (*SERVICE_EMOTIONS, "neutral")
    assert len(SERVICE_CLASSES) == 9


def test_a_service_class_mixes_no_polarities() -> None:
    for labels in SERVICE_EMOTIONS.values():
        assert len({polarity_of([label]) for label in labels}) == 1


def test_groups_of_xed_are_labels() -> None:
    members = [label for labels in XED_GROUPS.values() for label in labels]
    assert set(members) < set(GOEMOTIONS)
    assert len(members) == len(set(members))
    assert set(XED_GROUPS) == set(range(1, 9)) - {2, 8}  # without anticipation and trust


@pytest.mark.parametrize(
    ("labels", "polarity"),
    [
        (["gratitude", "joy"], "positive"),
        (["anger"], "negative"),
        (["anger", "surprise"], "negative"),
        (["neutral"], "neutral"),
        (["confusion"], "neutral"),
        ([], "neutral"),
        (["love", "fear"], None),
    ],
)
def test_polarity_of_labels(labels: list[str], polarity: str | None) -> None:
    assert polarity_of(labels) == polarity
    assert polarity is None or polarity in POLARITIES


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["disgust"], {"anger"}),
        (["disapproval", "grief"], {"annoyance", "sadness"}),
        (["relief", "neutral"], {"gratitude"}),
        (["curiosity"], {"neutral"}),
        (["neutral"], {"neutral"}),
        ([], {"neutral"}),
    ],
)
def test_service_classes_of_labels(labels: list[str], classes: set[str]) -> None:
    assert service_classes_of(labels) == classes
