import pytest
from tests.store.search.asking import ask

from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.query import All, Any, Near, Not, Phrase, Prefix, Query, QueryError, Word


def understood(text: str) -> str:
    return describe(ask(text))


def test_plain_words_must_all_be_said() -> None:
    assert ask("doppelte abbuchung").words == All((Word("doppelte"), Word("abbuchung")))


def test_one_word_stands_by_itself() -> None:
    assert ask("kündigung") == Query(Word("kündigung"))


def test_nothing_asks_for_everything() -> None:
    for text in ("", "   ", "???", ":-)", "()", '""', "~", "-", "*", "| |"):
        assert ask(text) == Query(), text


def test_plain_text_of_all_kinds_is_only_words() -> None:
    for text in (
        "wütend doppelte abbuchung letzte woche",
        "Kunde: ich will kündigen. Agent: Moment bitte!",
        "Wo ist mein Geld???",
        "a) Kündigung b) Widerruf :)",
        "Strom- und Gasrechnung",
        "Rabatt 20% & Gutschein <10€>",
        'Monitor 24" kaputt',
        "um 12:30 Uhr / 24/7",
        "https://example.com/?by=agent",
        "dass's geht nicht 'echt' nicht",
        "angry customer urgent agent since yesterday",
        "sort audio inbound neutral",
    ):
        query = ask(text)
        assert query.words is not None, text
        assert (query.filters, query.meaning, query.sort) == ((), (), None), text


def test_and_between_words_is_what_a_blank_is() -> None:
    assert ask("verbunden und aufgelegt") == ask("verbunden aufgelegt")
    assert ask("und") == Query(Word("und"))
    assert ask('verbunden "und" aufgelegt').words == All((Word("verbunden"), Word("und"), Word("aufgelegt")))
    assert ask('"verbunden und aufgelegt"').words == Phrase(("verbunden", "und", "aufgelegt"))


def test_or_and_not_in_small_letters_are_words() -> None:
    assert ask("ja oder nein").words == All((Word("ja"), Word("oder"), Word("nein")))
    assert ask("geht nicht").words == All((Word("geht"), Word("nicht")))


@pytest.mark.parametrize("sign", ["OR", "ODER", "|", "||"])
def test_either_of_two(sign: str) -> None:
    assert ask(f"strom {sign} gas").words == Any((Word("strom"), Word("gas")))


@pytest.mark.parametrize("typed", ["-gas", "NOT gas", "NICHT gas", "–gas", "- -gas", "-(gas)", "NOT NOT NOT gas"])
def test_without_a_word(typed: str) -> None:
    assert ask(f"strom {typed}").words == All((Word("strom"), Not(Word("gas"))))


def test_twice_without_is_with() -> None:
    assert ask("-(-(gas))") == ask("--(NOT gas)") == ask("NOT NOT gas") == Query(Word("gas"))


def test_or_binds_tighter_than_a_blank_and_looser_than_and() -> None:
    assert understood("a b OR c d") == "a (b OR c) d"
    assert understood("a AND b OR c AND -d") == "((a b) OR (c -d))"
    assert understood("a (b OR c) d") == understood("a b OR c d")


def test_operators_without_words_around_them_are_words() -> None:
    assert ask("ODER").words == Word("ODER")
    assert ask("strom OR").words == All((Word("strom"), Word("OR")))
    assert ask("OR strom").words == All((Word("OR"), Word("strom")))
    assert ask("(strom OR) gas").words == All((Word("strom"), Word("OR"), Word("gas")))
    assert ask("NICHT").words == Word("NICHT")
    assert ask("strom NOT OR gas").words == All((Word("strom"), Any((Word("NOT"), Word("gas")))))


def test_who_types_in_capitals_means_nicht_as_a_word() -> None:
    assert ask("DAS GEHT NICHT MEHR").words == All((Word("DAS"), Word("GEHT"), Word("NICHT"), Word("MEHR")))
    assert ask("KÜNDIGUNG NICHT MÖGLICH").notes
    assert ask("SMS NICHT PUK").words == All((Word("SMS"), Not(Word("PUK"))))


@pytest.mark.parametrize("typed", ['"schon dreimal"', "„schon dreimal“", "“schon dreimal”", "«schon dreimal»"])
def test_a_phrase_in_any_quotation_marks(typed: str) -> None:
    assert ask(typed).words == Phrase(("schon", "dreimal"))


def test_a_phrase_of_one_word_is_the_word() -> None:
    assert ask('"dreimal"').words == Word("dreimal")
    assert ask('"dreim*"').words == Prefix("dreim")


def test_signs_within_a_phrase_are_none() -> None:
    assert ask('"mood:angry -x OR (y)"').words == Phrase(("mood", "angry", "x", "OR", "y"))


def test_beginnings_of_words() -> None:
    assert ask("kündig*").words == Prefix("kündig")
    assert ask("kündig**").words == Prefix("kündig")
    assert ask('"echt kündig*"').words == Phrase(("echt", "kündig"), prefix=True)
    assert ask("Kund*innen").words == ask("Kund:innen").words == ask("Kund_innen").words == Prefix("Kund")
    assert ask("*rechnung").words == Word("rechnung")


@pytest.mark.parametrize("typed", ["kü*", "a*b", '"kündig* vertrag"', '"rechnung dopp*"~5', '"echt kü*"'])
def test_beginnings_that_cannot_be(typed: str) -> None:
    with pytest.raises(QueryError, match=r"(three|3) letters"):
        ask(typed)


def test_a_star_alone_in_quotes_is_left_out() -> None:
    query = ask('"echt *"')
    assert query.words == Word("echt")
    assert "left out" in query.notes[0].text


