"""A manifest becomes clips whose speech is known; what makes no sense in it is told by line and value."""

from pathlib import Path

import numpy as np
import pytest
from tests.models.training.toy_clips import clips, write_manifest, write_wav
from tests.speech.sounds import noise, silence, tone

from stimmung.models.training.voice_clips import LabelledVoice, read_clips, shortened
from stimmung.speech.errors import AudioError, CallInfoError
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, Samples

DETECTOR = FakeDetector()


def beep(before: float = 0.6, seconds: float = 1.0, after: float = 0.4, hertz: float = 500.0) -> Samples:
    return np.concatenate([silence(before), tone(seconds, hertz), silence(after)])


def pitch(samples: Samples) -> float:
    """Return the strongest frequency in Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * SAMPLE_RATE / samples.size


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of `a.wav`, mono, and `call.wav`: 400 Hz for two seconds and 800 Hz for two, on the left channel."""
    write_wav(tmp_path / "a.wav", beep())
    left = np.concatenate([tone(2.0, 400.0), tone(2.0, 800.0)])
    write_wav(tmp_path / "call.wav", left, tone(4.0, 1600.0))
    return tmp_path


def read(folder: Path, *lines: str, header: str = "path,speaker,emotion") -> list[LabelledVoice]:
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join((header, *lines)) + "\n", "utf-8")
    return read_clips(manifest, DETECTOR)


# ---------------------------------------------------------------------------------------------------------------------
# what is read


def test_a_clip_knows_where_its_speech_lies(folder: Path) -> None:
    (clip,) = read(folder, "a.wav,anna,anger")
    assert clip.samples.shape == (32_000,)
    assert clip.start_sample == pytest.approx(0.6 * SAMPLE_RATE, abs=800)
    assert clip.end_sample == pytest.approx(1.6 * SAMPLE_RATE, abs=800)
    assert np.array_equal(clip.speech, clip.samples[clip.start_sample : clip.end_sample])
    assert (clip.speaker, clip.emotion, clip.sex, clip.text, clip.cut) == ("anna", "anger", "", "", False)


def test_speech_up_to_the_very_edges_is_found(folder: Path) -> None:
    write_wav(folder / "edge.wav", tone(1.0, 500.0))
    (clip,) = read(folder, "edge.wav,anna,anger")
    assert 0 <= clip.start_sample < 500
    assert 15_500 < clip.end_sample <= 16_000


def test_where_no_speech_is_heard_the_clip_is_taken_whole(folder: Path) -> None:
    write_wav(folder / "quiet.wav", noise(1.0, level=0.001))
    (clip,) = read(folder, "quiet.wav,anna,anger")
    assert (clip.start_sample, clip.end_sample) == (0, 16_000)


@pytest.mark.parametrize(
    ("written", "emotion"),
    [
        ("Wut", "anger"),
        (" happy ", "joy"),
        ("ÄNGSTLICH", "fear"),
        ("boredom", "boredom"),
        ("Pleasant Surprise", "surprise"),
    ],
)
def test_emotions_are_known_by_their_names(folder: Path, written: str, emotion: str) -> None:
    assert read(folder, f"a.wav,anna,{written}")[0].emotion == emotion


def test_paths_are_those_from_the_manifest_or_whole_ones(folder: Path, tmp_path: Path) -> None:
    (folder / "deep").mkdir()
    write_wav(folder / "deep" / "b.wav", beep(hertz=700.0))
    found = read(folder, "deep/b.wav,anna,anger", f"{folder / 'a.wav'},anna,anger")
    assert [pitch(clip.speech) for clip in found] == pytest.approx([700, 500], abs=2)


def test_start_end_and_channel_choose_a_part_of_a_call(folder: Path) -> None:
    lines = (
        "call.wav,anna,anger,0.5,1.5,0",
        "call.wav,anna,anger,2,,0",
        "call.wav,boris,joy,,1,1",
        "call.wav,b,joy,,,",
    )
    found = read(folder, *lines, header="path,speaker,emotion,start,end,channel")
    assert [clip.samples.shape[0] for clip in found] == [16_000, 32_000, 16_000, 64_000]
    assert [pitch(clip.samples) for clip in found[:3]] == pytest.approx([400, 800, 1600], abs=2)


def test_columns_may_come_in_any_order_and_say_more(folder: Path) -> None:
    header = "\ufeffemotion,text,gender,cut_to_2s,note,speaker,path"
    lines = ('anger,"ja, bitte",female,1,x, anna ,a.wav', "anger,,male,0,,boris,a.wav", "anger,,,True,,carla,a.wav")
    found = read(folder, *lines, header=header)
    assert [clip.text for clip in found] == ["ja, bitte", "", ""]
    assert [clip.sex for clip in found] == ["female", "male", ""]
    assert [clip.cut for clip in found] == [True, False, True]
    assert [clip.speaker for clip in found] == ["anna", "boris", "carla"]


