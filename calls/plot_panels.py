"""The rows of a call's picture: lanes of speech, bars of mood, curve of distress.

What a colour says is said by place, shape or word as well, and states are the darker the worse: nobody needs to tell
red from green, or to print in colour.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from stimmung.calls.clock import clock
from stimmung.calls.course import SCALE
from stimmung.calls.moods import mood_of
from stimmung.calls.records import CallAnalysis
from stimmung.calls.timeline import LONG_SILENCE, lasting_states, long_silences, overlaps
from stimmung.speech.records import DistressState, Role, Span, Utterance

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

FONT = 8.5
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)  # s between marks of the time axis
MOST_TICKS = 12
NAMED = 0.07  # of the call: a state that lasts longer has its name in the picture
SHORTEST = 0.002  # of the call: what is shorter is drawn as long as that, or nobody sees it

# Okabe and Ito's colours, https://jfly.uni-koeln.de/color/
PARTIES: dict[Role, str] = {"agent": "#56B4E9", "customer": "#E69F00", "unknown": "#CC79A7"}
GOOD, BAD, INK, PALE, MUSIC = "#0072B2", "#D55E00", "#222222", "#E4E4E4", "#8A8A8A"
STATES: dict[DistressState, str] = {  # the worse the darker
    "unknown": "#F2F2F2",
    "calm": "#FFFFFF",
    "uneasy": "#FFF0C2",
    "distressed": "#F9BE72",
    "urgent": "#DB7B50",
}


def draw_speech(analysis: CallAnalysis, axes: "Axes") -> None:
    """Draw a lane a channel, the first on top, with music in it, overlaps across and long silences behind."""
    channels = max(1, analysis.channels)
    for silence in long_silences(analysis):
        axes.axvspan(silence.start, silence.end, color=PALE, linewidth=0, zorder=0)
    for one in analysis.utterances:
        bar = (one.start, max(one.duration, SHORTEST * analysis.duration))
        axes.broken_barh([bar], (one.channel - 0.36, 0.72), facecolor=PARTIES[one.role], zorder=2)
    for event in analysis.events:
        if event.kind == "music":
            bar = (event.start, event.end - event.start)
            axes.broken_barh(
                [bar], (event.channel - 0.36, 0.72), facecolor="white", edgecolor=MUSIC, hatch="////", zorder=2
            )
    for overlap in overlaps(analysis):
        axes.broken_barh([(overlap.start, overlap.duration)], (-0.1, channels - 0.8), facecolor=INK, zorder=3)
    axes.set_ylim(channels - 0.5, -0.5)
    axes.set_yticks(range(channels), [_party(analysis, channel) for channel in range(channels)], fontsize=FONT)


def draw_mood(analysis: CallAnalysis, channel: int, axes: "Axes") -> None:
    """Draw a bar for each utterance of a channel, from zero up or down, and the mean of each quarter of the call."""
    for one in _own(analysis, channel):
        mood = mood_of(one)
        if mood is not None:
            length = max(one.duration, SHORTEST * analysis.duration)
            colour = GOOD if mood >= 0 else BAD
            axes.bar(one.start, mood, length, align="edge", color=colour, edgecolor="white", linewidth=0.3, zorder=2)
    for course in analysis.course:
        for quarter in course.quarters if course.channel == channel else ():
            if quarter.score is not None:
                axes.hlines(quarter.score, quarter.span.start, quarter.span.end, color=INK, linewidth=1.2, zorder=3)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_ylim(-SCALE, SCALE)
    axes.set_yticks([-SCALE, 0, SCALE], ["-5", "0", "+5"], fontsize=FONT)
    axes.set_ylabel(_titled("mood", analysis, channel), fontsize=FONT)


def draw_distress(analysis: CallAnalysis, channel: int, axes: "Axes") -> None:
    """Draw the probability of each utterance of a caller over the states, which last until the caller speaks again."""
    for span, state in _bands(analysis, channel):
        axes.axvspan(span.start, span.end, color=STATES[state], linewidth=0, zorder=0)
        if _has_room(span, analysis):
            axes.text(span.start, 1.06, f" {state}", fontsize=FONT - 1, va="bottom", color=INK)
    judged = [(one, one.distress.probability) for one in _own(analysis, channel) if one.distress]
    times = [(one.start + one.end) / 2 for one, probability in judged if probability is not None]
    values = [probability for _, probability in judged if probability is not None]
    axes.plot(times, values, color=INK, linewidth=1, marker="o", markersize=3.5, zorder=3)
    safety = [one for one, _ in judged if one.distress and any(r.kind == "safety" for r in one.distress.reasons)]
    axes.plot(
        [(one.start + one.end) / 2 for one in safety], [0.06] * len(safety),
        linestyle="none", marker="^", markersize=7, color=INK, zorder=4,
    )  # fmt: skip
    axes.set_ylim(0, 1.25)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontsize=FONT)
    axes.set_ylabel(_titled("distress of\neach utterance", analysis, channel), fontsize=FONT)


def draw_time(axes: "Axes", duration: float) -> None:
    """Give the axis the length of the call and marks in m:ss."""
    step = next((step for step in TICKS if duration / step <= MOST_TICKS), TICKS[-1])
    marks = [float(step * number) for number in range(int(duration / step) + 1)]
    axes.set_xlim(0, max(duration, 0.1))
    axes.set_xticks(marks, [clock(mark) for mark in marks], fontsize=FONT)
    axes.spines[["top", "right"]].set_visible(False)


def legend(analysis: CallAnalysis) -> "list[Artist]":
    """Return what needs an explanation in this call."""
    return list(_legend(analysis))


def _legend(analysis: CallAnalysis) -> "Iterator[Artist]":
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if overlaps(analysis):
        yield Patch(facecolor=INK, label="overlap")
    if long_silences(analysis):
        yield Patch(facecolor=PALE, label=f"silence from {LONG_SILENCE:.0f} s")
    if any(event.kind == "music" for event in analysis.events):
        yield Patch(facecolor="white", edgecolor=MUSIC, hatch="////", label="music")
    if any(quarter.score is not None for course in analysis.course for quarter in course.quarters):
        yield Line2D([], [], color=INK, linewidth=1.2, label="mean of a quarter")
    bands = [band for channel in range(analysis.channels) for band in _bands(analysis, channel)]
    named = {state for span, state in bands if _has_room(span, analysis)}
    for state, colour in STATES.items():
        if state in {other for _, other in bands} - named:
            yield Patch(facecolor=colour, edgecolor=PALE, label=state)
    if any(one.distress and any(r.kind == "safety" for r in one.distress.reasons) for one in analysis.utterances):
        yield Line2D([], [], linestyle="none", marker="^", markersize=7, color=INK, label="safety phrase")


def drawable(text: str) -> str:
    """Return the text on one line, with � for what the picture's font has no sign for."""
    known = _signs()
    return "".join(sign if ord(sign) in known else "\ufffd" for sign in " ".join(text.split()))


