"""What runs live calls' tasks: many calls' at once, to each its own results; and the warm-up that spares the first."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.calls.live_calls import TALK, line, plain, recorded

from stimmung.api.work import WARM_UP_SECONDS, runners_of, warm_up
from stimmung.calls.live_tasks import KINDS, Judging
from stimmung.calls.records import CallAnalysis
from stimmung.speech.engines import (
    Answer,
    Ask,
    DetectorState,
    Engines,
    SpokenText,
    TextReading,
    TranscriptionOptions,
    Voice,
)
from stimmung.speech.fakes import FakeDetector, FakeTextEmotion, FakeTranscriber, FakeVoiceEmotion, fake_engines, loud
from stimmung.speech.records import CallInfo, Piece, Samples, Span, Window
from stimmung.speech.vad import Probabilities


class Counting(FakeTranscriber, FakeTextEmotion, FakeVoiceEmotion, FakeDetector):
    """All engines at once, that note how much they were given each time."""

    def __init__(self) -> None:
        FakeTranscriber.__init__(self)
        FakeTextEmotion.__init__(self)
        FakeVoiceEmotion.__init__(self)
        FakeDetector.__init__(self)
        self.times: list[tuple[str, int]] = []
        self.windows: list[float] = []

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        self.times.append(("hear", len(asks)))
        self.windows += [ask.window.duration for ask in asks]
        return super().hear(asks)

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        self.times.append(("read", len(texts)))
        return super().read(texts)

    def describe(self, voices: Sequence[Voice]) -> Samples:
        self.times.append(("describe", len(voices)))
        return super().describe(voices)

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[Probabilities, DetectorState]:
        self.times.append(("detect", 1))
        return super().probabilities(samples, state)


def counting() -> tuple[Engines, Counting]:
    engine = Counting()
    return Engines(engine, engine, engine, None, engine), engine


def ask(start: float, seconds: float) -> Ask:
    """Return a window with one utterance."""
    span = Span(start, start + seconds)
    return Ask(Window(0, loud(seconds), (Piece(span, 0.0),), (span,)), TranscriptionOptions(("de",)))


def voice(level: float) -> Voice:
    return Voice(level * loud(1.0), Span(0.0, 1.0))


def text(words: str) -> SpokenText:
    return SpokenText(words, "de")


def moods(readings: Sequence[TextReading]) -> list[str]:
    return [one.emotion.polarity for one in readings if one.emotion]


def test_there_is_a_runner_for_every_kind_of_task() -> None:
    assert set(runners_of(fake_engines())) == set(KINDS)


@pytest.mark.parametrize("kind", ["hear", "partial", "record"])
def test_windows_of_several_calls_are_heard_together_and_answered_in_their_order(kind: str) -> None:
    engines, engine = counting()
    answers = runners_of(engines)[kind]([ask(5.0, 1.0), ask(1.0, 2.0), ask(9.0, 0.5)])
    assert [one.utterances[0].start for one in answers] == [5.0, 1.0, 9.0]
    assert engine.times == [("hear", 3)]


def test_words_and_voices_of_several_calls_are_judged_together_and_each_gets_its_own() -> None:
    engines, engine = counting()
    works = [
        Judging((text("danke"), text("so eine frechheit")), (voice(1.0),)),
        Judging((), ()),
        Judging((), (voice(2.0), voice(3.0))),
        Judging((text("danke"),), ()),
    ]
    found = runners_of(engines)["judge"](works)
    assert [moods(one.readings) for one in found] == [["positive", "negative"], [], [], ["positive"]]
    usual = float(np.sqrt(np.square(loud(1.0)).mean()))
    levels = [[float(row[0]) / usual for row in one.rows] for one in found]
    assert levels[0] == pytest.approx([1.0])
    assert levels[2] == pytest.approx([2.0, 3.0])
    assert (levels[1], levels[3]) == ([], [])
    assert engine.times == [("read", 3), ("describe", 3)]


def test_models_are_not_troubled_with_nothing() -> None:
    engines, engine = counting()
    (found,) = runners_of(engines)["judge"]([Judging((), ())])
    assert (found.readings, found.rows) == ((), ())
    assert engine.times == []


def test_without_models_nothing_is_found() -> None:
    engines = replace(fake_engines(), text_emotion=None, voice_emotion=None)
    found = runners_of(engines)["judge"]([Judging((text("danke"),), (voice(1.0),)), Judging((text("danke"),), ())])
    assert [(one.readings, one.rows) for one in found] == [((), ()), ((), ())]


def test_a_call_ends_by_its_own_last_judgement() -> None:
    results = [CallAnalysis(name, 0.0, 1, "", CallInfo(), (), (), ()) for name in ("one", "two")]
    found = runners_of(fake_engines())["finish"]([lambda: results[0], lambda: results[1]])
    assert found == results


def test_a_call_can_be_run_by_these_alone() -> None:
    engines = fake_engines()
    assert plain(line(engines=engines).feed(TALK).end()) == plain(recorded(TALK, engines=fake_engines()))


# warm-up


def test_the_warm_up_runs_everything_once_with_windows_short_and_long() -> None:
    engines, engine = counting()
    warm_up(engines)
    assert [kind for kind, _ in engine.times] == ["detect", "hear", "hear", "hear", "read", "describe"]
    assert engine.windows == pytest.approx(list(WARM_UP_SECONDS))
    assert {one.language for one in engine.asked} == {"de", "en"}
    assert all(0 < one.speech.start < one.speech.end < len(one.samples) / 16_000 for one in engine.heard)


@pytest.mark.parametrize(
    "engines",
    [
        replace(fake_engines(), text_emotion=None),
        replace(fake_engines(), voice_emotion=None),
        replace(fake_engines(), text_emotion=None, text_embedding=None, voice_emotion=None),
    ],
    ids=["no text", "no voice", "neither"],
)
def test_the_warm_up_does_without_models_that_nobody_chose(engines: Engines) -> None:
    warm_up(engines)
