"""What the benchmark of the scheduler makes of its simulations."""

from pathlib import Path

import pytest

from machine import Figures
from scheduling import compare, draw, show, summary
from scheduling_calls import sounds

ORDERS = {"distress_first", "first_come", "single_lock"}


@pytest.fixture(scope="module")
def found() -> dict[int, Figures]:
    return {load: compare(sounds(load, 30.0, seed=3)) for load in (12, 24)}


def test_the_last_line_tells_each_load(found: dict[int, Figures]) -> None:
    told = summary(found)
    assert set(told) == {"12", "24"}
    for load, own in told.items():
        assert own["distressed_p95_s"] == found[int(load)]["distress_first"]["distressed"]["p95_s"]
        assert own["later_than_promised"] == 0


def test_more_calls_take_longer_and_every_order_heard_the_same(found: dict[int, Figures]) -> None:
    for order in ORDERS:
        assert found[12][order]["other"]["p95_s"] < found[24][order]["other"]["p95_s"]
    assert found[24]["calls"] >= 24


def test_the_table_has_a_line_for_each_load_and_order(
    found: dict[int, Figures], capsys: pytest.CaptureFixture[str]
) -> None:
    show(found)
    shown = capsys.readouterr().out
    assert all(shown.count(order.replace("_", " ")) == len(found) for order in ORDERS)


def test_a_picture_is_drawn(found: dict[int, Figures], tmp_path: Path) -> None:
    file = tmp_path / "scheduling.png"
    draw(found, file)
    assert file.read_bytes().startswith(b"\x89PNG")
