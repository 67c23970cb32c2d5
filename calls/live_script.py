"""What was said in a live call and told of it: utterances as they were heard at once, revised, and as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.erasure import erase_scores
from stimmung.calls.live_callers import LiveCallers
from stimmung.calls.live_channel import Heard
from stimmung.calls.live_events import DistressChanged, LiveEvent, UtteranceFinal, UtteranceRevised
from stimmung.calls.live_judging import Judged, Questions
from stimmung.calls.live_record import LiveRecord
from stimmung.calls.live_tasks import Found
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import PartyPolicy
from stimmung.speech.records import Event, Utterance


@dataclass(slots=True, eq=False)
class Pending:
    """Utterances of a window that were heard and are being judged; told in the order of their channel."""

    channel: int
    window: Heard
    questions: Questions
    judged: list[Judged] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is told (s in the call), who may be judged then, and the music and tones until then.

    Voices may be judged that began `voices_from` seconds into the call or later.
    """

    time: float
    parties: Sequence[PartyPolicy]
    events: Sequence[Event]
    voices_from: float = 0.0


@dataclass(slots=True, eq=False)
class LiveScript:
    """Holds one call's utterances until the end."""

    callers: LiveCallers
    record: LiveRecord = field(default_factory=LiveRecord)
    told: dict[int, Utterance] = field(default_factory=dict)  # by id, as they were told last
    pending: list[Pending] = field(default_factory=list)

    def said(self) -> list[Utterance]:
        """Return what was said until now, told or not, ordered by start."""
        waiting = [utterance for one in self.pending for utterance in one.questions.utterances]
        return _in_order([*self.shown(), *waiting])

    def shown(self) -> list[Utterance]:
        """Return what was told until now, as it was told last, ordered by start."""
        return _in_order([one for one in self.told.values() if one.text])

    def expect(self, window: Heard, channel: int, questions: Questions) -> Pending:
        """Take in utterances that were heard; they are told when they and those before them are judged."""
        self.pending.append(Pending(channel, window, questions))
        return self.pending[-1]

    def expects(self, window: Heard) -> bool:
        """Say whether utterances of a window are still to be told."""
        return any(one.window is window for one in self.pending)

    def answer(self, pending: Pending, found: Found | None, moment: Moment) -> list[LiveEvent]:
        """Take in what was found about `pending`, and tell whatever of its channel can be told now."""
        pending.judged = pending.questions.answered(found)
        events: list[LiveEvent] = []
        for one in [one for one in self.pending if one.channel == pending.channel]:
            if one.judged is None:
                break
            self.pending.remove(one)
            for judged in one.judged:
                events += self._tell(judged, moment)
        return events

    def _tell(self, judged: Judged, moment: Moment) -> list[LiveEvent]:
        judged = self._permitted(judged, moment)
        said = judged.utterance
        scored = self.callers.follow(said, judged.reading, judged.row, moment.parties, moment.events)
        number = self.record.add(said, judged.row)
        self.told[number] = replace(scored, voice_features=None, text_vector=None)
        changed = self.callers.changed(max(moment.time, said.end), moment.parties)
        return [
            UtteranceFinal(said.end, number, self.told[number]),
            *(DistressChanged(moment.time, caller) for caller in changed),
        ]

    def revise(self, window: Heard, judged: Sequence[Judged], moment: Moment) -> list[LiveEvent]:
        """Keep a window as it was heard once more, and tell which words changed, or were found only now."""
        events: list[LiveEvent] = []
        heard = {(one.utterance.channel, one.utterance.start) for one in judged}
        for spoken in window.spoken:
            place = spoken.channel, spoken.speech[0].start
            if place not in heard and (gone := self.record.drop(place)) is not None:
                self.told[gone] = replace(self.told[gone], text="", words=())
                events.append(UtteranceRevised(self.told[gone].end, gone, self.told[gone]))
        for one in judged:
            events += self._revised(one, moment)
        return events

    def _revised(self, judged: Judged, moment: Moment) -> list[LiveEvent]:
        judged = self._permitted(judged, moment)
        new = judged.utterance
        before = self.record.text_at((new.channel, new.start))
        number = self.record.add(new, judged.row)
        if before == new.text:
            return []
        old, mood = self.told.get(number), judged.reading.emotion if judged.reading else None
        shown = replace(new, text_emotion=mood, voice_features=None, text_vector=None)
        if old is None:  # too late for the caller's distress, which goes by what was said before
            self.told[number] = shown
            return [UtteranceFinal(new.end, number, shown)]
        self.told[number] = replace(shown, voice_emotion=old.voice_emotion, distress=old.distress, level=old.level)
        return [UtteranceRevised(new.end, number, self.told[number])]

    def _permitted(self, judged: Judged, moment: Moment) -> Judged:
        """Return what may be known now, whatever was permitted when it was asked for; remember what the words say."""
        may = permissions_for(judged.utterance, moment.parties)
        reading = judged.reading if may.text_emotion.allowed else None
        if judged.text is not None and reading is not None:
            self.record.readings[judged.text] = reading
        may_hear = may.voice_emotion.allowed and judged.utterance.start >= moment.voices_from
        return replace(judged, reading=reading, row=judged.row if may_hear else None)

    def erase(self) -> None:
        """Drop every score, and what scores could be made of again."""
        self.callers.forget()
        self.record.erase()
        for pending in self.pending:  # judged, and not told yet
            if pending.judged is not None:
                pending.judged = [replace(one, reading=None, row=None) for one in pending.judged]
        for number, utterance in self.told.items():
            (self.told[number],) = erase_scores([utterance])


def _in_order(utterances: Sequence[Utterance]) -> list[Utterance]:
    return sorted(utterances, key=lambda one: (one.start, one.channel))
