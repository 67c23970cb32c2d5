"""Composed calls: what is said to be true of them is, shares are those that were asked for, chance repeats itself."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.benchmarks import toy_callers

from distress_calls import (
    CHAT,
    DISTRESSED,
    HEARD,
    KINDS,
    MODES,
    PACE,
    SHARES,
    SHORTEST,
    SHOWN,
    Line,
    Plan,
    Texts,
    perform,
    plans,
)
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.models.voice_head import VoiceHead
from stimmung.speech.engines import ModelId, VoiceBaseline
from stimmung.speech.records import Samples, VoiceEmotionScore

MANY = 1500
TEXTS = toy_callers.texts(chat=4)
ACTOR = toy_callers.actor()
KIND_OF = {text: kind for kind, own in TEXTS.by_kind.items() for text in own} | dict.fromkeys(TEXTS.chat, "chat")
UPSET = set(KINDS.values())  # feelings of clips in which distress is heard


@pytest.fixture(scope="module")
def many() -> list[Plan]:
    return plans(TEXTS, ACTOR.clips, MANY, 0.4, seed=1)


class Listening(EmbeddedVoice):
    """Takes note of how many seconds of the caller it knew at each utterance."""

    def __init__(self, head: VoiceHead, model: ModelId) -> None:
        super().__init__(head, model)
        self.known: list[float] = []

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Judge as ever."""
        self.known.append(baseline.seconds)
        return super().judge(description, baseline)


def lines_of(calls: list[Plan]) -> list[Line]:
    return [line for call in calls for line in call.lines]


def share(found: list[bool]) -> float:
    return float(np.mean(found))


class TestCourses:
    def test_as_many_callers_are_in_distress_as_was_asked_for_and_their_courses_take_turns(
        self, many: list[Plan]
    ) -> None:
        ill = Counter(call.course for call in many if call.distressed)
        assert ill == dict.fromkeys(DISTRESSED, MANY * 0.4 / 4)
        assert not plans(TEXTS, ACTOR.clips, 20, 0.0, seed=1)[0].distressed
        assert all(call.distressed for call in plans(TEXTS, ACTOR.clips, 20, 1.0, seed=1))

    def test_distress_begins_within_the_call_and_ends_only_where_the_caller_recovers(self, many: list[Plan]) -> None:
        for call in many:
            assert call.distressed == (call.course in DISTRESSED)
            assert (call.relief is not None) == (call.course == "recovering")
            if call.onset is not None:
                assert call.lines[0].end < call.onset < (call.relief or call.duration) <= call.duration

    def test_a_caller_is_in_distress_from_onset_to_relief_without_a_gap(self, many: list[Plan]) -> None:
        for call in many:
            until = call.duration if call.relief is None else call.relief
            for line in call.lines:
                assert line.distressed == (call.onset is not None and call.onset <= line.start < until)

    def test_a_rising_caller_has_problems_before_a_sudden_one_does_not(self, many: list[Plan]) -> None:
        def problems(course: str) -> float:
            before = [line for line in lines_of([one for one in many if one.course == course]) if not line.distressed]
            return share([KIND_OF[line.text] == "problem" for line in before])

        assert problems("rising") == pytest.approx(0.5, abs=0.05)
        assert problems("sudden") == pytest.approx(0.1, abs=0.03)

    def test_one_kind_of_distress_a_call_and_the_quiet_ones_are_sad(self, many: list[Plan]) -> None:
        found = Counter[str]()
        for call in many:
            said = {KINDS[KIND_OF[line.text]] for line in call.lines if KIND_OF[line.text] in KINDS}
            heard = {line.feeling for line in call.lines} & UPSET
            assert len(said | heard) <= 1
            if call.course == "quietly_sad":
                assert said | heard <= {"sadness"}
            else:
                found.update(said | heard)
        assert set(found) == UPSET


class TestShares:
    def test_of_modes(self, many: list[Plan]) -> None:
        ill = Counter(call.mode for call in many if call.distressed)
        for mode, wanted in MODES.items():
            assert ill[mode] / ill.total() == pytest.approx(wanted, abs=0.06)  # 600 calls: three standard errors
        assert {call.mode for call in many if not call.distressed} == {"none"}

    def test_of_kinds_of_calm(self, many: list[Plan]) -> None:
        calm = Counter(call.course for call in many if not call.distressed)
        for course, wanted in SHARES.items():
            assert calm[course] / calm.total() == pytest.approx(wanted, abs=0.05)

    def test_in_three_tenths_of_distressed_calls_words_or_voice_tell_nothing(self, many: list[Plan]) -> None:
        ill = [call for call in many if call.distressed]
        in_words = [any(KIND_OF[line.text] in KINDS for line in call.lines) for call in ill]
        in_voice = [any(line.feeling in UPSET for line in call.lines) for call in ill]
        for call, words, voice in zip(ill, in_words, in_voice, strict=True):
            assert not (words and call.mode == "voice")
            assert not (voice and call.mode == "words")
        assert 1 - share(in_words) == pytest.approx(0.3, abs=0.08)
        assert 1 - share(in_voice) == pytest.approx(0.3, abs=0.08)

    def test_as_many_calm_calls_mislead_one_side(self, many: list[Plan]) -> None:
        calm = [call for call in many if not call.distressed]
        gloomy = [call for call in calm if share([KIND_OF[line.text] == "problem" for line in call.lines]) >= 0.5]
        loud = [call for call in calm if any(line.feeling == "joy" for line in call.lines)]
        assert len(gloomy) / len(calm) > 0.25
        assert len(loud) / len(calm) == pytest.approx(SHARES["loud_happy"], abs=0.05)

    def test_of_utterances_that_show_it(self, many: list[Plan]) -> None:
        ill = lines_of([call for call in many if call.mode == "both"])
        ill = [line for line in ill if line.distressed]
        assert share([KIND_OF[line.text] in KINDS for line in ill]) == pytest.approx(SHOWN, abs=0.03)
        assert share([line.feeling in UPSET for line in ill]) == pytest.approx(HEARD, abs=0.03)
        assert share([line.shows for line in ill]) == pytest.approx(1 - (1 - SHOWN) * (1 - HEARD), abs=0.03)

    def test_of_chat_turns_which_are_plain_words_only(self, many: list[Plan]) -> None:
        plain = [KIND_OF[line.text] for line in lines_of(many) if KIND_OF[line.text] in ("plain", "chat")]
        assert share([kind == "chat" for kind in plain]) == pytest.approx(CHAT, abs=0.02)
        without = plans(toy_callers.texts(), ACTOR.clips, 50, 0.4, seed=1)
        assert "chat" not in {KIND_OF[line.text] for line in lines_of(without)}


