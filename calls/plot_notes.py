"""Moments of a call that a picture points at: numbered there, told in words below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import shorten

from stimmung.calls.clock import clock
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import DistressState

MOST = 5  # notes: more, and nobody reads them
QUOTE = 90  # characters
NO_DISTRESS: tuple[DistressState, ...] = ("unknown", "calm")


@dataclass(frozen=True, slots=True)
class Note:
    """A moment (s) on a channel and what is to be said about it."""

    time: float
    channel: int
    text: str


def notes_of(analysis: CallAnalysis) -> list[Note]:
    """Return the worst moment of each caller, safety phrases, and where the mood turned, by time.

    Of a caller who was never above calm the worst mood is told.
    """
    found: dict[tuple[int, float], Note] = {}
    for note in (*_peaks(analysis), *_safety(analysis), *_turns(analysis)):  # the first about a moment stays
        found.setdefault((note.channel, note.time), note)
    return sorted(list(found.values())[:MOST], key=lambda note: note.time)


def quoted(text: str) -> str:
    """Return the words in quotation marks, on one line, cut at a word."""
    return f"“{shorten(text, QUOTE, placeholder=' …')}”"


def _peaks(analysis: CallAnalysis) -> Iterator[Note]:
    distressed = set()
    for caller in analysis.distress:
        peak = caller.peak
        if peak and peak.state not in NO_DISTRESS and (said := analysis.said_at(caller.channel, peak.time)):
            distressed.add(caller.channel)
            text = f"{clock(said.start)} worst: {peak.state}, score {100 * peak.score:.0f} %, {quoted(said.text)}"
            yield Note(said.start, caller.channel, text)
    for course in analysis.course:
        if course.channel not in distressed:
            worst = course.peak
            text = f"{clock(worst.time)} worst mood {worst.score:+.1f}, {quoted(worst.quote)}"
            yield Note(worst.time, course.channel, text)


def _safety(analysis: CallAnalysis) -> Iterator[Note]:
    for one in analysis.utterances:
        for reason in one.distress.reasons if one.distress else ():
            if reason.kind == "safety" and one.start <= reason.time <= one.end:
                text = f"{clock(one.start)} {' '.join(reason.text.split())}: {quoted(reason.quote)}"
                yield Note(one.start, one.channel, text)


def _turns(analysis: CallAnalysis) -> Iterator[Note]:
    for course in analysis.course:
        if turn := course.turning_point:
            role = "" if turn.role == "unknown" else f"{turn.role}: "
            said = f", after {role}{quoted(turn.said)}" if turn.said else ""
            text = f"{clock(turn.time)} mood turns from {turn.before:+.1f} to {turn.after:+.1f}{said}"
            yield Note(turn.time, course.channel, text)
