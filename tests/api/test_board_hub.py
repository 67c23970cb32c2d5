"""The live board: what sessions tell is ranked, readers follow it, people act, and what is withdrawn is gone."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.boards import QUOTE, START, Desk, Reader, caller, entry, waiting

from stimmung.api.board import BoardEntry
from stimmung.api.board_feed import TOO_SLOW, FeedOptions
from stimmung.api.handling import Act

SNAPSHOT, CHANGED, AGES = "board.snapshot", "board.changed", "board.ages"


def calls(desk: Desk) -> list[str]:
    """Return the calls in their order."""
    return [one.call_id for one in desk.hub.show().rows]


class TestTheBoard:
    def test_shows_who_is_live_ranked(self) -> None:
        desk = Desk()
        for one in (entry("a", 0.2), entry("b", 0.9, "distressed"), entry("c", None, "unknown")):
            desk.hub.update(one)
        assert calls(desk) == ["b", "a", "c"]
        desk.hub.update(entry("a", 0.99, "urgent"))
        desk.hub.remove("c")
        assert calls(desk) == ["a", "b"]

    def test_is_empty_at_first(self) -> None:
        assert Desk().hub.show().rows == []

    def test_forgets_with_a_call_what_people_did_with_it(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a"))
        desk.hub.take("a", "Anna")
        desk.hub.remove("a")
        desk.hub.remove("a")
        desk.hub.update(entry("a"))
        assert desk.hub.show().rows[0].taken is None

    def test_replaces_the_row_of_a_call_by_those_of_its_callers(self) -> None:
        desk = Desk()
        desk.hub.update(BoardEntry("a", START))
        desk.tick()
        reader = desk.reader()
        desk.hub.update(replace(entry("a"), callers=(caller(0.2), caller(0.4, channel=2))))
        desk.tick()
        reader.read()
        assert reader.order == ["a/2", "a/1"]

    def test_counts(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a"))
        reader = desk.reader()
        desk.tick()
        found = desk.hub.metrics()
        assert (found.calls, found.subscribers, found.dropped, found.changes) == (1, 1, 0, 1)
        assert reader.kinds() == [SNAPSHOT, CHANGED]


class TestNews:
    def test_are_a_snapshot_and_then_what_changed(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.2))
        desk.hub.update(entry("b", 0.4))
        desk.tick()
        reader = desk.reader()
        desk.hub.update(entry("a", 0.8, "distressed"))
        desk.tick()
        snapshot, change = reader.read()
        assert [row["id"] for row in json.loads(snapshot.data)["rows"]] == ["b/1", "a/1"]
        told = json.loads(change.data)
        assert [(row["id"], row["score"], row["state"]) for row in told["rows"]] == [("a/1", 0.8, "distressed")]
        assert told["order"] == ["a/1", "b/1"]
        assert told["id"] == change.id

    def test_are_not_told_of_small_changes_of_a_score(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.20))
        desk.tick()
        reader = desk.reader()
        for score in (0.21, 0.219, 0.2):
            desk.hub.update(entry("a", score))
            desk.tick()
        assert reader.kinds() == [SNAPSHOT]

    def test_are_told_when_small_changes_have_added_up(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.20))
        desk.tick()
        reader = desk.reader()
        for score in (0.21, 0.219, 0.2201):
            desk.hub.update(entry("a", score))
            desk.tick()
        assert reader.kinds() == [SNAPSHOT, CHANGED]

    @pytest.mark.parametrize(
        "changed",
        [
            entry("a", 0.2, "uneasy"),
            entry("a", None),
            entry("a", 0.2, quote=QUOTE),
            replace(entry("a", 0.2), answered_at=None),
            replace(entry("a", 0.2), language="de"),
            replace(entry("a", 0.2), heard_at=START - 10),
        ],
    )
    def test_are_told_of_every_other_change(self, changed: BoardEntry) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.2))
        desk.tick()
        reader = desk.reader()
        desk.hub.update(changed)
        desk.tick()
        assert reader.kinds() == [SNAPSHOT, CHANGED]

    def test_are_few_however_much_happens(self) -> None:
        """A hundred calls that change ten times a second for ten seconds: at most four changes a second are told."""
        desk = Desk(feed=FeedOptions(unread=1000))
        reader = desk.reader()
        for step in range(100):
            for number in range(100):
                desk.hub.update(entry(f"c{number}", ((step * 7 + number * 13) % 100) / 100))
            desk.clock.time += 0.1
            if step % 3 == 2:  # a tick each 0.3 s, the pace being no faster than one each 0.25 s
                desk.hub.publish()
        assert reader.kinds().count(CHANGED) <= 40

    def test_tell_ages_every_three_seconds_of_a_quiet_board(self) -> None:
        desk = Desk()
        desk.hub.update(waiting("a", 60))
        desk.tick()
        reader = desk.reader()
        for _ in range(40):
            desk.tick()
        kinds = reader.kinds()
        assert kinds.count(AGES) == 3
        assert kinds.count(CHANGED) == 1  # it became stale
        assert reader.board[0]["stale"] is True
        assert reader.board[0]["waiting_seconds"] == pytest.approx(69.25, abs=1)

    def test_tell_that_waiting_changed_the_order(self) -> None:
        desk = Desk()
        desk.hub.update(waiting("a", 0, 0.1))
        desk.hub.update(entry("b", 0.2))
        desk.tick()
        reader = desk.reader()
        for _ in range(100):
            desk.tick(3.0)
            reader.read()
        assert reader.order == ["a/1", "b/1"]

    def test_are_told_to_who_comes_while_something_changes_and_changes_back(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 1.0))
        desk.tick()
        desk.hub.update(entry("a", 0.0))
        reader = desk.reader()
        desk.hub.update(entry("a", 1.0))
        desk.tick()
        reader.read()
        assert reader.board[0]["score"] == 1.0

    def test_begin_with_ages_as_they_are(self) -> None:
        desk = Desk()
        desk.hub.update(waiting("a", 60))
        desk.hub.update(entry("b", 0.0))
        desk.tick(0.0)
        desk.hub.remove("b")
        desk.clock.time += 2
        reader = desk.reader()
        reader.read()
        assert [(row["call_id"], row["age_seconds"]) for row in reader.board] == [("a", 2.0), ("b", 0.0)]

    def test_of_nothing_are_none(self) -> None:
        desk = Desk()
        reader = desk.reader()
        desk.tick()
        assert reader.kinds() == [SNAPSHOT]

    def test_missed_ones_are_told_again_else_there_is_a_snapshot(self) -> None:
        desk = Desk(feed=FeedOptions(history=3))
        ids = []
        for score in (0.1, 0.3, 0.5, 0.7, 0.9):
            desk.hub.update(entry("a", score))
            desk.tick()
            reader = desk.reader()
            reader.read()
            ids.append(reader.last_id)
        assert desk.reader(ids[2]).kinds() == [CHANGED, CHANGED]
        assert desk.reader(ids[4]).kinds() == []
        assert desk.reader(ids[0]).kinds() == [SNAPSHOT]
        assert desk.reader("another-3").kinds() == [SNAPSHOT]

    def test_reach_a_hundred_readers_and_the_slow_one_is_dropped(self) -> None:
        desk = Desk()
        readers, slow = [desk.reader() for _ in range(100)], desk.reader()
        for step in range(200):
            desk.hub.update(entry("a", step % 2))
            desk.tick()
            for one in readers:
                one.read()
        assert slow.subscription.ended == TOO_SLOW
        assert desk.hub.metrics().dropped == 1
        assert all(one.board == readers[0].board for one in readers)
        assert readers[0].board[0]["score"] == 1.0

    def test_end_when_the_hub_closes(self) -> None:
        desk = Desk()
        reader = desk.reader()
        desk.hub.close()
        assert reader.subscription.ended
        assert desk.hub.metrics().subscribers == 0

    def test_are_published_at_a_steady_pace(self) -> None:
        desk = Desk()
        pauses = list[float]()

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)
            desk.hub.update(entry("a", len(pauses) / 10))
            if len(pauses) == 4:
                raise asyncio.CancelledError

        reader = desk.reader()
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(desk.hub.run(sleep))
        assert pauses == [0.25] * 4
        assert reader.kinds() == [SNAPSHOT, CHANGED, CHANGED, CHANGED]


class TestPeople:
    def test_acknowledge_take_override_and_release(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.3))
        desk.hub.update(entry("b", 0.8, "distressed"))
        act = Act("Anna", desk.clock.today())
        seen = desk.hub.acknowledge("b", "Anna").handling
        assert seen is not None
        assert seen.acknowledged == act
        assert calls(desk) == ["b", "a"]
        assert desk.hub.take("b", "Anna").handling is not None
        assert calls(desk) == ["a", "b"]
        desk.hub.release("b", "Ben", "take")
        assert calls(desk) == ["b", "a"]
        desk.hub.override("a", "Anna", "urgent", "she is alone")
        row = desk.hub.show().rows[0]
        assert (row.call_id, row.state, row.model_state, row.score) == ("a", "urgent", "calm", 0.3)
        assert row.override is not None
        assert (row.override.by, row.override.state, row.override.reason) == ("Anna", "urgent", "she is alone")
        desk.hub.release("a", "Anna", "override")
        assert calls(desk) == ["b", "a"]
        assert desk.hub.show().rows[1].state == "calm"

    def test_have_the_last_word_whatever_the_model_says_later(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.3))
        desk.hub.override("a", "Anna", "calm", "he jokes")
        desk.hub.update(entry("a", 0.99, "urgent"))
        row = desk.hub.show().rows[0]
        assert (row.state, row.model_state) == ("calm", "urgent")

    def test_are_told_to_readers(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a"))
        desk.tick()
        reader = desk.reader()
        desk.hub.take("a", "Anna")
        desk.tick()
        assert reader.kinds() == [SNAPSHOT, CHANGED]
        assert reader.board[0]["taken"]["by"] == "Anna"

    def test_cannot_act_on_a_call_that_is_not_live(self) -> None:
        hub = Desk().hub
        for answer in (hub.acknowledge("a", "Anna"), hub.take("a", "Anna"), hub.release("a", "Anna")):
            assert answer.handling is None
        assert hub.override("a", "Anna", "calm", "why").handling is None

    def test_cannot_take_what_another_has(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a"))
        desk.hub.take("a", "Anna")
        answer = desk.hub.take("a", "Ben")
        assert "Anna" in answer.refused
        row = desk.hub.show().rows[0]
        assert row.taken is not None
        assert row.taken.by == "Anna"

    def test_are_named_in_the_audit_and_callers_are_not_quoted(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        desk = Desk()
        desk.hub.update(entry("call-7", 0.8642, "distressed", QUOTE))
        desk.hub.take("call-7", "Anna")
        desk.hub.take("call-7", "Anna")  # changes nothing
        desk.hub.take("call-7", "Ben")  # refused
        desk.hub.take("other", "Ben")  # not live
        desk.hub.override("call-7", "Ben", "urgent", QUOTE)
        desk.hub.release("call-7", "Anna")
        desk.tick()
        told = [record.__dict__["audit"] for record in caplog.records if record.name == "stimmung.api.audit"]
        assert [(one["action"], one["call_id"], one["by"], one["chosen"]) for one in told] == [
            ("take", "call-7", "Anna", ""),
            ("override", "call-7", "Ben", "urgent"),
            ("release", "call-7", "Anna", "all"),
        ]
        assert not [one for one in caplog.messages if QUOTE in one or "0.86" in one or "distressed" in one]


class TestErasure:
    def test_leaves_nothing_scored_in_the_entry(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.9, "urgent", QUOTE))
        desk.hub.override("a", "Anna", "distressed", QUOTE)
        desk.hub.take("a", "Anna")
        desk.hub.erase("a")
        row = desk.hub.show().rows[0]
        assert (row.score, row.state, row.model_state, row.trend, row.reasons) == (
            None,
            "unknown",
            "unknown",
            "steady",
            [],
        )
        assert row.unscored == "consent was withdrawn"
        assert row.override is None
        assert row.taken is not None

    def test_reaches_what_a_reader_has_not_read_yet(self) -> None:
        desk = Desk()
        reader = desk.reader()
        desk.hub.update(entry("a", 0.9, "distressed", QUOTE))
        desk.hub.update(entry("b", 0.5))
        desk.tick()
        desk.hub.erase("a")
        (news,) = reader.read()
        assert news.kind == SNAPSHOT
        assert QUOTE not in news.data
        assert "0.9" not in news.data
        assert [row["score"] for row in reader.board] == [0.5, None]

    def test_reaches_what_could_be_told_again(self) -> None:
        desk = Desk()
        desk.tick()
        start = Reader(desk.hub.subscribe())
        desk.hub.update(entry("a", 0.2))
        desk.tick()
        start.read()
        desk.hub.update(entry("a", 0.9, "distressed", QUOTE))
        desk.tick()
        assert QUOTE in "".join(news.data for news in desk.reader(start.last_id).read())
        desk.hub.erase("a")
        again = desk.reader(start.last_id).read()
        assert [news.kind for news in again] == [SNAPSHOT]
        assert QUOTE not in again[0].data
        desk.hub.update(entry("b", 0.3))
        desk.tick()
        assert QUOTE not in "".join(news.data for news in desk.reader(start.last_id).read())

    def test_holds_against_scores_that_come_late(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.9, "distressed", QUOTE))
        desk.hub.erase("a", "consent was refused")
        desk.hub.update(entry("a", 0.95, "urgent", QUOTE))
        row = desk.hub.show().rows[0]
        assert (row.score, row.state, row.reasons, row.unscored) == (None, "unknown", [], "consent was refused")

    def test_of_a_call_that_is_not_there_yet_holds_too(self) -> None:
        desk = Desk()
        desk.hub.erase("a")
        desk.hub.update(entry("a", 0.9, "distressed"))
        assert desk.hub.show().rows[0].score is None

    def test_ends_with_the_call(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.9))
        desk.hub.erase("a")
        desk.hub.remove("a")
        desk.hub.update(entry("a", 0.3))
        assert desk.hub.show().rows[0].score == 0.3

    def test_leaves_readers_with_a_board_that_goes_on(self) -> None:
        desk = Desk()
        desk.hub.update(entry("a", 0.9))
        desk.hub.update(entry("b", 0.5))
        desk.tick()
        reader = desk.reader()
        desk.hub.erase("a")
        desk.hub.update(entry("b", 0.7))
        desk.tick()
        assert reader.kinds() == [SNAPSHOT, CHANGED]
        assert [(row["call_id"], row["score"]) for row in reader.board] == [("b", 0.7), ("a", None)]


ACTIONS: dict[str, Callable[[Desk, str, float], object]] = {
    "update": lambda desk, call_id, score: desk.hub.update(
        waiting(call_id, 100 * score, score, "urgent" if score > 0.9 else "calm")
    ),
    "remove": lambda desk, call_id, _: desk.hub.remove(call_id),
    "erase": lambda desk, call_id, _: desk.hub.erase(call_id),
    "take": lambda desk, call_id, _: desk.hub.take(call_id, "Anna"),
    "release": lambda desk, call_id, _: desk.hub.release(call_id, "Anna"),
    "override": lambda desk, call_id, _: desk.hub.override(call_id, "Anna", "urgent", "why"),
    "tick": lambda desk, _, seconds: desk.tick(seconds),
}
STEPS = st.tuples(st.sampled_from([*ACTIONS, "update", "update", "read"]), st.sampled_from("abcd"), st.floats(0, 1))


@given(st.lists(STEPS, max_size=40))
def test_a_reader_who_follows_the_news_sees_the_board(steps: list[tuple[str, str, float]]) -> None:
    """Whatever happens, and whether it was connected from the start, in between, or again after a break."""
    desk = Desk(feed=FeedOptions(history=4, unread=1000))
    readers = [desk.reader()]
    for what, call_id, number in steps:
        if what in ACTIONS:
            ACTIONS[what](desk, call_id, number)
        else:
            readers[0].read()
            back = desk.hub.subscribe(readers[0].last_id)
            readers += [desk.reader(), Reader(back, dict(readers[0].rows), readers[0].order)]
    desk.hub.update(entry("z"))
    desk.tick(3.0)
    board = json.loads(desk.hub.show().model_dump_json())["rows"]
    for one in readers:
        one.read()
        assert [row["id"] for row in one.board] == [row["id"] for row in board]
        for row, true in zip(one.board, board, strict=True):
            assert abs((row["score"] or 0) - (true["score"] or 0)) < 0.02 + 1e-4
            assert {**row, "score": 0} == {**true, "score": 0}
