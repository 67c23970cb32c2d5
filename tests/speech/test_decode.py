"""Any recording becomes 16 kHz sound with its words in their place, or an error that says what to do."""

import logging
import math
import os
import struct
import wave
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stimmung.speech.decode import BLOCK_SECONDS, decode, decode_blocks
from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Samples

LEFT, RIGHT = 440.0, 1_000.0  # Hz: a tone of its own for each channel


def tone(frequency: float, seconds: float, rate: int, level: float = 0.5) -> npt.NDArray[np.float64]:
    return level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def two_tones(seconds: float, rate: int) -> npt.NDArray[np.float64]:
    return np.stack([tone(LEFT, seconds, rate), tone(RIGHT, seconds, rate)])


def pitch(samples: Samples, sample_rate: int = SAMPLE_RATE) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum)) * sample_rate / samples.size


def pcm16(samples: npt.NDArray[np.float64]) -> bytes:
    """(channels, n) as interleaved 16-bit little-endian."""
    return np.round(samples.T * 32_767).astype("<i2").tobytes()


def wav_file(file: Path, samples: npt.NDArray[np.float64], rate: int) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(samples.shape[0])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm16(samples))
    return file


def wav_bytes(  # by hand: what no library would write
    tag: int, channels: int, rate: int, bits: int, data: bytes, *, size: int | None = None, more: bytes = b""
) -> bytes:
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * width, width, bits)
    size = len(data) if size is None else size
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + more + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", min(len(head) + size, 0xFFFFFFFF)) + head + data


def encode(file: Path, samples: npt.NDArray[np.float64], rate: int, codec: str, sample_format: str) -> Path:
    """Write `samples` by FFmpeg's encoder; skips the test where this build of FFmpeg has none."""
    try:
        av.codec.Codec(codec, "w")
    except ValueError:
        pytest.skip(f"stimmung: FFmpeg here has no encoder {codec}")
    layout = {1: "mono", 2: "stereo"}[samples.shape[0]]
    kind = av.AudioFormat(sample_format)
    array = samples if sample_format.startswith(("flt", "dbl")) else np.round(samples * (2 ** (8 * kind.bytes - 1) - 1))
    array = array.astype({"s16": "i2", "s32": "i4", "u8": "u1", "flt": "f4", "dbl": "f8"}[kind.packed.name])
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout, format=sample_format)
        assert isinstance(stream, av.AudioStream)
        data = array if kind.is_planar else array.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(data), format=sample_format, layout=layout)
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file


def first_sound(samples: Samples, after: float = 0.0) -> float:
    """Seconds at which sound above a twentieth of full scale begins."""
    start = round(after * SAMPLE_RATE)
    return (start + int(np.argmax(np.abs(samples[start:]) > 0.05))) / SAMPLE_RATE


