import pytest
from tests.store.search.asking import ask

from stimmung.speech.errors import QueryError
from stimmung.store.search.language.marking import marked
from stimmung.store.search.language.query import Place, Query


def hints(text: str) -> dict[str, str]:
    return {text[note.place.start : note.place.end]: note.instead for note in ask(text).notes}


def test_plain_words_that_could_be_filters_are_noted_with_the_filter() -> None:
    found = hints("wütend doppelte abbuchung letzte woche")
    assert found == {"wütend": "mood:anger", "letzte woche": 'on:"letzte woche"'}
    assert hints("angry about a double charge last month")["last month"] == 'on:"last month"'
    assert hints("geht vor 3 Tagen nicht") == {"vor 3 Tagen": 'on:"vor 3 Tagen"'}


def test_a_small_or_between_words_is_noted() -> None:
    assert hints("kündigung oder widerruf") == {"oder": "ODER"}
    assert hints("oder widerruf") == hints("kündigung OR widerruf") == {}


def test_the_other_reading_is_a_query() -> None:
    text = "wütend doppelte abbuchung letzte woche"
    for note in ask(text).notes:
        assert ask(text[: note.place.start] + note.instead + text[note.place.end :]).filters


def test_what_is_said_in_any_call_is_not_noted() -> None:
    for text in (
        "24 monate laufzeit",
        "may i so do",
        "2026",
        "letzte rechnung",
        '"wütend"',
        "-wütend",
        "kunde agent",
        "letzte mood:negative woche",
        "letzte, woche",
    ):
        assert hints(text) == {}, text


def test_a_place_is_marked_below_the_line() -> None:
    assert marked("rechnung modo:angry", Place(9, 13)) == "  rechnung modo:angry\n           ^^^^"


def test_the_mark_stands_under_its_place_whatever_is_before_it() -> None:
    assert marked("a\tb\nmodo:x", Place(4, 8)) == "  a b modo:x\n      ^^^^"
    assert marked("u\u0308ber modo:x", Place(6, 10)).splitlines()[1] == "       ^^^^"
    assert marked("日本 modo:x", Place(3, 7)).splitlines()[1] == "       ^^^^"


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    text = "a" * 300 + " modo:x " + "b" * 300
    line, carets = marked(text, Place(301, 305)).splitlines()
    assert len(line) < 130
    assert line.strip().startswith("…")
    assert line.endswith("…")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "modo"


def test_customers_keys_are_starred() -> None:
    for text in (
        "customer:KD004 modo:x",
        "kunde:KD004 modo:x",
        "KUNDENNUMMER:KD004 modo:x",
        'customer:"KD 004" modo:x',
    ):
        shown = marked(text, Place(len(text) - 6, len(text) - 2))
        assert "KD" not in shown, text
        assert "004" not in shown, text
        assert "modo" in shown


@pytest.mark.parametrize("text", ["😡", "…", "((", "-", '""', "?!"])
def test_where_nothing_can_be_looked_for_every_place_is_shown_and_it_is_told(text: str) -> None:
    query = ask(text)
    assert query == Query()
    assert sum("every place is shown" in note.text for note in query.notes) == 1


@pytest.mark.parametrize("text", ["", "   ", "sort:time", "😡 rechnung", "by:agent"])
def test_otherwise_it_is_not(text: str) -> None:
    assert not any("every place" in note.text for note in ask(text).notes)


def test_times_that_nothing_is_in_are_told() -> None:
    assert [note.text for note in ask("since:7d until:14d").notes] == [
        "no time is in all of these: what they have in common ends before it begins"
    ]
    assert [note.text for note in ask("since:2030-01-01").notes] == ["2030-01-01 lies ahead, and calls lie behind"]
    assert ask("on:today").notes == ask("-since:2030-01-01").notes == ask("until:2030-01-01").notes == ()


@pytest.mark.parametrize(
    ("text", "reason", "instead"),
    [
        ("seit:gestrn", "did you mean gestern?", "gestern"),
        ("since:yesterdy", "did you mean yesterday?", "yesterday"),
        ("on:wensday", "did you mean wednesday?", "wednesday"),
        ("im:okotber", "did you mean oktober?", "oktober"),
        ("until:tomorrow", "lies ahead", "today"),
        ("bis:übermorgen", "lies ahead", "today"),
        ("since:nächste woche", "lies ahead", "today"),
        ("since:32.13.2025", "there is no such day", ""),
        ("since:2025-13-01", "there is no such day", ""),
        ("on:30.2.", "there is no such day", ""),
        ("since:xyzzy", "no time that is known here; since: takes 7d", ""),
        ("distress:hoch", "or a number such as >0.7", ""),
        ("mood:xyzzy", "or a number such as <-2", ""),
    ],
)
def test_values_that_are_none_are_told_with_what_may_be_meant(text: str, reason: str, instead: str) -> None:
    with pytest.raises(QueryError) as caught:
        ask(text)
    assert reason in caught.value.reason
    assert caught.value.instead == instead
    if instead:
        ask(text.partition(":")[0] + ":" + instead)
