"""What was said in a live call and told of it: utterances as they were heard at once, revised, and as they are kept.

Told are redacted words only; what was told is told anew when later words make clear what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.erasure import erase_scores
from stimmung.calls.live_callers import LiveCallers, requote
from stimmung.calls.live_channel import Heard
from stimmung.calls.live_events import DistressChanged, LiveEvent, UtteranceFinal, UtteranceRevised
from stimmung.calls.live_judging import Judged, Questions
from stimmung.calls.live_record import LiveRecord, Place
from stimmung.calls.live_redaction import LiveRedaction
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
    redaction: LiveRedaction
    record: LiveRecord = field(default_factory=LiveRecord)
    told: dict[int, Utterance] = field(default_factory=dict)  # by id, as they were told last
    pending: list[Pending] = field(default_factory=list)
    waiting: dict[Place, Utterance] = field(default_factory=dict)  # not told yet, as they may be told now

    def said(self) -> list[Utterance]:
        """Return what was said until now, told or not, as it was said, ordered by start."""
        return _in_order([*self.record.utterances(), *(one for each in self.pending for one in each.questions.said)])

    def around(self, new: Sequence[Utterance]) -> list[Utterance]:
        """Return new utterances, given as they were said, and those near them as they may be told now."""
        return self.redaction.around(new, self.said())

    def so_far(self, new: Sequence[Utterance]) -> str:
        """Return the words of an utterance that still goes on as they may be told."""
        return self.redaction.so_far(new, self.said())

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

    def clarify(self, clear: Sequence[Utterance], moment: Moment) -> list[LiveEvent]:
        """Take in how utterances may be told by now, and tell anew those that were told otherwise."""
        events: list[LiveEvent] = []
        for one in clear:
            number = self.record.id_at((one.channel, one.start))
            if number is None:
                self.waiting[one.channel, one.start] = one
            elif self.told[number].text not in ("", one.text):
                events.append(self._reworded(number, one, moment))
        return events

    def _reworded(self, number: int, clear: Utterance, moment: Moment) -> LiveEvent:
        """Tell an utterance with the same scores and other words, also where they were quoted."""
        told = requoted(replace(self.told[number], text=clear.text, words=clear.words))
        self.told[number] = told
        self.callers.requote(told)
        return UtteranceRevised(max(moment.time, told.end), number, told)

    def settle(self, kept: Sequence[Utterance], moment: Moment) -> list[LiveEvent]:
        """Tell anew what the call's record has in other words: the whole call made clear what they were."""
        events: list[LiveEvent] = []
        for one in kept:
            number = self.record.id_at((one.channel, one.start))
            if number is not None and self.told[number].text != one.text:
                self.told[number] = replace(one, voice_features=None, text_vector=None)
                events.append(UtteranceRevised(moment.time, number, self.told[number]))
        return events

    def _tell(self, judged: Judged, moment: Moment) -> list[LiveEvent]:
        judged = self._permitted(judged, moment)
        judged = _cleared(judged, self.waiting.pop((judged.said.channel, judged.said.start), judged.utterance))
        said = judged.utterance
        scored = self.callers.follow(said, judged.reading, judged.row, moment.parties, moment.events)
        number = self.record.add(judged.said, judged.row)
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
        clear = self.around([one.said for one in judged])  # more may be known than when its judging was asked for
        told = {(one.channel, one.start): one for one in clear}
        for one in judged:
            events += self._revised(_cleared(one, told[one.said.channel, one.said.start]), moment)
        return [*events, *self.clarify(clear, moment)]

    def _revised(self, judged: Judged, moment: Moment) -> list[LiveEvent]:
        judged = self._permitted(judged, moment)
        new = judged.utterance
        number = self.record.add(judged.said, judged.row)
        old, mood = self.told.get(number), judged.reading.emotion if judged.reading else None
        if old is not None and old.text == new.text:
            return []
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


def _cleared(judged: Judged, clear: Utterance) -> Judged:
    """Return what was judged with the words that may be told by now."""
    return replace(judged, utterance=replace(judged.utterance, text=clear.text, words=clear.words))


def requoted(utterance: Utterance) -> Utterance:
    """Return the utterance with the reasons of its distress quoting the words that it has now."""
    if utterance.distress is None:
        return utterance
    reasons = tuple(requote(one, utterance) for one in utterance.distress.reasons)
    return replace(utterance, distress=replace(utterance.distress, reasons=reasons))


def _in_order(utterances: Sequence[Utterance]) -> list[Utterance]:
    return sorted(utterances, key=lambda one: (one.start, one.channel))
