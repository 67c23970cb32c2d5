"""The policy: who goes first, who shares a batch, who is kept waiting for how long, and who is given up."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.models.scheduling import (
    FINALS,
    Choice,
    Job,
    Lanes,
    Priority,
    SchedulerOptions,
    Waiting,
    choose,
    displaced,
    expired,
    is_full,
    moved,
)
from stimmung.speech.errors import SettingsError

URGENT, FINAL, PARTIAL, RECORD = Priority
NOW = 100.0
OPTIONS = SchedulerOptions(max_batch=4, max_batch_seconds=40.0, urgent_batch_seconds=10.0, batch_window=0.03)
IDLE = Lanes(free=1)


def queue(*jobs: Job) -> list[Waiting]:
    """Return the jobs as they wait, in this order of submission, each since its sound arrived."""
    return [Waiting(job, number, job.arrived) for number, job in enumerate(jobs)]


def job(priority: Priority, waited: float = 1.0, **fields: Any) -> Job:
    """Return two seconds of sound that arrived `waited` seconds ago, due a second after that."""
    own = {"call_id": "a", "kind": "hear", "payload": None, "seconds": 2.0, "arrived": NOW - waited}
    return Job(priority=priority, **{"deadline": NOW - waited + 1.0, **own, **fields})


def chosen(waiting: Sequence[Waiting], lanes: Lanes = IDLE, options: SchedulerOptions = OPTIONS) -> list[int]:
    """Return the numbers of the batch."""
    return [one.number for one in choose(waiting, lanes, NOW, options).batch]


ALONE = replace(OPTIONS, max_batch=1)


class TestOrder:
    def test_the_distressed_come_first_then_finals_partials_records(self) -> None:
        waiting = queue(job(RECORD, 2.0), job(PARTIAL, 1.5), job(FINAL), job(URGENT, 0.1))
        order = []
        while waiting:
            [first] = chosen(waiting, options=ALONE)
            order.append(first)
            waiting = [one for one in waiting if one.number != first]
        assert order == [3, 2, 1, 0]

    def test_finals_go_by_deadline(self) -> None:
        assert chosen(queue(job(FINAL, deadline=NOW + 2), job(FINAL, deadline=NOW + 1)), options=ALONE) == [1]

    def test_equal_jobs_go_in_order_of_submission(self) -> None:
        assert chosen(queue(job(FINAL), job(FINAL), job(FINAL))) == [0, 1, 2]

    def test_words_so_far_of_a_caller_in_distress_go_before_those_of_the_calm(self) -> None:
        assert chosen(queue(job(PARTIAL, 0.9), job(PARTIAL, 0.5, calm=False)), options=ALONE) == [1]

    def test_a_record_that_waited_for_half_its_patience_goes_before_fresh_partials(self) -> None:
        half = OPTIONS.record_patience / 2
        assert chosen(queue(job(PARTIAL, 0.5), job(RECORD, half)), options=ALONE) == [1]
        assert chosen(queue(job(PARTIAL, 0.5), job(RECORD, half - 0.1)), options=ALONE) == [0]

    def test_first_come_knows_no_priorities(self) -> None:
        plain = replace(ALONE, order="first_come")
        assert chosen(queue(job(RECORD), job(URGENT)), options=plain) == [0]

    def test_nothing_starts_without_a_free_lane(self) -> None:
        assert choose(queue(job(URGENT)), Lanes(free=0), NOW, OPTIONS).batch == ()

    def test_an_empty_queue_has_nothing_to_start_or_to_wake_for(self) -> None:
        assert choose([], IDLE, NOW, OPTIONS) == Choice(wake=math.inf)


class TestAgeing:
    LATE = OPTIONS.age_bound

    def test_an_overdue_final_and_callers_in_distress_take_turns(self) -> None:
        waiting = queue(job(FINAL, self.LATE), job(FINAL, self.LATE + 1), *(job(URGENT) for _ in range(3)))
        lanes, order = IDLE, []
        while waiting:
            choice = choose(waiting, lanes, NOW, ALONE)
            lanes = Lanes(free=1, urgent_led=choice.urgent_led)
            order.append(choice.batch[0].number)
            waiting = [one for one in waiting if one not in choice.batch]
        assert order == [2, 1, 3, 0, 4]

    def test_before_that_age_they_do_not(self) -> None:
        waiting = queue(job(FINAL, self.LATE - 0.1), job(URGENT))
        assert chosen(waiting, Lanes(free=1, urgent_led=True), ALONE) == [1]

    def test_overdue_finals_go_by_age_and_not_by_deadline(self) -> None:
        waiting = queue(job(FINAL, self.LATE, deadline=NOW - 9), job(FINAL, self.LATE + 1, deadline=NOW))
        assert chosen(waiting, options=ALONE) == [1]
        assert chosen([*waiting, *queue(job(URGENT))], Lanes(free=1, urgent_led=True), ALONE) == [1]

    def test_after_an_overdue_caller_in_distress_it_is_the_turn_of_the_others_in_distress(self) -> None:
        waiting = queue(job(URGENT, self.LATE, deadline=NOW + 9), job(FINAL, self.LATE - 1), job(URGENT))
        choice = choose(waiting, Lanes(free=1, urgent_led=True), NOW, ALONE)
        assert [one.number for one in choice.batch] == [0]
        assert not choice.urgent_led
        assert choose(waiting[2:], IDLE, NOW, ALONE).urgent_led

    def test_overdue_finals_fill_up_the_batch_of_a_caller_in_distress_first(self) -> None:
        waiting = queue(job(FINAL), job(FINAL, self.LATE), job(URGENT))
        assert chosen(waiting, options=replace(OPTIONS, max_batch=2)) == [2, 1]

    def test_callers_in_distress_ride_along_when_it_is_the_turn_of_the_overdue(self) -> None:
        late = [job(FINAL, self.LATE + 1, seconds=4.0) for _ in range(3)]
        waiting = queue(job(URGENT), *late, job(URGENT), job(FINAL, seconds=1.0))
        assert chosen(waiting, Lanes(free=1, urgent_led=True)) == [1, 2, 0, 4]  # a third overdue one would make 12 s


class TestBatches:
    def test_only_one_kind(self) -> None:
        waiting = queue(job(FINAL), job(FINAL, kind="judge"), job(FINAL))
        assert chosen(waiting) == [0, 2]

    def test_no_more_than_so_many_jobs(self) -> None:
        assert len(chosen(queue(*(job(FINAL) for _ in range(9))))) == OPTIONS.max_batch

    def test_cut_by_padded_seconds_and_who_fits_later_still_comes(self) -> None:
        waiting = queue(job(FINAL, seconds=12.0), job(FINAL, seconds=15.0), job(FINAL, seconds=30.0), job(FINAL))
        assert chosen(waiting) == [0, 1]  # 2 * 15 s; a third one would make 45, 30 s would make 60
        assert chosen(queue(job(FINAL, seconds=20.0), job(FINAL, seconds=30.0), job(FINAL))) == [0, 2]

    def test_a_job_longer_than_a_batch_may_be_goes_alone(self) -> None:
        assert chosen(queue(job(FINAL, seconds=90.0), job(FINAL))) == [0]

    def test_who_fills_up_a_batch_in_distress_may_not_make_it_long(self) -> None:
        waiting = queue(job(URGENT), job(FINAL, seconds=6.0), job(FINAL, seconds=3.0), job(FINAL, seconds=3.5))
        assert chosen(waiting) == [0, 2]  # 2 * 6 s are above 10; 2 * 3 s are not; 3 * 3.5 s are again

    def test_partials_and_records_may_not_make_a_batch_of_finals_long(self) -> None:
        assert chosen(queue(job(FINAL), job(RECORD, seconds=6.0), job(PARTIAL, seconds=5.0))) == [0, 2]
        assert chosen(queue(job(RECORD), job(RECORD, seconds=6.0))) == [0, 1]

    def test_several_callers_in_distress_share_a_long_batch(self) -> None:
        assert chosen(queue(job(URGENT, seconds=12.0), job(URGENT, seconds=13.0))) == [0, 1]


class TestLanes:
    def test_one_lane_is_kept_from_partials_and_records(self) -> None:
        options = replace(OPTIONS, lanes=2)
        for kind in (PARTIAL, RECORD):
            waiting = queue(job(kind))
            assert chosen(waiting, Lanes(free=2), options) == [0]
            assert chosen(waiting, Lanes(free=1, low=1), options) == []
            assert chosen(waiting, Lanes(free=1, low=0), options) == [0]  # a final has the other one

    def test_the_only_lane_is_for_all(self) -> None:
        assert chosen(queue(job(RECORD))) == [0]

    def test_finals_take_the_kept_lane(self) -> None:
        waiting = queue(job(PARTIAL, kind="partial"), job(FINAL))
        assert chosen(waiting, Lanes(free=1, low=1), replace(OPTIONS, lanes=2)) == [1]

    def test_a_choice_says_whether_it_is_low(self) -> None:
        assert choose(queue(job(RECORD)), IDLE, NOW, OPTIONS).low
        assert not choose(queue(job(FINAL)), IDLE, NOW, OPTIONS).low
        assert not Choice().low


class TestGathering:
    def test_a_final_waits_a_moment_for_company(self) -> None:
        choice = choose(queue(job(FINAL, 0.01)), IDLE, NOW, OPTIONS)
        assert choice.batch == ()
        assert choice.wake == pytest.approx(NOW + 0.02)
        assert choose(queue(job(FINAL, 0.01)), IDLE, choice.wake, OPTIONS).batch

    def test_patience_may_end_meanwhile(self) -> None:
        waiting = queue(job(FINAL, 0.01), job(PARTIAL, OPTIONS.partial_patience - 0.01, kind="partial"))
        assert choose(waiting, IDLE, NOW, OPTIONS).wake == pytest.approx(NOW + 0.01)

    def test_not_while_a_caller_in_distress_waits(self) -> None:
        assert chosen(queue(job(URGENT, 0.0))) == [0]

    def test_not_when_the_batch_is_full(self) -> None:
        assert len(chosen(queue(*(job(FINAL, 0.0) for _ in range(4))))) == 4

    def test_not_when_it_follows_from_old_sound(self) -> None:
        old = Waiting(job(FINAL, OPTIONS.age_bound), 0, queued=NOW)
        assert chosen([old]) == [0]


class TestGivingUp:
    def test_partials_and_records_have_a_patience_and_finals_have_none(self) -> None:
        long = queue(*(job(priority, 1000.0) for priority in Priority))
        assert [one.job.priority for one in expired(long, NOW, OPTIONS)] == [PARTIAL, RECORD]
        assert expired(queue(*(job(priority, 1.9) for priority in Priority)), NOW, OPTIONS) == []

    def test_the_scheduler_wakes_when_patience_ends_even_without_a_lane(self) -> None:
        waiting = queue(job(RECORD, 5.0), job(PARTIAL, 1.5), job(FINAL))
        wake = choose(waiting, Lanes(free=0), NOW, OPTIONS).wake
        assert wake == pytest.approx(NOW + 0.5)
        assert [one.number for one in expired(waiting, wake, OPTIONS)] == [1]

    def test_a_full_queue_gives_up_calm_partials_then_partials_then_records(self) -> None:
        waiting = queue(
            job(FINAL), job(RECORD), job(RECORD), job(PARTIAL, calm=False), job(PARTIAL), job(PARTIAL), job(URGENT)
        )
        order = []
        while victim := displaced(waiting, job(FINAL)):
            order.append(victim.number)
            waiting.remove(victim)
        assert order == [4, 5, 3, 2, 1]  # of partials the older, of records the newer
        assert [one.job.priority for one in waiting] == [FINAL, URGENT]

    @pytest.mark.parametrize(
        ("waits", "comes", "given_up"),
        [
            (job(RECORD), job(PARTIAL), False),
            (job(PARTIAL), job(RECORD), True),
            (job(RECORD), job(RECORD), False),
            (job(PARTIAL), job(PARTIAL), True),
            (job(PARTIAL, calm=False), job(PARTIAL), False),
            (job(PARTIAL), job(PARTIAL, calm=False), True),
            (job(FINAL), job(URGENT), False),
            (job(FINAL), job(FINAL), False),
        ],
    )
    def test_who_makes_room_for_whom(self, waits: Job, comes: Job, given_up: bool) -> None:
        assert (displaced(queue(waits), comes) is not None) is given_up

    def test_callers_in_distress_find_a_place_while_others_fill_the_queue(self) -> None:
        options = replace(OPTIONS, queue_jobs=2)
        calm, distressed = queue(job(FINAL), job(FINAL)), queue(job(URGENT), job(URGENT))
        assert is_full(calm, job(FINAL), options)
        assert not is_full(calm, job(URGENT), options)
        assert is_full(distressed, job(URGENT), options)
        assert not is_full(calm[:1], job(FINAL), options)


class TestMoving:
    def test_queued_finals_of_a_call_move_and_its_partials_are_no_longer_those_of_the_calm(self) -> None:
        waiting = queue(job(FINAL), job(PARTIAL), job(RECORD), job(FINAL, call_id="b"))
        after = [moved(one, "a", URGENT).job for one in waiting]
        assert [one.priority for one in after] == [URGENT, PARTIAL, RECORD, FINAL]
        assert [one.calm for one in after] == [False, False, False, True]
        back = [moved(one, "a", FINAL).job for one in queue(*after)]
        assert [one.priority for one in back] == [FINAL, PARTIAL, RECORD, FINAL]
        assert all(one.calm for one in back)


@pytest.mark.parametrize("name", ["lanes", "max_batch", "queue_jobs", "capacity"])
def test_options_under_which_nothing_is_ever_done_are_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is 0"):
        SchedulerOptions(**{name: 0})  # type: ignore[arg-type]  # all four are integers


jobs = st.builds(
    job,
    st.sampled_from(Priority),
    st.floats(0.0, 90.0),
    kind=st.sampled_from(["hear", "judge"]),
    seconds=st.floats(0.1, 30.0),
    calm=st.booleans(),
)
orders = st.sampled_from(["distress_first", "first_come"])
lanes = st.builds(lambda busy, low, led: (busy + low, low, led), st.integers(0, 2), st.integers(0, 2), st.booleans())


@given(st.lists(jobs, min_size=1, max_size=12), lanes, orders)
def test_whatever_waits_a_choice_keeps_its_word(some: list[Job], running: tuple[int, int, bool], order: Any) -> None:
    busy, low, led = running
    options = replace(OPTIONS, lanes=3, order=order)
    waiting, free = queue(*some), max(3 - busy, 0)
    choice = choose(waiting, Lanes(free, low, led), NOW, options)
    if not choice.batch:  # everybody waits: for a lane, for company, or because one lane is kept
        gathering = all(one.queued + options.batch_window > NOW for one in waiting if one.job.priority in FINALS)
        assert not free or gathering or order == "first_come"
        assert choice.wake > NOW or expired(waiting, NOW, options)
        return
    assert free
    assert len(set(choice.batch)) == len(choice.batch) <= options.max_batch
    assert set(choice.batch) <= set(waiting)
    assert len({one.job.kind for one in choice.batch}) == 1
    padded = max(one.job.seconds for one in choice.batch) * len(choice.batch)
    assert len(choice.batch) == 1 or padded <= options.max_batch_seconds
    if order == "distress_first":
        finals = [one.job for one in waiting if one.job.priority in FINALS]
        leader, overdue = choice.batch[0].job, [one for one in finals if NOW - one.arrived >= options.age_bound]
        if overdue and led:
            assert leader.arrived == min(one.arrived for one in overdue)
        elif any(one.priority is URGENT for one in finals):
            assert leader.priority is URGENT
        else:
            assert leader.priority in FINALS or not finals
