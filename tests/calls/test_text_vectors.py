"""Sentence vectors of what nobody read for a mood: agents are found by what they say, and not scored."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stimmung.calls.records import CallAnalysis
from stimmung.calls.text_vectors import with_vectors
from stimmung.speech.fakes import FakeTextEmbedding
from stimmung.speech.records import CallInfo, Role, Samples, Utterance

OWN = np.ones(26, np.float32) / np.float32(np.sqrt(26))


class Counting(FakeTextEmbedding):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Samples:
        self.asked += texts
        return super().embed(texts)


def said(text: str, role: Role = "agent", vector: Samples | None = None) -> Utterance:
    return Utterance(0, role, "", 0.0, 1.0, text, "de", 0.9, (), (), text_vector=vector)


def call(*utterances: Utterance) -> CallAnalysis:
    return CallAnalysis("call.wav", 9.0, 2, "de", CallInfo(), (), utterances, ())


def test_an_agents_words_get_a_vector_and_no_score() -> None:
    first, second = with_vectors(call(said("Guten Tag"), said("Bitte")), FakeTextEmbedding()).utterances
    assert first.text_vector is not None
    assert second.text_vector is not None
    assert np.array_equal(np.stack([first.text_vector, second.text_vector]), Counting().embed(["Guten Tag", "Bitte"]))
    assert (first.text_emotion, first.voice_emotion, first.distress) == (None, None, None)


def test_what_has_a_vector_keeps_it() -> None:
    model = Counting()
    customer, agent = with_vectors(call(said("Hallo", "customer", OWN), said("Guten Tag")), model).utterances
    assert customer.text_vector is OWN
    assert agent.text_vector is not None
    assert model.asked == ["Guten Tag"]


def test_what_holds_no_words_has_no_meaning() -> None:
    model = Counting()
    before = call(said("[IBAN]"), said(" … "), said(""))
    assert with_vectors(before, model) is before
    assert model.asked == []


def test_nothing_is_added_where_consent_was_withdrawn() -> None:
    before = replace(call(said("Guten Tag")), info=CallInfo(consent="withdrawn"))
    assert with_vectors(before, FakeTextEmbedding()) is before


def test_without_a_model_all_stays_as_it_is() -> None:
    before = call(said("Guten Tag"))
    assert with_vectors(before, None) is before
