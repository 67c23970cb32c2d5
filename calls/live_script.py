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
    """Utterances of a channel that were heard and are being judged; told in the order of their channel."""

    channel: int
    questions: Questions
    judged: list[Judged] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is told (s in the call), who may be judged then, and the music and tones until then."""

    time: float
    parties: Sequence[PartyPolicy]
    events: Sequence[Event]


@dataclass(slots=True, eq=False)
class LiveScript:
    """Holds one call's utterances until the end."""

    callers: LiveCallers
    record: LiveRecord = field(default_factory=LiveRecord)
    told: dict[int, Utterance] = field(default_factory=dict)  # by id, as they were told last
    pending: list[Pending] = field(default_factory=list)

    def said(self) -> list[Utterance]:
        """Return what was said until now, told or not, ordered by start."""
        waiting = (utterance for one in self.pending for utterance in one.questions.utterances)
        return sorted((*self.told.values(), *waiting), key=lambda one: (one.start, one.channel))

    def expect(self, channel: int, questions: Questions) -> Pending:
        """Take in utterances that were heard; they are told when they and those before them are judged."""
        self.pending.append(Pending(channel, questions))
        return self.pending[-1]

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
        self._remember(judged, moment)
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
        """Keep a window as it was heard once more, and tell which words changed."""
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
        self._remember(judged, moment)
        new = judged.utterance
        before = self.record.text_at((new.channel, new.start))
        number = self.record.add(new, judged.row)
        if before == new.text:
            return []
        shown = replace(new, voice_features=None, text_vector=None)
        if number in self.told:
            old = self.told[number]
            shown = replace(shown, voice_emotion=old.voice_emotion, distress=old.distress, level=old.level)
        if judged.reading is not None and permissions_for(new, moment.parties).text_emotion.allowed:
            shown = replace(shown, text_emotion=judged.reading.emotion)
        self.told[number] = shown
        return [UtteranceRevised(new.end, number, shown)]

    def _remember(self, judged: Judged, moment: Moment) -> None:
        may = permissions_for(judged.utterance, moment.parties)
        if judged.text is not None and judged.reading is not None and may.text_emotion.allowed:
            self.record.readings[judged.text] = judged.reading

    def erase(self) -> None:
        """Drop every score, and what scores could be made of again."""
        self.callers.forget()
        self.record.erase()
        for number, utterance in self.told.items():
            (self.told[number],) = erase_scores([utterance])
