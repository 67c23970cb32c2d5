"""Headerless sound is read as its extension or the option says; a wrong guess would be an hour of noise."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stimmung.speech.decode import decode
from stimmung.speech.errors import SettingsError
from stimmung.speech.rawformat import (
    DEMUXERS,
    EXTENSIONS,
    HEADER_MAGIC,
    OTHER_NAMES,
    RawFormat,
    parse_raw_format,
    raw_format_of,
)
from stimmung.speech.records import SAMPLE_RATE
from stimmung.speech.resample import Resampler


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ulaw:8000:1", RawFormat("ulaw", 8_000, 1)),
        ("alaw:8000:2", RawFormat("alaw", 8_000, 2)),
        ("s16le:16000:2", RawFormat("s16le", 16_000, 2)),
        ("ulaw", RawFormat("ulaw", 8_000, 1)),
        ("s16le:44100", RawFormat("s16le", 44_100, 1)),
        (" ULAW : 8000 : 2 ", RawFormat("ulaw", 8_000, 2)),
        ("mulaw:8000:2", RawFormat("ulaw", 8_000, 2)),
        ("PCMA", RawFormat("alaw", 8_000, 1)),
        ("pcm_s16le:16000", RawFormat("s16le", 16_000, 1)),
    ],
)
def test_the_option_is_read(text: str, expected: RawFormat) -> None:
    assert parse_raw_format(text) == expected


def test_other_names_lead_to_encodings_and_hide_none() -> None:
    assert set(OTHER_NAMES.values()) == set(DEMUXERS)
    assert not set(OTHER_NAMES) & set(DEMUXERS)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("mp3:8000:1", "'mp3'", "ulaw, alaw, u8"),
        ("", "''", "ulaw, alaw, u8"),
        ("ulaw:acht:1", "'ulaw:acht:1'", "ulaw:8000:1"),
        ("ulaw:8000:1:1", "'ulaw:8000:1:1'", "ENCODING:RATE:CHANNELS"),
        ("ulaw:8000:-1", "'ulaw:8000:-1'", "ENCODING:RATE:CHANNELS"),
        ("ulaw:8000:", "'ulaw:8000:'", "ENCODING:RATE:CHANNELS"),
        ("ulaw:8_000", "'ulaw:8_000'", "ENCODING:RATE:CHANNELS"),
        ("ulaw:\u0668\u0660\u0660\u0660", "ulaw", "ENCODING:RATE:CHANNELS"),  # digits, but not ASCII
        ("ulaw:8:1", "8", "4000 to 384000 Hz"),
        ("ulaw:8000000:1", "8000000", "4000 to 384000 Hz"),
        ("ulaw:8000:0", "0 channels", "1 to 64"),
        ("ulaw:8000:65", "65 channels", "1 to 64"),
        ("ulaw:" + "9" * 5_000, "ulaw:999", "ENCODING:RATE:CHANNELS"),
    ],
)
def test_a_wrong_option_is_told_with_what_would_be_right(text: str, wrong: str, right: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_raw_format(text)
    assert wrong in str(caught.value)
    assert right in str(caught.value)


@given(
    st.builds(RawFormat, st.sampled_from(sorted(DEMUXERS)), st.integers(4_000, 384_000), st.integers(1, 64)),
)
def test_every_format_is_read_from_its_own_text(raw: RawFormat) -> None:
    assert parse_raw_format(str(raw)) == raw


@pytest.mark.parametrize(("text", "names"), EXTENSIONS.items())
def test_the_extension_declares_the_format(text: str, names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        for spelt in (name, name.upper()):
            file = tmp_path / f"Anruf{spelt}"
            file.write_bytes(bytes(8))
            assert str(raw_format_of(file, None)) == text


def test_the_option_beats_the_extension(tmp_path: Path) -> None:
    file = tmp_path / "call.ulaw"
    file.write_bytes(bytes(8))
    assert raw_format_of(file, RawFormat("alaw", 16_000, 2)) == RawFormat("alaw", 16_000, 2)


@pytest.mark.parametrize("magic", [b"RIFF", b"RF64", b"fLaC", b"OggS", b".snd", b"FORM"])
def test_a_file_with_a_header_is_never_raw(magic: bytes, tmp_path: Path) -> None:
    file = tmp_path / "call.raw"
    file.write_bytes(magic + bytes(8))
    assert raw_format_of(file, None) is None
    assert raw_format_of(file, RawFormat("ulaw")) is None


def test_other_files_are_not_raw_unless_the_option_says_so(tmp_path: Path) -> None:
    file = tmp_path / "call.bin"
    file.write_bytes(bytes(8))
    assert raw_format_of(file, None) is None
    assert raw_format_of(file, RawFormat("ulaw")) == RawFormat("ulaw")


@pytest.mark.parametrize(("name", "warned"), [("a.pcm", True), ("a.raw", True), ("a.s16", False), ("a.ulaw", False)])
def test_a_vague_extension_is_a_guess_and_says_so(
    name: str, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / name).write_bytes(bytes(8))
    with caplog.at_level(logging.WARNING):
        raw_format_of(tmp_path / name, None)
    assert ("taken as s16le:8000:1" in caplog.text) is warned


# --- through the decoder ---------------------------------------------------------------------------------------------


def mu_law(code: int) -> float:
    """The value of a µ-law code by G.711, table 2a, in 14 bits."""
    code = ~code & 0xFF
    size = ((2 * (code & 0x0F) + 33) << (code >> 4 & 7)) - 33
    return (-size if code & 0x80 else size) / 8_192


def a_law(code: int) -> float:
    """The value of an A-law code by G.711, table 1a, in 13 bits."""
    code ^= 0x55
    step, segment = code & 0x0F, code >> 4 & 7
    size = 2 * step + 1 if segment == 0 else (2 * step + 33) << (segment - 1)
    return (size if code & 0x80 else -size) / 4_096


@pytest.mark.parametrize(("encoding", "value"), [("ulaw", mu_law), ("alaw", a_law)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=3_000), channels=st.integers(1, 4))
def test_g711_is_what_the_standard_says(
    encoding: str, value: Callable[[int], float], data: bytes, channels: int, tmp_path: Path
) -> None:
    assume(not data.startswith(HEADER_MAGIC))
    whole = len(data) // channels * channels
    file = tmp_path / "call.bin"
    file.write_bytes(data[:whole] or bytes(channels))
    expected = np.array([value(code) for code in file.read_bytes()], np.float32).reshape(-1, channels).T
    audio = decode([file], RawFormat(encoding, SAMPLE_RATE, channels))
    np.testing.assert_array_equal(audio.samples, expected)


@pytest.mark.parametrize(("encoding", "value"), [("ulaw", mu_law), ("alaw", a_law)])
def test_all_codes_of_g711(encoding: str, value: Callable[[int], float], tmp_path: Path) -> None:
    file = tmp_path / "call.bin"
    file.write_bytes(bytes(range(256)))
    expected = np.array([value(code) for code in range(256)], np.float32)
    np.testing.assert_array_equal(decode([file], RawFormat(encoding, SAMPLE_RATE)).samples[0], expected)


@pytest.mark.parametrize(
    ("encoding", "kind", "scale"),
    [
        ("s16le", "<i2", 2**15),
        ("s16be", ">i2", 2**15),
        ("s32le", "<i4", 2**31),
        ("f32le", "<f4", 1),
        ("s8", "i1", 2**7),
    ],
)
def test_raw_pcm_is_read_by_its_option(encoding: str, kind: str, scale: int, tmp_path: Path) -> None:
    sound = np.random.default_rng(2).uniform(-0.9, 0.9, (2, 4_000))
    file = tmp_path / "call.dat"
    file.write_bytes((sound.T * scale).astype(kind).tobytes())
    decoded = decode([file], RawFormat(encoding, SAMPLE_RATE, 2)).samples
    np.testing.assert_allclose(decoded, sound, atol=1.0 / min(scale, 2**20) if scale > 1 else 1e-7)


def test_unsigned_and_24_bit_pcm(tmp_path: Path) -> None:
    file = tmp_path / "call.dat"
    file.write_bytes(bytes([0, 64, 128, 192]))
    assert decode([file], RawFormat("u8", SAMPLE_RATE)).samples[0].tolist() == [-1.0, -0.5, 0.0, 0.5]
    file.write_bytes(bytes([0, 0, 0x40, 0, 0, 0xC0]))
    assert decode([file], RawFormat("s24le", SAMPLE_RATE)).samples[0].tolist() == [0.5, -0.5]


@pytest.mark.parametrize("name", ["call.ulaw", "call.ul", "CALL.MULAW"])
def test_the_extension_is_enough_for_g711(name: str, tmp_path: Path) -> None:
    data = np.random.default_rng(1).bytes(8_000)
    (tmp_path / name).write_bytes(data)
    resampler = Resampler(8_000, 1)
    expected = resampler.feed(np.array([[mu_law(code) for code in data]], np.float32))[0]
    expected = np.concatenate([expected, resampler.flush()[0]])
    np.testing.assert_allclose(decode([tmp_path / name]).samples[0], np.clip(expected, -1.0, 1.0), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "extra", "raw"),
    [("a.s16", 1, None), ("a.bin", 3, RawFormat("s16le", 8_000, 2)), ("a.bin", 5, RawFormat("s24le", 8_000, 2))],
)
def test_a_torn_last_sample_of_raw_sound_is_left_out(
    name: str, extra: int, raw: RawFormat | None, tmp_path: Path
) -> None:
    width = 6 if raw and raw.encoding == "s24le" else 4 if raw else 2
    (tmp_path / name).write_bytes(bytes(800 * width + extra))
    assert decode([tmp_path / name], raw).samples.shape[1] == 1_600