# --- containers and codecs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "sample_format", "rate"),
    [
        ("a.wav", "pcm_s16le", "s16", 8_000),
        ("a.wav", "pcm_s16le", "s16", 44_100),
        ("a.wav", "pcm_s24le", "s32", 11_025),
        ("a.wav", "pcm_s32le", "s32", 16_000),
        ("a.wav", "pcm_f32le", "flt", 22_050),
        ("a.wav", "pcm_f64le", "dbl", 48_000),
        ("a.wav", "pcm_mulaw", "s16", 8_000),
        ("a.wav", "pcm_alaw", "s16", 8_000),
        ("a.wav", "adpcm_ima_wav", "s16p", 8_000),
        ("a.au", "pcm_mulaw", "s16", 8_000),
        ("a.aiff", "pcm_s16be", "s16", 8_000),
        ("a.flac", "flac", "s16", 8_000),
        ("a.flac", "flac", "s32", 96_000),
        ("a.mp3", "libmp3lame", "fltp", 8_000),
        ("a.mp3", "libmp3lame", "s16p", 44_100),
        ("a.opus", "libopus", "flt", 48_000),
        ("a.ogg", "libopus", "s16", 16_000),
        ("a.webm", "libopus", "flt", 48_000),
        ("a.mka", "pcm_s16le", "s16", 8_000),
        ("a.m4a", "aac", "fltp", 16_000),
        ("a.mp2", "mp2", "s16", 32_000),
    ],
)
def test_each_kind_of_file_is_heard(name: str, codec: str, sample_format: str, rate: int, tmp_path: Path) -> None:
    file = encode(tmp_path / name, two_tones(2.0, rate), rate, codec, sample_format)
    audio = decode([file])
    assert audio.sample_rate == SAMPLE_RATE
    assert audio.samples.dtype == np.float32
    assert audio.channels == 2
    assert audio.duration == pytest.approx(2.0, abs=0.15)  # lossy encoders pad to whole frames
    middle = audio.samples[:, SAMPLE_RATE // 2 : -SAMPLE_RATE // 2]
    assert pitch(middle[0]) == pytest.approx(LEFT, abs=2.0)
    assert pitch(middle[1]) == pytest.approx(RIGHT, abs=2.0)
    assert np.sqrt(np.mean(middle**2, axis=1)) == pytest.approx(0.5 / math.sqrt(2), rel=0.1)


def test_gsm_in_wav_is_heard(tmp_path: Path) -> None:
    """FFmpeg has no encoder for it; any bits are sound to its decoder, 65 bytes for 40 ms."""
    form = struct.pack("<HHIIHHHH", 0x31, 1, 8_000, 1_625, 65, 0, 2, 320)
    data = bytes(range(65)) * 50
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert decode([file]).duration == pytest.approx(2.0, abs=0.01)


def test_the_sound_of_a_video_is_heard(tmp_path: Path) -> None:
    file = tmp_path / "meeting.mp4"
    write_video(file, sound=True)
    audio = decode([file])
    assert audio.duration == pytest.approx(1.0, abs=0.15)
    assert pitch(audio.samples[0, 4_000:12_000]) == pytest.approx(LEFT, abs=3.0)


def write_video(file: Path, sound: bool) -> None:
    with av.open(str(file), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = container.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for _ in range(25):
            container.mux(video.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(video.encode(None))
        if audio is not None:
            assert isinstance(audio, av.AudioStream)
            samples = tone(LEFT, 1.0, 16_000).astype(np.float32)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate = 16_000
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))


@pytest.mark.parametrize("channels", [1, 3, 6, 9])
def test_any_number_of_channels_keeps_its_order(channels: int, tmp_path: Path) -> None:
    frequencies = [300.0 + 200.0 * number for number in range(channels)]
    file = wav_file(tmp_path / "a.wav", np.stack([tone(f, 0.5, 8_000) for f in frequencies]), 8_000)
    audio = decode([file])
    assert [round(pitch(channel) / 100) * 100 for channel in audio.samples] == frequencies


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_keeps_time_to_the_millisecond(rate: int, tmp_path: Path) -> None:
    sound = np.zeros((1, 3 * rate))
    sound[0, 2 * rate :] = tone(LEFT, 1.0, rate)
    audio = decode([wav_file(tmp_path / "a.wav", sound, rate)])
    assert audio.duration == pytest.approx(3.0, abs=1e-4)
    assert first_sound(audio.samples[0]) == pytest.approx(2.0, abs=1e-3)


def test_telephone_sound_gains_nothing_above_the_edge_of_its_band(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, (1, 80_000))
    samples = decode([wav_file(tmp_path / "a.wav", noise, 8_000)]).samples[0]
    power = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
    above = power[np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE) > 4_300].sum() / power.sum()
    assert 10 * math.log10(above) < -95.0


@pytest.mark.parametrize("name", ["Müller süß 东京.flac", "Anruf 12:30.flac", "http:x.flac", "100% %d.flac", "-i.flac"])
def test_any_file_name_is_a_file_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = encode(tmp_path / "a.flac", two_tones(0.2, 8_000), 8_000, "flac", "s16")
    plain.rename(tmp_path / name)
    assert decode([Path(name)]).channels == 2


def test_tags_in_another_encoding_do_no_harm(tmp_path: Path) -> None:
    title = "Gespräch mit Frau Müller".encode("cp1252")
    title += b"\0" * (len(title) % 2)
    info = b"INFOINAM" + struct.pack("<I", len(title)) + title
    tags = b"LIST" + struct.pack("<I", len(info)) + info
    file = tmp_path / "a.wav"
    file.write_bytes(wav_bytes(1, 1, 8_000, 16, pcm16(tone(LEFT, 1.0, 8_000)[None]), more=tags))
    with pytest.raises(UnicodeDecodeError):
        av.open(str(file)).close()
    assert decode([file]).duration == pytest.approx(1.0)


