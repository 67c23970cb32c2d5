"""Music and tones, so that hold music is neither speech nor silence.

Careful of one thing above all: speech must never be taken for an event, since its words would be lost. Music that is
missed costs less: the speech detector and the recogniser still have to believe in it. Singing counts as speech.
"""

import numpy as np

from stimmung.speech.records import SAMPLE_RATE, Audio, Event, EventKind
from stimmung.speech.spectrum import HOP, Frames, frames
from stimmung.speech.tones import OWN, QUIETEST, Burst, bursts, join, runs

SECOND = SAMPLE_RATE / HOP  # frames
STEADY = 0.6  # least steadiness of a frame of music: with less of it, half may be a voice
LONGEST_BREAK = 2  # frames: longer ones may be a syllable over the music, and end it (4 loses three times the speech)
SHORTEST = round(3 * SECOND)  # frames; 87 minutes of speech, clean and by telephone, were never steady for 1.4 s
INSET = round(0.25 * SECOND)  # frames that an end is drawn in by where it borders on sound
LONG_TONE = round(1.5 * SECOND)  # frames from which a tone is no note of a tune


def find_events(audio: Audio) -> tuple[Event, ...]:
    """Find the music and the tones of each channel, ordered by start, then channel.

    `audio` is at 16 kHz, at least three seconds of music are needed, and a tone's cadence is one event from its first
    burst to its last. A voice 5 dB above the music under it ends the event. Raises ValueError at another sample rate.
    """
    if audio.sample_rate != SAMPLE_RATE:
        raise ValueError(f"events are found at {SAMPLE_RATE} Hz, not at {audio.sample_rate}: resample first")
    found = [event for channel in range(audio.channels) for event in _channel(audio, channel)]
    return tuple(sorted(found, key=lambda event: (event.start, event.channel)))


def _channel(audio: Audio, channel: int) -> list[Event]:
    return events_in(frames(audio.samples[channel]), channel, audio.duration)


def events_in(sound: Frames, channel: int, duration: float, begin: int = 0) -> list[Event]:
    """Find the events among the frames from `begin` on of a call of which `duration` seconds were heard."""
    singles = bursts(sound)
    music = _music(sound, singles)
    tones = join([burst for burst in singles if not _inside(burst, music)], sound)
    places: list[tuple[EventKind, int, int]] = [("tone", burst.first, burst.last) for burst in tones]
    places += [("music", first, last) for first, last in music]
    # A frame stands for the HOP samples around its centre.
    return [
        Event(kind, channel, max((begin + first - 0.5) / SECOND, 0.0), min((begin + last - 0.5) / SECOND, duration))
        for kind, first, last in places
    ]


def _inside(burst: Burst, music: list[tuple[int, int]]) -> bool:
    return any(first < burst.last and burst.first < last for first, last in music)


def _music(sound: Frames, tones: tuple[Burst, ...]) -> list[tuple[int, int]]:
    """Return the runs of frames (first, last exclusive) that are music."""
    steady = np.where(sound.level > QUIETEST, sound.steady, np.float32(0))
    for burst in tones:
        if burst.key or burst.last - burst.first >= LONG_TONE:
            steady[max(burst.first - OWN, 0) : burst.last + OWN] = 0
    musical = steady >= STEADY
    # a drum breaks a tune for a moment; what is longer may be a word, and ends the event
    for first, last in runs(~musical):
        inner = first > 0 and last < steady.size
        musical[first:last] = inner and last - first <= LONGEST_BREAK
    inset = [_inset(first, last, sound) for first, last in runs(musical)]
    return [(first, last) for first, last in inset if last - first >= SHORTEST]


def _inset(first: int, last: int, sound: Frames) -> tuple[int, int]:
    """Draw an end in where something sounds beyond it: it may be a word whose first vowel seemed steady."""
    loud = sound.level > QUIETEST
    before = bool(np.any(loud[max(first - INSET, 0) : max(first - OWN, 0)]))
    after = bool(np.any(loud[last + OWN : last + INSET]))
    return first + INSET * before, last - INSET * after
