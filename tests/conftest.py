"""What all tests share: a clean environment, and honesty about what this machine could not run.

A test that needs a Debian program or a GPU skips where it is absent, and the run ends with the list and the line
that would install it. Under STIMMUNG_REQUIRE_ALL, as in CI, a skip is a failure; forgiven are only a missing GPU
and `skipif`, which is for what no installation changes: the operating system, the user's rights.
"""

import importlib.util
import os
import shutil
import signal
import sys
import tomllib
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# By program; .ci/run installs them.
DEBIAN_PACKAGE = {"espeak-ng": "espeak-ng", "ffmpeg": "ffmpeg", "pg_ctlcluster": "postgresql", "sox": "sox"}
LONGEST = ("weights", "slow")  # marks by how long their tests take
REQUIRE_ALL = "STIMMUNG_REQUIRE_ALL"
REQUIRED = pytest.StashKey[bool]()
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's folder."""
    return ROOT


@pytest.fixture(scope="session")
def samples(root: Path) -> Path:
    """The folder of the sample calls."""
    return root / "samples"


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:  # Any: TOML
    """The table `project` of pyproject.toml."""
    return dict(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"])


@pytest.fixture(scope="session")
def tool(root: Path) -> dict[str, Any]:  # Any: TOML
    """The table `tool` of pyproject.toml."""
    return dict(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"])


@pytest.fixture(scope="session")
def third_party(root: Path) -> ModuleType:
    """The script that writes THIRD_PARTY.md; docs is no package."""
    spec = importlib.util.spec_from_file_location("third_party", root / "docs/third_party.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide what the developer's own account would configure: STIMMUNG_* and the user's configuration folder."""
    for name in [name for name in os.environ if name.startswith("STIMMUNG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-configuration"))


def missing_programs(item: pytest.Item) -> list[str]:
    """Return the programs that the test's `needs` marks name and that are not on the path."""
    named = [program for mark in item.iter_markers("needs") for program in mark.args]
    if unknown := [program for program in named if program not in DEBIAN_PACKAGE]:
        pytest.fail(f"{item.nodeid} needs {unknown}: name their Debian packages in tests/conftest.py", pytrace=False)
    return [program for program in named if shutil.which(program) is None]


def has_gpu() -> bool:
    """Say whether CTranslate2 sees a CUDA device."""
    import ctranslate2

    return bool(ctranslate2.get_cuda_device_count())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run."""
    if missing := missing_programs(item):
        pytest.skip(f"needs {', '.join(missing)}")
    if item.get_closest_marker("gpu") and not has_gpu():
        pytest.skip("needs a CUDA device")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything is required."""
    report = yield
    pardoned = hasattr(report, "wasxfail") or any(item.get_closest_marker(name) for name in ("gpu", "skipif"))
    if report.skipped and item.config.stash[REQUIRED] and not pardoned:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason}\n{REQUIRE_ALL} is set, so that this may not be skipped"
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Read the switch once, before the tests' environment is cleaned; tell hypothesis that slow machines are no bug."""
    required = os.environ.get(REQUIRE_ALL, "") not in {"", "0"}
    config.stash[REQUIRED] = required
    # Always the same examples where a failure must be the commit's fault, new ones at a developer's desk.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=required)
    settings.register_profile("patient", patient)
    settings.load_profile("patient")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)  # else programs that tests interrupt ignore it too
    if hasattr(config, "workerinput") and sys.platform == "linux":
        keep_to_own_cores(int(config.workerinput["workerid"].removeprefix("gw")), config.workerinput["workercount"])


def keep_to_own_cores(worker: int, workers: int) -> None:
    """Give a worker of `-n` its share of the cores: libraries that all use all of them wait for each other."""
    if own := sorted(os.sched_getaffinity(0))[worker::workers]:
        os.sched_setaffinity(0, own)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give workers of `-n` the files with the longest tests first: none is left with one when the others are done."""
    if not hasattr(config, "workerinput"):
        return
    length = dict[Path, int]()
    for item in items:
        own = next((place for place, mark in enumerate(LONGEST) if item.get_closest_marker(mark)), len(LONGEST))
        length[item.path] = min(own, length.get(item.path, own))
    items.sort(key=lambda item: length[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End the run with what was skipped, and the line that installs what was missing."""
    skipped = [report for report in terminalreporter.getreports("skipped") if isinstance(report, pytest.TestReport)]
    if not skipped:
        return
    terminalreporter.section("skipped on this machine")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")
    absent = sorted(package for program, package in DEBIAN_PACKAGE.items() if shutil.which(program) is None)
    if absent:
        terminalreporter.line(f"apt-get install {' '.join(absent)}")