def test_a_wav_that_is_called_raw_is_read_as_wav(tmp_path: Path) -> None:
    file = wav_file(tmp_path / "a.wav", two_tones(1.0, 8_000), 8_000).rename(tmp_path / "a.raw")
    assert decode([file]).channels == 2


# --- blocks and several files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_blocks_are_bounded_and_join_to_the_whole(rate: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(2).normal(0.0, 0.1, (2, 21 * rate))
    file = wav_file(tmp_path / "a.wav", noise, rate)
    blocks = list(decode_blocks(file))
    assert len(blocks) >= 4
    assert max(block.duration for block in blocks) < BLOCK_SECONDS + 0.5
    assert {block.channels for block in blocks} == {2}
    whole = decode([file])
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks], axis=1), whole.samples)
    assert whole.duration == pytest.approx(21.0, abs=1e-4)


def test_the_first_block_comes_before_the_file_was_read(tmp_path: Path) -> None:
    """What is cut off a file after its first block was handed out is missed: nobody had read it yet."""
    file = tmp_path / "long.s16"
    file.write_bytes(bytes(2 * 8_000 * 600))
    blocks = decode_blocks(file)
    first = next(blocks)
    os.truncate(file, 0)
    assert first.duration + sum(block.duration for block in blocks) < 30.0


def test_two_files_are_one_call_and_the_shorter_ends_in_silence(tmp_path: Path) -> None:
    agent = wav_file(tmp_path / "agent.wav", tone(LEFT, 1.0, 8_000)[None], 8_000)
    caller = encode(tmp_path / "caller.flac", tone(RIGHT, 1.5, 16_000)[None], 16_000, "flac", "s16")
    for files, frequencies in (((agent, caller), (LEFT, RIGHT)), ((caller, agent), (RIGHT, LEFT))):
        audio = decode(files)
        assert audio.samples.shape == (2, 24_000)
        assert [pitch(channel[:16_000]) for channel in audio.samples] == pytest.approx(frequencies, abs=2.0)
        short = files.index(agent)
        assert not audio.samples[short, 16_000:].any()
        assert audio.samples[1 - short, 16_000:].any()


def test_a_stereo_file_beside_another_is_refused(tmp_path: Path) -> None:
    mono = wav_file(tmp_path / "mono.wav", tone(LEFT, 0.2, 8_000)[None], 8_000)
    stereo = wav_file(tmp_path / "stereo.wav", two_tones(0.2, 8_000), 8_000)
    for files in ((mono, stereo), (stereo, mono)):
        with pytest.raises(AudioError, match=r"stereo\.wav: has 2 channels, .* each must be mono"):
            decode(files)


def test_no_file_is_refused() -> None:
    with pytest.raises(AudioError, match="no recording"):
        decode([])


# --- damage ---------------------------------------------------------------------------------------------------------


def marked_call(rate: int) -> npt.NDArray[np.float64]:
    """Twenty seconds of faint noise with a loud tone from 15 s to 16 s."""
    sound = np.random.default_rng(3).normal(0.0, 0.004, (1, 20 * rate))
    sound[0, 15 * rate : 16 * rate] += tone(LEFT, 1.0, rate)
    return sound


