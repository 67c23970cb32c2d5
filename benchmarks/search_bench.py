"""What the parts of search.py share: one run's options, its store and text model, a query asked, and percentiles."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from machine import Figures
from search_corpus import BEGAN, WEEKS
from search_corpus_queries import CorpusQuery, draw_queries, rows_of_texts
from search_corpus_texts import CorpusText
from search_load import Loaded, load, loaded_before, opened, texts_for
from stimmung.models.text_emotion import TextModel
from stimmung.models.text_loading import load_text_model
from stimmung.speech.settings import EMBEDDED_TEXT, Settings
from stimmung.store.database import Database
from stimmung.store.search.language.parser import parse
from stimmung.store.search.records import Ask, Found, Mode
from stimmung.store.search.search import search, wanted_meanings
from text_bench import tell

Item = TypeVar("Item")
NOW: Final = BEGAN + timedelta(weeks=WEEKS)  # when the corpus is asked: it has just ended
EACH, QUICK_EACH = 20, 2  # queries of each kind, band and language
THREE: Final = "by:customer mood:negative since:2026-08-03"  # half the speakers, a third of the moods, half the time
MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for: rows of the corpus, the folder of its texts, the store's, and how much is measured.

    `development`: the held-out half of the labelled queries is left alone.
    """

    rows: int
    work: Path
    store: Path
    quick: bool = False
    development: bool = False


@dataclass(frozen=True, slots=True)
class Timed:
    """One query asked: seconds in the search and in making its vectors, and what was found."""

    search: float
    embedding: float
    found: Found

    @property
    def total(self) -> float:
        return self.search + self.embedding


@dataclass(eq=False)
class Bench:
    """One run; what it needs is made when it is first asked for.

    `found` has the figures of the parts so far, `pictures` is the folder for drawings, None for nowhere.
    """

    options: Options
    pictures: Path | None = None
    found: dict[str, Figures] = field(default_factory=dict)

    @cached_property
    def texts(self) -> list[CorpusText]:
        """Return the distinct texts of the corpus."""
        return texts_for(self.options.work, self.options.rows)

    @cached_property
    def model(self) -> TextModel:
        """Return the text model that the product ships with."""
        return load_text_model(EMBEDDED_TEXT, Settings().models)

    @cached_property
    def queries(self) -> list[CorpusQuery]:
        """Return what is asked of the corpus."""
        counts = rows_of_texts(self.texts, self.options.rows)
        found = draw_queries(self.texts, counts, QUICK_EACH if self.options.quick else EACH)
        return [one for one in found if not self.options.quick or one.kind != "meaning"] + [
            one for one in found if self.options.quick and one.kind == "meaning"
        ][:6]

    @contextmanager
    def store(self) -> Iterator[Database]:
        """Open the store, loading the corpus first where it is new."""
        if not (self.options.store / "postgres").exists():
            load(self.options.store, self.options.work, self.options.rows)
        with opened(self.options.store) as database:
            yield database

    @property
    def loaded(self) -> Loaded | None:
        """How long loading the store took, None where nobody wrote that down."""
        return loaded_before(self.options.store)

    def ask(self, database: Database, text: str, mode: Mode = "hybrid") -> Timed:
        """Ask once and say how long it took, the first page with facets as a person sees it."""
        query = parse(text, now=NOW, zone=UTC)
        began = time.perf_counter()
        wanted = wanted_meanings(query, mode)
        vectors = tuple(self.model.embed(list(wanted))) if wanted else ()
        embedded = time.perf_counter()
        found = search(database, Ask(query, mode, vectors=vectors))
        return Timed(time.perf_counter() - embedded, embedded - began if wanted else 0.0, found)


def tracked(title: str, items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items, and show on stderr how far it is: a bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        yield from track(items, title, console=Console(stderr=True))
        return
    told = tell(title)
    for done, item in enumerate(items, 1):
        yield item
        told(done, len(items))


def percentiles(seconds: Sequence[float]) -> Figures:
    """Return median and 95th percentile in ms."""
    return {
        "p50_ms": float(np.percentile(seconds, 50)) * MILLISECONDS,
        "p95_ms": float(np.percentile(seconds, 95)) * MILLISECONDS,
        "count": len(seconds),
    }


def milliseconds(figures: Mapping[str, float]) -> list[str]:
    """Return both percentiles as cells of a table."""
    return [f"{figures['p50_ms']:.1f}", f"{figures['p95_ms']:.1f}"]
