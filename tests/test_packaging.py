"""What is shipped: folders and package list agree, the wheel holds all of it and nothing else, and it works alone."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LEFT_OUT = (".*", "__pycache__", "*.egg-info", "build", "dist")
SAMPLE = "de-address.flac"


def package_folders(root: Path) -> list[str]:
    """Return every folder with an `__init__.py`, sub-packages too, as paths from the root."""
    inits = (
        path.parent.relative_to(root) for top in root.glob("*/__init__.py") for path in top.parent.rglob("__init__.py")
    )
    return sorted(path.as_posix() for path in inits)


def test_the_package_list_is_that_of_the_folders(root: Path, tool: dict[str, Any]) -> None:
    folders = package_folders(root)
    names = {f"stimmung.{folder.replace('/', '.')}": folder for folder in folders}
    assert {"speech", "models", "calls", "batch"} <= set(folders)
    assert sorted(tool["setuptools"]["packages"]) == sorted(names)
    mapped = tool["setuptools"]["package-dir"]
    assert mapped == {name: folder for name, folder in names.items() if name in mapped or "/" not in folder}


def test_every_folder_with_modules_is_a_package(root: Path, tool: dict[str, Any]) -> None:
    tops = [folder for folder in package_folders(root) if "/" not in folder]
    modules = {path.parent.relative_to(root).as_posix() for top in tops for path in (root / top).rglob("*.py")}
    assert modules == set(package_folders(root))


def test_types_links_and_coverage_follow_the_folders(root: Path, tool: dict[str, Any]) -> None:
    tops = {folder for folder in package_folders(root) if "/" not in folder}
    assert set(tool["coverage"]["run"]["source"]) == tops
    assert tops <= set(tool["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])
    links = {link.name: link.resolve() for link in (root / "src/stimmung").iterdir()}
    assert links == {top: root / top for top in tops}
    assert [top for top in tops if not (root / top / "py.typed").exists()] == []


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and, from it, the wheel; in a copy, where nothing left by earlier builds can help."""
    place = tmp_path_factory.mktemp("built")
    copy = place / "checkout"
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place / "dist"), str(copy)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return place / "dist"


def shipped(root: Path) -> set[str]:
    """Return the files of all package folders, as paths from the root."""
    tops = [root / folder for folder in package_folders(root) if "/" not in folder]
    files = (path for top in tops for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in files}


@pytest.mark.slow
def test_the_wheel_holds_all_files_of_the_folders_and_no_others(root: Path, built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
    inside = {name for name in names if ".dist-info/" not in name}
    assert inside == {f"stimmung/{path}" for path in shipped(root)}
    beside = {name.partition(".dist-info/")[2] for name in names - inside}
    assert {"METADATA", "entry_points.txt", "licenses/LICENSE", "licenses/THIRD_PARTY.md"} <= beside


@pytest.mark.slow
def test_the_source_distribution_holds_what_a_build_needs(root: Path, built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert shipped(root) | {"pyproject.toml", "LICENSE", "THIRD_PARTY.md", "README.md", "CHANGELOG.md"} <= names
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"tests", "benchmarks", "samples", "docs", "src", "shared"}


@pytest.fixture(scope="session")
def bare(
    built: Path, project: dict[str, Any], third_party: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A virtual environment outside the checkout: the wheel, and links to what it needs at run time, no more.

    The links stand for downloads of hundreds of megabytes; checkout and development tools are not among them.
    """
    place = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    for name in third_party.closure([*project["dependencies"], *project["optional-dependencies"]["embedded"]]):
        package = distribution(name)
        home = Path(str(package.locate_file("")))
        for top in {path.parts[0] for path in package.files or [] if path.parts[0] not in {"..", "__pycache__"}}:
            if not (library / top).exists():
                (library / top).symlink_to(home / top)
    wheel = str(next(built.glob("*.whl")))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(place / "bin/python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    subprocess.run([*pip, "check"], check=True)
    return place


def run_alone(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run from `/` with an empty home, no network's help and none of this process's environment."""
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_every_package_comes_from_the_wheel(root: Path, bare: Path, tmp_path: Path, tool: dict[str, Any]) -> None:
    code = "import importlib, sys; [print(importlib.import_module(name).__file__) for name in sys.argv[1:]]"
    names = tool["setuptools"]["packages"]
    result = run_alone([str(bare / "bin/python"), "-c", code, *names], tmp_path)
    places = [Path(line) for line in result.stdout.splitlines()]
    assert len(places) == len(names), result.stderr
    assert all(place.is_relative_to(bare) and not place.resolve().is_relative_to(root) for place in places)


@pytest.mark.slow
@pytest.mark.weights
def test_the_wheel_alone_transcribes_a_call(samples: Path, bare: Path, tmp_path: Path) -> None:
    result = run_alone([str(bare / "bin/stimmung"), "analyze", "--json", str(samples / SAMPLE)], tmp_path)
    assert result.returncode == 0, result.stderr
    analysis = json.loads(result.stdout)
    assert analysis["call"]["language"] == "de"
    assert len({utterance["channel"] for utterance in analysis["utterances"]}) == 2
    assert sum(len(utterance["words"]) for utterance in analysis["utterances"]) > 30
