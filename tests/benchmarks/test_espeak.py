"""The truth of word times: espeak-ng's marks become words, and they fit what can be heard."""

import numpy as np
import pytest

from espeak import Espeak, Mark, SpokenWord, words_of
from sentences import PATTERNS, sentences
from word_truth import alone, bordering_words, shifted, spoken_sentences

TEXT = ["Guten", "Tag,", "es", "geht", "nicht", "mehr."]


def word(time: float, place: int | None) -> Mark:
    return Mark(time, word=place)


def pause(time: float) -> Mark:
    return Mark(time, pause=True)


def test_a_word_ends_at_the_pause_or_at_the_next_word() -> None:
    marks = [
        word(0.0, 0),
        word(0.3, 1),
        pause(0.7),
        pause(0.8),
        word(0.9, 2),
        word(1.1, 3),
        word(1.4, 4),
        word(1.8, 5),
        pause(2.2),
    ]
    assert words_of(TEXT, marks) == (
        SpokenWord("Guten", 0.0, 0.3, joined=True),
        SpokenWord("Tag,", 0.3, 0.7),
        SpokenWord("es", 0.9, 1.1, joined=True),
        SpokenWord("geht", 1.1, 1.4, joined=True),
        SpokenWord("nicht", 1.4, 1.8, joined=True),
        SpokenWord("mehr.", 1.8, 2.2),
    )


def test_a_pair_that_is_one_word_to_the_library_leaves_its_border_open() -> None:
    marks = [word(0.0, 0), word(0.3, 1), pause(0.7), word(0.9, 2), word(1.1, 3), word(1.4, 4), pause(2.2)]
    *_, first, second = words_of(TEXT, marks)
    assert (first.start, first.end) == (1.4, None)
    assert (second.start, second.end) == (None, 2.2)


def test_a_mark_at_no_words_place_gives_no_times() -> None:
    marks = [
        word(0.0, 0),
        word(0.3, 1),
        pause(0.7),
        word(0.9, 2),
        word(1.1, 3),
        word(1.4, 4),
        word(1.8, None),
        pause(2.2),
    ]
    *_, first, second = words_of(TEXT, marks)
    assert (first.start, first.end) == (1.4, None)
    assert (second.start, second.end) == (None, None)


@pytest.mark.parametrize("language", ["de", "en"])
def test_sentences_differ_are_repeatable_and_hold_no_digits(language: str) -> None:
    made = sentences(language, 100, seed=0)  # type: ignore[arg-type]  # parametrize widens the literals
    assert len(set(made)) == 100
    assert made == sentences(language, 100, seed=0)  # type: ignore[arg-type]  # the same
    assert made != sentences(language, 100, seed=1)  # type: ignore[arg-type]  # the same
    assert not any(letter.isdigit() for sentence in made for letter in sentence)
    assert all(sentence[0].isupper() and sentence[-1] in ".?" and "  " not in sentence for sentence in made)


def test_every_pattern_has_room_for_many_sentences() -> None:
    for patterns in PATTERNS.values():
        assert min(np.prod([len(column) for column in columns]) for columns in patterns) >= 50


def test_only_words_at_silence_have_times_and_lone_ones_both() -> None:
    pieces = [
        {"text": "Ja.", "start": 1.0, "end": 1.4},
        {"text": "Das geht so.", "start": 1.7, "end": 3.0},
        {"text": "Gut.", "start": 3.1, "end": 3.5},
    ]
    assert bordering_words(pieces) == (
        SpokenWord("Ja.", 1.0, 1.4),
        SpokenWord("Das", 1.7, None),
        SpokenWord("geht", None, None),
        SpokenWord("so.", None, None),
        SpokenWord("Gut.", None, 3.5),
    )


def test_shifting_keeps_what_is_unknown_unknown() -> None:
    assert shifted(SpokenWord("x", None, 1.0), 0.5) == SpokenWord("x", None, 1.5)


@pytest.mark.needs("espeak-ng")
def test_espeak_tells_every_word_of_a_plain_sentence() -> None:
    spoken = Espeak().say("Guten Tag, ich möchte meinen Vertrag kündigen.", "gmw/de", 160)
    assert [w.text for w in spoken.words] == "Guten Tag, ich möchte meinen Vertrag kündigen.".split()
    starts = [w.start for w in spoken.words if w.start is not None]
    assert len(starts) == 7
    assert starts == sorted(starts)
    assert [w.joined for w in spoken.words] == [True, False, True, True, True, True, False]
    last = spoken.words[-1].end
    assert last is not None
    assert last <= len(spoken.samples) / spoken.rate


@pytest.mark.needs("espeak-ng")
def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(ValueError, match="no voice 'klingon-x'"):
        Espeak().say("Hallo.", "klingon-x", 160)


@pytest.mark.needs("espeak-ng")
def test_events_lie_where_sound_begins_and_ends() -> None:
    for language in ("de", "en"):
        speech, check = spoken_sentences(language, 8)
        assert len(check.starts) >= 8
        assert np.abs(np.median(check.starts)) < 25  # ms
        assert np.abs(np.median(check.ends)) < 25
        assert np.percentile(np.abs([*check.starts, *check.ends]), 95) < 60
        sound, rate = speech.sound.samples[0], speech.sound.rate
        for one in speech.words[0]:  # words of the strung sentences lie in sound, not in the silence between
            if one.start is not None and one.end is not None:
                assert np.abs(sound[round(one.start * rate) : round(one.end * rate)]).max() > 0.01
        assert alone(speech).words[0][0].text == speech.words[0][0].text
