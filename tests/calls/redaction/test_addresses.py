"""Streets with numbers and postcodes with towns are addresses; towns, ways and squares by themselves are none."""

import pytest
from tests.calls.redaction.talks import found


@pytest.mark.parametrize(
    ("turn", "addresses"),
    [
        ("Ich wohne in der Gartenstraße 8, 50733 Köln.", ["Gartenstraße 8, 50733 Köln"]),
        ("Gartenstraße acht. Fünf null sieben drei drei Köln.", ["Gartenstraße acht. Fünf null sieben drei drei Köln"]),
        (
            "Hauptstraße vierundzwanzig, eins null eins eins fünf Berlin. Der Techniker kommt.",
            ["Hauptstraße vierundzwanzig, eins null eins eins fünf Berlin"],
        ),
        (
            "wir wohnen in der gartenstraße acht in fünf null sieben drei drei köln und brauchen hilfe",
            ["gartenstraße acht in fünf null sieben drei drei köln"],
        ),
        ("Berliner Str. 12 a, 60311 Frankfurt am Main, bitte.", ["Berliner Str. 12 a, 60311 Frankfurt am Main"]),
        ("Gartenstraße acht in Köln. Gilt sie ab sofort?", ["Gartenstraße acht in Köln"]),
        ("Das ist die Karl-Marx-Allee 5.", ["Karl-Marx-Allee 5"]),
        ("Wir sind am Rosa Luxemburg Platz 3.", ["Rosa Luxemburg Platz 3"]),
        ("Meine Adresse ist An der Alten Mühle 4, 22765 Hamburg.", ["An der Alten Mühle 4, 22765 Hamburg"]),
        ("Ich wohne Am Markt 3 und der Vertrag läuft 24 Monate.", ["Am Markt 3"]),
        ("Meine Postleitzahl ist 50733.", ["50733"]),
        ("Die PLZ ist acht null drei drei eins München.", ["acht null drei drei eins München"]),
        ("Wir sitzen in 10115 Berlin.", ["10115 Berlin"]),
        (
            "Sonnenweg doppel eins, null vier eins null drei Leipzig",
            ["Sonnenweg doppel eins, null vier eins null drei Leipzig"],
        ),
    ],
)
def test_german_addresses_are_found(turn: str, addresses: list[str]) -> None:
    assert found("ADDRESS", f"c: {turn}") == addresses


@pytest.mark.parametrize(
    ("turn", "addresses"),
    [
        ("It's 221B Baker Street, London NW1 6XE. Thanks.", ["221B Baker Street, London NW1 6XE"]),
        ("forty two elm road bristol b s one four d j please", ["forty two elm road bristol b s one four d j"]),
        ("I live at Flat 3, 12 Queen's Road, Manchester. It is nice.", ["Flat 3, 12 Queen's Road, Manchester"]),
        ("1600 Pennsylvania Avenue, Springfield, IL 62704.", ["1600 Pennsylvania Avenue, Springfield, IL 62704"]),
        ("My postcode is SW1A 1AA.", ["SW1A 1AA"]),
        ("The postcode is S W one A one A A.", ["S W one A one A A"]),
        ("one oh one one five is the zip", ["one oh one one five"]),
        ("We are at 9 Orchard Close, York.", ["9 Orchard Close, York"]),
        ("Send it to 14 5th Avenue.", ["14 5th Avenue"]),
    ],
)
def test_english_addresses_are_found(turn: str, addresses: list[str]) -> None:
    assert found("ADDRESS", f"c: {turn}", language="en") == addresses


@pytest.mark.parametrize(
    "turn",
    [
        "In Köln regnet es. Ich ziehe nach Hamburg. Wir kommen aus Frankfurt am Main.",
        "Auf dem Parkplatz 5 Autos. Am Montag 3 Stunden. Im Januar 2024 war es besser.",
        "Der Weg 10 Minuten zu Fuß. Ich habe 12345 Schritte gezählt. Das kostet 50000 Euro.",
        "Die Straße ist gesperrt. Der Verkäufer 3 war nett. Der Arbeitsplatz 2 ist frei.",
        "Bahnsteig 4, Gleis 3. Die Bundesstraße 7 ist zu. Ein Umweg 5 Kilometer lang.",
        "Meine E-Mail-Adresse haben Sie. Der Tarif Allnet 5 kostet 20 Euro.",
    ],
)
def test_german_service_talk_stays(turn: str) -> None:
    assert found("ADDRESS", f"c: {turn}") == []


