"""Lets the tests of the benchmarks import what the scripts import: their neighbours, by bare name."""

import sys
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Put the folder of the scripts on the path, as running one of them does."""
    folder = str(Path(config.rootpath) / "benchmarks")
    if folder not in sys.path:
        sys.path.insert(0, folder)
