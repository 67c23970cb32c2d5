"""What a live call leaves behind: its utterances as a recording's, and the last judgement on them.

Windows that were heard once more replace what was heard at once. Nothing is kept of the sound itself. The words are
kept as they were said, since what they are may be clear only in the end; they leave this module redacted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.assembly import Listened, assembled, owned
from stimmung.calls.distress import DistressJudge
from stimmung.calls.erasure import erase_scores
from stimmung.calls.judgement import Judges, Said, judge_call
from stimmung.calls.records import Analyzed
from stimmung.calls.redacting import Redacting
from stimmung.speech.engines import Engines, ModelId, SpokenText, TextEmotion, TextReading
from stimmung.speech.records import Samples, Utterance

Place = tuple[int, float]  # channel and start of an utterance


@dataclass(slots=True, eq=False)
class _Kept:
    id: int
    utterance: Utterance  # without scores: they are made anew in the end
    row: Samples | None = None


@dataclass(slots=True, eq=False)
class LiveRecord:
    """The utterances of one call, by where they begin; ids count from 1 in the order in which they were first heard."""

    kept: dict[Place, _Kept] = field(default_factory=dict)
    readings: dict[SpokenText, TextReading] = field(default_factory=dict)
    last_id: int = 0

    def add(self, utterance: Utterance, row: Samples | None) -> int:
        """Keep an utterance, in place of the one that began there; return its id."""
        place = utterance.channel, utterance.start
        before = self.kept.get(place)
        if before is None:
            self.last_id += 1
        number = before.id if before else self.last_id
        bare = replace(utterance, voice_features=None, text_emotion=None, voice_emotion=None, distress=None)
        self.kept[place] = _Kept(number, bare, row)
        return number

    def drop(self, place: Place) -> int | None:
        """Forget an utterance in which nothing was said after all; return its id, None if there was none."""
        gone = self.kept.pop(place, None)
        return gone.id if gone else None

    def id_at(self, place: Place) -> int | None:
        """Return the id of the utterance that begins there; None where there is none."""
        found = self.kept.get(place)
        return found.id if found else None

    def utterances(self) -> list[Utterance]:
        """Return what is kept, as it was said, ordered by start, then channel, without scores."""
        found = [one.utterance for one in self.kept.values()]
        return sorted(found, key=lambda utterance: (utterance.start, utterance.channel))

    def copy(self) -> "LiveRecord":
        """Return the record as it is now, for whoever reads it in another thread while the call goes on."""
        kept = {place: _Kept(one.id, one.utterance, one.row) for place, one in self.kept.items()}
        return LiveRecord(kept, dict(self.readings), self.last_id)

    def erase(self) -> None:
        """Drop everything that a mood was made of, or could be made of again."""
        self.readings.clear()
        for one in self.kept.values():
            (one.utterance,) = erase_scores([one.utterance])
            one.row = None

    def judged(self, call: Listened, engines: Engines, distress: DistressJudge | None, redactor: Redacting) -> Analyzed:
        """Return the analysis of the whole call: what `calls.analysis` makes of these utterances."""
        parties = call.policy.parties
        utterances = [owned(one, parties) for one in self.utterances()]
        text = _Remembering(engines.text_emotion, self.readings) if engines.text_emotion else None
        judges = Judges(redactor, text, engines.voice_emotion, self._rows, distress)
        judged = judge_call(Said(utterances, call.events, parties, call.duration), judges)
        return assembled(call, judged, engines, distress, redactor)

    def _rows(self, utterances: Mapping[int, Utterance]) -> Mapping[int, Samples]:
        rows = {place: self.kept[one.channel, one.start].row for place, one in utterances.items()}
        return {place: row for place, row in rows.items() if row is not None}


@dataclass(frozen=True, slots=True, eq=False)
class _Remembering:
    """A text model that reads nothing twice."""

    inner: TextEmotion
    readings: dict[SpokenText, TextReading]

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Return a reading of each text, in their order."""
        new = list(dict.fromkeys(text for text in texts if text not in self.readings))
        self.readings.update(zip(new, self.inner.read(new) if new else [], strict=True))
        return [self.readings[text] for text in texts]
