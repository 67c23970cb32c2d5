"""The benchmark of redaction itself: its command line, its last line, its parts together."""

import json

import pytest

import redaction
from redaction import SUMMARY, arguments, measure, summary
from redaction_bench import Bench, Options, Verdict, by_kind, numbers_figures
from redaction_dialogues import DEVELOPMENT
from redaction_records import Kind
from redaction_sides import ours
from redaction_speed import speed
from redaction_text import text
from redaction_written import written


def verdict(kind: Kind, found: bool) -> Verdict:
    return Verdict("de", kind, "digits", "ask", found, True)


def test_only_numbers_that_have_a_bound_are_in_the_recall_of_numbers() -> None:
    verdicts = [verdict("IBAN", True), verdict("CARD", True), verdict("CARD", False), verdict("NAME", False)]
    figures = numbers_figures(verdicts)
    assert figures["numbers"] == pytest.approx(2 / 3)
    assert figures["lowest"] == pytest.approx(0.5)
    assert figures["everything"] == pytest.approx(0.5)
    assert by_kind(verdicts)["de"]["CARD"] == {"items": 2, "recall": 0.5, "right_type": 1.0}


def test_the_last_line_has_the_keys_that_are_promised() -> None:
    assert {"recall_text", "recall_spoken", "precision_chat"} <= SUMMARY.keys()
    figures = {"text": {"ours": {"numbers": 0.99}}, "chat": None}
    found = summary(figures)
    assert found["recall_text"] == 0.99
    assert found["precision_chat"] is None
    assert json.loads(json.dumps(found)) == found


def test_counts_below_one_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--spoken", "0"])
    assert "give numbers from 1 on" in capsys.readouterr().err


def test_the_seed_is_that_of_development_unless_given() -> None:
    assert arguments([]).seed == DEVELOPMENT
    assert arguments(["--seed", "2"]).seed == 2


def test_chats_are_left_out_without_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert measure(Bench((), Options()), ["chat"]) == {"chat": None}
    assert "chat is skipped: no --data" in capsys.readouterr().out


def test_a_few_dialogues_are_measured_in_all_parts_that_need_no_sound(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench((ours(),), Options(seed=DEVELOPMENT, texts=2, spoken=1))
    figures = text(bench)["ours"]
    assert figures["kinds"].keys() == {"de", "en"}
    assert figures["numbers"] > 0.9
    assert written(bench)["dialogues"] == 200
    assert speed(bench)["de"]["median_us_per_utterance"] > 0
    assert redaction.PARTS.keys() == {"text", "written", "spoken", "chat", "samples", "speed"}
