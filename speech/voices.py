"""The voices of a channel, cut out utterance by utterance for a model that hears how people feel.

Careful of neighbours: what another utterance begins or ends with is never part of a voice.
"""

from collections.abc import Sequence

from stimmung.speech.engines import Voice
from stimmung.speech.records import SAMPLE_RATE, Samples, Span, Utterance

MARGIN = 0.2  # s around an utterance, as in the recogniser's windows (speech.utterances)


def cut_voices(samples: Samples, utterances: Sequence[Utterance]) -> list[Voice]:
    """Cut the voice of each utterance out of its channel, mono float32 (samples,) at 16 kHz; views, not copies.

    `utterances` are all of this channel, ordered by start. Each keeps up to MARGIN of what lies around it, at most to
    the middle of the gap to its neighbour.
    """
    duration = len(samples) / SAMPLE_RATE
    voices, heard_until = [], 0.0
    for place, utterance in enumerate(utterances):
        before, last = utterance.start - heard_until, place == len(utterances) - 1
        after = (duration if last else utterances[place + 1].start) - utterance.end
        around = Span(_margin(before, shared=place > 0), _margin(after, shared=not last))
        voices.append(_cut(samples, utterance, around))
        heard_until = max(heard_until, utterance.end)
    return voices


def _margin(gap: float, *, shared: bool) -> float:
    return min(MARGIN, max(0.0, gap / 2 if shared else gap))


def _cut(samples: Samples, utterance: Utterance, around: Span) -> Voice:
    """Cut an utterance with `around.start` seconds before and `around.end` after it."""
    first = max(0, round((utterance.start - around.start) * SAMPLE_RATE))
    sound = samples[first : round((utterance.end + around.end) * SAMPLE_RATE)]
    begin = first / SAMPLE_RATE
    length = len(sound) / SAMPLE_RATE  # the recording may end before the utterance does
    speech = Span(min(utterance.start - begin, length), min(utterance.end - begin, length))
    return Voice(sound, speech, utterance.voice_features)
