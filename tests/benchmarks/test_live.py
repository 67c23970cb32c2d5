"""The command line of live.py, what it keeps, how the server is configured; live held against the recording."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from live import PARTS, SUMMARY, arguments, measure, summary
from live_bench import Bench, MissingPartError, Options, previous
from live_equal import Side, compare, judged, word_difference
from live_server import Server, configuration, family, free_port
from stimmung.calls.records import CallAnalysis, CallerDistress
from stimmung.speech.records import CallInfo, DistressScore, DistressState, TextEmotionScore, Utterance, Word

KEYS = (
    "calls_held lag_p50_s lag_p95_s overload_distressed_p95_s overload_fcfs_distressed_p95_s overload_calm_p95_s"
    " max_wait_s refused_cleanly notice_median_s live_equals_batch"
).split()


def test_the_last_line_has_the_keys_that_were_agreed_on() -> None:
    assert list(SUMMARY) == KEYS
    assert {path[0] for path in SUMMARY.values()} <= set(PARTS)
    assert set(summary({}).values()) == {None}
    assert summary({"held": {"calls_held": 9, "lag": {"p95_s": 0.8}}})["lag_p95_s"] == 0.8


def test_parts_run_by_themselves_on_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARTS, "soak", lambda bench: {"calls": bench.calls_held})
    bench = Bench(Options(tmp_path), None, {"held": {"calls_held": 7}})
    found = measure(bench, ["soak"])
    assert (found["soak"], found["held"]) == ({"calls": 7}, {"calls_held": 7})


def test_a_part_that_needs_the_calls_held_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match="--calls N"):
        _ = Bench(Options(tmp_path)).calls_held
    assert Bench(Options(tmp_path, calls=5)).calls_held == 5


def test_what_was_kept_counts_only_for_a_run_of_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "cpu_2026-01-01.json"
    file.write_text(json.dumps({"live": {"quick": False, "held": {"calls_held": 9}, "machine": {"cores": 2}}}))
    assert previous(file, quick=False)["held"] == {"calls_held": 9}
    assert previous(file, quick=True) == {}
    assert previous(tmp_path / "none.json", quick=False) == {}


def test_the_command_line() -> None:
    options = arguments(["--only", "held", "soak", "--soak-minutes", "5", "--output"])
    assert (options.only, options.soak_minutes, options.output) == (["held", "soak"], 5.0, "")
    for wrong in (["--calls", "0"], ["--only", "nothing"]):
        with pytest.raises(SystemExit):
            arguments(wrong)


def test_the_server_gets_the_policy_of_the_samples_and_its_own_settings(tmp_path: Path) -> None:
    server = Server(tmp_path, {"order": "first_come", "max_calls": 16})
    (file,) = tmp_path.glob("*.toml")
    found = tomllib.loads(file.read_text("utf-8"))
    assert found["policy"]["legal_basis"]
    own = {"order": "first_come", "max_calls": 16, "port": server.port, "api_key": server.key}
    assert found["serve"] == own
    assert file.stat().st_mode & 0o077 == 0


def test_the_settings_are_those_that_there_are(tmp_path: Path) -> None:
    from live_faults import SETTINGS
    from stimmung.speech.settings import Settings

    Settings.model_validate(tomllib.loads(configuration({"api_key": "k" * 20, "port": free_port(), **SETTINGS})))


def test_a_process_is_of_its_own_family() -> None:
    import os

    assert os.getpid() in family(os.getpid())


def said(start: float, text: str = "guten tag herr wagner", **more: object) -> Utterance:
    words = tuple(Word(start, start + 1.0, one, 0.9) for one in text.split())
    whole = Utterance(1, "customer", "", start, start + 2.0, text, "de", 0.9, (), words)
    return replace(whole, **more)  # type: ignore[arg-type]  # any of its fields


def feeling(score: float) -> TextEmotionScore:
    sure = {"negative": 0.2, "neutral": 0.3, "positive": 0.5}
    return TextEmotionScore("positive", score, sure, {"joy": 0.5}, {}, True)  # type: ignore[arg-type]  # known words


def analysis(*utterances: Utterance, state: DistressState = "calm") -> CallAnalysis:
    distress = (CallerDistress(1, "", 0.1, state, "steady"),)
    return CallAnalysis("x", 20.0, 2, "de", CallInfo(), (), utterances, (), distress=distress)


def well(*pairs: tuple[Utterance, Utterance]) -> list[bool]:
    return [one.well for one in judged([a for a, _ in pairs], [b for _, b in pairs])]


def test_utterances_that_are_alike_pass() -> None:
    one = said(1.0, text_emotion=feeling(0.5), distress=DistressScore(0.2, "calm"))
    other = said(1.04, "Guten Tag, Herr Wagner!", text_emotion=feeling(0.56), distress=DistressScore(0.2, "calm"))
    assert well((one, other)) == [True]


@pytest.mark.parametrize(
    "other",
    [
        said(1.06, text_emotion=feeling(0.5)),  # begins late
        said(1.0, "guten tag herr wanger", text_emotion=feeling(0.5)),
        said(1.0, text_emotion=feeling(0.61)),
        said(1.0),  # no score
        said(1.0, text_emotion=feeling(0.5), channel=0),
    ],
)
def test_utterances_that_differ_do_not(other: Utterance) -> None:
    assert not any(well((said(1.0, text_emotion=feeling(0.5)), other)))


def test_one_that_is_there_too_much_counts_as_well() -> None:
    verdicts = judged([said(1.0)], [said(1.0), said(8.0)])
    assert [one.well for one in verdicts] == [True, False]


def test_words_are_compared_without_case_and_commas() -> None:
    assert word_difference("Guten Tag, Herr Wagner.", "guten tag herr wagner") == 0.0
    assert word_difference("a b c d", "a x c d") == 0.25
    assert word_difference("", "") == 0.0
    assert word_difference("", "x") == 1.0
    assert word_difference("a b", "") == 1.0


def test_a_call_with_another_end_state_is_not_like_its_recording() -> None:
    side = Side(analysis(said(1.0), state="uneasy"), (said(1.0),), 1.0)
    found = compare(analysis(said(1.0)), [side])
    assert (found["well"], found["told_well"], found["same_end_state"]) == (0, 1, False)


def test_chunks_that_give_something_else_are_seen() -> None:
    sides = [Side(analysis(said(start)), (), 1.0) for start in (1.0, 1.0, 1.1)]
    assert compare(analysis(said(1.0)), sides[:2])["chunks_identical"]
    assert not compare(analysis(said(1.0)), sides)["chunks_identical"]


def test_pictures_are_drawn(tmp_path: Path) -> None:
    from live_plots import draw_lags, draw_memory

    draw_lags({"calm": np.linspace(-0.1, 5.0, 50).tolist(), "nobody": []}, tmp_path / "new" / "lags.png")
    draw_memory([(1.0, 900.0), (60.0, 910.0)], tmp_path / "memory.png", "toy")
    assert all(file.stat().st_size > 5_000 for file in (tmp_path / "new" / "lags.png", tmp_path / "memory.png"))
