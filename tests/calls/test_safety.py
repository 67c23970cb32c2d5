"""Which words set a floor under the distress score: every example and near miss of the list, negation, spelling."""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stimmung.calls.safety import SafetyHit, SafetyPhrases
from stimmung.calls.safety_file import CATEGORIES, FLOORS, Category, Entry
from stimmung.calls.safety_text import fold


@pytest.fixture(scope="module")
def phrases() -> SafetyPhrases:
    return SafetyPhrases.load()


def entries(phrases: SafetyPhrases) -> list[tuple[str, Entry]]:
    return [(language, entry) for language, listed in phrases.entries.items() for entry in listed]


def kinds(hits: Sequence[SafetyHit]) -> set[Category]:
    return {hit.category for hit in hits}


# --- the list that is shipped


def test_every_entry_is_hit_by_its_examples_and_not_by_its_near_misses(phrases: SafetyPhrases) -> None:
    wrong = []
    for language, entry in entries(phrases):
        for text in entry.examples:
            if not any(hit.category == entry.category for hit in phrases.find(text, language)):
                wrong.append(f"{language} {entry.category}: '{entry.written}' misses '{text}'")
        for text in entry.near_misses:
            if any(hit.category == entry.category for hit in phrases.find(text, language)):
                wrong.append(f"{language} {entry.category}: '{text}' is no {entry.category}")
    assert wrong == []


def test_every_example_is_found_by_its_own_entry_alone(phrases: SafetyPhrases) -> None:
    """A phrase that is never the one to match is either wrong or not needed."""
    for language, entry in entries(phrases):
        for text in entry.examples:
            folded = fold(text)
            found = any(entry.phrase.expression.match(folded.line, start) for start in folded.starts)
            assert found, f"{language}: '{entry.written}' misses '{text}'"


def test_both_languages_have_every_category_in_breadth(phrases: SafetyPhrases) -> None:
    for language in ("de", "en"):
        counted = Counter(entry.category for entry in phrases.entries[language])
        assert min(counted[category] for category in ("emergency", "self_harm", "violence")) >= 15
        assert set(counted) == set(CATEGORIES)
        assert sum(counted.values()) >= 100


def test_nearly_every_entry_has_a_near_miss_beside_it(phrases: SafetyPhrases) -> None:
    without = [entry.written for _, entry in entries(phrases) if not entry.near_misses]
    assert len(without) / len(entries(phrases)) < 0.1


def test_no_entry_stands_there_twice(phrases: SafetyPhrases) -> None:
    for listed in phrases.entries.values():
        assert [written for written, times in Counter(entry.written for entry in listed).items() if times > 1] == []


def test_danger_now_is_urgent_and_hard_situations_are_not(phrases: SafetyPhrases) -> None:
    acute = [entry for _, entry in entries(phrases) if entry.category in {"emergency", "self_harm", "violence"}]
    slow = [entry for _, entry in entries(phrases) if entry.category in {"medical", "vulnerable"}]
    assert sum(entry.floor == "urgent" for entry in acute) / len(acute) > 0.8
    assert not [entry.written for entry in slow if entry.floor == "urgent"]


