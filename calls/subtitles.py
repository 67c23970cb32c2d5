"""Subtitles of a call, SubRip and WebVTT: at most two lines and seven seconds at a time, cut at word times.

SubRip has no standard; this follows what players read. WebVTT: https://www.w3.org/TR/webvtt1/.
"""

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import Utterance, Word

LINE_WIDTH = 42  # characters: what broadcasters' guidelines allow
MAX_LINES = 2
MAX_SECONDS = 7.0
MIN_SECONDS = 0.3  # shorter cues flash by unseen
SENTENCE_ENDS = (".", "?", "!", ";", ":", ",")
SRT_LOOKALIKES = str.maketrans("<>", "‹›")  # SubRip knows no escapes, and players read <…> as a tag


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands on the screen between `start` and `end`, seconds; `end` is always later."""

    start: float
    end: float
    speaker: str
    lines: tuple[str, ...]


def speaker_label(utterance: Utterance, channels: int) -> str:
    """Name who speaks: the speaker if known, else the role, else the channel; empty for a lone unknown channel."""
    if utterance.speaker:
        return " ".join(utterance.speaker.split())  # a line break would end the cue
    if utterance.role != "unknown":
        return utterance.role.capitalize()
    return f"Channel {utterance.channel}" if channels > 1 else ""


def cues(analysis: CallAnalysis, label_in_line: bool = False) -> list[Cue]:
    """Cut the utterances into cues ordered by start; `label_in_line` keeps room for `Speaker: ` in the first line."""
    found = []
    for utterance in analysis.utterances:
        speaker = speaker_label(utterance, analysis.channels)
        prefix = f"{speaker}: " if speaker and label_in_line else ""
        for words in _portions(_timed_words(utterance), prefix):
            start, end = words[0].start, words[-1].end
            end = min(max(end, start + MIN_SECONDS), start + MAX_SECONDS)
            found.append(Cue(start, end, speaker, tuple(_wrapped(words, prefix))))
    return sorted(found, key=lambda cue: (cue.start, cue.end))  # WebVTT wants starts in order across channels


def to_srt(analysis: CallAnalysis) -> str:
    """Return the call as SubRip, each cue opened by its speaker."""
    blocks = []
    for number, cue in enumerate(cues(analysis, label_in_line=True), start=1):
        text = "\n".join(cue.lines).translate(SRT_LOOKALIKES)
        blocks.append(f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{text}\n")
    return "\n".join(blocks)


def to_vtt(analysis: CallAnalysis) -> str:
    """Return the call as WebVTT, the speaker in each cue's voice tag."""
    blocks = ["WEBVTT\n"]
    for cue in cues(analysis):
        voice = f"<v {html.escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        text = html.escape("\n".join(cue.lines), quote=False)  # & < >, hence no --> either
        blocks.append(f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{voice}{text}\n")
    return "\n".join(blocks)


def _timed_words(utterance: Utterance) -> Sequence[Word]:
    """Return the words; where alignment gave none, and where one holds several, they are spread by their length."""
    given = utterance.words or (Word(utterance.start, utterance.end, utterance.text, utterance.confidence),)
    return [piece for word in given for piece in _spread(word)]


def _spread(word: Word) -> Iterator[Word]:
    texts = word.text.split()
    seconds_a_letter = (word.end - word.start) / max(1, sum(map(len, texts)))
    start = word.start
    for text in texts:
        end = word.end if text is texts[-1] else start + len(text) * seconds_a_letter
        yield Word(start, end, text, word.probability)
        start = end


def _portions(words: Sequence[Word], prefix: str) -> Iterator[Sequence[Word]]:
    """Yield runs of words that fit a cue, ended at a punctuation mark where one stands in the run's second half."""
    first = 0
    while first < len(words):
        end = first + 1
        while end < len(words) and _fits(words[first : end + 1], prefix):
            end += 1
        if end < len(words):
            pauses = (at for at in range(end, first, -1) if words[at - 1].text.endswith(SENTENCE_ENDS))
            pause = next(pauses, end)
            end = pause if pause - first > (end - first) / 2 else end
        yield words[first:end]
        first = end


def _fits(words: Sequence[Word], prefix: str) -> bool:
    return words[-1].end - words[0].start <= MAX_SECONDS and len(_wrapped(words, prefix)) <= MAX_LINES


def _wrapped(words: Sequence[Word], prefix: str) -> list[str]:
    """Break the words into lines; a word longer than a line stays whole."""
    text = prefix + " ".join(" ".join(word.text for word in words).split())
    return textwrap.wrap(text, LINE_WIDTH, break_long_words=False, break_on_hyphens=False)


def _clock(seconds: float, mark: str) -> str:
    """Return hh:mm:ss,mmm; hours keep two digits at least."""
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
