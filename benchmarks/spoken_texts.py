"""Texts as our own recogniser hears them: spoken by Pico voices, through the phone channel, transcribed.

Used by text_emotion.py to measure on, and to make training texts with true recognition errors:

    python benchmarks/spoken_texts.py --texts FILE --language de --output FILE

FILE holds one text a line. The output has each text and its transcript, tab-separated. Texts that it holds already
are not spoken again: a run that was interrupted goes on.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sounds import RATE, phone
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.models.registry import build_engines
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import Audio, CallInfo, Samples, Utterance
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from unredacted import Unredacted

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
VOICES = {"de": ("de-DE",), "en": ("en-GB", "en-US")}
GROUP = 40  # texts that make up one call
PAUSE = 1.5  # s between them: longer than any pause within one
LEVEL = 0.1  # RMS of speech
MAX_WORDS = 60  # beyond it a text is no utterance any more


@dataclass(frozen=True, slots=True)
class Heard:
    """A text and what the recogniser made of it."""

    text: str
    transcript: str


def hear(
    texts: Sequence[str], language: str, kept: Path | None = None, told: Callable[[int, int], None] | None = None
) -> list[Heard]:
    """Speak and transcribe `texts`, in their order; `kept` is a file of earlier results, which grows.

    A text that no voice can say (no letter in it) is left out.
    """
    texts = [" ".join(text.split()) for text in texts]  # a line and a column each
    known = _read(kept) if kept else {}
    wanted = [text for text in dict.fromkeys(texts) if re.search(r"[^\W\d_]", text) and text not in known]
    engines: Engines | None = None
    for begin in range(0, len(wanted), GROUP):
        engines = engines or build_engines(Settings(models=ModelSettings(text=NO_MODEL)))
        group = wanted[begin : begin + GROUP]
        for text, transcript in zip(group, _transcribe(group, language, engines), strict=True):
            known[text] = transcript
            if kept:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(f"{text}\t{transcript}\n")
        if told:
            told(begin + len(group), len(wanted))
    return [Heard(text, known[text]) for text in texts if text in known]


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    rows = [line.split("\t") for line in file.read_text("utf-8").split("\n")]
    return {row[0]: row[1] for row in rows if len(row) == 2}  # a run may have been cut off in the middle of a line


def _transcribe(texts: Sequence[str], language: str, engines: Engines) -> list[str]:
    """Say the texts one after the other, as one call, and return what is heard of each."""
    parts: list[Samples] = [np.zeros(RATE, np.float32)]
    spans: list[tuple[float, float]] = []
    at = parts[0].size
    for sound in _speak(texts, language):
        spans.append((at / RATE, (at + sound.size) / RATE))
        parts += [sound, np.zeros(round(PAUSE * RATE), np.float32)]
        at += sound.size + parts[-1].size
    call = Audio(np.concatenate(parts)[np.newaxis])
    options = TranscriptionOptions(languages=(language,))
    found = analyze_audio(call, "spoken", CallInfo(), engines, Instructions(Unredacted(), options), lambda *_: None)
    return [_text_in(found.analysis.utterances, start, end) for start, end in spans]


def _text_in(utterances: Sequence[Utterance], start: float, end: float) -> str:
    return " ".join(one.text for one in utterances if start <= (one.start + one.end) / 2 <= end)


def _speak(texts: Sequence[str], language: str) -> list[Samples]:
    """Return each text as heard through a telephone, with a voice, pace and pitch drawn from its hash."""
    sys.path.append(str(SAMPLES))  # the sample calls' voice, which is no part of any package
    from voice import Request, speak

    draws = [np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)) for text in texts]
    requests = [
        Request(
            sayable(text),
            str(draw.choice(VOICES[language])),
            speed=float(draw.uniform(0.85, 1.0)),
            pitch=float(draw.uniform(0.95, 1.05)),
            size=float(draw.uniform(0.93, 1.07)),
        )
        for text, draw in zip(texts, draws, strict=True)
    ]
    return [_on_the_phone(sound) for sound in speak(requests)]


def _on_the_phone(sound: Samples) -> Samples:
    """Return the sound as a telephone passes it on; without noise, which this voice bears badly (WER .20 to .35)."""
    return phone(np.clip(LEVEL * sound / max(float(np.sqrt(np.mean(np.square(sound)))), 1e-6), -1.0, 1.0))


def sayable(text: str) -> str:
    """Return what a voice should read of a text from the web: no addresses, marks or placeholders."""
    text = re.sub(r"https?://\S+|www\.\S+", " ", text)
    text = re.sub(r"\[NAME\]", "Alex", text)
    text = re.sub(r"\[\w+\]", " ", text)
    text = re.sub(r"[^\w\s.,;:!?'’%&€$()-]|[_#@]", " ", text)
    return " ".join(text.split()[:MAX_WORDS])


def main() -> None:
    """Hear the texts of a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--texts", type=Path, required=True, help="one text a line")
    parser.add_argument("--language", choices=sorted(VOICES), required=True)
    parser.add_argument("--output", type=Path, required=True, help="text and transcript, tab-separated; grows")
    given = parser.parse_args()
    texts = [line for line in given.texts.read_text("utf-8").split("\n") if line.strip()]
    heard = hear(texts, given.language, given.output, lambda done, of: print(f"{done} of {of}", flush=True))
    print(f"{len(heard)} of {len(texts)} texts heard")


if __name__ == "__main__":
    main()
