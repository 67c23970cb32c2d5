"""The benchmark as a whole: command line, parts that are skipped, keys of the last line; and a run on toy clips."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.models.toy_head import ToyEncoder
from tests.speech import sounds

from stimmung.models.training.voice_fit import FitOptions
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE
from voice_bench import SHORT, WHOLE, Bench, Copies, EmoDb, Hearing
from voice_emotion import MANIFEST_SUMMARY, PARTS, SUMMARY, arguments, measure, summary
from wav import Sound, write

PROMISED = (
    "emodb_uar7_2s_clean emodb_uar7_2s_phone emodb_uar4_clean emodb_uar4_phone emodb_uar4_phone_first"
    " emodb_uar4_phone_later nemo_anger_auc nemo_arousal_auc shuffled_uar7 length_only_uar7 share_of_analyze"
).split()
HEARD = ["held_out", "controls", "abstention", "alone_and_packed", "plots"]  # parts that need no true models
PITCHES = {"angry": 220.0, "neutral": 120.0, "boredom": 95.0}  # Hz: what tells the toy feelings apart
SENTENCES = ("eins", "zwei")


@pytest.fixture(scope="module")
def emodb(tmp_path_factory: pytest.TempPathFactory) -> EmoDb:
    """Three speakers who say two sentences twice with each feeling; boredom exists only cut."""
    folder = tmp_path_factory.mktemp("emodb")
    lines = ["path,speaker,gender,emotion,text,cut_to_2s"]
    for number in range(3):
        for emotion, pitch in PITCHES.items():
            for take in range(4):
                name = f"{number}{emotion}{take}.wav"
                quiet = sounds.noise(0.4, level=1e-4)
                speech = 0.3 * sounds.speech(1.2 + 0.1 * take, pitch * (1 + 0.05 * number))
                write(folder / name, Sound(np.concatenate([quiet, speech, quiet])[np.newaxis], SAMPLE_RATE))
                cut = int(emotion == "boredom")
                lines.append(f"{name},s{number},{'fm'[number % 2]},{emotion},{SENTENCES[take % 2]},{cut}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", "utf-8")
    hearing = Hearing(FakeDetector(0.003), ToyEncoder(place=0.01))
    found = EmoDb(folder / "manifest.csv", hearing, Copies(folder / "copies", 1, FitOptions(epochs=2)))
    found.lines = ("clean", "phone")
    return found


def test_groups_are_all_clips_cut_alike_and_those_that_exist_whole(emodb: EmoDb) -> None:
    assert (len(emodb.clips), len(emodb.group(SHORT)), len(emodb.group(WHOLE))) == (36, 36, 24)
    assert max(len(clip.samples) for clip in emodb.group(SHORT)) <= 2 * SAMPLE_RATE
    assert emodb.heard("clean", WHOLE).classes == ("anger", "neutral")


def test_nothing_is_heard_twice(emodb: EmoDb) -> None:
    assert emodb.heard("clean", SHORT) is emodb.heard("clean", SHORT)


@pytest.mark.slow
def test_parts_on_emodb_find_their_figures(emodb: EmoDb, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench(Hearing(FakeDetector(), ToyEncoder()), "none", emodb, tmp_path, quick=True, pictures=tmp_path)
    figures = measure(bench, HEARD)
    assert {fold.held for fold in emodb.folds} == {frozenset({f"s{number}"}) for number in range(3)}
    found = summary(figures, SUMMARY)
    measured = {key for key, value in found.items() if value is not None}
    assert {key for key in SUMMARY if not key.endswith(("_gsm", "_opus", "_noise"))} - measured == {
        *(key for key, path in SUMMARY.items() if path[0] in {"foreign", "chunks", "cost"})
    }
    assert all(0 <= value <= 1 for key, value in found.items() if key in measured and key.startswith("emodb_uar4_cl"))
    held = figures["held_out"]
    assert set(held["uar7_2s"]) >= {"shipped", "spknorm", "no_baseline", "sex_f", "sex_m", "first", "later"}
    assert held["lines"]["phone"]["uar7_2s"]["scored"] == 36 - 3 * 2  # less two neutral ones of each speaker
    assert held["lines"]["phone"]["uar4"]["scored"] == 24 - 3 * 2
    assert figures["alone_and_packed"]["whole"]["utterances"] == 18
    assert list(figures["abstention"]["4"]["curve"]) == [f"{share / 10:.1f}" for share in range(1, 11)]
    assert {file.name for file in tmp_path.glob("*.png")} == {
        f"voice_emotion_{name}.png"
        for name in ("confusion_short", "confusion_whole", "coverage", "reliability", "lines")
    }
    assert "pictures drawn into" in capsys.readouterr().out


def test_without_data_its_parts_are_skipped_and_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench(Hearing(FakeDetector(), ToyEncoder()), "none")
    figures = measure(bench, [*HEARD, "foreign"])
    said = capsys.readouterr().out
    for part in (*HEARD, "foreign"):
        assert f"{part} is skipped: no --" in said
        assert part not in figures


def test_the_last_line_has_the_keys_that_were_promised() -> None:
    assert set(PROMISED) <= set(SUMMARY)
    assert {path[0] for path in SUMMARY.values()} == set(PARTS) - {"plots"}
    assert set(summary({}, SUMMARY).values()) == {None}
    assert {"uar_phone", "uar_phone_no_baseline", "anger_auc_clean", "arousal_auc_phone"} <= set(MANIFEST_SUMMARY)


def test_the_command_line_names_parts_and_knows_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments(["--only", "cost", "chunks", "--output", "--copies-count", "3"])
    assert (given.only, given.output, given.data, given.copies_count) == (["cost", "chunks"], "", None, 3)
    for wrong in (["--only", "singing"], ["--data", str(tmp_path)], ["--copies-count", "0"]):
        with pytest.raises(SystemExit):
            arguments(wrong)
    assert "there is no folder `emodb` in it" in capsys.readouterr().err


@pytest.mark.weights
@pytest.mark.slow
def test_chunks_and_cost_are_measured_with_the_true_weights(root: Path) -> None:
    command = [sys.executable, "benchmarks/voice_emotion.py", "--quick", "--only", "held_out", "chunks", "cost"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["emodb_uar4_phone"] is None
    assert figures["chunk_difference"] <= 1e-3
    assert figures["no_second_pass"] is True
    assert 0 < figures["share_of_analyze"] < figures["second_pass_share"] < 0.5


@pytest.mark.weights
@pytest.mark.slow
def test_a_folder_is_scored_by_the_head_that_ships(root: Path, tmp_path: Path) -> None:
    lines = ["path,speaker,emotion"]
    for number, emotion in enumerate(("neutral", "neutral", "neutral", "anger", "sadness")):
        sound = 0.3 * sounds.speech(1.5, 110.0 + 20 * number)
        write(tmp_path / f"{number}.wav", Sound(sound[np.newaxis], SAMPLE_RATE))
        lines.append(f"{number}.wav,a,{emotion}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n", "utf-8")
    command = [sys.executable, "benchmarks/voice_emotion.py", "--manifest", str(tmp_path / "manifest.csv")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert list(figures) == list(MANIFEST_SUMMARY)
    assert figures["scored"] == 3
    assert str(tmp_path) not in done.stdout
    unreadable = subprocess.run([*command[:-1], "none.csv"], cwd=root, capture_output=True, text=True, check=False)
    assert unreadable.returncode == 1
    assert "none.csv" in unreadable.stderr
