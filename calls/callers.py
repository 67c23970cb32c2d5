"""Follows each caller through a call whose distress may be judged, and says how they are in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.distress import CallerState, DistressJudge
from stimmung.calls.omissions import Scored, not_scored
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import CallerDistress, Omission, PartyPolicy
from stimmung.speech.records import Utterance

KEY: Scored = "distress"
WITHOUT_JUDGE = Omission(KEY, "no distress model was given")
NOTHING_JUDGED = Omission(KEY, "neither words nor voice could be judged", "models.text, models.voice in the settings")


@dataclass(frozen=True, slots=True)
class Judged:
    """The utterances, those of callers with their distress; the callers; what was left out."""

    utterances: tuple[Utterance, ...]
    callers: tuple[CallerDistress, ...] = ()
    omitted: tuple[Omission, ...] = ()


def judge_callers(
    utterances: Sequence[Utterance], parties: Sequence[PartyPolicy], duration: float, judge: DistressJudge | None
) -> Judged:
    """Judge those whom the policy permits; `utterances` are ordered by start, `duration` is that of the call (s)."""
    omitted = not_scored(KEY, utterances, parties)
    own = [place for place, said in enumerate(utterances) if permissions_for(said, parties).distress.allowed]
    if not own or judge is None:
        return Judged(tuple(utterances), (), (*omitted, WITHOUT_JUDGE) if own else omitted)
    judged, callers = list(utterances), dict[tuple[int, str], CallerState]()
    for place in sorted(own, key=lambda one: (utterances[one].end, one)):
        who = utterances[place].channel, utterances[place].speaker
        followed = judge.follow(callers.get(who, CallerState()), utterances[place])
        callers[who] = followed.caller
        judged[place] = replace(judged[place], distress=followed.score)
    if all(utterances[place].text_emotion is None and utterances[place].voice_emotion is None for place in own):
        omitted = (*omitted, NOTHING_JUDGED)
    return Judged(tuple(judged), _ends(callers, duration, judge), omitted)


def _ends(
    callers: Mapping[tuple[int, str], CallerState], duration: float, judge: DistressJudge
) -> tuple[CallerDistress, ...]:
    return tuple(judge.now(caller, duration, *who) for who, caller in sorted(callers.items()))
