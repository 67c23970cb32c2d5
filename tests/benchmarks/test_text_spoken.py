"""Loss through speech: the same texts in pairs, XED's on the families that it can tell apart, words counted."""

from pathlib import Path

import numpy as np
import pytest

import text_spoken
from stimmung.models.emotion_labels import POLARITIES, SERVICE_CLASSES, XED_GROUPS, service_classes_of
from stimmung.models.training.text_corpora import LabelledText
from text_judged import Bools, Judged
from text_scores import micro_f1
from text_spoken import FAMILIES, Marks, Pairs, class_counts, heard_pairs, loss, marks, side_figures, word_errors
from wer import rate


def found(*classes: set[str]) -> Bools:
    return np.array([[name in own for name in SERVICE_CLASSES] for own in classes], bool)


def xed(*groups: int) -> LabelledText:
    return LabelledText("Das ist ein Satz", "de", "xed", groups=frozenset(groups))


def goemotions(*emotions: str) -> LabelledText:
    return LabelledText("That is a sentence", "en", "goemotions", emotions=frozenset(emotions))


GERMEVAL = LabelledText("Die Bahn kommt", "de", "germeval", polarity="positive")


def test_families_are_what_xed_can_tell_apart_and_no_class_is_in_two() -> None:
    members = [name for family in FAMILIES for name in family]
    assert sorted(members) == sorted(set(SERVICE_CLASSES) - {"confusion"})
    for names in XED_GROUPS.values():  # a group never falls into two families
        touched = [family for family in FAMILIES if set(family) & service_classes_of(names)]
        assert len(touched) == 1


@pytest.mark.parametrize(
    ("groups", "said", "counted"),
    [
        ((1,), {"annoyance"}, [1, 0, 0]),
        ((1,), {"anger", "annoyance"}, [1, 0, 0]),
        ((3,), {"anger"}, [1, 0, 0]),
        ((5,), {"gratitude"}, [1, 0, 0]),
        ((6,), {"disappointment", "fear"}, [1, 1, 0]),
        ((7,), {"neutral"}, [1, 0, 0]),
        ((4, 6), {"fear"}, [1, 0, 1]),
        ((4,), {"confusion"}, [0, 0, 1]),
    ],
)
def test_xed_is_compared_by_family(groups: tuple[int, ...], said: set[str], counted: list[int]) -> None:
    assert class_counts([xed(*groups)], found(said)).tolist() == [counted]


def test_goemotions_is_compared_by_class_and_germeval_not_at_all() -> None:
    texts = [goemotions("anger"), GERMEVAL, goemotions("confusion")]
    counted = class_counts(texts, found({"annoyance"}, {"joy"}, {"confusion"}))
    assert counted.tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 0]]


def judged(polarities: list[str], classes: Bools | None) -> Judged:
    rows = np.array([[float(name == one) for name in POLARITIES] for one in polarities])
    shares = None if classes is None else classes.astype(float)
    return Judged(rows, None, shares, np.ones(len(rows), bool), np.full(28, 0.5), np.full(9, 0.5))


def test_loss_is_clean_less_heard_in_points_and_both_is_the_mean() -> None:
    texts = [GERMEVAL] * 4 + [xed(1)] * 4
    classes = found(*[{"neutral"}] * 4, *[{"anger"}] * 4)
    clean = marks(texts, judged(["positive"] * 8, classes))
    worse = found(*[{"neutral"}] * 4, *[{"anger"}] * 3, {"joy"})
    heard = marks(texts, judged(["positive"] * 2 + ["neutral"] * 6, worse))
    lost = loss(clean, heard)
    assert lost.polarity.value == pytest.approx(50)
    assert lost.classes is not None
    assert lost.classes.value == pytest.approx(25)
    assert lost.both is not None
    assert lost.both.value == pytest.approx((50 + 25) / 2)
    assert lost.both.low < lost.both.value < lost.both.high
    figures = side_figures(clean, heard, lost)
    assert figures["polarity_texts"] == 4
    assert (figures["polarity_clean"], figures["polarity_heard"]) == (1.0, 0.5)
    assert figures["loss_points"] == pytest.approx(37.5)


def test_what_stays_the_same_loses_nothing() -> None:
    texts = [GERMEVAL, xed(4)] * 10
    same = marks(texts, judged(["positive", "negative"] * 10, found({"joy"}, {"fear"}).repeat(10, axis=0)))
    lost = loss(same, same)
    assert lost.both is not None
    assert (lost.both.value, lost.both.low, lost.both.high) == (0, 0, 0)


def test_a_model_of_polarity_loses_polarity_only() -> None:
    same = marks([GERMEVAL] * 3, judged(["positive"] * 3, None))
    lost = loss(same, same)
    assert lost.polarity.value == 0
    assert lost.classes is None
    assert side_figures(same, same, lost)["loss_points"] is None


def test_marks_count_a_text_as_often_as_it_is_drawn() -> None:
    one = Marks(
        np.array([True, True, False]), np.array([True, False, True]), np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    )
    assert one.polarity(np.array([0, 0, 1, 2])) == pytest.approx(2 / 3)
    assert one.micro_f1(np.array([0, 0, 1])) == pytest.approx(micro_f1(np.array([[2, 1, 1]])))


def test_words_are_held_against_what_the_voice_was_given() -> None:
    said = LabelledText("[NAME] sagt: 3 Züge fahren https://example.org", "de", "germeval")
    right = LabelledText("Alex sagt drei Züge fahren", "de", "germeval")
    wrong = LabelledText("", "de", "germeval")
    assert rate(word_errors(Pairs("de", (said,), (right,)))) == 0
    assert rate(word_errors(Pairs("de", (said, said), (right, wrong)))) == 0.5


def test_transcripts_that_are_kept_are_not_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "text" / "goemotions"
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text("Thank you so much\t15\ta\nThat is bad\t3\tb\n", "utf-8")
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "spoken-en.tsv").write_text("That is bad\tThat is bed.\nThank you so much\t\n", "utf-8")
    pairs = heard_pairs(tmp_path, "en", kept)
    assert {(clean.text, heard.text) for clean, heard in zip(pairs.clean, pairs.heard, strict=True)} == {
        ("That is bad", "That is bed."),
        ("Thank you so much", ""),
    }
    assert text_spoken.QUICK_TEXTS < 100
    assert len(heard_pairs(tmp_path, "en", kept, count=1).clean) == 1
