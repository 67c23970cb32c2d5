"""Reads what the quality set is made from: calls as they were written, what was heard of them, and what is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from search_quality_records import Kind, Role
from stimmung.models.emotion_labels import SERVICE_CLASSES

FOLDER: Final = Path(__file__).resolve().parent / "search_quality"
LINE: Final = re.compile(r"([AC])(?: (\w+)(\??))?(?:/(\w+))?\| (.+)")
ROLES: Final[dict[str, Role]] = {"A": "agent", "C": "customer"}
FIELDS: Final = ";;"
NOTHING: Final = "-"
SAME: Final = "="


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance as it was written; `weak`: it is on its intent only by what was said before."""

    role: Role
    text: str
    intent: str | None = None
    weak: bool = False
    mood: str = "neutral"


@dataclass(frozen=True, slots=True)
class Script:
    """The matter of a call; `heard`: a recogniser wrote it down."""

    language: str
    queue: str
    heard: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Filler:
    """What is said around the matter of a call, at a place such as `open`."""

    role: Role
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was written; grades are the tokens that name utterances."""

    kind: Kind
    language: str
    words: str
    plain: str
    filters: str
    meant: tuple[str, ...]
    related: tuple[str, ...]
    need: str


def read_scripts(language: str) -> list[Script]:
    """Read the calls of a language. Raises ValueError that names a line of no known form."""
    found: list[Script] = []
    for block in (FOLDER / f"calls_{language}.txt").read_text("utf-8").split("\n\n"):
        header, *lines = [line for line in block.split("\n") if line.strip()]
        _, named, queue, *flags = header.split()
        if named != language or flags not in ([], ["heard"]):
            raise ValueError(f"{header!r}: not `@ {language} queue` with `heard` or nothing behind it")
        found.append(Script(language, queue, bool(flags), tuple(_line(line) for line in lines)))
    return found


def _line(text: str) -> Line:
    match = LINE.fullmatch(text.strip())
    if match is None or (match[4] and match[4] not in SERVICE_CLASSES):
        raise ValueError(f"{text!r}: not `C intent/mood| text` with a mood of {', '.join(SERVICE_CLASSES)}")
    return Line(ROLES[match[1]], match[5], match[2], bool(match[3]), match[4] or "neutral")


def read_fillers() -> dict[str, list[Filler]]:
    """Read what stands around the matter, by language."""
    found: dict[str, list[Filler]] = {}
    for line in (FOLDER / "fillers.txt").read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            language, role, place, text = line.split("\t")
            found.setdefault(language, []).append(Filler(cast("Role", role), place, text))
    return found


def read_heard(language: str) -> dict[str, str]:
    """Read what our recogniser made of the lines of calls marked `heard`."""
    rows = [line.split("\t") for line in (FOLDER / f"heard_{language}.tsv").read_text("utf-8").split("\n") if line]
    return {said: heard for said, heard in rows if heard.strip()}


def read_asked() -> Iterator[Asked]:
    """Yield the queries as they were written. Raises ValueError that names a line of no known form."""
    for line in (FOLDER / "queries.txt").read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            parts = [part.strip() for part in line.split(FIELDS)]
            head = parts[0].split()
            if len(parts) != 7 or len(head) != 2 or head[0] not in get_args(Kind):
                raise ValueError(f"{line!r}: not seven fields between {FIELDS}, the first a kind and a language")
            words, plain, filters, meant, related, need = parts[1:]
            yield Asked(
                cast("Kind", head[0]),
                head[1],
                words,
                words.replace('"', "") if plain == SAME else plain,
                "" if filters == NOTHING else filters,
                _tokens(meant),
                _tokens(related),
                need,
            )


def _tokens(text: str) -> tuple[str, ...]:
    return () if text == NOTHING else tuple(re.findall(r'"[^"]+"|\S+', text))
