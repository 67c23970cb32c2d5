"""What the scheduler runs for live calls: each kind of task with the engines that it needs, many calls' at once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from stimmung.calls.live_tasks import Finishing, Found, Judging
from stimmung.calls.records import Analyzed
from stimmung.models.scheduler import Runner
from stimmung.speech.engines import Ask, Engines, SpokenText, TextReading, TranscriptionOptions, Voice
from stimmung.speech.records import SAMPLE_RATE, Piece, Samples, Span, Window

WARM_UP_SECONDS = (2.0, 6.0, 14.0)  # windows of these lengths: what is allocated for them is used again


def runners_of(engines: Engines) -> Mapping[str, Runner]:
    """Return how each kind of task is run, by its name."""

    def judge(works: Sequence[Judging]) -> Sequence[Found]:
        return _judge(engines, works)

    hear = engines.transcriber.hear
    return {"hear": hear, "partial": hear, "record": hear, "judge": judge, "finish": _finish}


def warm_up(engines: Engines) -> None:
    """Load what is loaded late and run everything once, so that the first caller waits for nothing."""
    noise = (0.05 * np.random.default_rng(0).standard_normal(round(WARM_UP_SECONDS[-1] * SAMPLE_RATE))).astype(
        np.float32
    )
    engines.detector.probabilities(noise)
    for seconds in WARM_UP_SECONDS:
        span = Span(0.0, seconds)
        window = Window(0, noise[: round(seconds * SAMPLE_RATE)], (Piece(span, 0.0),), (span,))
        engines.transcriber.hear([Ask(window, TranscriptionOptions())])
    texts = tuple(SpokenText(text, language) for text, language in (("Guten Tag", "de"), ("Hello", "en")))
    voices = (Voice(noise[: 2 * SAMPLE_RATE], Span(0.2, 1.8)),)
    _judge(engines, [Judging(texts if engines.text_emotion else (), voices if engines.voice_emotion else ())])


def _judge(engines: Engines, works: Sequence[Judging]) -> list[Found]:
    """Read all texts and describe all voices of several calls, and give each call its own; no model, nothing found."""
    texts = [text for work in works for text in work.texts]
    voices = [voice for work in works for voice in work.voices]
    readings: Iterator[TextReading] = iter(())
    rows: Iterator[Samples] = iter(())
    if engines.text_emotion and texts:
        readings = iter(engines.text_emotion.read(texts))
    if engines.voice_emotion and voices:
        rows = iter(engines.voice_emotion.describe(voices))
    return [Found(tuple(islice(readings, len(work.texts))), tuple(islice(rows, len(work.voices)))) for work in works]


def _finish(works: Sequence[Finishing]) -> Sequence[Analyzed]:
    return [work() for work in works]
