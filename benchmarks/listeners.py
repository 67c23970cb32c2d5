"""The recognisers that are compared, each in a process of its own on two cores, so that neither disturbs the other.

Thread pools, memory and caches of one side would show in the other's figures if they shared a process.
"""

import multiprocessing
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from machine import CORES, confine, peak_memory_mb
from normalise import Language
from stimmung.speech.records import Word
from unredacted import Unredacted

Side = Literal["stimmung", "batched", "tuned", "windows"]


@dataclass(frozen=True, slots=True)
class Job:
    """What to listen to, and how: the whole file for us, a file per channel for the others."""

    file: Path
    channel_files: tuple[Path, ...]
    language: Language
    beam_size: int
    batch_size: int = 8  # of the batched pipeline; the others have none


@dataclass(frozen=True, slots=True)
class Segment:
    """What a recogniser gives as one piece: an utterance of ours, a segment of theirs."""

    channel: int
    start: float
    end: float
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a job, the seconds it took from opening the file on, and what it cost."""

    seconds: float
    processor_seconds: float
    peak_memory_mb: float  # of the whole process, the model included, since its start
    segments: tuple[Segment, ...]
    stages: Mapping[str, float] = field(default_factory=dict)  # seconds by stage, summed over threads

    def channel(self, number: int) -> tuple[Segment, ...]:
        """Return the segments of a channel in time."""
        return tuple(sorted((part for part in self.segments if part.channel == number), key=lambda part: part.start))

    def text(self, number: int) -> str:
        """Return all that was heard on a channel."""
        return " ".join(part.text.strip() for part in self.channel(number))

    def words(self, number: int) -> list[Word]:
        """Return the timed words of a channel in order."""
        return [word for part in self.channel(number) for word in part.words]


Segments = tuple[Segment, ...]
Stages = Mapping[str, float]
Listen = Callable[[Job], tuple[Segments, Stages]]


class Listener:
    """A recogniser in a process of its own; use it as a context manager."""

    def __init__(self, side: Side) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, side), daemon=True)
        self._process.start()
        theirs.close()  # so that a process that dies is an EOFError here and no endless wait

    def listen(self, job: Job) -> Heard:
        """Have a job done; EOFError where the process died, which has then said why."""
        self._ours.send(job)
        heard: Heard = self._ours.recv()
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ours.close()
        self._process.join()


def serve(jobs: Connection, side: Side) -> None:
    """Build a recogniser and do jobs until the other end closes."""
    confine()
    listen = {"stimmung": stimmung, "batched": batched, "tuned": tuned, "windows": windows}[side]()
    while True:
        try:
            job: Job = jobs.recv()
        except EOFError:
            return
        started, processor = time.perf_counter(), time.process_time()
        segments, stages = listen(job)
        took = time.perf_counter() - started
        jobs.send(Heard(took, time.process_time() - processor, peak_memory_mb(), segments, stages))


def stimmung() -> Listen:
    """Build ours: int8 on CORES cores, the whole pipeline from the file to utterances."""
    from stages import timed_engines
    from stimmung.calls.analysis import Instructions, Recording, analyze
    from stimmung.models.registry import build_engines
    from stimmung.speech.engines import TranscriptionOptions
    from stimmung.speech.records import CallInfo
    from stimmung.speech.settings import ModelSettings, Settings

    engines = build_engines(Settings(models=ModelSettings(device="cpu", compute_type="int8", threads=CORES)))

    def listen(job: Job) -> tuple[Segments, Stages]:
        options = TranscriptionOptions(languages=(job.language,), beam_size=job.beam_size)
        timed, clock = timed_engines(engines)
        instructions = Instructions(Unredacted(), options)
        found = analyze(Recording((job.file,)), CallInfo(), timed, instructions, lambda *_: None)
        heard = (Segment(u.channel, u.start, u.end, u.text, u.words) for u in found.analysis.utterances)
        return tuple(heard), clock.seconds()

    return listen


def batched() -> Listen:
    """Build faster-whisper's batched pipeline: int8, CORES threads, its own defaults for all that Job does not name."""
    from faster_whisper import BatchedInferencePipeline

    pipeline = BatchedInferencePipeline(_whisper())

    def listen(job: Job) -> tuple[Segments, Stages]:
        heard: list[Segment] = []
        for channel, file in enumerate(job.channel_files):
            parts, _ = pipeline.transcribe(
                str(file),
                language=job.language,
                beam_size=job.beam_size,
                batch_size=job.batch_size,
                word_timestamps=True,
            )
            heard += [_segment(channel, part) for part in parts]
        return tuple(heard), {}

    return listen


def tuned() -> Listen:
    """Build the batched pipeline in a process that is set up like ours: what of the ratio is only that?"""
    from stimmung.models.registry import allow_avx512, reuse_freed_memory

    reuse_freed_memory()
    allow_avx512()
    return batched()


def windows() -> Listen:
    """Build faster-whisper without batches: 30-second windows one by one, no text carried from one to the next."""
    model = _whisper()

    def listen(job: Job) -> tuple[Segments, Stages]:
        heard: list[Segment] = []
        for channel, file in enumerate(job.channel_files):
            parts, _ = model.transcribe(
                str(file),
                language=job.language,
                beam_size=job.beam_size,
                condition_on_previous_text=False,
                word_timestamps=True,
            )
            heard += [_segment(channel, part) for part in parts]
        return tuple(heard), {}

    return listen


def _whisper() -> Any:  # Any: the library has no types
    from faster_whisper import WhisperModel

    from stimmung.models.recognisers import locate

    return WhisperModel(str(locate("base").folder), device="cpu", compute_type="int8", cpu_threads=CORES)


def _segment(channel: int, part: Any) -> Segment:  # Any: faster-whisper's Segment
    words = tuple(Word(word.start, word.end, word.word.strip(), word.probability) for word in part.words or ())
    return Segment(channel, part.start, part.end, part.text, words)