@pytest.mark.parametrize(
    ("name", "codec", "sample_format", "rate"),
    [
        ("a.flac", "flac", "s16", 8_000),
        ("a.opus", "libopus", "flt", 48_000),
        ("a.webm", "libopus", "flt", 48_000),
        ("a.m4a", "aac", "fltp", 16_000),
    ],
)
def test_after_damage_the_rest_is_heard_at_its_time(
    name: str, codec: str, sample_format: str, rate: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = encode(tmp_path / name, marked_call(rate), rate, codec, sample_format)
    expected = first_sound(decode([file]).samples[0])  # 15 s and, for AAC, the encoder's delay of 64 ms
    assert expected == pytest.approx(15.0, abs=0.07)
    content = bytearray(file.read_bytes())
    start, length = len(content) // 3, len(content) // 12
    content[start : start + length] = np.random.default_rng(4).bytes(length)
    file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        audio = decode([file])
    assert audio.duration == pytest.approx(20.0, abs=0.2)
    assert first_sound(audio.samples[0], after=13.0) == pytest.approx(expected, abs=0.02)
    assert np.isfinite(audio.samples).all()
    assert str(file) in caplog.text


def test_reading_goes_on_after_a_hole_at_which_ffmpeg_gives_up(tmp_path: Path) -> None:
    """FFmpeg looks 64 kB ahead for the next Ogg page and then reports an error in place of a packet."""
    file = encode(tmp_path / "a.opus", two_tones(60.0, 8_000) / 2, 8_000, "libopus", "flt")
    content = bytearray(file.read_bytes())
    start, length = len(content) // 3, 80_000
    assert start + length < len(content) // 2
    content[start : start + length] = np.random.default_rng(0).bytes(length)
    file.write_bytes(content)
    audio = decode([file])
    assert audio.duration == pytest.approx(60.0, abs=0.1)
    assert pitch(audio.samples[0, 40 * SAMPLE_RATE : 41 * SAMPLE_RATE]) == pytest.approx(LEFT, abs=2.0)


def test_damaged_flac_frames_are_silent_and_not_noise(tmp_path: Path) -> None:
    file = encode(tmp_path / "a.flac", marked_call(8_000), 8_000, "flac", "s16")
    content = bytearray(file.read_bytes())
    for place in range(len(content) // 4, len(content) // 2, 499):
        content[place] ^= 0x80
    file.write_bytes(content)
    audio = decode([file])
    assert first_sound(audio.samples[0]) == pytest.approx(15.0, abs=0.05)


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.wav", "pcm_s16le"), ("a.wav", "pcm_mulaw")])
def test_a_truncated_file_gives_what_it_has(name: str, codec: str, tmp_path: Path) -> None:
    file = encode(tmp_path / name, marked_call(8_000), 8_000, codec, "s16")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 4 // 5 + 1])
    audio = decode([file])
    assert audio.duration == pytest.approx(16.0, abs=1.0)
    assert first_sound(audio.samples[0]) == pytest.approx(15.0, abs=0.05)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 1 << 20])
def test_a_wav_whose_recorder_died_before_it_wrote_the_length(size: int, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav_bytes(1, 1, 8_000, 16, pcm16(tone(LEFT, 2.0, 8_000)[None]), size=size))
    assert decode([file]).duration == pytest.approx(2.0, abs=0.01)


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    sound = tone(LEFT, 1.0, 8_000).astype("<f4")
    sound[1_000:1_010] = [np.nan, np.inf, -np.inf, 3e38, -3e38, np.nan, 2.0, -7.0, 1e-40, np.nan]
    file = tmp_path / "a.wav"
    file.write_bytes(wav_bytes(3, 1, 8_000, 32, sound.tobytes()))
    samples = decode([file]).samples[0]
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0
    clean = decode([wav_file(tmp_path / "clean.wav", tone(LEFT, 1.0, 8_000)[None], 8_000)]).samples[0]
    np.testing.assert_allclose(samples[4_000:], clean[4_000:], atol=1e-3)


def test_loud_lossy_sound_stays_within_full_scale(tmp_path: Path) -> None:
    square = np.sign(tone(LEFT, 1.0, 8_000))[None]
    for file in (
        wav_file(tmp_path / "a.wav", square, 8_000),
        encode(tmp_path / "a.mp3", square, 8_000, "libmp3lame", "fltp"),
    ):
        assert np.abs(decode([file]).samples).max() <= 1.0


def join_files(file: Path, *parts: Path) -> Path:
    file.write_bytes(b"".join(part.read_bytes() for part in parts))
    return file


def test_a_change_of_rate_on_the_way_keeps_pitch_and_time(tmp_path: Path) -> None:
    one = encode(tmp_path / "1.mp3", tone(LEFT, 3.0, 44_100)[None], 44_100, "libmp3lame", "fltp")
    two = encode(tmp_path / "2.mp3", tone(RIGHT, 3.0, 32_000)[None], 32_000, "libmp3lame", "fltp")
    audio = decode([join_files(tmp_path / "a.mp3", one, two)])
    assert audio.duration == pytest.approx(6.0, abs=0.3)
    assert pitch(audio.samples[0, 8_000:40_000]) == pytest.approx(LEFT, abs=2.0)
    assert pitch(audio.samples[0, 56_000:88_000]) == pytest.approx(RIGHT, abs=2.0)


