"""How many calls are taken on."""

from typing import Literal

import pytest

from stimmung.api.capacity import CALLS_PER_CORE, calls_held, scheduler_options
from stimmung.models.cores import usable_cores
from stimmung.speech.settings import ModelSettings, ServeSettings, Settings


@pytest.mark.parametrize(
    ("max_calls", "threads", "held"),
    [(0, 2, 2 * CALLS_PER_CORE), (3, 2, 3), (100, 1, 100), (0, 16, 16 * CALLS_PER_CORE)],
)
def test_the_settings_say_it_or_the_cores_do(max_calls: int, threads: int, held: int) -> None:
    settings = Settings(models=ModelSettings(threads=threads), serve=ServeSettings(max_calls=max_calls))
    assert calls_held(settings) == held


def test_without_threads_the_machines_cores_count() -> None:
    assert calls_held(Settings()) == CALLS_PER_CORE * usable_cores()


@pytest.mark.parametrize(("device", "lanes"), [("cpu", 2), ("cuda", 1)])
def test_each_core_has_a_lane_and_a_gpu_has_one(device: Literal["cpu", "cuda"], lanes: int) -> None:
    settings = Settings(models=ModelSettings(threads=2, device=device), serve=ServeSettings(order="first_come"))
    options = scheduler_options(settings)
    assert (options.lanes, options.capacity, options.order) == (lanes, 2 * CALLS_PER_CORE, "first_come")
