"""Why nobody is scored: roles are asked for only where they would help."""

import pytest

from stimmung.calls.omissions import nobody_to_score
from stimmung.speech.records import Role, Utterance


def said(channel: int, role: Role) -> Utterance:
    return Utterance(channel, role, "", 0.0, 1.0, "Hallo", "de", 0.9, (), ())


@pytest.mark.parametrize(
    ("utterances", "why", "helped"),
    [
        ((said(0, "unknown"), said(1, "unknown")), "who is the customer is unknown", True),
        ((said(0, "agent"), said(1, "unknown")), "who is the customer is unknown", True),
        ((said(0, "unknown"), said(0, "unknown")), "all speak on one channel", False),
        ((said(0, "agent"),), "the customer says nothing", False),
        ((), "the customer says nothing", False),
    ],
)
def test_the_reason_fits_the_call(utterances: tuple[Utterance, ...], why: str, helped: bool) -> None:
    omission = nobody_to_score("voice_emotion", utterances)
    assert omission.what == "voice_emotion"
    assert why in omission.why
    assert ("--roles" in omission.remedy) == helped
