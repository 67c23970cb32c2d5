"""Why an utterance counts as distress: in words that are true of it, the strongest first."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.toy_distress import arm, said

from stimmung.calls.distress_features import CHANGE, KNOWN, MEANING, kind_of
from stimmung.calls.distress_model import read_distress_model
from stimmung.calls.distress_reasons import LOWERED, MOST, QUOTE, RAISED, quoted, reasons_of, strongest
from stimmung.speech.records import Reason, Utterance

SAID = said(12, 16, text="Das ist eine Unverschämtheit")
LEAST = 0.5
ARM = arm(words_negative=(0.2, 5.0), words_neutral=(0.7, -5.0), voice_arousal=(0.0, 2.0), voice_valence=(0.0, -2.0))


def reason(text: str, time: float = 0.0) -> Reason:
    return Reason("words", text, "so", time)


def texts(**features: float) -> list[str]:
    """Return the reasons for features of ARM, strongest first."""
    named = {name.replace("_", "."): value for name, value in features.items()}
    return [one.reason.text for one in reasons_of(SAID, ARM, named, LEAST)]


class TestAnUtterance:
    def test_that_is_calm_has_none(self) -> None:
        assert texts(words_negative=0.2, words_neutral=0.7, voice_arousal=0.0, voice_valence=0.0) == []
        assert texts(words_negative=0.0, words_neutral=1.0, voice_arousal=-0.5, voice_valence=0.5) == []
        assert texts() == []

    def test_that_is_as_calm_ones_are_has_none_by_the_shipped_weights(self) -> None:
        for one in (read_distress_model().both, read_distress_model().words, read_distress_model().voice):
            calm = {effect.feature: effect.calm for effect in one.effects}
            assert reasons_of(SAID, one, calm, LEAST) == ()

    def test_has_one_of_its_words_and_one_of_its_voice_the_stronger_first(self) -> None:
        assert texts(words_negative=0.6, voice_arousal=0.9) == ["negative words", "an aroused voice"]
        assert texts(words_negative=0.4, voice_arousal=0.9) == ["an aroused voice", "negative words"]

    def test_is_told_by_what_adds_most_on_each_side(self) -> None:
        assert texts(words_negative=0.4, words_neutral=0.1) == ["words far from neutral"]
        assert texts(words_negative=0.9, words_neutral=0.6) == ["negative words"]
        assert texts(voice_arousal=0.5, voice_valence=-0.9) == ["an unhappy voice"]

    def test_has_none_where_all_of_a_side_adds_too_little(self) -> None:
        assert texts(words_negative=0.29) == []
        assert texts(words_negative=0.31) == ["negative words"]
        assert texts(words_negative=0.5, words_neutral=0.95) == []  # +1.5 and -1.25

    def test_has_none_that_no_words_are_true_of(self) -> None:
        """A joyful voice may have a weight that speaks for distress; nobody would believe that."""
        odd = arm(voice_joy=(0.1, 9.0), words_positive=(0.1, 9.0))
        assert reasons_of(SAID, odd, {"voice.joy": 0.9, "words.positive": 0.9}, LEAST) == ()

    def test_is_not_told_by_what_speaks_against_distress(self) -> None:
        odd = arm(words_positive=(0.1, 9.0), words_negative=(0.1, -1.0))
        assert reasons_of(SAID, odd, {"words.positive": 0.9, "words.negative": 0.9}, LEAST) == ()

    def test_says_low_where_low_speaks_for_distress(self) -> None:
        weak = arm(voice_arousal=(0.0, -3.0))
        (found,) = reasons_of(SAID, weak, {"voice.arousal": -0.8}, LEAST)
        assert found.reason.text == "a voice without strength"

    def test_gives_what_was_said_and_when(self) -> None:
        (found,) = reasons_of(SAID, ARM, {"words.negative": 0.9}, LEAST)
        assert found.reason == Reason("words", "negative words", "Das ist eine Unverschämtheit", 12)
        assert found.weight == pytest.approx(0.7 * 5.0)

    def test_that_changed_says_against_what(self) -> None:
        changed = arm(**{"words_negative": (0.2, 1.0), "change.words_negative": (0.0, 5.0)})
        (found,) = reasons_of(SAID, changed, {"words.negative": 0.3, "change.words.negative": 0.6}, LEAST)
        assert (found.reason.kind, found.reason.text) == ("change", "words more negative than at first")
        assert found.weight == pytest.approx(0.1 + 3.0)

    @settings(max_examples=50)
    @given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.floats(-1, 1)))
    def test_whatever_it_is_like_has_a_reason_a_side_at_most_and_each_is_true(self, features: dict[str, float]) -> None:
        both = read_distress_model().both
        found = reasons_of(SAID, both, features, LEAST)
        assert len(found) <= 2
        assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
        calm = {effect.feature: effect.calm for effect in both.effects}
        for one in found:
            assert one.weight >= LEAST
            higher = [name for name, text in RAISED.items() if text == one.reason.text]
            lower = [name for name, text in LOWERED.items() if text == one.reason.text]
            assert all(features[name] > calm[name] for name in higher)
            assert all(features[name] < calm[name] for name in lower)
            assert {kind_of(name) for name in (*higher, *lower)} == {one.reason.kind}


class TestWords:
    def test_are_there_for_known_features_only_and_differ(self) -> None:
        assert RAISED.keys() | LOWERED.keys() <= KNOWN
        told = [*RAISED.values(), *LOWERED.values()]
        assert len(set(told)) == len(told)

    def test_are_there_for_every_feature_that_can_speak_for_distress_by_being_high(self) -> None:
        """What is left: joy, gratitude and neutral, of which nobody is in distress."""
        silent = {name for name in KNOWN if name not in RAISED and name not in LOWERED}
        assert {name.rpartition(".")[2] for name in silent} == {"positive", "gratitude", "joy"}
        assert MEANING in RAISED
        assert f"{CHANGE}.{MEANING}" in RAISED


class TestStrongest:
    def test_are_the_first_three(self) -> None:
        many = [reason(text) for text in "abcde"]
        assert strongest(many) == tuple(many[:MOST])
        assert MOST == 3

    def test_name_each_text_once_the_first_that_was_given(self) -> None:
        first, again, other = reason("a", 1.0), reason("a", 2.0), reason("b", 3.0)
        assert strongest([first, again, other]) == (first, other)

    def test_of_nothing_are_none(self) -> None:
        assert strongest([]) == ()


class TestQuotes:
    def test_are_whole_where_they_are_short(self) -> None:
        assert quoted("Ja.") == "Ja."
        assert quoted("") == ""
        assert quoted("x" * QUOTE) == "x" * QUOTE

    def test_end_at_a_word_where_they_are_long(self) -> None:
        found = quoted("Ich warte " * 40)
        assert found.endswith(("Ich warte…", "Ich…"))
        assert QUOTE - len("warte ") <= len(found) <= QUOTE

    @given(st.text(min_size=QUOTE + 1, max_size=400))
    def test_are_never_longer_and_always_what_was_said(self, text: str) -> None:
        found = quoted(text)
        assert len(found) <= QUOTE
        assert found.endswith("…")
        assert text.startswith(found[:-1])

    def test_of_one_endless_word_are_cut_within_it(self) -> None:
        assert quoted("x" * 500) == "x" * (QUOTE - 1) + "…"


def test_a_long_utterance_is_quoted_short() -> None:
    long: Utterance = replace(SAID, text="Das geht so nicht. " * 30)
    (found,) = reasons_of(long, ARM, {"words.negative": 0.9}, LEAST)
    assert len(found.reason.quote) <= QUOTE
