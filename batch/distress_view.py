"""A caller's distress as marks that differ in shape, so that they need no colour."""

from collections.abc import Iterable

from rich.text import Text

from stimmung.calls.distress import RANKS
from stimmung.speech.records import DistressState

MARKS: dict[DistressState, str] = {"unknown": "?", "calm": "·", "uneasy": "○", "distressed": "●", "urgent": "▲"}
STYLES: dict[DistressState, str] = {
    "unknown": "dim",
    "calm": "dim",
    "uneasy": "yellow",
    "distressed": "bold red",
    "urgent": "bold magenta",
}
WORTH_A_MARK: tuple[DistressState, ...] = ("uneasy", "distressed", "urgent")  # worth a mark beside an utterance


def worse(one: DistressState, other: DistressState) -> DistressState:
    """Return the worse of two states; any that is known is worse than unknown."""
    return max(one, other, key=RANKS.index)


def mark_of(state: DistressState) -> Text:
    """Return the mark alone: `●`."""
    return Text().append(MARKS[state], STYLES[state])


def named_mark(state: DistressState) -> Text:
    """Return mark and name: `● distressed`."""
    return Text().append(f"{MARKS[state]} {state}", STYLES[state])


def legend(states: Iterable[DistressState]) -> Text:
    """Return those of the states that are worth a mark, with their names; empty where none is."""
    found = set(states)
    return Text("  ").join(named_mark(state) for state in WORTH_A_MARK if state in found)
