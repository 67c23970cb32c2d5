from typing import get_args

import pytest
from tests.store.search.asking import ask, filter_of

from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.models.voice_label_maps import SCORED
from stimmung.speech.records import Polarity
from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.fields import Choice, vocabulary
from stimmung.store.search.language.query import Between, Condition, CustomerKey, Field, QueryError, Sort


def choice(name: str) -> Choice:
    found = vocabulary().by_name[name].choice
    assert found is not None
    return found


def test_the_emotions_are_those_of_the_models() -> None:
    assert set(choice("emotion").names) == set(SERVICE_CLASSES)
    assert set(choice("voice").names) == set(SCORED)
    assert set(choice("mood").names) == {*get_args(Polarity), *SERVICE_CLASSES}


def test_every_field_can_be_asked_for() -> None:
    fields = {Field.TIME, Field.META}
    for one in vocabulary().filters:
        fields |= {one.choice.field} if one.choice else set()
        fields |= {one.number.field} if one.number else set()
        fields |= {one.text} if one.text else set()
    assert fields == set(Field)


def test_no_name_is_that_of_two_filters() -> None:
    names = [name for one in vocabulary().filters for name in one.names]
    assert len(names) == len(set(names))
    assert all(vocabulary().named(name) is one for one in vocabulary().filters for name in one.names)


@pytest.mark.parametrize("typed", ["länge:>5s", "laenge:>5s", "LÄNGE:>5s", "la\u0308nge:>5s", "Length:>5s"])
def test_names_are_found_however_they_are_spelled(typed: str) -> None:
    assert filter_of(typed) == Condition(Field.LENGTH, ">", (5.0,))


@pytest.mark.parametrize("typed", ["wütend", "WÜTEND", "wuetend", "angry", "anger", "ärger", '"wütend"', "wütend."])
def test_values_are_found_however_they_are_spelled(typed: str) -> None:
    assert filter_of(f"mood:{typed}") == Condition(Field.MOOD, "=", ("anger",))


@pytest.mark.parametrize(
    "typed",
    ["mood:angry,sad", "mood:angry, sad", "mood:angry|sad", "mood:angry;sad", "mood:(angry OR sad)",
     "mood:(wütend, traurig)", 'mood:"angry",sad', "mood:angry,sad,angry"],
)  # fmt: skip
def test_one_of_several_values(typed: str) -> None:
    assert filter_of(typed) == Condition(Field.MOOD, "=", ("anger", "sadness"))


def test_a_word_behind_a_comma_that_is_no_value_is_a_word() -> None:
    assert describe(ask("mood:angry, rechnung")) == "rechnung mood:anger"


def test_a_value_after_a_blank_is_one_where_it_is_in_the_list() -> None:
    assert filter_of("mood: angry").values == ("anger",)
    assert filter_of("mood=angry").values == ("anger",)
    assert filter_of("seit: gestern").field is Field.TIME
    assert describe(ask("Stimmung: war gut")) == "Stimmung war gut"
    assert ask("queue: technik").filters == ()
    assert "no value of queue" in ask("queue: technik").notes[0].text


def test_what_was_said_stands_by_whom() -> None:
    assert filter_of("von:kunde") == filter_of("by:customer") == Condition(Field.BY, "=", ("customer",))
    assert filter_of("-by:agent,kunde") == Condition(Field.BY, "=", ("agent", "customer"), negated=True)
    assert filter_of("-by:-agent") == filter_of("by:agent")


def test_moods_are_words_or_numbers() -> None:
    assert filter_of("mood:neutral") == Condition(Field.MOOD, "=", ("neutral",))
    assert filter_of("emotion:neutral") == Condition(Field.EMOTION, "=", ("neutral",))
    assert filter_of("mood:<-2") == Condition(Field.MOOD_SCORE, "<", (-2.0,))
    assert filter_of("mood:-2") == Condition(Field.MOOD_SCORE, ">=", (-2.0,))
    assert filter_of("call.mood:<-1,5") == Condition(Field.CALL_MOOD, "<", (-1.5,))


