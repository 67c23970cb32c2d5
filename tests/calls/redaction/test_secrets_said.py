"""What opens an account is found when it is said, and not when it is only spoken of."""

import pytest
from tests.calls.redaction.talks import found


@pytest.mark.parametrize(
    ("turn", "secret"),
    [
        ("Mein Kundenkennwort ist Regenbogen, und ich habe eine Frage.", "Regenbogen"),
        ("Mein Kennwort lautet Wolke sieben und jetzt brauche ich Hilfe.", "Wolke sieben"),
        ("Meine PIN ist vier sieben eins eins. Das geht nicht.", "vier sieben eins eins"),
        ("die pin ist eins zwei drei vier und die karte geht nicht", "eins zwei drei vier"),
        ("PIN: 4711", "4711"),
        ("Die TAN lautet 4 8 1, 5 1 6.", "4 8 1, 5 1 6"),
        ("Der Code ist 993 112, danke.", "993 112"),
        ("Die PIN für das Onlinebanking lautet 0815.", "0815"),
    ],
)
def test_german_secrets_are_found(turn: str, secret: str) -> None:
    assert found("SECRET", f"c: {turn}") == [secret]


@pytest.mark.parametrize(
    ("turn", "secret"),
    [
        ("my password is sunflower forty two", "sunflower forty two"),
        ("My PIN is four seven one one and my card is lost.", "four seven one one"),
        ("The password is capital B l u e 7 7 exclamation mark.", "capital B l u e 7 7 exclamation mark"),
        ("The wifi password is hunter two.", "hunter two"),
        ("my mother's maiden name is Whitlock", "Whitlock"),
        ("The CVV is 309.", "309"),
        ("The code is 4 8 2 2.", "4 8 2 2"),
    ],
)
def test_english_secrets_are_found(turn: str, secret: str) -> None:
    assert found("SECRET", f"c: {turn}", language="en") == [secret]


@pytest.mark.parametrize(
    "turn",
    [
        "Mein Passwort ist falsch. Das Passwort funktioniert nicht. Das Kennwort ist abgelaufen.",
        "Ich habe die PIN 3 mal falsch eingegeben. Ich habe meine PIN vergessen.",
        "Die PIN ist vierstellig. Das Passwort ist 12 Zeichen lang. Die PIN besteht aus 4 Ziffern.",
        "Im Display steht Fehlercode 503. Der Rabattcode bringt 10%.",
    ],
)
def test_german_talk_about_secrets_stays(turn: str) -> None:
    assert found("SECRET", f"c: {turn}") == []


@pytest.mark.parametrize(
    "turn",
    [
        "My password expired. I can't reset my password. The password is too short. The password is incorrect.",
        "I entered my password 5 times. My PIN expired 3 weeks ago. What is a PIN?",
        "I got error code 503. The code is 50% off. I need a new PIN within 5 days.",
    ],
)
def test_english_talk_about_secrets_stays(turn: str) -> None:
    assert found("SECRET", f"c: {turn}", language="en") == []


@pytest.mark.parametrize(
    ("question", "answer", "secret"),
    [
        ("Nennen Sie mir bitte Ihr Kundenkennwort.", "Sonnenblume.", "Sonnenblume"),
        ("Ihr Telefonpasswort?", "Ja, das ist Blaubeere siebzehn.", "Blaubeere siebzehn"),
        ("Die drei Ziffern auf der Rückseite bitte.", "Eins zwei drei.", "Eins zwei drei"),
        ("Und der CVV?", "Drei null neun.", "Drei null neun"),
        ("Ich sende Ihnen eine TAN aufs Handy.", "Ja, sechs eins acht vier zwo neun.", "sechs eins acht vier zwo neun"),
        ("Your password please?", "sunflower forty two", "sunflower forty two"),
        ("What's the security code on the back?", "It's 123.", "123"),
        ("Could you read me the one-time code?", "sure it's five five oh nine one two", "five five oh nine one two"),
        ("Your memorable word?", "It's butterfly.", "butterfly"),
    ],
)
def test_the_answer_is_found(question: str, answer: str, secret: str) -> None:
    assert found("SECRET", f"a: {question}", f"c: {answer}") == [secret]


@pytest.mark.parametrize(
    ("statement", "reply"),
    [
        ("Bitte nennen Sie niemals Ihre PIN am Telefon.", "Gut zu wissen, 4 Karten habe ich."),
        ("Sie können Ihr Passwort im Kundenportal zurücksetzen.", "Alles klar."),
        ("Dann setze ich die PIN zurück, das dauert 3 Tage.", "Gut, in 3 Tagen."),
        ("Geben Sie bitte Ihre PIN am Automaten ein.", "Mache ich um 14 Uhr 30."),
        ("Wie lautet Ihr Kennwort?", "Das weiß ich nicht mehr."),
        ("Never tell anybody your password.", "Sunny day, isn't it."),
    ],
)
def test_replies_that_tell_nothing_stay(statement: str, reply: str) -> None:
    assert found("SECRET", f"a: {statement}", f"c: {reply}") == []


@pytest.mark.parametrize(
    ("turn", "secret"),
    [
        ("Die TAN, die heute kam, heißt 35 71 86.", "35 71 86"),
        ("Der Sicherheitscode hinten ist 801.", "801"),
        ("Als Geheimzahl habe ich 4 8 0 0 gewählt.", "4 8 0 0"),
        ("Ich nehme Kirschkern17 als Passwort.", "Kirschkern17"),
        ("Mein Passwort ist R wie Richard, E wie Emil, G wie Gustav, drei sechs.",
         "R wie Richard, E wie Emil, G wie Gustav, drei sechs"),
        ("Mein Passwort ist großes A, kleines b, vier Ausrufezeichen.", "großes A, kleines b, vier Ausrufezeichen"),
    ],
)  # fmt: skip
def test_other_words_may_stand_between(turn: str, secret: str) -> None:
    assert found("SECRET", f"c: {turn}") == [secret]


@pytest.mark.parametrize(
    ("question", "answer", "secret"),
    [
        ("Wie lautet Ihre Telefon-PIN?", "Ich glaube, doppel drei fünf zwo.", "doppel drei fünf zwo"),
        ("Welches Kennwort haben Sie?", "Ich habe Kirschkern genommen.", "Kirschkern"),
        ("Sagen Sie mir bitte Ihr Passwort.", "Das ist Kirschkern17?.", "Kirschkern17"),
        ("What is the security number on the card?", "I think it is one eight oh.", "one eight oh"),
    ],
)
def test_the_answer_is_found_behind_other_words(question: str, answer: str, secret: str) -> None:
    assert found("SECRET", f"a: {question}", f"c: {answer}") == [secret]


def test_the_answer_is_waited_for_and_read_back() -> None:
    call = ["a: Wie ist Ihr Kennwort?", "c: Moment, ich suche das gerade.", "c: Kirschkern.", "a: Kirschkern, ja."]

    assert found("SECRET", *call, "c: Acht fünf sechs.", "a: 856, ja.") == [
        "Kirschkern. Acht fünf sechs",
        "Kirschkern",
        "856",
    ]


def test_a_secret_goes_on_in_the_next_turns() -> None:
    assert found("SECRET", "a: Ihre PIN?", "c: Vier zwei.", "a: ja", "c: Acht.") == ["Vier zwei. Acht"]


def test_a_secret_that_was_taken_out_is_not_looked_for_again() -> None:
    assert found("SECRET", "c: PIN [SECRET]", "a: 11") == []
    assert found("SECRET", "a: Ihre PIN?", "c: [SECRET].", "a: danke", "c: 47 11") == []
