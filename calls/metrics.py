"""How the talk went: who spoke how much, how fast and how loud, who waited for whom, when nobody spoke.

Pure arithmetic over utterances and events, quick enough to be done anew every second of a live call. Figures are by
channel: where several people share one, it is theirs together, and nobody can say who interrupted whom.
"""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from stimmung.calls.records import Metrics, PartyMetrics, Slice
from stimmung.calls.syllables import count_syllables
from stimmung.calls.talk import Run, covered, gaps, runs_of, spread, total
from stimmung.calls.turns import find_interruptions, find_turns, longest_monologue, median_latency
from stimmung.speech.records import Event, EventKind, Role, Span, Utterance, Word

LEAST_TALK = 3.0  # s: of less, a rate tells more about the words than about the speaker
STEPS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # s of a slice of the timeline
MOST_SLICES = 120  # as many as a plot can show: ten seconds each up to 20 minutes, 30 up to an hour
QUESTION = re.compile(r"\?+")
DIGIT = re.compile(r"\d")


def measure(
    utterances: Sequence[Utterance], events: Sequence[Event], duration: float, roles: Sequence[Role] = ()
) -> Metrics:
    """Measure a call of `duration` seconds, or as much of a live one as there is.

    `utterances` are ordered by start. `roles` by channel names the parties, those too that say nothing; without it
    there are those who do. What is said or played after `duration` is not counted.
    """
    by_channel = _roles(utterances, events, roles)
    utterances = [one for said in utterances if (one := _until(said, duration))]
    tracks = [runs_of(utterances, channel, duration) for channel in range(len(by_channel))]
    music = _heard(events, "music", duration)
    talk = [run for track in tracks for run in track]
    silence = gaps(covered([*talk, *music, *_heard(events, "tone", duration)]), duration)
    overlap = covered(talk, depth=2)
    interruptions = find_interruptions(tracks)
    turns = find_turns(tracks)
    return Metrics(
        duration=duration,
        parties=tuple(
            replace(
                _party(channel, role, [one for one in utterances if one.channel == channel], tracks[channel]),
                talk_share=total(tracks[channel]) / total(talk) if talk else 0.0,
                latency=median_latency(turns, channel, music),
                longest_monologue=longest_monologue(turns, channel, music, duration) if _known(by_channel) else None,
                interruptions=sum(one.by == channel for one in interruptions),
            )
            for channel, role in enumerate(by_channel)
        ),
        silence_seconds=total(silence),
        longest_silence=max(silence, key=lambda span: span.duration, default=None),
        hold_seconds=total(music),
        overlap_seconds=total(overlap),
        interruptions=interruptions,
        timeline=_timeline(tracks, silence, overlap, duration),
    )


def _until(said: Utterance, duration: float) -> Utterance | None:
    """Return the utterance without the words that begin after `duration`; None where nothing is left."""
    if said.start >= duration:
        return None
    if not said.words or said.words[-1].start < duration:
        return said
    words = tuple(word for word in said.words if word.start < duration)
    return replace(said, words=words, text=" ".join(word.text for word in words)) if words else None


def _roles(utterances: Sequence[Utterance], events: Sequence[Event], roles: Sequence[Role]) -> list[Role]:
    """Return a role for each channel; where `roles` ends, that of the channel's first utterance."""
    said: dict[int, Role] = {}
    for one in utterances:
        said.setdefault(one.channel, one.role)
    count = max([len(roles), *(channel + 1 for channel in said), *(event.channel + 1 for event in events)])
    return [roles[channel] if channel < len(roles) else said.get(channel, "unknown") for channel in range(count)]


def _known(roles: Sequence[Role]) -> bool:
    """Say whether a channel is a party: of one channel that nobody gave a role, several may be speaking."""
    return len(roles) > 1 or "unknown" not in roles


def _heard(events: Sequence[Event], kind: EventKind, duration: float) -> list[Span]:
    """Return where events of a kind are heard on any channel."""
    spans = [Span(max(0.0, one.start), min(one.end, duration)) for one in events if one.kind == kind]
    return covered([span for span in spans if span.start < span.end])


def _party(channel: int, role: Role, own: Sequence[Utterance], track: Sequence[Run]) -> PartyMetrics:
    """Return what a channel's own utterances and runs tell of it."""
    seconds = total(track)
    words = sum(len(one.text.split()) for one in own)
    levels = [one.level for one in own if one.level is not None]
    return PartyMetrics(
        channel=channel,
        role=role,
        talk_seconds=seconds,
        talk_share=0.0,
        words=words,
        words_per_minute=60 * words / seconds if seconds >= LEAST_TALK else None,
        articulation_rate=_articulation(own),
        level=median(levels) if levels else None,
        latency=None,
        longest_monologue=None,
        interruptions=0,
        questions=sum(len(QUESTION.findall(one.text)) for one in own if "?" in one.text),
    )


def _articulation(own: Sequence[Utterance]) -> float | None:
    """Return syllables a second of the words' own time; words in digits are left out, of the time as well."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    seconds = 0.0
    for one in own:
        words: Sequence[Word] = one.words
        if DIGIT.search(one.text):
            words = [word for word in words if not DIGIT.search(word.text)]
            texts[one.language] += [word.text for word in words]
        elif words:
            texts[one.language].append(one.text)
        seconds += sum([word.end - word.start for word in words])  # a list: twice as fast as a generator here
    if seconds < LEAST_TALK:
        return None
    return sum(count_syllables(" ".join(spoken), language) for language, spoken in texts.items()) / seconds


def _timeline(
    tracks: Sequence[Sequence[Run]], silence: Sequence[Span], overlap: Sequence[Span], duration: float
) -> tuple[Slice, ...]:
    step = next((step for step in STEPS if duration <= step * MOST_SLICES), STEPS[-1])
    count = max(0, math.ceil(duration / step))
    talk = [spread(track, step, count) for track in tracks]
    silent, both = spread(silence, step, count), spread(overlap, step, count)
    return tuple(
        Slice(
            Span(place * step, min((place + 1) * step, duration)),
            tuple(seconds[place] for seconds in talk),
            silent[place],
            both[place],
        )
        for place in range(count)
    )
