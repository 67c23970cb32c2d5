"""Text that others wrote, in the types that a call's info has."""

import pytest

from stimmung.batch.overnight.field_texts import merged, value_of


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("direction", "IN", "inbound"),
        ("direction", "ausgehend", "outbound"),
        ("direction", "sideways", "sideways"),  # refused later, with the value
        ("wait_seconds", "3,5", 3.5),
        ("wait_seconds", "41", 41.0),
        ("wait_seconds", "soon", "soon"),
        ("roles", "Agent, customer", ["agent", "customer"]),
        ("roles", "agent customer", ["agent", "customer"]),
        ("consent", "Granted", "granted"),
        ("customer", "Anonymous", None),
        ("agent", "unbekannt", None),
        ("queue", "unknown", "unknown"),  # a queue may be called so
        ("queue", "  ", None),
        ("customer", " 03023125017 ", "03023125017"),
    ],
)
def test_value(key: str, text: str, value: object) -> None:
    assert value_of(key, text) == value


def test_later_layers_win_and_what_they_do_not_know_stays() -> None:
    layers = ({"queue": "a", "team": "t"}, {"queue": None, "team": ""}, {"queue": "b", "metadata": {"x": 1}})
    assert merged(*layers, {"metadata": {"y": 2}}) == {"queue": "b", "team": "t", "metadata": {"x": 1, "y": 2}}
