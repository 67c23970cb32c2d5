"""What a worker takes, when it ends, and what it says meanwhile."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.batch.overnight.toy_jobs import ToyJobs

from stimmung.batch.overnight.orders import Orders
from stimmung.batch.overnight.stages import LostError, Progress
from stimmung.batch.overnight.worker import Limits, Worker
from stimmung.store.jobs.records import Beat, Done, Job, NewJob

LIMITS = Limits(at_once=2, beat=60.0, look=0.005)
Do = Callable[[Job, Progress], None]


def table(count: int) -> ToyJobs:
    jobs = ToyJobs()
    jobs.add("night", [NewJob((f"/in/{number}.wav",), ("1",)) for number in range(count)])
    return jobs


def finishing(jobs: ToyJobs, orders: Orders, last: int) -> Do:
    """Return what finishes each recording, and ends the worker after so many."""

    def do(job: Job, _progress: Progress) -> None:
        jobs.finish(job, Done(f"call-{job.number}", 60.0))
        if jobs.states().count("done") == last:
            orders.give("finish")

    return do


def worker(jobs: ToyJobs, do: Do, orders: Orders, limits: Limits = LIMITS) -> Worker:
    return Worker("w1", "night", jobs, do, orders, limits)


def test_all_is_done_and_then_it_ends() -> None:
    jobs, orders = table(7), Orders()
    assert worker(jobs, finishing(jobs, orders, 7), orders).run() == "finished"
    assert jobs.states() == ["done"] * 7


def test_no_more_is_leased_than_is_done_at_once() -> None:
    jobs, orders, seen = table(9), Orders(), list[int]()
    finish = finishing(jobs, orders, 9)

    def do(job: Job, progress: Progress) -> None:
        seen.append(jobs.states().count("running"))
        finish(job, progress)

    worker(jobs, do, orders).run()
    assert max(seen) <= 2


def test_two_are_done_at_the_same_time() -> None:
    jobs, orders, both = table(2), Orders(), threading.Barrier(2)
    finish = finishing(jobs, orders, 2)

    def do(job: Job, progress: Progress) -> None:
        both.wait(30)
        finish(job, progress)

    assert worker(jobs, do, orders).run() == "finished"


def test_told_to_finish_it_begins_nothing_more() -> None:
    jobs, orders = table(5), Orders()
    one = replace(LIMITS, at_once=1)
    assert worker(jobs, finishing(jobs, orders, 1), orders, one).run() == "finished"
    assert jobs.states() == ["done", *["waiting"] * 4]


def test_told_to_stop_it_gives_back_what_it_has() -> None:
    jobs, orders = table(3), Orders()

    def do(_job: Job, progress: Progress) -> None:
        orders.give("stop")
        progress.wait(30)  # until it is to be left; then LostError, as in the middle of a call

    def lost(job: Job, progress: Progress) -> None:
        try:
            do(job, progress)
        except LostError:
            return

    assert worker(jobs, lost, orders, replace(LIMITS, at_once=2)).run() == "stopped"
    assert jobs.states() == ["waiting"] * 3
    assert jobs.given_back
    assert len(jobs.given_back) == len(set(jobs.given_back)) <= 2


def test_a_recording_in_the_middle_of_a_window_is_left_behind() -> None:
    jobs, orders, end = table(1), Orders(), threading.Event()
    ticks = iter(range(1_000))

    def do(_job: Job, _progress: Progress) -> None:
        orders.give("stop")
        end.wait(30)

    try:
        one = Worker("w1", "night", jobs, do, orders, LIMITS, clock=lambda: float(next(ticks)))
        assert one.run() == "stopped"
        assert jobs.given_back == [1]
    finally:
        end.set()


def test_while_it_is_paused_nothing_is_begun() -> None:
    jobs = table(2)
    looks: Iterator[int] = iter(range(100_000))

    class Patient(Orders):
        def wait(self, seconds: float) -> None:
            if next(looks) == 5:
                assert jobs.states() == ["waiting"] * 2
                self.give("resume")
            super().wait(seconds)

    patient = Patient()
    patient.give("pause")
    assert worker(jobs, finishing(jobs, patient, 2), patient).run() == "finished"
    assert next(looks) > 5


def test_after_so_many_recordings_another_worker_takes_over() -> None:
    jobs, orders = table(5), Orders()
    limits = replace(LIMITS, at_once=1, recordings=2, warm=20)
    assert worker(jobs, finishing(jobs, orders, 9), orders, limits).run() == "worn"
    assert jobs.states() == ["done", "done", *["waiting"] * 3]


def test_a_worker_that_grows_makes_way() -> None:
    jobs, orders, used = table(9), Orders(), [100]
    limits = replace(LIMITS, at_once=1, growth=50, warm=2)
    finish = finishing(jobs, orders, 9)

    def do(job: Job, progress: Progress) -> None:
        used[0] += 20
        finish(job, progress)

    one = Worker("w1", "night", jobs, do, orders, limits, memory=lambda: used[0])
    assert one.run() == "worn"
    assert 4 <= jobs.states().count("done") < 9


def test_it_says_that_it_is_alive_and_leaves_what_is_no_longer_its_own() -> None:
    jobs, orders = table(2), Orders()
    jobs.lost = (1,)
    left = list[int]()

    def do(job: Job, progress: Progress) -> None:
        with progress.within("recognise"):
            try:
                progress.wait(30 if job.number == 1 else 0)
                one.beat()
            except LostError:
                left.append(job.number)
        if not one_is_alone.is_set():
            one_is_alone.set()
        else:
            orders.give("finish")

    one_is_alone = threading.Event()
    one = worker(jobs, do, orders)
    assert one.run() == "finished"
    assert left == [1]
    assert isinstance(jobs.beats[0][2], Beat)
    assert jobs.beats[0][2].stage == "recognise"


def test_a_database_that_is_away_is_waited_for() -> None:
    jobs, orders = table(1), Orders()
    jobs.away = 3
    assert worker(jobs, finishing(jobs, orders, 1), orders).run() == "finished"


def test_orders_come_line_by_line_and_their_end_means_finish() -> None:
    orders = Orders()
    orders.follow(["pause\n", "nonsense\n"])
    assert (orders.paused, orders.finish, orders.stop) == (True, True, False)
    orders.follow(["resume\n", "stop\n"])
    assert (orders.paused, orders.stop) == (False, True)
