from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from search_quality_cut import ELSEWHERE
from search_quality_labels import holds
from search_quality_records import NOW, ZONE, Place, QualitySet
from search_quality_set import build_set, faults, read_set, write_set
from search_quality_sources import read_asked, read_fillers, read_heard, read_scripts
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import Note


@pytest.fixture(scope="module")
def found() -> QualitySet:
    return read_set()


@pytest.fixture(scope="module")
def said(found: QualitySet) -> dict[str, Place]:
    return found.utterances


def keys(found: QualitySet, words: str, grade: int) -> set[str]:
    query = next(query for query in found.queries if query.words == words)
    return {key for key, own in query.relevant.items() if own == grade}


def test_the_set_has_no_faults(found: QualitySet) -> None:
    assert list(faults(found)) == []


def test_questions_about_nothing_kept_are_asked_once(found: QualitySet) -> None:
    elsewhere = ELSEWHERE.read_text("utf-8").splitlines()
    assert len(set(elsewhere)) == len(elsewhere) >= 20
    assert not {query.plain for query in found.queries} & set(elsewhere)


def test_it_is_what_was_written_by_hand(found: QualitySet) -> None:
    assert build_set() == found


def test_it_is_kept_as_it_was_made(tmp_path: Path, found: QualitySet) -> None:
    write_set(found, tmp_path)
    assert read_set(tmp_path) == found


def test_it_is_large_enough(found: QualitySet) -> None:
    assert len(found.calls) >= 150
    assert sum(len(call.utterances) for call in found.calls) >= 1_500
    assert len(found.queries) >= 150
    counted = Counter((query.kind, query.half) for query in found.queries)
    assert len(counted) == 16
    assert min(counted.values()) >= 5


def test_halves_are_equal_in_each_kind(found: QualitySet) -> None:
    counted = Counter((query.kind, query.half) for query in found.queries)
    for kind, _ in counted:
        assert abs(counted[kind, "development"] - counted[kind, "held-out"]) <= 2


def test_cross_queries_mean_the_other_language(found: QualitySet, said: dict[str, Place]) -> None:
    for query in found.queries:
        if query.kind == "cross":
            meant = {said[key].said.language for key, grade in query.relevant.items() if grade == 2}
            assert meant == {"en" if query.language == "de" else "de"}, query.words


def test_misheard_queries_mean_something_that_was_misheard(found: QualitySet, said: dict[str, Place]) -> None:
    for query in found.queries:
        if query.kind == "misheard":
            meant = [said[key].said for key, grade in query.relevant.items() if grade == 2]
            assert any(one.text != one.said for one in meant), query.words


def test_words_in_another_sense_answer_nothing(found: QualitySet) -> None:
    other = {key for key, one in found.utterances.items() if any(name.startswith("x_") for name in one.said.intents)}
    answering = {key for query in found.queries for key in query.relevant}
    assert {found.utterances[key].said.said for key in other & answering} == {
        "Ich bin selbst Anwältin und möchte meine Berufshaftpflicht erweitern.",
        "I'm a solicitor myself and need cover for my practice.",
    }


def test_what_stands_around_the_matter_answers_nothing(found: QualitySet) -> None:
    answering = {found.utterances[key].said.said for query in found.queries for key in query.relevant}
    around = {filler.text for fillers in read_fillers().values() for filler in fillers}
    assert not answering & around


def test_a_double_charge_is_meant_in_both_languages(found: QualitySet) -> None:
    meant = {found.utterances[key].said.said for key in keys(found, "doppelt abgebucht", 2)}
    assert {
        "Sie haben mir die Stromrechnung doppelt abgebucht.",
        "I've been charged twice for my October bill.",
    } < meant
    assert "I only looked at a map twice." not in meant