# --- negation, mere cases, idioms


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das ist kein Notfall."),
        ("de", "Es ist nicht so, dass das ein Notfall wäre, dass hier ein Notfall ist."),
        ("de", "Ich glaube nicht, dass es ein Notfall ist."),
        ("de", "Ein Notfall ist das nicht."),
        ("de", "Nein, keine Schmerzen in der Brust."),
        ("de", "Schmerzen in der Brust habe ich keine."),
        ("de", "Ich habe weder Brustschmerzen noch Atemnot."),
        ("de", "Keine Brustschmerzen oder Atemnot."),
        ("de", "Niemand ist verletzt."),
        ("de", "Ich brauche keinen Krankenwagen."),
        ("de", "Hier riecht es nicht nach Gas."),
        ("en", "It's not an emergency."),
        ("en", "It is not really an emergency."),
        ("en", "I don't think this is an emergency."),
        ("en", "I am not saying that it is an emergency."),
        ("en", "Nobody is hurt."),
        ("en", "No one has been injured."),
        ("en", "There is no chest pain."),
        ("en", "No chest pain or shortness of breath."),
        ("en", "I have neither chest pain nor shortness of breath."),
        ("en", "You don't need to call an ambulance."),
        ("en", "I'm not suicidal."),
        ("de", "Welche Nummer rufe ich an, falls mal ein Notfall ist?"),
        ("de", "Wenn es bei uns brennt, zahlt das die Versicherung?"),
        ("de", "Sollte jemand Brustschmerzen bekommen, wohin dann?"),
        ("de", "Im Notfall melde ich mich wieder."),
        ("de", "Ich habe mir die Notfallnummer notiert."),
        ("de", "Ich hätte gern das Notfallpaket und den Notfall-Kontakt."),
        ("de", "Wo ist die nächste Notrufsäule?"),
        ("de", "Ich war Feuer und Flamme, aber der Vortrag war sterbenslangweilig."),
        ("de", "Das bringt mich noch um."),
        ("en", "What number do I call in an emergency?"),
        ("en", "If there is an emergency, who comes?"),
        ("en", "Who do I call in case of an emergency?"),
        ("en", "Can I get the emergency exit seat?"),
        ("en", "I want to add an emergency contact."),
        ("en", "That kills me, honestly."),
        ("en", "Let's get to the heart of the matter, the phone has a dead battery."),
        ("en", "I almost had a heart attack when I saw the price."),
    ],
)
def test_no_hit(phrases: SafetyPhrases, language: str, text: str) -> None:
    assert phrases.find(text, language) == ()


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        ("de", "Das ist nicht nur eine Störung, das ist nicht nur ein Notfall, es brennt!", "emergency"),
        ("de", "Das ist nicht nur ein Notfall.", "emergency"),
        ("de", "Es ist kein Scherz, das ist ein Notfall.", "emergency"),
        ("de", "Kein Scherz das ist ein Notfall", "emergency"),
        ("de", "Nein, das ist ein Notfall!", "emergency"),
        ("de", "Die Schmerzen in der Brust sind nicht mehr auszuhalten.", "emergency"),
        ("de", "Ich kann nicht länger warten das ist ein Notfall", "emergency"),
        ("de", "Mein Mann kriegt keine Luft.", "emergency"),
        ("de", "Ich will nicht mehr leben.", "self_harm"),
        ("de", "Es geht nicht mehr, ich will nicht mehr leben.", "self_harm"),
        ("de", "Wenn das so weitergeht, bringe ich mich um.", "self_harm"),
        ("de", "Ich weiß nicht, ob ich mich umbringen soll.", "self_harm"),
        ("de", "Ich habe Angst vor meinem Mann.", "violence"),
        ("de", "Wir haben ein Baby und seit Tagen keine Heizung.", "medical"),
        ("de", "Mein Mann ist im Frühjahr gestorben.", "vulnerable"),
        ("en", "This is not just an emergency.", "emergency"),
        ("en", "No, this is an emergency!", "emergency"),
        ("en", "No this is an emergency", "emergency"),
        ("en", "I can not wait any longer this is an emergency", "emergency"),
        ("en", "It's no joke, this is an emergency.", "emergency"),
        ("en", "I can't breathe.", "emergency"),
        ("en", "If you hang up I'll kill myself.", "self_harm"),
        ("en", "I don't know if I want to kill myself.", "self_harm"),
        ("en", "I don't want to live anymore.", "self_harm"),
        ("en", "I'm afraid of my husband.", "violence"),
        ("en", "My mother is on dialysis.", "medical"),
        ("en", "My husband passed away in the spring.", "vulnerable"),
    ],
)
def test_hit(phrases: SafetyPhrases, language: str, text: str, category: Category) -> None:
    assert category in kinds(phrases.find(text, language))


@pytest.mark.parametrize(
    ("language", "variants"),
    [
        ("en", ["I can't breathe", "I can’t breathe", "i cant breathe", "I cannot breathe", "I CAN NOT BREATHE"]),
        ("en", ["I, I... I can't, uh, breathe.", "I can't can't breathe"]),
        ("en", ["We're trapped in the lift.", "we are trapped in the lift", "We’re... trapped in the, the lift"]),
        ("en", ["call nine one one", "Call 911!", "please call 9-1-1, I mean call 911"]),
        ("de", ["Sie stürzt aus der Tür, er tritt gegen die Tür", "er tritt gegen die Tuer", "ER TRITT GEGEN DIE TÜR"]),
        ("de", ["Ich brauche das Beatmungsgerät", "das Beatmungs-Gerät", "ein Beatmungs Geraet", "BEATMUNGSGERÄT"]),
        ("de", ["Ich krieg keine Luft", "ich krieg, äh, keine keine Luft", "Ich... krieg... keine Luft"]),
        ("de", ["weil ich mich töte", "weil ich mich toete", "weil ich mich to\u0308te"]),
    ],
)
def test_spelling_does_not_matter(phrases: SafetyPhrases, language: str, variants: list[str]) -> None:
    found = {text: kinds(phrases.find(text, language)) for text in variants}
    assert all(found.values()), found
    assert len({frozenset(categories) for categories in found.values()}) == 1


def test_a_hit_says_what_where_and_why(phrases: SafetyPhrases) -> None:
    text = "Oh dear. I’ve got chest  pain, and I am all alone here."
    pain, alone = phrases.find(text, "en")
    assert (pain.category, pain.floor, pain.quote) == ("emergency", "urgent", "chest  pain")
    assert pain.reason == "names pain in the chest"
    assert (alone.category, alone.floor) == ("vulnerable", "uneasy")
    assert [text[hit.start : hit.end] for hit in (pain, alone)] == [pain.quote, alone.quote]


