"""The benchmark as a whole on a tiny set of texts: parts, skips, sides, keys; and its command line on a toy model."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.models import toy_text

from stimmung.models.calibration import Calibration
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, polarity_of, service_classes_of
from stimmung.models.training.text_corpora import split_of
from stimmung.models.training.text_training import XED_TEST_SHARE
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.records import Polarity, TextEmotionScore
from text_bench import Bench, cell, rounded, tell
from text_emotion import PARTS, SUMMARY, arguments, measure, results, summary
from text_judged import Role, Side
from text_scores import Interval
from text_sets import to_speak

KEYS = (
    "goemotions_macro_f1 germeval_micro_f1 germeval_macro_f1 spoken_loss_points_de spoken_loss_points_en challenge_de"
    " challenge_en ece utterances_per_s share_of_analyze size_mb"
).split()
WITHOUT_SPEED = [name for name in PARTS if name != "speed"]
EMOTIONS = {"danke": "gratitude", "thanks": "gratitude", "wut": "anger", "awful": "disgust", "angst": "fear"}
OURS = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))


class WordReader:
    """Knows the emotion of some words, and is sure of it."""

    calibration: Calibration | None = None

    def __init__(self, known: dict[str, str]) -> None:
        self.model = ModelId("word-reader", f"{len(known)}" * 64)
        self.known = known
        self.read_so_far = 0

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        self.read_so_far += len(texts)
        return [TextReading(self._score(one.text) if one.text else None) for one in texts]

    def _score(self, text: str) -> TextEmotionScore:
        label = next((self.known[word] for word in text.lower().split() if word in self.known), "neutral")
        shares: dict[Polarity, float] = {"negative": 0.05, "neutral": 0.05, "positive": 0.05}
        polarity = next(name for name in shares if name == polarity_of([label]))
        shares[polarity] = 0.9
        (found,) = service_classes_of([label])
        return TextEmotionScore(polarity, 0.0, shares, {found: 0.9}, {label: 0.9}, True)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Corpora of a few texts of our own, and transcripts that lost the word that mattered in a part of them."""
    text = tmp_path / "data" / "text"
    english = [(f"thanks for number {n}", 15) for n in range(6)] + [(f"an awful day number {n}", 11) for n in range(6)]
    write(text / "goemotions/dev.tsv", *(f"{said}\t{label}\tid" for said, label in english))
    header = "id\ttext\trelevance\tsentiment"
    german = [f"{n}\tviel wut am Gleis {n}\ttrue\tnegative" for n in range(9)]
    plain = [f"x{n}\tvon Gleis {n} an\ttrue\tneutral" for n in range(6)]
    write(text / "germeval2017/test_syn_df_opinion.tsv", header, *german, *plain)
    write(text / "germeval2017/dev_df_opinion.tsv", header, *german[:6], *plain)
    numbered = [f"voller angst vor Nummer {n}" for n in range(80)]
    held_back = [one for one in numbered if split_of(one, 0.0, XED_TEST_SHARE) == "test"]
    write(text / "xed/de-projections.tsv", *(f"{one}\t4" for one in held_back))
    for language in ("de", "en"):
        said = [one.text for one in to_speak(text.parent, "de" if language == "de" else "en")]
        heard = [one.replace("awful", "offal") if "1" in one else one for one in said]
        write(tmp_path / f"kept/spoken-{language}.tsv", *(f"{a}\t{b}" for a, b in zip(said, heard, strict=True)))
    return text.parent


def write(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(line + "\n" for line in lines), "utf-8")


def side(role: Role, known: dict[str, str]) -> Side:
    return Side(role, role, role, WordReader(known))


