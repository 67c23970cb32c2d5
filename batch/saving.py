"""What `analyze --save` does with a call: its redacted analysis, sound and, where that is permitted, its originals."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape

from stimmung.batch.keeping import Keeper
from stimmung.batch.screen import Screen, printable
from stimmung.batch.store_access import Opening, OpenStore, StoreAccess
from stimmung.calls.analysis import Recording
from stimmung.calls.records import Analyzed, CallAnalysis
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import Settings
from stimmung.store.admission import Candidate
from stimmung.store.content import hash_recording, made_call_id
from stimmung.store.records import Outcome
from stimmung.store.removal.retention_rules import rules_of

RedactSound = Callable[[Recording, CallAnalysis], bytes]  # to a finished Opus file
SAID: dict[Outcome, str] = {"new": "saved as", "replaced": "saved anew as", "same": "already saved as"}


@dataclass(frozen=True, slots=True)
class Saver:
    """Keeps one call after the other in an open store, and who looked at it unredacted."""

    store: StoreAccess
    settings: Settings
    screen: Screen
    redact_sound: RedactSound
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    erased: bool = False  # calls are kept also where they were erased on request

    def admit(self, recording: Recording, info: CallInfo) -> None:
        """Raise StoreError, before anybody listens to it, where the call of a recording was erased on request."""
        content = hash_recording(recording.files, info.call_id)
        self.store.admit(Candidate(content, info.call_id, "recording"), self.erased)

    def save(self, recording: Recording, analyzed: Analyzed, files: Sequence[Path]) -> None:
        """Keep a call and tell its id; `files` were written of it. Raises StoreError and AudioError."""
        analysis = analyzed.analysis
        with _waiting(self.screen, f"saving {recording.files[0].name}"):
            keeper = Keeper(self.store, self.settings, self.erased)
            content = hash_recording(recording.files, analysis.info.call_id)
            kept = keeper.keep(analyzed, content, lambda: self.redact_sound(recording, analysis), files)
        without = f"; its sound is not kept: {kept.silent}" if kept.silent and kept.saved.outcome != "same" else ""
        self.screen.note(f"{SAID[kept.saved.outcome]} {kept.saved.call_id}{without}")
        self._warn_of_age(analysis.info)

    def intending(
        self, recording: Recording, analysis: CallAnalysis, files: Sequence[Path]
    ) -> AbstractContextManager[None]:
        """Have the store know of `files` before they are written in the block. Raises StoreError and AudioError."""
        return self.store.intending(_call_id(recording, analysis), files)

    def record_look(self, recording: Recording, analysis: CallAnalysis) -> None:
        """Have the store remember that somebody looks at words as they were said. Raises StoreError and AudioError."""
        self.store.record_look(_call_id(recording, analysis))

    def _warn_of_age(self, info: CallInfo) -> None:
        if info.started_at is None:
            return
        due = rules_of(self.settings.retention).ends(info.queue, info.started_at).text
        if due <= self.now():
            self.screen.note(f"the call began {info.started_at:%Y-%m-%d}: the next `stimmung retention run` removes it")


@contextmanager
def saving(
    open_store: OpenStore | None,
    settings: Settings,
    screen: Screen,
    redact_sound: RedactSound,
    erased: bool = False,
) -> Iterator[Saver | None]:
    """Open the store while the block runs; None: nothing is to be saved. Raises StoreError, before any work starts."""
    if open_store is None:
        yield None
        return
    with ExitStack() as stack:
        try:
            store = stack.enter_context(open_store(settings, screen.note, Opening(make=True)))
        except StoreError as error:
            raise StoreError(
                f"{error}; to analyse without keeping or recording anything, leave out --save and --unredacted"
            ) from error
        yield Saver(store, settings, screen, redact_sound, erased=erased)
        store.finding.tend()


@contextmanager
def _waiting(screen: Screen, title: str) -> Iterator[None]:
    """Show that something goes on, where somebody watches."""
    if screen.quiet or not screen.err.is_terminal:
        yield
        return
    with screen.err.status(escape(printable(title))):
        yield


def _call_id(recording: Recording, analysis: CallAnalysis) -> str:
    """Return the id under which a call is kept."""
    given = analysis.info.call_id
    return given or made_call_id(hash_recording(recording.files, given))
