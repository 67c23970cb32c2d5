"""What the command line needs of the rest: one record of functions, so that tests can hand in small ones."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from stimmung.batch.kept_sound import redacted_sound
from stimmung.calls.analysis import Instructions, Progress, Recording
from stimmung.calls.distress import DistressJudge
from stimmung.calls.records import Analyzed, CallAnalysis
from stimmung.calls.redacting import Redacting
from stimmung.speech.engines import Engines
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import Settings


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Builds the models and what takes identifiers out, analyses a call with them, tells the time in seconds.

    `redact_sound` returns an Opus file with tones over what was redacted.
    """

    build_engines: Callable[[Settings], Engines]
    analyze: Callable[[Recording, CallInfo, Engines, Instructions, Progress], Analyzed]
    build_redactor: Callable[[Settings, Engines], Redacting]
    clock: Callable[[], float] = time.perf_counter
    load_judge: Callable[[], DistressJudge] = DistressJudge.load
    redact_sound: Callable[[Recording, CallAnalysis], bytes] = redacted_sound


def real_pipeline() -> Pipeline:
    """Return the pipeline with the real models; imports them, which takes seconds."""
    from stimmung.calls.analysis import analyze
    from stimmung.calls.redactor_settings import redactor_of
    from stimmung.models.registry import build_engines

    def build_redactor(settings: Settings, engines: Engines) -> Redacting:
        return redactor_of(settings.redaction, engines.names)

    return Pipeline(build_engines, analyze, build_redactor)
