"""Files that are written of each call beside what the store keeps: the store knows of them before they are there."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stimmung.batch.outputs import Format, remove_scored, result_file, write_results
from stimmung.batch.overnight.urls import is_url
from stimmung.batch.store_access import StoreAccess
from stimmung.calls.records import CallAnalysis
from stimmung.store.jobs.records import Job


@dataclass(frozen=True, slots=True)
class Results:
    """Where they go, and in which formats; none where `folder` is None."""

    folder: Path | None = None
    formats: tuple[Format, ...] = ("json",)


def written_results(store: StoreAccess, results: Results, job: Job, analysis: CallAnalysis, call_id: str) -> list[Path]:
    """Write the files of one call, whose names end with the job's number: names of recordings need not be unique.

    Where consent is withdrawn, what earlier runs wrote with scores is removed. Raises StoreError and OSError.
    """
    if results.folder is None:
        return []
    stem = f"{_stem(job.sources[0])}-{job.number}"
    if analysis.info.consent == "withdrawn":
        remove_scored(results.folder, stem, results.formats)
    files = [result_file(results.folder, stem, form) for form in results.formats]
    with store.intending(call_id, files):
        return write_results(analysis, results.folder, stem, results.formats)


def _stem(place: str) -> str:
    return PurePosixPath(place).stem if is_url(place) else Path(place).stem
