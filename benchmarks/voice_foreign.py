"""Another language and speakers that nobody trained on: nEMO, Polish, by the head as it ships."""

from machine import Figures
from stimmung.models.training.voice_clips import read_clips
from text_bench import skip
from voice_bench import Bench, encoding_voice
from voice_manifest import score_clips

QUICK_EVERY = 10  # clips, the first of so many


def foreign(bench: Bench) -> Figures | None:
    """Score nEMO, clean and on the phone, with the speakers' baselines and without."""
    if bench.data is None:
        skip("foreign", "no --data")
        return None
    clips = read_clips(bench.data / "nemo_pl" / "manifest.csv", bench.hearing.detector)
    return score_clips(encoding_voice(bench), clips[:: QUICK_EVERY if bench.quick else 1], "nEMO")
