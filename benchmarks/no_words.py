"""Invented text: minutes of silence, noise, ring tone and hold music through the whole product; 0 words are expected.

Final figures take seeds from 10,000 up, which nothing was developed on: `python benchmarks/no_words.py`.
"""

import argparse
import json
from collections.abc import Iterator

from rich.console import Console

from sounds import Kind, clip
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.models.registry import build_engines
from stimmung.speech.engines import Engines
from stimmung.speech.records import Audio, CallInfo
from stimmung.speech.settings import Settings
from unredacted import Unredacted

KINDS: tuple[Kind, ...] = ("silence", "noise", "ring", "music")
CLIPS_A_KIND = 5
SECONDS = 60.0


def main() -> int:
    """Run all clips; return 1 where a word was invented."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed-base", type=int, default=10_000, help="first seed; development uses those below 10000")
    parser.add_argument("--quick", action="store_true", help="one clip of each kind")
    arguments = parser.parse_args()
    engines, console = build_engines(Settings()), Console(stderr=True)
    words: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    for kind, seed in _clips(arguments.seed_base, 1 if arguments.quick else CLIPS_A_KIND):
        found = _listen(kind, seed, engines)
        count = sum(len(utterance.words) for utterance in found.utterances)
        words[kind] += count
        console.print(f"{kind} {seed}: {count} words {[utterance.text for utterance in found.utterances]}")
    total = sum(words.values())
    print(json.dumps({"clips_seconds": SECONDS, "words": total, "words_by_kind": words}))
    return int(total > 0)


def _clips(base: int, count: int) -> Iterator[tuple[Kind, int]]:
    return ((kind, base + index) for kind in KINDS for index in range(count))


def _listen(kind: Kind, seed: int, engines: Engines) -> CallAnalysis:
    audio = Audio(clip(kind, seed, SECONDS)[None])
    instructions = Instructions(Unredacted())
    return analyze_audio(
        audio, f"{kind}-{seed}", CallInfo(), engines, instructions, lambda _done, _whole: None
    ).analysis


if __name__ == "__main__":
    raise SystemExit(main())
