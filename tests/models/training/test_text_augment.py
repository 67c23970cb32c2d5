"""Spoken forms of a text: each change by itself, how often it comes, and the same again from the same seed."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.models.training.text_augment import (
    FILLERS,
    LOOKALIKES,
    NAMES,
    Augmentation,
    augment,
    name_placeholders,
    plain,
)

NONE = Augmentation(**{field.name: 0.0 for field in fields(Augmentation)})
ALL = Augmentation(**{field.name: 1.0 for field in fields(Augmentation)})
TEXT = "Das ist, ehrlich gesagt, schon das fünfte Mal!"


def forms(how: Augmentation, text: str = TEXT, language: str = "de", heard: str | None = None) -> list[str]:
    """Return a hundred forms of a text."""
    draw = np.random.default_rng(7)
    return [augment(text, language, heard, how, draw) for _ in range(100)]


def test_without_changes_a_text_stays_as_it_is() -> None:
    assert set(forms(NONE, heard="das fünfte mal")) == {TEXT}


def test_the_same_seed_makes_the_same_forms() -> None:
    assert forms(Augmentation()) == forms(Augmentation())
    assert len(set(forms(Augmentation()))) > 20


def test_a_transcript_comes_as_often_as_it_should() -> None:
    found = forms(replace(NONE, heard=0.4), heard="das ist ehrlich gesagt das fünfte mal")
    assert found.count("das ist ehrlich gesagt das fünfte mal") == pytest.approx(40, abs=15)
    assert set(forms(replace(NONE, heard=1.0), heard=None)) == {TEXT}


def test_plain_texts_have_neither_capitals_nor_marks() -> None:
    assert set(forms(replace(NONE, plain=1.0))) == {"das ist ehrlich gesagt schon das fünfte mal"}
    assert plain("It's 50% off - WELL… (e-mail), 5€!") == "it's 50% off - well e-mail 5€"


def test_a_text_of_marks_alone_keeps_them() -> None:
    assert set(forms(replace(NONE, plain=1.0), "?!")) == {"?!"}


@pytest.mark.parametrize("language", ["de", "en", "fr"])
def test_fillers_are_those_of_the_language(language: str) -> None:
    fillers = FILLERS.get(language, FILLERS["en"])
    for form in forms(replace(NONE, fillers=1.0), language=language):
        assert any(form in with_filler(filler) for filler in fillers)


def with_filler(filler: str) -> list[str]:
    """Return the text with the filler in every place."""
    words = TEXT.split()
    return [" ".join([*words[:place], filler, *words[place:]]) for place in range(len(words) + 1)]


def test_long_texts_get_more_fillers() -> None:
    words = " ".join(["wort"] * 24)
    assert {len(form.split()) for form in forms(replace(NONE, fillers=1.0), words)} == {27}


def test_dropped_words_leave_the_others_in_order() -> None:
    found = forms(replace(NONE, dropped=1.0, drop=0.3))
    for form in found:
        words = iter(TEXT.split())
        assert all(word in words for word in form.split())
    lost = 100 * len(TEXT.split()) - sum(len(form.split()) for form in found)
    assert lost / (100 * len(TEXT.split())) == pytest.approx(0.3, abs=0.06)


def test_short_texts_lose_no_words_and_no_text_loses_all() -> None:
    assert set(forms(replace(NONE, dropped=1.0, drop=0.9), "Das ist gut")) == {"Das ist gut"}
    assert set(forms(replace(NONE, dropped=1.0, drop=1.0))) == {TEXT}


def test_misspelt_words_sound_alike_or_lose_a_letter() -> None:
    found = set(forms(replace(NONE, misspelt=1.0, misspell=1.0), "Freiheit"))
    alike = {"Fraiheit", "Fräiheit", "Freieheit", "Freiheid"}
    assert alike < found
    for form in found - alike:
        assert any(form == "Freiheit"[:at] + "Freiheit"[at + 1 :] for at in range(1, 8))


def test_short_words_that_nothing_sounds_like_stay() -> None:
    assert set(forms(replace(NONE, misspelt=1.0, misspell=1.0), "uns")) == {"uns"}


def test_lookalikes_are_pairs_of_different_spellings() -> None:
    assert all(first != second for first, second in LOOKALIKES)
    assert len(set(LOOKALIKES)) == len(LOOKALIKES)


def test_placeholders_become_names_and_words() -> None:
    text = "[NAME] and [NAME] talk of [RELIGION]"
    named = name_placeholders(text, np.random.default_rng(1)).split()
    assert named[0] in NAMES
    assert named[2] in NAMES
    assert named[-1] == "religion"
    assert {name_placeholders(text, np.random.default_rng(1)) for _ in range(5)} == {" ".join(named)}


@given(text=st.text(min_size=1), language=st.sampled_from(["de", "en", ""]), seed=st.integers(0, 99))
def test_no_text_is_lost_altogether(text: str, language: str, seed: int) -> None:
    form = augment(text, language, None, ALL, np.random.default_rng(seed))
    assert form.strip() or not text.strip()
    assert form == augment(text, language, None, ALL, np.random.default_rng(seed))
