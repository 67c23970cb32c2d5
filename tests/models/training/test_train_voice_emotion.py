"""A head is trained for any Whisper, from a manifest to a call that is judged by it; an interrupted run goes on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from tests.models.toy_head import STATES, ToyEncoder
from tests.models.toy_whisper import settings_for, write_whisper
from tests.models.training.toy_clips import clips, mood, write_manifest
from tests.models.training.toy_e5 import calm
from tests.speech.sounds import noise

from stimmung.models.registry import build_engines
from stimmung.models.training.train_voice_emotion import (
    SHORT,
    Result,
    TrainingOptions,
    check,
    groups,
    hear,
    measured,
    recalls,
    train,
)
from stimmung.models.training.voice_fit import FitOptions, Labelled
from stimmung.models.training.voice_trial import Trial
from stimmung.models.voice_head import VoiceHead, read_head, write_head
from stimmung.models.voice_states import pack_voices
from stimmung.models.whisper import Whisper
from stimmung.speech.engines import Engines, Voice, VoiceBaseline
from stimmung.speech.errors import CallInfoError, WeightsError
from stimmung.speech.records import SAMPLE_RATE, Samples, Span, VoiceEmotionScore
from stimmung.speech.settings import Settings

SPEAKERS = ("anna", "boris", "carla", "dirk")
OPTIONS = TrainingOptions(copies=2, fit=FitOptions(epochs=30, batch=16, rate=2e-2))


def quietly(done: int, of: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Trained:
    """A run of the training, all of it."""

    manifest: Path
    output: Path
    settings: Settings
    head: VoiceHead
    result: Result
    progress: list[tuple[int, int]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """A head for a toy Whisper, from four synthetic speakers."""
    folder = tmp_path_factory.mktemp("training")
    with calm():
        settings = settings_for(write_whisper(folder / "whisper"), folder)
        manifest = write_manifest(folder, clips(SPEAKERS, count=2))
        progress: list[tuple[int, int]] = []
        head, result = train(manifest, folder / "run", settings, OPTIONS, lambda done, of: progress.append((done, of)))
        yield Trained(manifest, folder / "run", settings, head, result, progress)


def judged(engines: Engines, sound: Samples) -> VoiceEmotionScore:
    """Return what the engines say of a voice that they hear for the first time."""
    assert isinstance(engines.transcriber, Whisper)
    assert engines.voice_emotion is not None
    quiet = noise(0.2, level=1e-4)
    samples = np.concatenate([quiet, sound, quiet])
    ((states,),) = engines.transcriber.pooled_states(pack_voices([samples]))
    voice = Voice(samples, Span(0.2, 0.2 + sound.shape[0] / SAMPLE_RATE), states)
    return engines.voice_emotion.judge(engines.voice_emotion.describe([voice])[0], VoiceBaseline())


# ---------------------------------------------------------------------------------------------------------------------
# from a manifest to a judgement


def test_moods_that_nobody_confuses_are_found_in_speakers_that_were_held_out(trained: Trained) -> None:
    assert trained.result.uar > 0.9
    assert trained.result.uar_clean > 0.9
    assert set(trained.result.recall) == {"anger", "sadness"}


def test_the_head_judges_a_stranger_s_call_through_the_engines(trained: Trained) -> None:
    models = trained.settings.models.model_copy(update={"voice": str(trained.output)})
    engines = build_engines(Settings(models=models))
    for emotion in ("anger", "sadness"):
        for number in (100, 101, 102):
            found = judged(engines, mood(emotion, "emma", number)).emotions
            assert max(found, key=found.__getitem__) == emotion
    assert engines.voice_emotion is not None
    assert engines.voice_emotion.model.name == str(trained.output)


def test_a_run_leaves_the_head_its_figures_and_what_was_heard(trained: Trained) -> None:
    again = read_head(trained.output)
    assert np.array_equal(again.weights, trained.head.weights)
    assert again.recogniser == trained.settings.models.whisper
    assert again.classes == ("anger", "sadness")
    assert again.probe.shape == (STATES,)
    assert 0 < again.limits.certain < 1
    report = json.loads((trained.output / "report.json").read_text("utf-8"))
    assert report["uar"] == trained.result.uar
    assert (report["clips"], report["speakers"], report["held_out"]) == (16, 4, 4)
    assert report["chance"] == 0.5
    names = sorted(file.name for file in (trained.output / "copies").iterdir())
    assert [name.rpartition("-")[0] for name in names] == ["whole-0-0", "whole-0-1"]


def test_progress_counts_the_copies(trained: Trained) -> None:
    assert trained.progress == [(1, 2), (2, 2)]


def test_a_second_run_hears_nothing_again_and_gives_the_same_head(trained: Trained) -> None:
    kept = {file: file.stat().st_mtime_ns for file in (trained.output / "copies").iterdir()}
    with calm():
        head, result = train(trained.manifest, trained.output, trained.settings, OPTIONS, quietly)
    assert {file: file.stat().st_mtime_ns for file in (trained.output / "copies").iterdir()} == kept
    assert np.array_equal(head.weights, trained.head.weights)
    assert result == trained.result


# ---------------------------------------------------------------------------------------------------------------------
# adapting


def test_adapting_at_rate_0_keeps_what_the_head_says(trained: Trained) -> None:
    standing = replace(OPTIONS, copies=1, start=trained.output, fit=replace(OPTIONS.fit, rate=0.0))
    with calm():
        head, _ = train(trained.manifest, trained.output.parent / "standing", trained.settings, standing, quietly)
    for name in ("centre", "scale", "neutral"):
        assert np.array_equal(getattr(head, name), getattr(trained.head, name))
    ratio = trained.head.weights / head.weights  # the temperature, and nothing else
    assert ratio == pytest.approx(np.full_like(ratio, ratio[0, 0]), rel=1e-4)


def test_labels_that_the_start_does_not_know_are_refused(trained: Trained) -> None:
    voices = clips(SPEAKERS, ("anger", "joy"), count=1)
    with pytest.raises(CallInfoError, match=r"joy is not among the classes .*\(anger, sadness\)"):
        check(Path("m.csv"), voices, trained.head)
    check(Path("m.csv"), clips(SPEAKERS, count=1), trained.head)


def test_a_start_for_another_encoder_is_refused(trained: Trained, tmp_path: Path) -> None:
    foreign = replace(trained.head, recogniser="another", probe=np.asarray(-trained.head.probe, np.float32))
    write_head(foreign, tmp_path / "foreign")
    options = replace(OPTIONS, start=tmp_path / "foreign")
    with pytest.raises(WeightsError, match="made for another"):
        train(trained.manifest, tmp_path / "run", trained.settings, options, quietly)
    assert not (tmp_path / "run").exists()


# ---------------------------------------------------------------------------------------------------------------------
# what cannot make a head


def test_too_few_speakers_cannot_be_held_out_from_each_other() -> None:
    with pytest.raises(CallInfoError, match=r"m\.csv: 2 speaker\(s\); at least 3 are needed"):
        check(Path("m.csv"), clips(("anna", "boris"), count=1), None)


def test_one_emotion_alone_is_nothing_to_tell_apart() -> None:
    with pytest.raises(CallInfoError, match="all clips are anger; at least two emotions"):
        check(Path("m.csv"), clips(SPEAKERS, ("anger",), count=1), None)


def test_an_empty_manifest_has_no_speakers() -> None:
    with pytest.raises(CallInfoError, match=r"0 speaker\(s\)"):
        check(Path("m.csv"), [], None)


# ---------------------------------------------------------------------------------------------------------------------
# what is heard


class InterruptionError(Exception):
    """Somebody pulled the plug."""


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    voices, options = clips(SPEAKERS, count=1), TrainingOptions(copies=2)

    def unplugged(done: int, of: int) -> None:
        if done == 1:
            raise InterruptionError

    first, second, whole = ToyEncoder(), ToyEncoder(), ToyEncoder()
    with pytest.raises(InterruptionError):
        hear(voices, first, tmp_path / "kept", options, unplugged)
    resumed = hear(voices, second, tmp_path / "kept", options, quietly)
    straight = hear(voices, whole, tmp_path / "straight", options, quietly)
    assert len(first.asked) + len(second.asked) == len(whole.asked) + 1  # each run hears the test sound
    assert first.asked
    assert second.asked
    for name in ("clip", "packed", "alone", "prosody", "call"):
        assert np.array_equal(getattr(resumed.heard, name), getattr(straight.heard, name))


def test_a_copy_that_was_not_finished_is_heard_again(tmp_path: Path) -> None:
    voices, options, encoder = clips(SPEAKERS, count=1), TrainingOptions(copies=1), ToyEncoder()
    hear(voices, ToyEncoder(), tmp_path, options, quietly)
    (kept,) = tmp_path.iterdir()
    kept.unlink()
    kept.with_suffix(".part.npz").write_bytes(b"half a copy")
    found = hear(voices, encoder, tmp_path, options, quietly)
    assert len(encoder.asked) > 1
    assert found.label.shape == (8,)
    assert [file.name for file in tmp_path.iterdir()] == [kept.name]


def test_copies_of_other_clips_are_not_taken_for_these(tmp_path: Path) -> None:
    voices, options = clips(SPEAKERS, count=1), TrainingOptions(copies=1)
    hear(voices, ToyEncoder(), tmp_path, options, quietly)
    relabelled = [replace(voices[0], emotion="fear"), *voices[1:]]
    for changed in (relabelled, voices[1:], voices[::-1]):
        encoder = ToyEncoder()
        hear(changed, encoder, tmp_path, options, quietly)
        assert len(encoder.asked) > 1
    again = ToyEncoder()
    hear(voices, again, tmp_path, options, quietly)
    assert len(again.asked) == 1  # the test sound alone


def test_another_seed_is_heard_anew(tmp_path: Path) -> None:
    voices = clips(SPEAKERS, count=1)
    first, other = (hear(voices, ToyEncoder(), tmp_path, TrainingOptions(1, seed), quietly) for seed in (0, 1))
    assert not np.array_equal(first.heard.prosody, other.heard.prosody)


def test_clips_that_exist_only_cut_are_heard_with_all_others_cut_alike(tmp_path: Path) -> None:
    voices = clips(SPEAKERS, ("anger", "fear", "sadness"), count=1, cut=("fear",))
    found = groups(voices)
    assert list(found) == ["short", "whole"]
    assert len(found["short"]) == len(voices)
    assert all(clip.cut and clip.samples.shape[0] <= SHORT * SAMPLE_RATE for clip in found["short"])
    assert {clip.emotion for clip in found["whole"]} == {"anger", "sadness"}
    heard = hear(voices, ToyEncoder(), tmp_path, TrainingOptions(1), quietly)
    assert heard.classes == ("anger", "fear", "sadness")
    assert heard.label.shape == (len(found["short"]) + len(found["whole"]),)
    assert not np.any(heard.label[~heard.heard.cut] == heard.classes.index("fear"))
    assert heard.label[heard.heard.cut].size == len(voices)


@pytest.mark.parametrize("cut", [(), ("anger", "sadness")], ids=["none cut", "all cut"])
def test_every_clip_is_in_a_group_once(cut: tuple[str, ...]) -> None:
    voices = clips(SPEAKERS, count=1, cut=cut)
    found = groups(voices)
    assert list(found) == (["short"] if cut else ["whole"])
    assert [len(group) for group in found.values()] == [len(voices)]


def test_figures_are_of_clips_cut_alike_where_some_exist_only_so() -> None:
    voices = clips(SPEAKERS, ("anger", "fear", "sadness"), count=1, cut=("fear",))
    mixed = measured(voices, ToyEncoder(), lambda sound: sound)
    assert mixed.classes == ("anger", "fear", "sadness")
    assert mixed.heard.cut.all()
    whole = measured(voices, ToyEncoder(), lambda sound: sound, "whole")
    assert whole.classes == ("anger", "sadness")
    assert not whole.heard.cut.any()


def test_recalls_are_those_of_the_classes_that_were_scored() -> None:
    voices = clips(("anna",), ("anger", "joy", "sadness"), count=2)
    examples: Labelled = measured(voices, ToyEncoder(), lambda sound: sound)
    logits = np.zeros((6, 3), np.float32)
    logits[np.arange(6), examples.label] = 1.0
    wrong = int(np.flatnonzero(examples.label == 0)[0])
    logits[wrong] = (0.0, 1.0, 0.0)
    logits[examples.label == 2] = np.nan
    assert recalls(Trial(logits, logits, logits), examples) == {"anger": 0.5, "joy": 1.0}
