"""From what was said to what is made of it, with small models: moods first, then distress by what they found."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.calls.consent import GRANTED, parties
from tests.calls.live_parts import said as words
from tests.calls.toy_distress import MODEL, judge, said
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.distress import DistressJudge
from stimmung.calls.distress_model import read_distress_model
from stimmung.calls.judgement import Judgement, Judges, Said, judge_call
from stimmung.calls.metrics import measure
from stimmung.calls.records import PartyPolicy
from stimmung.calls.voice_emotions import describe_in
from stimmung.speech.engines import Engines, ModelId, SpokenText, TextReading
from stimmung.speech.fakes import FakeDetector, FakeTextEmotion, FakeTranscriber, FakeVoiceEmotion
from stimmung.speech.loudness import with_levels
from stimmung.speech.records import SAMPLE_RATE, Audio, Role, Samples, Utterance

TWO = parties("agent", "customer")
SECONDS = 60.0
MOODS = {"frechheit": "negative:anger", "danke": "positive:gratitude"}


def sound(loudness: float = 0.1) -> Audio:
    """Return two channels of noise."""
    noise = np.random.default_rng(0).standard_normal((2, round(SECONDS * SAMPLE_RATE)))
    return Audio((loudness * noise).astype(np.float32))


SOUND = sound()


def engines(text: FakeTextEmotion | None = None, voice: FakeVoiceEmotion | None = None) -> Engines:
    return Engines(FakeDetector(), FakeTranscriber(), text_emotion=text, voice_emotion=voice)


def turn(role: Role, start: float, end: float, text: str) -> Utterance:
    return replace(said(start, end, text=text), channel=0 if role == "agent" else 1, role=role)


ANGRY = (
    turn("agent", 0, 4, "Guten Tag"),
    turn("customer", 5, 9, "Guten Tag"),
    turn("agent", 10, 14, "Das geht nicht"),
    turn("customer", 15, 19, "So eine Frechheit"),
    turn("customer", 20, 24, "Wirklich eine Frechheit"),
)
HARSH_AGENT = tuple(
    turn(one.role, one.start, one.end, "So eine Frechheit") if one.role == "agent" else one for one in ANGRY
)


def judged(
    utterances: tuple[Utterance, ...] = ANGRY,
    policy: tuple[PartyPolicy, ...] = TWO,
    by: Engines | None = None,
    audio: Audio = SOUND,
) -> Judgement:
    given = by or engines(FakeTextEmotion(MOODS))
    describe = describe_in(audio, given.voice_emotion)
    judges = Judges(ToyRedactor(), given.text_emotion, given.voice_emotion, describe, judge())
    return judge_call(Said(with_levels(utterances, audio), (), policy, audio.duration), judges)


def judge_sound(
    audio: Audio, utterances: Sequence[Utterance], by: Engines, distress: DistressJudge | None
) -> Judgement:
    describe = describe_in(audio, by.voice_emotion)
    judges = Judges(ToyRedactor(), by.text_emotion, by.voice_emotion, describe, distress)
    return judge_call(Said(with_levels(utterances, audio), (), TWO, audio.duration), judges)


class Vectors(FakeTextEmotion):
    """Gives every text the same vector."""

    def __init__(self, sha256: str) -> None:
        super().__init__(MOODS)
        self.model = ModelId("vectors", sha256)

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        vector: Samples = np.array([2.0, 0.0], np.float32)
        return [replace(one, vector=vector) for one in super().read(texts)]


def test_an_angry_customer_ends_distressed_with_reasons() -> None:
    found = judged()
    (caller,) = found.distress
    states = [one.distress.state for one in found.utterances if one.distress]
    assert states[0] == "calm"
    assert states[-1] in ("distressed", "urgent")
    assert caller.peak is not None
    assert caller.peak.time == 24
    last = found.utterances[-1].distress
    assert last is not None
    assert [(one.text, one.quote, one.time) for one in last.reasons] == [
        ("negative words", "Wirklich eine Frechheit", 20)
    ]


def test_by_the_shipped_weights_anger_is_worse_than_thanks() -> None:
    polite = tuple(replace(one, text="Vielen Dank danke") if one.role == "customer" else one for one in ANGRY)
    by, shipped = engines(FakeTextEmotion(MOODS), FakeVoiceEmotion()), replace(judge(), model=read_distress_model())
    scores = [judge_sound(SOUND, utterances, by, shipped).distress[0].peak for utterances in (polite, ANGRY)]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0].score < scores[1].score


def test_what_the_agent_says_changes_nothing() -> None:
    assert judged(HARSH_AGENT).distress == judged().distress
    assert [one.distress for one in judged(HARSH_AGENT).utterances if one.role == "agent"] == [None, None]


def test_without_a_judge_there_is_none_and_the_rest_is_the_same() -> None:
    by = engines(FakeTextEmotion(MOODS))
    found = judge_sound(SOUND, ANGRY, by, None)
    with_judge = judged(by=by)
    assert (found.distress, [one.distress for one in found.utterances]) == ((), [None] * len(ANGRY))
    assert (found.course, found.metrics) == (with_judge.course, with_judge.metrics)
    assert [(one.what, one.why) for one in found.omitted if one.what == "distress"] == [
        ("distress", "no distress model was given")
    ]


def test_without_consent_neither_moods_nor_distress_are_made() -> None:
    refused = parties("agent", "customer", info=replace(GRANTED, consent="withdrawn"))
    found = judged(policy=refused, by=engines(FakeTextEmotion(MOODS), FakeVoiceEmotion()))
    assert found.distress == ()
    assert not any(one.text_emotion or one.voice_emotion or one.distress for one in found.utterances)
    assert {one.what for one in found.omitted} == {"text_emotion", "voice_emotion", "distress"}
    assert found.metrics.duration == SECONDS


def test_a_voice_that_may_not_be_heard_leaves_the_words() -> None:
    unheard = parties("agent", "customer", info=replace(GRANTED, emotion_notice_given_at=None))
    both = engines(FakeTextEmotion(MOODS), FakeVoiceEmotion())
    assert judged(policy=unheard, by=both).distress == judged().distress
    assert {one.what for one in judged(policy=unheard, by=both).omitted} == {"voice_emotion"}


def test_without_a_text_model_the_voice_alone_is_judged() -> None:
    """Ten times as loud as before is wholly aroused to the fake; loudness as such is not."""
    louder = sound()
    louder.samples[1, round(19.9 * SAMPLE_RATE) :] *= 10
    found = judged(by=engines(voice=FakeVoiceEmotion()), audio=louder)
    assert found.distress[0].peak is not None
    assert found.distress[0].peak.time == 24
    last = found.utterances[-1].distress
    assert last is not None
    assert [one.text for one in last.reasons] == ["an aroused voice"]


def test_without_any_model_phrases_that_name_danger_still_count() -> None:
    found = judged((turn("customer", 0, 2, "Das ist ein Notfall!"),), by=engines())
    assert [one.state for one in found.distress] == ["urgent"]
    assert {one.what for one in found.omitted} == {"text_emotion", "voice_emotion", "distress"}


@pytest.mark.parametrize(("sha256", "added"), [(MODEL.probe.text_model if MODEL.probe else "", 2.0), ("9" * 64, 0.0)])
def test_vectors_count_only_where_the_weights_know_their_model(sha256: str, added: float) -> None:
    found = judged((turn("customer", 0, 4, "Guten Tag"),), by=engines(Vectors(sha256)))
    scored = found.utterances[0].distress
    assert scored is not None
    assert scored.probability == pytest.approx(1 / (1 + np.exp(-(8 * (0.05 - 0.5) + added))))


def test_three_decibels_more_change_no_words_and_their_levels_only() -> None:
    quiet, loud = judged(audio=sound(0.05)), judged(audio=sound(0.05 * 10 ** (3 / 20)))
    assert loud.distress == quiet.distress
    levels = [(one.level, other.level) for one, other in zip(quiet.utterances, loud.utterances, strict=True)]
    assert all(a is not None and b is not None and b - a == pytest.approx(3, abs=0.01) for a, b in levels)


class TestRedaction:
    """A customer who says a name, in anger; the toy redactor knows it."""

    NAMED = (*ANGRY[:4], words(20, 24, "Eine frechheit Erika wirklich Erika", channel=1))

    def test_nothing_that_is_made_of_a_call_holds_what_was_taken_out(self) -> None:
        texts = FakeTextEmotion(MOODS)
        found = judged(self.NAMED, by=engines(texts))
        assert found.utterances[-1].text == "Eine frechheit [NAME] wirklich [NAME]"
        last = found.utterances[-1].distress
        assert last is not None
        assert [one.quote for one in last.reasons] == ["Eine frechheit [NAME] wirklich [NAME]"]
        assert found.distress[0].reasons[0].quote == "Eine frechheit [NAME] wirklich [NAME]"
        assert "erika" not in str((found.utterances, found.distress, found.course, found.metrics)).lower()
        assert "erika" not in str(texts.asked).lower()

    def test_what_was_taken_out_is_counted_and_the_words_are_returned_beside_it(self) -> None:
        found = judged(self.NAMED)
        assert found.redaction.counts == {"NAME": 2}
        assert [(one.channel, one.kind) for one in found.redaction.bleeps] == [(1, "NAME"), (1, "NAME")]
        assert [(one.utterance, one.text) for one in found.originals] == [(4, self.NAMED[-1].text)]

    def test_how_the_talk_went_is_told_of_what_was_said(self) -> None:
        numbers = words(20, 30, "konto null eins zwei drei vier fünf sechs sieben, ja?", channel=1)
        said = with_levels((*ANGRY[:4], numbers), SOUND)
        found = judged(said)
        assert found.utterances[-1].text == "konto [IBAN] ja?"
        assert found.metrics.parties[1].words == 2 + 3 + 10
        assert found.metrics.parties[1].articulation_rate is not None
        assert found.metrics == measure(said, (), SECONDS, ("agent", "customer"))
