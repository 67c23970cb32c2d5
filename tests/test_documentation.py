"""What is written holds: every command, option and setting is told, and every example is one that works."""

import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from stimmung.batch.cli import build_app
from stimmung.models.emotion_labels import NEUTRAL, SERVICE_EMOTIONS
from stimmung.models.text_judgement import WITHOUT_CLASS
from stimmung.speech.settings_sources import setting_fields, variable_name

SHELL = {"", "sh", "bash", "shell", "console", "text"}
ENDS_A_COMMAND = {"|", ">", ">>", "<", "&&", ";", "2>", "#"}


@dataclass(frozen=True)
class Example:
    """A line or block of code in a page of the documentation."""

    page: str
    code: str


def pages(root: Path) -> list[Path]:
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def blocks(root: Path) -> Iterator[tuple[str, Example]]:
    """Yield the language and the text of each fenced block."""
    for page in pages(root):
        for language, code in re.findall(
            r"^```(\w*)[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
        ):
            yield language, Example(page.relative_to(root).as_posix(), code)


def shell_lines(root: Path) -> list[Example]:
    """Return each command line of the shell blocks, continued lines joined, prompts taken off."""
    found = []
    for language, example in blocks(root):
        if language in SHELL:
            lines = example.code.replace("\\\n", " ").splitlines()
            found += [Example(example.page, line.strip().removeprefix("$ ")) for line in lines if line.strip()]
    return found


def our_commands(root: Path) -> list[Example]:
    """Return the shell lines that call `stimmung`, the program's name taken off."""
    return [
        Example(line.page, words.group(1).strip())
        for line in shell_lines(root)
        if (words := re.match(r"(?:\S*/)?stimmung( .*|$)", line.code))
    ]


def words_of(code: str) -> list[str]:
    """Split like a shell, up to a pipe, a redirection or a comment."""
    words = shlex.split(code, comments=True)
    return words[: next((place for place, word in enumerate(words) if word in ENDS_A_COMMAND), len(words))]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # Any: click's classes
    """Yield every command below a group with the words that call it."""
    for name, below in getattr(command, "commands", {}).items():
        yield (*path, name), below
        yield from commands(below, (*path, name))


def all_commands() -> list[tuple[tuple[str, ...], Any]]:
    """Return the command `stimmung` itself, by no words, and every command below it."""
    program = typer.main.get_command(build_app())
    return [((), program), *commands(program)]


@pytest.fixture(scope="module")
def written(root: Path) -> str:
    """README and docs in one string."""
    return "\n".join(page.read_text("utf-8") for page in pages(root))


def test_every_command_is_told(written: str) -> None:
    assert len(all_commands()) > 2
    assert [path for path, _ in all_commands() if " ".join(("stimmung", *path)) not in written] == []


def test_every_option_is_told(written: str) -> None:
    options = {
        (*path, option)
        for path, command in all_commands()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }
    assert options
    assert [path for path in sorted(options) if not re.search(rf"{path[-1]}(?![\w-])", written)] == []


def test_every_command_and_option_has_help() -> None:
    silent = [path for path, command in all_commands() if not command.help]
    for path, command in all_commands():
        silent += [(*path, part.name) for part in command.params if not getattr(part, "help", None)]
    assert silent == []


def test_every_setting_and_its_variable_is_told(written: str) -> None:
    keys = [key for key, _ in setting_fields()]
    assert len(keys) > 5
    assert [key for key in keys if f"`{key}`" not in written or variable_name(key) not in written] == []


def test_every_command_in_the_documentation_exists(root: Path) -> None:
    examples = our_commands(root)
    assert examples
    wrong = []
    for example in examples:
        words = words_of(example.code)  # `--help` stops before anything runs, but after names have been checked
        result = CliRunner().invoke(build_app(), [*words, "--help"])
        if result.exit_code != 0:
            wrong.append(f"{example.page}: stimmung {example.code}: {result.output}")
    assert wrong == []


def test_a_wrong_command_in_the_documentation_would_be_found() -> None:
    for words in (["analyse"], ["analyze", "--srtt", "a.wav"], ["models", "lst"]):
        assert CliRunner().invoke(build_app(), [*words, "--help"]).exit_code == 2


def test_every_make_target_in_the_documentation_exists(root: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    used = [(line.page, line.code.split()[1]) for line in shell_lines(root) if re.match(r"make [a-z]", line.code)]
    assert [use for use in used if use[1] not in targets] == []


def test_the_readme_opens_with_the_two_commands(root: Path) -> None:
    lines = [line.code.partition(" #")[0].strip() for line in shell_lines(root) if line.page == "README.md"]
    assert {"make demo", "make test"} <= set(lines)


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    broken = []
    for page in [*pages(root), root / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(root)}: {target}")
    assert broken == []


def test_the_changelog_ends_at_the_packages_version(root: Path, project: dict[str, Any]) -> None:
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (?:\d{4}-\d\d-\d\d|unreleased)$", (root / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert released[0] == project["version"]


def test_examples_in_docstrings_hold(root: Path) -> None:
    for path in sorted(root.glob("*/__init__.py")):
        for module in sorted(path.parent.rglob("*.py")):
            if ">>> " in module.read_text("utf-8"):
                name = ".".join(("stimmung", *module.relative_to(root).with_suffix("").parts))
                assert doctest.testmod(importlib.import_module(name)).failed == 0, name


@pytest.mark.weights
def test_examples_in_the_documentation_run(root: Path, tmp_path: Path) -> None:
    """Run what names the sample calls, in a folder that holds nothing else.

    But for `serve` and `live`, which belong together and last as long as calls do, and for clients that want words on
    their command line: tests/api and tests/batch have them.
    """
    (tmp_path / "samples").symlink_to(root / "samples")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    runs = [
        ["bash", "-c", f"stimmung {example.code}"]
        for example in our_commands(root)
        if "samples/" in example.code and not example.code.startswith(("serve", "live"))
    ]
    runs += [
        [sys.executable, "-c", example.code]
        for language, example in blocks(root)
        if language == "python" and "sys.argv" not in example.code
    ]
    assert runs
    for run in dict.fromkeys(map(tuple, runs)):  # pages share examples, each of which takes seconds
        result = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{run[-1]}\n{result.stderr}"


def test_the_documented_mapping_of_labels_to_classes_is_the_codes(root: Path) -> None:
    page = (root / "docs" / "text-emotion.md").read_text("utf-8")
    table = page.partition("| class | labels |")[2]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \|$", table, re.MULTILINE))
    documented = {name: set(labels.split(", ")) for name, labels in rows.items()}
    neutral = set(WITHOUT_CLASS)
    assert documented == {name: set(labels) for name, labels in SERVICE_EMOTIONS.items()} | {NEUTRAL: neutral}
