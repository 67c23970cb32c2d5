"""What is left of a call when consent is withdrawn: the words and how the talk went, nothing that was scored.

Pure: it returns records without the scores. Whoever stored or sent the ones before must replace them.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from stimmung.calls.omissions import Scored
from stimmung.calls.policy import WITHDRAWN, Party, report_policy
from stimmung.calls.records import CallAnalysis, Omission, PolicyReport
from stimmung.speech.records import CallInfo, Utterance

SCORED: tuple[Scored, ...] = get_args(Scored)


def erase_scores(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    """Return the utterances without what was made of anybody's mood, and without what it could be made of again."""
    return tuple(
        replace(one, text_emotion=None, voice_emotion=None, distress=None, voice_features=None, text_vector=None)
        for one in utterances
    )


def withdraw_consent(analysis: CallAnalysis) -> CallAnalysis:
    """Return the analysis of a call whose consent was withdrawn: nothing scored, nothing permitted, and it says so."""
    info = replace(analysis.info, consent="withdrawn")
    kept = tuple(one for one in analysis.omitted if one.what not in SCORED)
    return replace(
        analysis,
        info=info,
        utterances=erase_scores(analysis.utterances),
        models=tuple(model for model in analysis.models if model.task not in SCORED),
        omitted=kept + tuple(Omission(key, WITHDRAWN.why) for key in SCORED),
        distress=(),
        course=(),
        policy=_ruled_anew(analysis.policy, info) if analysis.policy else None,
    )


def _ruled_anew(report: PolicyReport, info: CallInfo) -> PolicyReport:
    several = len(report.parties) > 1
    parties = [Party(one.role, one.certainty, one.channel, several) for one in report.parties]
    return report_policy(parties, info, report.deployment)
