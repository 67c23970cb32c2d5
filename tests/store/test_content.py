"""Which call it is: the same for the same sound and id, another for any other."""

from pathlib import Path

import pytest

from stimmung.speech.errors import AudioError
from stimmung.store.content import hash_live, hash_recording, made_call_id


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    path.write_bytes(b"RIFF sound")
    return path


def test_a_copy_under_another_name_is_the_same_call(recording: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.wav"
    copy.write_bytes(recording.read_bytes())
    assert hash_recording([recording], None) == hash_recording([copy], None)
    assert hash_recording([recording], "4711") == hash_recording([copy], "4711")


def test_a_byte_an_id_or_a_second_channel_makes_it_another(recording: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.wav"
    other.write_bytes(b"RIFF Sound")
    hashes = {
        hash_recording([recording], None),
        hash_recording([other], None),
        hash_recording([recording], "4711"),
        hash_recording([recording], "4712"),
        hash_recording([recording, other], None),
        hash_recording([other, recording], None),
        hash_live(None, "4711"),
        hash_live("4711", ""),
        hash_live("47", "11"),
    }
    assert len(hashes) == 9
    assert all(len(one) == 64 for one in hashes)


def test_the_id_that_is_made_is_always_the_same(recording: Path) -> None:
    content = hash_recording([recording], None)
    assert made_call_id(content) == content[:16]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"missing\.wav: cannot be read: No such file"):
        hash_recording([tmp_path / "missing.wav"], None)


def test_odd_ids_have_a_hash_too(recording: Path) -> None:
    assert hash_recording([recording], "\ud800\0") != hash_recording([recording], "\ud800")
