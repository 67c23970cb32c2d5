"""E-mail addresses are found as they are written and as they are said."""

import pytest
from tests.calls.redaction.talks import found


@pytest.mark.parametrize(
    ("turn", "email"),
    [
        ("Das ist Anna.Meier@beispiel.de, danke.", "Anna.Meier@beispiel.de"),
        ("Meine ist anna Punkt meier at beispiel Punkt de", "anna Punkt meier at beispiel Punkt de"),
        (
            "anna Unterstrich meier siebenundachtzig Klammeraffe web Punkt de.",
            "anna Unterstrich meier siebenundachtzig Klammeraffe web Punkt de",
        ),
        (
            "A wie Anton, N wie Nordpol, N, A, Punkt meier ät gmx Punkt net.",
            "A wie Anton, N wie Nordpol, N, A, Punkt meier ät gmx Punkt net",
        ),
        ("Schreiben Sie mir an info at beispiel minus firma Punkt de bitte.", "info at beispiel minus firma Punkt de"),
        (
            "M E I E R Bindestrich 7 at t Bindestrich online Punkt de",
            "M E I E R Bindestrich 7 at t Bindestrich online Punkt de",
        ),
        ("Anna Punkt meier et beispiel Punkt de.", "Anna Punkt meier et beispiel Punkt de"),
        ("anna.meier@beispiel. de, richtig?", "anna.meier@beispiel. de"),
        ("anna . meier @ beispiel . de", "anna . meier @ beispiel . de"),
        ("anna.meier at beispiel.de", "anna.meier at beispiel.de"),
        (
            "meier unterstrich anna eins zwei at googlemail punkt com danke",
            "meier unterstrich anna eins zwei at googlemail punkt com",
        ),
        ("john dot smith at example dot co dot uk thanks", "john dot smith at example dot co dot uk"),
        ("s as in sugar m i t h at example dot com", "s as in sugar m i t h at example dot com"),
        ("my email is johnsmith at gmail", "johnsmith at gmail"),
        ("john smith forty two at g mail dot com", "john smith forty two at g mail dot com"),
        ("h. schmidt at d e m o punkt d e", "h. schmidt at d e m o punkt d e"),
    ],
)
def test_addresses_are_found_whole(turn: str, email: str) -> None:
    assert found("EMAIL", f"c: {turn}") == [email]


@pytest.mark.parametrize(
    "turn",
    [
        "I am at work. Look at this. Meet me at the shop, at noon in the com center.",
        "I looked at outlook and at my point of view. Call me at 5 p.m. dot.",
        "Schauen Sie auf www.beispiel.de vorbei. Folgen Sie @beispiel im Netz.",
        "Meine E-Mail-Adresse hat sich nicht geändert. Der Punkt ist, es geht nicht.",
        "Das hat Punkt acht Uhr angefangen.",
    ],
)
def test_service_talk_stays(turn: str) -> None:
    assert found("EMAIL", f"c: {turn}") == []


def test_who_asked_for_one_is_told_one() -> None:
    assert found("EMAIL", "a: Ihre E-Mail?", "c: anna meier alles zusammen at web.de") == [
        "anna meier alles zusammen at web.de"
    ]
    assert found("EMAIL", "a: Ihre E-Mail-Adresse?", "c: Anna Meier, add Beispiel Punkt de") == [
        "Anna Meier, add Beispiel Punkt de"
    ]


def test_one_may_be_said_in_two_breaths() -> None:
    turns = ("a: Ihre E-Mail?", "c: anna punkt meier", "a: ja", "c: at beispiel punkt de")
    assert found("EMAIL", *turns) == ["anna punkt meier at beispiel punkt de"]


@pytest.mark.parametrize(
    ("turn", "address"),
    [
        ("my email is anna.meiergmail.com", "anna.meiergmail.com"),
        ("send it to annameiergmailcom please", "annameiergmailcom"),
        ("anna 65 gmailcom", "anna 65 gmailcom"),
    ],
)
def test_addresses_that_lost_their_at_sign_are_found(turn: str, address: str) -> None:
    assert found("EMAIL", f"c: {turn}", language="en") == [address]


@pytest.mark.parametrize("turn", ["I have it with gmail com", "gmailcom", "look at gmail.com"])
def test_providers_by_themselves_stay(turn: str) -> None:
    assert found("EMAIL", f"c: {turn}", language="en") == []


def test_pieces_that_the_other_side_repeats_go() -> None:
    call = ["a: Ihre E-Mail?", "c: svea minus wegener", "a: Svea minus wegener, ja.", "c: Klammeraffe posteo Punkt de"]

    assert "Svea minus wegener" in found("EMAIL", *call)
    assert "Klammeraffe posteo Punkt de" in found("EMAIL", *call, "a: Klammeraffe posteo Punkt de, ja.")
    assert len(found("EMAIL", *call, "a: Der Punkt ist klar.")) == len(found("EMAIL", *call))
