"""Hears how utterances feel: our own head on the recogniser's encoder states and on prosody, as a `VoiceEmotion`.

States arrive with the utterance and cost nothing. Where the recogniser's are not those that the head was trained on,
the voices are encoded once more with the head's own encoder; where that is absent too, the answer is `uncertain`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stimmung.models.voice_head import VoiceHead
from stimmung.models.voice_label_maps import SCORED
from stimmung.models.voice_states import StateReader, states_of
from stimmung.speech import prosody
from stimmung.speech.clarity import measure_clarity
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline
from stimmung.speech.prosody import measure_prosody
from stimmung.speech.records import SAMPLE_RATE, Samples, VoiceEmotionScore

QUALITY = ("seconds", "voiced", "snr", "clipped")  # columns of a description behind states and prosody


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """From where a voice is too thin to be judged, and how long a caller is listened to for the baseline."""

    least_seconds: float = 0.6  # of speech
    least_voiced: float = 0.25  # s
    least_snr: float = 3.0  # dB
    most_clipped: float = 0.02  # share of the samples that pile up near the loudest
    baseline_seconds: float = 12.0  # of calm speech: later utterances do not move it


@dataclass(frozen=True, slots=True)
class Encoding:
    """Where states come from: those that the utterances bring (`reader` None), or a second pass over the voices."""

    reader: Callable[[], StateReader | None] | None = None
    note: str = ""  # what the result says about it


class EmbeddedVoice:
    """Implements `VoiceEmotion`; a row of `describe` is states, prosody and `QUALITY`."""

    def __init__(
        self,
        head: VoiceHead,
        model: ModelId,
        encoding: Encoding | None = None,
        options: VoiceOptions | None = None,
    ) -> None:
        self.head = head
        self._encoding = encoding or Encoding()
        self._model = replace(model, name=f"{model.name} ({self._encoding.note})") if self._encoding.note else model
        self._options = options or VoiceOptions()

    @property
    def model(self) -> ModelId:
        return self._model

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Return float32 (voices, states + prosody + QUALITY); states are NaN where nobody could give them."""
        if not voices:
            return np.zeros((0, self._width), np.float32)
        return np.concatenate([self._states(voices), np.stack([_sound_of(voice) for voice in voices])], axis=1)

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Score one row of `describe` against how the caller usually sounds."""
        states, values, quality = self._parts(description)
        if not np.isfinite(states).all():
            reason = f"the encoder of {self.head.recogniser}, on which the voice model stands, is not there"
            return VoiceEmotionScore(None, None, {}, True, reason)
        usual = self.head.neutral if baseline.mean is None else self.head.usual(baseline.mean, baseline.seconds)
        inputs = self.head.inputs(states, values, usual)
        likely = self.head.probabilities(inputs)
        merged = self.head.merged(likely)
        emotions = {name: merged.get(name, 0.0) for name in SCORED}
        arousal, valence = (float(value) for value in likely @ np.array(self.head.places))
        unfit = self._unfit(quality, inputs)
        reason = unfit or self._unclear(merged)
        return VoiceEmotionScore(arousal, valence, emotions, bool(reason), reason, ambiguous=bool(reason) and not unfit)

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        """Return the baseline with this utterance in it, weighted by its seconds and by how calm it is.

        Once it is full it stays the same; what is too thin to be judged, or no voice at all, does not move it.
        """
        states, values, quality = self._parts(description)
        if baseline.seconds >= self._options.baseline_seconds or self._thin(quality) or not np.isfinite(states).all():
            return baseline
        if self.head.strangeness(self.head.inputs(states, values, self.head.neutral)) > self.head.limits.strange:
            return baseline
        seconds = float(quality[QUALITY.index("seconds")]) * self.head.calmness(states, values)
        total = baseline.seconds + seconds
        before = values if baseline.mean is None else baseline.mean
        return VoiceBaseline(np.asarray(before + (values - before) * (seconds / max(total, 1e-9)), np.float32), total)

    @property
    def _width(self) -> int:
        return self.head.states + len(prosody.NAMES) + len(QUALITY)

    def _states(self, voices: Sequence[Voice]) -> Samples:
        missing = np.full(self.head.states, np.nan, np.float32)
        if self._encoding.reader is None:
            return np.stack([missing if voice.states is None else voice.states for voice in voices])
        reader = self._encoding.reader()
        return states_of(voices, reader) if reader else np.tile(missing, (len(voices), 1))

    def _parts(self, description: Samples) -> tuple[Samples, Samples, Samples]:
        first, second = self.head.states, self.head.states + len(prosody.NAMES)
        return description[:first], description[first:second], description[second:]

    def _unfit(self, quality: Samples, inputs: Samples) -> str:
        """Return why the sound cannot be judged at all; empty where it can."""
        if thin := self._thin(quality):
            return thin
        strange = self.head.strangeness(inputs) > self.head.limits.strange
        return "unlike the voices it was trained on" if strange else ""

    def _unclear(self, merged: Mapping[str, float]) -> str:
        """Return why no feeling can be named; empty where one can."""
        if max(merged.values()) < self.head.limits.certain:
            return "no feeling stands out"
        return "" if sum(merged.get(name, 0.0) for name in SCORED) >= 0.5 else "fits none of the five feelings"

    def _thin(self, quality: Samples) -> str:
        """Return what is wrong with the sound itself."""
        seconds, voiced, snr, clipped = (float(value) for value in quality)
        if seconds < self._options.least_seconds or voiced < self._options.least_voiced:
            return f"too short: {seconds:.1f} s of speech, {voiced:.1f} s of it voiced"
        if snr < self._options.least_snr:
            return f"noise: speech only {max(snr, 0.0):.0f} dB above it"
        return f"clipped: {clipped:.0%} of the samples" if clipped > self._options.most_clipped else ""


def _sound_of(voice: Voice) -> Samples:
    """Return prosody and QUALITY of a voice's speech."""
    start, end = round(voice.speech.start * SAMPLE_RATE), round(voice.speech.end * SAMPLE_RATE)
    samples = np.nan_to_num(voice.samples)  # decoding lets none through, a live sender might
    heard = measure_prosody(samples[start:end])
    clarity = measure_clarity(samples, voice.speech)
    quality = (voice.speech.duration, heard.voiced, min(clarity.snr, 99.0), clarity.clipped)
    return np.concatenate([heard.values, np.array(quality, np.float32)])
