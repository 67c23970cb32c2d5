"""How each caller of a live call is: followed utterance by utterance, as the recording's callers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.distress import CallerState, DistressJudge
from stimmung.calls.distress_reasons import quoted
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import CallerDistress, PartyPolicy
from stimmung.calls.voice_emotions import judge_voice
from stimmung.speech.engines import TextReading, VoiceBaseline, VoiceEmotion
from stimmung.speech.records import DistressState, Event, Reason, Samples, Utterance

TOLD_STEP = 0.05  # of the score: a smaller change is not told, so that a steady caller is quiet
IN_DISTRESS: tuple[DistressState, ...] = ("distressed", "urgent")


@dataclass(slots=True, eq=False)
class _Caller:
    state: CallerState = field(default_factory=CallerState)
    baseline: VoiceBaseline = field(default_factory=VoiceBaseline)
    told: CallerDistress | None = None


class LiveCallers:
    """Judges the callers of one call, each by channel and speaker; forgets them when consent goes."""

    def __init__(self, judge: DistressJudge | None, voice: VoiceEmotion | None) -> None:
        self._judge, self._voice = judge, voice
        self._callers: dict[tuple[int, str], _Caller] = {}

    def follow(
        self,
        utterance: Utterance,
        reading: TextReading | None,
        row: Samples | None,
        parties: Sequence[PartyPolicy],
        events: Sequence[Event],
    ) -> Utterance:
        """Return the utterance with the scores that are permitted now; each caller's come in the order of the call.

        `reading` is what the words say, `row` what the voice model heard; None where nobody asked or may.
        """
        may = permissions_for(utterance, parties)
        caller = self._callers.setdefault((utterance.channel, utterance.speaker), _Caller())
        if may.text_emotion.allowed and reading is not None:
            utterance = replace(utterance, text_emotion=reading.emotion, text_vector=reading.vector)
        if may.voice_emotion.allowed and row is not None and self._voice is not None:
            score, caller.baseline = judge_voice(utterance, row, caller.baseline, events, self._voice)
            utterance = replace(utterance, voice_emotion=score)
        if may.distress.allowed and self._judge is not None:
            followed = self._judge.follow(caller.state, utterance)
            caller.state = followed.caller
            utterance = replace(utterance, distress=followed.score)
        return utterance

    def now(self, time: float, parties: Sequence[PartyPolicy]) -> tuple[CallerDistress, ...]:
        """Return how the callers are whose distress may be judged, at a time (s) of the call."""
        if self._judge is None:
            return ()
        allowed = {party.channel for party in parties if party.permissions.distress.allowed}
        return tuple(
            self._judge.now(caller.state, time, *who)
            for who, caller in sorted(self._callers.items())
            if who[0] in allowed
        )

    def changed(self, time: float, parties: Sequence[PartyPolicy]) -> list[CallerDistress]:
        """Return the callers whose state changed since they were told of, or whose score moved enough."""
        changed = []
        for now in self.now(time, parties):
            caller = self._callers[now.channel, now.speaker]
            if _differs(caller.told, now):
                caller.told = now
                changed.append(now)
        return changed

    def in_distress(self, channel: int) -> bool:
        """Say whether somebody on this channel was distressed or urgent after the last utterance."""
        return any(caller.state.state in IN_DISTRESS for who, caller in self._callers.items() if who[0] == channel)

    def requote(self, utterance: Utterance) -> None:
        """Let reasons that quote an utterance quote the words that it has now."""
        caller = self._callers.get((utterance.channel, utterance.speaker))
        if caller is None:
            return
        state = caller.state
        floors = tuple(replace(one, reason=requote(one.reason, utterance)) for one in state.floors)
        weighed = tuple(replace(one, reason=requote(one.reason, utterance)) for one in state.weighed)
        caller.state = replace(state, floors=floors, weighed=weighed)

    def forget(self) -> None:
        """Drop everything that is known of how anybody is."""
        self._callers.clear()

    @property
    def states(self) -> Mapping[tuple[int, str], CallerState]:
        """Return the callers as they were after their last utterance, by channel and speaker."""
        return {who: caller.state for who, caller in self._callers.items()}


def requote(reason: Reason, utterance: Utterance) -> Reason:
    """Return a reason that is about an utterance with a quote of the words that this has now; any other as it is."""
    if reason.time != utterance.start or reason.quote.removesuffix("…") in utterance.text:
        return reason
    return replace(reason, quote=quoted(utterance.text))


def _differs(told: CallerDistress | None, now: CallerDistress) -> bool:
    if told is None:
        return now.state != "unknown" or now.score is not None
    if told.state != now.state or (told.score is None) != (now.score is None):
        return True
    return told.score is not None and now.score is not None and abs(told.score - now.score) >= TOLD_STEP
