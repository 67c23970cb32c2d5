"""From when on the sound of a call may be kept: a no holds at once, a yes for what is said after it.

Numbered messages are held back while one before them is missing, so sound may come out after a yes that was said
before it.
"""

from stimmung.api.keepers import CallKeeper
from stimmung.calls.policy import may_keep_audio
from stimmung.calls.records import PolicyReport
from stimmung.speech.arrival import ArrivalOptions
from stimmung.speech.records import Samples
from stimmung.speech.wire import WireFormat


class SoundPermission:
    """Hands the sound of one call, as it is listened to, and the rules about it to its keeper."""

    def __init__(self, keeper: CallKeeper, wire: WireFormat) -> None:
        self._keeper = keeper
        held = ArrivalOptions().reach if wire.framing == "sequence" else 0.0
        self._held = round(held * wire.sample_rate)  # samples that may come out late at most
        self._heard = self._yes_at = 0  # samples of the call; from where on the yes holds
        self._yes: PolicyReport | None = None  # that does not hold yet

    def rule(self, policy: PolicyReport | None) -> None:
        """Take note of what the rules say about what is said from now on."""
        if self._held and may_keep_audio(policy):
            self._yes, self._yes_at = policy, self._heard + self._held
        else:
            self._yes = None
            self._keeper.rule(policy)

    def hear(self, samples: Samples) -> str:
        """Take further sound; return once why it is not kept any more."""
        lost = ""
        if self._yes is not None and self._heard + samples.shape[1] >= self._yes_at:
            early = self._yes_at - self._heard
            lost = self._keeper.hear(samples[:, :early])
            self._keeper.rule(self._yes)
            self._yes, samples = None, samples[:, early:]
            self._heard += early
        self._heard += samples.shape[1]
        return self._keeper.hear(samples) or lost
