"""Everywhere a deployment could hold something of a call, as passages to read and bytes to search."""

import json
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from stimmung.store.addresses import client_environment
from stimmung.store.data_folder import private_folder
from stimmung.store.embedded.binaries import client_program
from stimmung.store.embedded.server import FOLDER, EmbeddedServer
from stimmung.store.embedded.settings import ADMIN
from stimmung.store.pace import Pace
from traces_calls import Workplace
from traces_marks import Mark
from traces_reading import APART, LARGE, Raw, Reading, holds_text, leaves, read, read_raw

MAJOR: Final = 18  # of the embedded server
KINDS: Final = {"r": "tables (files)", "t": "long values (files)", "i": "indexes (files)", "S": "counters (files)"}
OWN: Final = (
    "SELECT pg_relation_filepath(oid), relkind::text FROM pg_class"
    " WHERE relkind IN ('r', 't', 'i', 'S') AND oid >= 16384"  # the first that is no part of PostgreSQL
)
TEMPLATES: Final = ("base/1/", "base/4/", "base/5/")  # databases that PostgreSQL brings and that nothing is put into
TABLES: Final = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
TEXT_IN_SVG: Final = re.compile(r">([^<>]*[^<>\s][^<>]*)<")
ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", "\\r": "\r"}


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place: passages that somebody reads, and files that somebody searches byte by byte.

    What stands in the `native` ones too is PostgreSQL's own: among its contributors is a Peter.
    """

    name: str
    readings: Sequence[Reading] = ()
    raws: Sequence[Raw] = ()
    native: Sequence[Raw] = ()

    def holding(self, mark: Mark) -> list[str]:
        """Return where in it the mark is found, and what of it."""
        told = [(one.label, mark.read_in(one)) for one in self.readings]
        seen = [(one, what) for one in self.raws if (what := mark.seen_in(one))]
        if seen and self.native:
            words = {mark.exact} if mark.exact else mark.secret.words
            usual = frozenset(word for word in words if any(holds_text(word, raw) for raw in self.native))
            seen = [(one, what) for one, _ in seen if (what := mark.seen_in(one, usual))]
        return [f"{label}: {what}" for label, what in (*told, *((one.label, what) for one, what in seen)) if what]


def places_of(work: Workplace) -> list[Place]:
    """Return all places of a workplace but its sound as it is heard. The database is not in use meanwhile."""
    infos = [json.loads(path.read_text("utf-8")) for path in work.recordings.glob("*.call.json")]
    with EmbeddedServer(private_folder(work.data), Pace()) as server:
        reach = dict(server.connection(role=ADMIN))
        with psycopg.connect(make_conninfo(**reach)) as connection:
            tables = list(_tables(connection))
            kinds: dict[str, str] = dict(connection.execute(OWN).fetchall())
        with psycopg.connect(make_conninfo(**reach), autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # all pages are in their files
        dump = _program("pg_dump", ["--no-password"], reach)
    return [
        Place("tables", tables),
        Place("dump", dumped("dump", dump)),
        *_server_files(work.data / FOLDER, kinds),
        Place("sound (bytes)", raws=_raws(work.data / "audio", work.folder)),
        Place("keys and register", raws=_raws_of(work.data.iterdir(), work.folder)),
        Place("backups", list(_backups(work)), _raws(work.data / "backups", work.folder)),
        Place("exports", list(exports(work.outputs, [info["agent"] for info in infos]))),
        Place("answers to persons", list(exports(work.answers, [info["customer"] for info in infos]))),
        Place("shown and printed", list(_lines(work.logs, "*.printed"))),
        Place("logs", list(_lines(work.logs, "*.log"))),
        Place("home, caches, temporary files", raws=_left_behind(work)),
    ]


def _tables(connection: psycopg.Connection) -> Iterator[Reading]:
    """Yield each column as a whole, in the order of its rows, and what is said in a call on each channel by itself."""
    for (table,) in connection.execute(TABLES).fetchall():
        rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
        columns = [column.name for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description or ()]
        for place, column in enumerate(columns):
            yield read(f"{table}.{column}", APART.join(leaf for row in rows for leaf in leaves(row[place])))
    spoken = "SELECT call || ' ' || channel, string_agg(text, ' ' ORDER BY number) FROM utterances GROUP BY 1"
    yield from (read(f"utterances of {which}", text) for which, text in connection.execute(spoken).fetchall())
    stats = connection.execute(
        "SELECT tablename || '.' || attname, s::text FROM pg_stats AS s WHERE schemaname = 'public'"
    )
    yield from (read(f"statistics of {which}", text, fractions=False) for which, text in stats.fetchall())


def dumped(label: str, dump: str) -> list[Reading]:
    """Read a dump: each column of a table as a whole, and all lines that are no rows."""
    found, other = [], []
    table, columns = "", list[list[str]]()
    for line in dump.splitlines():
        if line.startswith("COPY "):
            table, names = line.split()[1], re.findall(r"\((.*)\)", line)[0].split(", ")
            columns = [[f"{label}, {table}.{name}"] for name in names]
        elif line == "\\.":
            found += [read(texts[0], APART.join(texts[1:])) for texts in columns]
            columns = []
        elif columns:
            for column, value in zip(columns, line.split("\t"), strict=True):
                column.append(_field(value))
        else:
            other.append(line)
    return [*found, *(read(f"{label}: {line}", line) for line in other if line)]


def _field(value: str) -> str:
    """Return a field of a dump as it is read; lists of numbers are measurements."""
    if value == "\\N":
        return ""
    if value.replace(".", "").replace("-", "").isdigit():
        return value if value.isdigit() and int(value) >= LARGE else ""
    text = re.sub(r"\\[ntr\\]", lambda found: ESCAPES[found[0]], value)
    try:
        return APART.join(leaves(json.loads(text)))
    except ValueError:  # no JSON: words
        return text


def _server_files(folder: Path, kinds: dict[str, str]) -> Iterator[Place]:
    """Yield the server's files by what they hold."""
    by_kind: dict[str, list[Path]] = {
        name: [] for name in (*KINDS.values(), "write-ahead log", "server's log", "server's other files")
    }
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        inside = path.relative_to(folder).as_posix().removeprefix("data/")
        if inside.startswith(TEMPLATES):
            continue
        kind = kinds.get(re.sub(r"(_(fsm|vm|init))?(\.\d+)?$", "", inside))
        if kind:
            by_kind[KINDS[kind]].append(path)
        elif inside.startswith("pg_wal/"):
            by_kind["write-ahead log"].append(path)
        elif inside.startswith("log/") or inside.endswith(".log"):
            by_kind["server's log"].append(path)
        else:
            by_kind["server's other files"].append(path)
    native = _raws(folder / "data/base/1", folder)
    for name, paths in by_kind.items():
        yield Place(name, raws=_raws_of(paths, folder), native=native)