@cache
def _signs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def _bands(analysis: CallAnalysis, channel: int) -> Iterator[tuple[Span, DistressState]]:
    """Yield the states of a caller, each for as long as it stays the same."""
    for state, group in groupby(lasting_states(analysis, channel), lambda band: band[1]):
        spans = [span for span, _ in group]
        yield Span(spans[0].start, spans[-1].end), state


def _has_room(span: Span, analysis: CallAnalysis) -> bool:
    return span.duration > NAMED * analysis.duration


def _own(analysis: CallAnalysis, channel: int) -> list[Utterance]:
    return [one for one in analysis.utterances if one.channel == channel]


def _party(analysis: CallAnalysis, channel: int) -> str:
    """Return who speaks on a channel: the role, and the channel where that does not tell."""
    named = analysis.info.roles[: channel + 1]
    roles = {one.channel: one.role for one in analysis.utterances}
    role = roles.get(channel, named[channel] if channel < len(named) else "unknown")
    if role != "unknown" and sum(other == role for other in roles.values()) <= 1:
        return role
    return f"channel {channel}" if analysis.channels > 1 else "speech"


def _titled(what: str, analysis: CallAnalysis, channel: int) -> str:
    party = _party(analysis, channel)
    return what if party == "customer" else f"{what}\n{party}"
