"""Synthetic speakers with two moods that nobody confuses: high, loud and hurried; low, soft and drawn out."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.speech.sounds import hesitation, silence, speech

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.speech.records import SAMPLE_RATE, Samples

PITCHES = {"anna": 1.5, "boris": 0.9, "carla": 1.3, "dirk": 1.0, "emma": 1.4}  # times that of a middle voice


def mood(emotion: str, speaker: str, number: int, seconds: float = 0.8) -> Samples:
    """Return a voice of `PITCHES` that is angry, or, with any other emotion, sad."""
    high = PITCHES[speaker] * (1 + 0.02 * (number % 5))
    if emotion == "anger":
        return speech(seconds, 200 * high, 0.2, seed=number)
    return hesitation(seconds, 90 * high, 0.05, fall=1.0 + 0.3 * (number % 7))


def clips(
    speakers: Sequence[str], emotions: Sequence[str] = ("anger", "sadness"), count: int = 3, cut: Sequence[str] = ()
) -> list[LabelledVoice]:
    """Return `count` clips of each emotion by each speaker; those of the emotions in `cut` are marked as cut."""
    found: list[LabelledVoice] = []
    for speaker in speakers:
        for emotion in emotions:
            for number in range(count):
                sound = mood(emotion, speaker, number + 10 * len(found))
                found.append(LabelledVoice(sound, 0, sound.shape[0], speaker, emotion, cut=emotion in cut))
    return found


def write_wav(file: Path, *channels: Samples, rate: int = SAMPLE_RATE) -> Path:
    """Write 16-bit sound."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.round(np.stack(channels, axis=1) * 32_767).astype("<i2").tobytes())
    return file


def write_manifest(folder: Path, voices: Sequence[LabelledVoice]) -> Path:
    """Write the clips, each between two pauses, and a manifest that names them; return the manifest."""
    (folder / "clips").mkdir(parents=True)
    rows = ["path,speaker,emotion,cut_to_2s"]
    for number, voice in enumerate(voices):
        write_wav(folder / "clips" / f"{number}.wav", np.concatenate([silence(0.1), voice.samples, silence(0.1)]))
        rows.append(f"clips/{number}.wav,{voice.speaker},{voice.emotion},{int(voice.cut)}")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(rows) + "\n", "utf-8")
    return manifest
