"""Small engines without weights, for tests: they hear what they are told, and the rest of the code is the real one."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from stimmung.speech.engines import (
    Answer,
    Ask,
    DetectorState,
    Engines,
    ModelId,
    SpokenText,
    TextReading,
    TranscriptionOptions,
    Voice,
    VoiceBaseline,
    ignore,
)
from stimmung.speech.records import (
    SAMPLE_RATE,
    Polarity,
    Samples,
    Span,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Window,
    Word,
)
from stimmung.speech.vad import Probabilities

FRAME = 512  # samples, 32 ms


class FakeDetector:
    """Takes every frame louder than `level` (root mean square) for speech."""

    model = ModelId("fake-detector", "0" * 64)
    frame_samples = FRAME

    def __init__(self, level: float = 0.01) -> None:
        self._level = level

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[Probabilities, DetectorState]:
        """Return 1 for loud frames, 0 for quiet ones."""
        sound = np.concatenate((state.pending, samples)) if state else samples
        count = len(sound) // FRAME
        frames = sound[: count * FRAME].reshape(-1, FRAME)
        loud = np.sqrt(np.square(frames).mean(axis=1)) > self._level
        heard = (state.frames if state else 0) + count
        return loud.astype(np.float32), DetectorState((), sound[count * FRAME :].copy(), frames[:0], heard)


class FakeTranscriber:
    """Says `words` over again, one in each `seconds_per_word` of speech; the same for every window."""

    model = ModelId("fake-transcriber", "1" * 64)

    def __init__(self, words: Sequence[str] = ("hallo",), seconds_per_word: float = 0.4) -> None:
        self._words = tuple(words)
        self._seconds = seconds_per_word

    def transcribe(
        self,
        windows: Sequence[Window],
        options: TranscriptionOptions,
        heard: Callable[[Window], None] = ignore,
    ) -> list[tuple[Utterance, ...]]:
        """Return one utterance for each piece of each window."""
        results = []
        for window in windows:
            results.append(self._utterances(window, options.languages[0]))
            heard(window)
        return results

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Return one utterance for each new piece of each window."""
        return [
            Answer(self._utterances(ask.window, ask.options.languages[0])[-ask.new :], dict(ask.votes)) for ask in asks
        ]

    def _utterances(self, window: Window, language: str) -> tuple[Utterance, ...]:
        inside = [[s for s in window.speech if p.span.start <= s.start < p.span.end] for p in window.pieces]
        return tuple(self._utterance(window.channel, spans, language) for spans in inside if spans)

    def _utterance(self, channel: int, spans: Sequence[Span], language: str) -> Utterance:
        words = tuple(
            Word(
                span.start + i * self._seconds,
                min(span.end, span.start + (i + 1) * self._seconds),
                self._words[i % len(self._words)],
                0.9,
            )
            for span in spans
            for i in range(max(1, int(span.duration / self._seconds)))
        )
        text = " ".join(word.text for word in words)
        features = np.full(4, spans[0].start, dtype=np.float32)
        return Utterance(
            channel, "unknown", "", spans[0].start, spans[-1].end, text, language, 0.9, (), words, features
        )


class FakeTextEmotion:
    """Takes words of `moods` for what they say: each names a polarity and, after a colon, an emotion, if it has one."""

    model = ModelId("fake-text-emotion", "2" * 64)

    def __init__(self, moods: Mapping[str, str] | None = None) -> None:
        self._moods = dict(moods or {"danke": "positive:gratitude", "frechheit": "negative:anger"})
        self.asked: list[SpokenText] = []  # everything that was ever to be read

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Return the mood of the first known word, neutral where there is none."""
        self.asked += texts
        return [TextReading(self._score(one) if one.text.strip() else None) for one in texts]

    def _score(self, spoken: SpokenText) -> TextEmotionScore:
        found = (self._moods[word] for word in spoken.text.lower().split() if word in self._moods)
        polarity, _, emotion = next(found, "neutral:neutral").partition(":")
        sure: dict[Polarity, float] = {"negative": 0.05, "neutral": 0.05, "positive": 0.05}
        certain = next(one for one in sure if one == polarity)
        sure[certain] = 0.9
        emotions = {emotion: 0.9} if emotion else {}
        return TextEmotionScore(certain, sure["positive"] - sure["negative"], sure, emotions, {}, True)


class FakeTextEmbedding:
    """Gives texts vectors of how often each letter is in them."""

    model = ModelId("fake-text-embedding", "3" * 64)
    width = 26

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return float32 (texts, 26), rows of unit length."""
        counts = np.array([[text.lower().count(chr(97 + at)) for at in range(self.width)] for text in texts], float)
        return np.asarray(counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9), np.float32)


class FakeVoiceEmotion:
    """Takes voices that are ten times as loud as the caller's before (0.1 at first) for wholly aroused and angry."""

    model = ModelId("fake-voice-emotion", "4" * 64)

    def __init__(self) -> None:
        self.heard: list[Voice] = []  # every voice that was ever to be described

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Return the loudness (root mean square) and the seconds of each voice's speech, float32 (voices, 2)."""
        self.heard += voices
        rows = [(self._loudness(voice), voice.speech.duration) for voice in voices]
        return np.array(rows, np.float32).reshape(-1, 2)

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Return an arousal that grows with the loudness, 0 where it is as usual."""
        usual = 0.1 if baseline.mean is None else float(baseline.mean[0])
        arousal = float(np.clip(np.log10(max(float(description[0]), 1e-9) / max(usual, 1e-9)), -1, 1))
        anger = (1 + arousal) / 2
        return VoiceEmotionScore(arousal, -arousal, {"anger": anger, "neutral": 1 - anger})

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        """Return the mean over all seconds heard so far."""
        seconds = baseline.seconds + float(description[1])
        before = description if baseline.mean is None else baseline.mean
        share = float(description[1]) / seconds if seconds else 0.0
        return VoiceBaseline((before + share * (description - before)).astype(np.float32), seconds)

    def _loudness(self, voice: Voice) -> float:
        speech = voice.samples[round(voice.speech.start * SAMPLE_RATE) : round(voice.speech.end * SAMPLE_RATE)]
        return float(np.sqrt(np.square(speech).mean())) if len(speech) else 0.0


class FakeNameFinder:
    """Takes the words of `names` for names, wherever they stand by themselves and whatever their case."""

    model = ModelId("fake-names", "5" * 64)

    def __init__(self, names: Sequence[str] = ("Müller",)) -> None:
        self._names = {name.casefold() for name in names}
        self.asked: list[str] = []  # everything that was ever to be searched

    def find_names(self, texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:
        """Return the characters of each known word."""
        self.asked += texts
        return [
            [word.span() for word in re.finditer(r"\w+", text) if word[0].casefold() in self._names] for text in texts
        ]


def fake_engines(words: Sequence[str] = ("hallo",)) -> Engines:
    """Return engines that hear loud sound as `words`."""
    return Engines(FakeDetector(), FakeTranscriber(words), FakeTextEmotion(), FakeTextEmbedding(), FakeVoiceEmotion())


def loud(seconds: float, sample_rate: int = SAMPLE_RATE) -> Samples:
    """Return mono noise (n,) that every detector here takes for speech."""
    rng = np.random.default_rng(0)
    return (0.1 * rng.standard_normal(round(seconds * sample_rate))).astype(np.float32)
