"""The moments that a picture points at."""

from dataclasses import replace

from tests.calls.judged_calls import JUDGED, customer

from stimmung.calls.plot_notes import MOST, notes_of, quoted
from stimmung.calls.records import CallerDistress, DistressPeak


def test_the_worst_moment_and_the_turning_point_come_by_time_with_their_quotes() -> None:
    assert [(note.time, note.text) for note in notes_of(JUDGED)] == [
        (21, "0:21 worst: urgent, score 93 %, “I am old, this is an emergency!”"),
        (61, "1:01 mood turns from -2.7 to +3.0, after agent: “Somebody is on the way.”"),
    ]


def test_a_safety_phrase_has_a_note_where_it_is_not_the_worst_moment() -> None:
    early = replace(JUDGED, utterances=(customer(1, 3, "Help.", 0.0, "urgent"), *JUDGED.utterances))
    assert notes_of(early)[0].text == "0:01 names an emergency: “an emergency”"
    assert len(notes_of(early)) == 3


def test_without_distress_the_worst_mood_stands_in() -> None:
    silent = tuple(replace(one, distress=None) for one in JUDGED.utterances)
    first, _ = notes_of(replace(JUDGED, distress=(), utterances=silent))
    assert first.text == "0:21 worst mood -4.5, “I am old, this is an emergency!”"


def test_of_a_calm_caller_there_is_no_worst_distress() -> None:
    calm = CallerDistress(1, "", 0.1, "calm", "steady", (), DistressPeak(0.24, "calm", 30.0))
    said = tuple(replace(one, distress=None) for one in JUDGED.utterances)
    texts = [note.text for note in notes_of(replace(JUDGED, distress=(calm,), utterances=said))]
    assert texts[0].startswith("0:21 worst mood -4.5")
    assert not any("calm" in text or "score" in text for text in texts)


def test_a_call_that_was_not_judged_has_none() -> None:
    bare = tuple(replace(one, distress=None, text_emotion=None) for one in JUDGED.utterances)
    assert notes_of(replace(JUDGED, distress=(), course=(), utterances=bare)) == []


def test_there_are_never_more_than_a_reader_takes_in() -> None:
    many = tuple(customer(n, n + 0.5, "Help.", 0.0, "urgent") for n in range(20))
    notes = notes_of(replace(JUDGED, utterances=many))
    assert len(notes) == MOST
    assert [note.time for note in notes] == sorted(note.time for note in notes)
    assert any("worst" in note.text for note in notes)


def test_a_long_quote_is_cut_at_a_word_and_stays_on_its_line() -> None:
    assert quoted("so\n it goes") == "“so it goes”"
    assert quoted("word " * 50).endswith("word …”")
    assert len(quoted("word " * 50)) < 100
