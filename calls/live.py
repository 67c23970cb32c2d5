"""One call while it happens: sound goes in, tasks come out, their results go in, events come out.

No clock, no threads, no models but those that cost next to nothing: whoever drives it decides when and where the work
is done (`api.session`, `models.scheduler`). Utterances, scores and the result in the end are made by the code that
analyses recordings. Not safe for threads.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from stimmung.calls.assembly import Listened, assembled, owned, policy_of, roles_on, with_language
from stimmung.calls.course import courses
from stimmung.calls.distress import DistressJudge
from stimmung.calls.erasure import SCORED, withdraw_consent
from stimmung.calls.judgement import Judgement, for_texts
from stimmung.calls.live_callers import LiveCallers
from stimmung.calls.live_channel import Heard, LiveChannel, record_ask, recorded
from stimmung.calls.live_events import DistressChanged, Ended, LiveEvent, PartialHeard, Warned, Withdrawn
from stimmung.calls.live_judging import Asking
from stimmung.calls.live_languages import Languages
from stimmung.calls.live_pacing import Pacing
from stimmung.calls.live_redaction import LiveRedaction
from stimmung.calls.live_script import LiveScript, Moment, Pending
from stimmung.calls.live_tasks import Found, Kind, Payload, Task, Urgency
from stimmung.calls.metrics import measure
from stimmung.calls.omissions import not_scored
from stimmung.calls.records import (
    Analyzed,
    CallAnalysis,
    CallerDistress,
    Deployment,
    Metrics,
    PolicyReport,
    RedactionReport,
)
from stimmung.calls.redacting import Redacting
from stimmung.calls.redaction.records import Original
from stimmung.speech.channels import assign_roles
from stimmung.speech.engines import Answer, Ask, Engines, TranscriptionOptions
from stimmung.speech.records import Audio, CallInfo, Consent, Event, Role, Samples
from stimmung.speech.stream import CallStream
from stimmung.speech.utterances import Spoken

PARTIAL_FROM = 4.0  # s of speech before its words are asked for; shorter ones come whole soon enough
EAGER_WITHIN = 0.3  # s from asking for words to having them: where it takes longer, early asking only fills the queue
PARTIAL_LONGEST = 14.0  # s: as long as a window
WINDOWS_UNDECIDED = 4  # full windows that wait for the call's language to be certain; a recording asks as many
ECHOES = 8  # utterances of a second channel that repeats the first, kept until it is known that it does not
NO: tuple[Consent, ...] = ("refused", "withdrawn")
FINAL_ANSWERS: tuple[Consent, ...] = ("withdrawn",)  # nobody takes it back within the call


@dataclass(frozen=True, slots=True)
class CallStart:
    """What is known when a call begins; `sample_rate` (Hz) is that of the sound as it will come."""

    call_id: str
    info: CallInfo
    channels: int
    sample_rate: int
    deployment: Deployment = field(default_factory=Deployment)
    transcription: TranscriptionOptions = field(default_factory=TranscriptionOptions)


@dataclass(frozen=True, slots=True)
class _Sound:
    """What a task is about: so many seconds of sound, which ended so many seconds into the call."""

    seconds: float
    ended: float


@dataclass(frozen=True, slots=True, eq=False)
class _Then:
    """What follows a task: `result` takes what its kind gives, `none` why there is nothing."""

    result: Callable[[Any], list[LiveEvent]]  # Any: as the task's kind says
    none: Callable[[str], list[LiveEvent]]


class LiveCall:
    """Follows one call. Raises CallInfoError at once where the roles do not fit the channels."""

    def __init__(self, start: CallStart, engines: Engines, distress: DistressJudge | None, redactor: Redacting) -> None:
        self._start, self._info = start, start.info
        self._engines, self._distress, self._redactor = engines, distress, redactor
        self._roles = self._roles_of(start)
        self._stream = CallStream(start.sample_rate, start.channels, engines.detector)
        self._channels = [LiveChannel(channel) for channel in range(start.channels)]
        self._options = with_language(start.transcription, start.info)
        self._languages = Languages(self._options)
        callers = LiveCallers(for_texts(distress, engines.text_emotion), engines.voice_emotion)
        self._script = LiveScript(callers, LiveRedaction(redactor))
        self._echoes: deque[Spoken] = deque(maxlen=ECHOES)
        self._second_spoke = False  # so that its channel is no copy of the first, whatever follows
        self._full: list[Heard] = []  # windows that are to be heard as a recording's
        self._running: dict[int, _Then] = {}  # by token
        self._due: list[Task] = []
        self._tokens = 0
        self._told: list[LiveEvent] = []
        self._quick = True  # the last words came soon enough for asking early to help
        self._partial_wanted = self._partials_told = False
        self._partials = Pacing()
        self._voices_from = 0.0  # s in the call: voices before it may not be judged
        self._ended = self._finishing = self._erased = False
        self._result: Analyzed | None = None
        self._policy = self._rule()

    # sound

    def feed(self, samples: Samples) -> None:
        """Take further sound: float32 (channels, n) at the rate of the call."""
        self._take(self._stream.feed(samples))

    def end(self) -> None:
        """Take note that no more sound will come."""
        if self._ended:
            return
        self._take(self._stream.flush())
        self._ended = True
        for channel in self._channels:
            channel.close()

    def ask_partial(self) -> None:
        """Want the words so far of whoever speaks, once; on a busy machine they come less often."""
        self._partial_wanted = self._partials_told = True

    def _take(self, closed: Sequence[Spoken]) -> None:
        dual_mono = self._dual_mono()
        if dual_mono != (len(self._policy.parties) < self._start.channels):
            self._policy = self._rule()
        apart = [] if dual_mono else [*self._echoes]
        if not dual_mono:
            self._echoes.clear()
        for spoken in (*apart, *closed):
            if dual_mono and spoken.channel > 0:  # it is heard on the first channel
                self._echoes.append(spoken)
            else:
                self._second_spoke |= spoken.channel > 0
                self._channels[spoken.channel].add(spoken)

    def _dual_mono(self) -> bool:
        return self._stream.dual_mono() and not self._second_spoke

    # work

    def tasks(self) -> list[Task]:
        """Return what became due since the last time."""
        for channel in self._channels[: len(self._policy.parties)]:
            self._hear_early(channel)
        for channel in self._channels:
            self._hear(channel)
        if self._partial_wanted and self._partials.may_ask(self._stream.duration):
            self._partial_wanted = False
            self._hear_so_far()
        self._hear_again()
        self._finish_if_done()
        due, self._due = self._due, []
        return due

    def events(self) -> list[LiveEvent]:
        """Return what is to be told although no task ended; to be asked after `tasks`."""
        told, self._told = self._told, []
        return told

    def done(self, task: Task, result: Any) -> list[LiveEvent]:  # Any: as the task's kind says
        """Take a result and return what is to be told."""
        return self._running.pop(task.token).result(result)

    def failed(self, task: Task, why: str) -> list[LiveEvent]:
        """Take note that a task will have no result; nothing else of the call is lost by it."""
        return self._running.pop(task.token).none(why)

    def _add(self, kind: Kind, urgency: Urgency, sound: _Sound, payload: Payload, then: _Then) -> None:
        self._tokens += 1
        self._running[self._tokens] = then
        calm = not any(self._script.callers.in_distress(channel.channel) for channel in self._channels)
        self._due.append(Task(self._tokens, kind, urgency, calm, sound.seconds, sound.ended, payload))

    def _urgency(self, channel: int) -> Urgency:
        return "urgent" if self._script.callers.in_distress(channel) else "final"

    def _hear(self, channel: LiveChannel) -> None:
        ask = channel.next_ask(self._languages.options, self._languages.votes)
        if ask is None:
            if early := channel.answered():  # it was heard before its end was certain
                if early.ask is not None and early.answer is not None:
                    self._languages.add(early.ask, early.answer)  # of what was asked in vain nobody votes
                self._told += self._judge(channel, early.answer, early.spoken.piece.end)
            return
        ended = ask.window.pieces[-ask.new].span.end  # the first of what is new has waited longest
        asked = self._stream.duration

        def heard(answer: Answer) -> list[LiveEvent]:
            self._quick = self._stream.duration - asked <= EAGER_WITHIN
            self._languages.add(ask, answer)
            return self._judge(channel, answer, ended)

        def lost(why: str) -> list[LiveEvent]:
            message = f"speech of channel {channel.channel} was not heard: {why}"
            return [Warned(self._stream.duration, "not_heard", message), *self._judge(channel, None, ended)]

        sound = _Sound(ask.window.duration, ended)
        self._add("hear", self._urgency(channel.channel), sound, ask, _Then(heard, lost))

    def _hear_early(self, channel: LiveChannel) -> None:
        """Ask for the words of an utterance that may have ended, while the machine is quick enough for it to help."""
        spoken = self._stream.ending(channel.channel) if self._quick and not self._ended else None
        if spoken is None:
            return
        ask = channel.eager_ask(spoken, self._languages.options, self._languages.votes)
        eager, asked = channel.eager, self._stream.duration
        if ask is None or eager is None:
            return

        def heard(answer: Answer) -> list[LiveEvent]:
            self._quick = self._stream.duration - asked <= EAGER_WITHIN
            eager.answer, eager.ask = answer, ask
            if channel.answered():
                self._languages.add(ask, answer)
                return self._judge(channel, answer, spoken.piece.end)
            return self._so_far_of(channel.channel, spoken, answer) if self._partials_told else []

        def lost(_why: str) -> list[LiveEvent]:
            channel.lose(eager)
            return []

        sound = _Sound(ask.window.duration, spoken.piece.end)
        self._add("hear", self._urgency(channel.channel), sound, ask, _Then(heard, lost))

    def _hear_so_far(self) -> None:
        for channel in self._channels[: len(self._policy.parties)]:
            speaking = self._stream.still_speaking(channel.channel)
            if speaking is None or speaking.speech[0].duration < PARTIAL_FROM:
                continue
            options, votes = self._languages.options, self._languages.votes
            if ask := channel.partial_ask(speaking, options, votes, PARTIAL_LONGEST):
                self._partials.asked(self._stream.duration)
                then = _Then(self._partial(channel.channel, speaking), self._no_partial)
                self._add("partial", "partial", _heard_in(ask), ask, then)

    def _partial(self, channel: int, speaking: Spoken) -> Callable[[Answer], list[LiveEvent]]:
        def heard(answer: Answer) -> list[LiveEvent]:
            self._partials.answered(self._stream.duration)
            return self._so_far_of(channel, speaking, answer)

        return heard

    def _so_far_of(self, channel: int, speaking: Spoken, answer: Answer) -> list[LiveEvent]:
        """Tell the words so far, unless their utterance ended meanwhile: then they come whole."""
        now = self._stream.still_speaking(channel)
        if now is None or now.speech[0].start > speaking.speech[-1].end or not answer.utterances:
            return []
        text = self._script.so_far([owned(one, self._policy.parties) for one in answer.utterances])
        return [PartialHeard(speaking.speech[-1].end, channel, speaking.speech[0].start, text)]

    def _no_partial(self, _why: str) -> list[LiveEvent]:
        self._partials.answered(self._stream.duration)
        return []

    # words

    def _judge(self, channel: LiveChannel, answer: Answer | None, ended: float) -> list[LiveEvent]:
        """Have what was heard judged, and tell it at once where there is nothing to judge."""
        words = channel.heard(answer)
        if not words.pairs:
            return []
        pairs = [(spoken, owned(one, self._policy.parties)) for spoken, one in words.pairs]
        clear = self._script.around([said for _, said in pairs])
        questions = self._asking().about(pairs, clear, {})
        pending = self._script.expect(words.window, channel.channel, questions)
        told = self._script.clarify(clear, self._moment())
        if not questions.work.texts and not questions.work.voices:
            return [*told, *self._script.answer(pending, None, self._moment())]
        sound = _Sound(questions.seconds, ended)
        self._add("judge", self._urgency(channel.channel), sound, questions.work, self._telling(pending))
        return told

    def _telling(self, pending: Pending) -> _Then:
        def found(result: Found) -> list[LiveEvent]:
            return self._script.answer(pending, result, self._moment())

        def lost(why: str) -> list[LiveEvent]:
            pending.window.doubted = True  # judged when it is heard again, so that the record has the scores
            warning = Warned(self._stream.duration, "not_judged", f"an utterance has no scores: {why}")
            return [warning, *self._script.answer(pending, None, self._moment())]

        return _Then(found, lost)

    def _hear_again(self) -> None:
        """Have full windows that were told heard as a recording's, in the language of the call, if it matters."""
        self._full += [window for channel in self._channels for window in channel.full_windows() if window.spoken]
        certain = self._languages.certain or (self._ended and not any(one.unheard for one in self._channels))
        if not certain and len(self._full) <= WINDOWS_UNDECIDED:
            return
        options = self._languages.decided
        for window in [one for one in self._full if not self._script.expects(one)]:
            self._full.remove(window)
            if self._languages.certain and window.as_recorded(options):
                continue
            ask = record_ask(window, options)
            then = _Then(partial(self._describe, window), lambda _why: [])
            self._add("record", "record", _heard_in(ask), ask, then)

    def _describe(self, window: Heard, answer: Answer) -> list[LiveEvent]:
        """Have judged anew what differs in a window that was heard again, then keep it."""
        pairs = [(spoken, owned(one, self._policy.parties)) for spoken, one in recorded(window, answer)]
        clear = self._script.around([said for _, said in pairs])
        questions = self._asking().about(pairs, clear, self._script.record.readings)

        def found(result: Found) -> list[LiveEvent]:
            return self._script.revise(window, questions.answered(result), self._moment())

        if not questions.work.texts and not questions.work.voices:
            return self._script.revise(window, questions.answered(None), self._moment())
        sound = _Sound(questions.seconds, window.spoken[-1].piece.end)
        self._add("judge", "record", sound, questions.work, _Then(found, lambda _why: []))
        return []

    # what is known of the call

    def consent(self, value: Consent) -> list[LiveEvent]:
        """Take the caller's answer; a no stops and erases whatever it covers, and a withdrawal stays.

        Where a yes is what voices had waited for, those are judged that begin from now on.
        """
        if self._result is not None:  # nothing is told after the end, and a no erases whatever was scored
            self._result = _withdrawn(self._result) if value in NO else self._result
            return []
        if self._info.consent in FINAL_ANSWERS:
            if value == self._info.consent:
                return []
            message = f"consent was withdrawn and stays so in this call; {value} was not taken"
            return [Warned(self._stream.duration, "consent_withdrawn", message)]
        self._know(replace(self._info, consent=value))
        if value not in NO:
            return []
        self._erased = True
        self._script.erase()
        return [*self.events(), Withdrawn(self._stream.duration)]  # what waits to be told is erased by whoever has it

    def notice(self, at: datetime) -> list[LiveEvent]:
        """Take note of when the caller was told (aware); voices are judged from now on, if all else permits it."""
        self._know(replace(self._info, emotion_notice_given_at=at))
        return []

    def tick(self) -> list[LiveEvent]:
        """Return who is told to be otherwise now that time passed; to be asked about once a second."""
        if self._result is not None:
            return []
        time = self._stream.duration
        return [DistressChanged(time, one) for one in self._script.callers.changed(time, self._policy.parties)]

    def snapshot(self, time: float) -> tuple[CallerDistress, ...]:
        """Return how the callers are at a time of the call (s)."""
        return self._script.callers.now(time, self._policy.parties)

    def metrics(self, time: float) -> Metrics:
        """Return how the talk went up to a time of the call (s), by what was said and not by what is told of it."""
        roles = [party.role for party in self._policy.parties]
        return measure(self._script.record.utterances(), self._events(), time, roles)

    def analysis(self) -> CallAnalysis:
        """Return the result, or while the call goes on what is known so far."""
        return (self._result or self._so_far()).analysis

    def originals(self) -> tuple[Original, ...]:
        """Return the words of the call that ended as they were said, where they may be kept; else nothing."""
        return self._result.originals if self._result else ()

    def _so_far(self) -> Analyzed:
        call, said = self._listened(), self._script.shown()
        redacted = self._redactor.redact_live(self._script.record.utterances())
        judged = Judgement(
            utterances=tuple(said),
            distress=self.snapshot(call.duration),
            course=courses(said, call.duration),
            metrics=self.metrics(call.duration),
            omitted=tuple(one for key in SCORED for one in not_scored(key, said, call.policy.parties)),
            redaction=RedactionReport(dict(redacted.counts), redacted.bleeps, redacted.unsure),
            originals=redacted.originals,
        )
        return assembled(call, judged, self._engines, self._distress, self._redactor)

    def _finish_if_done(self) -> None:
        """Ask for the last judgement once everything was heard and told."""
        unheard = self._full or any(channel.unheard for channel in self._channels)
        busy = self._running or self._script.pending or unheard
        if not self._ended or self._finishing or busy:
            return
        self._finishing = True
        call, record = self._listened(), self._script.record.copy()

        def finished(result: Analyzed) -> list[LiveEvent]:
            if self._policy != call.policy:  # another rule applies by now: judge once more
                self._finishing = False
                return []
            return self._end_with(result)

        def failed(why: str) -> list[LiveEvent]:
            warning = Warned(call.duration, "not_judged", f"the result is as it was told, not judged once more: {why}")
            return [warning, *self._end_with(self._so_far())]

        def work() -> Analyzed:
            return record.judged(call, self._engines, self._distress, self._redactor)

        self._add("finish", "final", _Sound(1.0, call.duration), work, _Then(finished, failed))

    def _end_with(self, result: Analyzed) -> list[LiveEvent]:
        erased = self._erased and self._info.consent == "withdrawn"
        self._result = _withdrawn(result) if erased else result
        analysis = self._result.analysis
        return [*self._script.settle(analysis.utterances, self._moment()), Ended(analysis.duration, analysis)]

    # helpers

    def _roles_of(self, start: CallStart) -> tuple[Role, ...]:
        nothing = Audio(np.zeros((start.channels, 0), np.float32))
        return assign_roles(nothing, roles_on(start.info, start.channels)).roles

    def _rule(self) -> PolicyReport:
        return self._ruled(("unknown",) if self._dual_mono() else self._roles, self._info)

    def _ruled(self, roles: Sequence[Role], info: CallInfo) -> PolicyReport:
        return policy_of(roles, info, self._options, self._start.deployment)

    def _know(self, info: CallInfo) -> None:
        """Rule anew by what is known now."""
        if self._may_hear(info) and not self._may_hear(self._info):
            self._voices_from = self._stream.duration
        self._info = info
        self._policy = self._rule()

    def _may_hear(self, info: CallInfo) -> bool:
        parties = self._ruled(self._roles, info).parties
        return any(party.permissions.voice_emotion.allowed for party in parties)

    def _events(self) -> tuple[Event, ...]:
        """Return music and tones on the channels that are listened to."""
        return tuple(event for event in self._stream.events() if event.channel < len(self._policy.parties))

    def _asking(self) -> Asking:
        return Asking(self._policy.parties, self._engines, self._voices_from)

    def _moment(self) -> Moment:
        return Moment(self._stream.duration, self._policy.parties, self._events(), self._voices_from)

    def _listened(self) -> Listened:
        return Listened(
            path=self._start.call_id,
            info=self._info,
            duration=self._stream.duration,
            channels=self._start.channels,
            events=self._events(),
            policy=self._policy,
            options=self._options,
            dual_mono=self._dual_mono(),
        )


def _withdrawn(result: Analyzed) -> Analyzed:
    """Return the call without scores and originals, as a withdrawal leaves it."""
    return Analyzed(withdraw_consent(result.analysis))


def _heard_in(ask: Ask) -> _Sound:
    return _Sound(ask.window.duration, ask.window.pieces[-1].span.end)
