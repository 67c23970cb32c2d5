"""One call while it happens: sound goes in, tasks come out, their results go in, events come out.

No clock, no threads, no models but those that cost next to nothing: whoever drives it decides when and where the work
is done (`api.session`, `models.scheduler`). Utterances, scores and the result in the end are made by the code that
analyses recordings. Not safe for threads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from stimmung.calls.assembly import Listened, assembled, owned, policy_of, roles_on, with_language
from stimmung.calls.course import courses
from stimmung.calls.distress import DistressJudge
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.judgement import Judgement, for_texts
from stimmung.calls.live_callers import LiveCallers
from stimmung.calls.live_channel import Heard, LiveChannel, record_ask, recorded
from stimmung.calls.live_events import DistressChanged, Ended, LiveEvent, PartialHeard, Warned, Withdrawn
from stimmung.calls.live_judging import Asking
from stimmung.calls.live_languages import Languages
from stimmung.calls.live_script import LiveScript, Moment, Pending
from stimmung.calls.live_tasks import Found, Kind, Payload, Task, Urgency
from stimmung.calls.metrics import measure
from stimmung.calls.records import CallAnalysis, CallerDistress, Deployment, Metrics, PolicyReport
from stimmung.speech.channels import assign_roles
from stimmung.speech.engines import Answer, Engines, TranscriptionOptions
from stimmung.speech.records import Audio, CallInfo, Consent, Role, Samples
from stimmung.speech.stream import CallStream
from stimmung.speech.utterances import Spoken

PARTIAL_FROM = 0.8  # s of speech before its words are worth asking for
PARTIAL_LONGEST = 14.0  # s: as long as a window
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


@dataclass(frozen=True, slots=True, eq=False)
class _Then:
    """What follows a task: `result` takes what its kind gives, `none` why there is nothing."""

    result: Callable[[Any], list[LiveEvent]]  # Any: as the task's kind says
    none: Callable[[str], list[LiveEvent]]


class LiveCall:
    """Follows one call. Raises CallInfoError at once where the roles do not fit the channels."""

    def __init__(self, start: CallStart, engines: Engines, distress: DistressJudge | None) -> None:
        self._start, self._info = start, start.info
        self._engines, self._distress = engines, distress
        self._roles = self._roles_of(start)
        self._stream = CallStream(start.sample_rate, start.channels, engines.detector)
        self._channels = [LiveChannel(channel) for channel in range(start.channels)]
        self._languages = Languages(with_language(start.transcription, start.info))
        self._script = LiveScript(LiveCallers(for_texts(distress, engines.text_emotion), engines.voice_emotion))
        self._running: dict[int, _Then] = {}  # by token
        self._due: list[Task] = []
        self._tokens = 0
        self._partial_wanted = False
        self._voices_from = 0.0  # s in the call: voices before it may not be judged
        self._ended = self._finishing = self._erased = False
        self._analysis: CallAnalysis | None = None
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
            self._hear_again(channel)

    def ask_partial(self) -> None:
        """Want the words so far of whoever speaks, once."""
        self._partial_wanted = True

    def _take(self, closed: Sequence[Spoken]) -> None:
        for spoken in closed:
            dual_mono = self._stream.dual_mono()
            if dual_mono != (len(self._policy.parties) < self._start.channels):
                self._policy = self._rule()
            if not (dual_mono and spoken.channel > 0):  # it is heard on the first channel
                self._channels[spoken.channel].add(spoken)

    # work

    def tasks(self) -> list[Task]:
        """Return what became due since the last time."""
        for channel in self._channels:
            self._hear(channel)
        if self._partial_wanted:
            self._partial_wanted = False
            self._hear_so_far()
        self._finish_if_done()
        due, self._due = self._due, []
        return due

    def done(self, task: Task, result: Any) -> list[LiveEvent]:  # Any: as the task's kind says
        """Take a result and return what is to be told."""
        return self._running.pop(task.token).result(result)

    def failed(self, task: Task, why: str) -> list[LiveEvent]:
        """Take note that a task will have no result; nothing else of the call is lost by it."""
        return self._running.pop(task.token).none(why)

    def _add(self, kind: Kind, urgency: Urgency, seconds: float, payload: Payload, then: _Then) -> None:
        self._tokens += 1
        self._running[self._tokens] = then
        calm = not any(self._script.callers.in_distress(channel.channel) for channel in self._channels)
        self._due.append(Task(self._tokens, kind, urgency, calm, seconds, self._stream.duration, payload))

    def _urgency(self, channel: int) -> Urgency:
        return "urgent" if self._script.callers.in_distress(channel) else "final"

    def _hear(self, channel: LiveChannel) -> None:
        ask = channel.next_ask(self._languages.options, self._languages.votes)
        if ask is None:
            return
        seconds = ask.window.duration

        def heard(answer: Answer) -> list[LiveEvent]:
            self._languages.add(answer, seconds)
            return self._judge(channel, answer)

        def lost(why: str) -> list[LiveEvent]:
            message = f"speech of channel {channel.channel} was not heard: {why}"
            return [Warned(self._stream.duration, "not_heard", message), *self._judge(channel, None)]

        self._add("hear", self._urgency(channel.channel), seconds, ask, _Then(heard, lost))

    def _hear_so_far(self) -> None:
        for channel in self._channels:
            speaking = self._stream.still_speaking(channel.channel)
            if speaking is None or speaking.speech[0].duration < PARTIAL_FROM:
                continue
            options, votes = self._languages.options, self._languages.votes
            if ask := channel.partial_ask(speaking, options, votes, PARTIAL_LONGEST):
                then = _Then(self._partial(channel.channel, speaking), lambda _why: [])
                self._add("partial", "partial", ask.window.duration, ask, then)

    def _partial(self, channel: int, speaking: Spoken) -> Callable[[Answer], list[LiveEvent]]:
        start = speaking.speech[0].start

        def heard(answer: Answer) -> list[LiveEvent]:
            now = self._stream.still_speaking(channel)
            if now is None or now.speech[0].start != start or not answer.utterances:
                return []  # it ended meanwhile, and its words come whole
            text = " ".join(one.text for one in answer.utterances)
            return [PartialHeard(speaking.speech[-1].end, channel, start, text)]

        return heard

    # words

    def _judge(self, channel: LiveChannel, answer: Answer | None) -> list[LiveEvent]:
        """Have what was heard judged, and tell it at once where there is nothing to judge."""
        words = channel.heard(answer)
        self._hear_again(channel)
        if not words.pairs:
            return []
        pairs = [(spoken, owned(one, self._policy.parties)) for spoken, one in words.pairs]
        questions = self._asking().about(pairs, self._script.said(), {})
        pending = self._script.expect(channel.channel, questions)
        if not questions.work.texts and not questions.work.voices:
            return self._script.answer(pending, None, self._moment())
        self._add("judge", self._urgency(channel.channel), questions.seconds, questions.work, self._telling(pending))
        return []

    def _telling(self, pending: Pending) -> _Then:
        def found(result: Found) -> list[LiveEvent]:
            return self._script.answer(pending, result, self._moment())

        def lost(why: str) -> list[LiveEvent]:
            warning = Warned(self._stream.duration, "not_judged", f"an utterance has no scores: {why}")
            return [warning, *self._script.answer(pending, None, self._moment())]

        return _Then(found, lost)

    def _hear_again(self, channel: LiveChannel) -> None:
        """Have full windows heard as a recording's, but those that were heard just so."""
        for window in channel.full_windows():
            if not window.spoken or (window.as_recorded and self._languages.certain):
                continue
            ask = record_ask(window, self._languages.decided)
            then = _Then(partial(self._describe, window), lambda _why: [])
            self._add("record", "record", ask.window.duration, ask, then)

    def _describe(self, window: Heard, answer: Answer) -> list[LiveEvent]:
        """Have judged anew what differs in a window that was heard again, then keep it."""
        pairs = [(spoken, owned(one, self._policy.parties)) for spoken, one in recorded(window, answer)]
        questions = self._asking().about(pairs, self._script.said(), self._script.record.readings)

        def found(result: Found) -> list[LiveEvent]:
            return self._script.revise(window, questions.answered(result), self._moment())

        if not questions.work.texts and not questions.work.voices:
            return self._script.revise(window, questions.answered(None), self._moment())
        self._add("judge", "record", questions.seconds, questions.work, _Then(found, lambda _why: []))
        return []

    # what is known of the call

    def consent(self, value: Consent) -> list[LiveEvent]:
        """Take the caller's answer; a no stops and erases whatever it covers, and a withdrawal stays."""
        if self._info.consent in FINAL_ANSWERS:
            if value == self._info.consent:
                return []
            message = f"consent was withdrawn and stays so in this call; {value} was not taken"
            return [Warned(self._stream.duration, "consent_withdrawn", message)]
        self._info = replace(self._info, consent=value)
        self._voices_from = self._stream.duration
        self._policy = self._rule()
        if value not in ("withdrawn", "refused"):
            return []
        self._erased = True
        self._script.erase()
        return [Withdrawn(self._stream.duration)]

    def notice(self, at: datetime) -> list[LiveEvent]:
        """Take note of when the caller was told (aware); voices are judged from now on, if all else permits it."""
        if self._info.emotion_notice_given_at is None:
            self._voices_from = self._stream.duration
        self._info = replace(self._info, emotion_notice_given_at=at)
        self._policy = self._rule()
        return []

    def tick(self) -> list[LiveEvent]:
        """Return who is told to be otherwise now that time passed; to be asked about once a second."""
        time = self._stream.duration
        return [DistressChanged(time, one) for one in self._script.callers.changed(time, self._policy.parties)]

    def snapshot(self, time: float) -> tuple[CallerDistress, ...]:
        """Return how the callers are at a time of the call (s)."""
        return self._script.callers.now(time, self._policy.parties)

    def metrics(self, time: float) -> Metrics:
        """Return how the talk went up to a time of the call (s)."""
        roles = [party.role for party in self._policy.parties]
        said = [one for one in self._script.told.values() if one.text]
        return measure(sorted(said, key=lambda one: (one.start, one.channel)), self._stream.events(), time, roles)

    def analysis(self) -> CallAnalysis:
        """Return the result, or while the call goes on what is known so far."""
        return self._analysis or self._so_far()

    def _so_far(self) -> CallAnalysis:
        call = self._listened()
        said = sorted((one for one in self._script.told.values() if one.text), key=lambda one: (one.start, one.channel))
        judged = Judgement(
            utterances=tuple(said),
            distress=self.snapshot(call.duration),
            course=courses(said, call.duration),
            metrics=self.metrics(call.duration),
            omitted=(),
        )
        return assembled(call, judged, self._engines, self._distress)

    def _finish_if_done(self) -> None:
        """Ask for the last judgement once everything was heard and told."""
        busy = self._running or self._script.pending or any(channel.unheard for channel in self._channels)
        if not self._ended or self._finishing or busy:
            return
        self._finishing = True
        call, record = self._listened(), self._script.record

        def finished(analysis: CallAnalysis) -> list[LiveEvent]:
            erased = self._erased and self._info.consent == "withdrawn"
            self._analysis = withdraw_consent(analysis) if erased else analysis
            return [Ended(call.duration, self._analysis)]

        def failed(_why: str) -> list[LiveEvent]:
            return finished(self._so_far())

        def work() -> CallAnalysis:
            return record.judged(call, self._engines, self._distress)

        self._add("finish", "record", 1.0, work, _Then(finished, failed))

    # helpers

    def _roles_of(self, start: CallStart) -> tuple[Role, ...]:
        nothing = Audio(np.zeros((start.channels, 0), np.float32))
        return assign_roles(nothing, roles_on(start.info, start.channels)).roles

    def _rule(self) -> PolicyReport:
        roles: tuple[Role, ...] = ("unknown",) if self._stream.dual_mono() else self._roles
        return policy_of(roles, self._info, self._languages.options, self._start.deployment)

    def _asking(self) -> Asking:
        return Asking(self._policy.parties, self._engines, self._voices_from)

    def _moment(self) -> Moment:
        return Moment(self._stream.duration, self._policy.parties, self._stream.events())

    def _listened(self) -> Listened:
        return Listened(
            path=self._start.call_id,
            info=self._info,
            duration=self._stream.duration,
            channels=self._start.channels,
            events=self._stream.events(),
            policy=self._policy,
            options=self._languages.options,
            dual_mono=self._stream.dual_mono(),
        )
