"""Calls that ended live are kept in the store, each before its end is told, so that whoever was told finds it there.

While the store cannot be reached they wait in memory and are tried again. Their sound follows a moment later: making it
ready takes seconds of the processor. The same sound under the same id is the same call, so that a client that was cut
off may send it again.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from stimmung.api.heard_sound import HeardSound
from stimmung.api.keepers import KeepingCounts, Withdrawn
from stimmung.api.kept_withdrawals import KeptWithdrawals
from stimmung.api.settling import Settling
from stimmung.api.sound_keeping import Shelf, SoundKeeping
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.policy import may_keep_audio
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.records import CallInfo, Samples
from stimmung.speech.settings import Settings
from stimmung.speech.wire import WireFormat
from stimmung.store.admission import Admission, Candidate, why_not_kept
from stimmung.store.audit import system_user
from stimmung.store.calls import find_call, save_call
from stimmung.store.content import hash_live
from stimmung.store.database import open_database
from stimmung.store.lasting import LastingError
from stimmung.store.looks import record_look, record_look_at
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.places import places_in
from stimmung.store.provenance import provenance_of
from stimmung.store.records import Provenance, SavedCall
from stimmung.store.removal.erasure import settle_erasures
from stimmung.store.removal.retention_rules import rules_of
from stimmung.store.removal.withdrawal_register import WithdrawalRegister
from stimmung.store.taken import holder_of, is_taken, kept_beside

NOT_YET = "the call is not in the store yet, and is tried again while the server runs"
LOCK_SECONDS = 2.0  # that a call which ended waits for a table that is just written anew; then it waits in memory
AGAIN_SECONDS = 5.0  # between two tries to keep what waits
MOST_WAITING = 1_000  # calls; a call of ten minutes is half a megabyte
WHO = "api key"  # who looks at calls by the service, in the audit
DIGITS = 8  # of the content's hash behind an id that was taken already
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Ended:
    """A call that is to be kept, and its sound, None where that is not kept or is no more."""

    call: SavedCall
    sound: HeardSound | None = None


class StoreKeeping:
    """Keeps calls in the store; `close` it before the database."""

    def __init__(self, shelf: Shelf, settling: Settling, register: WithdrawalRegister) -> None:
        self._shelf, self._settling = shelf, settling
        self._sounds = SoundKeeping(shelf)
        self._withdrawals = KeptWithdrawals(shelf, settling, register)
        self._lost = 0
        self._waiting: deque[_Ended] = deque()
        self._why = ""  # the last one had to wait
        self._lock = threading.Lock()  # over what waits
        self._writing = threading.Lock()  # so that a withdrawal comes after what it withdraws
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._try_again, name="keep", daemon=True)
        self._thread.start()

    def of_call(self, call_id: str, wire: WireFormat) -> "StoredLiveCall":
        """Return what keeps the live call of that id, whose sound comes as `wire` says."""
        folder = self._shelf.places.audio if self._shelf.sound else None
        return StoredLiveCall(call_id, HeardSound(folder, wire.sample_rate, wire.channels), self)

    def look(self, call_id: str) -> CallAnalysis | None:
        """Return a call as it is kept, once it is recorded that somebody looks at it."""
        database = self._shelf.database
        found = find_call(database, call_id)
        if found is None:
            return None
        record_look(database, found, WHO, datetime.now(UTC))
        return found.analysis

    def record_look(self, content_hash: str) -> bool:
        """Record that somebody looks at a call of that content; say whether it is kept. Raises StoreError."""
        return record_look_at(self._shelf.database, content_hash, WHO, datetime.now(UTC))

    def withdraw_call(self, call_id: str) -> Withdrawn:
        """Take the scores out of the live calls that are kept, or wait to be, and came with that id."""
        with self._lock:
            waits = [one.call.content_hash for one in self._waiting if one.call.analysis.info.call_id == call_id]
        if not waits:
            found, beside = self._shelf.database.run(
                lambda connection: (holder_of(connection, call_id), kept_beside(connection, call_id, DIGITS))
            )
            if found is not None and found.source == "live":
                beside = (found.content_hash, *beside)
            if not beside:
                return "unknown" if found is None else "recording"
            waits = list(beside)
        for content in waits:
            self.promise(content)
        for content in waits:
            self.withdraw_content(content, call_id)
        return "withdrawn"

    def promise(self, content_hash: str) -> None:
        """Have it on the disk that a call of that content will lose its scores. Raises StoreError."""
        self._withdrawals.promise(content_hash)

    def withdraw_content(self, content_hash: str, call_id: str) -> bool:
        """Take the scores out of a call of that content, kept or waiting; say whether that is done, or has to wait.

        Another call under its id by now, such as a recording, is left alone.
        """
        with self._writing:
            with self._lock:
                self._waiting = deque(
                    _withdrawn(one) if one.call.content_hash == content_hash else one for one in self._waiting
                )
            fate = self._withdrawals.carry_out(content_hash)
        if fate == "not kept":
            self._tell_of_other(content_hash, call_id)
        return fate != "waits"

    def resume(self) -> None:
        """Carry out the withdrawals that an earlier run left. Raises StoreError."""
        with self._writing:
            self._withdrawals.resume()

    def counts(self) -> KeepingCounts:
        """Return what waits and what was lost."""
        return KeepingCounts(self.waiting, self._withdrawals.waiting, self._lost)

    def is_sound_too_old(self, info: CallInfo) -> bool:
        """Say whether the sound of a call that began so long ago is not to be kept any more."""
        return bool(self._shelf.admission.sound_too_old(info.queue, info.started_at))

    @property
    def provenance(self) -> Provenance:
        return self._shelf.provenance

    @property
    def waiting(self) -> int:
        """How many calls could not be kept yet."""
        return len(self._waiting)

    def save(self, call: SavedCall, sound: HeardSound | None = None) -> str:
        """Keep a call; return in words that it has to wait or is refused, nothing where it is kept.

        Where others wait it lines up at once: each try may take seconds, of a thread that other calls are heard on.
        `sound` is this one's from now on.
        """
        ended = _Ended(call, sound)
        if self._waiting:
            self._wait(ended)
            return f"{NOT_YET}: {self._why}"
        with self._writing:
            try:
                refusal = self._save(ended)
            except LastingError as error:
                self._give_up(ended, error)
                return f"the call is not kept in the store: {error}"
            except StoreError as error:
                self._why = str(error)
                self._wait(ended)
                return f"{NOT_YET}: {error}"
        return refusal

    def close(self) -> int:
        """Try once more what waits, and stop; return how many calls could not be kept."""
        self._settling.close()
        self._closed.set()
        self._thread.join()
        self._retry()
        self._sounds.close()
        for one in self._waiting:
            _drop(one.sound)
        if self._waiting:
            logger.error("%d calls could not be kept in the store and are lost", len(self._waiting))
        if self._withdrawals.waiting:
            logger.error("%d withdrawals are carried out at the next start", self._withdrawals.waiting)
        return len(self._waiting)

    def _save(self, ended: _Ended) -> str:
        """Keep a call, under an id beside its own where another call has that already; return why it is refused.

        Raises StoreError.
        """
        if self._withdrawals.is_promised(ended.call.content_hash):  # sent again, and the first time was lost
            ended = _withdrawn(ended)
        shelf, call, saved = self._shelf, ended.call, ended.call
        info, call_id = call.analysis.info, call.analysis.info.call_id or ""
        candidate = Candidate(call.content_hash, call_id, "live", info.queue, info.started_at)
        if refusal := why_not_kept(shelf.database, shelf.places.secret, candidate, shelf.admission):
            logger.warning("call %s is not kept: %s", call_id, refusal)
            _drop(ended.sound)
            return f"the call is not kept in the store: {refusal}"
        if shelf.database.run(lambda connection: is_taken(connection, call_id, call.content_hash)):
            other = f"{call_id}-{call.content_hash[:DIGITS]}"
            saved = _under(call, other)
            logger.warning("call %s: another call of that id is kept; kept as %s", call_id, other)
        save_call(shelf.database, shelf.places, saved, shelf.admission)
        if info.consent == "withdrawn":
            self._settling.due()
        if ended.sound is not None:
            self._sounds.put(saved, ended.sound)
        return ""

    def _wait(self, ended: _Ended) -> None:
        """Have a call wait; of the same call the newest counts, and nothing is heard of one that was withdrawn."""
        with self._lock:
            content = ended.call.content_hash
            same = [one for one in self._waiting if one.call.content_hash == content]
            kept = [one for one in self._waiting if one.call.content_hash != content]
            if len(kept) >= MOST_WAITING:
                logger.error("the oldest of %d calls that wait for the store is lost", MOST_WAITING)
                self._lost += 1
                same.append(kept.pop(0))
            for one in same:
                _drop(one.sound)
            self._waiting = deque([*kept, ended])

    def _try_again(self) -> None:
        while not self._closed.wait(AGAIN_SECONDS):
            self._retry()

    def _retry(self) -> None:
        """Keep what waits, and then take the scores out of what is to lose them."""
        self._keep_waiting()
        if self._withdrawals.waiting:
            with self._writing:
                self._withdrawals.retry()

    def _give_up(self, ended: _Ended, error: LastingError) -> None:
        """Let go of a call that the store will never take."""
        call_id = ended.call.analysis.info.call_id
        logger.error("call %s is lost, since the store will not take it: %s: %s", call_id, type(error).__name__, error)
        _drop(ended.sound)
        self._lost += 1

    def _tell_of_other(self, content_hash: str, call_id: str) -> None:
        try:
            other = self._shelf.database.run(lambda connection: is_taken(connection, call_id, content_hash))
        except StoreError:
            return  # the withdrawal is carried out either way
        if other:
            logger.warning(
                "call %s: consent was withdrawn, and what is kept under this id by now is not what was heard: a"
                " recording is analysed again with consent withdrawn, or erased",
                call_id,
            )

    def _keep_waiting(self) -> None:
        """Keep what waits, oldest first, until one cannot be kept; that one is the last to be tried again."""
        while self._waiting:
            with self._writing:
                ended = self._waiting[0] if self._waiting else None
                if ended is None:
                    return
                try:
                    self._save(ended)
                except LastingError as error:
                    self._give_up(ended, error)
                except StoreError as error:
                    logger.warning("%d calls wait for the store: %s", len(self._waiting), error)
                    with self._lock:
                        self._why = str(error)
                        self._waiting.rotate(-1)
                    return
                with self._lock:
                    self._waiting = deque(one for one in self._waiting if one is not ended)


class StoredLiveCall:
    """Keeps one live call under the id that it came with."""

    def __init__(self, call_id: str, sound: HeardSound, keeping: StoreKeeping) -> None:
        self._call_id, self._sound, self._keeping = call_id, sound, keeping
        self._ended = False  # the sound is somebody else's
        self._withdrawn = False
        self._content: str | None = None  # of what is kept, or is just being kept
        self._kept = False  # when it ended
        self._lock = threading.Lock()  # over both
        self._saving = threading.Lock()  # so that a withdrawal comes after what it withdraws

    def rule(self, policy: PolicyReport | None) -> None:
        """Take note of what the rules about the call say now."""
        if not self._ended:
            self._sound.permit(may_keep_audio(policy))

    def hear(self, samples: Samples) -> str:
        """Take further sound as it was listened to; return once why it is not kept any more."""
        return self._sound.hear(samples)

    def forget(self) -> None:
        """Let go of the sound of a call that will not be kept."""
        if not self._ended:
            self._sound.permit(False)

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        """Keep a call that ended; return why that has to wait, nothing where it is kept."""
        self.rule(analysis.policy)
        if self._keeping.is_sound_too_old(analysis.info):
            self._sound.drop()
        self._ended = True
        content = hash_live(self._call_id, self._sound.digest)
        call = _under(SavedCall(analysis, content, self._keeping.provenance, "live", originals), self._call_id)
        with self._saving:
            with self._lock:
                self._content, withdrawn = content, self._withdrawn
            ended = _Ended(call, self._sound)
            ended = _withdrawn(ended) if withdrawn else ended
            why = self._keeping.save(ended.call, ended.sound)
            self._kept = not why
            return why

    def show(self) -> bool:
        """Record that somebody looks at the call, if it is kept; say whether it may be shown: not if it is no more."""
        with self._lock:
            content = self._content
        return content is None or self._keeping.record_look(content) or not self._kept

    def revoke(self) -> None:
        """Take note that consent was withdrawn: what is kept from now on holds no scores."""
        with self._lock:
            self._withdrawn = True

    def promise(self) -> None:
        """Have it on the disk that what is kept by now will lose its scores."""
        with self._lock:
            content = self._content
        if content is not None:
            self._keeping.promise(content)

    def withdraw(self) -> bool:
        """Take the scores and the sound out of what was kept; say whether that is done, or has to wait."""
        with self._saving:
            content = self._content
        return content is None or self._keeping.withdraw_content(content, self._call_id)


def _withdrawn(ended: _Ended) -> _Ended:
    """Return what is left of a call when consent is withdrawn, without its sound."""
    _drop(ended.sound)
    call = replace(ended.call, analysis=withdraw_consent(ended.call.analysis), originals=(), audio=None)
    return _Ended(call)


def _drop(sound: HeardSound | None) -> None:
    if sound is not None:
        sound.drop()


@contextmanager
def open_keeping(settings: Settings, tell: Callable[[str], None]) -> Iterator[StoreKeeping]:
    """Open the store of the settings while the block runs. Raises StoreError."""
    with open_database(settings.store, tell=tell, compound_words=settings.search.compound_words) as database:
        places = places_in(database.data_dir, settings.store)
        steward = Steward(database, places, system_user(), Pace(tell))
        settle_erasures(steward)
        admission = Admission(rules_of(settings.retention))
        sound = settings.store.keep_audio != "none"
        shelf = Shelf(database.within(LOCK_SECONDS), places, provenance_of(settings), admission, sound)
        register = WithdrawalRegister(database.data_dir)
        keeping = StoreKeeping(shelf, Settling(lambda: not settle_erasures(steward).left_to_others), register)
        keeping.resume()
        try:
            yield keeping
        finally:
            keeping.close()


def _under(call: SavedCall, call_id: str) -> SavedCall:
    return replace(call, analysis=replace(call.analysis, info=replace(call.analysis.info, call_id=call_id)))
