"""Pictures are drawn of every kind of call, beside the results or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks import toy_callers
from tests.calls import toy_distress

from distress_bench import Bench, JudgedCall, Options, judged_call
from distress_calls import DISTRESSED, SHARES
from distress_held_out import whole
from distress_plots import draw_courses, draw_roc, plots
from stimmung.calls.distress import DistressJudge
from stimmung.calls.safety import SafetyPhrases

PNG = b"\x89PNG"
NO_PHRASES = SafetyPhrases({})


@pytest.fixture(scope="module")
def calls() -> list[JudgedCall]:
    texts = toy_callers.texts()
    composed = toy_callers.composed(texts, toy_callers.readings(texts), [toy_callers.actor()], 80)
    by = DistressJudge(replace(toy_distress.MODEL, probe=None), NO_PHRASES)
    return [judged_call(by, call) for call in composed]


@pytest.mark.filterwarnings("ignore:All-NaN slice")  # some kinds have no call that is so long before its onset
def test_courses_are_drawn_for_every_kind_of_call(calls: list[JudgedCall], tmp_path: Path) -> None:
    assert {call.plan.course for call in calls} == {*DISTRESSED, *SHARES}
    draw_courses(calls, tmp_path / "courses.png")
    assert (tmp_path / "courses.png").read_bytes().startswith(PNG)


def test_curves_are_drawn_for_every_side(calls: list[JudgedCall], tmp_path: Path) -> None:
    column = whole(calls)
    assert np.unique(column.truth).tolist() == [False, True]
    draw_roc({"fused": column, "words": column, "voice": column}, tmp_path / "roc.png")
    assert (tmp_path / "roc.png").read_bytes().startswith(PNG)


def test_without_a_place_for_them_there_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plots(Bench(Options(tmp_path, tmp_path))) == {}
    assert "plots is skipped: no --output to draw beside" in capsys.readouterr().out
