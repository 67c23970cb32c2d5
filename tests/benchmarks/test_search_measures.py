"""What search.py measures by: shares of what is relevant, gains by rank; queries are fuzzed alike each time."""

import pytest

from search_fuzz_queries import CANARY, LONG, made_queries
from search_quality_records import QualityQuery, Relevance
from search_quality_run import ABLATIONS, Changed, gain, recall
from stimmung.store.search.lexemes.words import WordAnalysis


def asking(**relevant: Relevance) -> QualityQuery:
    return QualityQuery("q", "german", "de", "development", "a", "a", "", "", relevant)


def test_recall_is_of_what_ten_hits_can_hold() -> None:
    few = asking(a=2, b=1)
    assert recall(few, ["a", "x", "y"]) == 0.5
    ones: dict[str, Relevance] = {f"k{number}": 1 for number in range(20)}
    many = asking(**ones)
    assert recall(many, [f"k{number}" for number in range(10)]) == 1.0
    assert recall(few, [*"0123456789", "a"]) == 0.0


def test_gain_counts_what_was_meant_thrice_and_its_rank() -> None:
    query = asking(a=2, b=1)
    assert gain(query, ["a", "b"]) == 1.0
    assert gain(query, ["b", "a"]) == pytest.approx((1 + 3 / 1.58496) / (3 + 1 / 1.58496), abs=1e-4)
    assert gain(query, ["x"]) == 0.0


def test_fuzzed_queries_are_the_same_each_time_and_of_every_kind() -> None:
    found = made_queries(1_000)
    assert found == made_queries(1_000)
    assert found[-len(LONG) :] == list(LONG)
    assert len(set(found)) > 1_000
    whole = "".join(found)
    assert all(sign in whole for sign in ("'", "\0", "\\", ";", "/*", "<->", "%", "$1", CANARY, "DROP TABLE"))
    assert any("\ud800" <= one <= "\udfff" for one in whole)  # surrogates, which no database stores


def test_an_ablation_takes_one_thing_away() -> None:
    whole = WordAnalysis().of_query("Stromrechnungen")
    without = {name: Changed(change).of_query("Stromrechnungen") for name, change in ABLATIONS.items()}
    assert whole.parts
    assert whole.sounds
    assert without["without compounds"].parts == ()
    assert without["without compounds"].stems == whole.stems
    assert without["without stems"].stems == ("stromrechnungen",)
    assert without["without sounds"].sounds == ()
