"""Odd sound is told of, in few words and not too often."""

import numpy as np

from stimmung.api.sound_watch import LineWatch, MendingWatch, PaceWatch
from stimmung.speech.arrival import ArrivalNote


class TestMending:
    def test_is_told_at_once_and_then_summed_up(self) -> None:
        watch = MendingWatch()
        (first,) = watch.add([ArrivalNote("gap", 1.0, 0.04)], 1.0)
        assert (first.code, first.time) == ("sound_gap", 1.0)
        assert "0.04 s" in first.message
        for number in range(10):
            assert watch.add([ArrivalNote("gap", 2.0, 0.02)], 2.0 + number / 10) == []
        (second,) = watch.add([], 6.0)
        assert "10 times" in second.message
        assert "0.20 s" in second.message
        assert watch.add([], 60.0) == []

    def test_tells_each_kind_apart(self) -> None:
        notes = [ArrivalNote("late", 1.0, 0.02), ArrivalNote("jump", 1.0, -5.0)]
        assert [one.code for one in MendingWatch().add(notes, 1.0)] == ["sound_late", "sound_jump"]


class TestPace:
    def paces(self, pace: float, seconds: int = 40) -> list[str]:
        """Return what is told of sound that comes at that pace."""
        watch = PaceWatch(100.0)
        found = (watch.look(100.0 + second, pace * second) for second in range(1, seconds))
        return [one.code for one in found if one]

    def test_as_of_speech_is_not_told(self) -> None:
        assert self.paces(1.0) == []
        assert self.paces(1.4) == []
        assert self.paces(0.75) == []

    def test_of_a_wrong_rate_is_told_once(self) -> None:
        assert self.paces(2.0) == ["sound_fast"]
        assert self.paces(0.5) == ["sound_slow"]

    def test_of_no_sound_at_all_is_told_elsewhere(self) -> None:
        assert self.paces(0.0) == []

    def test_counts_anew_from_a_restart(self) -> None:
        watch = PaceWatch(0.0)
        assert watch.look(10.0, 30.0) is None
        watch.restart(19.0, 60.0)
        assert watch.look(20.0, 61.0) is None
        assert watch.look(29.5, 70.0) is None


class TestALine:
    def test_with_its_noise_is_alive(self) -> None:
        noise = (0.001 * np.random.default_rng(0).standard_normal((1, 80_000))).astype(np.float32)
        watch = LineWatch(1, 8_000)
        assert [watch.look(noise, 10.0 * part) for part in range(1, 5)] == [[], [], [], []]

    def test_without_anything_is_told_of_once(self) -> None:
        nothing = np.zeros((2, 80_000), np.float32)
        nothing[1] = 2.4e-4  # what some telephone codes send for nothing
        watch = LineWatch(2, 8_000)
        told = [[one.message[:9] for one in watch.look(nothing, 10.0 * part)] for part in range(1, 6)]
        assert told == [[], [], ["channel 0", "channel 1"], [], []]

    def test_that_is_silent_now_and_then_is_alive(self) -> None:
        sound = np.zeros((1, 200_000), np.float32)
        sound[0, 100] = 0.5
        watch = LineWatch(1, 8_000)
        assert [watch.look(sound, 25.0 * part) for part in range(1, 5)] == [[], [], [], []]

    def test_of_which_nothing_came_yet_is_not_judged(self) -> None:
        assert LineWatch(1, 8_000).look(np.zeros((1, 0), np.float32), 0.0) == []