def test_states_can_be_compared() -> None:
    assert filter_of("distress:>=uneasy").values == ("uneasy", "distressed", "urgent")
    assert filter_of("distress:>uneasy").values == ("distressed", "urgent")
    assert filter_of("distress:uneasy+").values == ("uneasy", "distressed", "urgent")
    assert filter_of("zustand:<belastet") == Condition(Field.CALL_STATE, "=", ("calm", "uneasy"))
    with pytest.raises(QueryError):
        ask("distress:>unknown")
    with pytest.raises(QueryError):
        ask("mood:>angry")


def test_scores_of_distress() -> None:
    assert filter_of("distress:>0.7") == filter_of("distress:>70%") == Condition(Field.DISTRESS, ">", (0.7,))
    assert filter_of("call.distress:0.3-0.7") == Condition(Field.CALL_DISTRESS, "=", (Between(0.3, 0.7),))


def test_places_in_the_call() -> None:
    assert filter_of("first:30s") == filter_of("erste:<30s") == Condition(Field.FIRST, "<=", (30.0,))
    assert filter_of("last:60s") == filter_of("letzte:1min") == Condition(Field.LAST, "<=", (60.0,))
    assert filter_of("at:1:00-2:30") == Condition(Field.AT, "=", (Between(60.0, 150.0),))
    assert filter_of("at:1:23") == Condition(Field.AT, "=", (Between(83.0, 83.0),))
    with pytest.raises(QueryError, match="one length"):
        ask("first:10s-20s")


def test_a_bound_of_a_place_in_the_call_is_kept() -> None:
    assert filter_of("at:>1:00") == Condition(Field.AT, "=", (Between(60.0, 7 * 86_400.0),))
    assert filter_of("at:<1:00") == Condition(Field.AT, "=", (Between(0.0, 60.0),))
    with pytest.raises(QueryError):
        ask("first:>30s")


def test_numbers_may_be_compared_without_a_colon() -> None:
    expected = Condition(Field.DURATION, ">", (300.0,))
    for typed in ("duration>5m", "dauer > 5 min", "duration:>5m", "duration: >5m", "dauer:mehr als 5 Minuten"):
        assert filter_of(typed) == expected, typed
    assert filter_of("pace<=120") == Condition(Field.PACE, "<=", (120.0,))


def test_a_number_takes_the_words_that_belong_to_it_and_no_more() -> None:
    assert describe(ask("silence:> 20 s kündigung")) == "kündigung silence:>20s"
    assert describe(ask("stille:über 20 Sekunden Leitung tot")) == "Leitung tot silence:>20s"
    assert describe(ask("pace:>180 24 monate")) == "24 monate pace:>180"


def test_names_of_the_house_are_kept_as_they_are_written() -> None:
    assert filter_of('queue:"Technik Nord",Vertrieb').values == ("Technik Nord", "Vertrieb")
    assert filter_of("team:(Nord OR Süd)").values == ("Nord", "Süd")
    assert filter_of('queue:"say ""hi"""').values == ('say "hi"',)
    assert filter_of("call:2026-11-03T08:15_a").values == ("2026-11-03T08:15_a",)
    assert filter_of('queue:"a\x00b\ud800"').values == ("a b",)


def test_names_of_the_house_are_whole() -> None:
    with pytest.raises(QueryError, match="whole names") as caught:
        ask("queue:tech*")
    assert caught.value.instead == "tech"
    assert filter_of('queue:"tech*"').values == ("tech*",)


def test_metadata_has_keys() -> None:
    assert filter_of("meta.Shop-Id:Köln") == Condition(Field.META, "=", ("Köln",), key="Shop-Id")
    assert filter_of("META.tarif.name:x").key == "tarif.name"
    assert ask("meta:x").filters == ()


def test_a_customers_key_is_not_shown() -> None:
    for typed in ("customer:KD00412345", "kunde:KD00412345", 'kundennummer:"KD00412345"'):
        query = ask(typed)
        assert query.filters == (Condition(Field.CUSTOMER, "=", (CustomerKey("KD00412345"),)),)
        assert "KD00412345" not in describe(query) + repr(query)


@pytest.mark.parametrize(
    ("typed", "sort"),
    [("sort:time", "time"), ("sort:neueste", "time"), ("sortierung:älteste", "oldest"), ("sort:distress", "distress"),
     ("sort:relevanz", "relevance"), ("sort:oldest sort:time", "time")],
)  # fmt: skip
def test_orders(typed: str, sort: Sort) -> None:
    assert ask(typed).sort == sort
    assert ask(typed).filters == ()