@pytest.mark.parametrize(
    "turn",
    [
        "It is 20 minutes drive and two hours away. I drove 20 miles down the road.",
        "It's a one way street. There are 2 people in the street. We live in York.",
        "I have 3 hard drives and 2 green ones. One of the best places.",
        "I moved from Leeds to York 5 days ago. My email address is on file.",
    ],
)
def test_english_service_talk_stays(turn: str) -> None:
    assert found("ADDRESS", f"c: {turn}", language="en") == []


@pytest.mark.parametrize(
    ("question", "answer", "address"),
    [
        ("Ihre Postleitzahl?", "Ja, die ist fünf null sieben drei drei.", "fünf null sieben drei drei"),
        ("Wie lautet die neue Anschrift?", "Lindenhof 12, das ist neu.", "Lindenhof 12"),
        ("Wo wohnen Sie jetzt?", "In der Gartenstraße.", "Gartenstraße"),
    ],
)
def test_what_was_asked_for_is_found_in_the_answer(question: str, answer: str, address: str) -> None:
    assert found("ADDRESS", f"a: {question}", f"c: {answer}") == [address]
    assert found("ADDRESS", f"x: {question}", f"x: {answer}") == [address]


@pytest.mark.parametrize(
    ("question", "answer", "address"),
    [
        ("What's your postcode?", "SW1A 1AA.", "SW1A 1AA"),
        ("And the zip code?", "one oh one one five", "one oh one one five"),
        ("What's your address?", "edson street", "edson street"),
    ],
)
def test_in_english_too(question: str, answer: str, address: str) -> None:
    assert found("ADDRESS", f"a: {question}", f"c: {answer}", language="en") == [address]


def test_a_street_and_a_postcode_are_known_from_then_on() -> None:
    turns = (
        "c: Gartenstraße acht, fünf null sieben drei drei Köln.",
        "a: Die Gartenstraße, gut. Also fünf null sieben drei drei?",
        "c: Genau. In Köln.",
    )
    assert found("ADDRESS", *turns)[1:] == ["Gartenstraße", "fünf null sieben drei drei"]


def test_an_address_may_be_told_over_several_turns() -> None:
    turns = ("c: Gartenstraße acht", "a: ja", "c: fünf null sieben", "a: mhm", "c: drei drei Köln")
    assert found("ADDRESS", *turns) == ["Gartenstraße acht fünf null sieben drei drei Köln"]


@pytest.mark.parametrize(
    ("turns", "addresses"),
    [
        (["a: Wohin liefern wir?", "c: An der Alten Mühle 7, 50733 Köln."], ["An der Alten Mühle 7, 50733 Köln"]),
        (["c: Der Techniker soll kommen, Rosenkamp 83, 50733 Köln."], ["Rosenkamp 83", "50733 Köln"]),
        (["a: wo wohnen sie", "c: ich wohne rosenkamp 31"], ["rosenkamp 31"]),
        (["a: Wo wohnen Sie?", "c: Rosenkamp 31.", "a: ja", "c: sieben vierundvierzig dreiundfünfzig Passau"],
         ["Rosenkamp 31. sieben vierundvierzig dreiundfünfzig Passau"]),
    ],
)  # fmt: skip
def test_streets_that_no_word_gives_away_are_found_where_one_is_expected(
    turns: list[str], addresses: list[str]
) -> None:
    assert found("ADDRESS", *turns) == addresses


def test_a_british_address_is_found_in_pieces() -> None:
    turns = ["a: Where do you live?", "c: Sixty nine Orchard Rise.", "c: Norwich", "c: N R seven seven X Q"]

    assert found("ADDRESS", *turns, language="en") == ["Sixty nine Orchard Rise", "Norwich", "N R seven seven X Q"]
    assert found("ADDRESS", "c: Norwich", "c: N R seven seven X Q", language="en") == []


@pytest.mark.parametrize("turn", ["Ashland 03217", "50733 Neustadt", "new york 10011", "madurai 625002"])
def test_a_town_and_a_postcode_in_figures_are_an_address_by_themselves(turn: str) -> None:
    assert found("ADDRESS", f"c: {turn}", language="en") == [turn]


@pytest.mark.parametrize("turn", ["Rechnung 50733", "about 50733", "Ashland 032", "I moved to Ashland 50733 days ago"])
def test_other_figures_beside_a_word_are_none(turn: str) -> None:
    assert found("ADDRESS", f"c: {turn}", language="en") == []


def test_figures_that_are_called_a_postcode_are_one_in_every_country() -> None:
    assert found("ADDRESS", "c: my zip code is 741852", language="en") == ["741852"]


def test_what_somebody_only_mutters_between_is_no_town() -> None:
    call = ["c: my address is 12 mill road", "c: omg", "c: the postcode is n r seven seven x q"]

    assert "omg" not in " ".join(found("ADDRESS", *call, language="en"))
