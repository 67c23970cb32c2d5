"""The comparison as it is run, on the sample calls alone: two processes with the true weights, one line of JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODES = ("greedy", "beam5")
KEYS = [
    *(f"{name}_{mode}" for name in ("speed_ratio", "wer_ours", "wer_fw") for mode in MODES),
    *(f"{name}_{mode}_phone" for name in ("speed_ratio", "wer_ours", "wer_fw") for mode in MODES),
    *(f"wer_difference_{language}_{mode}" for language in ("de", "en") for mode in MODES),
    *("rtf_x", "peak_rss_mb", "word_time_median_ms", "word_time_p95_ms"),
]


@pytest.mark.weights
@pytest.mark.slow
def test_the_quick_comparison_ends_with_its_figures(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/transcribe.py", "--quick", "--output", str(tmp_path / "figures.json")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert [key for key in KEYS if key not in figures] == []
    assert "kerstin_de are skipped" in done.stdout
    assert 0 < figures["wer_ours_greedy"] < 0.5
    assert figures["speed_ratio_greedy"] > 1
    assert 100 < figures["peak_rss_mb"] < 4_000
    assert figures["word_time_median_ms"] is None
    assert figures["word_time_reason"]
    assert json.loads((tmp_path / "figures.json").read_text())["transcribe"]["rtf_x"] == figures["rtf_x"]
