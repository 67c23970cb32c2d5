"""Ten thousand queries that nobody would type, and some that attackers do, asked of a real database.

Each must give a result or a QueryError, and afterwards every table must be as it was.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from machine import Figures
from search_bench import NOW
from search_load import opened
from search_quality_run import keep, saved_calls
from search_quality_set import read_set
from stimmung.models.text_emotion import TextModel
from stimmung.speech.records import Samples
from stimmung.store.database import Database
from stimmung.store.search.language.fields import vocabulary
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import QueryError
from stimmung.store.search.records import Ask, Mode
from stimmung.store.search.search import search, wanted_meanings
from text_bench import show

ASKED, QUICK_ASKED = 10_000, 200
SEED: Final = 11
CALLS: Final = 20
PIECES: Final = (
    "'", '"', "''", "\\", "\\'", "--", "/*", "*/", ";", "(", ")", "((((", "))", "|", "||", "&", "&&", "!", "!!", "<->",
    "<2>", ":*", ":A", "::text", "~", '~"', "*", "-", "--1", "NOT", "OR", "AND", "UND", "ODER", ",", ":", ">", "<", "=",
    "%", "%s", "%(a)s", ":x", "$1", "{0}", "\0", "\n", "\t", "\u202e", "\ufeff", "\U0001f600", "ß", "ẞ",
    "ﬁ", "İ", "e\u0301",
    "'; DROP TABLE calls; --", "' OR '1'='1", "1); DELETE FROM utterances; --", "' UNION SELECT secret FROM secrets --",
    "pg_sleep(10)", "'||(SELECT version())||'", "\\x27; TRUNCATE search_entries;", "$$;DROP TABLE calls;$$",
    "COPY calls TO PROGRAM 'id'", "to_tsquery('a')", "#mood=negative", "#day=20000", "=rechnung", "~46264", "[IBAN]",
    "rechnung", "kündigung", "stromrechnung", "charged twice", "schon wieder", "999999999999999999999", "1e309", "NaN",
    "-0", "2026-13-45", "0001-01-01", "9999-12-31", "25:61", "a" * 300, "ü" * 90, "sort:time", "sort:nothing",
)  # fmt: skip


def fuzz(model: TextModel, quick: bool) -> Figures:
    """Ask, and compare all tables before and after."""
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data") as database:
        keep(database, saved_calls(read_set().calls[:CALLS], model))
        before = database.run(_state)
        vector = model.embed(["the same payment went out two times"])[0]
        for query in made_queries(QUICK_ASKED if quick else ASKED):
            outcomes[_outcome(database, query, vector)] += 1
        after = database.run(_state)
    figures = {"asked": sum(outcomes.values()), "outcomes": dict(outcomes), "unchanged": before == after}
    rows = [[name, str(count)] for name, count in outcomes.items()]
    show("Fuzzed", ["", ""], [*rows, ["tables unchanged", str(before == after)]])
    return figures


def made_queries(count: int, seed: int = SEED) -> Iterator[str]:
    """Yield queries of pieces, filters with odd values, and signs of any kind."""
    chance = random.Random(seed)
    names = [name for one in vocabulary().filters for name in one.names]
    for _ in range(count):
        parts = []
        for _ in range(chance.randint(1, 9)):
            kind = chance.random()
            if kind < 0.25:
                parts.append(f"{chance.choice(names)}:{chance.choice(('', '>', '<=', '-'))}{chance.choice(PIECES)}")
            elif kind < 0.35:
                parts.append("".join(chr(chance.randrange(1, 0x2FFF)) for _ in range(chance.randint(1, 12))))
            else:
                parts.append(chance.choice(PIECES))
        yield chance.choice(("", " ")).join(parts)


def _outcome(database: Database, typed: str, vector: Samples) -> str:
    mode: Mode = "hybrid"
    try:
        query = parse(typed, now=NOW, zone=UTC)
        vectors = tuple(vector for _ in wanted_meanings(query, mode))
        found = search(database, Ask(query, mode, vectors=vectors))
    except QueryError:
        return "told what is wrong"
    return "something found" if found.hits else "nothing found"


def _state(connection: Connection) -> list[tuple[str, int, str]]:
    """Return of every table how many rows it has and a digest of them."""
    names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars()
    digest = "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM \"{}\" t"
    found = []
    for name in names.all():
        count, known = connection.execute(text(digest.format(name))).one()
        found.append((str(name), int(count), str(known)))
    return found
