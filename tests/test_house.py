"""The gate itself: what is skipped is said, CI forgives no missing program, and nothing reports home."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

MARKERS = """
[pytest]
addopts = --strict-markers -p no:cacheprovider
markers =
    gpu: needs a CUDA device
    slow: takes seconds
    weights: runs true weights
    needs(*programs): needs programs
"""
WORKERS = ("-p", "xdist.plugin", "-n")
NEEDS_SOX = "import pytest\n@pytest.mark.needs('sox')\ndef test_sound(): pass\ndef test_other(): pass\n"


@pytest.fixture
def house(pytester: pytest.Pytester, root: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with our conftest, on a machine that has none of the programs."""
    pytester.makeconftest((root / "tests/conftest.py").read_text())
    pytester.makefile(".ini", pytest=MARKERS)
    monkeypatch.setenv("PATH", str(pytester.path))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        monkeypatch.delenv(name)
    return pytester


def test_a_test_without_its_program_skips_and_the_run_ends_with_the_apt_line(house: pytest.Pytester) -> None:
    house.makepyfile(NEEDS_SOX)
    result = house.runpytest()
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*skipped on this machine*", "*::test_sound: needs sox", "apt-get install espeak-ng ffmpeg postgresql sox"]
    )


def test_a_test_whose_program_is_there_runs(house: pytest.Pytester) -> None:
    program = house.path / "sox"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    house.makepyfile(NEEDS_SOX)
    result = house.runpytest()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*skipped on this machine*")


def test_ci_fails_where_a_program_is_missing(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMMUNG_REQUIRE_ALL", "1")
    house.makepyfile(NEEDS_SOX)
    result = house.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*needs sox*", "*STIMMUNG_REQUIRE_ALL is set*"])


def test_ci_fails_where_a_test_skips_by_itself(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMMUNG_REQUIRE_ALL", "1")
    house.makepyfile("import pytest\ndef test_shy(): pytest.skip('not today')")
    house.runpytest().assert_outcomes(failed=1)


def test_ci_forgives_a_missing_gpu_another_platform_and_an_expected_failure(
    house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STIMMUNG_REQUIRE_ALL", "1")
    house.makepyfile(
        "import pytest\n"
        "@pytest.mark.gpu\ndef test_device(): pytest.skip('needs a CUDA device')\n"
        "@pytest.mark.skipif(True, reason='root reads all')\ndef test_rights(): pass\n"
        "@pytest.mark.xfail\ndef test_known(): assert False\n"
    )
    house.runpytest().assert_outcomes(skipped=2, xfailed=1)


@pytest.mark.slow
def test_all_that_holds_where_workers_share_the_tests(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    house.makepyfile(NEEDS_SOX)
    result = house.runpytest_subprocess(*WORKERS, "2")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*skipped on this machine*", "*::test_sound: needs sox", "apt-get install espeak-ng ffmpeg postgresql sox"]
    )
    monkeypatch.setenv("STIMMUNG_REQUIRE_ALL", "1")
    house.runpytest_subprocess(*WORKERS, "2").assert_outcomes(passed=1, errors=1)


@pytest.mark.slow
def test_workers_begin_with_the_files_that_take_longest(house: pytest.Pytester) -> None:
    marked = "import pytest\ndef test_quick(): pass\n@pytest.mark.{}\ndef test_long(): pass"
    house.makepyfile(test_a="def test_quick(): pass", test_b=marked.format("slow"), test_c=marked.format("weights"))
    result = house.runpytest_subprocess(*WORKERS, "1", "--dist", "loadfile", "--no-loadscope-reorder", "-v")
    order = [f"*PASSED test_{name}*" for name in ("c.py::test_quick", "c.py::test_long", "b.py::test_long", "a.py")]
    result.stdout.fnmatch_lines(order)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot be kept to cores")
def test_workers_share_the_cores(house: pytest.Pytester) -> None:
    most = (len(os.sched_getaffinity(0)) + 1) // 2
    house.makepyfile(f"import os\ndef test_cores(): assert len(os.sched_getaffinity(0)) <= {most}")
    house.runpytest_subprocess(*WORKERS, "2", "--dist", "each").assert_outcomes(passed=2)


def test_a_program_without_a_debian_package_is_refused(house: pytest.Pytester) -> None:
    house.makepyfile("import pytest\n@pytest.mark.needs('sux')\ndef test_sound(): pass")
    result = house.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs *sux*Debian packages*"])


def test_tests_say_which_programs_they_need_with_the_mark(root: Path) -> None:
    files = set((root / "tests").rglob("*.py")) - {Path(__file__), root / "tests/conftest.py"}
    assert [path for path in files if re.search(r"\bwhich\(|importorskip", path.read_text("utf-8"))] == []


def test_ci_installs_every_program_that_tests_may_need(root: Path) -> None:
    listed = re.search(r"^packages=\((.*?)\)", (root / ".ci/run").read_text(), re.MULTILINE)
    named = re.search(r"^DEBIAN_PACKAGE = \{(.*?)\}", (root / "tests/conftest.py").read_text(), re.MULTILINE)
    assert listed is not None
    assert named is not None
    assert sorted(listed[1].split()) == sorted(re.findall(r': "(.*?)"', named[1]))


def test_ci_runs_the_gate_of_the_makefile(root: Path) -> None:
    script = root / ".ci/run"
    lines = script.read_text().splitlines()
    assert os.access(script, os.X_OK)
    assert lines[-2:] == ["export STIMMUNG_REQUIRE_ALL=1", "make test"]


@pytest.mark.parametrize("target", ["help", "demo", "test", "lint", "format", "mypy", "bench"])
def test_make_has_the_target_and_help_tells_it(root: Path, target: str) -> None:
    make = shutil.which("make")
    assert make, "make is part of every development machine"
    shown = subprocess.run([make, "-s", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^{target} +\S", shown, re.MULTILINE)


def test_plain_pytest_is_the_fast_suite_and_make_test_runs_everything(root: Path, tool: dict[str, Any]) -> None:
    options = tool["pytest"]["ini_options"]
    assert "-m 'not weights and not gpu and not slow'" in options["addopts"]
    assert options["filterwarnings"][0] == "error"
    assert "pytest -m '' --cov" in (root / "Makefile").read_text()


@pytest.mark.slow
def test_the_command_line_tells_the_hub_to_report_nothing(tmp_path: Path) -> None:
    code = (  # the hub reads its switches when it is imported, so that they must be set before
        "import contextlib\n"
        "from stimmung.batch.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "import huggingface_hub.constants as hub\n"
        "assert hub.HF_HUB_DISABLE_TELEMETRY\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code, "models", "list"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
