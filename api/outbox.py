"""What a call told its client: numbered, kept for a while so that a dropped connection can have it again, bounded.

Pure. Withdrawn scores go from what is kept, and from everything that is put in afterwards; words that were told too
early go with their revision, so that nobody who comes back is sent them.
"""

from collections import deque
from dataclasses import dataclass, replace
from itertools import islice

from stimmung.api.events import Told, event_to_json, lightened, reworded, without_scores
from stimmung.calls.live_events import UtteranceRevised

KEPT = 2_048  # events; at four a second, more than eight minutes: a dead connection is noticed and resumed in two


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number in the call; `lag` as in `utterance.final`."""

    seq: int
    event: Told
    lag: float | None = None


class Outbox:
    """The events of one call, counted from 1."""

    def __init__(self, call_id: str, kept: int = KEPT) -> None:
        self._call_id = call_id
        self._events: deque[Numbered] = deque(maxlen=kept)
        self._last = 0
        self._withholds = False

    @property
    def kept(self) -> int:
        """How many events are kept at most."""
        return self._events.maxlen or 0

    @property
    def last(self) -> int:
        """Return the number of the newest event, 0 before the first."""
        return self._last

    def put(self, event: Told, lag: float | None = None) -> Numbered:
        """Number an event and keep it, in place of the oldest where the outbox is full."""
        self._last += 1
        told = without_scores(event) if self._withholds else lightened(event)
        if isinstance(told, UtteranceRevised) and told.utterance.text:  # without words, nothing was said after all
            self._reword(told)
        numbered = Numbered(self._last, told, lag)
        self._events.append(numbered)
        return numbered

    def can_go_on_after(self, seq: int) -> bool:
        """Say whether nothing would be missing for a client that has everything up to `seq`."""
        return self._last - len(self._events) <= seq <= self._last

    def after(self, seq: int, most: int) -> list[Numbered]:
        """Return at most `most` events that follow `seq`, the oldest first; those that are kept no more are missing."""
        skipped = max(0, seq - (self._last - len(self._events)))
        return list(islice(self._events, skipped, skipped + most))

    def erase_scores(self) -> None:
        """Forget every score, also of events that are put in later, until scores are permitted again."""
        self._withholds = True
        kept = [replace(one, event=without_scores(one.event)) for one in self._events]
        self._events = deque(kept, self._events.maxlen)

    def permit_scores(self) -> None:
        """Keep the scores of events that are put in from now on."""
        self._withholds = False

    def _reword(self, revised: UtteranceRevised) -> None:
        kept = [replace(one, event=reworded(one.event, revised)) for one in self._events]
        self._events = deque(kept, self._events.maxlen)

    def forget(self) -> None:
        """Drop the events; their numbers stay used."""
        self._events.clear()

    def to_json(self, numbered: Numbered) -> dict[str, object]:
        """Return what the client is sent."""
        told = event_to_json(numbered.event, self._call_id, numbered.lag)
        return {"type": told["type"], "seq": numbered.seq, **told}
