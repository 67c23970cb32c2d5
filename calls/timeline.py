"""What lies where on the time axis of a call, for those who draw it: lasting states, overlaps, silences."""

from collections.abc import Iterator
from itertools import zip_longest

from stimmung.calls.records import CallAnalysis
from stimmung.calls.talk import covered, gaps
from stimmung.speech.records import DistressState, Span

OVERLAP = 0.3  # seconds that several must speak; less is a quick reply
LONG_SILENCE = 3.0  # seconds


def lasting_states(analysis: CallAnalysis, channel: int) -> Iterator[tuple[Span, DistressState]]:
    """Yield the states of a caller: each lasts from its utterance's start until the caller speaks again."""
    own = [one for one in analysis.utterances if one.channel == channel and one.distress]
    for utterance, after in zip_longest(own, own[1:]):
        if utterance.distress:
            yield Span(utterance.start, after.start if after else analysis.duration), utterance.distress.state


def overlaps(analysis: CallAnalysis) -> list[Span]:
    """Return where several channels speak at once for longer than OVERLAP."""
    lanes = [
        covered([Span(one.start, one.end) for one in analysis.utterances if one.channel == channel])
        for channel in sorted({one.channel for one in analysis.utterances})
    ]
    return [span for span in covered([span for lane in lanes for span in lane], depth=2) if span.duration > OVERLAP]


def long_silences(analysis: CallAnalysis) -> list[Span]:
    """Return where nobody speaks, no music plays and no tone is heard for LONG_SILENCE or longer."""
    heard = [Span(one.start, one.end) for one in analysis.utterances]
    heard += [Span(one.start, one.end) for one in analysis.events]
    return [span for span in gaps(covered(heard), analysis.duration) if span.duration >= LONG_SILENCE]
