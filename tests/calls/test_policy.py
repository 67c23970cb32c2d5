"""What may be computed about whom: each rule, its reason and what would change it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.calls.consent import DEPLOYMENT, GRANTED, parties

from stimmung.calls.policy import (
    CERTAIN,
    CONSENT,
    NOTICE,
    ROLES,
    SETTINGS,
    Party,
    deployment_of,
    may_keep_audio,
    may_keep_original,
    permissions_for,
    permissions_of,
    report_policy,
)
from stimmung.calls.records import Deployment, Permissions, Ruling
from stimmung.speech.records import CallInfo, Consent, Country, Role, Utterance
from stimmung.speech.settings import PolicySettings

CUSTOMER = Party("customer", 1.0)
AGENT = Party("agent", 1.0)
NOTHING = Deployment()


def rule(party: Party = CUSTOMER, call: CallInfo = GRANTED, deployment: Deployment = DEPLOYMENT) -> Permissions:
    return permissions_of(party, call, deployment)


def without(*texts: str) -> Deployment:
    """Return a deployment that has settled everything but these."""
    blank: dict[str, Any] = dict.fromkeys(texts, " ")  # Any: names of fields, which replace() checks
    return replace(DEPLOYMENT, **blank)


def scored(permissions: Permissions) -> tuple[bool, bool, bool]:
    """Say whether words, voice and distress may be scored."""
    return permissions.text_emotion.allowed, permissions.voice_emotion.allowed, permissions.distress.allowed


def consents(consent: Consent) -> CallInfo:
    return replace(GRANTED, consent=consent)


def test_without_any_settings_a_customers_words_are_read_and_nothing_else() -> None:
    assert scored(rule(deployment=NOTHING, call=CallInfo())) == (True, False, False)
    assert scored(rule(deployment=NOTHING)) == (True, False, False)


def test_with_basis_notice_and_consent_a_customer_is_scored_in_full() -> None:
    assert scored(rule()) == (True, True, True)


@pytest.mark.parametrize("deployment", [NOTHING, DEPLOYMENT, replace(DEPLOYMENT, works_agreement="BV 7")])
def test_an_agent_never_is_and_nothing_would_change_it(deployment: Deployment) -> None:
    found = rule(AGENT, deployment=deployment)
    assert scored(found) == (False, False, False)
    assert {one.remedy for one in (found.text_emotion, found.voice_emotion, found.distress)} == {""}


class TestUnknownRoles:
    def test_are_never_scored_and_the_option_is_named(self) -> None:
        found = rule(Party("unknown", 0.0))
        assert scored(found) == (False, False, False)
        assert found.voice_emotion == Ruling(False, "who speaks is unknown", ROLES)

    def test_are_told_of_no_option_where_all_share_a_channel(self) -> None:
        found = rule(Party("unknown", 0.0, alone=False))
        assert found.text_emotion == Ruling(
            False,
            "all speak on one channel, so who speaks is unknown",
            "record each party on a channel of its own",
        )

    @pytest.mark.parametrize("certainty", [0.0, CERTAIN - 1e-9, float("nan"), 1.1])
    def test_a_customer_who_is_not_certainly_one_is_not_scored(self, certainty: float) -> None:
        found = rule(Party("customer", certainty))
        assert scored(found) == (False, False, False)
        assert found.voice_emotion == Ruling(False, "who speaks is not certain enough", ROLES)

    def test_a_customer_who_almost_certainly_is_one_is_scored(self) -> None:
        assert scored(rule(Party("customer", CERTAIN))) == (True, True, True)

    def test_an_agent_of_whom_it_is_doubtful_is_not_scored(self) -> None:
        assert scored(rule(Party("agent", 0.1))) == (False, False, False)


class TestVoiceEmotion:
    @pytest.mark.parametrize(
        ("lacking", "why", "remedy"),
        [
            (["purpose"], "the deployment names no purpose", "policy.purpose"),
            (["legal_basis"], "the deployment names no legal basis", "policy.legal_basis"),
            (
                ["purpose", "legal_basis"],
                "the deployment names no purpose and no legal basis",
                "policy.purpose and policy.legal_basis",
            ),
            (
                ["notice_de"],
                "the deployment has no German text of the notice to callers",
                "policy.notice_de",
            ),
            (
                ["notice_de", "notice_en"],
                "the deployment has no German and no English text of the notice to callers",
                "policy.notice_de and policy.notice_en",
            ),
        ],
    )
    def test_wants_a_deployment_that_has_settled_everything(self, lacking: list[str], why: str, remedy: str) -> None:
        found = rule(deployment=without(*lacking))
        assert found.voice_emotion == Ruling(False, why, f"{remedy} in the settings")

    @pytest.mark.parametrize(
        ("language", "missing", "allowed"),
        [
            ("de", "notice_en", True),
            ("de", "notice_de", False),
            ("en", "notice_de", True),
            ("en", "notice_en", False),
            (None, "notice_en", False),
            ("fr", "notice_de", False),
        ],
    )
    def test_wants_the_notice_in_the_calls_language(self, language: str | None, missing: str, allowed: bool) -> None:
        found = rule(call=replace(GRANTED, language=language), deployment=without(missing))
        assert found.voice_emotion.allowed == allowed

    def test_wants_the_notice_to_have_been_given(self) -> None:
        found = rule(call=replace(GRANTED, emotion_notice_given_at=None)).voice_emotion
        assert found == Ruling(False, "nobody noted when the caller was told that voices are analysed", NOTICE)

    @pytest.mark.parametrize(
        ("consent", "why", "remedy"),
        [
            ("unknown", "whether the caller consents is unknown", CONSENT),
            ("refused", "consent was refused", ""),
            ("withdrawn", "consent was withdrawn", ""),
        ],
    )
    def test_wants_consent(self, consent: Consent, why: str, remedy: str) -> None:
        assert rule(call=consents(consent)).voice_emotion == Ruling(False, why, remedy)


@pytest.mark.parametrize("deployment", [NOTHING, DEPLOYMENT, without("notice_de")])
def test_no_setting_is_named_to_whom_the_caller_said_no(deployment: Deployment) -> None:
    found = rule(call=consents("refused"), deployment=deployment)
    assert {found.voice_emotion, found.distress, found.keep_audio} == {Ruling(False, "consent was refused")}


class TestWordsAndDistress:
    @pytest.mark.parametrize(
        ("consent", "words", "distress"),
        [("granted", True, True), ("unknown", True, True), ("refused", True, False), ("withdrawn", False, False)],
    )
    def test_follow_the_callers_consent(self, consent: Consent, words: bool, distress: bool) -> None:
        found = rule(call=replace(consents(consent), emotion_notice_given_at=None))
        assert scored(found) == (words, False, distress)

    @pytest.mark.parametrize("lacking", ["purpose", "legal_basis"])
    def test_to_rank_people_wants_purpose_and_basis(self, lacking: str) -> None:
        found = rule(deployment=without(lacking))
        assert not found.distress.allowed
        assert found.distress.remedy == f"policy.{lacking} in the settings"


class TestAgentStatistics:
    AGREED = Deployment(works_agreement="Betriebsvereinbarung 7/2026")

    def test_are_off_unless_a_works_agreement_is_named(self) -> None:
        assert rule(AGENT).agent_statistics == Ruling(
            False, "no works agreement is named", f"policy.works_agreement {SETTINGS}"
        )
        assert rule(AGENT, deployment=self.AGREED).agent_statistics.allowed

    def test_want_purpose_and_basis_too_in_germany(self) -> None:
        german = replace(self.AGREED, country="de")
        assert (
            rule(AGENT, deployment=german).agent_statistics.remedy
            == f"policy.purpose and policy.legal_basis {SETTINGS}"
        )
        named = replace(german, purpose="training", legal_basis="works agreement")
        assert rule(AGENT, deployment=named).agent_statistics.allowed

    @pytest.mark.parametrize("party", [CUSTOMER, Party("unknown", 0.0), Party("agent", 0.5)])
    def test_are_of_nobody_who_is_not_known_to_be_an_agent(self, party: Party) -> None:
        assert not rule(party, deployment=self.AGREED).agent_statistics.allowed


class TestKeepAudio:
    @pytest.mark.parametrize(
        ("consent", "country", "basis", "allowed"),
        [
            ("granted", "eu", "", True),
            ("granted", "de", "", True),
            ("unknown", "eu", "contract", True),
            ("unknown", "eu", "", False),
            ("unknown", "de", "contract", False),
            ("refused", "eu", "contract", False),
            ("withdrawn", "eu", "contract", False),
            ("refused", "de", "contract", False),
        ],
    )
    def test_follows_consent_and_profile(self, consent: Consent, country: str, basis: str, allowed: bool) -> None:
        deployment = deployment_of(PolicySettings.model_validate({"country": country, "legal_basis": basis}))
        found = [rule(party, CallInfo(consent=consent), deployment).keep_audio for party in (CUSTOMER, AGENT)]
        assert [one.allowed for one in found] == [allowed] * 2

    def test_names_what_would_permit_it(self) -> None:
        assert (
            rule(call=CallInfo(), deployment=NOTHING).keep_audio.remedy
            == f"policy.legal_basis {SETTINGS}, or {CONSENT}"
        )
        assert rule(call=CallInfo(), deployment=Deployment(country="de")).keep_audio.remedy == CONSENT
        assert rule(call=consents("refused")).keep_audio.remedy == ""


class TestKeepOriginal:
    KEEPING = replace(DEPLOYMENT, keep_original=True)

    @pytest.mark.parametrize(
        ("consent", "country", "allowed"),
        [
            ("granted", "eu", True),
            ("granted", "de", True),
            ("unknown", "eu", True),
            ("unknown", "de", False),
            ("refused", "eu", False),
            ("withdrawn", "eu", False),
        ],
    )
    def test_follows_consent_and_profile_where_the_setting_wants_it(
        self, consent: Consent, country: Country, allowed: bool
    ) -> None:
        for deployment, expected in ((self.KEEPING, allowed), (DEPLOYMENT, False)):
            of_country = replace(deployment, country=country)
            found = [rule(party, CallInfo(consent=consent), of_country) for party in (CUSTOMER, AGENT)]
            assert [one.keep_original.allowed for one in found] == [expected] * 2

    def test_names_what_would_permit_it(self) -> None:
        assert rule().keep_original.remedy == f"policy.keep_original {SETTINGS}"
        assert rule(call=consents("withdrawn"), deployment=self.KEEPING).keep_original.remedy == ""
        german = replace(self.KEEPING, country="de")
        assert rule(call=consents("unknown"), deployment=german).keep_original.remedy == CONSENT

    @pytest.mark.parametrize("lacking", ["purpose", "legal_basis"])
    def test_wants_purpose_and_basis(self, lacking: str) -> None:
        found = rule(deployment=replace(without(lacking), keep_original=True)).keep_original
        assert (found.allowed, found.remedy) == (False, f"policy.{lacking} in the settings")


def test_of_the_call_as_a_whole_one_no_is_a_no_and_so_is_no_ruling() -> None:
    keeping = replace(DEPLOYMENT, keep_original=True)
    report = report_policy([AGENT, replace(CUSTOMER, channel=1)], GRANTED, keeping)
    assert may_keep_audio(report)
    assert may_keep_original(report)
    agent, customer = report.parties
    no = Ruling(False, "no")
    refused = replace(customer, permissions=replace(customer.permissions, keep_audio=no, keep_original=no))
    for other in (None, replace(report, parties=()), replace(report, parties=(agent, refused))):
        assert not may_keep_audio(other)
        assert not may_keep_original(other)


def test_settings_become_a_deployment_and_blank_text_is_nothing() -> None:
    assert deployment_of(PolicySettings()) == Deployment()
    given = PolicySettings(purpose=" help ", legal_basis="\n", notice_de="d", notice_en="e", works_agreement="BV 7")
    assert deployment_of(given) == Deployment("help", "", "d", "e", "eu", "BV 7")
    assert deployment_of(PolicySettings(keep_original=True)) == Deployment(keep_original=True)


def test_the_report_tells_the_rules_and_what_they_said_of_each_party() -> None:
    report = report_policy((AGENT, replace(CUSTOMER, channel=1)), GRANTED, DEPLOYMENT)
    assert (report.deployment, report.consent) == (DEPLOYMENT, "granted")
    assert report.notice_given_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert [(one.channel, one.role, one.certainty) for one in report.parties] == [(0, "agent", 1), (1, "customer", 1)]
    assert [one.permissions for one in report.parties] == [rule(AGENT), rule()]


@pytest.mark.parametrize(
    ("channel", "role", "allowed"),
    [(1, "customer", True), (1, "agent", False), (0, "customer", False), (2, "customer", False)],
)
def test_an_utterance_has_the_permissions_of_its_own_party_or_none(channel: int, role: Role, allowed: bool) -> None:
    said = Utterance(channel, role, "", 0.0, 1.0, "Hallo", "de", 0.9, (), ())
    found = permissions_for(said, parties("agent", "customer"))
    assert scored(found) == (allowed,) * 3
    assert found.keep_audio.allowed == (allowed or (channel, role) == (0, "agent"))
