"""Any folder of labelled voices is scored by the head as it ships: each against its speaker's first neutral ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.models.toy_head import CLASSES, PROSODY, STATES, ToyEncoder, head, row, says
from tests.speech import sounds

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.voice_emotion import EmbeddedVoice, Encoding
from stimmung.models.voice_head import VoiceHead, write_head
from stimmung.models.voice_states import probe_states
from stimmung.speech.engines import ModelId, VoiceBaseline
from stimmung.speech.errors import CallInfoError, WeightsError
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, Samples
from voice_bench import Bench, Hearing, encoding_voice
from voice_manifest import Judgements, baselines, cut, describe, figures_of, judge, likely, score_clips, score_manifest
from wav import Sound, write

MODEL = ModelId("toy-head", "a" * 64)


def clip(emotion: str, speaker: str = "s0", level: float = 0.1) -> LabelledVoice:
    quiet = sounds.noise(0.5, level=1e-4)
    speech = sounds.speech(1.5, 130.0) * level
    first = len(quiet)
    return LabelledVoice(np.concatenate([quiet, speech, quiet]), first, first + len(speech), speaker, emotion)


def voice(made: VoiceHead | None = None, place: float = 0.0) -> EmbeddedVoice:
    return EmbeddedVoice(made or head(), MODEL, Encoding(lambda: ToyEncoder(place)))


def judgements(emotion: tuple[str, ...], chosen: tuple[str, ...]) -> Judgements:
    likely = np.array([np.where(np.array(CLASSES) == one, 0.7, 0.1) for one in chosen], np.float32)
    count = len(emotion)
    return Judgements(emotion, likely, likely[:, 0].astype(float), np.zeros(count), np.zeros(count, bool))


def test_a_speakers_first_two_neutral_clips_are_the_baseline() -> None:
    clips = [
        clip(one, who) for one, who in zip(("anger", "neutral", "neutral", "neutral", "anger"), "aaaab", strict=True)
    ]
    assert baselines(clips) == {"a": [1, 2]}


def test_speech_is_cut_out_with_a_fifth_of_a_second_around_it() -> None:
    one = clip("anger")
    found = cut(one)
    assert found.speech.duration == pytest.approx(1.5)
    assert found.speech.start == pytest.approx(0.2)
    assert len(found.samples) == pytest.approx(1.9 * SAMPLE_RATE, abs=1)
    first = round(found.speech.start * SAMPLE_RATE)
    assert np.array_equal(found.samples[first : first + len(one.speech)], one.speech)


def test_rows_stand_in_the_order_of_the_clips_however_they_are_packed() -> None:
    clips = [clip("anger", who, level) for who, level in zip("abababab", range(1, 9), strict=True)]
    rows = describe(voice(), clips)
    assert np.argsort(rows[:, 0]).tolist() == list(range(8))  # the first state of the toy is loudness


def test_all_classes_are_those_that_the_product_tells_five_of() -> None:
    made, described = head(neutral=0.3), row(says(anger=1.0, boredom=0.4, disgust=2.0), 0.5)
    baseline = VoiceBaseline(np.full(PROSODY, 0.7, np.float32), 3.0)
    weights = made.weights.copy()
    weights[STATES + PROSODY :, 0] = 0.01  # anger is also a change of the voice
    made = replace(made, weights=weights)
    score = voice(made).judge(described, baseline)
    found = dict(zip(CLASSES, likely(made, described, baseline).tolist(), strict=True))
    assert score.emotions["anger"] == pytest.approx(found["anger"], abs=1e-6)
    assert score.emotions["neutral"] == pytest.approx(found["neutral"] + found["boredom"], abs=1e-6)
    at_first = dict(zip(CLASSES, likely(made, described, VoiceBaseline()).tolist(), strict=True))
    assert at_first["anger"] != pytest.approx(found["anger"], abs=1e-3)


def test_with_and_without_a_baseline_the_same_clips_are_scored() -> None:
    clips = [clip(one) for one in ("neutral", "neutral", "anger", "neutral", "disgust")]
    rows, own = describe(voice(), clips), baselines(clips)
    both = [judge(voice(), clips, rows, usual, own) for usual in (own, {})]
    assert [one.emotion for one in both] == [("anger", "neutral", "disgust")] * 2


def test_a_baseline_changes_what_is_judged_against_it() -> None:
    made = head()
    weights = np.zeros_like(made.weights)
    weights[STATES + PROSODY :, 0] = 1 / PROSODY
    clips = [clip("neutral"), clip("neutral"), clip("anger")]
    rows: Samples = np.stack([row(says(), 1.0), row(says(), 1.0), row(says(), 1.0)])
    changed, own = voice(replace(made, weights=weights)), baselines(clips)
    (with_own,), (without,) = (judge(changed, clips, rows, usual, own).anger for usual in (own, {}))
    assert with_own < without  # spoken as ever: no change, no anger


def test_recall_is_over_classes_that_the_head_knows_and_the_clips_have() -> None:
    emotion = ("anger", "anger", "neutral", "surprise")
    found = figures_of(head(), judgements(emotion, ("anger", "disgust", "neutral", "neutral")))
    assert found["classes"] == ["anger", "neutral"]
    assert found["uar"] == 1.0  # of these two, disgust falls to the likelier: both are as likely, the first is taken
    assert found["uar_all_classes"] == 0.75
    assert found["confusion"] == [[2, 0], [0, 1]]


def test_areas_need_both_sides_and_say_so_with_no_figure() -> None:
    found = figures_of(head(), judgements(("anger", "neutral", "neutral"), ("anger", "neutral", "anger")))
    assert found["anger_auc"] == 0.75
    alone = figures_of(head(), judgements(("surprise", "surprise"), ("anger", "neutral")))
    assert np.isnan(alone["anger_auc"])
    assert np.isnan(alone["uar"])
    assert alone["classes"] == []


def test_a_folder_is_scored_behind_both_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["path,speaker,emotion"]
    for number, emotion in enumerate(("neutral", "ruhig", "angry", "neutral", "wut")):
        sound = clip(emotion, level=0.1 + 0.1 * number).samples
        (tmp_path / "audio").mkdir(exist_ok=True)
        write(tmp_path / "audio" / f"{number}.wav", Sound(sound[np.newaxis], SAMPLE_RATE))
        lines.append(f"audio/{number}.wav,s{number // 6},{emotion}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n", "utf-8")
    encoder = ToyEncoder()
    write_head(replace(head(), probe=probe_states(encoder)), tmp_path / "head")
    bench = Bench(Hearing(FakeDetector(), encoder), str(tmp_path / "head"))
    found = score_manifest(bench, tmp_path / "manifest.csv")
    assert (found["clips"], found["scored"], found["speakers"]) == (5, 3, 1)
    assert found["model"]["name"] == "head"
    assert set(found["phone"]) == {"baseline", "no_baseline"}
    assert found["clean"]["baseline"]["classes"] == ["anger", "neutral"]
    assert str(tmp_path) not in capsys.readouterr().out


def test_a_head_of_another_encoder_is_refused(tmp_path: Path) -> None:
    write_head(head(), tmp_path)
    with pytest.raises(WeightsError, match="made for another encoder"):
        encoding_voice(Bench(Hearing(FakeDetector(), ToyEncoder()), str(tmp_path)))


def test_nothing_left_to_score_is_said() -> None:
    with pytest.raises(CallInfoError, match="no clip is left to score"):
        score_clips(voice(), [clip("neutral"), clip("neutral")], "calm")
