"""Make the sample calls from their scripts: recording, what is known of the call, and the exact truth.

Run `python samples/make.py [NAME ...]`; it needs py-nanotts besides what stimmung itself needs.
"""

import argparse
import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from script import MOODS, ROLES, Script, Turn, read_script
from telephone import LINE_RATE, STUDIO_RATE, g711, hold_music, line_noise, to_line, write_flac
from voice import Request, Samples, speak

HERE = Path(__file__).resolve().parent
LEVEL_DB = -19.0  # dBFS, RMS of a calm voice where it is louder than a tenth of its peak
LIMIT = 0.6  # of full scale: peaks bend here; the engine's are 24 dB above its RMS
HANDSET_TILT = 0.3  # a handset's microphone lifts the highs, and so do words' chances to be understood
LEAD, TAIL = 0.6, 0.8  # s of silence around a call
SPOKEN = 0.006  # of full scale, in what the engine gives: a last "ch" has 0.01, its clicks long after the end 0.004
EDGE = 0.020  # s kept, and faded, before and after what is spoken
AUDIBLE = 0.001  # of full scale, -60 dBFS: on the line, sound begins and ends where it passes this


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A piece of sound on the call's timeline: its turn, its text, where it starts and how it sounds."""

    turn: int
    text: str
    start_sample: int
    sound: Samples

    @property
    def end_sample(self) -> int:
        return self.start_sample + len(self.sound)


def main() -> None:
    """Make the named calls, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a script's name; all where none is given")
    parser.add_argument("--output", type=Path, default=HERE, help="folder to write to")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in (HERE / "scripts").glob("*.toml"))
    for name in names:
        make(read_script(HERE / "scripts" / f"{name}.toml"), options.output)


def make(script: Script, folder: Path) -> None:
    """Write NAME.flac, NAME.call.json and NAME.truth.json, and the mono mix's own three where the script wants it."""
    placed = place(script, say(script))
    samples = max(piece.end_sample for piece in placed) + round(TAIL * LINE_RATE)
    clean = np.stack([g711(channel) for channel in lay(script, placed, samples)])
    heard = clean
    if script.noise_db is not None:
        rng = np.random.default_rng(script.seed)
        noisy = [channel / 32767 + line_noise(samples, script.noise_db, rng) for channel in clean]
        heard = np.stack([g711(channel) for channel in noisy])
    truth = tell(script, placed, clean)
    write_call(folder, script.name, heard, script.call | {"roles": list(ROLES)}, truth)
    if script.mono:
        mix = g711(heard.sum(axis=0) / 32767)[np.newaxis]
        call = script.call | {"call_id": f"{script.call['call_id']}-mono", "roles": []}
        write_call(folder, f"{script.name}-mono", mix, call, mixed(truth))


def say(script: Script) -> dict[tuple[int, int], Samples]:
    """Give the sound of every piece of every turn, by number of turn and piece: 8 kHz, trimmed, at its level."""
    keys = [(t, p) for t, turn in enumerate(script.turns) for p in range(len(turn.pieces))]
    spoken = speak([_request(script, script.turns[t], p) for t, p in keys])
    return {key: _on_line(script, script.turns[key[0]], sound) for key, sound in zip(keys, spoken, strict=True)}


def place(script: Script, sounds: dict[tuple[int, int], Samples]) -> list[Placed]:
    """Put the turns one after the other; ValueError where a speaker would talk into their own words."""
    placed: list[Placed] = []
    free = dict.fromkeys(ROLES, 0)  # the first sample that a role may use
    cursor = round(LEAD * LINE_RATE)
    for t, turn in enumerate(script.turns):
        at = cursor + (round(turn.pause * LINE_RATE) if t else 0)
        if at < free[turn.role]:
            raise ValueError(f"{script.name}, turn {t + 1}: {turn.role} is still speaking; raise its pause")
        music = [("", hold_music(turn.hold_music))] if turn.hold_music else []
        for text, sound in music or [(text, sounds[t, p]) for p, text in enumerate(turn.pieces)]:
            placed.append(Placed(t, text, at, sound))
            at = placed[-1].end_sample + round(turn.gap * LINE_RATE)
        free[turn.role] = placed[-1].end_sample
        cursor = max(cursor, placed[-1].end_sample)
    return placed


