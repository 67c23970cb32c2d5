"""The calls that are compared: both sides get the same sound, and the truth fits it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from corpus import Recording, Sentence, read_sentences, real_call, sample_calls, shortened, through_phone, write_item
from wav import Sound, read, write

RATE = 16_000  # Hz


def tone(seconds: float, rate: int = RATE, hertz: float = 1_000.0) -> Sound:
    """A mono tone."""
    return Sound(
        (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))[None].astype(np.float32), rate
    )


def call(*said: tuple[int, float, float], seconds: float = 30.0) -> Recording:
    """A two-channel call with sentences (channel, start, end)."""
    sound = Sound(np.zeros((2, round(seconds * 8_000)), np.float32), 8_000)
    sentences = tuple(Sentence(channel, (f"w{start:g}",), start, end) for channel, start, end in said)
    return Recording("samples", "call", "de", sound, sentences)


def test_the_sample_calls_have_two_channels_and_words_on_both() -> None:
    calls = list(sample_calls())
    assert len(calls) == 6
    for recording in calls:
        assert recording.sound.samples.shape[0] == 2
        assert {sentence.channel for sentence in recording.said} == {0, 1}
        assert all(sentence.words and sentence.end <= recording.sound.seconds for sentence in recording.said)
        assert [s.start for s in recording.said] == sorted(s.start for s in recording.said)
    assert {recording.language for recording in calls} == {"de", "en"}


def test_read_sentences_stand_where_the_truth_says(tmp_path: Path) -> None:
    texts = ["Erster Satz.", "Zweiter Satz.", "Dritter Satz."]
    with (tmp_path / "manifest.csv").open("w", encoding="utf-8", newline="") as manifest:
        rows = csv.writer(manifest)
        rows.writerow(["path", "text"])
        for number, text in enumerate(texts):
            write(tmp_path / f"{number}.wav", tone(1.0))
            rows.writerow([f"{number}.wav", text])
    recording = read_sentences(tmp_path)
    sound = recording.sound.samples[0]
    assert [" ".join(s.words) for s in recording.said] == ["erster satz", "zweiter satz", "dritter satz"]
    before = 0.0
    for sentence in recording.said:
        assert 0.4 <= sentence.start - before <= 2.0
        assert sentence.end - sentence.start == pytest.approx(1.0)
        assert np.abs(sound[round(sentence.start * RATE) : round(sentence.end * RATE)]).max() > 0.25
        assert not sound[round(before * RATE) : round(sentence.start * RATE)].any()
        before = sentence.end
    assert read_sentences(tmp_path, seed=1).sound.seconds != recording.sound.seconds


def test_the_real_call_is_stereo_and_parties_of_different_length_are_padded(tmp_path: Path) -> None:
    write(tmp_path / "auto-repairs-40.agent.flac", tone(2.0, 8_000))  # the name tells nothing: the content is WAV
    write(tmp_path / "auto-repairs-40.caller.flac", tone(1.5, 8_000))
    recording = real_call(tmp_path)
    assert recording.sound.samples.shape == (2, 16_000)
    assert not recording.sound.samples[1, 12_000:].any()
    assert recording.said == ()


def test_a_part_of_a_call_ends_where_nobody_speaks() -> None:
    whole = call((0, 0.5, 4.0), (1, 3.5, 8.0), (0, 8.5, 12.0), (1, 11.0, 19.0), (0, 19.5, 28.0))
    part = shortened(whole, 15.0)
    assert part.sound.seconds == pytest.approx(8.5)  # 3.5 and 11.0 lie in the other's words
    assert [sentence.start for sentence in part.said] == [0.5, 3.5]


def test_a_call_without_truth_is_cut_anywhere_and_one_without_a_pause_is_refused() -> None:
    assert shortened(call(), 7.0).sound.seconds == pytest.approx(7.0)
    with pytest.raises(ValueError, match="no pause"):
        shortened(call((0, 0.5, 20.0), (1, 15.0, 25.0)), 18.0)


def test_the_phone_channel_keeps_time_and_loses_what_a_telephone_loses() -> None:
    low, middle, high = tone(1.0, hertz=100), tone(1.0, hertz=1_000), tone(1.0, hertz=5_000)
    whole = Sound(np.concatenate([sound.samples for sound in (low, middle, high)], axis=1), RATE)
    heard = through_phone(Recording("x", "x", "de", whole, ())).sound
    assert heard.samples.shape == whole.samples.shape
    loudness = [np.sqrt(np.mean(part**2)) for part in np.split(heard.samples[0], 3)]
    assert loudness[1] == pytest.approx(0.212, rel=0.05)
    assert max(loudness[0], loudness[2]) < 0.03


def test_both_sides_get_the_same_sound(tmp_path: Path) -> None:
    sound = Sound(np.random.default_rng(0).uniform(-0.5, 0.5, (2, 8_000)).astype(np.float32), 8_000)
    recording = Recording("x", "x", "en", sound, (Sentence(1, ("hello",), 0.1, 0.5), Sentence(0, ("hi",), 0.6, 0.9)))
    item = write_item(recording, "clean", tmp_path)
    whole = read(item.file)
    assert [read(file).samples[0].tolist() for file in item.channel_files] == whole.samples.tolist()
    assert item.seconds == 1.0
    assert item.sentences(1) == [("hello",)]
    phone = write_item(recording, "phone", tmp_path)
    assert read(phone.file).rate == RATE
    assert phone.seconds == pytest.approx(1.0)
    assert phone.file != item.file
