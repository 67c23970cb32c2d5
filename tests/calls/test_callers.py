"""Who is judged: each caller by what he or she says, and nobody of whom it is not permitted."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.consent import DEPLOYMENT, GRANTED, parties
from tests.calls.toy_distress import follow, judge, now, said

from stimmung.calls.callers import KEY, NOTHING_JUDGED, WITHOUT_JUDGE, Judged, judge_callers
from stimmung.calls.records import Deployment, Omission, PartyPolicy
from stimmung.speech.records import CallInfo, Consent, Role, Utterance

TWO = parties("agent", "customer")
WORST, CALM = 1.0, 0.0
DURATION = 60.0


def of(channel: int, role: Role, utterance: Utterance, speaker: str = "") -> Utterance:
    return replace(utterance, channel=channel, role=role, speaker=speaker)


def agent(start: float, end: float, negative: float) -> Utterance:
    return of(0, "agent", said(start, end, negative))


def judged(*utterances: Utterance, policy: tuple[PartyPolicy, ...] = TWO) -> Judged:
    return judge_callers(utterances, policy, DURATION, judge())


class TestCallers:
    def test_are_followed_utterance_by_utterance_to_the_end_of_the_call(self) -> None:
        own = [said(0, 4, CALM), said(10, 14, WORST), said(20, 24, 0.6)]
        found = judged(*own)
        for place, utterance in enumerate(found.utterances):
            assert utterance.distress == follow(*own[: place + 1]).score
        assert found.callers == (now(follow(*own).caller, DURATION),)
        assert found.omitted == ()

    def test_are_not_moved_by_what_agents_say(self) -> None:
        own = [said(0, 4, CALM), said(10, 14, 0.7)]
        between = [agent(5, 9, WORST), agent(15, 30, WORST), agent(31, 31.5, CALM)]
        among = judged(*sorted((*own, *between), key=lambda one: one.start))
        assert among.callers == judged(*own).callers
        assert [one.distress for one in among.utterances if one.role == "agent"] == [None] * 3

    def test_on_two_channels_have_each_a_state_of_their_own(self) -> None:
        calm = [of(0, "customer", said(start, start + 4, CALM)) for start in (0, 20)]
        bad = [said(start, start + 4, WORST) for start in (10, 30)]
        both = parties("customer", "customer")
        found = judged(calm[0], bad[0], calm[1], bad[1], policy=both)
        assert [(one.channel, one.state) for one in found.callers] == [(0, "calm"), (1, "distressed")]
        assert found.callers[:1] == judged(*calm, policy=both).callers
        assert found.callers[1:] == judged(*bad, policy=both).callers

    def test_on_one_channel_are_told_apart_by_name(self) -> None:
        mixed = [of(1, "customer", said(0, 4, WORST), "B"), of(1, "customer", said(5, 9, CALM), "A")]
        found = judged(*mixed)
        assert [(one.speaker, one.state) for one in found.callers] == [("A", "calm"), ("B", "uneasy")]

    def test_fade_until_the_call_is_over(self) -> None:
        bad = [said(0, 4, WORST)]
        ends = [judge_callers(bad, TWO, seconds, judge()).callers[0].state for seconds in (4, 30, 60, 120)]
        assert ends == ["urgent", "distressed", "uneasy", "calm"]

    def test_keep_their_place_and_all_else(self) -> None:
        own = (agent(0, 1, CALM), said(1, 5, WORST), agent(5, 6, CALM))
        found = judged(*own).utterances
        assert (found[0], found[2]) == (own[0], own[2])
        assert (found[1].start, found[1].text) == (1, own[1].text)
        assert found[1].text_emotion is own[1].text_emotion

    def test_need_not_say_anything(self) -> None:
        assert judged() == Judged((), (), (Omission(KEY, "the customer says nothing in this recording"),))
        only = judged(agent(0, 4, WORST))
        assert (only.callers, only.utterances[0].distress) == ((), None)
        assert [one.what for one in only.omitted] == [KEY]


class TestOmissions:
    def test_say_that_nobody_gave_a_judge(self) -> None:
        found = judge_callers([said(0, 4, WORST)], TWO, DURATION, None)
        assert (found.callers, found.omitted) == ((), (WITHOUT_JUDGE,))
        assert found.utterances[0].distress is None

    def test_say_why_somebody_may_not_be_judged_rather_than_that_there_is_no_judge(self) -> None:
        nobody = parties("agent", "customer", deployment=Deployment())
        for by in (judge(), None):
            found = judge_callers([said(0, 4, WORST)], nobody, DURATION, by)
            (omission,) = found.omitted
            assert (omission.what, omission.why) == (KEY, "the deployment names no purpose and no legal basis")
            assert (found.callers, found.utterances[0].distress) == ((), None)

    def test_say_that_neither_words_nor_voice_could_be_judged(self) -> None:
        found = judged(said(0, 4), said(5, 9))
        assert found.omitted == (NOTHING_JUDGED,)
        assert [one.state for one in found.callers] == ["unknown"]

    def test_say_nothing_where_one_utterance_could_be(self) -> None:
        assert judged(said(0, 4), said(5, 9, 0.5)).omitted == ()
        assert judged(said(0, 4), said(5, 9, arousal=0.5)).omitted == ()

    def test_are_told_of_the_one_party_while_the_other_is_judged(self) -> None:
        found = judged(of(0, "unknown", said(0, 4, WORST)), said(5, 9, WORST), policy=parties("unknown", "customer"))
        assert [one.channel for one in found.callers] == [1]
        assert [one.why for one in found.omitted] == ["who speaks is unknown"]

    @pytest.mark.parametrize("consent", ["refused", "withdrawn"])
    def test_say_that_the_caller_said_no(self, consent: Consent) -> None:
        refused = parties("agent", "customer", info=replace(GRANTED, consent=consent))
        found = judged(said(0, 4, WORST, text="Das ist ein Notfall!"), policy=refused)
        assert (found.callers, found.utterances[0].distress) == ((), None)
        assert [one.why for one in found.omitted] == [f"consent was {consent}"]


@settings(max_examples=100)
@given(
    roles=st.tuples(*(st.sampled_from(get_args(Role)),) * 2),
    said_as=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(get_args(Role)), st.sampled_from(["", "A"]))),
    consent=st.sampled_from(get_args(Consent)),
    deployment=st.sampled_from([DEPLOYMENT, Deployment(), replace(DEPLOYMENT, country="de")]),
)
def test_nobody_is_judged_without_permission_whatever_comes(
    roles: tuple[Role, Role],
    said_as: list[tuple[int, Role, str]],
    consent: Consent,
    deployment: Deployment,
) -> None:
    policy = parties(*roles, info=CallInfo(consent=consent), deployment=deployment)
    utterances = [
        of(channel, role, said(place, place + 1, WORST, 1.0, "Das ist ein Notfall!"), speaker)
        for place, (channel, role, speaker) in enumerate(said_as)
    ]
    found = judge_callers(utterances, policy, DURATION, judge())
    permitted = consent in ("granted", "unknown") and deployment != Deployment()
    customers = {channel for channel, role in enumerate(roles) if role == "customer"} if permitted else set()
    may = [one.channel in customers and one.role == "customer" for one in utterances]
    assert [one.distress is not None for one in found.utterances] == may
    heard = {(one.channel, one.speaker) for one, is_judged in zip(utterances, may, strict=True) if is_judged}
    assert {(one.channel, one.speaker) for one in found.callers} == heard
