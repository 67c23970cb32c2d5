"""Who needs a person next: each caller's distress, utterance by utterance, with reasons.

Pure and incremental: `follow` takes a caller's state before an utterance and returns it after, so that a live call and
its recording agree. The score rises at once and is forgotten slowly, and stays what it is: a calibrated probability. A
phrase that names danger sets a floor under the state. Callers are ranked for help; nothing is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stimmung.calls.distress_features import FirstMinute, features_of
from stimmung.calls.distress_model import STATES, DistressModel, read_distress_model
from stimmung.calls.distress_reasons import Weighed, reasons_of, strongest
from stimmung.calls.records import CallerDistress, DistressPeak, Trend
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.records import DistressScore, DistressState, Reason, Utterance

REMEMBERED: Final = 8  # reasons that a state carries along at most
RANKS: Final[tuple[DistressState, ...]] = ("unknown", *STATES)  # rising


@dataclass(frozen=True, slots=True)
class Floor:
    """What a safety phrase sets: at least this state, until a time in the call (s)."""

    state: DistressState
    until: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class CallerState:
    """A caller after some utterances; the beginning of a call is `CallerState()`."""

    log_odds: float | None = None  # of being in distress, before calibration; None: nothing was heard yet
    time: float = 0.0  # s in the call, to which `log_odds` belong
    spoken: float = 0.0  # s of speech that could be judged
    scored: DistressState = "unknown"  # by the score alone, which hysteresis goes by
    state: DistressState = "unknown"  # with what safety phrases hold
    first_minute: FirstMinute = field(default_factory=FirstMinute)
    weighed: tuple[Weighed, ...] = ()  # the strongest reasons so far, faded as what was known is
    past: tuple[tuple[float, float], ...] = ()  # time and log-odds after the last utterances, for the trend
    floors: tuple[Floor, ...] = ()  # the highest first, each state and text once
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
        weighed = reasons_of(utterance, arm, features, self.model.display.reason_least) if arm else ()
        floors = self._floors_of(utterance)
        faded = self._later(before, utterance.end)
        caller = replace(
            self._remembering(faded, utterance, probability),
            first_minute=before.first_minute.with_utterance(utterance, features),
            weighed=self._strong((*faded.weighed, *weighed)),
            floors=_joined(before.floors, floors),
        )
        if arm or floors:  # otherwise nothing was heard but that time passed
            caller = self._settled(caller)
        reasons = strongest((*(floor.reason for floor in floors), *(one.reason for one in weighed)))
        return Followed(caller, DistressScore(probability, caller.state, reasons))

    def now(self, caller: CallerState, time: float, channel: int, speaker: str) -> CallerDistress:
        """Return how the caller is at a time (s) not before the last utterance: what was said fades."""
        later = self._later(caller, time)
        return CallerDistress(
            channel=channel,
            speaker=speaker,
            score=self._score(later),
            state=later.state,
            trend=self._trend(later),
            reasons=_reasons(later) if later.state not in ("unknown", "calm") else (),
            peak=later.peak,
        )

    def _later(self, caller: CallerState, time: float) -> CallerState:
        """Return the caller at a later time if nothing is said until then."""
        passed = max(0.0, time - caller.time)
        left = 0.5 ** (passed / self.model.course.half_life)
        faded = replace(
            caller,
            log_odds=self.model.course.later(self._log_odds(caller), passed),
            time=caller.time + passed,
            weighed=self._strong(tuple(replace(one, weight=one.weight * left) for one in caller.weighed)),
        )
        return self._placed(faded)

    def _log_odds(self, caller: CallerState) -> float:
        return self.model.course.start if caller.log_odds is None else caller.log_odds

    def _remembering(self, faded: CallerState, utterance: Utterance, probability: float | None) -> CallerState:
        """Return the caller with the evidence of an utterance added."""
        if probability is None:
            return faded
        evidence = self.model.evidence(probability)
        log_odds = self.model.course.heard(self._log_odds(faded), evidence, utterance.duration)
        return replace(faded, log_odds=log_odds, spoken=faded.spoken + utterance.duration)

    def _settled(self, caller: CallerState) -> CallerState:
        """Return the caller after an utterance with state, peak and what the trend needs brought up to date."""
        caller = self._placed(caller)
        score, state, peak = self._score(caller), caller.state, caller.peak
        if score is None:
            return caller
        if peak is None or self._height(state, score) > self._height(peak.state, peak.score):
            peak = DistressPeak(score, state, caller.time)
        since = caller.time - self.model.display.trend_seconds
        older = [one for one in caller.past if one[0] <= since][-1:]
        recent = [one for one in caller.past if one[0] > since]
        return replace(caller, peak=peak, past=(*older, *recent, (caller.time, self._log_odds(caller))))

    def _score(self, caller: CallerState) -> float | None:
        """Return the calibrated score; None while too little was heard."""
        heard_enough = caller.spoken >= self.model.course.least_seconds
        return self.model.score(self._log_odds(caller)) if heard_enough else None

    def _placed(self, caller: CallerState) -> CallerState:
        """Return the caller in the state of the score, entered at one threshold, left below a lower one; or held above.

        What a phrase held is no state that the score had entered.
        """
        scored: DistressState = "unknown"
        score, held = self._score(caller), RANKS.index(caller.scored)
        if score is not None:
            scored = "calm"
            for place, name in enumerate(STATES[1:], start=RANKS.index("uneasy")):
                threshold = self.model.thresholds.of(name)
                if score >= (threshold.leave if place <= held else threshold.enter):
                    scored = name
        state = max((scored, *(floor.state for floor in _standing(caller))), key=RANKS.index)
        return replace(caller, scored=scored, state=state)

    def _height(self, state: DistressState, score: float) -> tuple[int, float]:
        """Return how bad a moment is. Where a phrase holds the state, no later moment is worse for its score."""
        held = state in STATES[1:] and score < self.model.thresholds.of(state).leave
        return RANKS.index(state), 0.0 if held else score

    def _trend(self, caller: CallerState) -> Trend:
        """Compare the score with what it was a while ago, or after the caller's first utterance."""
        now = self._score(caller)
        if now is None or not caller.past:
            return "steady"
        since = caller.time - self.model.display.trend_seconds
        said, log_odds = next((one for one in reversed(caller.past) if one[0] <= since), caller.past[0])
        before = self.model.score(self.model.course.later(log_odds, since - said))
        if abs(now - before) < self.model.display.trend_least:
            return "steady"
        return "rising" if now > before else "falling"

    def _floors_of(self, utterance: Utterance) -> tuple[Floor, ...]:
        """Return what the phrases of an utterance set, the highest first."""
        until = utterance.end + self.model.display.floor_seconds
        hits = self.phrases.find(utterance.text, utterance.language)
        return _joined(
            (), [Floor(hit.floor, until, Reason("safety", hit.reason, hit.quote, utterance.start)) for hit in hits]
        )

    def _strong(self, weighed: Sequence[Weighed]) -> tuple[Weighed, ...]:
        """Return the strongest reasons: those that have not faded, and the very strongest even if it has."""
        found = sorted(weighed, key=lambda one: -one.weight)[:REMEMBERED]
        least = self.model.display.reason_least
        return tuple(one for place, one in enumerate(found) if place == 0 or one.weight >= least)


def _joined(before: Sequence[Floor], new: Sequence[Floor]) -> tuple[Floor, ...]:
    """Return old and new floors, the highest first; each state and text once, as it was said last."""
    found = {(floor.state, floor.reason.text): floor for floor in (*before, *new)}
    return tuple(sorted(found.values(), key=lambda one: -RANKS.index(one.state)))


def _standing(caller: CallerState) -> tuple[Floor, ...]:
    return tuple(floor for floor in caller.floors if floor.until >= caller.time)


def _reasons(caller: CallerState) -> tuple[Reason, ...]:
    return strongest((*(floor.reason for floor in _standing(caller)), *(one.reason for one in caller.weighed)))
