"""The store of the settings, searched and listened to by the user of the operating system who runs this."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from stimmung.calls.policy import may_keep_audio
from stimmung.speech.errors import StoreError
from stimmung.speech.excerpts import decode_excerpt
from stimmung.speech.records import Audio, Span
from stimmung.speech.settings import RedactionSettings
from stimmung.store.audio_files import audio_path
from stimmung.store.audit import Act
from stimmung.store.calls import load_call
from stimmung.store.looks import record_play
from stimmung.store.maintenance import Steward
from stimmung.store.pseudonyms import open_secret
from stimmung.store.records import StoredCall
from stimmung.store.removal.exports_register import Export, exporting
from stimmung.store.removal.retention_rules import RetentionRules
from stimmung.store.search.identifiers import Guard
from stimmung.store.search.language.query import Query
from stimmung.store.search.meaning.vector_index import tend_vectors
from stimmung.store.search.recording import Searcher, customer_pseudonyms, record_search
from stimmung.store.search.records import Ask, Found
from stimmung.store.search.reindex import index_missing
from stimmung.store.search.saved import SavedSearch, forget_search, save_search, saved_search, searches_of
from stimmung.store.search.search import search


class RealFinding:
    """See `Finding`."""

    def __init__(
        self, steward: Steward, rules: RetentionRules, redaction: RedactionSettings, now: Callable[[], datetime]
    ) -> None:
        self._steward, self._rules, self._redaction, self._now = steward, rules, redaction, now
        self._database, self._who = steward.database, steward.who

    @property
    def has_meanings(self) -> bool:
        return self._database.has_half_vectors

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make what searches go through where it is missing."""
        index_missing(self._database, tell)

    def search(self, ask: Ask) -> Found:
        """Return a page of hits, once it is recorded that somebody searched."""
        secret = self._database.run(lambda connection: open_secret(connection, self._steward.places.secret))
        found = search(self._database, replace(ask, customers=customer_pseudonyms(ask.query, secret)))
        searcher = Searcher(self._who, self._now())
        self._database.run(lambda connection: record_search(connection, secret, searcher, ask, found))
        return found

    def tend(self) -> None:
        """Make or renew the index over sentence vectors where that is due."""
        tend_vectors(self._database)

    def save_search(self, name: str, query: Query) -> None:
        """Keep what was typed under a name."""
        from stimmung.calls.redactor_settings import redactor_of  # takes a moment, and only who saves one needs it

        redactor = redactor_of(self._redaction, None)
        guard = Guard(redactor, self._redaction.customer_numbers, self._steward.places.secret)
        save_search(self._database, self._who, name, query, guard)

    def saved_search(self, name: str) -> SavedSearch:
        """Return a search by its name."""
        return saved_search(self._database, self._who, name)

    def saved_searches(self) -> Sequence[SavedSearch]:
        """Return one's own searches by name."""
        return searches_of(self._database, self._who)

    def forget_search(self, name: str) -> None:
        """Forget a search."""
        forget_search(self._database, self._who, name)

    def hear(self, call_id: str, span: Span) -> Audio:
        """Return a stretch of a call's sound, once it is recorded that somebody hears it."""
        stored = load_call(self._database, call_id)
        if stored.audio is None:
            raise StoreError(f"call {call_id}: its sound is not kept: {self._why_silent(stored)}")
        if span.start >= stored.analysis.duration:
            raise StoreError(f"call {call_id} ends at {stored.analysis.duration:.0f} s: there is nothing to hear then")
        heard = decode_excerpt(audio_path(self._steward.places.audio, stored.audio), span)
        record_play(self._database, stored, self._who, self._now(), span)
        return heard

    def exporting(self, call_id: str, file: Path) -> AbstractContextManager[None]:
        """Remember a file that is written in the block."""
        at, form = self._now(), {"format": file.suffix.removeprefix(".")}
        export = Export(file, self._who, at, (call_id,), detail=form)
        return exporting(self._database, export, Act("export", self._who, at, call_id, detail=form))

    def _why_silent(self, stored: StoredCall) -> str:
        policy, info = stored.analysis.policy, stored.analysis.info
        if not may_keep_audio(policy):
            rulings = [party.permissions.keep_audio for party in policy.parties] if policy else []
            return next((one.why for one in rulings if not one.allowed), "nobody ruled on it")
        began = min(info.started_at or stored.saved_at, stored.saved_at)
        ends = self._rules.ends(info.queue, began).audio
        if ends <= self._now():
            return f"it was to stay until {ends.astimezone(UTC):%Y-%m-%d} (section [retention] of the settings)"
        return "it was analysed where store.keep_audio was none, or its recording held none any more"
