"""One recording from its file to the store, with the functions that `stimmung analyze --save` uses.

What goes wrong with it ends here: it is told to the table, and is never in the way of the next.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from stimmung.batch.job_table import WorkTable
from stimmung.batch.keeping import Keeper
from stimmung.batch.overnight.failing import failure_of
from stimmung.batch.overnight.fetching import fetched, require
from stimmung.batch.overnight.found_jobs import info_of, trouble_of
from stimmung.batch.overnight.result_files import Results, written_results
from stimmung.batch.overnight.room import SoundRoom
from stimmung.batch.overnight.stages import LostError, Progress, ToldRedactor, told_by
from stimmung.calls.analysis import Instructions
from stimmung.calls.analysis import Progress as Heard
from stimmung.calls.records import Analyzed, CallAnalysis
from stimmung.calls.text_vectors import with_vectors
from stimmung.speech.callinfo import parse_call_info, with_usual_roles
from stimmung.speech.engines import Engines
from stimmung.speech.errors import AudioError, CallInfoError, StoreError
from stimmung.speech.records import Audio, CallInfo
from stimmung.store.admission import Candidate, NotKeptError
from stimmung.store.content import hash_recording, made_call_id
from stimmung.store.jobs.records import Done, Job
from stimmung.store.lasting import LastingError

logger = logging.getLogger(__name__)
PAUSES = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 240.0)  # s: a database that was away may be back; then others take over


@dataclass(frozen=True, slots=True)
class Tools:
    """What turns files into sound, sound into a call, and a call into sound that may be kept."""

    decode: Callable[[Sequence[Path]], Audio]
    listen: Callable[[Audio, str, CallInfo, Engines, Instructions, Heard], Analyzed]
    opus: Callable[[Audio, CallAnalysis], bytes]
    engines: Engines
    instructions: Instructions


@dataclass(frozen=True, slots=True)
class OneCall:
    """Does one recording after the other; several threads may."""

    jobs: WorkTable
    keeper: Keeper
    tools: Tools
    room: SoundRoom
    results: Results

    def __call__(self, job: Job, progress: Progress) -> None:
        """Do a recording and tell the table what became of it; nothing, where it is no longer this worker's."""
        try:
            self._do(job, progress)
        except LostError:
            logger.debug("job %d is no longer ours", job.number)
        except NotKeptError as error:
            kind, forget, reason = ("erased" if error.erased else "too_old"), error.erased, str(error)
            self._tell(progress, lambda: self.jobs.skip(job, kind, reason, forget))
        except Exception as error:  # a fault of ours or of a library too: the others are to be done all the same
            logger.debug("job %d failed", job.number, exc_info=True)
            failure = failure_of(error, progress.seconds)
            self._tell(progress, lambda: self.jobs.fail(job, failure))

    def _do(self, job: Job, progress: Progress) -> None:
        if trouble := trouble_of(job):
            raise CallInfoError(trouble)
        settings = self.keeper.settings
        known = parse_call_info(info_of(job), job.sources[0], ZoneInfo(settings.timezone))
        info = with_usual_roles(known, settings.roles)
        with ExitStack() as stack:
            with progress.within("fetch"):
                files = stack.enter_context(fetched(job.sources))
                require(files)
            try:
                self._do_files(job, files, info, progress)
            except AudioError as error:
                require(files)  # one that vanished in the meantime may come back
                raise AudioError(_told(str(error), files, job.sources)) from error

    def _do_files(self, job: Job, files: Sequence[Path], info: CallInfo, progress: Progress) -> None:
        with progress.within("fetch"):
            content = hash_recording(files, info.call_id)
        candidate = Candidate(content, info.call_id, "recording", info.queue, info.started_at)
        self.keeper.store.admit(candidate, self.keeper.erased)
        if self.jobs.claim(job, content) is not None:
            return  # the same recording under another name
        with self.room.decoded(lambda: self.tools.decode(files), progress) as audio:
            analyzed = self._heard(job, audio, info, progress)
            self._keep(job, analyzed, audio, content, progress)

    def _heard(self, job: Job, audio: Audio, info: CallInfo, progress: Progress) -> Analyzed:
        instructions = self.tools.instructions
        own = replace(instructions, redactor=ToldRedactor(instructions.redactor, progress))
        engines = told_by(self.tools.engines, progress)
        found = self.tools.listen(audio, job.sources[0], info, engines, own, lambda _seconds, _of: progress.check())
        with progress.within("text"):
            return replace(found, analysis=with_vectors(found.analysis, self.tools.engines.text_embedding))

    def _keep(self, job: Job, analyzed: Analyzed, audio: Audio, content: str, progress: Progress) -> None:
        analysis = analyzed.analysis

        def sound() -> bytes:
            with progress.within("encode"):
                return self.tools.opus(audio, analysis)

        call_id = analysis.info.call_id or made_call_id(content)
        with progress.within("write"):
            written = written_results(self.keeper.store, self.results, job, analysis, call_id)
        with progress.within("save"):
            kept = self.keeper.keep(analyzed, content, sound, written)
        done = Done(kept.saved.call_id, analysis.duration, progress.timings())
        self._tell(progress, lambda: self.jobs.finish(job, done))

    def _tell(self, progress: Progress, tell: Callable[[], object]) -> None:
        """Tell the table, which may be away for minutes; what was done shall not be done again for that."""
        for pause in PAUSES:
            try:
                tell()
                return
            except LastingError:
                raise
            except StoreError as error:
                logger.warning("waiting for the database: %s", error)
            try:
                progress.wait(pause)
            except LostError:
                return


def _told(text: str, files: Sequence[Path], places: Sequence[str]) -> str:
    """Return a message with where the files came from, not where their copies are."""
    for file, place in zip(files, places, strict=True):
        text = text.replace(str(file), place)
    return text
