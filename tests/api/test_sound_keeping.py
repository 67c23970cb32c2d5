"""Sounds are added to calls that are kept, each by itself: one that cannot be is told, and costs no other."""

import logging
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.store.made_calls import places_below, policy, saved_call, with_policy

from stimmung.api.heard_sound import HeardSound
from stimmung.api.sound_keeping import Shelf, SoundKeeping
from stimmung.speech.errors import AudioError
from stimmung.speech.records import Audio
from stimmung.store.records import SavedCall

CALL = with_policy(saved_call(1), policy("granted"))


class Failing:
    """A sound that is not to be had."""

    def __init__(self, error: BaseException) -> None:
        self._error = error
        self.dropped = False

    def audio(self) -> None:
        raise self._error

    def drop(self) -> None:
        self.dropped = True


class Silent(Failing):
    """A sound of which nothing may be kept."""

    def __init__(self) -> None:
        super().__init__(AssertionError())

    def audio(self) -> None:
        return None


class Slow(HeardSound):
    """Is read once a test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 8_000, 2)
        self.asked, self.go = threading.Event(), threading.Event()
        self.permit(True)
        self.hear(np.ones((2, 8_000), np.float32))

    def audio(self) -> Audio | None:
        self.asked.set()
        assert self.go.wait(60)
        return super().audio()


class Reached:
    """A database that counts who reaches it, and adds nothing."""

    times = 0
    seconds = 0.0  # that it waits for a table

    def within(self, seconds: float) -> "Reached":
        self.seconds = seconds
        return self

    def run(self, _work: Any) -> bool:
        self.times += 1
        return False


def keeping(folder: Path, database: Reached | None = None) -> SoundKeeping:
    shelf = Shelf(database or Reached(), places_below(folder), CALL.provenance)  # type: ignore[arg-type]  # a toy
    return SoundKeeping(shelf)


def put(made: SoundKeeping, call: SavedCall, *sounds: Any) -> None:
    """Have sounds added, and wait for that."""
    for sound in sounds:
        made.put(call, sound)
    made.close()


@pytest.mark.parametrize("error", [ValueError("mein Passwort"), ZeroDivisionError(), MemoryError(), SystemExit(3)])
def test_what_nobody_foresaw_costs_one_sound_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    made, broken, silent, again = keeping(tmp_path), Failing(error), Silent(), Failing(error)
    with caplog.at_level(logging.ERROR):
        put(made, CALL, broken, silent, again)
    assert [one.dropped for one in (broken, silent, again)] == [True, True, True]
    assert made.lost == 2
    assert caplog.text.count("its sound is not kept") == 2
    assert type(error).__name__ in caplog.text
    assert "test_sound_keeping.py:" in caplog.text
    assert "Passwort" not in caplog.text


def test_what_was_foreseen_is_told_in_its_own_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = keeping(tmp_path)
    with caplog.at_level(logging.ERROR):
        put(made, CALL, Failing(OSError(28, "No space left on device")), Failing(AudioError("no form for it")))
    assert made.lost == 2
    assert "call-1" in caplog.text
    assert "No space left on device" in caplog.text
    assert "no form for it" in caplog.text


def test_a_sound_that_is_dropped_before_it_was_read_is_not_added(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Reached()
    made, sound = keeping(tmp_path, database), Slow(tmp_path / "heard")
    with caplog.at_level(logging.ERROR):
        made.put(CALL, sound)
        assert sound.asked.wait(60)
        sound.drop()
        sound.go.set()
        made.close()
    assert (made.lost, database.times) == (0, 0)
    assert not caplog.text


def test_a_sound_is_added_where_nothing_is_in_the_way(tmp_path: Path) -> None:
    database = Reached()
    made, sound = keeping(tmp_path, database), Slow(tmp_path / "heard")
    sound.go.set()
    put(made, CALL, sound)
    assert (made.lost, database.times) == (0, 1)
    assert database.seconds == 600  # tables that are just written anew are no reason to lose it
    assert sound.audio() is None  # let go


def test_a_sound_that_comes_after_the_end_is_let_go(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made, late = keeping(tmp_path), Silent()
    made.close()
    with caplog.at_level(logging.ERROR):
        made.put(CALL, late)  # type: ignore[arg-type]  # a toy
    made.close()
    assert late.dropped
    assert "the server stops" in caplog.text
