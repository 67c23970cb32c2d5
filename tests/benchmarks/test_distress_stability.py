"""How alike a changed call is: states and flips counted by hand; words that go wrong, the same ones every time."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.benchmarks import toy_callers
from tests.calls import toy_distress
from tests.speech import sounds

from distress_bench import JudgedCall
from distress_stability import CHANGES, DELAY, SPEED, WRONG, alike, compared, seconds, spoilt
from stimmung.calls.records import CallAnalysis
from stimmung.speech.fakes import fake_engines
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, DistressState, Utterance

SENTENCE = "Ich warte seit drei Wochen auf meine Rechnung und niemand ruft mich zurück obwohl es mir versprochen wurde"


def states(*names: str) -> JudgedCall:
    return toy_callers.judged([0.5] * len(names), names)


class TestCompared:
    def test_a_call_that_did_not_change_is_the_same(self) -> None:
        call = toy_callers.judged([0.2, float("nan"), 0.9], ["calm", "calm", "urgent"])
        assert compared([call], [call]) == {"same_state": 1.0, "mean_change": 0.0, "flipped": 0.0}

    def test_states_are_compared_utterance_by_utterance(self) -> None:
        plain = [states("calm", "calm", "uneasy"), states("calm")]
        changed = [states("calm", "uneasy", "calm"), states("calm")]
        assert compared(plain, changed)["same_state"] == 0.5

    @pytest.mark.parametrize(
        ("before", "after", "flipped"),
        [
            ("uneasy", "distressed", 1.0),
            ("urgent", "calm", 1.0),
            ("distressed", "urgent", 0.0),
            ("calm", "uneasy", 0.0),
            ("unknown", "distressed", 1.0),
        ],
    )
    def test_a_flip_crosses_the_line_between_uneasy_and_distressed(
        self, before: str, after: str, flipped: float
    ) -> None:
        found = compared([states("calm", before, "calm")], [states("calm", after, "calm")])
        assert found["flipped"] == flipped

    def test_the_highest_state_flips_and_not_the_moment_of_it(self) -> None:
        assert compared([states("distressed", "calm")], [states("calm", "urgent")])["flipped"] == 0.0

    def test_the_change_of_the_score_is_over_moments_in_which_both_are_known(self) -> None:
        plain = [toy_callers.judged([0.2, 0.4, float("nan")])]
        changed = [toy_callers.judged([0.3, 0.1, 0.9])]
        assert compared(plain, changed)["mean_change"] == pytest.approx(0.2)


class TestAlike:
    def test_is_the_share_of_the_same_seconds_and_tells_the_highest_state(self) -> None:
        plain: list[DistressState] = ["unknown", "calm", "calm", "uneasy"]
        changed: list[DistressState] = ["unknown", "calm", "uneasy", "urgent"]
        assert alike(plain, changed) == {"same": 0.5, "highest": "urgent"}

    def test_a_call_that_is_a_second_shorter_is_compared_as_far_as_it_goes(self) -> None:
        assert alike(["calm", "calm", "urgent"], ["calm", "calm"]) == {"same": 1.0, "highest": "calm"}


class TestSeconds:
    """The toy model takes four seconds of the worst words for distress."""

    def at(self, factor: float, utterances: Sequence[Utterance] = ()) -> list[DistressState]:
        """Return the seconds of a call of twelve and a half that was made `factor` times as long."""
        said = utterances or [
            toy_distress.said(2 * factor, 6 * factor, negative=1.0),
            toy_distress.said(8 * factor, 9 * factor, negative=0.5),
        ]
        call = CallAnalysis("", 12.5 * factor, 1, "de", CallInfo(), (), tuple(said), ())
        return seconds(call, factor, toy_distress.judge(), fake_engines())

    def test_an_utterance_counts_from_the_second_in_which_it_ended(self) -> None:
        assert self.at(1.0) == ["unknown"] * 6 + ["urgent"] * 6

    def test_another_speed_has_the_same_seconds(self) -> None:
        assert self.at(1 / SPEED) == self.at(1.0)

    def test_an_agent_has_no_state(self) -> None:
        one = toy_distress.said(2, 6, negative=1.0)
        agent = Utterance(0, "agent", "", one.start, one.end, one.text, "de", 0.9, (), (), None, None, one.text_emotion)
        assert self.at(1.0, [agent]) == ["unknown"] * 12


class TestSpoilt:
    def test_a_text_goes_wrong_in_the_same_way_every_time(self) -> None:
        assert spoilt(SENTENCE) == spoilt(SENTENCE)

    def test_about_as_many_words_go_wrong_as_was_meant_and_none_is_invented(self) -> None:
        texts = [" ".join(f"w{place}" for place in range(count)) for count in range(5, 60)]
        kept = lost = 0
        for text in texts:
            before, after = text.split(), spoilt(text).split()
            assert set(after) <= set(before)
            assert len(after) <= len(before)
            lost += len(before) - len(after)
            kept += len(set(before) & set(after))
        total = sum(len(text.split()) for text in texts)
        assert lost / total == pytest.approx(WRONG / 2, abs=0.02)
        assert 1 - kept / total == pytest.approx(WRONG, abs=0.03)

    def test_nothing_stays_nothing(self) -> None:
        assert spoilt("") == ""


class TestSounds:
    audio = Audio(sounds.tone(2.0, 200.0)[np.newaxis])

    def changed(self, name: str) -> Audio:
        return CHANGES[name][0](self.audio)

    def test_louder_and_softer_are_three_decibels(self) -> None:
        assert np.abs(self.changed("+3 dB").samples).max() == pytest.approx(0.2 * 10 ** (3 / 20), rel=1e-3)
        assert np.abs(self.changed("-3 dB").samples).max() == pytest.approx(0.2 * 10 ** (-3 / 20), rel=1e-3)
        assert self.changed("+3 dB").samples.dtype == np.float32

    def test_faster_is_as_much_shorter_as_it_says(self) -> None:
        assert self.changed("5 % faster").duration == pytest.approx(2 * CHANGES["5 % faster"][1], abs=1e-3)
        assert self.changed("5 % faster").duration == pytest.approx(2 / 1.05, abs=1e-3)

    def test_other_cuts_come_from_silence_in_front(self) -> None:
        later = self.changed("other cuts")
        assert later.duration == pytest.approx(2 + DELAY)
        assert not later.samples[:, : round(DELAY * SAMPLE_RATE)].any()

    def test_what_is_plain_is_plain(self) -> None:
        assert self.changed("plain") is self.audio
