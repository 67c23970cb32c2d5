"""What names a number, also as recognisers mishear it."""

import pytest

from stimmung.calls.redaction.namings import Naming, read_namings
from stimmung.calls.redaction.records import Identifier
from stimmung.calls.redaction.tokens import read_text, read_utterances


def namings(text: str) -> tuple[Naming, ...]:
    return read_namings(read_utterances(read_text(text, "de").utterances))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ihre IBAN bitte", "IBAN"),
        ("the sort code", "IBAN"),
        ("die Kontonummer", "IBAN"),
        ("Ihre Kreditkartenmunner", "CARD"),
        ("card number", "CARD"),
        ("the number on the back of your card", "CARD"),
        ("die Nummer von Ihrer Karte", "CARD"),
        ("Steuer identifikationsmunner", "TAX_ID"),
        ("meine Steuer-ID", "TAX_ID"),
        ("tax ID", "TAX_ID"),
        ("sozialverwischere Rumsmunner", "INSURANCE_ID"),
        ("Krankenversichertennummer", "INSURANCE_ID"),
        ("Sozialversicherungsmunde", "INSURANCE_ID"),
        ("Identifikationsmone", "TAX_ID"),
        ("national insurance number", "INSURANCE_ID"),
        ("Telefonmummer", "PHONE"),
        ("mobile number", "PHONE"),
        ("Kunden Nummer", "CUSTOMER_NUMBER"),
        ("Versicherungsscheinnummer", "CUSTOMER_NUMBER"),
        ("insurance policy number", "CUSTOMER_NUMBER"),
        ("account no", "CUSTOMER_NUMBER"),
    ],
)
def test_number_is_named(text: str, kind: Identifier) -> None:
    assert (kind, "strong") in [(one.kind, one.strength) for one in namings(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rufen Sie mich unter", "PHONE"),
        ("call me back on", "PHONE"),
        ("mit meiner Karte", "CARD"),
        ("my Ivan is", "IBAN"),
    ],
)
def test_what_a_number_belongs_to_names_it_weakly(text: str, kind: Identifier) -> None:
    assert [(one.kind, one.strength) for one in namings(text)] == [(kind, "weak")]


def test_a_number_of_what_is_unknown_is_generic() -> None:
    assert [(one.kind, one.strength) for one in namings("die Nummer ist")] == [(None, "generic")]


@pytest.mark.parametrize("text", ["Postleitzahl", "flight number", "Hausnummer", "my date of birth", "die PIN"])
def test_other_numbers_are_named_as_such(text: str) -> None:
    assert {(one.kind, one.strength) for one in namings(text)} == {(None, "other")}


@pytest.mark.parametrize("text", ["Sommer", "Kummer", "immer", "a number of people", "no", "unter uns", "unternehmen"])
def test_words_that_only_look_like_it_name_nothing(text: str) -> None:
    assert namings(text) == ()


@pytest.mark.parametrize("text", ["meine Versicherung", "beide Versicherungen", "die Lieferung", "der Kassenbon"])
def test_what_only_ends_like_a_misheard_number_names_none(text: str) -> None:
    assert "strong" not in [one.strength for one in namings(text)]
