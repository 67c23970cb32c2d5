"""Why somebody in a call is not scored, in words and with the way out where there is one."""

from collections.abc import Sequence
from typing import Literal

from stimmung.calls.records import Omission, PartyPolicy, Permissions, Ruling
from stimmung.speech.records import Utterance

Scored = Literal["text_emotion", "voice_emotion", "distress"]


def not_scored(key: Scored, utterances: Sequence[Utterance], parties: Sequence[PartyPolicy]) -> tuple[Omission, ...]:
    """Return why customers, and those of whom nobody knows who they are, are not scored for `key`: each reason once.

    Only of parties that say something. That agents are not scored goes without saying; the policy report says it.
    """
    speaking = {utterance.channel for utterance in utterances}
    others = [party for party in parties if party.role != "agent" and party.channel in speaking]
    if not others:
        return (Omission(key, "the customer says nothing in this recording"),)
    rulings = [ruling(party.permissions, key) for party in others]
    return tuple(dict.fromkeys(Omission(key, one.why, one.remedy) for one in rulings if not one.allowed))


def ruling(permissions: Permissions, key: Scored) -> Ruling:
    """Return what was ruled on `key`."""
    match key:
        case "text_emotion":
            return permissions.text_emotion
        case "voice_emotion":
            return permissions.voice_emotion
        case "distress":
            return permissions.distress
