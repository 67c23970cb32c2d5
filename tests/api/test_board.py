"""The order of live callers: who is urgent first, then distress and waiting, and no flicker."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.boards import RANK, START, caller, entry, overridden_to, row, taken_by, waiting

from stimmung.api.board import TOO_EARLY, BoardEntry, BoardRow, erased, merit, rank, rows_of
from stimmung.api.handling import Handling
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState

HALF_AN_HOUR = 1800.0


def order(*rows: BoardRow, before: tuple[str, ...] = ()) -> list[str]:
    return [one.call_id for one in rank(rows, before, RANK)]


def ids(*rows: BoardRow) -> tuple[str, ...]:
    return tuple(one.id for one in rows)


class TestOrder:
    def test_is_by_score(self) -> None:
        assert order(row(entry("a", 0.2)), row(entry("b", 0.9)), row(entry("c", 0.5))) == ["b", "c", "a"]

    def test_puts_the_urgent_first_even_without_a_score(self) -> None:
        rows = row(entry("a", 0.94, "distressed")), row(entry("b", None, "urgent")), row(entry("c", 0.96, "urgent"))
        assert order(*rows) == ["c", "b", "a"]

    def test_is_by_score_and_not_by_a_state_that_a_phrase_holds(self) -> None:
        assert order(row(entry("a", 0.1, "distressed")), row(entry("b", 0.4, "uneasy"))) == ["b", "a"]

    def test_puts_whom_somebody_took_below_all_others(self) -> None:
        urgent = row(entry("a", 0.99, "urgent"), taken_by())
        calmer = row(entry("b", 0.3), taken_by())
        assert order(urgent, calmer, row(entry("c", None, "unknown"))) == ["c", "a", "b"]

    def test_lists_whom_nobody_judged_below_judged_ones_of_equal_wait(self) -> None:
        unknown, calm = waiting("a", 60, None, "unknown"), waiting("b", 60, 0.0)
        assert order(row(unknown), row(calm)) == ["b", "a"]
        assert order(row(unknown), row(calm), before=ids(row(unknown), row(calm))) == ["b", "a"]
        assert order(row(replace(unknown, callers=())), row(calm)) == ["b", "a"]

    def test_puts_newcomers_below_those_they_hardly_lead(self) -> None:
        old, new = row(entry("b", 0.50)), row(entry("a", 0.54))
        assert order(old, new, before=ids(old)) == ["b", "a"]
        assert order(old, new) == ["a", "b"]

    def test_of_nobody_is_empty(self) -> None:
        assert order() == []


class TestWaiting:
    def test_lifts_a_caller_slowly(self) -> None:
        rows = [row(waiting("a", 0, 0.1)), row(waiting("b", 600, 0.1)), row(entry("c", 0.6))]
        assert order(*rows) == ["c", "b", "a"]

    def test_passes_nobody_over_for_ever(self) -> None:
        """After half an hour and a little even one who was not judged comes before the worst of the newly come."""
        newcomer = row(waiting("new", 0, 1.0, "distressed"))
        for old in (waiting("old", HALF_AN_HOUR * 1.2, None, "unknown"), waiting("old", HALF_AN_HOUR * 1.06, 0.0)):
            assert order(newcomer, row(old), before=ids(newcomer, row(old))) == ["old", "new"]
        early = row(waiting("old", HALF_AN_HOUR / 2, 0.0))
        assert order(newcomer, early) == ["new", "old"]

    def test_never_lifts_above_an_urgent_caller(self) -> None:
        ages = row(waiting("a", 10 * HALF_AN_HOUR, 0.94, "distressed"))
        assert order(ages, row(entry("b", None, "urgent")), before=(ages.id,)) == ["b", "a"]

    def test_counts_only_while_it_lasts(self) -> None:
        long = waiting("a", HALF_AN_HOUR, 0.1)
        answered = replace(long, answered_at=START)
        assert (long.phase, answered.phase) == ("waiting", "in_conversation")
        assert merit(row(answered), RANK) == pytest.approx(0.1)
        assert row(answered, now=START + 50).waited == HALF_AN_HOUR
        assert row(long, now=START + 50).waited == HALF_AN_HOUR + 50
        assert row(entry("a")).waited is None


class TestAPersonsWord:
    def test_goes_before_the_models(self) -> None:
        calm = row(entry("a", 0.05), overridden_to("urgent"))
        worse = row(entry("b", 0.99, "urgent"), overridden_to("calm"))
        assert order(worse, row(entry("c", 0.5)), calm) == ["a", "c", "b"]
        assert (calm.state, calm.model_state, calm.score) == ("urgent", "calm", 0.05)

    @pytest.mark.parametrize(
        ("state", "score", "expected"),
        [
            ("calm", 0.9, 0.3),
            ("calm", 0.1, 0.1),
            ("uneasy", 0.1, 0.3),
            ("uneasy", 0.9, 0.7),
            ("distressed", 0.1, 0.7),
            ("distressed", 0.8, 0.8),
            ("distressed", None, 0.7),
            ("urgent", 0.2, 0.95),
            ("urgent", 0.99, 0.99),
        ],
    )
    def test_moves_a_score_no_further_than_it_must(
        self, state: DistressState, score: float | None, expected: float
    ) -> None:
        assert merit(row(entry("a", score), overridden_to(state)), RANK) == expected

    def test_is_heard_of_whom_nobody_judged_too(self) -> None:
        unknown = row(BoardEntry("a", START), overridden_to("distressed"))
        assert order(unknown, row(entry("b", 0.5))) == ["a", "b"]


class TestRows:
    def test_are_one_a_caller(self) -> None:
        both = replace(entry("a"), callers=(caller(0.2), caller(0.8, "distressed", 2)))
        rows = rows_of(both, Handling(), START, RANK.stale_seconds)
        assert [(one.id, one.channel, one.score) for one in rows] == [("a/1", 1, 0.2), ("a/2", 2, 0.8)]

    def test_tell_speakers_of_one_channel_apart(self) -> None:
        named = [CallerDistress(0, name, 0.1, "calm", "steady") for name in ("A", "B")]
        rows = rows_of(replace(entry("a"), callers=tuple(named)), Handling(), START, RANK.stale_seconds)
        assert [one.id for one in rows] == ["a/0/A", "a/0/B"]

    def test_of_a_call_without_judged_callers_is_one_that_says_why(self) -> None:
        nobody = row(BoardEntry("a", START, unscored="consent was refused"))
        assert (nobody.id, nobody.channel, nobody.state, nobody.score) == ("a", None, "unknown", None)
        assert nobody.unscored == "consent was refused"
        assert row(BoardEntry("a", START)).unscored == TOO_EARLY
        assert row(replace(entry("a"), unscored="not said of who is scored")).unscored == ""

    def test_tell_the_age_of_what_is_known(self) -> None:
        ages = [row(entry("a"), now=START + passed) for passed in (0.0, 4.9, 5.0, 60.0)]
        assert [(round(one.age, 3), one.stale) for one in ages] == [(0, False), (4.9, False), (5, True), (60, True)]

    def test_do_not_come_out_of_the_future(self) -> None:
        early = row(waiting("a", -3), now=START - 1)
        assert (early.age, early.waited) == (0.0, 0.0)

    def test_that_are_erased_keep_nothing_scored(self) -> None:
        left = row(erased(entry("a", 0.9, "distressed", "unerhört"), "consent was withdrawn"))
        assert left.id == row(entry("a")).id
        assert (left.score, left.state, left.model_state, left.reasons) == (None, "unknown", "unknown", ())
        assert left.unscored == "consent was withdrawn"


class TestStability:
    def test_two_neighbours_swap_only_beyond_the_margin(self) -> None:
        above, below = row(entry("b", 0.5)), row(entry("a", 0.5))
        for score, expected in [(0.52, "b"), (0.549, "b"), (0.551, "a")]:
            assert order(above, replace(below, score=score), before=ids(above, below))[0] == expected

    def test_a_swap_holds_when_the_lead_shrinks(self) -> None:
        first, second = row(entry("a", 0.56)), row(entry("b", 0.5))
        assert order(first, second, before=ids(second, first)) == ["a", "b"]
        shrunk = replace(first, score=0.48)
        assert order(shrunk, second, before=ids(first, second)) == ["a", "b"]

    def test_small_steps_do_not_add_up_to_a_wrong_order(self) -> None:
        """Each of these leads the one before it by less than the margin; the last leads the first by far."""
        rows = [row(entry(f"{place:02}", 0.04 * place)) for place in range(25)]
        found = rank(rows, ids(*rows), RANK)
        places = {one.id: place for place, one in enumerate(found)}
        assert places["24/1"] <= 1
        assert places["00/1"] >= 23

    def test_noise_below_a_quarter_of_the_margin_never_changes_a_settled_order(self) -> None:
        rng = random.Random(0)
        rows = [row(entry(f"{place:03}", rng.random())) for place in range(100)]
        settled = rank(rows, (), RANK)
        noise = 0.99 * RANK.margin / 4
        for _ in range(50):
            noisy = [replace(one, score=(one.score or 0.0) + rng.uniform(-noise, noise)) for one in rows]
            assert ids(*rank(noisy, ids(*settled), RANK)) == ids(*settled)

    def test_scores_without_order_would_flicker(self) -> None:
        """The same noise, sorted by score alone: the test above is not idle."""
        rng = random.Random(0)
        scores = [rng.random() for _ in range(100)]
        noise = 0.99 * RANK.margin / 4
        noisy = [one + rng.uniform(-noise, noise) for one in scores]
        assert sorted(range(100), key=lambda at: -scores[at]) != sorted(range(100), key=lambda at: -noisy[at])


STATES: tuple[DistressState, ...] = ("unknown", "calm", "uneasy", "distressed", "urgent")
HANDLINGS = st.sampled_from([Handling(), Handling(), taken_by(), overridden_to("distressed"), overridden_to("urgent")])


@st.composite
def boards(draw: st.DrawFn) -> tuple[list[BoardRow], tuple[str, ...]]:
    """Rows, and an order before that knows some of them and others that are gone."""
    count = draw(st.integers(1, 8))
    rows = []
    for place in range(count):
        state = draw(st.sampled_from(STATES))
        score = None if state == "unknown" else draw(st.none() | st.floats(0, 1))
        one = waiting(f"c{place}", draw(st.floats(0, 4000)), score, state)
        answered = draw(st.none() | st.just(START))
        rows.append(row(replace(one, answered_at=answered), draw(HANDLINGS)))
    known = draw(st.permutations([*ids(*rows), "gone/1"]))
    return rows, tuple(known[: draw(st.integers(0, len(known)))])


few = settings(max_examples=40)  # 3000 found nothing more, in minutes


class TestAnyBoard:
    @few
    @given(boards(), st.randoms(use_true_random=False))
    def test_has_one_order_whoever_comes_first(
        self, board: tuple[list[BoardRow], tuple[str, ...]], rng: random.Random
    ) -> None:
        rows, before = board
        found = rank(rows, before, RANK)
        assert sorted(ids(*found)) == sorted(ids(*rows))
        shuffled = rng.sample(rows, len(rows))
        assert rank(shuffled, before, RANK) == found

    @few
    @given(boards())
    def test_has_the_urgent_before_all_whom_nobody_took_and_those_before_the_taken(
        self, board: tuple[list[BoardRow], tuple[str, ...]]
    ) -> None:
        found = [(one.handling.taken is not None, one.state != "urgent") for one in rank(*board, RANK)]
        assert found == sorted(found)

    @few
    @given(boards())
    def test_keeps_every_lead_beyond_the_margin(self, board: tuple[list[BoardRow], tuple[str, ...]]) -> None:
        found = rank(*board, RANK)
        for place, above in enumerate(found):
            for below in found[place + 1 :]:
                if (above.handling.taken is None, above.state == "urgent") == (
                    below.handling.taken is None, below.state == "urgent",
                ):  # fmt: skip
                    assert merit(below, RANK) - merit(above, RANK) <= RANK.margin + 1e-9

    @few
    @given(boards())
    def test_is_at_rest_once_it_is_ranked(self, board: tuple[list[BoardRow], tuple[str, ...]]) -> None:
        found = rank(*board, RANK)
        assert rank(board[0], ids(*found), RANK) == found

    @few
    @given(boards(), st.integers(0, 99), st.floats(0, 1))
    def test_never_lowers_whose_score_rises(
        self, board: tuple[list[BoardRow], tuple[str, ...]], which: int, more: float
    ) -> None:
        rows, before = board
        who = rows[which % len(rows)]
        worse = replace(who, score=min(1.0, (who.score or 0.0) + more))
        assert place_of(worse, rows, before) <= place_of(who, rows, before)

    @few
    @given(boards(), st.integers(0, 99), st.floats(0, 5000))
    def test_never_lowers_who_waits_longer(
        self, board: tuple[list[BoardRow], tuple[str, ...]], which: int, longer: float
    ) -> None:
        rows, before = board
        who = rows[which % len(rows)]
        later = replace(who, waited=(who.waited or 0.0) + longer)
        assert place_of(later, rows, before) <= place_of(who, rows, before)

    @few
    @given(boards())
    def test_gives_for_waiting_what_is_stated_and_no_more(self, board: tuple[list[BoardRow], tuple[str, ...]]) -> None:
        for one in board[0]:
            gained = merit(one, RANK) - merit(replace(one, waited=0.0), RANK)
            assert 0.0 <= gained <= min(RANK.most_ageing, (one.waited or 0.0) / HALF_AN_HOUR) + 1e-9
            assert one.phase == "waiting" or gained == 0.0

    @few
    @given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.lists(st.floats(-1, 1), min_size=60, max_size=60))
    def test_does_not_flicker_under_noise(self, scores: list[float], noise: list[float]) -> None:
        rows = [row(entry(f"c{place}", score, "calm")) for place, score in enumerate(scores)]
        settled = before = ids(*rank(rows, (), RANK))
        for turn in range(5):
            moved = [
                replace(one, score=scores[at] + 0.249 * RANK.margin * noise[(turn * 12 + at) % 60])
                for at, one in enumerate(rows)
            ]
            before = ids(*rank(moved, before, RANK))
            assert before == settled


def place_of(who: BoardRow, rows: list[BoardRow], before: tuple[str, ...]) -> int:
    """Return the place of a row that stands for the one with its id."""
    return ids(*rank([who if one.id == who.id else one for one in rows], before, RANK)).index(who.id)
