"""A live call's bytes become the sound that a file of them would hold, wherever the messages were cut."""

import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stimmung.speech.decode import decode
from stimmung.speech.errors import AudioError, SettingsError
from stimmung.speech.rawformat import DEMUXERS, HEADER_MAGIC, OTHER_NAMES, RawFormat
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.wire import MAX_MESSAGE_BYTES, STORED, Encoding, Framing, WireDecoder, WireFormat, wire_format

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)


def heard(data: bytes, wire: WireFormat, cuts: tuple[int, ...] = ()) -> Samples:
    decoder = WireDecoder(wire)
    borders = (0, *sorted(min(cut, len(data)) for cut in cuts), len(data))
    pieces = [decoder.feed(data[start:end]) for start, end in pairwise(borders)]
    return np.concatenate(pieces, axis=1)


# --- the format -------------------------------------------------------------------------------------------------------


def test_encodings_are_those_of_files() -> None:
    assert set(STORED) == set(ENCODINGS)
    assert set(ENCODINGS) < set(DEMUXERS)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("pcm_s16le", "s16le"),
        ("PCM_S16BE", "s16be"),
        ("pcm_s32le", "s32le"),
        ("f32le", "f32le"),
        ("mulaw", "ulaw"),
        ("PCMU", "ulaw"),
        ("alaw", "alaw"),
        ("pcma", "alaw"),
    ],
)
def test_a_client_may_call_an_encoding_by_its_usual_names(name: str, encoding: Encoding) -> None:
    assert wire_format(name, 16_000, 2, "sequence") == WireFormat(encoding, 16_000, 2, "sequence")


def test_what_is_left_out_is_a_telephone() -> None:
    assert wire_format("ulaw") == WireFormat("ulaw", 8_000, 1, "none")


@pytest.mark.parametrize(
    ("encoding", "rate", "channels", "framing", "wrong", "right"),
    [
        ("opus", 8_000, 1, "none", "'opus'", "s16le, s16be, s32le, f32le, ulaw, alaw"),
        ("s24le", 8_000, 1, "none", "'s24le'", "s16le, s16be, s32le, f32le, ulaw, alaw"),
        ("", 8_000, 1, "none", "''", "ulaw, alaw"),
        ("ulaw", 7_999, 1, "none", "7999", "8000 to 48000 Hz"),
        ("ulaw", 48_001, 1, "none", "48001", "8000 to 48000 Hz"),
        ("ulaw", 0, 1, "none", "rate 0", "8000 to 48000 Hz"),
        ("ulaw", 8_000, 0, "none", "0 channels", "1 to 2"),
        ("ulaw", 8_000, 3, "none", "3 channels", "1 to 2"),
        ("ulaw", 8_000, 1, "rtp", "'rtp'", "none, sequence"),
    ],
)
def test_a_format_that_cannot_be_heard_is_refused_with_what_can(
    encoding: str, rate: int, channels: int, framing: str, wrong: str, right: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        wire_format(encoding, rate, channels, framing)
    assert wrong in str(caught.value)
    assert right in str(caught.value)


@given(st.text(max_size=20), st.integers(), st.integers(), st.text(max_size=20))
def test_any_declaration_is_understood_or_refused(encoding: str, rate: int, channels: int, framing: str) -> None:
    try:
        wire = wire_format(encoding, rate, channels, framing)
    except SettingsError:
        return
    assert wire.encoding in ENCODINGS
    assert wire.framing in get_args(Framing)


@pytest.mark.parametrize(
    ("encoding", "size"), [("s16le", 2), ("s16be", 2), ("s32le", 4), ("f32le", 4), ("ulaw", 1), ("alaw", 1)]
)
def test_a_frame_holds_a_sample_of_each_channel(encoding: Encoding, size: int) -> None:
    assert WireFormat(encoding, 8_000, 1).frame_bytes == size
    assert WireFormat(encoding, 8_000, 2).frame_bytes == 2 * size


# --- the sound --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=8, max_size=3_000), channels=st.integers(1, 2))
def test_the_wire_gives_what_a_file_of_the_same_bytes_gives(
    encoding: Encoding, data: bytes, channels: int, tmp_path: Path
) -> None:
    assume(not data.startswith(HEADER_MAGIC))
    file = tmp_path / "call.bin"
    file.write_bytes(data)
    expected = decode([file], RawFormat(encoding, SAMPLE_RATE, channels)).samples
    np.testing.assert_array_equal(heard(data, WireFormat(encoding, SAMPLE_RATE, channels)), expected)


@pytest.mark.parametrize("encoding", ["ulaw", "alaw"])
def test_all_codes_of_g711_are_those_of_ffmpeg(encoding: Encoding, tmp_path: Path) -> None:
    file = tmp_path / "call.bin"
    file.write_bytes(bytes(range(256)))
    expected = decode([file], RawFormat(encoding, SAMPLE_RATE)).samples
    np.testing.assert_array_equal(heard(bytes(range(256)), WireFormat(encoding)), expected)


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        ("s16le", b"\x00\x80\x00\x40\xff\x7f", [-1.0, 0.5, 1.0 - 2.0**-15]),
        ("s16be", b"\x80\x00\x40\x00\x7f\xff", [-1.0, 0.5, 1.0 - 2.0**-15]),
        ("s32le", b"\x00\x00\x00\x80\x00\x00\x00\x40\xff\xff\xff\x7f", [-1.0, 0.5, 1.0]),
        ("ulaw", b"\xff\x7f\x00\x80", [0.0, 0.0, -32_124 / 32_768, 32_124 / 32_768]),  # ±32124, as G.711 has it
        ("alaw", b"\xd5\x55\x2a\xaa", [8 / 32_768, -8 / 32_768, -32_256 / 32_768, 32_256 / 32_768]),
    ],
)
def test_full_scale_and_silence(encoding: Encoding, data: bytes, expected: list[float]) -> None:
    np.testing.assert_array_equal(heard(data, WireFormat(encoding))[0], np.array(expected, np.float32))


