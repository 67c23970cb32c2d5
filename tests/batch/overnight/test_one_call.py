"""One recording from its file to the store, and what the table is told of each way in which that can fail."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.batch.kept_calls import FakeStore
from tests.batch.overnight.toy_jobs import toy_job
from tests.calls.toy_redaction import ToyRedactor

from stimmung.batch.keeping import Keeper
from stimmung.batch.overnight.found_jobs import TROUBLE
from stimmung.batch.overnight.one_call import OneCall, Tools
from stimmung.batch.overnight.result_files import Results
from stimmung.batch.overnight.room import SoundRoom
from stimmung.batch.overnight.stages import Progress
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.speech.errors import AudioError, StoreError
from stimmung.speech.fakes import fake_engines
from stimmung.speech.records import Audio
from stimmung.speech.settings import Settings
from stimmung.store.admission import Candidate, NotKeptError
from stimmung.store.content import hash_recording
from stimmung.store.jobs.records import Job, NewJob
from stimmung.store.lasting import LastingError


def noise(files: Sequence[Path]) -> Audio:
    """Decode: two seconds of noise a file, its bytes the seed; `b""` is no sound."""
    for file in files:
        if not file.read_bytes():
            raise AudioError(f"{file}: holds no sound; check the recorder")
    seeds = [int.from_bytes(file.read_bytes()[:4]) for file in files]
    rows = [np.random.default_rng(seed).normal(0, 0.2, 32_000) for seed in seeds]
    return Audio(np.stack(rows).astype(np.float32))


class Desk:
    """Does recordings of a folder with engines that hear noise as words."""

    def __init__(self, folder: Path, results: Path | None = None) -> None:
        self.folder = folder
        self.store = FakeStore(kept={})
        self.jobs = self.store.jobs
        self.opus: list[CallAnalysis] = []
        instructions = Instructions(ToyRedactor())
        self.tools = Tools(noise, analyze_audio, self._encode, fake_engines(), instructions)
        self.results = Results(results, ("json", "srt"))
        self.settings = Settings()

    def _encode(self, audio: Audio, analysis: CallAnalysis) -> bytes:
        self.opus.append(analysis)
        return b"OggS"

    def add(self, name: str, content: bytes = b"RIFF", **info: object) -> Job:
        """Write a recording, and return its job as leased."""
        (self.folder / name).write_bytes(content)
        return self.lease(NewJob((str(self.folder / name),), ("1",), info))

    def lease(self, new: NewJob) -> Job:
        number = len(self.jobs.jobs) + 1
        self.jobs.jobs[number] = replace(toy_job(number, new), state="running", worker="w1")
        return self.jobs.jobs[number]

    def do(self, job: Job, progress: Progress | None = None) -> Job:
        """Do it; return what the table says then."""
        call = OneCall(self.jobs, Keeper(self.store, self.settings), self.tools, SoundRoom(3600), self.results)
        call(job, progress or Progress())
        return self.jobs.jobs[job.number]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_recording_is_kept_under_its_id_with_its_sound(desk: Desk) -> None:
    done = desk.do(desk.add("a.wav", call_id="4711", queue="meters", consent="granted"))
    assert (done.state, done.call_id, done.audio_seconds) == ("done", "4711", 2.0)
    (saved,) = desk.store.saved
    assert saved.analysis.info.queue == "meters"
    assert saved.content_hash == hash_recording([desk.folder / "a.wav"], "4711") == done.content
    assert saved.analysis.utterances
    assert saved.provenance.settings["models.whisper"] == "base"


def test_its_time_is_told_by_stage(desk: Desk) -> None:
    done = desk.do(desk.add("a.wav"))
    assert {"fetch", "decode", "detect", "recognise", "redact", "other"} <= set(done.timings)
    assert all(seconds >= 0.0 for seconds in done.timings.values())


def test_of_a_pair_each_file_is_a_channel_and_the_settings_say_who_speaks(desk: Desk) -> None:
    desk.settings = Settings(roles=("agent", "customer"))
    for name in ("in.wav", "out.wav"):
        (desk.folder / name).write_bytes(name.encode())
    pair = NewJob(tuple(str(desk.folder / name) for name in ("in.wav", "out.wav")), ("1", "1"))
    desk.do(desk.lease(pair))
    assert desk.store.saved[0].analysis.channels == 2
    assert desk.store.saved[0].analysis.info.roles == ("agent", "customer")
    named = replace(pair, info={"roles": ["customer", "agent"]})
    desk.do(desk.lease(named))
    assert desk.jobs.states() == ["done", "skipped"]  # the same sound


def test_what_its_names_say_goes_before_the_settings(desk: Desk) -> None:
    desk.settings = Settings(roles=("agent", "customer"))
    desk.do(desk.add("a.wav", roles=["customer"]))
    assert desk.store.saved[0].analysis.info.roles == ("customer",)


def test_the_same_recording_under_two_names_is_done_once(desk: Desk) -> None:
    desk.do(desk.add("a.wav"))
    other = desk.do(desk.add("b.wav"))
    assert (other.state, other.same_as) == ("skipped", 1)
    assert len(desk.store.saved) == 1


def test_one_that_cannot_be_listened_to_is_given_up_with_the_reason(desk: Desk) -> None:
    failed = desk.do(desk.add("a.wav", b""))
    assert (failed.state, failed.error_type) == ("failed", "AudioError")
    assert failed.error == f"{desk.folder / 'a.wav'}: holds no sound; check the recorder"


def test_one_whose_sidecar_makes_no_sense_is_not_listened_to(desk: Desk) -> None:
    job = desk.lease(NewJob((str(desk.folder / "away.wav"),), ("1",), {TROUBLE: "a.call.json: consent = 7"}))
    failed = desk.do(job)
    assert (failed.state, failed.error_type, failed.error) == ("failed", "CallInfoError", "a.call.json: consent = 7")
    assert desk.store.saved == []


def test_a_file_that_was_removed_is_given_up(desk: Desk) -> None:
    job = desk.add("a.wav")
    desk.add("b.wav")
    (desk.folder / "a.wav").unlink()
    assert (desk.do(job).state, desk.do(job).error_type) == ("failed", "SourceGone")


@pytest.mark.parametrize("emptied", [True, False])
def test_a_drive_that_is_away_is_waited_for(desk: Desk, emptied: bool) -> None:
    job = desk.add("a.wav")
    (desk.folder / "a.wav").unlink()
    if not emptied:
        desk.folder.rmdir()
    assert (desk.do(job).state, desk.do(job).error_type) == ("waiting", "SourceAway")


def test_a_file_that_vanishes_while_it_is_read_may_come_back(desk: Desk) -> None:
    job = desk.add("a.wav")

    def vanish(files: Sequence[Path]) -> Audio:
        files[0].unlink()
        raise AudioError(f"{files[0]}: ends in the middle")

    desk.tools = replace(desk.tools, decode=vanish)
    assert desk.do(job).error_type == "SourceAway"


def test_one_that_was_erased_on_request_is_forgotten(desk: Desk) -> None:
    class Erasing(FakeStore):
        def admit(self, call: Candidate, erased: bool) -> None:
            raise NotKeptError("call 4711 was erased on request", erased=call.call_id == "4711")

    desk.store = Erasing(kept={}, jobs=desk.jobs)
    assert desk.do(desk.add("a.wav", call_id="4711")).error_type == "erased"
    assert desk.do(desk.add("b.wav", b"other", call_id="4712")).error_type == "too_old"
    assert desk.jobs.states() == ["skipped", "skipped"]
    assert desk.jobs.forgotten == [1]


def test_how_old_it_is_is_asked_before_anybody_listens(desk: Desk) -> None:
    desk.do(desk.add("a.wav", started_at="2026-03-01T10:00:00+01:00", queue="meters"))
    (asked,) = desk.store.asked
    assert (asked.queue, asked.began) == ("meters", datetime(2026, 3, 1, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("error", "state", "kind"),
    [
        (StoreError("the database is away"), "waiting", "StoreError"),
        (LastingError("another call has this id"), "failed", "LastingError"),
        (MemoryError(), "waiting", "OutOfMemory"),
        (RuntimeError("CUDA failed with error out of memory"), "waiting", "OutOfMemory"),
        (OSError(28, "No space left on device"), "waiting", "OSError"),
        (ValueError("secret words of a call"), "failed", "ValueError"),
    ],
)
def test_what_may_be_over_by_itself_is_tried_again(desk: Desk, error: Exception, state: str, kind: str) -> None:
    desk.store.failing = lambda _call: error
    failed = desk.do(desk.add("a.wav"))
    assert (failed.state, failed.error_type) == (state, kind)
    assert "secret" not in failed.error


def test_the_next_one_is_done_all_the_same(desk: Desk) -> None:
    desk.do(desk.add("a.wav", b""))
    assert desk.do(desk.add("b.wav")).state == "done"


def test_one_that_is_no_longer_ours_is_left_alone(desk: Desk) -> None:
    progress = Progress()
    progress.leave()
    assert desk.do(desk.add("a.wav"), progress).state == "running"
    assert desk.store.saved == []


def test_what_is_done_is_told_again_until_the_database_hears_it(desk: Desk) -> None:
    class Hasty(Progress):
        def wait(self, seconds: float) -> None:
            pauses.append(seconds)

    pauses = list[float]()
    job = desk.add("a.wav")
    desk.jobs.away = 3
    assert desk.do(job, Hasty()).state == "done"
    assert len(pauses) == 3
    assert len(desk.store.saved) == 1


def test_files_are_written_of_each_call_and_known_to_the_store_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    desk = Desk(tmp_path, out)
    desk.do(desk.add("a.wav"))
    assert sorted(file.name for file in out.iterdir()) == ["a-1.json", "a-1.srt"]
    intended = [one for one in desk.store.done if isinstance(one, tuple)]
    assert [one[0] for one in intended] == ["intend", "written", "save"]
    assert intended[2][2] == (out / "a-1.json", out / "a-1.srt")


def test_copies_of_what_lies_elsewhere_are_removed(desk: Desk) -> None:
    import fsspec

    seen = list[Path]()
    memory: Any = fsspec.filesystem("memory")  # Any: fsspec has no types
    memory.pipe_file("/calls/a.wav", b"RIFF")

    def decode(files: Sequence[Path]) -> Audio:
        seen.append(files[0])
        return noise(files)

    desk.tools = replace(desk.tools, decode=decode)
    assert desk.do(desk.lease(NewJob(("memory://calls/a.wav",), ("1",)))).state == "done"
    assert seen[0].name == "a.wav"
    assert not seen[0].parent.parent.exists()
    memory.pipe_file("/calls/b.wav", b"")
    failed = desk.do(desk.lease(NewJob(("memory://calls/b.wav",), ("1",))))
    assert failed.error == "memory://calls/b.wav: holds no sound; check the recorder"
    memory.rm("/calls", recursive=True)


def test_many_hours_of_sound_are_not_decoded_at_once() -> None:
    room, inside, go = SoundRoom(10.0), threading.Event(), threading.Event()
    hour = Audio(np.zeros((1, 16_000 * 20), np.float32))
    order = list[str]()

    def first() -> None:
        with room.decoded(lambda: hour, Progress()):
            inside.set()
            go.wait(30)
            order.append("first is over")

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(30)
    waiting = threading.Timer(0.0, go.set)
    waiting.start()
    with room.decoded(lambda: hour, Progress()):
        order.append("second")
    thread.join()
    assert order == ["first is over", "second"]
