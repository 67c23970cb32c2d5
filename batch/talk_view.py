"""How the talk of a call went, in a few lines: each party's part in it, and the time in which nobody or all spoke."""

from collections import Counter
from collections.abc import Iterator

from stimmung.calls.clock import clock
from stimmung.calls.records import Metrics, PartyMetrics
from stimmung.calls.timeline import LONG_SILENCE

SHORTEST = 0.5  # seconds that are worth a word: less would be `0 s`
MINUTE = 60.0


def talk_lines(metrics: Metrics) -> Iterator[str]:
    """Yield a line for each party, the columns below each other, and one about the time between them."""
    between = " · ".join(_between(metrics))
    if len(metrics.parties) == 1:
        (party,) = metrics.parties
        yield " · ".join([_length(party.talk_seconds), *(part for part in (_pace(party),) if part), between])
        return
    names = party_names(metrics)
    rows = [_part(metrics, party, names) for party in metrics.parties]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip()
    yield between


def party_names(metrics: Metrics) -> dict[int, str]:
    """Return the name of each channel: its role, or where two share one or it is unknown, the channel."""
    roles = Counter(party.role for party in metrics.parties)
    return {
        party.channel: party.role if party.role != "unknown" and roles[party.role] == 1 else f"channel {party.channel}"
        for party in metrics.parties
    }


def _part(metrics: Metrics, party: PartyMetrics, names: dict[int, str]) -> tuple[str, ...]:
    """Return the columns of a party; empty where there is nothing to say."""
    latency = "" if party.latency is None else f"answers after {party.latency:.1f} s"
    return (
        names[party.channel],
        f"{party.talk_share:4.0%}",
        _pace(party),
        latency,
        _interruptions(metrics, party, names),
    )


def _pace(party: PartyMetrics) -> str:
    return "" if party.words_per_minute is None else f"{party.words_per_minute:.0f} words/min"


def _interruptions(metrics: Metrics, party: PartyMetrics, names: dict[int, str]) -> str:
    """Return how often the party interrupted whom, always by name: without it, who interrupts is left open."""
    whom = Counter(one.of for one in metrics.interruptions if one.by == party.channel)
    if not whom:
        return ""
    told = (f"{names.get(channel, f'channel {channel}')} {count}×" for channel, count in whom.most_common())
    return f"interrupts {', '.join(told)}"


def _between(metrics: Metrics) -> Iterator[str]:
    longest = metrics.longest_silence
    telling = longest is not None and longest.duration >= LONG_SILENCE
    when = f", longest {_length(longest.duration)} at {clock(longest.start)}" if longest and telling else ""
    yield f"silence {_length(metrics.silence_seconds)}{when}"
    if metrics.hold_seconds >= SHORTEST:
        yield f"hold {_length(metrics.hold_seconds)}"
    if metrics.overlap_seconds >= SHORTEST:
        yield f"overlap {_length(metrics.overlap_seconds)}"


def _length(seconds: float) -> str:
    """Return seconds up to a minute, then m:ss."""
    return f"{seconds:.0f} s" if seconds < MINUTE else clock(seconds)