def test_a_change_of_channels_on_the_way_is_refused(tmp_path: Path) -> None:
    one = encode(tmp_path / "1.mp3", two_tones(3.0, 44_100), 44_100, "libmp3lame", "fltp")
    two = encode(tmp_path / "2.mp3", tone(RIGHT, 3.0, 44_100)[None], 44_100, "libmp3lame", "fltp")
    with pytest.raises(AudioError, match=r"a\.mp3: changes from 2 to 1 channels"):
        decode([join_files(tmp_path / "a.mp3", one, two)])


# --- what is no recording -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.wav", b"", "the file is empty"),
        ("a.ulaw", b"", "the file is empty"),
        ("a.wav", b"no sound at all " * 100, "cannot be read as a recording"),
        ("a.txt", b"Guten Tag, hier steht nur Text.\n" * 50, "has no sound track"),
        ("a.call.json", b'{"agent": "A"}', "cannot be read as a recording"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHallo\n\n", "has no sound track"),
        ("a.m3u8", b"#EXTM3U\n#EXTINF:5\nhttp://127.0.0.1:9/a.ts\n", "cannot be read as a recording"),
        ("a.wav", wav_bytes(1, 1, 8_000, 16, b""), "holds no sound"),
        ("a.wav", wav_bytes(1, 2, 8_000, 16, b"\0\0\0"), "holds no sound"),
        ("a.wav", wav_bytes(0x9999, 1, 8_000, 16, bytes(1_000)), "coded in a way"),
        ("a.wav", wav_bytes(1, 0, 8_000, 16, bytes(1_000)), "coded in a way"),
        ("a.wav", wav_bytes(1, 1, 0, 16, bytes(1_000)), "cannot be read as a recording"),
        ("a.s16", b"\0", "holds no sound"),
        ("a.flac", b"fLaC" + bytes(200), "a.flac: "),
    ],
)
def test_what_is_no_recording_is_told_with_its_name(name: str, content: bytes, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(AudioError) as caught:
        decode([file])
    assert str(caught.value).startswith(f"{file}: ")
    assert complaint in str(caught.value)


def test_a_file_in_which_all_is_damaged_is_no_silence(tmp_path: Path) -> None:
    file = encode(tmp_path / "a.flac", marked_call(8_000), 8_000, "flac", "s16")
    content = bytearray(file.read_bytes())
    content[200:] = np.random.default_rng(5).bytes(len(content) - 200)
    file.write_bytes(content)
    with pytest.raises(AudioError, match=r"a\.flac: "):
        decode([file])


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"missing\.wav: no such file"):
        decode([tmp_path / "missing.wav"])
    with pytest.raises(AudioError, match=r"missing\.ulaw: no such file"):
        decode([tmp_path / "missing.ulaw"])
    with pytest.raises(AudioError, match="is a folder"):
        decode([tmp_path])


def test_a_name_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"a\.wav: cannot be read as a recording \(File name too long\)"):
        decode([tmp_path / f"{'a' * 300}.wav"])


def test_a_video_without_sound_is_told(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", sound=False)
    with pytest.raises(AudioError, match=r"a\.mp4: has no sound track \(it holds: video\)"):
        decode([tmp_path / "a.mp4"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=30),
    end=st.integers(0, 20_000),
    kind=st.sampled_from(["flac", "wav", "raw"]),
)
def test_any_damage_gives_sound_or_our_error(edits: list[tuple[int, int]], end: int, kind: str, tmp_path: Path) -> None:
    whole = tmp_path / f"whole.{kind}"
    if not whole.exists():
        noise = np.random.default_rng(6).normal(0.0, 0.1, (2, 4_000))
        if kind == "flac":
            encode(whole, noise, 8_000, "flac", "s16")
        elif kind == "wav":
            wav_file(whole, noise, 8_000)
        else:
            whole.write_bytes(pcm16(noise))
    content = bytearray(whole.read_bytes())[:end]
    for place, value in edits:
        if place < len(content):
            content[place] = value
    file = tmp_path / f"damaged.{kind}"
    file.write_bytes(content)
    try:
        samples, complaint = decode([file]).samples, ""
    except AudioError as error:
        samples, complaint = np.zeros((1, 1), np.float32), str(error)
    assert not complaint or complaint.startswith(f"{file}: ")
    assert np.isfinite(samples).all()
    assert samples.shape[1] > 0
    assert np.abs(samples).max() <= 1.0
