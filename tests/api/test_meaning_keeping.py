"""Live calls that are kept have a sentence vector on what agents say; all else goes through as it is."""

from dataclasses import dataclass, field, replace

import numpy as np

from stimmung.api.keepers import CallKeeper, KeepingCounts, Withdrawn
from stimmung.api.meaning_keeping import with_meanings
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.engines import TextEmbedding
from stimmung.speech.errors import WeightsError
from stimmung.speech.fakes import FakeTextEmbedding, fake_engines
from stimmung.speech.records import CallInfo, Samples, Utterance
from stimmung.speech.wire import WireFormat

SAID = Utterance(0, "agent", "", 0.0, 1.0, "Guten Tag", "de", 0.9, (), ())
CALL = CallAnalysis("call.wav", 9.0, 2, "de", CallInfo(call_id="one"), (), (SAID,), ())
WIRE = WireFormat("s16le")


@dataclass
class Kept:
    """Keeps calls in a list, and is what keeps each of them too."""

    done: list[object] = field(default_factory=list)
    calls: list[CallAnalysis] = field(default_factory=list)

    def of_call(self, call_id: str, wire: WireFormat) -> CallKeeper:
        self.done.append((call_id, wire))
        return self

    def look(self, call_id: str) -> CallAnalysis | None:
        return CALL if call_id == "one" else None

    def rule(self, policy: PolicyReport | None) -> None:
        self.done.append("rule")

    def hear(self, samples: Samples) -> str:
        self.done.append(samples.size)
        return "no room"

    def forget(self) -> None:
        self.done.append("forget")

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        self.calls.append(analysis)
        return "has to wait"

    def show(self) -> bool:
        self.done.append("show")
        return False

    def revoke(self) -> None:
        self.done.append("revoke")

    def promise(self) -> None:
        self.done.append("promise")

    def withdraw(self) -> bool:
        self.done.append("withdraw")
        return False

    def withdraw_call(self, call_id: str) -> Withdrawn:
        return "withdrawn" if call_id == "one" else "unknown"

    def counts(self) -> KeepingCounts:
        return KeepingCounts(1, 2, 3)


class Broken(FakeTextEmbedding):
    """Cannot be loaded."""

    def embed(self, texts: object) -> Samples:
        raise WeightsError("the weights are damaged")


def keeper(kept: Kept, embedding: TextEmbedding) -> CallKeeper:
    keeping = with_meanings(kept, replace(fake_engines(), text_embedding=embedding))
    assert keeping is not None
    return keeping.of_call("one", WIRE)


def test_what_agents_say_is_kept_with_its_vector() -> None:
    kept = Kept()
    assert keeper(kept, FakeTextEmbedding()).keep(CALL, ()) == "has to wait"
    (said,) = kept.calls[0].utterances
    assert said.text_vector is not None
    assert said.text_emotion is None
    assert np.array_equal(said.text_vector, FakeTextEmbedding().embed(["Guten Tag"])[0])


def test_a_model_that_fails_costs_no_call() -> None:
    kept = Kept()
    keeper(kept, Broken()).keep(CALL, ())
    assert kept.calls == [CALL]


def test_all_else_goes_through() -> None:
    kept = Kept()
    one = keeper(kept, FakeTextEmbedding())
    one.rule(None)
    assert one.hear(np.zeros((1, 5), np.float32)) == "no room"
    one.forget()
    assert one.show() is False
    one.revoke()
    one.promise()
    assert one.withdraw() is False
    assert kept.done == [("one", WIRE), "rule", 5, "forget", "show", "revoke", "promise", "withdraw"]


def test_kept_calls_are_looked_at_as_before() -> None:
    keeping = with_meanings(Kept(), fake_engines())
    assert keeping is not None
    assert (keeping.look("one"), keeping.look("two")) == (CALL, None)
    assert (keeping.withdraw_call("one"), keeping.withdraw_call("two")) == ("withdrawn", "unknown")
    assert keeping.counts() == KeepingCounts(1, 2, 3)


def test_without_a_model_or_a_store_nothing_changes() -> None:
    kept = Kept()
    assert with_meanings(kept, replace(fake_engines(), text_embedding=None)) is kept
    assert with_meanings(None, fake_engines()) is None