def test_filters_hold_for_all_that_is_relevant(found: QualitySet, said: dict[str, Place]) -> None:
    filtered = [query for query in found.queries if query.filters]
    assert len(filtered) >= 30
    for query in filtered:
        for key in query.relevant:
            assert all(holds(part)(said[key]) for part in query.filters.split()), query.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by:customer", True),
        ("by:agent", False),
        ("lang:de,en", True),
        ("mood:angry", True),
        ("mood:negative", True),
        ("emotion:negative", False),
        ("emotion:anger,fear", True),
        ("queue:rechnung", True),
        ("queue:technik", False),
        ("meta.company:Nordlicht", True),
        ("distress:>0.2", True),
        ("distress:>0.9", False),
        ("last:500s", True),
        ("last:1s", False),
        ("since:2026-09-01", True),
        ("until:2026-09-01", False),
    ],
)
def test_a_filter_is_read_as_it_is_meant(found: QualitySet, text: str, expected: bool) -> None:
    call = found.calls[0]
    angry = next(one for one in call.utterances if one.mood == "anger")
    assert holds(text)(Place(call, angry)) is expected


def test_a_day_is_included_on_both_sides(found: QualitySet) -> None:
    call = replace(found.calls[0], started_at=datetime(2026, 10, 5, 12, tzinfo=ZONE))
    assert holds("since:2026-10-05")(Place(call, call.utterances[0]))
    assert holds("until:2026-10-05")(Place(call, call.utterances[0]))
    assert not holds("until:2026-10-04")(Place(call, call.utterances[0]))


@pytest.mark.parametrize(("text", "told"), [("colour:red", "colour:red"), ("since:2030-01-01", "lies after")])
def test_a_filter_that_the_labels_do_not_know_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        holds(text)


def test_no_answer_lies_near_a_bound_in_time(found: QualitySet, said: dict[str, Place]) -> None:
    for query in found.queries:
        for part in query.filters.split():
            name, _, value = part.partition(":")
            if name in ("since", "until"):
                day = datetime.fromisoformat(value).replace(tzinfo=ZONE)
                for key in query.relevant:
                    assert abs((said[key].call.started_at - day).total_seconds()) > 12 * 3600


def test_every_query_is_in_the_language_of_queries(found: QualitySet) -> None:
    for query in found.queries:
        for text in (query.text, query.by_meaning):
            assert _trouble(parse(text, now=NOW, zone=ZONE).notes) == [], text


def _trouble(notes: tuple[Note, ...]) -> list[str]:
    """Return what is noted beside the hint that a word of feeling is looked for as a word."""
    return [note.text for note in notes if not note.instead.startswith("mood:")]


def test_calls_are_whole(found: QualitySet) -> None:
    for call in found.calls:
        assert call.started_at < NOW
        assert all(earlier.end <= later.start for earlier, later in pairwise(call.utterances))
        assert call.utterances[-1].end < call.duration
        assert {one.language for one in call.utterances} == {call.language}
        assert call.silence_seconds > 0
        for one in call.utterances:
            assert (one.mood is None) == (one.role == "agent") == (one.emotions == {})


def test_a_mood_is_the_only_clear_emotion(found: QualitySet) -> None:
    angry = next(one for call in found.calls for one in call.utterances if one.mood == "anger")
    assert [name for name in SERVICE_CLASSES if angry.emotions[name] > 0.3] == ["anger"]
    assert angry.polarity == "negative"


def test_faults_are_told(found: QualitySet) -> None:
    query = found.queries[0]
    wrong = replace(query, relevant={"de999.00": 2})
    assert list(faults(QualitySet(found.calls, (query, query)))) == [
        f"{query.key}: 2 queries have this key",
        f"{query.text}: asked 2 times",
    ]
    assert list(faults(QualitySet(found.calls, (wrong,)))) == [f"{query.key}: de999.00 is no utterance of the set"]
    empty = replace(query, relevant={})
    assert list(faults(QualitySet(found.calls, (empty,)))) == [f"{query.key}: nothing is what was meant"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_was_heard_belongs_to_a_line(language: str) -> None:
    lines = {line.text for script in read_scripts(language) if script.heard for line in script.lines}
    assert set(read_heard(language)) <= lines


def test_every_query_says_what_it_is_for() -> None:
    assert all(asked.need and asked.plain for asked in read_asked())
