"""What counts as a fault of an utterance, each by itself."""

import numpy as np
import pytest

from energy import Energy
from listeners import Segment
from stimmung.speech.records import Span, Word
from turns import judge, summary

ENERGY = [Energy((Span(1.0, 6.0), Span(8.0, 12.0), Span(14.0, 40.0)), 60.0)]


def segment(start: float, end: float, *words: tuple[float, float]) -> Segment:
    return Segment(0, start, end, "", tuple(Word(first, last, "x", 1.0) for first, last in words))


def test_an_utterance_that_fits_its_sound_has_no_fault() -> None:
    assert judge(segment(1.2, 5.8, (1.2, 3.0), (3.5, 5.8)), ENERGY).faults == []


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (14.0, 40.0, "lasts 26.0 s"),
        (8.0, 11.0, "ends 1.00 s from an end of sound"),
        (2.0, 6.0, "begins 1.00 s from a beginning of sound"),
        (1.0, 12.0, "is silent for 2.0 s"),
        (1.0, 6.4, "ends 0.40 s from an end of sound"),
    ],
)
def test_each_fault_is_found_alone(start: float, end: float, fault: str) -> None:
    assert judge(segment(start, end), ENERGY).faults == [fault]


def test_words_that_hide_a_pause_are_found_though_the_sound_has_none() -> None:
    assert judge(segment(1.0, 6.0, (1.0, 2.0), (4.0, 6.0)), ENERGY).faults == ["has 2.0 s between two words"]


def test_an_edge_may_be_that_of_either_level() -> None:
    soft, voice = Energy((Span(1.0, 6.0),), 10.0), Energy((Span(2.0, 5.0),), 10.0)
    assert judge(segment(2.0, 6.0), [soft, voice]).faults == []
    assert judge(segment(3.0, 6.0), [soft, voice]).faults == ["begins 1.00 s from a beginning of sound"]


def test_a_channel_without_sound_makes_every_edge_a_fault() -> None:
    judged = judge(segment(1.0, 1.5), [Energy((), 10.0)])
    assert judged.start_off == np.inf
    assert len(judged.faults) == 2


def test_the_summary_counts_edges_and_offenders() -> None:
    figures = summary([judge(segment(1.0, 6.0), ENERGY), judge(segment(2.0, 5.0), ENERGY)])
    assert figures["utterances"] == 2
    assert figures["offenders"] == 1
    assert figures["edges_off"] == 2
    assert figures["edge_max_s"] == 1.0
