"""Why somebody is not scored: each reason once, and roles are asked for only where they would help."""

import pytest
from tests.calls.consent import parties

from stimmung.calls.omissions import not_scored
from stimmung.calls.records import Deployment
from stimmung.speech.records import CallInfo, Role, Utterance


def said(channel: int, role: Role) -> Utterance:
    return Utterance(channel, role, "", 0.0, 1.0, "Hallo", "de", 0.9, (), ())


@pytest.mark.parametrize(
    ("roles", "why", "helped"),
    [
        (("unknown", "unknown"), "who speaks is unknown", True),
        (("agent", "unknown"), "who speaks is unknown", True),
        (("customer", "unknown"), "who speaks is unknown", True),
        (("unknown",), "all speak on one channel", False),
        (("agent",), "the customer says nothing", False),
        ((), "the customer says nothing", False),
    ],
)
def test_the_reason_fits_the_call(roles: tuple[Role, ...], why: str, helped: bool) -> None:
    (omission,) = not_scored("voice_emotion", [said(at, role) for at, role in enumerate(roles)], parties(*roles))
    assert omission.what == "voice_emotion"
    assert why in omission.why
    assert ("--roles" in omission.remedy) == helped


def test_a_customer_who_may_be_scored_is_no_omission() -> None:
    assert not_scored("distress", [said(0, "agent"), said(1, "customer")], parties("agent", "customer")) == ()


def test_a_customer_who_says_nothing_is_not_measured_by_rules() -> None:
    silent = not_scored("distress", [said(0, "agent")], parties("agent", "customer", deployment=Deployment()))
    assert [one.why for one in silent] == ["the customer says nothing in this recording"]


def test_two_reasons_are_two_omissions() -> None:
    ruled = parties("customer", "unknown", "customer", info=CallInfo(), deployment=Deployment())
    found = not_scored("voice_emotion", [said(0, "customer"), said(1, "unknown"), said(2, "customer")], ruled)
    assert [one.why for one in found] == [
        "the deployment names no purpose and no legal basis",
        "who speaks is unknown",
    ]
    assert found[0].remedy == "policy.purpose and policy.legal_basis in the settings"
