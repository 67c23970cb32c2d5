"""Which words of a live call may be told: identifiers are taken out by what both sides said around them until now.

Only a stretch of the call is looked at each time, so that an hour costs no more a minute than the first one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.redacting import Redacting
from stimmung.calls.redaction.tokens import Readings
from stimmung.speech.records import Utterance

LOOKED_AT = 90.0  # s before and after new words: an IBAN that is asked for, read out slowly and repeated takes a minute
# s around new words in which others may be told anew: so each of them is judged with as much again around it, and what
# was clear of a number when it was said does not become unclear as the question before it passes out of sight.
TOLD_ANEW = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class LiveRedaction:
    """Redacts around new words of one call."""

    redactor: Redacting
    readings: Readings = field(default_factory=dict)  # the call's words, each read once

    def around(self, new: Sequence[Utterance], known: Sequence[Utterance]) -> list[Utterance]:
        """Return new utterances and those near them as they may be told now, ordered by start, then channel.

        `known` is what was said besides, as it was said; a new one replaces that which began in the same place.
        """
        if not new:
            return []
        every = {(one.start, one.channel): one for one in (*known, *new)}
        seen = _near([one for _, one in sorted(every.items())], new, LOOKED_AT)
        bare = [replace(one, voice_features=None, text_vector=None) for one in seen]
        return _near(self.redactor.clear_live(bare, self.readings), new, TOLD_ANEW)

    def so_far(self, new: Sequence[Utterance], known: Sequence[Utterance]) -> str:
        """Return words of an utterance that still goes on, as they may be told; they may change."""
        places = {(one.channel, one.start) for one in new}
        clear = [one for one in self.around(new, known) if (one.channel, one.start) in places]
        return " ".join(self.redactor.redact_partial(one.text, one.language) for one in clear)


def _near(said: Sequence[Utterance], new: Sequence[Utterance], reach: float) -> list[Utterance]:
    begin, end = min(one.start for one in new) - reach, max(one.end for one in new) + reach
    return [one for one in said if one.end >= begin and one.start <= end]
