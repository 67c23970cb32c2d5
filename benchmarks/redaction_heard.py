"""What our recogniser hears of spoken dialogues, as the product's pipeline hears calls, before anything is taken out.

The windows of many dialogues are handed to the recogniser together, which is only quicker: it hears each by itself.
What was heard is kept in a file, so that redaction can be changed and measured again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from normalise import Language
from redaction_records import Dialogue, Role
from redaction_sound import Spoken, voiced
from redaction_utterances import CHANNELS
from stimmung.models.registry import build_engines
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.events import find_events
from stimmung.speech.records import SAMPLE_RATE, Span, Utterance, Window, Word
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from stimmung.speech.sounding import sounding_spans
from stimmung.speech.utterances import utterances_of
from stimmung.speech.windows import pack_windows

GROUP: Final = 20  # dialogues said and heard at once
ROLES: Final[dict[int, Role]] = {channel: role for role, channel in CHANNELS.items()}


@dataclass(frozen=True, slots=True)
class Heard:
    """A dialogue's utterances as recognised, where its item sounds, where the detector hears speech, where it sounds.

    Places are channel and stretch; `duration` is that of the call, in seconds. `sounds` is None of what was kept before
    it was known to matter.
    """

    utterances: tuple[Utterance, ...]
    spans: tuple[tuple[int, Span], ...]
    speech: tuple[tuple[int, Span], ...]
    duration: float
    sounds: tuple[tuple[int, Span], ...] | None = None


def hear(dialogues: Sequence[Dialogue], kept: Path, told: Callable[[int, int], None] | None = None) -> list[Heard]:
    """Have dialogues of one language said and recognised, where the file `kept` does not hold that already."""
    known = dict(_read(kept))
    wanted = [one for one in dialogues if key_of(one) not in known or known[key_of(one)].sounds is None]
    engines = None
    for begin in range(0, len(wanted), GROUP):
        group = wanted[begin : begin + GROUP]
        before = [known[key_of(one)] for one in group if key_of(one) in known]
        spoken = voiced(group)
        if len(before) == len(group):
            heard = [replace(one, sounds=sounds_of(own)) for one, own in zip(before, spoken, strict=True)]
        else:
            engines = engines or build_engines(Settings(models=ModelSettings(text=NO_MODEL, voice=NO_MODEL)))
            heard = recognised(spoken, group[0].language, engines)
        with kept.open("a", encoding="utf-8") as file:
            for one, own in zip(group, heard, strict=True):
                known[key_of(one)] = own
                file.write(json.dumps({"key": key_of(one), **_as_json(own)}) + "\n")
        if told:
            told(begin + len(group), len(wanted))
    return [known[key_of(one)] for one in dialogues]


def sounds_of(spoken: Spoken) -> tuple[tuple[int, Span], ...]:
    """Return where a call sounds: channel and stretch."""
    return tuple((channel, span) for channel, spans in enumerate(sounding_spans(spoken.audio)) for span in spans)


def recognised(spoken: Sequence[Spoken], language: Language, engines: Engines) -> list[Heard]:
    """Return what is heard of each call."""
    windows = [_windows(one, engines) for one in spoken]
    options = TranscriptionOptions(languages=(language,))
    texts = iter(engines.transcriber.transcribe([window for own in windows for window in own], options))
    heard = []
    for one, own in zip(spoken, windows, strict=True):
        said = [utterance for _ in own for utterance in next(texts)]
        said.sort(key=lambda utterance: (utterance.start, utterance.channel))
        speech = tuple((window.channel, span) for window in own for span in window.speech)
        utterances = tuple(_with_role(utterance) for utterance in said)
        heard.append(Heard(utterances, one.spans, speech, one.audio.duration, sounds_of(one)))
    return heard


def _windows(spoken: Spoken, engines: Engines) -> list[Window]:
    events = find_events(spoken.audio)
    frame_seconds = engines.detector.frame_samples / SAMPLE_RATE
    windows = []
    for channel, samples in enumerate(spoken.audio.samples):
        found = engines.detector.probabilities(samples)[0]
        windows += pack_windows(utterances_of(samples, channel, found, frame_seconds, events))
    return windows


def _with_role(utterance: Utterance) -> Utterance:
    role = ROLES[utterance.channel]
    return replace(utterance, role=role, speaker=role, voice_features=None)


def key_of(dialogue: Dialogue) -> str:
    """Return what a dialogue's sound is known by: language, speakers, words and where the item is in them."""
    pieces = [(turn.role, piece.text, piece.item) for turn in dialogue.turns for piece in turn.pieces]
    return hashlib.sha256(json.dumps([dialogue.language, pieces]).encode()).hexdigest()[:24]


def _as_json(heard: Heard) -> dict[str, Any]:  # Any: JSON
    said = [
        {name: getattr(one, name) for name in ("channel", "start", "end", "text", "language", "confidence")}
        | {"words": [list(asdict(word).values()) for word in one.words]}
        for one in heard.utterances
    ]
    return {
        "said": said,
        "spans": _spans_as_json(heard.spans),
        "speech": _spans_as_json(heard.speech),
        "duration": heard.duration,
        "sounds": _spans_as_json(heard.sounds or ()),
    }


def _spans_as_json(spans: Sequence[tuple[int, Span]]) -> list[list[float]]:
    return [[channel, round(span.start, 3), round(span.end, 3)] for channel, span in spans]


def _read(file: Path) -> Iterator[tuple[str, Heard]]:
    if not file.exists():
        return
    for line in file.read_text("utf-8").splitlines():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:  # a run was cut off in the middle of a line
            continue
        said = tuple(_utterance(one) for one in found["said"])
        if "speech" not in found:  # kept before it was known to matter
            continue
        sounds = _spans(found["sounds"]) if "sounds" in found else None
        yield found["key"], Heard(said, _spans(found["spans"]), _spans(found["speech"]), found["duration"], sounds)


def _spans(found: Sequence[Sequence[float]]) -> tuple[tuple[int, Span], ...]:
    return tuple((int(channel), Span(start, end)) for channel, start, end in found)


def _utterance(found: dict[str, Any]) -> Utterance:  # Any: JSON
    role = ROLES[found["channel"]]
    words = tuple(Word(*fields) for fields in found.pop("words"))
    return Utterance(**found, role=role, speaker=role, flags=(), words=words)