def test_other_lists() -> None:
    assert filter_of("lang:Deutsch,en").values == ("de", "en")
    assert filter_of("direction:in").values == ("inbound",)
    assert filter_of("verlauf:verschlechtert").values == ("worsening",)
    assert filter_of("hat:aufnahme") == Condition(Field.HAS, "=", ("audio",))
    assert filter_of("stimme:ängstlich") == Condition(Field.VOICE, "=", ("fear",))


def test_filters_that_exclude_each_other_are_noted() -> None:
    assert "at once" in ask("by:agent by:customer").notes[0].text
    assert ask("by:agent,customer by:agent").notes == ()
    assert ask("by:agent -by:customer").notes == ()
    assert ask("mood:angry mood:sad").notes == ()  # words may show both


@pytest.mark.parametrize(
    ("typed", "place", "instead"),
    [
        ("x modo:angry", "modo", "mood"),
        ("mode:angry", "mode", "mood"),
        ("stimung:wütend", "stimung", "mood"),
        ("feeling:angry", "feeling", "mood"),
        ("mood:agry", "agry", "anger"),
        ("mood:enttäucht", "enttäucht", "disappointment"),
        ("by:angry", "angry", "mood:angry"),
        ("voice:calm", "calm", "arousal:<0"),
        ("agent:Meier", "agent:Meier", "by:agent"),
        ("since:3m", "3m", "3mo"),
        ("last:5m", "5m", "5min"),
        ("on:11/03/2026", "11/03/2026", "2026-11-03"),
        ("silence:>20", ">20", ">20s"),
        ("distress:>70", ">70", ">0.7"),
        ("kü* x", "kü*", "kü"),
        ("sort:tim", "tim", "time"),
        ("mood:angry,foo", "foo", ""),
        ("lang:fr", "fr", ""),
        ("since:foo bar", "foo", ""),
        ("duration:>8d", ">8d", ""),
        ("on:2026-11-05..2026-11-01", "2026-11-05..2026-11-01", ""),
        ("mood:7", "7", ""),
        ("duration:long", "long", ">5min"),
        ("queue:()", "(", ""),
    ],
)
def test_mistakes_are_shown_where_they_are_with_what_was_meant(typed: str, place: str, instead: str) -> None:
    with pytest.raises(QueryError) as caught:
        ask(typed)
    error = caught.value
    assert typed[error.place.start : error.place.end] == place
    assert error.instead == instead
    assert error.reason in str(error)


def test_a_suggestion_that_is_followed_is_understood() -> None:
    for typed in ("modo:angry", "mood:agry", "voice:calm", "since:3m", "last:5m", "silence:>20", "agent:x"):
        with pytest.raises(QueryError) as caught:
            ask(typed)
        error = caught.value
        mended = typed[: error.place.start] + error.instead + typed[error.place.end :]
        assert ask(mended.replace("voice:arousal", "arousal")).filters, mended


def test_a_small_or_between_filters_is_no_word() -> None:
    assert ask("mood:angry or mood:sad") == ask("mood:angry ODER mood:sad") == ask("mood:angry,sad")
    assert ask("mood:angry und by:kunde") == ask("mood:angry by:kunde")
    assert describe(ask("ja oder mood:sad")) == "ja oder mood:sadness"


def test_both_genders_are_no_customers_key() -> None:
    assert describe(ask("Kunde:innen Kunde:r")) == "Kunde* Kunde r"
    assert filter_of("kunde:r2d2").field is filter_of("kunde:in-17").field is Field.CUSTOMER


def test_a_word_with_a_colon_that_is_no_filter_is_a_word() -> None:
    for typed in ("Problem:Internet", "Uhr:zwölf", "http://x.example", "12:30", "Grund:Kündigung", "x:y"):
        assert ask(typed).words is not None
        assert ask(typed).filters == ()


@pytest.mark.parametrize("value", ["'agent'", '"x" OR 1=1'])
def test_sql_is_no_filter(value: str) -> None:
    assert ask(f"SELECT x WHERE call={value}").filters == ()
