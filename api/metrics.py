"""What the service tells Prometheus about itself: counts, queues and lags, and never a call, a name or a word.

Each app has a registry of its own, so that two in one process do not count into each other. docs/serving.md says what
each one means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from stimmung.api.board_hub import HubMetrics
from stimmung.api.keepers import KeepingCounts
from stimmung.models.scheduler_metrics import SchedulerMetrics
from stimmung.models.scheduling import Priority

# Seconds; close together around the bounds of benchmarks/live.py: 0.4, 1.0 and 1.5 beyond the closing pause.
LAG_BUCKETS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0)


class ServiceMetrics:
    """What sessions count, and what scheduler and board say of themselves whenever somebody asks.

    Labels are words of ours from a short list, never anything that a client sent: each value is kept for ever.
    """

    def __init__(
        self,
        scheduler: Callable[[], SchedulerMetrics],
        board: Callable[[], HubMetrics],
        keeping: Callable[[], KeepingCounts] = KeepingCounts,
    ) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)  # memory, processor time, open files; on Linux only
        self._registry.register(SchedulerCollector(scheduler))
        self._registry.register(BoardCollector(board))
        self._registry.register(KeepingCollector(keeping))
        self._started = Counter("stimmung_calls_started", "Calls taken on.", registry=self._registry)
        self._ended = Counter("stimmung_calls_ended", "Calls that ended, by how.", ["how"], registry=self._registry)
        self._refused = Counter(
            "stimmung_calls_refused", "Connections that got no call, by why.", ["reason"], registry=self._registry
        )
        self._lags = Histogram(
            "stimmung_final_lag_seconds",
            "From the arrival of an utterance's last voiced sample to sending it, closing pause included.",
            ["priority"],
            buckets=LAG_BUCKETS,
            registry=self._registry,
        )
        for priority in ("urgent", "final"):  # there from the start, so that the first rise is seen
            self._lags.labels(priority)

    def call_started(self) -> None:
        """Count a call that was taken on."""
        self._started.inc()

    def call_ended(self, how: str) -> None:
        """Count a call that ended; `how` is a word of ours, such as `ended` or `dropped`."""
        self._ended.labels(how).inc()

    def call_refused(self, reason: str) -> None:
        """Count a connection that got no call; `reason` is a word of ours, such as `full`."""
        self._refused.labels(reason).inc()

    def final_sent(self, lag: float, *, urgent: bool) -> None:
        """Note an utterance that was sent `lag` seconds after its last voiced sample had come."""
        self._lags.labels("urgent" if urgent else "final").observe(lag)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class SchedulerCollector(Collector):
    """Shows the scheduler's own numbers as they are when somebody asks."""

    def __init__(self, read: Callable[[], SchedulerMetrics]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        now = self._read()
        yield _gauge("calls", "Calls that have a place.", now.calls)
        yield _gauge("calls_capacity", "Places for calls.", now.capacity)
        yield _gauge("lanes", "Batches that can run side by side.", now.lanes)
        yield _gauge("lanes_running", "Batches that run.", now.running)
        yield _counter("batches", "Batches started.", now.batches)
        yield _counter("busy_seconds", "Time spent in batches, over all lanes.", now.busy)
        yield _gauge("batch_jobs", "Jobs in a batch, mean of the last 100.", now.batch_fill)
        yield _gauge("batch_padding_ratio", "Share of the last 100 batches' sound that was padding.", now.batch_padding)
        yield _by_priority("jobs_waiting", "Jobs in the queue.", now.depth)
        yield _by_priority("jobs_oldest_seconds", "Since the oldest waiting job's sound came.", now.oldest)
        yield _counted("jobs_done", "Jobs computed.", now.done)
        yield _counted("jobs_failed", "Jobs whose computation failed.", now.failed)
        yield _counted("jobs_shed", "Jobs given up, so that more urgent ones were done in time.", now.shed)
        yield _counted("jobs_cancelled", "Jobs that nobody wanted any more before they cost anything.", now.cancelled)
        yield _lags(now)
        yield _refusals(now.refused)


class BoardCollector(Collector):
    """Shows how the board fares when somebody asks."""

    def __init__(self, read: Callable[[], HubMetrics]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        now = self._read()
        yield _gauge("board_calls", "Calls on the board.", now.calls)
        yield _gauge("board_readers", "Connections that follow the board.", now.subscribers)
        yield _counter("board_readers_dropped", "Readers that were too slow.", now.dropped)
        yield _counter("board_changes", "Changes told.", now.changes)


class KeepingCollector(Collector):
    """Shows what waits for the store when somebody asks."""

    def __init__(self, read: Callable[[], KeepingCounts]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        now = self._read()
        yield _gauge("store_calls_waiting", "Calls that ended and wait for the store.", now.calls_waiting)
        yield _gauge("store_withdrawals_waiting", "Withdrawals that wait for the store.", now.withdrawals_waiting)
        yield _counter("store_calls_lost", "Calls that ended and will not be kept.", now.calls_lost)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"stimmung_{name}", help_text, value)


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(f"stimmung_{name}", help_text, value)


def _by_priority(name: str, help_text: str, values: Mapping[Priority, float]) -> Metric:
    family = GaugeMetricFamily(f"stimmung_{name}", help_text, labels=["priority"])
    for priority, value in values.items():
        family.add_metric([priority.name.lower()], value)
    return family


def _counted(name: str, help_text: str, values: Mapping[Priority, int]) -> Metric:
    family = CounterMetricFamily(f"stimmung_{name}", help_text, labels=["priority"])
    for priority, value in values.items():
        family.add_metric([priority.name.lower()], value)
    return family


def _lags(now: SchedulerMetrics) -> Metric:
    family = GaugeMetricFamily(
        "stimmung_job_lag_seconds",
        "From the arrival of a job's sound to its result, of the last 500.",
        labels=["priority", "quantile"],
    )
    rows: Iterable[tuple[str, Mapping[Priority, float]]] = (("0.5", now.lag_p50), ("0.95", now.lag_p95))
    for quantile, values in rows:
        for priority, value in values.items():
            family.add_metric([priority.name.lower(), quantile], value)
    return family


def _refusals(refused: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily("stimmung_scheduler_refused", "What the scheduler refused, by what.", labels=["what"])
    for what in ("calls", "jobs", "stopping"):
        family.add_metric([what], refused.get(what, 0))
    return family
