"""Has the voices of those heard for how they feel whom the policy permits; nobody else's is cut out or described.

An utterance is judged against what the caller sounded like before it, never after: so live and recorded calls agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


Description = Callable[[Mapping[int, Utterance]], Mapping[int, Samples]]  # by place among the utterances


def hear_voice_emotions(
    utterances: Sequence[Utterance],
    parties: Sequence[PartyPolicy],
    events: Sequence[Event],
    model: VoiceEmotion | None,
    describe: Description,
) -> Heard:
    """Score the utterances of channels on which everybody's voice may be heard; `utterances` are ordered by start.

    `describe` is asked for what `model` hears in these voices, and in no others; it may leave some out, which then
    have no score.
    """
    omitted = not_scored(KEY, utterances, parties)
    may_hear = [permissions_for(utterance, parties).voice_emotion.allowed for utterance in utterances]
    own = _own_channels(utterances, may_hear)
    if not own:
        return Heard(tuple(utterances), (*omitted, SHARED) if any(may_hear) else omitted)
    if model is None:
        return Heard(tuple(utterances), (*omitted, WITHOUT_MODEL))
    rows = describe({place: one for place, one in enumerate(utterances) if one.channel in own})
    scores = _judge(utterances, dict(sorted(rows.items())), events, model)  # by place: the order of time
    scored = tuple(replace(one, voice_emotion=scores.get(place)) for place, one in enumerate(utterances))
    return Heard(scored, omitted)


def describe_in(audio: Audio, model: VoiceEmotion | None) -> Description:
    """Return what describes voices with the sound of a whole call at hand."""

    def describe(utterances: Mapping[int, Utterance]) -> Mapping[int, Samples]:
        voices = dict(sorted(_cut(utterances, audio)))
        rows = model.describe(list(voices.values())) if model else ()
        return dict(zip(voices, rows, strict=True))

    return describe


def _own_channels(utterances: Sequence[Utterance], may_hear: Sequence[bool]) -> list[int]:
    """Return the channels on which everybody may be heard: a cut may take in what another says."""
    channels = {utterance.channel for utterance in utterances}
    barred = {said.channel for said, may in zip(utterances, may_hear, strict=True) if not may}
    return sorted(channels - barred)


def _cut(utterances: Mapping[int, Utterance], audio: Audio) -> Iterator[tuple[int, Voice]]:
    """Yield the voices, each with its utterance's place; those of a channel are all there."""
    for channel in sorted({utterance.channel for utterance in utterances.values()}):
        places = [place for place, utterance in utterances.items() if utterance.channel == channel]
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
        scores[place], baselines[caller] = judge_voice(utterance, row, baseline, events, model)
    return scores


def judge_voice(
    utterance: Utterance, row: Samples, baseline: VoiceBaseline, events: Sequence[Event], model: VoiceEmotion
) -> tuple[VoiceEmotionScore, VoiceBaseline]:
    """Score one voice against what its caller sounded like before; return how the caller sounds after it, too."""
    score = model.judge(row, baseline)
    if doubt := _doubt(utterance, events):
        return replace(score, uncertain=True, ambiguous=False, reason=doubt), baseline
    return score, model.accustom(baseline, row)


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
