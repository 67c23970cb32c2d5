"""The sample calls: identifiers planted in their scripts, as they were written and as our recogniser hears them.

`redaction_texts/samples.tsv` lists them by hand: call, type, words. Everything else that goes is a false alarm.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from corpus import SAMPLES
from machine import Figures
from normalise import Language
from redaction_bench import Bench
from redaction_heard import Heard, recognised
from redaction_records import Kind
from redaction_scores import found_in, secret_in
from redaction_sides import Cleaned
from redaction_silenced import others_figures, others_of, silenced
from redaction_sound import Spoken
from redaction_talk import FOLDER
from redaction_utterances import told
from stimmung.models.registry import build_engines
from stimmung.speech.decode import decode
from stimmung.speech.records import Span, Utterance
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from text_bench import cell, show

MONO: Final = "-mono"  # the same call with both speakers on one channel
MARKS: Final = ".,?!;:"
COLUMNS: Final = ("precision", "recall")
SOUND: Final = tuple(others_figures([]))


@dataclass(frozen=True, slots=True)
class Planted:
    """An identifier in a call's script; its words may be said several times."""

    call: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """A call: its utterances, and for each of them which of its words, or which stretch, holds an identifier."""

    name: str
    language: Language
    call: tuple[Utterance, ...]
    words: frozenset[tuple[int, int]]
    spans: tuple[tuple[int, Span], ...]
    heard: Heard | None = None  # its sound, where it was recognised


def samples(bench: Bench) -> Figures:
    """Measure every side on the scripts and on what is heard of the calls."""
    planted = read_planted()
    scripts = [script(name, planted) for name in dict.fromkeys(one.call for one in planted)]
    heard = _heard(scripts, bench.options.quick)
    figures: Figures = {"planted": len(planted), "calls": len(scripts)}
    rows = []
    shown = [*((name, key) for name in ("script", "heard") for key in COLUMNS), *(("heard", key) for key in SOUND)]
    for side in bench.sides:
        own = figures[side.title] = {}
        for name, calls in (("script", scripts), ("heard", heard)):
            cleaned = [side.clean([one.call], one.language)[0] for one in calls]
            own[name] = measured(calls, cleaned, planted)
        own["precision"] = own["heard"]["precision"]
        rows.append([side.title, *(cell(own[name][key]) for name, key in shown)])
    show("Sample calls", ["", *(f"{key}, {name}" for name, key in shown)], rows)
    return figures


def read_planted() -> list[Planted]:
    """Read the list."""
    lines = (FOLDER / "samples.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line]
    return [Planted(call, cast(Kind, kind), text) for call, kind, text in rows]


def script(name: str, planted: Sequence[Planted]) -> Told:
    """Return a call as it was written; ValueError where it does not hold what the list says."""
    truth = json.loads((SAMPLES / f"{name}.truth.json").read_text("utf-8"))
    turns = truth["utterances"]
    call = told([(turn["role"], turn["text"]) for turn in turns], truth["language"])
    words: set[tuple[int, int]] = set()
    spans: list[tuple[int, Span]] = []
    for one in planted:
        if one.call != name:
            continue
        places = [(n, place) for n, said in enumerate(call) for place in _places(said, one.text)]
        if not places:
            raise ValueError(f"{name} does not say {one.text!r}: mend redaction_texts/samples.tsv")
        words |= set(places)
        spans += [span for n in {n for n, _ in places} for span in _pieces(turns[n], one.text)]
    return Told(name, truth["language"], call, frozenset(words), tuple(spans))


def _places(said: Utterance, text: str) -> list[int]:
    """Return the places of the words of `text` wherever they stand in a row."""
    wanted = [word.strip(MARKS).casefold() for word in text.split()]
    words = [word.text.strip(MARKS).casefold() for word in said.words]
    starts = [n for n in range(len(words)) if words[n : n + len(wanted)] == wanted]
    return [start + inner for start in starts for inner in range(len(wanted))]


def _pieces(turn: dict[str, Any], text: str) -> list[tuple[int, Span]]:  # Any: JSON
    """Return when the pieces of a turn are said that hold words of `text`."""
    wanted = {word.strip(MARKS).casefold() for word in text.split()}
    return [
        (turn["channel"], Span(piece["start"], piece["end"]))
        for piece in turn["pieces"]
        if wanted & {word.strip(MARKS).casefold() for word in piece["text"].split()}
    ]


def _heard(scripts: Sequence[Told], quick: bool) -> list[Told]:
    """Return the calls as recognised, the mono one too; quick: the first alone."""
    engines = build_engines(Settings(models=ModelSettings(text=NO_MODEL, voice=NO_MODEL)))
    found = []
    for one in scripts[: 1 if quick else None]:
        names = [one.name, one.name + MONO] if (SAMPLES / f"{one.name}{MONO}.flac").exists() else [one.name]
        for name in names:
            sound = Spoken(decode([SAMPLES / f"{name}.flac"]), ())
            (whole,) = recognised([sound], one.language, engines)
            call = whole.utterances
            if sound.audio.channels == 1:
                call = tuple(replace(said, role="unknown", speaker="") for said in call)
            spans = tuple((min(channel, sound.audio.channels - 1), span) for channel, span in one.spans)
            whole = replace(whole, utterances=call, spans=spans)
            found.append(Told(one.name, one.language, call, frozenset(), spans, whole))
    return found


def measured(calls: Sequence[Told], cleaned: Sequence[Cleaned], planted: Sequence[Planted]) -> Figures:
    """Return how much of what goes was planted, and how much of what was planted goes."""
    right = wrong = 0
    alarms = []
    missed = []
    pairs = list(zip(calls, cleaned, strict=True))
    wanted = [(one, clean, item) for one, clean in pairs for item in planted]
    wanted = [(one, clean, item) for one, clean, item in wanted if item.call == one.name]
    for one, clean, item in wanted:
        if not found_in(clean.said, secret_in(item.kind, item.text, one.language), one.language):
            missed.append(f"{one.name}: {item.kind} {item.text}")
    for one, clean in pairs:
        for marked in clean.marked:
            said = one.call[marked.utterance].words[marked.first : marked.last]
            hits = any((marked.utterance, place) in one.words for place in range(marked.first, marked.last))
            channel, span = one.call[marked.utterance].channel, Span(said[0].start, said[-1].end)
            hits |= not one.words and any(own == channel and _overlap(span, other) for own, other in one.spans)
            right, wrong = right + hits, wrong + (not hits)
            if not hits:
                alarms.append(f"{one.name}: {marked.kind} {' '.join(word.text for word in said)}")
    found = right + wrong
    return {
        "precision": right / found if found else None,
        "recall": 1 - len(missed) / len(wanted) if wanted else None,
        "findings": found,
        "false_alarms": alarms,
        "missed": missed,
        **others_figures(
            [others_of(one.heard, silenced(clean, one.heard)) for one, clean in pairs if one.heard is not None]
        ),
    }


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
