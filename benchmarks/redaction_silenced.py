"""What a tone lies over once a call's sound is redacted, as the product lays it, and how much of it was nobody's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from machine import Figures
from redaction_heard import Heard
from redaction_scores import covered
from redaction_sides import Cleaned
from stimmung.calls.redaction.records import Bleep
from stimmung.speech.bleep import own_stretches
from stimmung.speech.records import SAMPLE_RATE, Span

TOUCHED: Final = 0.1  # of a word's time: it is part of the identifier
GONE: Final = 0.5  # of a word's time under a tone: nobody understands it any more
BRIEFEST: Final = 0.05  # s: some words have no time of their own


@dataclass(frozen=True, slots=True)
class Others:
    """Words and seconds of speech that are no part of an identifier, and how many of them cannot be heard."""

    words: int
    words_gone: int
    seconds: float
    seconds_gone: float


def silenced(cleaned: Cleaned, heard: Heard) -> tuple[tuple[int, Span], ...]:
    """Return what a tone lies over: channel and stretch. Echoes on other channels are left out, there are none."""
    channels = 1 + max((channel for channel, _ in heard.speech), default=0)
    sounds = [[span for own, span in heard.sounds or () if own == channel] for channel in range(channels)]
    length = round(heard.duration * SAMPLE_RATE)
    hidden, unsure = _bleeps(cleaned.bleeps), _bleeps(cleaned.unsure)
    stretches = own_stretches(hidden, unsure, sounds, length, SAMPLE_RATE)
    return tuple((one.channel, Span(one.first / SAMPLE_RATE, one.last / SAMPLE_RATE)) for one in stretches)


def _bleeps(stretches: Iterable[tuple[int, Span]]) -> list[Bleep]:
    return [Bleep(channel, span, "NUMBER") for channel, span in stretches]


def bleeped_share(heard: Heard, cleaned: Cleaned) -> float:
    """Return how much of the item's sound is bleeped, all its pieces on all channels together."""
    total = under = 0.0
    tones = silenced(cleaned, heard)
    for channel in {channel for channel, _ in heard.spans}:
        spans = [span for own, span in heard.spans if own == channel]
        seconds = sum(span.duration for span in spans)
        under += seconds * covered(spans, [span for own, span in tones if own == channel])
        total += seconds
    return under / total if total else 0.0


def others_of(heard: Heard, tones: Sequence[tuple[int, Span]]) -> Others:
    """Count what is no part of the item in a call and how much of it went."""
    words = gone = 0
    for said in heard.utterances:
        item, tone = _on(heard.spans, said.channel), _on(tones, said.channel)
        for word in said.words:
            span = Span(word.start, max(word.end, word.start + BRIEFEST))
            if covered([span], item) <= TOUCHED:
                words, gone = words + 1, gone + (covered([span], tone) > GONE)
    seconds = lost = 0.0
    for channel, span in heard.speech:
        item, tone = _on(heard.spans, channel), _on(tones, channel)
        own = covered([span], item)
        seconds += span.duration * (1 - own)
        lost += span.duration * (covered([span], [*item, *tone]) - own)
    return Others(words, gone, seconds, lost)


def _on(stretches: Sequence[tuple[int, Span]], channel: int) -> list[Span]:
    return [span for own, span in stretches if own == channel]


def others_figures(counts: Sequence[Others]) -> Figures:
    """Return the share of other words and of the seconds of other speech that cannot be heard; None of none."""
    words, seconds = sum(one.words for one in counts), sum(one.seconds for one in counts)
    return {
        "other_words_silenced": sum(one.words_gone for one in counts) / words if words else None,
        "other_speech_silenced": sum(one.seconds_gone for one in counts) / seconds if seconds else None,
    }