def test_floats_are_finite_and_within_full_scale() -> None:
    sent = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 2.0, -1.5, 0.25, -0.25, -np.nan], "<f4")
    expected = [0.0, 0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 0.25, -0.25, 0.0]
    assert heard(sent.tobytes(), WireFormat("f32le"))[0].tolist() == expected


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_channels_are_told_apart(encoding: Encoding) -> None:
    width = WireFormat(encoding).frame_bytes
    left, right = bytes([0x11] * width), bytes([0x29] * width)
    samples = heard((left + right) * 5, WireFormat(encoding, 8_000, 2))
    mono = WireFormat(encoding)
    np.testing.assert_array_equal(samples[0], np.repeat(heard(left, mono)[0], 5))
    np.testing.assert_array_equal(samples[1], np.repeat(heard(right, mono)[0], 5))


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(
    data=st.binary(max_size=600),
    channels=st.integers(1, 2),
    cuts=st.lists(st.integers(0, 600), max_size=12).map(tuple),
)
def test_where_messages_are_cut_changes_nothing(
    encoding: Encoding, data: bytes, channels: int, cuts: tuple[int, ...]
) -> None:
    wire = WireFormat(encoding, 8_000, channels)
    whole = heard(data, wire)
    assert whole.shape == (channels, len(data) // wire.frame_bytes)
    np.testing.assert_array_equal(heard(data, wire, cuts), whole)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_byte_by_byte_a_frame_comes_with_its_last_byte(encoding: Encoding) -> None:
    wire = WireFormat(encoding, 8_000, 2)
    decoder = WireDecoder(wire)
    data = np.random.default_rng(3).bytes(10 * wire.frame_bytes)
    pieces = [decoder.feed(data[at : at + 1]) for at in range(len(data))]
    assert [piece.shape for piece in pieces] == [(2, 0)] * (wire.frame_bytes - 1) + [(2, 1)] + [
        (2, int(at % wire.frame_bytes == wire.frame_bytes - 1)) for at in range(wire.frame_bytes, len(data))
    ]
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), heard(data, wire))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_comes_out_is_the_callers_own(encoding: Encoding) -> None:
    samples = heard(bytes(64), WireFormat(encoding, 8_000, 2))
    assert samples.dtype == np.float32
    assert samples.flags.c_contiguous
    samples[:] = 0.5  # a view of the message would refuse


# --- its bounds -------------------------------------------------------------------------------------------------------


def test_a_message_beyond_the_bound_is_refused_and_nothing_is_forgotten() -> None:
    decoder = WireDecoder(WireFormat("s16le"))
    assert decoder.feed(b"\x00").shape == (1, 0)
    with pytest.raises(AudioError, match=f"{MAX_MESSAGE_BYTES + 1} bytes .*send 20 to 500 ms"):
        decoder.feed(bytes(MAX_MESSAGE_BYTES + 1))
    assert decoder.feed(b"\x40").tolist() == [[0.5]]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_ten_megabytes_at_once_are_heard_and_none_of_them_is_kept(encoding: Encoding, channels: int) -> None:
    wire = WireFormat(encoding, 8_000, channels)
    decoder = WireDecoder(wire)
    data = bytes(range(256)) * 40_000 + b"\x01" * (wire.frame_bytes - 1)
    tracemalloc.start()
    try:
        samples = decoder.feed(data)
        _, peak = tracemalloc.get_traced_memory()
        size = samples.nbytes
        first, last = samples[:, :64].copy(), samples[:, -64:].copy()
        del samples
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 4 * channels * (len(data) // wire.frame_bytes)
    assert peak < 5 * len(data)  # G.711 as float32 is four times as long
    assert kept < 10_000
    np.testing.assert_array_equal(first, heard(data[: 64 * wire.frame_bytes], wire))
    tail = len(data) // wire.frame_bytes * wire.frame_bytes
    np.testing.assert_array_equal(last, heard(data[tail - 64 * wire.frame_bytes : tail], wire))


def test_other_names_that_files_know_are_known_here() -> None:
    for name, encoding in OTHER_NAMES.items():
        if encoding in ENCODINGS:
            assert wire_format(name).encoding == encoding
