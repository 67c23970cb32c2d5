"""Names are found by what is said around them; nobody is called Sorry."""

import pytest
from tests.calls.redaction.talks import found

from stimmung.speech.fakes import FakeNameFinder


@pytest.mark.parametrize(
    ("turn", "names"),
    [
        ("Mein Name ist Anna Müller.", ["Anna Müller"]),
        ("mein name ist oezdemir und ich habe eine frage", ["oezdemir"]),
        ("mein name ist anna müller kundennummer vier", ["anna müller"]),
        ("Ich heiße Jürgen von der Heide.", ["Jürgen von der Heide"]),
        ("Mein Name ist Müller, Anna Müller.", ["Müller, Anna Müller"]),
        ("Mein Name ist Klein.", ["Klein"]),
        ("Mein Name ist Anna-Lena Pérez-García und ich rufe an.", ["Anna-Lena Pérez-García"]),
        ("Hier ist Peter Wagner.", ["Peter Wagner"]),
        ("Willkommen bei Reinfunk. Wir sprechen mit Jonas Albers.", ["Jonas Albers"]),
        ("Hier spricht die Frau Yılmaz.", ["Yılmaz"]),
        ("Hier Weber von der Firma Nordlicht.", ["Weber"]),
        ("Guten Tag, Müller.", ["Müller"]),
        ("Guten Tag, Kowalski hier.", ["Kowalski"]),
        ("Schmidt, guten Tag.", ["Schmidt"]),
        ("Müller am Apparat.", ["Müller"]),
        ("Lindholm mein Name, guten Tag.", ["Lindholm"]),
        ("Herr Doktor Grünwald ist nicht da.", ["Grünwald"]),
        ("Der Vertrag läuft auf den Namen Grünwald.", ["Grünwald"]),
        ("Mein Mann heißt Thorsten.", ["Thorsten"]),
        ("Die Kontoinhaberin ist Maria Lopez.", ["Maria Lopez"]),
        ("Ich bin die Frau Brandt.", ["Brandt"]),
    ],
)
def test_german_names_are_found(turn: str, names: list[str]) -> None:
    assert found("NAME", f"c: {turn}") == names


@pytest.mark.parametrize(
    ("turn", "names"),
    [
        ("My name is Sarah Jones.", ["Sarah Jones"]),
        ("my name's priya and i have a question", ["priya"]),
        ("Hi, this is Karen Mitchell.", ["Karen Mitchell"]),
        ("this is thomas calling from leeds", ["thomas"]),
        ("I'm Daniel, how can I help?", ["Daniel"]),
        ("i'm sarah jones and i am really upset", ["sarah jones"]),
        ("You're speaking with Priya.", ["Priya"]),
        ("Thank you, Mr Patel.", ["Patel"]),
        ("Thanks, Karen.", ["Karen"]),
        ("It's Bob Taylor.", ["Bob Taylor"]),
        ("Daniel speaking.", ["Daniel"]),
        ("It is under the name of Whitlock.", ["Whitlock"]),
        ("My husband Raymond called you.", ["Raymond"]),
        ("It was Dr. O'Connor's bill.", ["O'Connor's"]),
    ],
)
def test_english_names_are_found(turn: str, names: list[str]) -> None:
    assert found("NAME", f"c: {turn}", language="en") == names


@pytest.mark.parametrize(
    "turn",
    [
        "Ich bin verärgert. Ich bin Kunde. Ich bin Rentner. Ich bin Elektriker. Ich bin gerade umgezogen.",
        "ich bin sauer und ich bin umgezogen",
        "Guten Tag, ich hätte eine Frage. Guten Morgen, Frage zur Rechnung.",
        "Hier ist das Problem. Hier spricht man Deutsch. Hier geht nichts.",
        "Das heißt, der Vertrag läuft auf meinen Namen. Mein Name ist falsch geschrieben.",
        "Meine Frau hatte angerufen. Die Frau am Telefon war nett. Die Frau ist am Apparat.",
        "Sie sprechen mit der Hotline. Ich wohne in Köln. Der Techniker kommt im Oktober.",
        "Wir sprechen mit unserem Techniker. Wir sprechen mit Kunden jeden Tag.",
        "Der Strom ist im Keller weg und im Schlafzimmer auch. Danke, Tschüss.",
        "Ich habe den Router Fritzbox gekauft. D S L geht nicht, U S B auch nicht.",
        "Bleib bitte dran. Warten Sie hier. Danke, gerne. Ja, genau.",
        "Herr Nachbar sagte nichts. Ihr Kollege war freundlich. Frau Kollegin, helfen Sie.",
    ],
)
def test_german_service_talk_stays(turn: str) -> None:
    assert found("NAME", f"c: {turn}") == []


