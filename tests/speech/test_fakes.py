"""The fakes keep the promises of the Protocols, or tests that trust them would prove nothing."""

import numpy as np
import pytest
from tests.speech import sounds

from stimmung.speech.engines import Ask, TranscriptionOptions, Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.fakes import FRAME, FakeDetector, FakeTranscriber, FakeVoiceEmotion, fake_engines, loud
from stimmung.speech.records import SAMPLE_RATE, Span, Window
from stimmung.speech.utterances import Spoken
from stimmung.speech.windows import pack_windows, window_of


def spoken(speech: Span) -> Spoken:
    return Spoken(1, (speech,), speech, loud(speech.duration))


def windows_of(*speech: Span) -> list[Window]:
    return pack_windows(map(spoken, speech))


def test_the_detector_hears_loud_sound() -> None:
    sound = np.concatenate([sounds.silence(1.024), loud(2.048), sounds.silence(1.024)])
    probabilities, _ = FakeDetector().probabilities(sound)
    assert (np.flatnonzero(probabilities)[[0, -1]] * FRAME / SAMPLE_RATE).tolist() == pytest.approx([1.024, 3.040])
    assert probabilities.sum() == 64


@pytest.mark.parametrize("chunk", [1, 100, 512, 513, 4000])
def test_the_detector_hears_the_same_in_chunks(chunk: int) -> None:
    sound = np.concatenate([loud(0.1), sounds.silence(0.2), loud(0.13)])
    whole, at_end = FakeDetector().probabilities(sound)
    state, parts = None, []
    for first in range(0, len(sound), chunk):
        part, state = FakeDetector().probabilities(sound[first : first + chunk], state)
        parts.append(part)
    assert state is not None
    assert np.array_equal(np.concatenate(parts), whole)
    assert state.frames == at_end.frames == len(whole)
    assert np.array_equal(state.pending, at_end.pending)


def test_the_transcriber_says_its_words_in_each_utterance() -> None:
    windows = windows_of(Span(1.0, 2.6), Span(4.0, 4.9))
    heard: list[Window] = []
    (utterances,) = FakeTranscriber(("guten", "Tag")).transcribe(windows, TranscriptionOptions(), heard.append)
    assert [utterance.text for utterance in utterances] == ["guten Tag guten Tag", "guten Tag"]
    assert [(utterance.start, utterance.end) for utterance in utterances] == [(1.0, 2.6), (4.0, 4.9)]
    assert {utterance.channel for utterance in utterances} == {1}
    assert {utterance.language for utterance in utterances} == {"de"}
    assert heard == windows


def test_only_the_new_pieces_are_heard_and_the_votes_stay() -> None:
    window = window_of([spoken(Span(1.0, 2.6)), spoken(Span(4.0, 4.9)), spoken(Span(6.0, 6.5))])
    asks = [Ask(window, TranscriptionOptions(), "guten Tag", new, {"en": -0.1}) for new in (1, 2, 3)]
    answers = FakeTranscriber(("guten", "Tag")).hear(asks)
    assert [[one.start for one in answer.utterances] for answer in answers] == [[6.0], [4.0, 6.0], [1.0, 4.0, 6.0]]
    assert all(answer.votes == {"en": -0.1} for answer in answers)
    assert FakeTranscriber().hear([]) == []


@pytest.mark.parametrize("seconds", [0.12, 0.4, 1.0, 5.0])
def test_words_stand_in_order_inside_their_utterance(seconds: float) -> None:
    ((utterance,),) = FakeTranscriber().transcribe(windows_of(Span(1.0, 1.0 + seconds)), TranscriptionOptions())
    times = [time for word in utterance.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= utterance.start
    assert times[-1] <= utterance.end + 1e-9


def test_the_engines_say_which_models_they_are() -> None:
    engines = fake_engines(("hello",))
    assert engines.detector.model.name != engines.transcriber.model.name


def test_the_voice_model_takes_loud_for_aroused_and_gets_used_to_it() -> None:
    model: VoiceEmotion = FakeVoiceEmotion()
    speech = Span(0.0, 2.0)
    quiet, shouted = (Voice(np.full(2 * SAMPLE_RATE, level, np.float32), speech) for level in (0.1, 0.9))
    rows = model.describe([quiet, shouted])
    assert rows.shape == (2, 2)
    assert rows.dtype == np.float32
    fresh = VoiceBaseline()
    quiet_score, shouted_score = (model.judge(row, fresh) for row in rows)
    assert quiet_score.arousal == pytest.approx(0.0, abs=1e-6)
    assert shouted_score.arousal == pytest.approx(np.log10(9))
    assert sum(shouted_score.emotions.values()) == pytest.approx(1.0)
    used_to = model.accustom(model.accustom(fresh, rows[1]), rows[1])
    assert used_to.seconds == pytest.approx(4.0)
    assert model.judge(rows[1], used_to).arousal == pytest.approx(0.0, abs=1e-6)


def test_the_voice_model_remembers_what_it_heard_and_bears_nothing_and_silence() -> None:
    model = FakeVoiceEmotion()
    assert model.describe([]).shape == (0, 2)
    nothing = Voice(np.zeros(0, np.float32), Span(0.0, 0.0))
    (row,) = model.describe([nothing])
    assert model.heard == [nothing]
    assert model.judge(row, model.accustom(VoiceBaseline(), row)).arousal == 0.0
