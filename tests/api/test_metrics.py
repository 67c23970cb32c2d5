"""What Prometheus reads: true numbers, words of ours only, and each one told in the documentation."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from stimmung.api.board_hub import HubMetrics
from stimmung.api.keepers import KeepingCounts
from stimmung.api.metrics import ServiceMetrics
from stimmung.models.scheduler_metrics import Meter, Now, SchedulerMetrics
from stimmung.models.scheduling import Job, Priority, Waiting


def job(priority: Priority, arrived: float) -> Job:
    return Job("call-4711", "hear", priority, None, 2.0, arrived, 10.0)


@dataclass
class FakeScheduler:
    """A queue with one urgent job and two others, after a batch of two and a shed partial."""

    meter: Meter = field(default_factory=Meter)

    def metrics(self) -> SchedulerMetrics:
        waiting = [Waiting(job(Priority.URGENT, 7.5), 1, 9.0)]
        waiting += [Waiting(job(Priority.RECORD, arrived), 2, 9.0) for arrived in (1.0, 4.0)]
        return self.meter.read(Now(10.0, waiting, 1, 2, 3, 8))


def board() -> HubMetrics:
    return HubMetrics(calls=3, subscribers=2, dropped=1, changes=40)


@pytest.fixture
def scheduler() -> FakeScheduler:
    scheduler = FakeScheduler()
    done = (job(Priority.FINAL, 1.0), job(Priority.FINAL, 2.0))
    scheduler.meter.started(done)
    scheduler.meter.ended(done, 3.0, 3.5, failed=False)
    scheduler.meter.shed(job(Priority.PARTIAL, 1.0))
    scheduler.meter.refused("calls")
    return scheduler


@pytest.fixture
def metrics(scheduler: FakeScheduler) -> ServiceMetrics:
    return ServiceMetrics(scheduler.metrics, board)


def test_what_waits_for_the_store_is_shown(scheduler: FakeScheduler) -> None:
    metrics = ServiceMetrics(scheduler.metrics, board, lambda: KeepingCounts(3, 2, 1))
    assert value(metrics, "stimmung_store_calls_waiting") == 3
    assert value(metrics, "stimmung_store_withdrawals_waiting") == 2
    assert value(metrics, "stimmung_store_calls_lost_total") == 1


def value(metrics: ServiceMetrics, name: str, **labels: str) -> float:
    """Return the one sample of that name with at least these labels."""
    families = text_string_to_metric_families(metrics.text().decode())
    (found,) = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return float(found)


def test_the_queue_is_shown_as_it_is(metrics: ServiceMetrics) -> None:
    assert value(metrics, "stimmung_jobs_waiting", priority="urgent") == 1
    assert value(metrics, "stimmung_jobs_waiting", priority="record") == 2
    assert value(metrics, "stimmung_jobs_waiting", priority="final") == 0
    assert value(metrics, "stimmung_jobs_oldest_seconds", priority="urgent") == 2.5
    assert value(metrics, "stimmung_jobs_oldest_seconds", priority="record") == 9.0
    assert value(metrics, "stimmung_jobs_done_total", priority="final") == 2
    assert value(metrics, "stimmung_jobs_shed_total", priority="partial") == 1
    assert value(metrics, "stimmung_jobs_cancelled_total", priority="partial") == 0
    assert value(metrics, "stimmung_jobs_failed_total", priority="final") == 0
    assert value(metrics, "stimmung_job_lag_seconds", priority="final", quantile="0.95") == 2.5
    assert value(metrics, "stimmung_batch_jobs") == 2
    assert value(metrics, "stimmung_batches_total") == 1
    assert value(metrics, "stimmung_busy_seconds_total") == 0.5
    assert value(metrics, "stimmung_scheduler_refused_total", what="calls") == 1
    assert value(metrics, "stimmung_calls") == 3
    assert value(metrics, "stimmung_calls_capacity") == 8
    assert (value(metrics, "stimmung_lanes"), value(metrics, "stimmung_lanes_running")) == (2, 1)


def test_the_board_is_shown(metrics: ServiceMetrics) -> None:
    names = ("board_calls", "board_readers", "board_readers_dropped_total", "board_changes_total")
    assert [value(metrics, f"stimmung_{name}") for name in names] == [3, 2, 1, 40]


def test_it_is_read_anew_each_time(metrics: ServiceMetrics, scheduler: FakeScheduler) -> None:
    before = value(metrics, "stimmung_scheduler_refused_total", what="jobs")
    scheduler.meter.refused("jobs")
    assert value(metrics, "stimmung_scheduler_refused_total", what="jobs") == before + 1


def test_sessions_are_counted(metrics: ServiceMetrics) -> None:
    metrics.call_started()
    metrics.call_started()
    metrics.call_ended("ended")
    metrics.call_refused("capacity")
    assert value(metrics, "stimmung_calls_started_total") == 2
    assert value(metrics, "stimmung_calls_ended_total", how="ended") == 1
    assert value(metrics, "stimmung_calls_refused_total", reason="capacity") == 1


def test_lags_fall_into_buckets_by_priority(metrics: ServiceMetrics) -> None:
    assert value(metrics, "stimmung_final_lag_seconds_count", priority="urgent") == 0
    for lag in (0.3, 0.5, 70.0):
        metrics.final_sent(lag, urgent=True)
    metrics.final_sent(0.1, urgent=False)
    bucket = "stimmung_final_lag_seconds_bucket"
    assert [value(metrics, bucket, priority="urgent", le=le) for le in ("0.2", "0.4", "0.6", "60.0", "+Inf")] == [
        0, 1, 2, 2, 3,
    ]  # fmt: skip
    assert value(metrics, "stimmung_final_lag_seconds_count", priority="final") == 1


def test_two_apps_do_not_count_into_each_other(scheduler: FakeScheduler) -> None:
    one, other = ServiceMetrics(scheduler.metrics, board), ServiceMetrics(scheduler.metrics, board)
    one.call_started()
    assert value(one, "stimmung_calls_started_total") == 1
    assert value(other, "stimmung_calls_started_total") == 0


def test_no_call_is_named(metrics: ServiceMetrics) -> None:
    assert b"4711" not in metrics.text()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the library reads Linux' /proc")
def test_memory_is_shown(metrics: ServiceMetrics) -> None:
    assert value(metrics, "process_resident_memory_bytes") > 1e6


def test_every_metric_is_told(metrics: ServiceMetrics, root: Path) -> None:
    page = (root / "docs" / "serving.md").read_text("utf-8")
    names = {family.name for family in text_string_to_metric_families(metrics.text().decode())}
    ours = sorted(name for name in names if name.startswith("stimmung_") and not name.endswith("_created"))
    assert [name for name in ours if f"`{name}" not in page] == []
    assert len(ours) > 20
