"""Hundreds of simulated calls: what `choose` promises holds, and the order is worth what it is said to be worth.

The figures are those of the benchmark's own cost model, at loads around what two lanes can do: 12 calls at once are
well below it, with 48 little is left beside the finals, with 110 the finals alone are more than can be done.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

import scheduling
from scheduling_calls import Cost, Sound, sounds
from scheduling_simulation import Outcome, Served, Simulation, longest_batch, over_bound
from stimmung.models.scheduler_metrics import quantile
from stimmung.models.scheduling import FINALS, Job, Priority, SchedulerOptions

URGENT, FINAL, PARTIAL, RECORD = Priority
OPTIONS = SchedulerOptions(lanes=2)
SECONDS = 60.0


@cache
def calls(concurrent: int) -> Sequence[Sound]:
    return sounds(concurrent, SECONDS, seed=3)


@cache
def outcome(concurrent: int, options: SchedulerOptions = OPTIONS) -> Outcome:
    return Simulation(options, Cost()).run(calls(concurrent))


def p95(served: Sequence[Served], priority: Priority) -> float:
    """Return the 95th percentile of the lags until an utterance is judged, or anything else is done."""
    last = "judge" if priority in FINALS else {PARTIAL: "partial", RECORD: "record"}[priority]
    return quantile(sorted(one.lag for one in served if one.job.priority is priority and one.job.kind == last), 0.95)


def test_the_calls_are_hundreds() -> None:
    assert len({sound.call for load in (12, 48, 110) for sound in calls(load)}) > 200
    distressed = {sound.call for sound in calls(110) if sound.distressed}
    assert 0.05 < len(distressed) / len({sound.call for sound in calls(110)}) < 0.2


@pytest.mark.parametrize("concurrent", [12, 48])
def test_below_saturation_nobody_waits_longer_than_the_stated_bound(concurrent: int) -> None:
    found = outcome(concurrent)
    bound = OPTIONS.age_bound + longest_batch(found) * math.ceil(2 / OPTIONS.lanes)
    waits = {
        priority: [one.start - one.waiting.queued for one in found.served if one.job.priority is priority]
        for priority in Priority
    }
    assert max(waits[URGENT]) < bound
    assert max(waits[FINAL]) < bound
    assert max(waits[PARTIAL]) <= OPTIONS.partial_patience
    assert max(waits[RECORD]) <= OPTIONS.record_patience


@pytest.mark.parametrize("lanes", [1, 2, 3])
@pytest.mark.parametrize("concurrent", [12, 48, 110])
def test_what_is_promised_holds_at_every_load(concurrent: int, lanes: int) -> None:
    options = replace(OPTIONS, lanes=lanes)
    found = outcome(concurrent, options)
    assert over_bound(found, options) == []
    assert all(at - one.queued <= options.patience(one.job) + 1e-9 for one, at in found.shed)


def test_well_below_saturation_nothing_is_given_up_or_refused() -> None:
    found = outcome(12)
    assert found.shed == []
    assert found.refused == []


def test_partials_and_records_are_given_up_before_finals_wait() -> None:
    found = outcome(48)
    assert {one.job.priority for one, _ in found.shed} <= {PARTIAL, RECORD}
    assert any(one.job.priority is RECORD for one, _ in found.shed)
    assert found.refused == []
    assert p95(found.served, FINAL) < 2.0


@pytest.mark.parametrize("concurrent", [48, 110])
def test_past_what_can_be_done_the_distressed_are_served_as_before(concurrent: int) -> None:
    ours, plain = outcome(concurrent), outcome(concurrent, replace(OPTIONS, order="first_come"))
    assert p95(ours.served, URGENT) < 1.5
    assert p95(plain.served, URGENT) > 5 * p95(ours.served, URGENT)


def test_past_what_can_be_done_no_final_of_the_distressed_is_refused_and_all_others_are_served_or_refused() -> None:
    found = outcome(110, replace(OPTIONS, queue_jobs=200))
    assert any(job.priority is FINAL for job in found.refused)
    assert not any(job.priority is URGENT for job in found.refused)
    heard = sum(1 for one in found.served if one.job.kind == "hear")
    refused = sum(1 for job in found.refused if job.kind == "hear")
    assert heard + refused == sum(1 for sound in calls(110) if sound.what == "final")


def test_a_flood_of_distressed_callers_does_not_starve_the_others() -> None:
    """Half of all callers in distress at a load that cannot be done: they are served in time, the others are served."""
    flood = [replace(sound, distressed=sound.call % 2 == 0) for sound in calls(110)]
    found = Simulation(OPTIONS, Cost()).run(flood)
    assert over_bound(found, OPTIONS) == []
    assert p95(found.served, URGENT) < 2.5
    heard = [one for one in found.served if one.job.priority is FINAL and one.end <= SECONDS]
    assert len(heard) > 100


def test_a_single_lock_holds_fewer_calls() -> None:
    side = scheduling.sides()["single_lock"]
    found = Simulation(side.options, side.cost).run(calls(48))
    assert p95(found.served, URGENT) > 5 * p95(outcome(48).served, URGENT)
    assert max(len(batch) for batch in found.batches) == 1


def test_the_same_seed_draws_the_same_calls_and_another_does_not() -> None:
    assert sounds(3, 60.0, 5) == sounds(3, 60.0, 5) != sounds(3, 60.0, 6)


def job(kind: str, seconds: float) -> Job:
    return Job("a", kind, FINAL, None, seconds, arrived=0.0, deadline=1.0)


def test_the_cost_is_that_of_the_measured_figures() -> None:
    cost = Cost()
    four = job("hear", 5.0)  # 4 s of speech and one of padding: 14 tokens
    assert cost.batch([four]) == pytest.approx(0.02 + 5 * 0.006 + 0.015 + 14 * 0.006)
    assert cost.batch([four] * 8) == pytest.approx(8 * (0.02 + 5 * 0.006 + 0.015) + 14 * 8 * 0.0014)
    assert cost.batch([job("judge", 5.0)] * 3) == pytest.approx(0.06)
    assert cost.divided_by(2).batch([four]) == pytest.approx(cost.batch([four]) / 2)


def test_the_benchmark_tells_each_side() -> None:
    figures = scheduling.compare(calls(12)[:200])
    assert set(figures) == {"calls", "distress_first", "first_come", "single_lock"}
    own = figures["distress_first"]
    assert own["later_than_promised"] == 0
    assert own["longest_wait_s"] < own["bound_s"] == pytest.approx(OPTIONS.age_bound + own["longest_batch_s"], abs=0.01)
    assert own["distressed"]["p50_s"] <= own["distressed"]["p95_s"] <= own["distressed"]["max_s"]
    assert figures["single_lock"]["windows_a_batch"] == 1.0
