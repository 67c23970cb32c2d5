"""Who needs a person next: each caller's distress, utterance by utterance, with reasons.

Pure and incremental: `follow` takes a caller's state before an utterance and returns it after, so that a live call and
its recording agree. The score rises at once and is forgotten slowly; a phrase that names danger sets a floor. It ranks
people for help, and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stimmung.calls.distress_features import FirstMinute, features_of
from stimmung.calls.distress_model import STATES, DistressModel, read_distress_model
from stimmung.calls.distress_reasons import Weighed, reasons_of, strongest
from stimmung.calls.records import CallerDistress, DistressPeak, Trend
from stimmung.calls.safety import SafetyHit, SafetyPhrases
from stimmung.speech.records import DistressScore, DistressState, Reason, Utterance

REMEMBERED: Final = 8  # scores and reasons that a state carries along at most


@dataclass(frozen=True, slots=True)
class Floor:
    """What a safety phrase sets: at least this state, until a time in the call (s)."""

    state: DistressState
    until: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class CallerState:
    """A caller after some utterances; the beginning of a call is `CallerState()`."""

    memory: float = 0.0  # evidence that is left, log-odds against the base rate
    time: float = 0.0  # s in the call, to which `memory` belongs
    spoken: float = 0.0  # s of speech that could be judged
    state: DistressState = "unknown"
    first_minute: FirstMinute = field(default_factory=FirstMinute)
    weighed: tuple[Weighed, ...] = ()  # the strongest reasons so far
    scores: tuple[tuple[float, float], ...] = ()  # time and score of the last utterances, for the trend
    floors: tuple[Floor, ...] = ()
    peak: DistressPeak | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """The caller after an utterance, and what is said of the utterance itself."""

    caller: CallerState
    score: DistressScore


@dataclass(frozen=True, slots=True)
class DistressJudge:
    """Judges distress by learnt weights and by reviewed phrases."""

    model: DistressModel
    phrases: SafetyPhrases

    @classmethod
    def load(cls) -> "DistressJudge":
        """Read the shipped weights and phrases. Raises WeightsError or SettingsError where they are bad."""
        return cls(read_distress_model(), SafetyPhrases.load())

    def reading(self, text_model: str) -> "DistressJudge":
        """Return the judge for texts scored by the weights with this SHA-256."""
        return replace(self, model=self.model.reading(text_model))

    def follow(self, before: CallerState, utterance: Utterance) -> Followed:
        """Take in one utterance of the caller; they come in the order in which they end."""
        features = features_of(utterance, before.first_minute, self.model.probe)
        arm = self.model.arm(features)
        probability = arm.probability(features) if arm else None
        hits = self.phrases.find(utterance.text, utterance.language)
        weighed = reasons_of(utterance, arm, features, self.model.display.reason_least) if arm else ()
        caller = replace(
            self._remembering(before, utterance, probability),
            first_minute=before.first_minute.with_utterance(utterance, features),
            weighed=self._kept(before, utterance, weighed),
            floors=(*before.floors, *(self._floor(hit, utterance) for hit in hits))[-REMEMBERED:],
        )
        caller = self._settled(caller)
        own = tuple(floor.reason for floor in caller.floors[-len(hits) :]) if hits else ()
        reasons = strongest((*own, *(one.reason for one in weighed)))
        return Followed(caller, DistressScore(probability, caller.state, reasons))

    def now(self, caller: CallerState, time: float, channel: int, speaker: str) -> CallerDistress:
        """Return how the caller is at a time (s) not before the last utterance: what was said fades."""
        caller = self._settled(self._faded(caller, time))
        score = self._score(caller)
        return CallerDistress(
            channel=channel,
            speaker=speaker,
            score=score,
            state=caller.state,
            trend=self._trend(caller),
            reasons=self._reasons(caller) if caller.state not in ("unknown", "calm") else (),
            peak=caller.peak,
        )

    def _faded(self, caller: CallerState, time: float) -> CallerState:
        """Return the caller with what is left of the memory at a later time."""
        passed = max(0.0, time - caller.time)
        return replace(
            caller, memory=caller.memory * 0.5 ** (passed / self.model.course.half_life), time=caller.time + passed
        )

    def _remembering(self, before: CallerState, utterance: Utterance, probability: float | None) -> CallerState:
        """Return the caller with the evidence of an utterance added."""
        caller = self._faded(before, utterance.end)
        if probability is None:
            return caller
        course, evidence = self.model.course, self.model.evidence(probability)
        share = min(1.0, utterance.duration / course.full_seconds) if course.full_seconds > 0 else 1.0
        added = evidence * share * (course.rise if evidence > 0 else course.fall)
        memory = min(max(caller.memory + added, -course.most), course.most)
        return replace(caller, memory=memory, spoken=caller.spoken + utterance.duration)

    def _score(self, caller: CallerState) -> float | None:
        """Return the score, not below what a safety phrase demands; None while too little was heard."""
        floor = self._floor_state(caller)
        least = self.model.thresholds.of(floor).enter if floor else 0.0
        if caller.spoken < self.model.course.least_seconds:
            return least if floor else None
        return max(self.model.score(caller.memory), least)

    def _settled(self, caller: CallerState) -> CallerState:
        """Return the caller with state, trend's memory and peak brought up to date."""
        score = self._score(caller)
        if score is None:
            return caller
        state = self._state(caller.state, score)
        peak = caller.peak
        if peak is None or score > peak.score:
            peak = DistressPeak(score, state, caller.time)
        return replace(caller, state=state, peak=peak, scores=(*caller.scores, (caller.time, score))[-REMEMBERED:])

    def _state(self, before: DistressState, score: float) -> DistressState:
        """Return the state of a score: entered at one threshold, left below a lower one."""
        state: DistressState = "calm"
        held = STATES.index(before) if before in STATES else 0
        for place, name in enumerate(STATES[1:], start=1):
            threshold = self.model.thresholds.of(name)
            if score >= (threshold.leave if place <= held else threshold.enter):
                state = name
        return state

    def _trend(self, caller: CallerState) -> Trend:
        """Compare the score with what it was a while ago."""
        if len(caller.scores) < 2:
            return "steady"
        now = caller.scores[-1][1]
        since = caller.time - self.model.display.trend_seconds
        earlier = [score for time, score in caller.scores[:-1] if time >= since]
        before = earlier[0] if earlier else caller.scores[-2][1]
        if abs(now - before) < self.model.display.trend_least:
            return "steady"
        return "rising" if now > before else "falling"

    def _floor(self, hit: SafetyHit, utterance: Utterance) -> Floor:
        reason = Reason("safety", hit.reason, hit.quote, utterance.start)
        return Floor(hit.floor, utterance.end + self.model.display.floor_seconds, reason)

    def _floor_state(self, caller: CallerState) -> DistressState | None:
        """Return the highest state that a phrase still demands."""
        standing = [floor.state for floor in caller.floors if floor.until >= caller.time]
        return max(standing, key=STATES.index, default=None)

    def _kept(self, before: CallerState, utterance: Utterance, weighed: Sequence[Weighed]) -> tuple[Weighed, ...]:
        """Return the strongest of old and new reasons; old ones fade as the evidence does."""
        faded = 0.5 ** (max(0.0, utterance.end - before.time) / self.model.course.half_life)
        both = [*(replace(one, weight=one.weight * faded) for one in before.weighed), *weighed]
        return tuple(sorted(both, key=lambda one: -one.weight)[:REMEMBERED])

    def _reasons(self, caller: CallerState) -> tuple[Reason, ...]:
        standing = sorted(
            (floor for floor in caller.floors if floor.until >= caller.time), key=lambda one: -STATES.index(one.state)
        )
        return strongest((*(floor.reason for floor in standing), *(one.reason for one in caller.weighed)))
