"""Where the time of one recording goes."""

import pytest

from stimmung.batch.overnight.stages import LostError, Progress, told_by
from stimmung.speech.fakes import fake_engines


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_stage_within_a_stage_is_not_counted_twice() -> None:
    time = Time()
    progress = Progress(time)
    time.seconds += 1.0
    with progress.within("save"):
        time.seconds += 2.0
        with progress.within("encode"):
            time.seconds += 4.0
            assert progress.stage == "encode"
        assert progress.stage == "save"
        time.seconds += 8.0
    time.seconds += 16.0
    assert progress.timings() == {"other": 17.0, "save": 10.0, "encode": 4.0}
    assert progress.seconds == 31.0


def test_what_fails_is_counted_too() -> None:
    time = Time()
    progress = Progress(time)

    def fail() -> None:
        with progress.within("decode"):
            time.seconds += 3.0
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert progress.timings()["decode"] == 3.0
    assert progress.stage == ""


def test_what_is_lost_begins_no_stage_and_waits_for_nothing() -> None:
    progress = Progress()
    progress.leave()
    with pytest.raises(LostError), progress.within("decode"):
        raise AssertionError
    with pytest.raises(LostError):
        progress.wait(1_000.0)


def test_engines_of_a_call_are_the_same_ones() -> None:
    engines = fake_engines()
    told = told_by(engines, Progress())
    assert told.detector.model == engines.detector.model
    assert told.transcriber.model == engines.transcriber.model
    assert (told.text_emotion is None) == (engines.text_emotion is None)
    assert (told.voice_emotion is None) == (engines.voice_emotion is None)
    assert told.text_embedding is engines.text_embedding
