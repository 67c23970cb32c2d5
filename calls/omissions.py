"""Why nobody in a call is scored, in words and with the way out where there is one."""

from collections.abc import Sequence

from stimmung.calls.records import Omission
from stimmung.speech.records import Utterance

ROLES = "--roles agent,customer, or roles in NAME.call.json"


def nobody_to_score(key: str, utterances: Sequence[Utterance]) -> Omission:
    """Return why nobody is scored for `key`; roles help only where the parties have a channel each."""
    if not any(utterance.role == "unknown" for utterance in utterances):
        return Omission(key, "the customer says nothing in this recording")
    if len({utterance.channel for utterance in utterances}) > 1:
        return Omission(key, "who is the customer is unknown", ROLES)
    return Omission(key, "all speak on one channel, so who is the customer is unknown")
