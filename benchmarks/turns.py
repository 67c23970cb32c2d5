"""Whether a real call comes out as turns: short enough, without pauses inside, with edges where the sound changes.

Run `python benchmarks/turns.py --data ../shared/data [--quick]`. Pauses and edges are held against the energy of the
utterance's own channel, which knows nothing of any model; energy.py says how.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from corpus import Item, real_call, shortened, write_item
from energy import SOFT, VOICE, Energy, chance, measure
from listeners import Job, Listener, Segment
from machine import Figures, headline

LONGEST = 20.0  # s that an utterance may last
PAUSE = 1.0  # s that it may be silent inside
EDGE = 0.3  # s that its edges may be from the nearest change of its channel
QUICK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A segment and what can be said against it, in seconds."""

    segment: Segment
    pause: float  # longest silence of its channel inside it
    word_pause: float  # longest gap between its words
    start_off: float  # from its start to the nearest beginning of sound
    end_off: float

    @property
    def duration(self) -> float:
        return self.segment.end - self.segment.start

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, nothing where all is well."""
        return [
            *([f"lasts {self.duration:.1f} s"] if self.duration > LONGEST else []),
            *([f"is silent for {self.pause:.1f} s"] if self.pause > PAUSE else []),
            *([f"has {self.word_pause:.1f} s between two words"] if self.word_pause > PAUSE else []),
            *([f"begins {self.start_off:.2f} s from a beginning of sound"] if self.start_off > EDGE else []),
            *([f"ends {self.end_off:.2f} s from an end of sound"] if self.end_off > EDGE else []),
        ]


def main() -> None:
    """Measure, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the development data")
    parser.add_argument("--quick", action="store_true", help="the first minute of the call")
    options = parser.parse_args()
    print(headline())
    call = real_call(options.data / "calls")
    call = shortened(call, QUICK_SECONDS) if options.quick else call
    with tempfile.TemporaryDirectory() as folder:
        item = write_item(call, "clean", Path(folder))
        energies = [
            [measure(channel, call.sound.rate, below) for below in (SOFT, VOICE)] for channel in call.sound.samples
        ]
        ours = judged(listened("stimmung", item), energies)
        theirs = judged(listened("batched", item), energies)
    for judgement in ours:
        if judgement.faults:
            part = judgement.segment
            print(f"channel {part.channel}, {part.start:.2f}-{part.end:.2f} s: {', '.join(judgement.faults)}")
    show(ours, theirs)
    figures = {**summary(ours), **{f"fw_{name}": value for name, value in summary(theirs).items()}}
    figures["edge_chance_share"] = round(float(np.mean([chance(energy, EDGE) for energy in energies])), 3)
    print(json.dumps(figures))


def listened(side: str, item: Item) -> list[Segment]:
    """Return what one side makes of the call."""
    with Listener("stimmung" if side == "stimmung" else "batched") as listener:
        return list(listener.listen(Job(item.file, item.channel_files, item.language, beam_size=1)).segments)


def judged(segments: Sequence[Segment], energies: Sequence[Sequence[Energy]]) -> list[Judged]:
    """Hold each segment against its own channel."""
    return [judge(segment, energies[segment.channel]) for segment in segments]


def judge(segment: Segment, energies: Sequence[Energy]) -> Judged:
    """Hold one segment against its channel, measured at SOFT and VOICE: an edge may be that of either."""
    gaps = [after.start - before.end for before, after in zip(segment.words, segment.words[1:], strict=False)]
    return Judged(
        segment,
        pause=max(energy.longest_silence(segment.start, segment.end) for energy in energies),
        word_pause=max(gaps, default=0.0),
        start_off=min(energy.from_start(segment.start) for energy in energies),
        end_off=min(energy.from_end(segment.end) for energy in energies),
    )


def summary(parts: Sequence[Judged]) -> Figures:
    """Return number, lengths, pauses and edges, and how many segments have a fault."""
    edges = [edge for part in parts for edge in (part.start_off, part.end_off)]
    return {
        "utterances": len(parts),
        "longest_s": round(float(max(part.duration for part in parts)), 2),
        "longest_pause_s": round(max(part.pause for part in parts), 2),
        "longest_word_pause_s": round(max(part.word_pause for part in parts), 2),
        "edge_median_s": round(float(np.median(edges)), 3),
        "edge_max_s": round(max(edges), 2),
        "edges_off": sum(1 for edge in edges if edge > EDGE),
        "offenders": sum(1 for part in parts if part.faults),
    }


def show(ours: Sequence[Judged], theirs: Sequence[Judged]) -> None:
    """Print both sides next to each other."""
    table = Table(title="the real call as turns")
    for column in ("", "stimmung", "faster-whisper batched"):
        table.add_column(column)
    other = summary(theirs)
    for name, value in summary(ours).items():
        table.add_row(name, str(value), str(other[name]))
    Console().print(table)


if __name__ == "__main__":
    main()
