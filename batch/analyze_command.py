"""`stimmung analyze`: recordings one after the other, a failure of one never in the way of the next."""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

from rich.markup import escape

from stimmung.batch.outputs import (
    NAMING,
    AnyFormat,
    Origin,
    TextFormat,
    file_stems,
    remove_scored,
    render,
    result_files,
    write_results,
)
from stimmung.batch.pipeline import Pipeline
from stimmung.batch.progress import sound_progress
from stimmung.batch.recording_info import recording_info
from stimmung.batch.saving import Saver, saving
from stimmung.batch.screen import Screen, to_json_list
from stimmung.batch.store_access import OpenStore
from stimmung.batch.transcript_view import transcript
from stimmung.batch.unredacted_view import require_unredacted, with_originals
from stimmung.calls.analysis import Instructions, Recording
from stimmung.calls.distress import DistressJudge
from stimmung.calls.exports_tables import CallKey
from stimmung.calls.plots import plot_call
from stimmung.calls.policy import deployment_of
from stimmung.calls.records import Analyzed, CallAnalysis
from stimmung.calls.redacting import Redacting
from stimmung.calls.text_vectors import with_vectors
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.errors import AudioError, CallInfoError, StimmungError
from stimmung.speech.settings_sources import Given, LoadedSettings, load_settings
from stimmung.store.content import hash_recording, made_call_id

logger = logging.getLogger(__name__)
Value = TypeVar("Value")

DONE, SOME_FAILED = 0, 1  # exit codes


@dataclass(frozen=True, slots=True)
class AnalyzeRequest:
    """What the user asked for, as the options say it."""

    recordings: tuple[Recording, ...]
    formats: tuple[AnyFormat, ...]  # empty: a coloured transcript, or JSON into `output`
    output: Path | None
    config: Path | None
    options: tuple[Given, ...]  # settings that were given as options
    quiet: bool
    info: Mapping[str, object] = field(default_factory=dict)  # of every call: CallInfo's keys, over the sidecar's
    plot: Path | None = None  # a picture of the one call
    unredacted: bool = False  # show the words as they were said
    save: bool = False  # keep the call in the store
    save_erased: bool = False  # also one that was erased on request

    @property
    def needs_store(self) -> bool:
        """Say whether a store has to be open: to keep calls, or to record who looks at words as they were said."""
        return self.save or self.unredacted


@dataclass(frozen=True, slots=True)
class Job:
    """A recording, its place among the others, and the name of its result files."""

    recording: Recording
    number: int
    count: int
    stem: str


