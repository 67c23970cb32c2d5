"""Labels of voice models mean what their corpora mean by them; what means nothing here is refused."""

import pytest

from stimmung.models.voice_label_maps import (
    COUNTED_AS,
    PLACES,
    SCORED,
    SYNONYMS,
    ClassMap,
    DimensionMap,
    voice_label_map,
)
from stimmung.speech.errors import WeightsError


@pytest.mark.parametrize(
    ("labels", "meanings"),
    [
        (("neu", "hap", "ang", "sad"), ("neutral", "joy", "anger", "sadness")),
        (("angry", "disgust", "fearful", "surprised"), ("anger", "disgust", "fear", "surprise")),
        (("ANG", "DIS", "FEA", "HAP", "NEU"), ("anger", "disgust", "fear", "joy", "neutral")),
        (("Wut", "Langeweile", "Ekel", "Angst", "Freude"), ("anger", "boredom", "disgust", "fear", "joy")),
        (("anger", "joy", "Pleasant Surprise", " contempt "), ("anger", "joy", "surprise", "contempt")),
        (("happiness", "fear", "other"), ("joy", "fear", "")),
    ],
)
def test_names_of_the_corpora_are_known(labels: tuple[str, ...], meanings: tuple[str, ...]) -> None:
    assert voice_label_map("m", labels) == ClassMap(meanings)


def test_calm_and_boredom_count_as_neutral_and_boredom_keeps_its_place() -> None:
    known = voice_label_map("m", ("calm", "angry", "boredom", "neutral", "disgust"))
    assert isinstance(known, ClassMap)
    assert known.outputs_of("neutral") == (0, 2, 3)
    assert known.outputs_of("anger") == (1,)
    assert known.outputs_of("joy") == ()
    assert known.places[2].arousal < known.places[3].arousal == 0


def test_disgust_surprise_and_contempt_count_for_none_of_the_five() -> None:
    known = voice_label_map("m", ("anger", "fear", "disgust", "surprise", "contempt"))
    assert isinstance(known, ClassMap)
    assert sorted(at for key in SCORED for at in known.outputs_of(key)) == [0, 1]


def test_dimensions_are_found_wherever_they_stand() -> None:
    assert voice_label_map("m", ("arousal", "dominance", "valence")) == DimensionMap(0, 2)
    assert voice_label_map("m", ("Valence", "Arousal")) == DimensionMap(arousal=1, valence=0)


@pytest.mark.parametrize(
    "labels",
    [
        ("LABEL_0", "LABEL_1"),
        ("negative", "neutral", "positive"),
        ("yes", "no", "happy", "seven"),  # keywords
        ("arousal", "dominance"),
        ("arousal", "valence", "gender"),
        ("calm", "neutral", "boredom"),
    ],
)
def test_labels_without_a_meaning_here_are_refused_with_the_way_out(labels: tuple[str, ...]) -> None:
    with pytest.raises(WeightsError, match=r"id2label of its config\.json") as refused:
        voice_label_map("owner/model", labels)
    assert "owner/model" in str(refused.value)
    assert ", ".join(labels) in str(refused.value)


def test_every_emotion_that_a_label_can_mean_has_a_place_in_its_quarter() -> None:
    assert set(SYNONYMS.values()) == set(PLACES)
    assert set(SCORED) | set(COUNTED_AS) <= set(PLACES)
    assert all(abs(place.arousal) <= 1 and abs(place.valence) <= 1 for place in PLACES.values())
    assert all(PLACES[one].arousal > 0 > PLACES[one].valence for one in ("anger", "fear", "disgust", "frustration"))
    assert all(PLACES[one].arousal < 0 and PLACES[one].valence < 0 for one in ("sadness", "boredom"))
    assert all(PLACES[one].arousal > 0 and PLACES[one].valence > 0 for one in ("joy", "excitement", "surprise"))
