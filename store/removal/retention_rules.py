"""How long what was kept may stay, by the settings; every time and file that is older is to go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from stimmung.speech.settings import RetentionSettings


@dataclass(frozen=True, slots=True)
class KeepDays:
    """Days after a call for its sound, and for the whole of it."""

    audio: int
    text: int


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How long everything is kept, in days; `queues` are those with days of their own."""

    usual: KeepDays
    queues: Mapping[str, KeepDays]
    backup_days: int
    audit_days: int

    def days(self, queue: str | None) -> KeepDays:
        """Return the days of a call in that queue."""
        return self.usual if queue is None else self.queues.get(queue, self.usual)

    def ends(self, queue: str | None, began: datetime) -> "Ends":
        """Return when the sound and the whole of a call are due; the sound never later than the rest."""
        days = self.days(queue)
        text = _later(began, days.text)
        return Ends(min(_later(began, days.audio), text), text)


def _later(began: datetime, days: int) -> datetime:
    """Return the moment so many days later; the last one there is where a recorder's clock is far off."""
    try:
        return began + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=began.tzinfo)


@dataclass(frozen=True, slots=True)
class Ends:
    """When the sound of a call is due to be removed, and when the whole call."""

    audio: datetime
    text: datetime


def rules_of(settings: RetentionSettings) -> RetentionRules:
    """Return the rules that the settings name."""
    return RetentionRules(
        usual=KeepDays(settings.audio_days, settings.text_days),
        queues=dict(_queue_days(entry) for entry in settings.queues),
        backup_days=settings.backup_days,
        audit_days=settings.audit_days,
    )


def _queue_days(entry: str) -> tuple[str, KeepDays]:
    """Read `queue=audio/text`, whose form the settings have checked."""
    queue, _, days = entry.rpartition("=")
    audio, _, text = days.partition("/")
    return queue.strip(), KeepDays(int(audio), int(text))
