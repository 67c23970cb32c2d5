"""What sessions and routes need of whatever keeps calls that ended, as Protocols: `api.keeping` is the store's."""

from dataclasses import dataclass
from typing import Literal, Protocol

from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.records import Samples
from stimmung.speech.wire import WireFormat

Withdrawn = Literal["withdrawn", "unknown", "recording"]  # what became of a withdrawal by a call's id


class CallKeeper(Protocol):
    """Keeps one call; from any thread, one at a time but for withdrawals, and it blocks while it writes."""

    def rule(self, policy: PolicyReport | None) -> None:
        """Take note of what the rules about the call say now."""
        ...

    def hear(self, samples: Samples) -> str:
        """Take further sound as it was listened to: float32 (channels, n) at the wire's rate.

        Return once why it is not kept any more.
        """
        ...

    def forget(self) -> None:
        """Let go of the sound of a call that will not be kept."""
        ...

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        """Keep a call that ended; return in words that it has to wait or is refused, nothing where it is kept."""
        ...

    def show(self) -> bool:
        """Record that somebody is shown the call, where it is kept; say whether it may be shown.

        It may not where it was kept and is no more: erased, or too old. It blocks. Raises StoreError.
        """
        ...

    def revoke(self) -> None:
        """Take note, at once, that consent was withdrawn: whatever is kept from now on holds no scores."""
        ...

    def promise(self) -> None:
        """Have it on the disk that what is kept by now will lose its scores, whatever happens. Raises StoreError."""
        ...

    def withdraw(self) -> bool:
        """Take the scores and the sound out of what was kept; say whether that is done, or has to wait."""
        ...


@dataclass(frozen=True, slots=True)
class KeepingCounts:
    """How many calls and withdrawals wait for the store, and how many calls were lost since the start."""

    calls_waiting: int = 0
    withdrawals_waiting: int = 0
    calls_lost: int = 0


class Keeping(Protocol):
    """Where calls are kept."""

    def of_call(self, call_id: str, wire: WireFormat) -> CallKeeper:
        """Return what keeps the live call of that id, whose sound comes as `wire` says."""
        ...

    def look(self, call_id: str) -> CallAnalysis | None:
        """Return a call as it is kept, for somebody who shows the service's key to see; None where there is none.

        From any thread; it blocks while it reads. Raises StoreError.
        """
        ...

    def withdraw_call(self, call_id: str) -> Withdrawn:
        """Take the scores out of a live call that is kept under that id, now or as soon as the store can be written.

        It is left alone where it was no live call. From any thread; it blocks. Raises StoreError where neither is sure.
        """
        ...

    def counts(self) -> KeepingCounts:
        """Return what waits and what was lost."""
        ...
