"""Only customers' voices are cut out and judged, each against what the caller sounded like before."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import parties

from stimmung.calls.records import PartyPolicy
from stimmung.calls.voice_emotions import Heard, describe_in, hear_voice_emotions
from stimmung.speech.engines import Voice, VoiceBaseline
from stimmung.speech.fakes import FakeVoiceEmotion
from stimmung.speech.records import SAMPLE_RATE, Audio, Event, Role, Samples, Utterance, VoiceEmotionScore

AGENT, CUSTOMER = 0, 1


class Slow(FakeVoiceEmotion):
    """Notes how often it was asked to describe, and in which order it judged and got accustomed."""

    def __init__(self) -> None:
        super().__init__()
        self.passes = 0
        self.order: list[str] = []

    def describe(self, voices: Sequence[Voice]) -> Samples:
        self.passes += 1
        return super().describe(voices)

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        self.order.append(f"judge after {baseline.seconds:.0f} s")
        return super().judge(description, baseline)

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        self.order.append("accustom")
        return super().accustom(baseline, description)


def said(start: float, channel: int, text: str = "ja", role: Role | None = None, seconds: float = 2.0) -> Utterance:
    role = role or ("agent" if channel == AGENT else "customer")
    return Utterance(channel, role, "", start, start + seconds, text, "de", 0.9, (), (), np.full(4, start, np.float32))


def sound(*levels: tuple[int, float, float], channels: int = 2, seconds: float = 30.0) -> Audio:
    """Return silence with a level from `start` on for two seconds: (channel, start, level)."""
    samples = np.zeros((channels, round(seconds * SAMPLE_RATE)), np.float32)
    for channel, start, level in levels:
        samples[channel, round(start * SAMPLE_RATE) : round((start + 2) * SAMPLE_RATE)] = level
    return Audio(samples)


CALL = (said(0, AGENT), said(3, CUSTOMER), said(6, AGENT), said(9, CUSTOMER), said(12, CUSTOMER))
TWO = parties("agent", "customer")
AUDIO = sound((AGENT, 0, 0.9), (CUSTOMER, 3, 0.02), (AGENT, 6, 0.9), (CUSTOMER, 9, 0.02), (CUSTOMER, 12, 0.2))


def hear(
    utterances: Sequence[Utterance],
    policy: Sequence[PartyPolicy],
    audio: Audio,
    events: Sequence[Event],
    model: FakeVoiceEmotion | None,
) -> Heard:
    return hear_voice_emotions(utterances, policy, events, model, describe_in(audio, model))


def arousals(heard: Heard) -> list[float | None]:
    return [one.voice_emotion.arousal if one.voice_emotion else None for one in heard.utterances]


def doubts(heard: Heard) -> list[tuple[bool, str] | None]:
    scores = [one.voice_emotion for one in heard.utterances]
    return [(score.uncertain, score.reason) if score else None for score in scores]


def test_customers_are_heard_and_of_nobody_else_a_sample_is_given_away() -> None:
    model = FakeVoiceEmotion()
    heard = hear(CALL, TWO, AUDIO, (), model)
    assert [bool(one.voice_emotion) for one in heard.utterances] == [False, True, False, True, True]
    assert heard.omitted == ()
    assert [replace(one, voice_emotion=None).start for one in heard.utterances] == [one.start for one in CALL]
    assert len(model.heard) == 3
    assert max(float(np.abs(voice.samples).max()) for voice in model.heard) == pytest.approx(0.2)


def test_the_model_gets_the_speech_its_margins_and_the_states() -> None:
    model = FakeVoiceEmotion()
    hear(CALL, TWO, AUDIO, (), model)
    first = model.heard[0]
    assert (first.speech.start, first.speech.end) == pytest.approx((0.2, 2.2))
    assert len(first.samples) == round(2.4 * SAMPLE_RATE)
    assert first.states is CALL[1].voice_features


def test_a_voice_is_judged_against_what_came_before_it() -> None:
    heard = hear(CALL, TWO, AUDIO, (), FakeVoiceEmotion())
    assert arousals(heard) == [
        None,
        pytest.approx(np.log10(0.2)),  # 0.02 against the fake's usual 0.1
        None,
        pytest.approx(0.0, abs=1e-6),
        pytest.approx(1.0),
    ]


def test_what_comes_later_changes_nothing_of_what_was_judged() -> None:
    whole = hear(CALL, TWO, AUDIO, (), FakeVoiceEmotion())
    until_then = hear(CALL[:4], TWO, AUDIO, (), FakeVoiceEmotion())
    assert arousals(whole)[:4] == pytest.approx(arousals(until_then), nan_ok=True)


def test_all_voices_are_described_at_once_and_judged_in_the_order_of_time() -> None:
    model = Slow()
    hear(CALL, TWO, AUDIO, (), model)
    assert model.passes == 1
    assert model.order == [
        "judge after 0 s", "accustom", "judge after 2 s", "accustom", "judge after 4 s", "accustom",
    ]  # fmt: skip


def test_two_customers_have_a_measure_each() -> None:
    call = tuple(said(start, channel, role="customer") for start, channel in ((0, 0), (3, 1), (6, 0), (9, 1)))
    audio = sound((0, 0, 0.02), (1, 3, 0.4), (0, 6, 0.02), (1, 9, 0.4))
    model = Slow()
    heard = hear(call, parties("customer", "customer"), audio, (), model)
    assert arousals(heard)[2:] == [pytest.approx(0.0, abs=1e-6), pytest.approx(0.0, abs=1e-6)]
    assert model.passes == 1
    assert [round(float(voice.samples.max()), 2) for voice in model.heard] == [0.02, 0.4, 0.02, 0.4]


def test_two_speakers_on_the_customers_channel_have_a_measure_each() -> None:
    call = tuple(replace(said(start, CUSTOMER), speaker=who) for start, who in ((0, "A"), (3, "B"), (6, "B")))
    heard = hear(call, TWO, sound((1, 0, 0.01), (1, 3, 0.1), (1, 6, 0.1)), (), FakeVoiceEmotion())
    assert arousals(heard)[1:] == [pytest.approx(0.0, abs=1e-6), pytest.approx(0.0, abs=1e-6)]


class TestMusic:
    def hear(self, start: float, end: float, channel: int = CUSTOMER) -> Heard:
        return hear(CALL, TWO, AUDIO, (Event("music", channel, start, end),), FakeVoiceEmotion())

    def test_under_a_voice_makes_it_uncertain_and_its_numbers_stay(self) -> None:
        heard = self.hear(8.0, 9.8)
        assert doubts(heard) == [None, (False, ""), None, (True, "music"), (False, "")]
        assert arousals(heard)[3] == pytest.approx(0.0, abs=1e-6)

    def test_a_little_of_it_does_not(self) -> None:
        assert doubts(self.hear(8.0, 9.6))[3] == (False, "")

    def test_on_another_channel_is_no_matter(self) -> None:
        assert doubts(self.hear(8.0, 12.0, AGENT))[3] == (False, "")

    def test_a_tone_is_no_music(self) -> None:
        heard = hear(CALL, TWO, AUDIO, (Event("tone", CUSTOMER, 8.0, 12.0),), FakeVoiceEmotion())
        assert doubts(heard)[3] == (False, "")

    def test_is_nothing_to_get_accustomed_to(self) -> None:
        loud = sound((CUSTOMER, 3, 0.02), (CUSTOMER, 9, 0.9), (CUSTOMER, 12, 0.02))
        heard = hear(CALL, TWO, loud, (Event("music", CUSTOMER, 8.5, 11.0),), FakeVoiceEmotion())
        assert arousals(heard)[4] == pytest.approx(0.0, abs=1e-6)


def test_laughter_is_uncertain_and_nothing_to_get_accustomed_to() -> None:
    call = (*CALL[:3], said(9, CUSTOMER, "Ha ha ha!"), CALL[4])
    audio = sound((CUSTOMER, 3, 0.02), (CUSTOMER, 9, 0.9), (CUSTOMER, 12, 0.02))
    heard = hear(call, TWO, audio, (), FakeVoiceEmotion())
    assert doubts(heard)[3:] == [(True, "laughter"), (False, "")]
    assert arousals(heard)[3:] == [pytest.approx(1.0), pytest.approx(0.0, abs=1e-6)]


class TestNobody:
    def refused(self, *call: Utterance, roles: tuple[Role, ...] = ("agent", "customer")) -> Heard:
        model = FakeVoiceEmotion()
        heard = hear(call, parties(*roles), AUDIO, (), model)
        assert model.heard == []
        assert heard.utterances == call
        return heard

    def test_without_roles_nothing_is_heard_and_the_option_is_named(self) -> None:
        heard = self.refused(*(replace(one, role="unknown") for one in CALL), roles=("unknown", "unknown"))
        assert [(one.what, "--roles" in one.remedy) for one in heard.omitted] == [("voice_emotion", True)]

    def test_where_all_speak_on_one_channel_it_is_told_what_would_help(self) -> None:
        heard = self.refused(*(replace(one, role="unknown", channel=0) for one in CALL), roles=("unknown",))
        assert [one.remedy for one in heard.omitted] == ["record each party on a channel of its own"]

    def test_a_customer_who_shares_the_channel_is_not_heard_either(self) -> None:
        heard = self.refused(*(replace(one, channel=0) for one in CALL), roles=("customer",))
        (omission,) = heard.omitted
        assert "others speak on the customer's channel" in omission.why

    def test_agents_alone(self) -> None:
        heard = self.refused(CALL[0], CALL[2])
        assert [(one.what, one.remedy) for one in heard.omitted] == [("voice_emotion", "")]

    def test_silence(self) -> None:
        assert self.refused().utterances == ()


def test_without_a_model_the_option_is_named() -> None:
    heard = hear(CALL, TWO, AUDIO, (), None)
    assert heard.utterances == CALL
    assert [(one.what, "--voice-model" in one.remedy) for one in heard.omitted] == [("voice_emotion", True)]


def test_what_the_model_doubts_keeps_its_reason() -> None:
    class Unsure(FakeVoiceEmotion):
        def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
            return VoiceEmotionScore(None, None, {}, True, "too short")

    heard = hear(CALL, TWO, AUDIO, (), Unsure())
    assert doubts(heard)[1] == (True, "too short")
