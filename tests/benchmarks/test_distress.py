"""The benchmark as a whole: its command line, the keys of the last line; and a run with toy actors and readings."""

import json
from collections import Counter
from functools import cached_property
from pathlib import Path

import pytest
from tests.benchmarks import toy_callers

from distress import COPIES, PARTS, QUICK_COPIES, QUICK_COUNT, SUMMARY, arguments, measure, summary
from distress_bench import COUNT, FOLDS, LINES, SHARE, Bench, Options
from distress_calls import DISTRESSED, ComposedCall
from distress_quick import SPOKEN, QuickBench
from distress_voices import Actor, Alteration
from distress_written import CHAT_DOMAINS, LANGUAGES, Split, everything, texts_of
from machine import Figures
from normalise import Language
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.engines import TextReading
from text_bench import rounded
from voice_conditions import CLEAN, PHONE

PROMISED = (
    "call_auc_fused call_auc_words call_auc_voice utterance_auc_fused ece precision_at_4 time_to_top_median_s"
    " time_to_top_p95_s false_alarms_per_hour abstained"
).split()
ACTORS = ("03", "08", "09", "10", "11")


class ToyBench(Bench):
    """The written texts, said by toy actors and read by a toy model, which hears less on the phone."""

    @cached_property
    def text_model(self) -> str:
        return toy_callers.TEXT_MODEL

    def _cast(self, line: str, alteration: Alteration | None = None) -> list[Actor]:
        return [toy_callers.actor(name, tells=1.5 if line == PHONE else 2.5) for name in ACTORS]

    def readings(self, split: Split, language: Language, line: str) -> dict[str, TextReading]:
        texts = texts_of(self.options.data, split, language)
        return toy_callers.readings(texts, seed=len(split) + len(line), tells=1.5 if line == PHONE else 2.5)


@pytest.fixture
def bench(tmp_path: Path) -> ToyBench:
    for domain in {name for names in CHAT_DOMAINS.values() for name in names}:
        toy_callers.write_chat(tmp_path, domain, [f"{domain} turn number {number}" for number in range(30)])
    found = ToyBench(Options(tmp_path, tmp_path, count=10))
    found.phrases = SafetyPhrases({})  # to look for phrases takes most of the time
    return found


def test_the_last_line_has_the_keys_that_were_promised_and_no_others() -> None:
    assert list(SUMMARY) == PROMISED
    assert {path[0] for path in SUMMARY.values()} <= set(PARTS)
    assert summary({}) == dict.fromkeys(PROMISED)


def test_what_never_comes_is_null() -> None:
    """JSON knows no infinity: Python would write one that nobody else reads."""
    never = {"ranking": {"sides": {"fused": {"time_to_top_median_s": 25.0, "time_to_top_p95_s": float("inf")}}}}
    line = json.dumps(summary({key: rounded(value) for key, value in never.items()}), allow_nan=False)
    assert json.loads(line)["time_to_top_p95_s"] is None
    assert json.loads(line)["time_to_top_median_s"] == 25.0


def test_the_command_line_names_parts_and_knows_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        arguments(["--data", str(tmp_path)])
    assert stopped.value.code == 2
    assert f"{tmp_path}: there is no folder `emodb` in it" in capsys.readouterr().err
    (tmp_path / "emodb").mkdir()
    given = arguments(["--data", str(tmp_path), "--only", "ranking", "plots", "--quick", "--output"])
    assert (given.only, given.quick, given.output, given.work) == (["ranking", "plots"], True, "", None)
    for wrong in ([], ["--data", str(tmp_path), "--only", "singing"]):
        with pytest.raises(SystemExit):
            arguments(wrong)


def test_a_quick_run_is_smaller_and_still_has_every_course() -> None:
    assert QUICK_COUNT < COUNT
    assert QUICK_COPIES < COPIES
    assert round(QUICK_COUNT * SHARE) >= len(DISTRESSED)


def test_a_quick_run_hears_few_texts_and_reads_the_others_as_they_were_written(bench: ToyBench, tmp_path: Path) -> None:
    """The few lie in the file of earlier transcripts, so that nobody needs to speak."""
    quick = QuickBench(bench.options)
    written = quick.transcripts("test", "en", CLEAN)
    spoken = list(written)[:SPOKEN]
    (tmp_path / "heard.en.tsv").write_text("".join(f"{text}\t{text.upper()}\n" for text in spoken), "utf-8")
    heard = quick.transcripts("test", "en", PHONE)
    assert all(text == read for text, read in written.items())
    assert list(heard) == list(written)
    assert {text for text, read in heard.items() if text != read} == {text for text in spoken if text != text.upper()}


@pytest.mark.slow
def test_toy_calls_go_through_it(bench: ToyBench, capsys: pytest.CaptureFixture[str]) -> None:
    measured = measure(bench, ["held_out", "ranking"])
    figures: Figures = {key: rounded(value) for key, value in measured.items()}
    found = json.loads(json.dumps(summary(figures), allow_nan=False))
    assert list(found) == PROMISED
    assert 0.5 < found["call_auc_words"] < found["call_auc_fused"] <= 1
    assert 0.5 < found["call_auc_voice"] < found["call_auc_fused"]
    assert 0.2 < found["precision_at_4"] <= 1
    assert 0 < found["abstained"] < 0.3
    assert found["ece"] < 0.1
    lines = figures["held_out"]["lines"]
    assert set(lines) == set(LINES)
    assert lines["clean"]["call_auc"]["fused"]["value"] > lines["phone"]["call_auc"]["fused"]["value"]
    assert set(lines["phone"]["call_auc_by_language"]) == {"de", "en"}
    assert figures["held_out"]["calls"] == len(ACTORS) * 2 * 10
    assert "fused less the better" in capsys.readouterr().out


@pytest.mark.slow
def test_no_fold_learns_from_those_whom_it_judges(bench: ToyBench) -> None:
    learnt = Counter[str]()

    def note(call: ComposedCall) -> ComposedCall:
        learnt[call.actor] += 1
        return call

    folds = bench.refitted(note)
    assert sorted(name for fold in folds for name in fold.held) == sorted(ACTORS)
    assert all(len(fold.held) == 1 for fold in folds)
    each = len(bench.training) // len(ACTORS)
    assert learnt == dict.fromkeys(ACTORS, (FOLDS - 1) * each)  # a call is learnt from by all folds but its own


def test_the_same_calls_are_acted_behind_each_line(bench: ToyBench) -> None:
    clean, phone = (bench.calls("test", line) for line in LINES)
    assert [call.plan for call in clean] == [call.plan for call in phone]
    assert {call.actor for call in clean} == set(ACTORS)
    assert [call.utterances for call in clean] != [call.utterances for call in phone]


def test_training_and_held_out_calls_are_other_calls_of_other_texts(bench: ToyBench) -> None:
    train, test = (bench.calls(split, PHONE) for split in ("train", "test"))
    assert not {call.plan.name for call in train} & {call.plan.name for call in test}
    splits: dict[Split, list[ComposedCall]] = {"train": train, "test": test}
    for split, calls in splits.items():
        own = {text for language in LANGUAGES for text in everything(texts_of(bench.options.data, split, language))}
        assert {line.text for call in calls for line in call.plan.lines} <= own
