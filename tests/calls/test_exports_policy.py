"""The policy of a call in plain JSON."""

import json
from dataclasses import fields, replace

from tests.calls.consent import DEPLOYMENT, GRANTED

from stimmung.calls.exports_policy import policy_to_json
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import Deployment, Permissions
from stimmung.speech.records import CallInfo

PARTIES = (Party("agent", 1.0), Party("customer", 1.0, channel=1))


def test_rules_and_rulings_are_told() -> None:
    german = replace(DEPLOYMENT, country="de", works_agreement="BV 7")
    found = json.loads(json.dumps(policy_to_json(report_policy(PARTIES, GRANTED, german))))
    parties = found.pop("parties")
    assert found == {
        "purpose": "help callers sooner",
        "legal_basis": "consent, Art. 6 (1) (a) GDPR",
        "country": "de",
        "works_agreement": "BV 7",
        "notice_languages": ["de", "en"],
        "consent": "granted",
        "notice_given_at": "2026-03-01T09:00:00+00:00",
    }
    assert [(one["channel"], one["role"], one["certainty"]) for one in parties] == [(0, "agent", 1), (1, "customer", 1)]
    assert [one["permissions"]["voice_emotion"]["allowed"] for one in parties] == [False, True]
    assert set(parties[0]["permissions"]) == {field.name for field in fields(Permissions)}


def test_what_nobody_settled_is_empty() -> None:
    found = policy_to_json(report_policy(PARTIES, CallInfo(), Deployment(notice_en="Hello")))
    assert (found["purpose"], found["notice_languages"], found["consent"]) == ("", ["en"], "unknown")
    assert found["notice_given_at"] is None
    assert found["parties"][1]["permissions"]["distress"] == {
        "allowed": False,
        "why": "the deployment names no purpose and no legal basis",
        "remedy": "policy.purpose and policy.legal_basis in the settings",
    }
