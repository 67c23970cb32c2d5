"""The sample calls as the load client sends them: decoded beforehand, so that no decoder runs beside the server."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from corpus import SAMPLES
from energy import MIN_PAUSE, measure
from live_plan import Track
from stimmung.speech.records import Samples, Span
from wav import Sound, read

DISTRESSED: Final = ("de-billing-angry", "en-vulnerable")
CALM: Final = ("de-address", "de-cancellation", "en-happy", "en-outage")
TWO_CHANNELS: Final = (*DISTRESSED, *CALM)
MONO: Final = "de-address-mono"
# How the script has a customer speak who is in distress; `annoyed` and `worried` are what comes before.
IN_DISTRESS: Final = ("angry", "distressed")


WHOLE: Final = Span(0.0, float("inf"))
EXCERPT: Final = Span(45.0, 75.0)  # s: both callers in distress come to be so in it


def tracks(folder: Path, names: Sequence[str] = TWO_CHANNELS, part: Span = WHOLE) -> tuple[Track, ...]:
    """Decode a part of these sample calls into `folder`, at the rate that they were recorded at."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_track(name, folder, part) for name in names)


def _track(name: str, folder: Path, part: Span) -> Track:
    whole = read(SAMPLES / f"{name}.flac")
    begin, end = round(part.start * whole.rate), round(min(part.end, whole.seconds) * whole.rate)
    sound = Sound(whole.samples[:, begin:end], whole.rate)
    ill = onset(name)
    file = folder / f"{name}.pcm"
    file.write_bytes(interleaved(sound))
    info: dict[str, Any] = json.loads((SAMPLES / f"{name}.call.json").read_text("utf-8"))  # Any: JSON
    when = None if ill is None else max(ill - part.start, 0.0)
    return Track(name, str(file), sound.rate, sound.samples.shape[0], info, name in DISTRESSED, when)


def interleaved(sound: Sound) -> bytes:
    """Return 16-bit PCM, the channels sample by sample."""
    pcm = np.clip(np.rint(sound.samples * 32768), -32768, 32767).astype("<i2")
    return np.ascontiguousarray(pcm.T).tobytes()


def onset(name: str) -> float | None:
    """Return when the customer of a sample call begins to speak in distress (s); None for one who never does."""
    truth: dict[str, Any] = json.loads((SAMPLES / f"{name}.truth.json").read_text("utf-8"))  # Any: JSON
    starts = [
        turn["start"] for turn in truth["utterances"] if turn["role"] == "customer" and turn["mood"] in IN_DISTRESS
    ]
    return min(starts, default=None)


@cache
def voiced_ends(name: str) -> tuple[Samples, ...]:
    """Return by channel the times at which sound ends, by its level alone (s, rising)."""
    sound = read(SAMPLES / f"{name}.flac")
    return tuple(
        np.array([span.end for span in measure(channel, sound.rate).sounding], np.float32) for channel in sound.samples
    )


def last_voiced(name: str, channel: int, end: float, pause: float) -> float:
    """Return when the sound of an utterance ended by its level: the last such time up to `pause` s after `end`.

    The utterance's own `end` where nothing ends near it.
    """
    ends = voiced_ends(name)[channel]
    near = ends[(ends > end - pause - MIN_PAUSE) & (ends <= end + pause)]
    return float(near[-1]) if near.size else end