@pytest.mark.parametrize(
    "turn",
    [
        "I'm sorry. I'm calling about my bill. I'm German. I'm fine, thanks. I'm really angry.",
        "i'm calling about my bill and i am stuck, i'm not happy",
        "This is ridiculous. This is my third call. This is unacceptable. It's Monday. It's broken.",
        "My name is on the account. My name is spelled wrong. The company name is Nordlight.",
        "I miss you. I missed a meeting. Call me back. Call me tomorrow. Is this the right number?",
        "Thank you for calling. Thanks a lot. Good morning, everyone. Hello there.",
        "The engineer is not here. I am new here. Generally speaking, it works.",
        "Please check in the morning. I live in Leeds. Mr President is a film.",
    ],
)
def test_english_service_talk_stays(turn: str) -> None:
    assert found("NAME", f"c: {turn}", language="en") == []


def test_the_company_of_a_greeting_stays_and_the_agent_does_not() -> None:
    assert found("NAME", "a: Guten Tag, Stadtwerke Musterhausen, mein Name ist Katrin Schneider.") == [
        "Katrin Schneider"
    ]
    assert found("NAME", "a: Birkenhof Versicherung, Schneider, guten Tag.") == ["Schneider"]
    assert found("NAME", "a: Good afternoon, Fernhill Oakley, this is Laura.", language="en") == ["Laura"]
    assert found("NAME", "a: Guten Tag, Stadtwerke Musterhausen. Was kann ich für Sie tun?") == []
    assert found("NAME", "a: Thank you for calling Harbour Light Broadband. This is Daniel.", language="en") == [
        "Daniel"
    ]


@pytest.mark.parametrize(
    ("question", "answer", "names"),
    [
        ("Wie ist Ihr Name?", "Müller.", ["Müller"]),
        ("wie war ihr name bitte", "dombrowski", ["dombrowski"]),
        ("Nennen Sie mir bitte Ihren Vor- und Nachnamen.", "Ja gerne, Anna Brandt.", ["Anna Brandt"]),
        ("Mit wem spreche ich?", "Mit Lindholm.", ["Lindholm"]),
        ("Wie heißen Sie denn?", "Das ist Yılmaz, und die Kundennummer habe ich nicht.", ["Yılmaz"]),
        ("Wie ist Ihr Name?", "Warum wollen Sie das wissen?", []),
        ("Wie ist Ihr Name?", "Das sage ich nicht.", []),
        ("wie ist ihr name", "moment bitte", []),
    ],
)
def test_the_answer_to_who_asks_for_a_name_is_one(question: str, answer: str, names: list[str]) -> None:
    assert found("NAME", f"a: {question}", f"c: {answer}") == names


@pytest.mark.parametrize(
    ("question", "answer", "names"),
    [
        ("What's your name?", "Taylor.", ["Taylor"]),
        ("May I have your full name please?", "Sure. Niamh O'Connor.", ["Niamh O'Connor"]),
        ("Who am I speaking with?", "smith", ["smith"]),
        ("And your first name?", "It's Joanne.", ["Joanne"]),
        ("What's your name?", "Why do you need that?", []),
        ("I have updated your name.", "Great, thank you.", []),
    ],
)
def test_an_english_answer_too(question: str, answer: str, names: list[str]) -> None:
    assert found("NAME", f"a: {question}", f"c: {answer}", language="en") == names


def test_an_answer_may_take_its_time() -> None:
    assert found("NAME", "a: Wie ist Ihr Name?", "c: Moment.", "c: Kowalski.") == ["Kowalski"]
    turns = ("a: Wie ist Ihr Name?", "c: Warum?", "a: Damit ich Sie finde.", "c: Na gut, Kowalski.")
    assert found("NAME", *turns) == ["Kowalski"]
    assert found("NAME", "c: Mein Name ist", "a: Ja?", "c: Lindholm.") == ["Lindholm"]


def test_where_nobody_knows_who_speaks_the_next_words_answer() -> None:
    assert found("NAME", "x: Wie ist Ihr Name?", "x: Kowalski.") == ["Kowalski"]
    assert found("NAME", "x: Wie ist Ihr Name? Kowalski. Danke.") == ["Kowalski"]


@pytest.mark.parametrize(
    "spelled",
    [
        "M wie Martha, Ü wie Übermut, doppel L, E, R",
        "M U E double L E R",
        "M-U-E-L-L-E-R",
        "Martha, Übermut, Ludwig, Ludwig, Emil, Richard",
        "em wie Martha ü ell ell e r",
    ],
)
def test_a_spelled_name_is_found_by_who_asked_for_it(spelled: str) -> None:
    turns = ("a: Können Sie das buchstabieren?", f"c: {spelled}.", "a: Danke, Frau Müller.")
    assert found("NAME", *turns) == [spelled, "Müller"]


