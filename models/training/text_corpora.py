"""Labelled texts for training and measuring: GoEmotions, GermEval 2017, XED and our own scripted utterances.

Splits go by a hash of the text, so that they stay the same whoever cuts them and no text lies on two sides. A file
that is not what it should be raises SettingsError with its name and line.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, XED_GROUPS, polarity_of
from stimmung.speech.errors import SettingsError

Split = Literal["train", "dev", "test"]
LANGUAGES: Final = ("de", "en")
GERMEVAL_HEADER: Final = ("id", "text", "relevance", "sentiment")
GOEMOTIONS_COLUMNS, SCRIPTED_COLUMNS, XED_COLUMNS = 3, 4, 2
XED_EMOTIONS = 8  # Plutchik's, numbered from 1


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text and what annotators said of it; what they were not asked is None.

    `emotions` are GoEmotions labels; `groups` are indices into XED_GROUPS, where only those were annotated.
    """

    text: str
    language: str
    source: str
    context: str = ""
    polarity: str | None = None
    emotions: frozenset[str] | None = None
    groups: frozenset[int] | None = None
    vector_of: str | None = None  # the untouched text, where `text` is a spoken form of it


def split_of(text: str, dev: float, test: float = 0.0) -> Split:
    """Return the side of `text`: shares `dev` and `test` of all texts, chosen by their SHA-256."""
    place = int.from_bytes(hashlib.sha256(text.strip().lower().encode()).digest()[:4]) / 2**32
    if place < test:
        return "test"
    return "dev" if place < test + dev else "train"


def read_goemotions(file: Path) -> list[LabelledText]:
    """Read a file of the GoEmotions set: text, label numbers by comma, comment id; tab-separated, no header."""
    read = []
    for number, row in _rows(file, GOEMOTIONS_COLUMNS):
        labels = frozenset(GOEMOTIONS[index] for index in _indices(row[1], len(GOEMOTIONS), file, number))
        read.append(LabelledText(row[0], "en", "goemotions", polarity=polarity_of(labels), emotions=labels))
    return read


def read_germeval(file: Path) -> list[LabelledText]:
    """Read a file of GermEval 2017, which has a row per opinion: one text per document with its sentiment."""
    documents: dict[str, LabelledText] = {}
    for number, row in _table(file, "id", "text", "sentiment"):
        polarity = row["sentiment"]
        if polarity not in POLARITIES:
            raise SettingsError(f"{file}, line {number}: sentiment {polarity!r} is none of {', '.join(POLARITIES)}")
        documents.setdefault(row["id"], LabelledText(row["text"], "de", "germeval", polarity=polarity))
    return list(documents.values())


def read_xed(file: Path, language: str) -> list[LabelledText]:
    """Read a file of XED: text and the numbers of its Plutchik emotions."""
    read = []
    for number, row in _rows(
        file, XED_COLUMNS, broken="skip"
    ):  # 478 lines of the German file are remains of its alignment
        labels = frozenset(index + 1 for index in _indices(row[1], XED_EMOTIONS, file, number, first=1))
        read.append(LabelledText(row[0], language, "xed", groups=labels & XED_GROUPS.keys()))
    return read


def read_scripted(file: Path) -> list[LabelledText]:
    """Read our own utterances: polarity, GoEmotions labels by comma, the turn before, text; language by file name."""
    language = file.name[:2]
    if language not in LANGUAGES:
        raise SettingsError(f"{file}: the name must begin with the texts' language: {' or '.join(LANGUAGES)}")
    read = []
    for number, (polarity, names, context, text) in _rows(file, SCRIPTED_COLUMNS):
        labels = frozenset(names.replace(" ", "").split(","))
        if polarity not in POLARITIES or not labels <= set(GOEMOTIONS):
            raise SettingsError(f"{file}, line {number}: unknown polarity {polarity!r} or labels {names!r}")
        read.append(LabelledText(text, language, "scripted", context=context, polarity=polarity, emotions=labels))
    return read


def read_unlabelled(folder: Path) -> list[LabelledText]:
    """Read the customer turns of MultiDoGO and the questions of Banking77, whose sentence vectors alone are learnt."""
    found: dict[str, None] = {}
    for file in sorted((folder / "multidogo").glob("*.train.tsv")):
        found.update((row["utterance"], None) for _, row in _table(file, "utterance"))
    found.update((row["text"], None) for _, row in _table(folder / "banking77" / "train.csv", "text"))
    return [LabelledText(text, "en", "unlabelled") for text in found if len(text.split()) > 1]


def read_labelled(file: Path) -> list[LabelledText]:
    """Read a file in the format of GermEval or GoEmotions, whichever it is."""
    first = _content(file).partition("\n")[0].rstrip("\r").split("\t")
    if tuple(first[: len(GERMEVAL_HEADER)]) == GERMEVAL_HEADER:
        return read_germeval(file)
    if len(first) == GOEMOTIONS_COLUMNS:
        return read_goemotions(file)
    raise SettingsError(
        f"{file}: neither GermEval 2017 (header {' '.join(GERMEVAL_HEADER)} …) nor GoEmotions (text, labels, id)"
    )


def texts_of(labelled: Sequence[LabelledText]) -> list[str]:
    """Return the bare texts."""
    return [one.text for one in labelled]


def _content(file: Path) -> str:
    """Return the file's text, ends of lines as they are: a quoted field may hold some."""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error


def _table(file: Path, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield rows of a table with a header as line number and fields by name; `columns` must be among them.

    A table by comma, `.csv`, may quote its fields; in one by tab quotes are part of the text.
    """
    content = io.StringIO(_content(file), newline="")
    comma = file.suffix == ".csv"
    reader = csv.DictReader(
        content,
        restval="",
        delimiter="," if comma else "\t",
        quoting=csv.QUOTE_MINIMAL if comma else csv.QUOTE_NONE,
    )
    header = reader.fieldnames or ()
    if missing := [name for name in columns if name not in header]:
        raise SettingsError(f"{file}, line 1: the header has no column {', '.join(missing)}")
    for row in reader:
        yield reader.line_num, row


def _rows(file: Path, columns: int, broken: Literal["refuse", "skip"] = "refuse") -> Iterator[tuple[int, list[str]]]:
    """Yield lines of a table without a header as line number and fields by tab, each without spaces around it."""
    for number, line in enumerate(io.StringIO(_content(file), newline=None), start=1):
        if not line.strip():
            continue
        row = [field.strip() for field in line.split("\t")]
        if len(row) == columns:
            yield number, row
        elif broken == "refuse":
            raise SettingsError(f"{file}, line {number}: {len(row)} columns instead of {columns}")


def _indices(field: str, count: int, file: Path, number: int, first: int = 0) -> list[int]:
    """Return the numbers by comma, each of one of `count` labels, counted from 0 where the file does from `first`."""
    try:
        found = [int(part) - first for part in field.split(",")]
    except ValueError as error:
        raise SettingsError(f"{file}, line {number}: {field!r} is no list of label numbers") from error
    if not all(0 <= index < count for index in found):
        raise SettingsError(f"{file}, line {number}: label {field} is not between {first} and {count + first - 1}")
    return found
