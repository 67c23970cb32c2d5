"""Dates of birth are found by what is said of them; appointments and contracts keep their dates."""

import pytest
from tests.calls.redaction.talks import found


@pytest.mark.parametrize(
    ("turn", "date"),
    [
        ("Ich bin am 3.5.1987 geboren. Mein Vertrag läuft bis zum 31.12.2025.", "3.5.1987"),
        ("Geboren am 3. Mai 1987 in Köln. Gekauft habe ich es am 4. Mai 2020.", "3. Mai 1987"),
        (
            "Geburtsdatum dritter fünfter neunzehnhundertsiebenundachtzig.",
            "dritter fünfter neunzehnhundertsiebenundachtzig",
        ),
        ("Mein Geburtsdatum ist der dritte fünfte siebenundachtzig, danke.", "dritte fünfte siebenundachtzig"),
        ("Ich bin 1987 geboren, der Techniker kommt am 12. März.", "1987"),
        ("Meine Tochter, geboren am zweiten Februar zweitausendzwölf, wohnt hier.", "zweiten Februar zweitausendzwölf"),
        ("geb. 03.05.87", "03.05.87"),
        ("I was born on the 3rd of May 1987. My order from 4 June 2024 is late.", "3rd of May 1987"),
        ("My date of birth is May third nineteen eighty-seven.", "May third nineteen eighty-seven"),
        (
            "My date of birth is oh three oh five nineteen eighty seven, thanks.",
            "oh three oh five nineteen eighty seven",
        ),
        ("born May the third nineteen eighty seven in leeds", "May the third nineteen eighty seven"),
        ("the third of May nineteen eighty seven is my birthday", "third of May nineteen eighty seven"),
        ("DOB 1987-05-03", "1987-05-03"),
    ],
)
def test_dates_of_birth_are_found(turn: str, date: str) -> None:
    assert found("BIRTH_DATE", f"c: {turn}") == [date]


@pytest.mark.parametrize(
    "turn",
    [
        "Ich habe am 5. Mai bestellt und am 7.5.2024 gekündigt. Der Termin ist am dritten fünften um acht.",
        "The appointment is on May 3rd 2025. I called on the fifth of June.",
        "It was my birthday yesterday. I have called 3 times in 2 weeks.",
        "Mein Geburtsdatum haben Sie schon. Am 3. Mai kommt der Techniker.",
        "Ich bin vor 40 Jahren geboren. Ich warte 40 Minuten.",
    ],
)
def test_other_dates_stay(turn: str) -> None:
    assert found("BIRTH_DATE", f"c: {turn}") == []


@pytest.mark.parametrize(
    ("question", "answer", "date"),
    [
        ("Ihr Geburtsdatum bitte?", "Der dritte fünfte siebenundachtzig.", "dritte fünfte siebenundachtzig"),
        ("Wann sind Sie geboren?", "Das war am 14. Februar 1963.", "14. Februar 1963"),
        ("und ihr geburtsdatum", "null drei null fünf siebenundachtzig", "null drei null fünf siebenundachtzig"),
        ("Date of birth?", "Fourteenth of the second, sixty three.", "Fourteenth of the second, sixty three"),
        ("Can I take your date of birth?", "Sure, May third nineteen eighty-seven.", "May third nineteen eighty-seven"),
    ],
)
def test_the_answer_is_found_and_what_comes_later_stays(question: str, answer: str, date: str) -> None:
    turns = (f"a: {question}", f"c: {answer}", "a: Der Termin ist am dritten Juni. On the fifth of June.")
    assert found("BIRTH_DATE", *turns) == [date]


def test_the_date_is_found_when_it_is_said_again() -> None:
    turns = (
        "a: Ihr Geburtsdatum?",
        "c: Dritter fünfter siebenundachtzig.",
        "a: Der dritte fünfte neunzehnhundertsiebenundachtzig, gut. Heute ist der vierte sechste.",
    )
    assert found("BIRTH_DATE", *turns)[1] == "dritte fünfte neunzehnhundertsiebenundachtzig"
    assert len(found("BIRTH_DATE", *turns)) == 2


def test_an_answer_may_come_in_pieces() -> None:
    turns = ("a: Wann sind Sie geboren?", "c: Am achtzehnten zwölften", "a: ja", "c: zweitausendeins.")
    assert " ".join(found("BIRTH_DATE", *turns)) == "achtzehnten zwölften zweitausendeins"
