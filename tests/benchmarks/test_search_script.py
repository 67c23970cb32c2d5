"""What search.py does with its parts: goes on where one fails, keeps what it has, and says why a figure is missing."""

import json
from pathlib import Path

import pytest

import search as script
from machine import Figures
from search_bench import Bench, Options
from search_load import Loaded, loaded_before, record_of
from search_plots import draw_growth, draw_times
from search_readers import READERS, _Side
from search_times import longest_filtered
from text_bench import rounded

KEYS = [
    "p95_ms_word",
    "p95_ms_phrase",
    "p95_ms_compound",
    "p95_ms_meaning",
    "p95_ms_hybrid",
    "p95_ms_filtered",
    "load_per_s",
    "index_mb",
    "recall10_hybrid",
    "ndcg10_hybrid",
    "growth_1m_to_3m",
]


def bench_in(folder: Path, rows: int = 100) -> Bench:
    return Bench(Options(rows, folder / "work", folder / "store", quick=True), folder)


def test_the_last_line_has_these_keys() -> None:
    assert list(script.summary({})) == KEYS
    assert set(script.summary({}).values()) == {None}


def test_a_part_that_fails_takes_no_other_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Bench) -> Figures:
        raise RuntimeError("the disk is full")

    file = tmp_path / "figures.json"
    kept: list[object] = []

    def last(_: Bench) -> Figures:
        kept.append(json.loads(file.read_text())["search"]["first"]["value"])
        return {"value": 3}

    monkeypatch.setattr(script, "PARTS", {"first": lambda _: {"value": 1}, "second": broken, "third": last})
    bench = bench_in(tmp_path)
    assert script.measure(bench, ["first", "second", "third"], file) == ["second"]
    assert kept == [1]  # written before the parts behind it ran
    written = json.loads(file.read_text())["search"]
    assert (written["third"]["value"], "second" in written) == (3, False)
    assert script.measure(bench, ["third"], None) == []


def test_parts_of_an_earlier_run_stay_where_as_many_rows_were_measured(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    assert script.previous(file, 100, True) == {}
    content = {"search": {"rows": 100, "quick": True, "fuzz": {"asked": 3}, "machine": {}}}
    file.write_text(json.dumps(content))
    assert script.previous(file, 100, True) == {"fuzz": {"asked": 3}}
    assert script.previous(file, 200, True) == {}
    assert script.previous(file, 100, False) == {}


def test_each_missing_figure_has_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = bench_in(tmp_path)
    figures = {"recall10_hybrid": 0.9, "ndcg10_hybrid": 0.8}
    bench.found = {
        "times": {"groups": {"word, bare": {"p95_ms": 4.0}}, "filtered": {"kind": "hybrid", "p95_ms": 9.0}},
        "quality": {"as it is": {"development": {"all": figures}}},
        "load": {"index_mb": 2.0},
    }
    script.explain(bench, ["growth"])
    told = capsys.readouterr().out
    assert "p95_ms_filtered is of hybrid" in told
    assert "development half has recall10_hybrid 0.900" in told
    assert "growth_1m_to_3m is null: the part `growth` failed" in told
    assert "recall10_hybrid is null: the held-out half was left alone" in told
    assert "p95_ms_meaning is null: so small a corpus" in told
    assert "load_per_s is null: the store was loaded before" in told
    assert "p95_ms_word" not in told
    bench.found = {}
    script.explain(bench, [])
    assert capsys.readouterr().out.count("was not asked for") == len(KEYS)


def test_the_held_out_half_is_what_the_last_line_tells() -> None:
    halves = {half: {"all": {"recall10_hybrid": value}} for half, value in (("development", 0.1), ("held-out", 0.2))}
    assert script.summary({"quality": {"as it is": halves}})["recall10_hybrid"] == 0.2


def test_the_command_line_tells_data_from_stores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        script.arguments(["--data", str(tmp_path)])
    assert "a store is given with --store" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        script.arguments(["--work", str(tmp_path)])
    assert "search_prepare.py" in capsys.readouterr().err
    (tmp_path / "texts.tsv").touch()
    assert script.arguments(["--work", str(tmp_path)]).work == tmp_path


def test_filters_cost_what_the_slowest_kind_takes() -> None:
    groups = {
        "word, 3 filters": {"p95_ms": 10.0},
        "hybrid, 3 filters": {"p95_ms": 50.0},
        "word, rare, 3 filters": {"p95_ms": 90.0},
        "hybrid, bare": {"p95_ms": 99.0},
    }
    assert longest_filtered(groups) == {"kind": "hybrid", "p95_ms": 50.0}
    assert longest_filtered({}) == {}


@pytest.mark.parametrize("count", [*READERS, 5, 13])
def test_readers_are_shared_out_to_eight_processes_at_most(count: int) -> None:
    shares = _Side(count, writes=True).shares
    assert sum(shares) == count
    assert len(shares) == min(count, 8)
    assert not shares or max(shares) - min(shares) <= 1


def test_how_a_store_was_loaded_is_known_later(tmp_path: Path) -> None:
    store = tmp_path / "data"
    assert loaded_before(store) is None
    record_of(store).write_text("")
    with pytest.raises(SystemExit, match="not loaded to its end"):
        loaded_before(store)
    record_of(store).write_text('{"rows": 20, "calls": 2, "copying_s": 3.0, "drawing_s": 9.0, "steps": {"key": 1.0}}')
    loaded = loaded_before(store)
    assert loaded == Loaded(20, 2, 3.0, 9.0, {"key": 1.0})
    assert loaded.per_second == 5.0


def test_pictures_show_what_there_is(tmp_path: Path) -> None:
    own = {"p50_ms": 3.0, "p95_ms": 9.0, "count": 4}
    draw_times({"word, rare, bare": own, "word, bare": own, "hybrid, 3 filters": own}, tmp_path / "times.png")
    sizes = {str(rows): {"kinds": {"word": own, "filters": own}} for rows in (100, 1_000)}
    draw_growth(sizes, tmp_path / "growth.png")
    assert all((tmp_path / name).stat().st_size > 5_000 for name in ("times.png", "growth.png"))
    assert rounded(own)