def test_every_part_finds_its_figures_and_the_sides_stand_beside_each_other(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = (side("model", EMOTIONS), side("beside", {}))
    bench = Bench(sides, data, tmp_path / "kept", pictures=tmp_path / "pictures")
    figures = measure(bench, WITHOUT_SPEED)
    own, other = figures["goemotions"]["model"], figures["goemotions"]["beside"]
    assert own["macro_f1"] == pytest.approx(2 / 28, abs=1e-4)  # two labels come, both always found
    assert own["labels"]["gratitude"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "texts": 6}
    assert (own["class_macro_f1"], other["class_macro_f1"]) == (pytest.approx(2 / 9, abs=1e-4), 0)
    assert own["ece_said"] == pytest.approx(0.1)
    assert figures["germeval"]["model"]["polarity_micro_f1"] == 1.0
    assert figures["germeval"]["beside"]["polarity_micro_f1"] == 0.4
    assert figures["germeval"]["texts_that_baselines_learnt"] == 12
    assert figures["germeval"]["baselines"]["majority class"]["polarity_micro_f1"] == 0.6
    # "awful" of number 1 is heard as something else: one of 12, in polarity as in classes
    assert figures["spoken"]["en"]["model"]["polarity_loss_points"] == pytest.approx(100 / 12, abs=1e-3)
    assert figures["spoken"]["en"]["model"]["loss_points"] == pytest.approx(100 / 12, abs=1e-3)
    assert figures["spoken"]["en"]["wer"] == pytest.approx(1 / (6 * 4 + 6 * 5), abs=1e-4)
    assert figures["spoken"]["de"]["model"]["loss_points"] == 0
    assert figures["challenge"]["de"]["texts"] >= 150
    assert {file.name for file in (tmp_path / "pictures").iterdir()} == {
        "text_emotion_challenge_errors.tsv",
        *(f"text_emotion_{what}.png" for what in ("classes", "polarity", "reliability")),
    }
    assert set(summary(figures)) == set(KEYS)
    assert [key for key, value in summary(figures).items() if value is None] == KEYS[-3:]
    assert "beside" in capsys.readouterr().out


def test_a_text_is_read_once_however_many_parts_want_it(data: Path, tmp_path: Path) -> None:
    reader = WordReader(EMOTIONS)
    bench = Bench((Side("model", "a", "a", reader),), data, tmp_path / "kept", pictures=tmp_path / "pictures")
    measure(bench, ["goemotions", "germeval", "challenge"])
    before = reader.read_so_far
    measure(bench, ["plots"])
    assert reader.read_so_far == before


def test_without_data_its_parts_are_skipped_and_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = measure(Bench((side("model", EMOTIONS),), None, tmp_path, quick=True), WITHOUT_SPEED)
    said = capsys.readouterr().out
    for part in ("goemotions", "germeval", "spoken", "file", "plots"):
        assert f"{part} is skipped: no --" in said
        assert part not in figures
    assert [key for key, value in summary(figures).items() if value is not None] == ["challenge_de", "challenge_en"]


def test_a_file_of_either_format_is_scored(data: Path, tmp_path: Path) -> None:
    sides = (side("model", EMOTIONS),)
    reddit = Bench(sides, None, tmp_path, file=data / "text/goemotions/dev.tsv")
    assert measure(reddit, ["file"])["file"]["model"]["macro_f1"] == pytest.approx(2 / 28, abs=1e-4)
    german = data / "text/germeval2017/test_syn_df_opinion.tsv"
    alone = measure(Bench(sides, None, tmp_path, file=german), ["file"])["file"]
    assert (alone["model"]["polarity_micro_f1"], alone.get("baselines")) == (1.0, None)
    with_data = measure(Bench(sides, data, tmp_path, file=german), ["file"])["file"]
    assert len(with_data["baselines"]) == 3


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "empty.tsv", "id\ttext\trelevance\tsentiment")
    with pytest.raises(ValueError, match="holds no texts"):
        measure(Bench((side("model", EMOTIONS),), None, tmp_path, file=tmp_path / "empty.tsv"), ["file"])


def test_the_command_line_names_parts_and_knows_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments(["--only", "speed", "challenge", "--output"])
    assert (given.only, given.output, given.data) == (["speed", "challenge"], "", None)
    for wrong in (["--only", "singing"], ["--data", str(tmp_path)]):
        with pytest.raises(SystemExit):
            arguments(wrong)
    assert "there is no folder `text` in it" in capsys.readouterr().err


def test_results_are_written_where_asked() -> None:
    assert results(None) is None
    assert results("here.json") == Path("here.json")
    by_default = results("")
    assert by_default is not None
    assert by_default.parent.name == "results"


def test_the_last_line_has_the_keys_that_were_promised() -> None:
    assert list(SUMMARY) == KEYS
    assert set(summary({}).values()) == {None}


def test_progress_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = iter([0.0, 1.0, 6.0, 6.0, 7.0])
    told = tell("reading", lambda: next(now))
    for done in (1, 2, 3):
        told(done, 3)
    assert capsys.readouterr().err == "reading: 2 of 3\n"


def test_what_is_no_number_is_null_and_a_dash() -> None:
    assert rounded({"a": [float("nan"), 0.123456], "b": {"c": 3}}) == {"a": [None, 0.1235], "b": {"c": 3}}
    assert (cell(None), cell(float("nan")), cell(0.5)) == ("-", "-", "0.500")
    assert cell(Interval(1.0, 0.5, 1.5), 1) == "1.0 (0.5..1.5)"


@pytest.mark.slow
def test_the_script_ends_with_its_figures(data: Path, root: Path, tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "toy", OURS)
    parts = ["goemotions", "germeval", "spoken", "challenge", "plots"]
    command = [sys.executable, "benchmarks/text_emotion.py", "--data", str(data), "--kept", str(tmp_path / "kept")]
    command += ["--text-model", str(folder), "--quick", "--output", str(tmp_path / "out.json"), "--only", *parts]
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert list(figures) == KEYS
    assert [key for key, value in figures.items() if value is None] == KEYS[-3:]
    kept = json.loads((tmp_path / "out.json").read_text())["text_emotion"]
    assert kept["models"]["model"]["name"] == "toy"
    assert str(tmp_path) not in (tmp_path / "out.json").read_text()


@pytest.mark.weights
@pytest.mark.slow
def test_speed_is_measured_with_the_true_weights(root: Path) -> None:
    command = [sys.executable, "benchmarks/text_emotion.py", "--quick", "--only", "challenge", "speed"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["goemotions_macro_f1"] is None
    assert figures["challenge_de"] > 0.5
    assert figures["utterances_per_s"] > 10
    assert 0 < figures["share_of_analyze"] < 0.5
    assert 10 < figures["size_mb"] < 100