def lay(script: Script, placed: list[Placed], samples: int) -> Samples:
    """Lay the pieces on the channels of their speakers; float32 (channels, samples)."""
    channels = np.zeros((len(ROLES), samples), np.float32)
    for piece in placed:
        channel = ROLES.index(script.turns[piece.turn].role)
        channels[channel, piece.start_sample : piece.end_sample] = piece.sound
    return channels


def tell(script: Script, placed: list[Placed], clean: npt.NDArray[np.int16]) -> dict[str, Any]:
    """Say what is where, times in seconds as measured in the sound before line noise."""
    utterances, events = [], []
    for t, turn in enumerate(script.turns):
        channel = ROLES.index(turn.role)
        pieces = [{"text": piece.text, **_span(clean[channel], piece)} for piece in placed if piece.turn == t]
        span = {"start": pieces[0]["start"], "end": pieces[-1]["end"]}
        if turn.hold_music:
            events.append({"kind": "music", "channel": channel, **span})
            continue
        said = {"role": turn.role, "channel": channel, **span, "text": turn.words, "mood": turn.mood}
        utterances.append(said | {"pieces": pieces, "entities": [dataclasses.asdict(e) for e in turn.entities]})
    return {
        "name": script.name,
        "title": script.title,
        "language": script.call["language"],
        "topics": list(script.topics),
        "duration": clean.shape[1] / LINE_RATE,
        "sample_rate": LINE_RATE,
        "channels": clean.shape[0],
        "threshold": AUDIBLE,
        "line_noise_dbfs": script.noise_db,
        "utterances": utterances,
        "events": events,
    }


def mixed(truth: dict[str, Any]) -> dict[str, Any]:
    """Give the truth of the mix of both channels: all on channel 0, the speakers known all the same."""
    moved = {key: [entry | {"channel": 0} for entry in truth[key]] for key in ("utterances", "events")}
    return truth | moved | {"name": f"{truth['name']}-mono", "channels": 1}


def write_call(
    folder: Path, name: str, channels: npt.NDArray[np.int16], call: dict[str, Any], truth: dict[str, Any]
) -> None:
    """Write a recording and the two files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_flac(folder / f"{name}.flac", channels)
    for kind, content in (("call", call), ("truth", truth)):
        text = json.dumps(content, ensure_ascii=False, indent=1, default=_utc)
        (folder / f"{name}.{kind}.json").write_text(text + "\n", encoding="utf-8")


def _request(script: Script, turn: Turn, piece: int) -> Request:
    speaker, manner = script.speakers[turn.role], MOODS[turn.mood]
    speed, pitch = speaker.speed * manner.speed, speaker.pitch * manner.pitch
    return Request(turn.pieces[piece], speaker.voice, speed, pitch, speaker.size)


def _on_line(script: Script, turn: Turn, sound: Samples) -> Samples:
    manner = MOODS[turn.mood]
    tilted = _trimmed(sound, SPOKEN, STUDIO_RATE)
    tilted[1:] -= (HANDSET_TILT + manner.tilt) * tilted[:-1]
    line = to_line(tilted)
    voiced = line[np.abs(line) > 0.1 * np.abs(line).max()]
    level_db = LEVEL_DB + script.speakers[turn.role].level_db + manner.level_db
    line *= 10 ** (level_db / 20) / np.sqrt(np.mean(voiced**2))
    return _trimmed(LIMIT * np.tanh(line / LIMIT), AUDIBLE, LINE_RATE)


def _trimmed(sound: Samples, threshold: float, rate: int) -> Samples:
    edge = round(EDGE * rate)
    loud = np.flatnonzero(np.abs(sound) > threshold)
    kept = np.pad(sound, edge)[loud[0] : loud[-1] + 1 + 2 * edge]
    ramp = np.arange(edge, dtype=np.float32) / edge
    kept[:edge] *= ramp
    kept[-edge:] *= ramp[::-1]
    return kept


def _span(channel: npt.NDArray[np.int16], piece: Placed) -> dict[str, float]:
    stretch = channel[piece.start_sample : piece.end_sample]
    loud = piece.start_sample + np.flatnonzero(np.abs(stretch.astype(int)) > AUDIBLE * 32767)
    return {"start": int(loud[0]) / LINE_RATE, "end": (int(loud[-1]) + 1) / LINE_RATE}


def _utc(value: object) -> str:
    if not isinstance(value, datetime.datetime) or value.utcoffset() != datetime.timedelta():
        raise TypeError(f"{value!r} is no time in UTC")
    return value.isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    main()