def test_a_name_is_spelled_behind_itself() -> None:
    assert found("NAME", "c: Smith, S M I T H, I live in Leeds. My name is Smith.", language="en") == [
        "Smith",
        "S M I T H",
        "Smith",
    ]


def test_letters_of_a_number_are_no_name() -> None:
    assert found("NAME", "c: Meine Nummer ist A B C D E 1 2 3 4.") == []


def test_a_known_name_is_found_wherever_it_is_said_again() -> None:
    turns = (
        "c: Hier ist Peter Wagner. Ich habe eine Frage.",
        "a: Gut. Wagners Vertrag sehe ich, und dass Wagner und Peter",
        "c: Wagner, genau. Ich wage nichts, der Wagen ist da, es ist später.",
    )
    assert found("NAME", *turns) == ["Peter Wagner", "Wagners", "Wagner", "Peter", "Wagner"]


def test_a_name_that_is_heard_otherwise_is_found_within_one_letter() -> None:
    turns = ("c: Mein Name ist Hoffmann.", "a: Der Hofmann? Ein Hoffman ist hier.", "c: Das ist hoffnungslos.")
    assert found("NAME", *turns) == ["Hoffmann", "Hofmann", "Hoffman"]
    short = ("c: Mein Name ist Rau.", "a: Die Frau Rau? Im Bau, auf der Tau.")
    assert found("NAME", *short) == ["Rau", "Rau"]


def test_a_name_that_is_a_word_stays_where_it_is_the_word() -> None:
    turns = ("c: Mein Name ist Klein.", "a: Herr Klein, das ist klein. Eine kleine Frage, eine Kleinigkeit.")
    assert found("NAME", *turns) == ["Klein", "Klein"]


def test_a_first_name_is_found_before_a_known_name() -> None:
    assert found("NAME", "a: Surname?", "c: O'Connor. Niamh O'Connor.", language="en") == [
        "O'Connor",
        "Niamh",
        "O'Connor",
    ]


def test_a_trade_before_a_known_name_is_no_first_name() -> None:
    turns = ("c: Mein Name ist Brandt.", "a: Der Sachbearbeiter Brandt oder Anna Brandt?")
    assert found("NAME", *turns) == ["Brandt", "Brandt", "Anna Brandt"]


def test_what_a_model_sees_is_added_whole_words_only() -> None:
    model = FakeNameFinder(("Esra", "Bank"))
    assert found("NAME", "c: Das war Esra, glaube ich.", "c: Die Bank hat zu.", names=model) == ["Esra"]
    assert model.asked == ["Das war Esra, glaube ich.", "Die Bank hat zu."]
    assert found("NAME", "c: Das war Esra, glaube ich.") == []


def test_a_name_that_was_taken_out_before_is_not_looked_for() -> None:
    assert found("NAME", "c: Mein Name ist [NAME], ich habe eine Frage.") == []


@pytest.mark.parametrize(
    ("turn", "name"),
    [("Anna Meier", "Anna Meier"), ("robert porter", "robert porter"), ("James.", "James")],
)
def test_an_utterance_that_is_nothing_but_a_name_is_one(turn: str, name: str) -> None:
    assert found("NAME", "a: Hello.", f"c: {turn}", language="en") == [name]


@pytest.mark.parametrize("turn", ["else", "Anna?", "nothing else", "city name Boston", "my car name is Kona"])
def test_what_only_looks_like_a_name_is_none(turn: str) -> None:
    assert found("NAME", f"c: {turn}", language="en") == []


@pytest.mark.parametrize(
    ("question", "answer", "name"),
    [
        ("Auf welchen Namen läuft der Vertrag?", "Das ist auf Obermüller angemeldet.", "Obermüller"),
        ("Mit wem spreche ich?", "Auf van Leeuwen.", "van Leeuwen"),
        ("What name is the account under?", "It is under Featherstone.", "Featherstone"),
    ],
)
def test_what_something_runs_under_is_a_name(question: str, answer: str, name: str) -> None:
    assert found("NAME", f"a: {question}", f"c: {answer}") == [name]


def test_surnames_that_are_words_need_a_capital_only() -> None:
    assert found("NAME", "c: Ich bin Chiara Jung und habe eine Frage.") == ["Chiara Jung"]
    assert found("NAME", "c: My name is Rhiannon Long.", language="en") == ["Rhiannon Long"]


def test_no_name_stands_behind_ones_own_question() -> None:
    assert found("NAME", "a: Ihr Name?", "c: [NAME].", "a: Vielen Dank, Herr [NAME].") == []
