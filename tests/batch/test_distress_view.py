"""Marks of distress: each state has its own, without colour too."""

from typing import get_args

from stimmung.batch.distress_view import MARKS, WORTH_A_MARK, legend, mark_of, named_mark, worse
from stimmung.calls.distress import RANKS
from stimmung.speech.records import DistressState


def test_every_state_has_a_mark_of_its_own() -> None:
    states = get_args(DistressState)
    assert set(MARKS) == set(RANKS) == set(states)
    assert len({mark_of(state).plain for state in states}) == len(states)
    assert all(len(mark_of(state).plain) == 1 for state in states)


def test_the_name_stands_beside_it() -> None:
    assert named_mark("urgent").plain == "▲ urgent"


def test_the_worse_of_two() -> None:
    assert worse("calm", "uneasy") == worse("uneasy", "calm") == "uneasy"
    assert worse("urgent", "distressed") == "urgent"
    assert worse("unknown", "calm") == "calm"


def test_the_legend_names_what_is_shown_from_least_to_worst() -> None:
    assert legend(["urgent", "calm", "uneasy", "urgent"]).plain == "○ uneasy  ▲ urgent"
    assert legend(["calm", "unknown"]).plain == ""
    assert "calm" not in WORTH_A_MARK
