"""Has the voices of those heard for how they feel whom the policy permits; nobody else's is cut out or described.

An utterance is judged against what the caller sounded like before it, never after: so live and recorded calls agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.laughter import only_laughter
from stimmung.calls.omissions import Scored, not_scored
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import Omission, PartyPolicy
from stimmung.speech.engines import Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.records import Audio, Event, Samples, Utterance, VoiceEmotionScore
from stimmung.speech.voices import cut_voices

KEY: Scored = "voice_emotion"
MUSIC_SHARE = 1 / 3  # of an utterance: with more music under it the voice is not what is heard
MUSIC, LAUGHTER = "music", "laughter"
SHARED = Omission(KEY, "others speak on the customer's channel, and their voices may not be heard for moods")
WITHOUT_MODEL = Omission(KEY, "no voice model is chosen", "--voice-model, or models.voice in the settings")


@dataclass(frozen=True, slots=True)
class Heard:
    """The utterances, those that may be heard with a score, and what was left out."""

    utterances: tuple[Utterance, ...]
    omitted: tuple[Omission, ...] = ()


def hear_voice_emotions(
    utterances: Sequence[Utterance],
    parties: Sequence[PartyPolicy],
    audio: Audio,
    events: Sequence[Event],
    model: VoiceEmotion | None,
) -> Heard:
    """Score the utterances of channels on which everybody's voice may be heard; `utterances` are ordered by start."""
    omitted = not_scored(KEY, utterances, parties)
    may_hear = [permissions_for(utterance, parties).voice_emotion.allowed for utterance in utterances]
    own = _own_channels(utterances, may_hear)
    if not own:
        return Heard(tuple(utterances), (*omitted, SHARED) if any(may_hear) else omitted)
    if model is None:
        return Heard(tuple(utterances), (*omitted, WITHOUT_MODEL))
    voices = dict(sorted(_cut(utterances, audio, own)))  # by place: the order of time
    rows = model.describe(list(voices.values()))
    scores = _judge(utterances, dict(zip(voices, rows, strict=True)), events, model)
    scored = tuple(replace(one, voice_emotion=scores.get(place)) for place, one in enumerate(utterances))
    return Heard(scored, omitted)


def _own_channels(utterances: Sequence[Utterance], may_hear: Sequence[bool]) -> list[int]:
    """Return the channels on which everybody may be heard: a cut may take in what another says."""
    channels = {utterance.channel for utterance in utterances}
    barred = {said.channel for said, may in zip(utterances, may_hear, strict=True) if not may}
    return sorted(channels - barred)


def _cut(utterances: Sequence[Utterance], audio: Audio, channels: Sequence[int]) -> Iterator[tuple[int, Voice]]:
    """Yield the voices of these channels, each with its utterance's place."""
    for channel in channels:
        places = [place for place, utterance in enumerate(utterances) if utterance.channel == channel]
        yield from zip(places, cut_voices(audio.samples[channel], [utterances[at] for at in places]), strict=True)


def _judge(
    utterances: Sequence[Utterance], rows: Mapping[int, Samples], events: Sequence[Event], model: VoiceEmotion
) -> dict[int, VoiceEmotionScore]:
    """Return the score of each row's utterance, by place; each caller has a baseline of his or her own."""
    baselines: dict[tuple[int, str], VoiceBaseline] = {}
    scores = {}
    for place, row in rows.items():
        utterance = utterances[place]
        caller = (utterance.channel, utterance.speaker)
        baseline = baselines.get(caller, VoiceBaseline())
        score = model.judge(row, baseline)
        if doubt := _doubt(utterance, events):
            scores[place] = replace(score, uncertain=True, ambiguous=False, reason=doubt)
        else:
            scores[place] = score
            baselines[caller] = model.accustom(baseline, row)
    return scores


def _doubt(utterance: Utterance, events: Sequence[Event]) -> str:
    """Return what makes an utterance no measure of the caller's voice, whatever a model says; empty if nothing does."""
    if only_laughter(utterance.text):
        return LAUGHTER
    music = sum(
        max(0.0, min(event.end, utterance.end) - max(event.start, utterance.start))
        for event in events
        if event.kind == "music" and event.channel == utterance.channel
    )
    return MUSIC if music > MUSIC_SHARE * utterance.duration else ""
