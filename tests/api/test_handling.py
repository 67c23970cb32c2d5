"""What people did with a call: the first who takes has it, the last word counts, everything can be given back."""

from datetime import timedelta

import pytest
from tests.api.boards import NOON, act, overridden_to, taken_by

from stimmung.api.handling import (
    Act,
    Answer,
    Handling,
    Override,
    Released,
    acknowledged,
    overridden,
    released,
    taken,
)

LATER = Act("Ben", NOON + timedelta(minutes=1))
WORD = Override(act(), "urgent", "she is alone")


def test_who_acknowledged_last_is_kept() -> None:
    first = acknowledged(Handling(), act()).handling
    assert first == Handling(acknowledged=act())
    assert acknowledged(first, LATER).handling == Handling(acknowledged=LATER)


def test_who_takes_first_has_the_caller() -> None:
    assert taken(Handling(), act()) == Answer(taken_by("Anna"))
    assert taken(taken_by("Anna"), LATER) == Answer(taken_by("Anna"), "Anna took this caller: release it first")
    again = taken(taken_by("Anna"), Act("Anna", LATER.at))
    assert again == Answer(taken_by("Anna"))


def test_the_last_word_of_a_person_counts() -> None:
    assert overridden(overridden_to("calm"), WORD).handling == Handling(override=WORD)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("take", Handling(act(), None, WORD)),
        ("override", Handling(act(), LATER, None)),
        ("all", Handling(act(), None, None)),
    ],
)
def test_what_is_released_is_gone(what: Released, expected: Handling) -> None:
    assert released(Handling(act(), LATER, WORD), what) == Answer(expected)
