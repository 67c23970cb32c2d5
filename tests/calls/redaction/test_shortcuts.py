"""What is left out to be quick changes nothing: words that are passed over would have been nothing, reading is reading.

Each shortcut is held against the long way on every listed word, on made-up ones, and on calls.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.redaction.talks import talk

from stimmung.calls.live_redaction import LOOKED_AT, LiveRedaction
from stimmung.calls.redaction import (
    addresses,
    birth_dates,
    emails,
    name_contexts,
    naming_words,
    number_words,
    secret_words,
    spelling,
)
from stimmung.calls.redaction.common_words import FUNCTION, ORDINARY
from stimmung.calls.redaction.conversation import _shows_case
from stimmung.calls.redaction.lines import UNFIT, WORD_BEGINS, Line, is_capital, lines_of
from stimmung.calls.redaction.name_words import FIRST_NAMES
from stimmung.calls.redaction.namings import _naming
from stimmung.calls.redaction.numbers import _is_plain, _letters
from stimmung.calls.redaction.postcodes import BRITISH, OUTWARD
from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.calls.redaction.spelling import _may_be_unit, _read, _unit
from stimmung.calls.redaction.tokens import Readings, Token, read_utterances
from stimmung.speech.records import Utterance, Word

REDACTOR = Redactor(RedactionOptions())
ODD = (
    "I i A a ä Ä ß ss ae D-E d-e-4 A.B. a.b.c doppel-l doppell doubles DE iPhone SW1A 1AA sw1a M1 4711 4,99€ 12a 3.5. "
    "+49 [IBAN] [NAME], Kundenmummer Steuer-ID Überanlaute ban code §5 € ' - … ‚ja‘ «nein» „So“ ǅ Ⅷ ª 漢 ٤٧ 1E5 x-ray"
)
LISTS = (
    number_words.BEGINNINGS, number_words.NO_LETTERS, number_words.FILLERS, number_words.UNITS_AFTER,
    naming_words.NAMED, spelling.UNITS, spelling.BETWEEN, FUNCTION, ORDINARY, FIRST_NAMES, ODD.split(),
)  # fmt: skip
LISTED = sorted({form for words in LISTS for word in words for form in (word, word.upper(), word.title(), f"{word}.,")})
MADE_UP = st.text("abdeglnorsuxzäöüßDEIKXÄ0147-.'’,?![]€@", min_size=1, max_size=9)


def tokens_of(*words: str) -> tuple[Token, ...]:
    return read_utterances(talk(f"c: {' '.join(words)}")).tokens


def check(token: Token) -> None:
    """Hold every shortcut about one word against the long way."""
    (line,) = lines_of(read_utterances(talk(f"c: {token.raw}")))
    text = token.text
    if not token.digits and _is_plain(token):
        assert text not in number_words.TIMES.keys() | number_words.SOFT.keys()
        assert text not in number_words.HUNDREDS | number_words.THOUSANDS
        assert _letters((token,), 0, 1) is None
    if not _may_be_unit(text):
        assert _unit(line, 0) is None
        assert not _read(line, 0)[0].letters
    if text not in naming_words.NAMED and len(text) <= naming_words.SHORT:
        assert _naming((token,), 0) is None
    if not token.digits:
        assert not BRITISH.fullmatch(text.upper())
        assert not OUTWARD.fullmatch(text)
    assert is_capital(token) == next((sign.isupper() for sign in token.raw if sign.isalpha()), False)
    if token.raw.islower():
        assert not _shows_case(replace(token, raw=token.raw.upper().lower()))
        assert not any(sign.isupper() for sign in token.raw)
    if text.isalnum():
        assert UNFIT.sub("", text) == text


def test_listed_words_are_passed_over_only_where_they_say_nothing() -> None:
    passed = 0
    for token in tokens_of(*LISTED):
        check(token)
        passed += _is_plain(token) and not _may_be_unit(token.text)
    assert passed > len(LISTED) / 2


@given(st.lists(MADE_UP, min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_so_are_others(words: list[str]) -> None:
    for token in tokens_of(*words):
        check(token)


@given(st.lists(st.sampled_from(LISTED), min_size=1, max_size=30), st.data())
@settings(max_examples=100, deadline=None)
def test_what_is_spelled_is_found_without_looking_at_every_word(words: list[str], data: st.DataObject) -> None:
    letters = data.draw(st.lists(st.sampled_from(["M", "wie", "Martha", "ü", "doppel", "L", "I", "eff", "a-b"])))
    (line,) = lines_of(read_utterances(talk(f"c: {' '.join([*words, *letters, *words])}")))
    assert list(spelling.spelled_in(line)) == list(_slowly(line))


def _slowly(line: Line) -> Iterator[spelling.Spelled]:
    place = 0
    while place < len(line.tokens):
        spelled, sure = _read(line, place)
        if spelling._is_word(spelled, sure):
            yield spelled
        place = max(spelled.last, place + 1)


# Numbers that are asked for, said in pieces over turns, and names, addresses and secrets between them.
PIECES = st.sampled_from(
    [
        "null eins sieben", "doppel drei", "4711 08", "DE44", "fünfundvierzig", "4111 1111", "vier sieben eins",
        "ja", "mhm, genau", "einen Moment", "meine IBAN ist", "unter der Nummer", "Kundennummer", "um 14 Uhr 30",
        "mein Name ist Erika Beispiel", "Frau Beispiel", "B wie Berta E I S", "in der Lindenstraße 12", "12345 Ulm",
        "Passwort ist Mondlandung", "am dritten fünften neunzehnhundertachtzig", "erika punkt beispiel at web punkt de",
        "das macht 49,90 Euro", "haben Sie Ihre IBAN zur Hand?", "wie heißen Sie?", "", "Danke, Erika",
    ]
)  # fmt: skip
CALLS = st.lists(st.tuples(st.sampled_from("ac"), PIECES, PIECES), min_size=1, max_size=12).map(
    lambda turns: talk(*(f"{who}: {first} {second}" for who, first, second in turns))
)


def said(utterances: Iterable[Utterance]) -> dict[tuple[float, int], tuple[str, tuple[Word, ...]]]:
    """Return the words of utterances, by where they began."""
    return {(one.start, one.channel): (one.text, one.words) for one in utterances}


def check_call(call: list[Utterance]) -> None:
    """Follow a call utterance by utterance: what is told is what the whole redactor makes of it, read afresh."""
    readings: Readings = {}
    live = LiveRedaction(REDACTOR)
    for number, new in enumerate(call):
        before, until_now = call[:number], call[: number + 1]
        whole = said(REDACTOR.redact_live(until_now).utterances)
        assert said(REDACTOR.clear_live(until_now, readings)) == whole
        seen = [one for one in until_now if one.end >= new.start - LOOKED_AT]
        near = said(REDACTOR.redact_live(seen).utterances)
        assert said(live.around([new], before)).items() <= near.items()
        text, _ = near[new.start, new.channel]
        assert live.so_far([new], before) == REDACTOR.redact_partial(text, new.language)


@given(CALLS)
@settings(max_examples=25, deadline=None)
def test_numbers_over_turns_are_held_back_as_when_nothing_is_left_out(call: list[Utterance]) -> None:
    check_call(call)


@pytest.mark.parametrize("name", ["de-address", "de-billing-angry", "de-cancellation", "en-outage", "en-vulnerable"])
def test_sample_calls_are_told_as_when_nothing_is_left_out(root: Path, name: str) -> None:
    truth = json.loads((root / "samples" / f"{name}.truth.json").read_text("utf-8"))
    speakers = {"agent": "a", "customer": "c"}
    turns = [f"{speakers[turn['role']]}: {turn['text']}" for turn in truth["utterances"]]
    check_call(talk(*turns, language=truth["language"]))


PHRASES = [
    phrase
    for module in (addresses, birth_dates, emails, name_contexts, secret_words)
    for phrase in vars(module).values()
    if isinstance(phrase, re.Pattern) and phrase.pattern.startswith(WORD_BEGINS)
]


@given(CALLS)
@settings(max_examples=25, deadline=None)
def test_phrases_that_begin_with_what_divides_words_are_found_where_they_are_behind_it(call: list[Utterance]) -> None:
    assert len(PHRASES) > 15
    for line in lines_of(read_utterances(call)):
        for phrase in PHRASES:
            behind = re.compile(f"(?<={WORD_BEGINS[:-3]}){phrase.pattern[len(WORD_BEGINS) - 3 :]}")
            assert list(line.find(phrase)) == list(line.find(behind))


def test_a_word_is_read_once_in_a_call() -> None:
    readings: Readings = {}
    call = talk("c: Meine IBAN ist DE44", "a: DE44, ja", "c: ist ist ist")
    REDACTOR.clear_live(call, readings)
    before = dict(readings)
    assert {"Meine", "IBAN", "ist", "DE44", "DE44,", "ja"} <= before.keys()
    REDACTOR.clear_live(call, readings)
    assert all(readings[word] is read for word, read in before.items())
    assert len(readings) == len(before)
