"""A call for reading: who spoke when, coloured by channel, with music and long silences between the lines."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stimmung.batch.screen import printable
from stimmung.batch.voice_view import VOICE_LEGEND, voice_mood
from stimmung.calls.records import CallAnalysis, Omission
from stimmung.calls.subtitles import speaker_label
from stimmung.speech.records import Event, Polarity, TextEmotionScore, Utterance

LONG_SILENCE = 3.0  # seconds in which nobody speaks, worth a line
OVERLAP = 0.3  # seconds that two speakers must share; less is a quick reply
OVERLAP_MARK = "║"
CHANNEL_STYLES = ("cyan", "yellow", "green", "magenta")
POLARITY_STYLES: dict[Polarity, str] = {"negative": "bold red", "neutral": "dim", "positive": "bold green"}
NEUTRAL = "neutral"  # the emotion that is none
TELLING = 0.3  # probability from which on an emotion is worth a word: anger and annoyance share what is theirs
LANGUAGE_NAMES = {"de": "German", "en": "English"}
PLAIN_WIDTH = 100  # characters of a line in a text file


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the transcript; `style` is rich's."""

    time: str
    mark: str
    speaker: str
    text: Text
    style: str


def transcript(analysis: CallAnalysis, took: float | None = None) -> RenderableType:
    """Return the call for a rich console; `took`, seconds, adds a last line about speed and models."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    lines = list(_lines(analysis))
    for line in lines:
        table.add_row(line.time, Text(line.mark, "red"), Text(line.speaker, line.style), line.text)
    overlap = any(line.mark for line in lines)
    return Group(_head(analysis), "", Padding(table, (0, 0, 0, 1)), "", *_foot(analysis, took, overlap))


def transcript_text(analysis: CallAnalysis) -> str:
    """Return the call as plain lines of at most 100 characters."""
    console = Console(file=io.StringIO(), width=PLAIN_WIDTH, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(transcript(analysis))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().split("\n")) + "\n"


def clock(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from the first hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def _head(analysis: CallAnalysis) -> Text:
    count = f"{analysis.channels} channel{'' if analysis.channels == 1 else 's'}"
    language = LANGUAGE_NAMES.get(analysis.language, analysis.language or "language unknown")
    named = analysis.info.roles[: analysis.channels]
    roles = ", ".join(named) if any(role != "unknown" for role in named) else "roles unknown"
    head = Text(printable(analysis.path), "bold")
    return head.append(f"  {clock(analysis.duration)} · {count} · {language} · {roles}", "not bold dim")


def _foot(analysis: CallAnalysis, took: float | None, overlap: bool) -> Iterator[Text]:
    if overlap:
        yield Text.assemble((OVERLAP_MARK, "red"), (" several speak at the same time", "dim"))
    if any(utterance.voice_emotion for utterance in analysis.utterances):
        yield Text(VOICE_LEGEND, "dim")
    if analysis.dual_mono:
        yield Text("both channels hold the same signal: heard once, speakers unknown", "dim")
    if took is None:
        return
    roles_would_help = analysis.channels > 1 and not analysis.dual_mono
    if roles_would_help and any(utterance.role == "unknown" for utterance in analysis.utterances):
        hence = ", hence no mood" if analysis.omitted else ""
        yield Text(f"roles unknown{hence}: say who is on which channel with --roles agent,customer", "dim")
    else:
        yield from _omitted(analysis.omitted)
    speed = analysis.duration / max(took, 1e-3)
    models = ", ".join(f"Whisper {model.name}" for model in analysis.models if model.task == "transcription")
    parts = [f"{took:.1f} s", f"{speed:.0f} × real time" if speed >= 10 else f"{speed:.1f} × real time", models]
    yield Text(" · ".join(part for part in parts if part), "dim")


def _omitted(omitted: Sequence[Omission]) -> Iterator[Text]:
    """Yield a line for each reason: `no text emotion, no voice emotion: the customer says nothing …`."""
    for why in dict.fromkeys(one.why for one in omitted):
        what = ", ".join(f"no {one.what.replace('_', ' ')}" for one in omitted if one.why == why)
        yield Text(f"{what}: {why}", "dim")


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
        yield Line("", "", "", Text(f"··· {end - start:.0f} s silence ···", "dim"), "")


def _event_line(event: Event, analysis: CallAnalysis) -> Line:
    place = f" on channel {event.channel}" if analysis.channels > 1 else ""
    text = f"♪ {event.kind}{place}, {event.end - event.start:.0f} s"
    return Line(clock(event.start), "", "", Text(text, "dim"), "")


def _utterance_line(utterance: Utterance, channels: int, overlaps: bool) -> Line:
    style = CHANNEL_STYLES[utterance.channel % len(CHANNEL_STYLES)]
    text = Text(utterance.text)
    if utterance.flags:
        text.append(f"  ({', '.join(utterance.flags)})", "dim italic")
    if utterance.text_emotion:
        text.append("  ").append(mood(utterance.text_emotion))
    if utterance.voice_emotion:
        text.append("  ").append(voice_mood(utterance.voice_emotion))
    mark = OVERLAP_MARK if overlaps else ""
    return Line(clock(utterance.start), mark, speaker_label(utterance, channels), text, style)


def mood(score: TextEmotionScore) -> Text:
    """Return the score in three signs and the likeliest emotion in a word: `-0.8 anger`."""
    emotions = {name: value for name, value in score.emotions.items() if name != NEUTRAL}
    likeliest = max(emotions, key=lambda name: emotions[name], default="")
    least = max(TELLING, score.emotions.get(NEUTRAL, 0.0))
    said = f" {likeliest}" if likeliest and emotions[likeliest] >= least else ""
    return Text(f"{score.score:+.1f}{said}", POLARITY_STYLES[score.polarity])


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