def _backups(work: Workplace) -> Iterator[Reading]:
    """Yield what the backups in the data folder hold, their dumps written out."""
    for path in sorted((work.data / "backups").glob("*.backup")):
        with tarfile.open(path) as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                assert content is not None
                if entry.name.endswith(".json"):
                    yield read(f"{path.name}: {entry.name}", APART.join(leaves(json.loads(content.read()))))
                if entry.name.endswith(".dump"):
                    dump = _program("pg_restore", ["--file=-"], {}, content.read())
                    yield from dumped(path.name, dump)


def exports(folder: Path, keys: Sequence[str]) -> Iterator[Reading]:
    """Yield what stands in files for people and for programs; `keys` are meant to be there."""
    for path in sorted(folder.glob("*")):
        text = path.read_text("utf-8")
        if path.suffix == ".json":
            value = json.loads(text)
            yield read(path.name, APART.join(leaves(value)), keys=keys)
            yield from _channels(path.name, value)
        elif path.suffix == ".svg":
            yield read(path.name, APART.join(TEXT_IN_SVG.findall(text)))
        else:
            yield read(path.name, text, keys=keys)


def _channels(label: str, value: dict[str, Any]) -> Iterator[Reading]:  # Any: JSON
    said = value.get("utterances", ())
    for channel in sorted({one["channel"] for one in said}):
        text = ". ".join(one["text"] for one in said if one["channel"] == channel)
        yield read(f"{label}, channel {channel}", text)


def _lines(folder: Path, pattern: str) -> Iterator[Reading]:
    for path in sorted(folder.glob(pattern)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield read(f"{path.name}:{number}", line, fractions=False)


def _left_behind(work: Workplace) -> list[Raw]:
    """Return what lies in the home and among temporary files, less the models, which come from the package."""
    models = set(work.home.rglob("stimmung/base-*/*"))
    files = [path for top in (work.home, work.temporary) for path in top.rglob("*")]
    files += [path for path in work.folder.iterdir() if path.is_file()]
    return _raws_of([path for path in files if path not in models], work.folder)


def _raws(folder: Path, root: Path) -> list[Raw]:
    return _raws_of(sorted(folder.rglob("*")), root)


def _raws_of(paths: Iterable[Path], root: Path) -> list[Raw]:
    return [read_raw(str(path.relative_to(root)), path.read_bytes()) for path in paths if path.is_file()]


def _program(name: str, options: Sequence[str], reach: dict[str, str], given: bytes | None = None) -> str:
    """Run one of PostgreSQL's own programs and return what it prints."""
    environment = client_environment(reach)
    program = client_program(name, MAJOR)
    return subprocess.run(
        [program, *options], env=environment, input=given, capture_output=True, check=True
    ).stdout.decode()
