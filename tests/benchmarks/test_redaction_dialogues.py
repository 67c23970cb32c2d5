"""Generated dialogues: the same each time, of every kind and layout, with an item that the measure can see."""

from collections import Counter
from dataclasses import fields, replace

import pytest

from normalise import Language
from redaction_dialogues import DEVELOPMENT, harmless_dialogues, is_sound, make_dialogues
from redaction_records import KINDS, NUMBERS, Dialogue, Kind, Piece, Secret, Turn
from redaction_scores import found_in
from redaction_symbols import PLACEHOLDER
from redaction_talk import read_talk
from redaction_wording import FORMS, SPOKEN

ALL = [(language, kind) for language in KINDS for kind in KINDS[language]]
HELD_OUT = DEVELOPMENT + 1


def said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in dialogue.turns]


@pytest.mark.parametrize(("language", "kind"), ALL)
def test_an_item_is_not_found_where_nothing_went_and_found_where_just_it_went(language: Language, kind: Kind) -> None:
    for dialogue in make_dialogues(language, kind, 40, DEVELOPMENT):
        assert is_sound(dialogue)
        assert not found_in(said(dialogue), dialogue.secret, language)
        assert any(piece.item for turn in dialogue.turns for piece in turn.pieces)


def test_the_same_seed_gives_the_same_dialogues_and_another_gives_others() -> None:
    some = make_dialogues("de", "IBAN", 20, 5)
    assert make_dialogues("de", "IBAN", 30, 5)[:20] == some
    assert not set(make_dialogues("de", "IBAN", 20, 6)) & set(some)


def test_numbers_come_in_all_forms_and_over_all_layouts() -> None:
    drawn = [one for kind in NUMBERS for one in make_dialogues("de", kind, 100, DEVELOPMENT)]
    assert set(Counter(one.form for one in drawn)) == set(FORMS)
    assert set(Counter(one.layout for one in drawn)) == {"tell", "bare", "ask", "readback", "pauses", "turns", "echo"}
    assert {one.layout for one in drawn if one.kind not in {"IBAN", "CARD"}}.isdisjoint({"bare"})


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_to_be_spoken_has_no_numerals(language: Language) -> None:
    for kind in KINDS[language]:
        for dialogue in make_dialogues(language, kind, 30, DEVELOPMENT, spoken=True):
            assert not any(sign.isdigit() for turn in dialogue.turns for sign in turn.text), dialogue
            assert dialogue.form in {*SPOKEN, "full", "surname", "composed", "spelled", "said"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_other_seeds_share_no_sentence_name_or_place_with_development(language: Language) -> None:
    one, other = read_talk(language, development=True), read_talk(language, development=False)
    for name in ("openers", "greetings", "holds", "acks", "readback", "confirm", "closers", "harmless", "models"):
        assert set(getattr(one, name)).isdisjoint(getattr(other, name)), name
    for name in ("first", "last", "composed", "streets", "passwords"):
        shared = set(getattr(one.people, name)) & set(getattr(other.people, name))
        assert len(shared) <= 1, shared  # the commonest surnames
    assert one.kinds.keys() == other.kinds.keys()
    for kind, sentences in one.kinds.items():
        for field in fields(sentences):
            if field.name not in {"salutations", "answer"}:  # an answer may be the bare item
                assert set(getattr(sentences, field.name)).isdisjoint(getattr(other.kinds[kind], field.name)), kind


def test_harmless_dialogues_have_no_kind_and_differ_by_seed() -> None:
    drawn = harmless_dialogues("en", 50, HELD_OUT)
    assert all(one.kind is None and not PLACEHOLDER.search(turn.text) for one in drawn for turn in one.turns)
    assert drawn == harmless_dialogues("en", 50, HELD_OUT)
    assert set(drawn).isdisjoint(harmless_dialogues("en", 50, DEVELOPMENT))


def test_a_dialogue_whose_words_around_hold_the_item_is_not_sound() -> None:
    secret = Secret(words=frozenset({"koch"}))
    name = Piece("Petra Koch", item=True)
    fine = Dialogue("de", "NAME", "full", "tell", (Turn("customer", (Piece("Mein Name ist"), name)),), secret)
    spoilt = Dialogue("de", "NAME", "full", "tell", (*fine.turns, Turn("agent", (Piece("Ein Koch also."),))), secret)
    assert is_sound(fine)
    assert not is_sound(spoilt)
    assert not is_sound(replace(fine, secret=Secret(words=frozenset({"koch", "anna"}))))  # more than was said


def test_pieces_are_joined_by_blanks_but_for_marks() -> None:
    turn = Turn("customer", (Piece("Sie ist"), Piece("4711", item=True), Piece(".")))
    assert turn.text == "Sie ist 4711."
