"""What a call told: numbered without a gap, kept within bounds, and scrubbed when consent goes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.api.toy_calls import caller, utterance

from stimmung.api.outbox import Outbox
from stimmung.calls.live_events import (
    DistressChanged,
    Ended,
    PartialHeard,
    UtteranceFinal,
    UtteranceRevised,
    Warned,
)
from stimmung.calls.live_script import requoted
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import CallInfo, Reason


def filled(count: int, kept: int = 100) -> Outbox:
    """Return an outbox into which so many warnings were put."""
    outbox = Outbox("a", kept)
    for number in range(count):
        outbox.put(Warned(float(number), "test", "x"))
    return outbox


class TestAnOutbox:
    def test_counts_from_one(self) -> None:
        assert filled(0).last == 0
        assert filled(3).last == 3
        assert [one.seq for one in filled(3).after(0, 10)] == [1, 2, 3]

    def test_gives_what_follows_a_number_and_no_more_than_is_wanted(self) -> None:
        assert [one.seq for one in filled(10).after(4, 3)] == [5, 6, 7]
        assert filled(10).after(10, 3) == []

    def test_forgets_the_oldest_and_says_so(self) -> None:
        outbox = filled(10, kept=4)
        assert outbox.last == 10
        assert [one.seq for one in outbox.after(6, 10)] == [7, 8, 9, 10]
        assert outbox.can_go_on_after(6)
        assert not outbox.can_go_on_after(5)

    def test_cannot_go_on_after_what_was_never_told(self) -> None:
        assert filled(3).can_go_on_after(3)
        assert not filled(3).can_go_on_after(4)

    def test_that_is_forgotten_keeps_its_numbers(self) -> None:
        outbox = filled(3)
        outbox.forget()
        assert (outbox.last, outbox.after(0, 9)) == (3, [])
        assert outbox.put(Warned(0.0, "test", "x")).seq == 4

    def test_keeps_no_vectors_of_utterances(self) -> None:
        kept = Outbox("a").put(UtteranceFinal(1.0, 1, utterance(1, "hallo"))).event
        assert isinstance(kept, UtteranceFinal)
        assert kept.utterance.voice_features is None
        assert kept.utterance.text_vector is None
        assert kept.utterance.distress is not None

    def test_writes_type_and_number_first(self) -> None:
        outbox = Outbox("a")
        assert list(outbox.to_json(outbox.put(PartialHeard(1.5, 0, 1.0, "hal")))) == [
            "type", "seq", "time", "channel", "start", "text",
        ]  # fmt: skip

    @given(st.integers(0, 60), st.integers(1, 20), st.integers(0, 60), st.integers(1, 70))
    def test_never_skips_or_repeats_a_number(self, count: int, kept: int, after: int, most: int) -> None:
        outbox = filled(count, kept)
        found = [one.seq for one in outbox.after(after, most)]
        assert found == list(range(found[0], found[0] + len(found))) if found else True
        if outbox.can_go_on_after(after) and after < count:
            assert found[0] == after + 1
            assert len(found) == min(most, count - after)


class TestErasing:
    def scored(self) -> Outbox:
        """Return an outbox that holds every kind of score."""
        said = utterance(1, "so geht das nicht")
        analysis = CallAnalysis("a", 1.0, 1, "de", CallInfo(), (), (said,), (), distress=(caller("urgent"),))
        outbox = Outbox("a")
        for event in (
            UtteranceFinal(1.0, 1, said),
            UtteranceRevised(1.0, 1, said),
            DistressChanged(1.0, caller("urgent")),
            Ended(1.0, analysis),
        ):
            outbox.put(event)
        return outbox

    def test_leaves_words_and_numbers_and_no_score(self) -> None:
        outbox = self.scored()
        outbox.erase_scores()
        final, revised, changed, ended = (outbox.to_json(one) for one in outbox.after(0, 9))
        for said in (final, revised):
            assert isinstance(said["utterance"], dict)
            assert said["utterance"]["text"] == "so geht das nicht"
            assert said["utterance"]["distress"] is None
        assert (changed["score"], changed["state"], changed["reasons"]) == (None, "unknown", [])
        assert isinstance(ended["summary"], dict)
        assert ended["summary"]["distress"] == []
        assert [one["seq"] for one in (final, revised, changed, ended)] == [1, 2, 3, 4]

    def test_holds_for_what_comes_later_until_scores_are_permitted(self) -> None:
        outbox = self.scored()
        outbox.erase_scores()
        assert outbox.to_json(outbox.put(DistressChanged(2.0, caller("urgent"))))["score"] is None
        outbox.permit_scores()
        assert outbox.to_json(outbox.put(DistressChanged(3.0, caller("urgent"))))["score"] == 0.9
        assert outbox.to_json(outbox.after(0, 9)[2])["score"] is None


class TestWordsThatWereToldTooEarly:
    """A name is known for one only when more was said."""

    def told(self) -> Outbox:
        outbox = Outbox("a")
        first = utterance(1, "Erika sagt das ist eine frechheit")
        outbox.put(PartialHeard(1.0, first.channel, first.start, "Erika sagt"))
        outbox.put(UtteranceFinal(1.0, 1, first))
        reasons = (Reason("words", "angry words", first.text, first.start), Reason("words", "sad words", "ach", 99.0))
        outbox.put(DistressChanged(1.0, replace(caller("uneasy"), channel=first.channel, reasons=reasons)))
        outbox.put(UtteranceFinal(2.0, 2, replace(utterance(2, "ja Erika"), start=5.0)))
        clear = requoted(replace(first, text="[NAME] sagt das ist eine frechheit", words=()))
        outbox.put(UtteranceRevised(3.0, 1, clear))
        return outbox

    def test_are_sent_to_nobody_again(self) -> None:
        outbox = self.told()
        sent = [outbox.to_json(one) for one in outbox.after(0, 9)]
        assert [one["seq"] for one in sent] == [1, 2, 3, 4, 5]
        assert [number for number, one in enumerate(sent, 1) if "Erika" in str(one)] == [4]
        assert "ach" in str(sent[2])

    def test_stay_where_nothing_was_said_after_all(self) -> None:
        outbox = self.told()
        outbox.put(UtteranceRevised(4.0, 2, utterance(2, "")))
        assert "ja Erika" in str(outbox.to_json(outbox.after(3, 1)[0]))
