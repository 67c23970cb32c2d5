"""What is made of a load: lags beyond the closing pause, lost utterances, who waited, who was refused, who was seen."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.toy_live_loads import call, heard, load

from live_held import largest
from live_lag import finals, kept, lags
from live_notice import composed_times, times_to_top
from live_overload import lines_of, waits
from live_plan import Looked, Refusal, Track
from live_queue import figures
from live_queue import read as queue
from live_refused import at_once, outcome
from live_soak import growth
from live_sounds import DISTRESSED, EXCERPT, TWO_CHANNELS, last_voiced, onset, tracks, voiced_ends

PAUSE = 0.5


def test_lags_are_counted_beyond_the_closing_pause() -> None:
    found = lags(finals(load(call("de-address", heard(2.0, 0.7), heard(9.0, 1.1)))), PAUSE)
    assert found.own == pytest.approx((0.2, 0.6))
    assert found.stated == pytest.approx((0.1, 0.5))
    assert found.figures()["p50_s"] == pytest.approx(0.4)
    assert found.held


@pytest.mark.parametrize(("late", "is_held"), [((0.9, 0.9, 0.9), True), ((0.95, 0.95, 0.95), False), ((), False)])
def test_a_load_is_held_while_both_limits_are(late: tuple[float, ...], is_held: bool) -> None:
    assert lags(finals(load(call("de-address", *(heard(9.0, one) for one in late)))), PAUSE).held is is_held


def test_a_long_tail_is_not_held() -> None:
    tail = [heard(9.0, 0.6)] * 90 + [heard(9.0, 1.6)] * 10
    assert not lags(finals(load(call("de-address", *tail))), PAUSE).held


def test_the_end_of_the_sound_is_found_by_its_level() -> None:
    ends = voiced_ends("de-address")[0]
    end = float(ends[3])
    assert last_voiced("de-address", 0, end + 0.1, PAUSE) == pytest.approx(end)
    assert last_voiced("de-address", 0, 0.2, PAUSE) == 0.2  # nobody spoke yet


def test_lost_finals_are_counted_against_the_best_play_and_the_summary() -> None:
    full, short = call("a", heard(2.0), heard(9.0)), call("a", heard(2.0), began=50.0)
    cut = call("a", heard(2.0), began=60.0, whole=False)
    untold = call("b", heard(2.0), untold=2)
    assert kept(load(full, short, cut)).lost == 1
    assert kept(load(full, full, cut)).lost == 0
    assert kept(load(untold)).lost == 2


def test_calls_that_were_refused_are_no_losses() -> None:
    refused = call("a", sent=0.0, whole=False, ended=False, refusal=Refusal(503, "full", "3"))
    found = kept(load(refused, call("a", heard(1.0), missing=2, error="closed with 1006")))
    assert (found.calls, found.ended, found.lost, found.missing, found.errors) == (1, 1, 0, 2, ("closed with 1006",))


@pytest.mark.parametrize("truth", [0, 1, 7, 8, 9, 12, 13, 63, 64])
def test_the_search_finds_the_largest_number(truth: int) -> None:
    tried: list[int] = []

    def keeps(count: int) -> bool:
        tried.append(count)
        return count <= truth

    assert largest(keeps, 8, 64) == truth
    assert len(tried) == len(set(tried))
    assert len(tried) <= 9


def test_waits_are_sorted_by_whose_they_are() -> None:
    ill = call("en-vulnerable", heard(20.0, 1.0), heard(60.0, 2.0), heard(61.0, 3.0, channel=0))
    found = waits(load(ill, call("en-happy", heard(60.0, 4.0))), {"en-vulnerable": 45.0}, PAUSE)
    assert found.distressed.own == (1.5,)
    assert found.earlier.own == (0.5,)
    assert found.calm.own == (3.5,)
    assert found.agents.own == (2.5,)
    assert max(found.everyone.own) == 3.5


def test_one_line_in_ten_is_in_distress() -> None:
    lines = lines_of(20, 30.0)
    ill = [line for line in lines if set(line.tracks) <= set(DISTRESSED)]
    assert len(lines) == 20
    assert len(ill) == 2
    assert ill[0].tracks[0] != ill[1].tracks[0]
    assert not any(set(line.tracks) & set(DISTRESSED) for line in lines if line not in ill)
    assert len({line.start for line in lines}) == 20


def test_whoever_is_refused_with_code_and_reason_is_refused_cleanly() -> None:
    inside = [call("a", began=float(number)) for number in range(3)]
    clean = call("a", sent=0.0, refusal=Refusal(503, '{"reason": "full"}', "12"))
    closed = call("a", sent=0.0, refusal=Refusal(1013, "full", ""))
    assert outcome(load(*inside, clean, closed), 3)["refused_cleanly"] == 1.0
    for bad in (Refusal(503, "", "12"), Refusal(503, "full", ""), Refusal(500, "oops", "1"), Refusal(1006, "", "")):
        assert outcome(load(*inside, clean, call("a", sent=0.0, refusal=bad)), 3)["refused_cleanly"] == 0.5
    broken = call("a", sent=0.0, error="TimeoutError")
    assert outcome(load(*inside, clean, broken), 3)["refused_cleanly"] == 0.5
    assert outcome(load(*inside, clean), 2)["refused_cleanly"] == 0.5  # three at once, where two may be
    assert outcome(load(*inside), 3)["refused_cleanly"] is None


def test_calls_one_after_the_other_are_not_at_once() -> None:
    assert at_once(load(call("a", sent=10.0), call("a", began=10.0, sent=10.0), call("a", began=19.0))) == 2


def onsets(*names: str) -> list[Track]:
    return [Track(name, "", 8_000, 2, {}, True, 40.0) for name in names]


def test_the_time_to_the_top_counts_from_the_onset() -> None:
    looks = (Looked(1.0, ("calm-0", "ill-0")), Looked(52.5, ("ill-0", "calm-0")))
    found = times_to_top(load(call("ill"), call("calm"), board=looks), onsets("ill"))
    assert found == {"ill": [12.5]}


def test_as_many_are_at_the_top_as_are_in_distress() -> None:
    looks = (Looked(1.0, ("other-0", "ill-0", "calm-0")),)
    found = times_to_top(load(call("ill"), call("other"), board=looks), onsets("ill", "other"))
    assert found == {"ill": [0.0], "other": [0.0]}
    alone = times_to_top(load(call("ill"), call("other", sent=30.0), board=looks), onsets("ill", "other"))
    assert alone == {"ill": [math.inf]}


def test_calls_that_the_end_of_the_run_cut_off_say_nothing_of_the_time_to_the_top() -> None:
    assert times_to_top(load(call("ill", whole=False), board=()), onsets("ill")) == {}


def test_composed_times_are_those_kept_last_and_a_live_call_is_later(tmp_path: Path) -> None:
    side = {"time_to_top_median_s": 11.0, "time_to_top_p95_s": None, "never": 0.06}
    for date, quick in (("2026-01-01", False), ("2026-02-02", True)):
        kept_ = {"distress": {"quick": quick, "ranking": {"sides": {"fused": side}}}}
        (tmp_path / f"some-cpu_{date}.json").write_text(json.dumps(kept_))
    found = composed_times(tmp_path, 0.75)
    assert found == {"median_s": 11.75, "p95_s": None, "never": 0.06, "file": "some-cpu_2026-01-01.json"}
    assert composed_times(tmp_path / "none", 1.0) is None


def test_memory_that_grows_is_not_flat() -> None:
    minutes = np.arange(1.0, 3600.0)
    flat = list(zip(minutes, 900 + 5 * np.sin(minutes), strict=True))
    leaking = list(zip(minutes, 900 + minutes / 20, strict=True))
    warming = list(zip(minutes, 900 - 300 * np.exp(-minutes / 100), strict=True))
    assert growth(flat)["memory_flat"]
    assert growth(warming)["memory_flat"]
    assert not growth(leaking)["memory_flat"]
    assert growth([])["memory_flat"] is None


def test_sample_calls_are_sent_as_they_were_recorded(tmp_path: Path) -> None:
    (track,) = tracks(tmp_path, ("en-vulnerable",))
    assert (track.rate, track.channels, track.distressed) == (8_000, 2, True)
    assert Path(track.file).stat().st_size / (8_000 * 2 * 2) == pytest.approx(96.5, abs=0.1)
    assert track.onset == pytest.approx(40.603)
    assert {name for name in TWO_CHANNELS if onset(name) is not None} == set(DISTRESSED)


def test_a_quick_run_sends_the_part_in_which_distress_begins(tmp_path: Path) -> None:
    for track in tracks(tmp_path, DISTRESSED, EXCERPT):
        assert Path(track.file).stat().st_size == 30 * 8_000 * 2 * 2
        assert track.onset is not None
        assert 0 <= track.onset < 15


METRICS = """
# HELP stimmung_lanes Batches that can run side by side.
stimmung_lanes 2.0
stimmung_batches_total {batches}
stimmung_busy_seconds_total {busy}
stimmung_batch_jobs 2.5
stimmung_jobs_waiting{{priority="urgent"}} 1.0
stimmung_jobs_waiting{{priority="final"}} {waiting}
stimmung_jobs_waiting{{priority="partial"}} 99.0
stimmung_jobs_oldest_seconds{{priority="final"}} 4.5
stimmung_jobs_shed_total{{priority="partial"}} 7.0
stimmung_job_lag_seconds{{priority="final",quantile="0.5"}} 0.3
"""


def test_the_bound_on_waiting_follows_from_the_queue_as_it_was() -> None:
    samples = [queue(METRICS.format(batches=4 * n, busy=2.0 * n, waiting=n)) for n in range(1, 20)]
    found = figures(samples, 5.0)
    assert (found["deepest"], found["oldest_s"], found["batch_s"], found["lanes"]) == (20.0, 4.5, 0.5, 2.0)
    assert found["shed"] == {"partial": 7.0, "record": 0.0}
    assert found["bound_s"] == 5.0 + 2 * (0.5 * (2 * 21 / 2 + 1) + 0.5)
    assert figures([], 5.0)["bound_s"] is None
