"""What the command line needs of the rest: one record of functions, so that tests can hand in small ones."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from stimmung.calls.analysis import Instructions, Progress, Recording
from stimmung.calls.distress import DistressJudge
from stimmung.calls.records import CallAnalysis
from stimmung.speech.engines import Engines
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import Settings


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Builds the models, analyses a call with them, tells the time in seconds."""

    build_engines: Callable[[Settings], Engines]
    analyze: Callable[[Recording, CallInfo, Engines, Instructions, Progress], CallAnalysis]
    clock: Callable[[], float] = time.perf_counter
    load_judge: Callable[[], DistressJudge] = DistressJudge.load


def real_pipeline() -> Pipeline:
    """Return the pipeline with the real models; imports them, which takes seconds."""
    from stimmung.calls.analysis import analyze
    from stimmung.models.registry import build_engines

    return Pipeline(build_engines, analyze)
