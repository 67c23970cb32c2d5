"""German compounds and their parts."""

import pytest

from stimmung.store.search.lexemes.compounds import LONGEST, Compounds
from stimmung.store.search.lexemes.words import WordAnalysis


@pytest.fixture(scope="module")
def compounds() -> Compounds:
    return Compounds()


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("stromrechnung", {"strom", "rechnung"}),
        ("stromrechnungen", {"strom", "rechnung"}),
        ("kündigungsbestätigung", {"kündigung", "bestätigung"}),
        ("kuendigungsbestaetigung", {"kündigung", "bestätigung"}),
        ("kontoführungsgebühren", {"konto", "führung", "gebühr", "kontoführung", "führungsgebühr"}),
        ("mahngebühr", {"mahnung", "mahnen", "gebühr"}),
        ("vertragsverlängerung", {"vertrag", "verlängerung"}),
        ("bestandskunden", {"bestand", "kunde"}),
        ("ratenzahlung", {"rate", "zahlung"}),
        ("rufnummernmitnahme", {"rufnummer", "nummer", "mitnahme"}),
        ("adressänderung", {"adresse", "änderung"}),
        ("kundenfreundliche", {"kunde", "freundlich"}),
        ("mondscheintarif", {"mondschein", "tarif"}),
        ("stromschlag", {"strom", "schlag"}),
        ("gaszähler", {"gas", "zähler"}),  # never a plural of `zahl`
        ("vertragstheater", {"vertrag", "theater"}),
        ("videospiele", {"video", "spiel"}),
        ("führerschein", {"schein"}),
        ("wartungsvertrag", {"wartung", "vertrag"}),
        ("telefonseelsorgerin", {"telefon", "seelsorgerin"}),
        ("anwaltsgespräch", {"anwalt", "gespräch"}),
        ("versicherungsmathematiker", {"versicherung", "mathematiker"}),
    ],
)
def test_is_cut(compounds: Compounds, word: str, parts: set[str]) -> None:
    assert set(compounds.parts(word)) == parts


@pytest.mark.parametrize(
    "word",
    """vertrag verträge vertraglich konto konten kunden kundinnen bitte leitung leitungen rechnung rechnungen rechnungs
    anleitung begleitung weiterleitung berechnung beitrag auftrag bezahlen überweisung mitarbeiterinnen informationen
    vereinbart unverschämt attraktion einwanderung verharmlosung telefonieren tarifierung dienstag wahrscheinlich
    kontrollieren arbeiterinnen steuerung zusammenstellung zugestellt unterlagen fernseher lebendigkeit gekündigt
    verunsicherung auszutauschen kartellamt durchführung jugendliche vertragstreu fernsehen
    application terminology information international business understanding charged complaint""".split(),
)
def test_is_one_word(compounds: Compounds, word: str) -> None:
    assert compounds.parts(word) == ()


@pytest.mark.parametrize(
    ("word", "made_of"),
    [
        ("mahngebühr", (("mahnung", "mahnen"), ("gebühr",))),
        ("rufnummernmitnahme", (("rufnummer",), ("mitnahme",))),  # by `nummer` it is found, and made of it is not
        ("stromrechnungskopie", (("strom",), ("rechnung",), ("kopie",))),
        ("telefonseelsorgerin", (("telefon",), ("seelsorgerin",))),
        ("vertrag", ()),
        ("rückruf", ()),
    ],
)
def test_is_made_of_words_in_order(compounds: Compounds, word: str, made_of: tuple[tuple[str, ...], ...]) -> None:
    assert compounds.read(word).made_of == made_of


def test_words_of_the_house_are_parts() -> None:
    assert Compounds().parts("superzappelino") == ()
    assert Compounds(["Glüh"]).parts("glühwelle") == ()  # too short to tell what the rest is
    assert set(Compounds(["Zappelino"]).parts("zappelinopaket")) == {"zappelino", "paket"}
    assert set(Compounds(["Zappelino"]).parts("superzappelino")) == {"super", "zappelino"}


def test_a_word_of_the_house_that_is_a_compound_keeps_its_parts() -> None:
    house = Compounds(["Glasfaseranschluss", "SmartTarif"])
    assert set(house.parts("glasfaseranschluss")) == {"glasfaser", "anschluss"}
    assert set(house.parts("smarttarif")) == {"smart", "tarif"}
    assert Compounds(["SMARTTARIF"]).parts("smarttarif") == ()  # only a capital within says where
    assert set(house.parts("glasfaseranschlusspauschale")) >= {"glasfaseranschluss", "anschluss", "pauschale"}
    assert house.read("glasfaseranschlusspauschale").made_of == (("glasfaseranschluss",), ("pauschale",))
    assert set(house.parts("smarttarifwechsel")) == {"smarttarif", "smart", "tarif", "wechsel"}


def test_words_of_the_house_are_the_same_in_any_order_and_case() -> None:
    assert Compounds(["Zappelino", " FlexiKom", "ZAPPELINO"]).more == ("flexi-kom", "zappelino")


def test_signs_and_overlong_words_are_left_alone(compounds: Compounds) -> None:
    assert compounds.parts("strom2rechnung") == ()
    assert compounds.parts("") == ()
    assert compounds.parts("mbqttarif") == ()
    assert compounds.parts("strom" * LONGEST) == ()


def test_parts_are_found_in_german_only() -> None:
    analysis = WordAnalysis()
    assert set(analysis.of_text("Stromrechnung", "de")[0].parts) == {"strom", "rechnung"}
    assert analysis.of_text("Stromrechnung", "en")[0].parts == ()
    assert set(analysis.of_query("Stromrechnungen").parts) >= {"strom", "rechnung"}


def test_what_is_asked_for_knows_what_each_part_may_be() -> None:
    analysis = WordAnalysis()
    assert analysis.of_query("Mahngebühren").made_of == (("mahnung", "mahn"), ("gebuhr",))
    assert analysis.of_query("E-Mail").made_of == (("e",), ("mail",))
    assert analysis.of_query("1&1").made_of == ()  # twice the same
    assert analysis.of_query("Rechnung").made_of == ()