class TestLabels:
    def test_an_utterance_shows_distress_where_its_words_or_its_clip_do(self, many: list[Plan]) -> None:
        for line in lines_of(many):
            assert line.shows == (KIND_OF[line.text] in KINDS or line.feeling in UPSET)
            assert not line.shows or line.distressed

    def test_some_of_the_distress_is_not_shown(self, many: list[Plan]) -> None:
        assert any(line.distressed and not line.shows for line in lines_of(many))


class TestTimes:
    def test_utterances_follow_each_other_with_pauses_and_the_call_ends_after_the_last(self, many: list[Plan]) -> None:
        for call in many:
            assert call.lines[0].start > 0
            assert all(before.end + 0.4 < after.start for before, after in pairwise(call.lines))
            assert call.duration == call.lines[-1].end + 5.0

    def test_an_utterance_lasts_as_long_as_its_words_take(self, many: list[Plan]) -> None:
        seconds = [(line.end - line.start, len(line.text.split())) for line in lines_of(many)]
        assert all(lasts == pytest.approx(max(SHORTEST, count / PACE)) for lasts, count in seconds)
        assert {count for _, count in seconds} >= {1, 6}


class TestChance:
    def test_the_same_seed_gives_the_same_plans_and_another_one_others(self) -> None:
        first, again, other = (plans(TEXTS, ACTOR.clips, 12, 0.25, seed) for seed in (1, 1, 2))
        assert first == again
        assert [call.lines for call in first] != [call.lines for call in other]
        assert len({call.name for call in (*first, *other)}) == 24

    def test_a_text_comes_again_in_a_call_only_when_all_of_its_kind_were_used(self) -> None:
        few = Texts("de", {kind: list(own)[:3] for kind, own in TEXTS.by_kind.items()})
        for call in plans(few, ACTOR.clips, 200, 0.4, seed=3):
            for kind, own in few.by_kind.items():
                said = [line.text for line in call.lines if KIND_OF[line.text] == kind]
                for begin in range(0, len(said), len(own)):
                    round_of = said[begin : begin + len(own)]
                    assert len(set(round_of)) == len(round_of)

    def test_neither_does_a_clip(self, many: list[Plan]) -> None:
        for call in many:
            for feeling, own in ACTOR.clips.items():
                heard = [line.clip for line in call.lines if line.feeling == feeling]
                assert set(heard) <= set(range(len(own)))
                for begin in range(0, len(heard), len(own)):
                    round_of = heard[begin : begin + len(own)]
                    assert len(set(round_of)) == len(round_of)


class TestPerforming:
    def test_words_are_those_of_the_text_and_the_voice_that_of_the_clip(self, many: list[Plan]) -> None:
        read = toy_callers.readings(TEXTS)
        (call,) = [one for one in many[:4] if one.course == "rising"]
        done = perform(call, ACTOR, read)
        assert (done.plan, done.actor) == (call, ACTOR.name)
        for line, said in zip(call.lines, done.utterances, strict=True):
            assert (said.start, said.end, said.text, said.role) == (line.start, line.end, line.text, "customer")
            assert said.text_emotion is read[line.text].emotion
            assert said.text_vector is read[line.text].vector
            assert said.level == ACTOR.clips[line.feeling][line.clip].level
            assert said.voice_emotion is not None

    def test_the_actor_is_measured_by_what_was_heard_before(self) -> None:
        call = plans(TEXTS, ACTOR.clips, 1, 0.0, seed=5)[0]
        model = Listening(ACTOR.model.head, ACTOR.model.model)
        perform(call, replace(ACTOR, model=model), {})
        expected = VoiceBaseline()
        for line, seconds in zip(call.lines, model.known, strict=True):
            assert seconds == expected.seconds
            expected = ACTOR.model.accustom(expected, ACTOR.clips[line.feeling][line.clip].row)
        assert expected.seconds > 0

    def test_a_text_that_nobody_read_has_words_that_could_not_be_judged(self) -> None:
        call = plans(TEXTS, ACTOR.clips, 1, 0.0, seed=5)[0]
        done = perform(call, ACTOR, {})
        assert all(one.text_emotion is None and one.text_vector is None for one in done.utterances)