@pytest.mark.parametrize("language", ["", "fr", "nl"])
def test_an_unknown_language_is_looked_through_for_both(phrases: SafetyPhrases, language: str) -> None:
    assert "emergency" in kinds(phrases.find("Das ist ein Notfall!", language))
    assert "emergency" in kinds(phrases.find("This is an emergency!", language))


def test_a_known_language_has_its_own_list_only(phrases: SafetyPhrases) -> None:
    assert phrases.find("Das ist ein Notfall!", "en") == ()
    assert phrases.find("This is an emergency!", "de") == ()


def test_words_count_once_a_category_with_the_highest_floor(phrases: SafetyPhrases) -> None:
    (hit,) = phrases.find("Das ist ein medizinischer Notfall.", "de")
    assert hit.quote == "ein medizinischer Notfall"
    stranded = phrases.find("Wir stehen mitten auf der Autobahn, es brennt hier!", "de")
    assert [hit.floor for hit in stranded] == ["distressed", "urgent"]


def test_of_the_sample_calls_only_the_vulnerable_caller_says_one(phrases: SafetyPhrases, root: Path) -> None:
    found: dict[str, set[Category]] = {}
    for file in sorted((root / "samples").glob("*.truth.json")):
        call = json.loads(file.read_text("utf-8"))
        said = [part["text"] for part in call["utterances"] if part["role"] == "customer"]
        found[call["name"]] = {kind for text in said for kind in kinds(phrases.find(text, call["language"]))}
    assert {name for name, categories in found.items() if categories} == {"en-vulnerable"}
    assert found["en-vulnerable"] == {"medical", "vulnerable"}


# --- any text at all

FRAGMENTS = [
    "Notfall",
    "kein",
    "can't",
    "’",
    "'",
    ".",
    "...",
    "breathe",
    "ein",
    "n't",
    " ",
    "\n",
    "nicht",
    "mich",
    "um",
]


@given(text=st.text() | st.lists(st.sampled_from(FRAGMENTS)).map(" ".join), language=st.sampled_from(["de", "en", ""]))
@example(text="I can't \u0308breathe\u0308", language="en")
@example(text="ſtirbt İch kann nicht atmen", language="de")
def test_any_text_is_survived_and_spans_lie_in_it(phrases: SafetyPhrases, text: str, language: str) -> None:
    hits = phrases.find(text, language)
    assert [text[hit.start : hit.end] for hit in hits] == [hit.quote for hit in hits]
    assert all(hit.quote and hit.floor in FLOORS for hit in hits)
    assert all(first.start <= second.start for first, second in pairwise(hits))


@given(st.text(alphabet="ab'’. ,-\u0308ßÄ1"))
def test_folded_words_stand_where_the_text_has_them(text: str) -> None:
    folded = fold(text)
    assert [folded.line[start:end] for start, end in zip(folded.starts, folded.ends, strict=True)] == [
        f" {word.text}" for word in folded.words
    ]
    assert all(first.start < first.end <= len(text) for first in folded.words)
    assert re.fullmatch(r"(?:[.,]? \w+)*\.", folded.line)


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda text: text.replace("'", "’")])
def test_case_and_apostrophes_do_not_matter(phrases: SafetyPhrases, change: Callable[[str], str]) -> None:
    for language, entry in entries(phrases):
        for text in (*entry.examples, *entry.near_misses):
            assert kinds(phrases.find(change(text), language)) == kinds(phrases.find(text, language)), text


def seconds(phrases: SafetyPhrases, text: str) -> float:
    """Return the processor time of one search, best of three: another process may have had the core."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        phrases.find(text, "")
        spent.append(time.process_time() - begun)
    return min(spent)


def test_ten_thousand_characters_take_less_than_50_ms(phrases: SafetyPhrases) -> None:
    told = " ".join(text for _, entry in entries(phrases) for text in entry.examples)
    limit = 0.05 if sys.gettrace() is None else 1.0  # measuring coverage slows each line down
    assert seconds(phrases, told[:10_000]) < limit


@pytest.mark.parametrize(
    "unit",
    ["a", "ich ", "I am ", "can not ", "es brennt hier ", "baby ", "nicht ein ", "Notfall", "'", "...", " - ", "- ",
     "ein Notfall ", "my mother is very very ", "I I ", "water a b c d ", "no "],
)  # fmt: skip
def test_no_text_takes_more_than_its_length(phrases: SafetyPhrases, unit: str) -> None:
    short, long = ((unit * 40_000)[:length] for length in (10_000, 40_000))
    assert seconds(phrases, long) < 9 * max(seconds(phrases, short), 0.001)  # four times the text; squared would be 16