def test_words_near_each_other() -> None:
    assert ask('"rechnung doppelt"~5').words == Near(("rechnung", "doppelt"), 5)
    assert ask('"rechnung"~5').words == Word("rechnung")
    for typed in ('"a b"~0', '"a b"~11'):
        with pytest.raises(QueryError, match="within 1 to 10"):
            ask(typed)


def test_meanings() -> None:
    for typed in ('~"charged twice"', "~(charged twice)", "~„charged twice“", '~"charged   twice'):
        assert ask(typed).meaning == ("charged twice",), typed
    assert ask("~charged twice") == Query(Word("twice"), ("charged",))
    assert ask('~"er sagte ""nein"""').meaning == ('er sagte "nein"',)
    assert ask('~"a b" ~"c"').meaning == ("a b", "c")
    assert ask('~"" ~"?!"') == Query()


def test_a_meaning_can_be_neither_left_out_nor_one_of_several() -> None:
    for typed in ('-~"charged twice"', "NOT ~charged", "rechnung OR ~charged", "-(a ~b)"):
        with pytest.raises(QueryError):
            ask(typed)


def test_an_open_quote_ends_before_the_filters() -> None:
    query = ask('"schon dreimal mood:angry -by:agent')
    assert query.words == Phrase(("schon", "dreimal"))
    assert [one.values for one in query.filters] == [("anger",), ("agent",)]
    assert "not closed" in query.notes[0].text
    assert ask('rechnung "um 12:30 Uhr').words == All((Word("rechnung"), Phrase(("um", "12:30", "Uhr"))))


def test_an_open_bracket_is_closed_with_a_note() -> None:
    query = ask("rechnung (strom OR gas")
    assert describe(query) == "rechnung (strom OR gas)"
    assert "not closed" in query.notes[0].text


def test_filters_in_brackets_hold_for_the_whole() -> None:
    assert ask("(rechnung mood:angry) by:customer") == ask("rechnung mood:angry by:customer")


def test_values_of_one_filter_may_stand_in_either_or() -> None:
    assert ask("rechnung mood:angry OR mood:sad") == ask("rechnung mood:angry,sad")
    assert ask("on:heute OR on:gestern") == ask("on:heute,gestern")


@pytest.mark.parametrize(
    "typed",
    ["rechnung OR mood:angry", "mood:angry OR by:agent", "pace:>180 OR pace:<90", "(a mood:angry) OR mood:sad",
     "-mood:angry OR mood:sad", "meta.a:1 OR meta.b:1"],
)  # fmt: skip
def test_either_or_over_different_things_is_refused(typed: str) -> None:
    with pytest.raises(QueryError, match="OR stands between"):
        ask(typed)


def test_what_is_left_out_is_words_or_one_filter() -> None:
    assert ask("-(mood:angry)") == ask("NOT mood:angry") == ask("-mood:angry") == ask("mood:-angry")
    assert ask("-(a b)").words == Not(All((Word("a"), Word("b"))))
    for typed in ("-(mood:angry by:agent)", "-(a mood:angry)"):
        with pytest.raises(QueryError, match="write - before each"):
            ask(typed)


def test_injections_are_words() -> None:
    for typed in (
        "'; DROP TABLE calls;--",
        "' OR 1=1 --",
        "x' UNION SELECT text FROM utterances WHERE call='1",
        "$(rm x) `id` ${jndi}",
        "<script>alert(1)</script>",
        "%s %(x)s {0} :name \\",
        "kündigung & !abc <-> b:*",
    ):
        query = ask(typed)
        assert query.words is not None, typed
        assert (query.filters, query.meaning) == ((), ()), typed


def test_the_words_asked_for_as_one_text() -> None:
    query = ask('wo wurde "zweimal abgebucht" strom OR gas -werbung kündig* mood:angry')
    assert query.plain == "wo wurde zweimal abgebucht strom gas kündig"


def test_too_much_is_refused_where_it_begins() -> None:
    words = " ".join(["ja"] * 33)
    with pytest.raises(QueryError, match="more than 32") as caught:
        ask(words)
    assert caught.value.place.start == len(words) - 2
    assert ask(" ".join(["ja"] * 32)).words is not None
    with pytest.raises(QueryError, match="1001 characters") as caught:
        ask("a" * 1001)
    assert (caught.value.place.start, caught.value.place.end) == (1000, 1001)
    assert ask("a" * 1000).words == Word("a" * 1000)


def test_values_and_words_of_phrases_count() -> None:
    with pytest.raises(QueryError, match="more than 32"):
        ask('"' + "ja " * 33 + '"')
    with pytest.raises(QueryError, match="more than 32"):
        ask("queue:" + ",".join(str(number) for number in range(33)))


def nested(depth: int) -> str:
    return "a (b OR (" * (depth // 2) + "a c" + "))" * (depth // 2)


def test_groups_within_groups_have_an_end() -> None:
    assert ask(nested(6)).words is not None
    with pytest.raises(QueryError, match="8 deep"):
        ask(nested(8))
    with pytest.raises(QueryError, match="8 deep"):
        ask("(" * 500 + "a")
    assert ask("(" * 20 + "a" + ")" * 20) == Query(Word("a"))


def test_notes_are_told_in_order_and_stand_inside_the_text() -> None:
    text = 'xyz:foo *rechnung (gestern "offen'
    notes = ask(text).notes
    assert len(notes) == 5
    assert [note.place.start for note in notes] == sorted(note.place.start for note in notes)
    assert all(0 <= note.place.start < note.place.end <= len(text) for note in notes)


def test_a_query_knows_its_text_and_does_not_show_it() -> None:
    query = ask("kunde:KD00412345 rechnung")
    assert query.text == "kunde:KD00412345 rechnung"
    assert "KD00412345" not in repr(query)
