"""Talk metrics in a few lines: what happened, and nothing of what did not."""

from dataclasses import replace

from stimmung.batch.talk_view import party_names, talk_lines
from stimmung.calls.records import Interruption, Metrics, PartyMetrics
from stimmung.speech.records import Role, Span


def party(channel: int, role: Role, share: float = 0.5) -> PartyMetrics:
    return PartyMetrics(channel, role, 60 * share, share, 100, 151.6, 4.4, -22.0, 0.53, None, 0, 0)


AGENT, CUSTOMER = party(0, "agent", 0.4), party(1, "customer", 0.6)
TALK = Metrics(
    duration=100.0,
    parties=(AGENT, CUSTOMER),
    silence_seconds=12.4,
    longest_silence=Span(65.0, 70.2),
    hold_seconds=75.0,
    overlap_seconds=2.1,
    interruptions=(Interruption(3.0, 0.5, 1, 0), Interruption(9.0, 0.5, 1, 0)),
    timeline=(),
)
QUIET = replace(TALK, silence_seconds=1.0, longest_silence=Span(0, 1), hold_seconds=0.0, overlap_seconds=0.2)


def test_each_party_has_its_line() -> None:
    agent, customer, _ = talk_lines(TALK)
    assert agent.split() == "agent 40% 152 words/min answers after 0.5 s".split()
    assert customer.split() == "customer 60% 152 words/min answers after 0.5 s interrupts agent 2×".split()


def test_their_columns_stand_below_each_other() -> None:
    agent, customer, _ = talk_lines(TALK)
    for text in ("%", "words/min", "answers"):
        assert agent.index(text) == customer.index(text)


def test_the_time_between_them() -> None:
    *_, between = talk_lines(TALK)
    assert between == "silence 12 s, longest 5 s at 1:05 · hold 1:15 · overlap 2 s"


def test_nothing_is_said_of_what_did_not_happen() -> None:
    *_, between = talk_lines(QUIET)
    assert between == "silence 1 s"
    assert not any("interrupt" in line for line in talk_lines(replace(TALK, interruptions=())))


def test_who_said_too_little_has_no_rates() -> None:
    short = replace(CUSTOMER, words_per_minute=None, latency=None)
    lines = list(talk_lines(replace(TALK, parties=(AGENT, short), interruptions=())))
    assert lines[1].split() == ["customer", "60%"]


def test_unknown_roles_are_told_apart_by_channel() -> None:
    unknown = replace(TALK, parties=(party(0, "unknown"), party(1, "unknown")))
    assert list(party_names(unknown).values()) == ["channel 0", "channel 1"]
    assert [line.split()[:2] for line in talk_lines(unknown)][:2] == [["channel", "0"], ["channel", "1"]]


def test_of_three_parties_each_is_named_who_was_interrupted() -> None:
    three = replace(TALK, parties=(AGENT, CUSTOMER, party(2, "customer")))
    assert list(party_names(three).values()) == ["agent", "channel 1", "channel 2"]
    assert list(talk_lines(three))[1].endswith("interrupts agent 2×")
    both = replace(three, interruptions=(*TALK.interruptions, Interruption(20.0, 0.5, 1, 2)))
    assert list(talk_lines(both))[1].endswith("interrupts agent 2×, channel 2 1×")


def test_one_channel_has_no_parties() -> None:
    mono = replace(TALK, parties=(party(0, "unknown", 1.0),), interruptions=())
    assert list(talk_lines(mono)) == [
        "1:00 · 152 words/min · silence 12 s, longest 5 s at 1:05 · hold 1:15 · overlap 2 s"
    ]


def test_without_parties_there_is_still_silence() -> None:
    assert list(talk_lines(replace(QUIET, parties=(), interruptions=()))) == ["silence 1 s"]
