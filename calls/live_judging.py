"""What is to be found out about utterances just heard, by whom it is permitted; and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.live_tasks import Found, Judging
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import PartyPolicy
from stimmung.calls.text_emotions import spoken_text
from stimmung.speech.engines import Engines, SpokenText, TextReading, Voice
from stimmung.speech.loudness import level_of, spans_of
from stimmung.speech.records import SAMPLE_RATE, Samples, Span, Utterance
from stimmung.speech.utterances import Spoken


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """An utterance with what was found; None where it was not asked for, may not be or could not be.

    `utterance` is as it may be told, `said` as it was said.
    """

    utterance: Utterance
    said: Utterance
    text: SpokenText | None = None
    reading: TextReading | None = None
    row: Samples | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """An utterance, its words as a text model reads them and its voice; None where nobody may or can judge them."""

    utterance: Utterance
    said: Utterance
    text: SpokenText | None
    voice: Voice | None
    reading: TextReading | None = None  # known already


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What is to be found out about the utterances of one answer."""

    each: tuple[Question, ...]

    @property
    def work(self) -> Judging:
        """Return what has to be computed."""
        texts = tuple(one.text for one in self.each if one.text is not None and one.reading is None)
        return Judging(texts, tuple(one.voice for one in self.each if one.voice is not None))

    @property
    def said(self) -> tuple[Utterance, ...]:
        """Return the utterances as they were said."""
        return tuple(one.said for one in self.each)

    @property
    def seconds(self) -> float:
        """Return how long the utterances are together."""
        return sum(one.said.duration for one in self.each)

    def answered(self, found: Found | None) -> list[Judged]:
        """Return the utterances with what was found about them; None: nothing was."""
        readings, rows = iter(found.readings if found else ()), iter(found.rows if found else ())
        judged = []
        for one in self.each:
            asked = one.text is not None and one.reading is None
            reading = next(readings, None) if asked else one.reading
            row = next(rows, None) if one.voice is not None else None
            judged.append(Judged(one.utterance, one.said, one.text, reading, row))
        return judged


@dataclass(frozen=True, slots=True)
class Asking:
    """Who may be judged, who can judge, and from when on (s in the call) voices may be heard."""

    parties: Sequence[PartyPolicy]
    engines: Engines
    voices_from: float = 0.0

    def about(
        self,
        pairs: Sequence[tuple[Spoken, Utterance]],
        clear: Sequence[Utterance],
        readings: Mapping[SpokenText, TextReading],
    ) -> Questions:
        """Return the questions about utterances with their sound.

        `clear` are they and what was said around them as it may be told (`live_redaction`), ordered by start.
        """
        return Questions(tuple(self._question(spoken, said, clear, readings) for spoken, said in pairs))

    def _question(
        self,
        spoken: Spoken,
        said: Utterance,
        clear: Sequence[Utterance],
        readings: Mapping[SpokenText, TextReading],
    ) -> Question:
        said = replace(said, level=_level(spoken, said))
        place = next(at for at, one in enumerate(clear) if (one.channel, one.start) == (said.channel, said.start))
        utterance = replace(said, text=clear[place].text, words=clear[place].words)
        may = permissions_for(utterance, self.parties)
        text = voice = None
        if may.text_emotion.allowed and self.engines.text_emotion is not None:
            text = spoken_text(clear, place)
        if may.voice_emotion.allowed and self.engines.voice_emotion is not None and utterance.start >= self.voices_from:
            voice = _voice(spoken, utterance)
        return Question(utterance, said, text, voice, readings.get(text) if text else None)


def _begin(spoken: Spoken) -> float:
    """Return the call time of the first sample, which lies on the grid of samples."""
    return round(spoken.piece.start * SAMPLE_RATE) / SAMPLE_RATE


def _level(spoken: Spoken, utterance: Utterance) -> float | None:
    begin = _begin(spoken)
    return level_of(spoken.samples, [Span(one.start - begin, one.end - begin) for one in spans_of(utterance)])


def _voice(spoken: Spoken, utterance: Utterance) -> Voice:
    begin, length = _begin(spoken), len(spoken.samples) / SAMPLE_RATE
    speech = Span(max(0.0, utterance.start - begin), min(utterance.end - begin, length))
    return Voice(spoken.samples, speech, utterance.voice_features)