def test_sound_at_8_khz_is_heard_at_16(folder: Path) -> None:
    write_wav(folder / "phone.wav", tone(1.0, 500.0)[::2], rate=8_000)
    (clip,) = read(folder, "phone.wav,anna,anger")
    assert clip.samples.shape[0] == pytest.approx(16_000, abs=2)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    voices = clips(("anna", "boris"), count=2, cut=("sadness",))
    found = read_clips(write_manifest(tmp_path, voices), DETECTOR)
    assert [(one.speaker, one.emotion, one.cut) for one in found] == [(v.speaker, v.emotion, v.cut) for v in voices]


# ---------------------------------------------------------------------------------------------------------------------
# what makes no sense


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a.wav,anna,bliss,,,", "'bliss' is not known; one of .*anger.*wut"),
        ("a.wav,anna,,,,", "'' is not known"),
        ("a.wav,anna", "'' is not known"),
        ("a.wav, ,anger,,,", "speaker is empty"),
        ("a.wav,anna,anger,soon,,", "must be numbers: .*'soon'"),
        ("a.wav,anna,anger,,later,", "must be numbers: .*'later'"),
        ("a.wav,anna,anger,,,left", "must be numbers: .*'left'"),
        ("a.wav,anna,anger,,,1", "channel 1 of a recording with 1"),
        ("a.wav,anna,anger,,,-1", "channel -1 of a recording with 1"),
        ("a.wav,anna,anger,-1,,", "from -1.0 to None s"),
        ("a.wav,anna,anger,1.5,1.0,", "from 1.5 to 1.0 s"),
        ("a.wav,anna,anger,1,1,", "from 1.0 to 1.0 s"),
        ("a.wav,anna,anger,nan,,", "from nan to None s"),
        ("a.wav,anna,anger,,inf,", "from 0.0 to inf s"),
    ],
)
def test_a_senseless_row_is_told_by_line_and_value(folder: Path, line: str, complaint: str) -> None:
    with pytest.raises(CallInfoError, match=complaint) as caught:
        read(folder, "a.wav,anna,anger,,,", line, header="path,speaker,emotion,start,end,channel")
    assert f"{folder / 'manifest.csv'}, line 3: " in str(caught.value)


def test_a_part_behind_the_end_has_no_sound(folder: Path) -> None:
    with pytest.raises(AudioError, match=r"line 2: no sound between 5.0 and 6.0 s of a\.wav"):
        read(folder, "a.wav,anna,anger,5,6", header="path,speaker,emotion,start,end")


@pytest.mark.parametrize(("header", "absent"), [("path,speaker", "emotion"), ("file", "path, speaker, emotion")])
def test_a_manifest_without_the_columns_is_told_which(folder: Path, header: str, absent: str) -> None:
    with pytest.raises(CallInfoError, match=f"needs the columns path, speaker, emotion; {absent} not found"):
        read(folder, "a.wav,anna", header=header)


def test_an_empty_manifest_is_told_the_columns_and_one_without_rows_has_no_clips(folder: Path) -> None:
    with pytest.raises(CallInfoError, match="path, speaker, emotion not found"):
        read(folder, header="")
    assert read(folder) == []


def test_a_recording_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(AudioError, match=r"absent\.wav"):
        read(folder, "absent.wav,anna,anger")


def test_a_manifest_that_cannot_be_read_is_named(folder: Path) -> None:
    with pytest.raises(CallInfoError, match=r"absent\.csv: cannot be read"):
        read_clips(folder / "absent.csv", DETECTOR)
    (folder / "latin.csv").write_bytes("path,speaker,emotion\na.wav,Jörg,anger\n".encode("latin-1"))
    with pytest.raises(CallInfoError, match=r"latin\.csv: is not UTF-8"):
        read_clips(folder / "latin.csv", DETECTOR)


# ---------------------------------------------------------------------------------------------------------------------
# cut alike


def test_shortened_clips_all_end_at_the_same_time() -> None:
    lengths = (1.0, 2.0, 3.5)
    voices = [
        LabelledVoice(tone(s, 500.0), 1_600, round(s * SAMPLE_RATE) - 1_600, "anna", "joy", "f", "ja") for s in lengths
    ]
    found = shortened(voices, 2.0)
    assert [clip.samples.shape[0] for clip in found] == [16_000, 32_000, 32_000]
    assert [clip.end_sample for clip in found] == [14_400, 30_400, 32_000]
    assert all(clip.cut and clip.start_sample == 1_600 for clip in found)
    assert [(clip.speaker, clip.emotion, clip.sex, clip.text) for clip in found] == [("anna", "joy", "f", "ja")] * 3
    assert not any(clip.cut for clip in voices)


def test_speech_that_begins_behind_the_cut_is_left_out() -> None:
    assert shortened([LabelledVoice(tone(4.0, 500.0), 48_000, 60_000, "anna", "joy")], 2.0) == []
