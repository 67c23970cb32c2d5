"""A call for reading: its summary, then who spoke when, with music and long silences between the lines."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stimmung.batch.distress_view import WORTH_A_MARK, legend, mark_of
from stimmung.batch.screen import printable
from stimmung.batch.summary_view import summary
from stimmung.batch.timeline_view import signed
from stimmung.batch.voice_view import VOICE_LEGEND, voice_mood
from stimmung.calls.clock import clock
from stimmung.calls.course import SCALE
from stimmung.calls.records import CallAnalysis
from stimmung.calls.subtitles import speaker_label
from stimmung.calls.timeline import LONG_SILENCE, OVERLAP
from stimmung.speech.records import DistressState, Event, Polarity, Span, TextEmotionScore, Utterance

OVERLAP_MARK = "║"
PLACE_MARK = "▶"
CHANNEL_STYLES = ("cyan", "yellow", "green", "magenta")
POLARITY_STYLES: dict[Polarity, str] = {"negative": "bold red", "neutral": "dim", "positive": "bold green"}
NEUTRAL = "neutral"  # the emotion that is none
TELLING = 0.3  # probability from which on an emotion is worth a word: anger and annoyance share what is theirs
PLAIN_WIDTH = 100  # characters of a line in a text file


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the transcript, and which stretch of the call it is about; `style` is rich's."""

    time: str
    speaker: str
    text: Text
    span: Span
    style: str = ""
    overlap: bool = False
    state: DistressState | None = None  # where it is worth a mark
    said: bool = False  # it is an utterance


def transcript(analysis: CallAnalysis, took: float | None = None) -> RenderableType:
    """Return the call for a rich console; `took`, seconds, adds a last line about speed and models."""
    lines = list(_lines(analysis))
    overlap = any(line.overlap for line in lines)
    table = Padding(_table(lines), (0, 0, 0, 1))
    return Group(summary(analysis), "", table, "", *_foot(analysis, took, overlap))


def excerpt(analysis: CallAnalysis, at: float, around: float) -> RenderableType:
    """Return what is said up to `around` seconds before and after a place, the place marked."""
    window = Span(at - around, at + around)
    lines = [one for one in _lines(analysis) if one.span.end >= window.start and one.span.start <= window.end]
    head = Text(printable(analysis.path), "bold")
    head.append(f"  {clock(at)} of {clock(analysis.duration)}, {around:.0f} s around", "not bold dim")
    if not lines:
        return Group(head, "", Text("nothing is said there", "dim"))
    overlap = any(line.overlap for line in lines)
    table = Padding(_table(lines, _line_at(lines, at)), (0, 0, 0, 1))
    return Group(head, "", table, "", *_foot(analysis, None, overlap))


def _line_at(lines: Sequence[Line], at: float) -> int | None:
    """Return the place of the utterance that is said then, else of the last before; None where there is none.

    Places are given in whole seconds: what begins within that second is meant.
    """
    said = [place for place, line in enumerate(lines) if line.said and int(line.span.start) <= at]
    heard = [place for place in said if at <= lines[place].span.end]
    return heard[-1] if heard else said[-1] if said else None


def _table(lines: Sequence[Line], marked: int | None = None) -> Table:
    table = Table.grid(padding=(0, 1))
    if marked is not None:
        table.add_column(no_wrap=True)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    judged = any(line.state for line in lines)
    for place, line in enumerate(lines):
        pointer = [] if marked is None else [PLACE_MARK if place == marked else " "]
        row = (line.time, _marks(line, judged), Text(line.speaker, line.style), line.text)
        table.add_row(*pointer, *row, style="bold" if place == marked else "")
    return table


def transcript_text(analysis: CallAnalysis) -> str:
    """Return the call as plain lines of at most 100 characters."""
    console = Console(file=io.StringIO(), width=PLAIN_WIDTH, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(transcript(analysis))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().split("\n")) + "\n"