@dataclass(frozen=True, slots=True)
class Desk:
    """All that stays the same from one recording to the next."""

    request: AnalyzeRequest
    loaded: LoadedSettings
    pipeline: Pipeline
    engines: Engines
    redactor: Redacting
    judge: DistressJudge
    screen: Screen
    saver: Saver | None  # None: nothing is to be kept or recorded


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a recording: `text` is left to print, `good` says that nothing failed."""

    text: str
    good: bool


def run_analyze(
    request: AnalyzeRequest, pipeline: Callable[[], Pipeline], screen: Screen, open_store: OpenStore
) -> int:
    """Analyse and show each recording, and keep it if that is wanted; return the exit code: 0, or 1 where one failed.

    Raises SettingsError, WeightsError and StoreError, which concern them all.
    """
    loaded = load_settings(request.config, request.options)
    if request.unredacted:
        require_unredacted(loaded.settings)
    jobs = [job for job in _jobs(request.recordings) if _is_there(job.recording, screen)]
    if not jobs:
        return SOME_FAILED
    if request.output:
        request.output.mkdir(parents=True, exist_ok=True)
    parts = pipeline()
    needed = open_store if request.needs_store else None
    with saving(needed, loaded.settings, screen, parts.redact_sound, request.save_erased) as saver:
        engines = _load_engines(parts, loaded, screen)
        redactor = parts.build_redactor(loaded.settings, engines)
        desk = Desk(request, loaded, parts, engines, redactor, parts.load_judge(), screen, saver)
        results = [result for job in jobs if (result := _run_job(job, desk)) is not None]
        if request.formats == ("json",) and not request.output:
            texts = [result.text for result in results]
            screen.result("".join(texts) if len(request.recordings) == 1 else to_json_list(texts))
    return DONE if sum(result.good for result in results) == len(request.recordings) else SOME_FAILED


def _jobs(recordings: Sequence[Recording]) -> list[Job]:
    stems = file_stems([recording.files[0] for recording in recordings])
    return [
        Job(recording, number, len(recordings), stem)
        for number, (recording, stem) in enumerate(zip(recordings, stems, strict=True), start=1)
    ]


def _is_there(recording: Recording, screen: Screen) -> bool:
    """Report what can be seen to fail before any work starts."""
    good = True
    for path in recording.files:
        if path.is_dir():
            screen.failure(f"{path}: is a folder; name the recordings in it, such as {path / '*.wav'}")
        elif not path.exists():
            screen.failure(f"{path}: no such file")
        else:
            continue
        good = False
    return good


def _load_engines(parts: Pipeline, loaded: LoadedSettings, screen: Screen) -> Engines:
    if screen.quiet or not screen.err.is_terminal:
        return parts.build_engines(loaded.settings)
    with screen.err.status(f"loading {escape(loaded.settings.models.whisper)}"):
        return parts.build_engines(loaded.settings)


def _run_job(job: Job, desk: Desk) -> Result | None:
    """Analyse one recording, show or write it, keep it; None where the analysis failed, which was told."""
    start = desk.pipeline.clock()
    found = _guarded(job, desk.screen, lambda: _analyze(job, desk))
    if found is None:
        return None
    took = desk.pipeline.clock() - start
    saved: bool | None = False
    try:
        delivered = _guarded(job, desk.screen, lambda: _deliver(_shown(found, job, desk), job, desk, took))
    finally:  # a reader who has enough, or a full disk, is no reason to forget the call
        saved = _guarded(job, desk.screen, lambda: _save(found, job, desk))
    return None if delivered is None else Result(delivered, good=bool(saved))


def _guarded(job: Job, screen: Screen, work: Callable[[], Value]) -> Value | None:
    """Return what `work` does; None where it fails, which is told and concerns this recording only."""
    path = job.recording.files[0]
    try:
        return work()
    except StimmungError as error:
        text = str(error)
        screen.failure(text if str(path) in text else f"{path}: {text}")
    except BrokenPipeError:  # nobody reads any more: the end of them all
        raise
    except Exception as error:  # a fault of ours or of a library; its text may hold words of the call
        logger.debug("%s: unforeseen", path, exc_info=True)
        screen.failure(f"{path}: stopped by an unforeseen {type(error).__name__}; the others go on")
    return None


def _shown(found: Analyzed, job: Job, desk: Desk) -> CallAnalysis:
    """Return what is shown of a call; a look at the words as they were said is permitted, and recorded before it."""
    analysis = found.analysis
    if not desk.request.unredacted:
        return analysis
    rulings = [party.permissions.keep_original for party in analysis.policy.parties] if analysis.policy else []
    if refused := next((one for one in rulings if not one.allowed), None):
        remedy = f"; {refused.remedy} would change it" if refused.remedy else ""
        raise CallInfoError(f"{analysis.path}: --unredacted is not permitted for this call: {refused.why}{remedy}")
    assert desk.saver is not None  # needs_store
    desk.saver.record_look(job.recording, analysis)
    return with_originals(analysis, found.originals)


def _analyze(job: Job, desk: Desk) -> Analyzed:
    settings, path = desk.loaded.settings, job.recording.files[0]
    options = TranscriptionOptions(
        languages=settings.languages,
        beam_size=settings.models.beam_size,
        hotwords=settings.models.hotwords,
    )
    instructions = Instructions(desk.redactor, options, deployment_of(settings.policy), desk.judge)
    title = path.name if job.count == 1 else f"{job.number}/{job.count} {path.name}"
    info = recording_info(job.recording, desk.loaded, desk.request.info)
    if desk.saver is not None and desk.request.save:
        desk.saver.admit(job.recording, info)
    with sound_progress(desk.screen.err, title, desk.request.quiet) as progress:
        return desk.pipeline.analyze(job.recording, info, desk.engines, instructions, progress)


def _save(found: Analyzed, job: Job, desk: Desk) -> bool:
    """Keep the call if that was asked for, and have the store know that its files hold it."""
    request = desk.request
    if desk.saver is None or not request.save:
        return True
    files = [] if request.output is None else result_files(request.output, job.stem, _forms(request))
    written = [file for file in (*files, request.plot) if file is not None and file.exists()]
    meant = replace(found, analysis=with_vectors(found.analysis, desk.engines.text_embedding))
    desk.saver.save(job.recording, meant, written)
    return True


def _forms(request: AnalyzeRequest) -> tuple[AnyFormat, ...]:
    """Return the formats that go into files."""
    return request.formats or ("json",)


def _deliver(analysis: CallAnalysis, job: Job, desk: Desk, took: float) -> str:
    """Show the result, or write its files; return JSON for stdout, which waits until all are done."""
    text = _tell(analysis, job, desk, took)
    if desk.request.plot:
        with _known(analysis, job, desk, [desk.request.plot]):
            _plot(analysis, desk.request.plot, desk.screen)
    return text


def _known(
    analysis: CallAnalysis, job: Job, desk: Desk, files: Sequence[Path]
) -> contextlib.AbstractContextManager[None]:
    """Have the store know the files before they are written in the block, where the call is to be kept.

    A crash then leaves files that an erasure finds. Where the store cannot be told, they are not written.
    """
    if desk.saver is None or not desk.request.save:
        return contextlib.nullcontext()
    return desk.saver.intending(job.recording, analysis, files)


def _tell(analysis: CallAnalysis, job: Job, desk: Desk, took: float) -> str:
    formats, folder = desk.request.formats, desk.request.output
    if folder:
        if analysis.info.consent == "withdrawn":
            _remove_scored(folder, job.stem, _forms(desk.request), desk.screen)
        forms = _forms(desk.request)
        origin = _origin(analysis, job, forms)
        with _known(analysis, job, desk, result_files(folder, job.stem, forms)):
            written = _write(analysis, folder, job.stem, forms, origin)
        for file in written:
            desk.screen.note(f"wrote {file}")
    elif not formats:
        desk.screen.out.print(transcript(analysis, took), "")
    elif formats == ("json",):
        return render(analysis, "json")
    else:
        form = cast("TextFormat", formats[0])  # tables go into files only
        desk.screen.result(render(analysis, form, _origin(analysis, job, formats)))
    return ""


def _origin(analysis: CallAnalysis, job: Job, formats: Sequence[AnyFormat]) -> Origin | None:
    """Return which call it is, where a format says so: its files are read once more for that."""
    if not set(formats) & set(NAMING):
        return None
    content = hash_recording(job.recording.files, analysis.info.call_id)
    return Origin(CallKey(analysis.info.call_id or made_call_id(content), content), datetime.now(UTC))


def _remove_scored(folder: Path, stem: str, kept: Sequence[AnyFormat], screen: Screen) -> None:
    """Remove what earlier runs wrote of a call whose consent is withdrawn now, where it is not replaced anyway."""
    try:
        removed = remove_scored(folder, stem, kept)
    except OSError as error:
        raise AudioError(f"cannot remove earlier results of {stem} from {folder}: {error.strerror}") from error
    for file in removed:
        screen.note(f"consent was withdrawn: removed {file}")


def _write(
    analysis: CallAnalysis, folder: Path, stem: str, formats: Sequence[AnyFormat], origin: Origin | None
) -> list[Path]:
    try:
        return write_results(analysis, folder, stem, formats, origin)
    except OSError as error:
        raise AudioError(f"cannot write the results into {folder}: {error.strerror}") from error


def _plot(analysis: CallAnalysis, path: Path, screen: Screen) -> None:
    try:
        plot_call(analysis, path)
    except OSError as error:
        raise AudioError(f"cannot write the picture {path}: {error.strerror}") from error
    screen.note(f"wrote {path}")
