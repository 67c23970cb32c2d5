"""Lines that are drawn as wide as there is room: a call's mood and distress in glyphs, and the time below them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from stimmung.batch.distress_view import mark_of, worse
from stimmung.calls.clock import clock
from stimmung.calls.course import SCALE
from stimmung.calls.moods import mood_of
from stimmung.calls.records import CallAnalysis
from stimmung.calls.timeline import lasting_states
from stimmung.speech.records import DistressState, Span, Utterance

BLOCKS = "▁▂▃▄▅▆▇█"  # moods from -5 to 5
MUSIC = "♪"
TICKED_QUARTERS = 64  # columns from which on each quarter has its time: two of seven signs fit into one
SLIGHT = 1.0  # a mood nearer to zero than this has no colour


@dataclass(frozen=True, slots=True)
class Strip:
    """A line that is drawn when it is known how many columns there are."""

    draw: Callable[[int], Text]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw as wide as the place that rich gives."""
        yield self.draw(options.max_width)


def mood_strip(analysis: CallAnalysis, channel: int) -> Strip:
    """Return the mood of what a channel says, a block a cell; music and silence of the channel between them."""
    return Strip(lambda width: _moods(analysis, channel, width))


def distress_strip(analysis: CallAnalysis, channel: int) -> Strip:
    """Return the worst state of a caller in each cell; it lasts until the caller speaks again."""
    return Strip(lambda width: _states(analysis, channel, width))


def time_strip(duration: float) -> Strip:
    """Return the times of the quarters below the other strips."""
    return Strip(lambda width: Text(times(duration, width), "dim"))


def packed_strip(parts: Sequence[str]) -> Strip:
    """Return the parts with dots between them, as many on a line as fit, none broken unless it is longer than that."""
    return Strip(lambda width: Text("\n".join(_packed(parts, width))))


def block(mood: float) -> str:
    """Return a block that is the higher the better the mood, -5 to 5."""
    share = (mood + SCALE) / (2 * SCALE)
    return BLOCKS[round(min(max(share, 0.0), 1.0) * (len(BLOCKS) - 1))]


def signed(mood: float) -> str:
    """Return a mood with its sign and one decimal; what rounds to nothing is `+0.0`."""
    return f"{round(mood, 1) + 0.0:+.1f}"


def mood_style(mood: float) -> str:
    """Return rich's style of a mood, -5 to 5."""
    if abs(mood) < SLIGHT:
        return "dim"
    return "bold red" if mood < 0 else "bold green"


def times(duration: float, width: int) -> str:
    """Return the begin, the quarters where there is room, and the end, each where it belongs."""
    line, end = "", clock(duration)
    for quarter in range(4 if width >= TICKED_QUARTERS else 1):
        line = line.ljust(width * quarter // 4) + clock(duration * quarter / 4)
    return line + end.rjust(width - len(line))


def _packed(parts: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _moods(analysis: CallAnalysis, channel: int, width: int) -> Text:
    own = [one for one in analysis.utterances if one.channel == channel and mood_of(one) is not None]
    music = [Span(one.start, one.end) for one in analysis.events if one.kind == "music"]
    line = Text()
    for cell in cells(analysis.duration, width):
        mood = _mean_mood(own, cell)
        if mood is not None:
            line.append(block(mood), mood_style(mood))
        else:
            line.append(MUSIC if any(_shared(span, cell) > cell.duration / 2 for span in music) else " ", "dim")
    return line


def _states(analysis: CallAnalysis, channel: int, width: int) -> Text:
    lasting = list(lasting_states(analysis, channel))
    line = Text()
    for cell in cells(analysis.duration, width):
        found: DistressState | None = None
        for span, state in lasting:
            if _shared(span, cell) > 0:
                found = worse(found, state) if found else state
        line.append(mark_of(found) if found else Text(" "))
    return line


def cells(duration: float, width: int) -> Iterator[Span]:
    """Yield `width` equal stretches of the call."""
    for number in range(width):
        yield Span(duration * number / width, duration * (number + 1) / width)


def _mean_mood(utterances: Sequence[Utterance], cell: Span) -> float | None:
    """Return the mean of the moods in a cell, weighted by how long each lasts in it."""
    total = weight = 0.0
    for utterance in utterances:
        mood, shared = mood_of(utterance), _shared(Span(utterance.start, utterance.end), cell)
        if mood is not None and shared > 0:
            total, weight = total + mood * shared, weight + shared
    return total / weight if weight else None


def _shared(one: Span, other: Span) -> float:
    return min(one.end, other.end) - max(one.start, other.start)