def _foot(analysis: CallAnalysis, took: float | None, overlap: bool) -> Iterator[Text]:
    marks = legend(one.distress.state for one in analysis.utterances if one.distress)
    if overlap:
        marks.append("  " if marks else "").append(OVERLAP_MARK, "red").append(" several speak at the same time", "dim")
    if marks:
        yield marks
    if any(utterance.voice_emotion for utterance in analysis.utterances):
        yield Text(VOICE_LEGEND, "dim")
    if took is None:
        return
    speed = analysis.duration / max(took, 1e-3)
    models = ", ".join(f"Whisper {model.name}" for model in analysis.models if model.task == "transcription")
    parts = [f"{took:.1f} s", f"{speed:.0f} × real time" if speed >= 10 else f"{speed:.1f} × real time", models]
    yield Text(" · ".join(part for part in parts if part), "dim")


def _lines(analysis: CallAnalysis) -> Iterator[Line]:
    """Yield utterances, events and long silences by time."""
    together = _overlapping(analysis.utterances)
    items: list[Utterance | Event] = [*analysis.utterances, *analysis.events]
    heard_until = 0.0
    for item in sorted(items, key=lambda item: (item.start, item.channel)):
        yield from _silence(heard_until, item.start)
        heard_until = max(heard_until, item.end)
        if isinstance(item, Event):
            yield _event_line(item, analysis)
        else:
            yield _utterance_line(item, analysis.channels, id(item) in together)
    yield from _silence(heard_until, analysis.duration)


def _silence(start: float, end: float) -> Iterator[Line]:
    if end - start >= LONG_SILENCE:
        yield Line("", "", Text(f"··· {end - start:.0f} s silence ···", "dim"), Span(start, end))


def _event_line(event: Event, analysis: CallAnalysis) -> Line:
    place = f" on channel {event.channel}" if analysis.channels > 1 else ""
    text = f"♪ {event.kind}{place}, {event.end - event.start:.0f} s"
    return Line(clock(event.start), "", Text(text, "dim"), Span(event.start, event.end))


def _utterance_line(utterance: Utterance, channels: int, overlaps: bool) -> Line:
    style = CHANNEL_STYLES[utterance.channel % len(CHANNEL_STYLES)]
    text = Text(utterance.text)
    if utterance.flags:
        text.append(f"  ({', '.join(utterance.flags)})", "dim italic")
    if utterance.text_emotion:
        text.append("  ").append(mood(utterance.text_emotion))
    if utterance.voice_emotion:
        text.append("  ").append(voice_mood(utterance.voice_emotion))
    state = utterance.distress.state if utterance.distress else None
    marked = state if state in WORTH_A_MARK else None
    return Line(
        time=clock(utterance.start),
        speaker=speaker_label(utterance, channels),
        text=text,
        span=Span(utterance.start, utterance.end),
        style=style,
        overlap=overlaps,
        state=marked,
        said=True,
    )


def _marks(line: Line, judged: bool) -> Text:
    """Return distress and overlap, each in a column of its own; that of distress only where somebody was `judged`."""
    marks = mark_of(line.state) if line.state else Text(" " if judged else "")
    return marks.append(OVERLAP_MARK if line.overlap else "", "red")


def mood(score: TextEmotionScore) -> Text:
    """Return the mood, -5 to 5, in four signs and the likeliest emotion in a word: `-4.2 anger`."""
    emotions = {name: value for name, value in score.emotions.items() if name != NEUTRAL}
    likeliest = max(emotions, key=lambda name: emotions[name], default="")
    least = max(TELLING, score.emotions.get(NEUTRAL, 0.0))
    said = f" {likeliest}" if likeliest and emotions[likeliest] >= least else ""
    return Text(f"{signed(score.score * SCALE)}{said}", POLARITY_STYLES[score.polarity])


def _overlapping(utterances: Iterable[Utterance]) -> set[int]:
    """Return the ids of utterances that share more than OVERLAP seconds with another speaker's; ordered by start."""
    found: set[int] = set()
    speaking: list[Utterance] = []
    for new in utterances:
        speaking = [other for other in speaking if other.end > new.start]
        for other in speaking:
            someone_else = (other.channel, other.speaker) != (new.channel, new.speaker)
            if someone_else and min(other.end, new.end) - new.start > OVERLAP:
                found |= {id(other), id(new)}
        speaking.append(new)
    return found
