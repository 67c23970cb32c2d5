"""What the scheduler tells about itself."""

import pytest

from stimmung.models.scheduler_metrics import RECENT_LAGS, Meter, Now, quantile
from stimmung.models.scheduling import Job, Priority, Waiting

URGENT, FINAL, PARTIAL, RECORD = Priority


def job(priority: Priority = FINAL, seconds: float = 1.0, arrived: float = 0.0) -> Job:
    return Job("a", "hear", priority, None, seconds, arrived, deadline=arrived + 1.0)


def now(time: float = 0.0, *waiting: Job) -> Now:
    queue = [Waiting(one, number, one.arrived) for number, one in enumerate(waiting)]
    return Now(time, queue, running=1, lanes=2, calls=3, capacity=4)


def test_a_meter_that_saw_nothing_tells_zeros_for_every_priority() -> None:
    read = Meter().read(now())
    nothing = dict.fromkeys(Priority, 0)
    assert read.depth == read.oldest == read.done == read.failed == read.shed == read.cancelled == nothing
    assert read.lag_p50 == read.lag_p95 == nothing
    assert (read.batches, read.busy, read.batch_fill, read.batch_padding, read.refused) == (0, 0.0, 0.0, 0.0, {})
    assert (read.running, read.lanes, read.calls, read.capacity) == (1, 2, 3, 4)


def test_the_queue_is_told_by_priority_with_the_age_of_its_sound() -> None:
    read = Meter().read(now(10.0, job(arrived=4.0), job(arrived=7.0), job(PARTIAL, arrived=9.5)))
    assert read.depth == {URGENT: 0, FINAL: 2, PARTIAL: 1, RECORD: 0}
    assert read.oldest == {URGENT: 0.0, FINAL: 6.0, PARTIAL: 0.5, RECORD: 0.0}


def test_batches_tell_how_full_they_are_and_how_much_of_them_is_padding() -> None:
    meter = Meter()
    meter.started([job(seconds=4.0), job(seconds=2.0), job(seconds=3.0)])  # 12 s padded, 9 of them sound
    meter.started([job(seconds=3.0)])
    read = meter.read(now())
    assert (read.batches, read.batch_fill) == (2, 2.0)
    assert read.batch_padding == pytest.approx(1 - 12 / 15)


def test_what_became_of_jobs_is_counted_by_priority() -> None:
    meter = Meter()
    meter.ended([job(URGENT), job()], started=1.0, now=1.5, failed=False)
    meter.ended([job()], started=2.0, now=2.25, failed=True)
    meter.shed(job(PARTIAL))
    meter.cancelled(job(RECORD))
    meter.refused("calls")
    read = meter.read(now())
    assert (read.done[URGENT], read.done[FINAL], read.failed[FINAL]) == (1, 1, 1)
    assert (read.shed[PARTIAL], read.cancelled[RECORD], read.refused) == (1, 1, {"calls": 1})
    assert read.busy == 0.75


def test_lags_count_from_the_arrival_of_the_sound_and_are_those_of_the_last_jobs() -> None:
    meter = Meter()
    meter.ended([job(arrived=0.0)], started=90.0, now=100.0, failed=False)  # too long ago to be told
    for lag in range(RECENT_LAGS):
        meter.ended([job(arrived=200.0)], started=200.0, now=200.0 + lag, failed=False)
    read = meter.read(now())
    assert read.lag_p50[FINAL] == RECENT_LAGS / 2
    assert read.lag_p95[FINAL] == RECENT_LAGS * 0.95
    assert read.lag_p95[URGENT] == 0.0


def test_what_failed_has_no_lag() -> None:
    meter = Meter()
    meter.ended([job()], started=0.0, now=9.0, failed=True)
    assert meter.read(now()).lag_p50[FINAL] == 0.0


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.0), (1.0, 4.0)])
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], share) == value
    assert quantile([], share) == 0.0
