"""Live calls are kept with sentence vectors for what agents say, so that it is found by its meaning later.

Beside the scheduler, in the thread that keeps the call: some tenths of a second, once a call.
"""

import logging

from stimmung.api.keepers import CallKeeper, Keeping, KeepingCounts, Withdrawn
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.calls.text_vectors import with_vectors
from stimmung.speech.engines import Engines, TextEmbedding
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples
from stimmung.speech.wire import WireFormat

logger = logging.getLogger(__name__)


def with_meanings(keeping: Keeping | None, engines: Engines) -> Keeping | None:
    """Return what keeps calls with vectors, where calls are kept and there is a model for that."""
    if keeping is None or engines.text_embedding is None:
        return keeping
    return MeaningKeeping(keeping, engines.text_embedding)


class MeaningKeeping:
    """Keeps calls as `keeping` does, with vectors."""

    def __init__(self, keeping: Keeping, embedding: TextEmbedding) -> None:
        self._keeping, self._embedding = keeping, embedding

    def of_call(self, call_id: str, wire: WireFormat) -> CallKeeper:
        """Return what keeps the live call of that id."""
        return MeaningCallKeeper(self._keeping.of_call(call_id, wire), self._embedding)

    def look(self, call_id: str) -> CallAnalysis | None:
        """Return a call as it is kept."""
        return self._keeping.look(call_id)

    def withdraw_call(self, call_id: str) -> Withdrawn:
        """Take the scores out of a call that is kept."""
        return self._keeping.withdraw_call(call_id)

    def counts(self) -> KeepingCounts:
        """Return what waits and what was lost."""
        return self._keeping.counts()


class MeaningCallKeeper:
    """Keeps one live call with vectors."""

    def __init__(self, keeper: CallKeeper, embedding: TextEmbedding) -> None:
        self._keeper, self._embedding = keeper, embedding

    def rule(self, policy: PolicyReport | None) -> None:
        """Take note of what the rules about the call say now."""
        self._keeper.rule(policy)

    def hear(self, samples: Samples) -> str:
        """Take further sound; return once why it is not kept any more."""
        return self._keeper.hear(samples)

    def forget(self) -> None:
        """Let go of the sound."""
        self._keeper.forget()

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        """Keep a call that ended, without vectors where the model fails: it is found by its words then."""
        try:
            analysis = with_vectors(analysis, self._embedding)
        except WeightsError as error:
            logger.warning("a call is kept without the vectors of what agents said: %s", error)
        return self._keeper.keep(analysis, originals)

    def show(self) -> bool:
        """Record that somebody is shown the call."""
        return self._keeper.show()

    def revoke(self) -> None:
        """Take note that consent was withdrawn."""
        self._keeper.revoke()

    def promise(self) -> None:
        """Have that on the disk."""
        self._keeper.promise()

    def withdraw(self) -> bool:
        """Take the scores out of what was kept."""
        return self._keeper.withdraw()
