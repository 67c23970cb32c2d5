"""Whose words may be read and whose voice may be heard for a mood: nobody's but the customer's."""

from typing import get_args

from stimmung.calls.policy import may_hear_voice, may_read_words
from stimmung.speech.records import Role


def test_only_customers_may_be_read() -> None:
    assert {role for role in get_args(Role) if may_read_words(role)} == {"customer"}


def test_only_customers_may_be_heard() -> None:
    assert {role for role in get_args(Role) if may_hear_voice(role)} == {"customer"}
