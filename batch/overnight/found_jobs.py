"""A recording that was found, as a job: in which order it is done, and what its worker has to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from stimmung.batch.overnight.records import Found
from stimmung.store.jobs.records import Info, Job, NewJob

Order = Literal["yesterday", "newest", "oldest"]
TROUBLE = "stimmung:trouble"  # key of a job's info, which no CallInfo has: why it must not be listened to
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which recordings are done first: those since yesterday began, the newest day or the oldest; today by `now`."""

    order: Order
    now: datetime
    zone: tzinfo

    def priority(self, found: Found) -> int:
        """Return the higher number for what is to be done sooner. Of equal ones the oldest call is first."""
        moment = self._moment(found)
        if self.order == "oldest" or moment is None:
            return 0
        day = moment.astimezone(self.zone).date()
        if self.order == "newest":
            return max((day - FIRST.date()).days, 0)
        return int(day >= self.now.astimezone(self.zone).date() - timedelta(days=1))

    def _moment(self, found: Found) -> datetime | None:
        """Return when the call began, else when its file was written, None where nobody says."""
        changed = found.files[0].changed
        if found.began is not None or changed is None:
            return found.began
        return FIRST + timedelta(seconds=changed)


def job_of(found: Found, ranking: Ranking) -> NewJob:
    """Return the job of a recording."""
    info: Mapping[str, object] = {TROUBLE: found.trouble} if found.trouble else found.info
    return NewJob(
        sources=found.places,
        versions=found.versions,
        info=info,
        priority=ranking.priority(found),
        began=found.began,
        size=found.size,
    )


def trouble_of(job: Job) -> str:
    """Return why a job's recording must not be listened to, nothing where it may."""
    return str(job.info.get(TROUBLE, ""))


def info_of(job: Job) -> Info:
    """Return what is known of a job's call, with CallInfo's keys."""
    return {key: value for key, value in job.info.items() if key != TROUBLE}
