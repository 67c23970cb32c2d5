"""From what was typed to what is asked of the store: the query parsed, its vectors computed, or words alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from stimmung.speech.engines import TextEmbedding
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples
from stimmung.speech.settings import EMBEDDED_TEXT, Settings
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import All, Node, Query, Word
from stimmung.store.search.records import Ask, Mode
from stimmung.store.search.search import wanted_meanings

LoadEmbedding = Callable[[Settings], TextEmbedding | None]
WORDS: Mode = "words"
NO_VECTORS = "the database has no pgvector, so this search is by words alone (see docs/database.md)"
NO_MODEL = f"models.text is not {EMBEDDED_TEXT}, the model that compares meanings, so this search is by words alone"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and why it is not asked by meaning though it should be; empty where it is."""

    ask: Ask
    why_words: str = ""


def parsed(text: str, settings: Settings, now: datetime) -> Query:
    """Return what was typed, understood in the time zone of the settings. Raises QueryError."""
    return parse(text, now=now, zone=ZoneInfo(settings.timezone))


def with_meaning(ask: Ask, settings: Settings, load: LoadEmbedding, has_meanings: bool) -> Asked:
    """Return the search with the vectors it needs; without a model, with the words of its meanings in their place."""
    texts = wanted_meanings(ask.query, ask.mode)
    if not texts:
        return Asked(by_words(ask) if ask.query.meaning else ask)
    if not has_meanings:
        return Asked(by_words(ask), NO_VECTORS)
    try:
        embedding = load(settings)
        vectors = None if embedding is None else _vectors(embedding, texts)
    except WeightsError as error:
        return Asked(by_words(ask), f"this search is by words alone: {error}")
    return Asked(by_words(ask), NO_MODEL) if vectors is None else Asked(replace(ask, vectors=vectors))


def by_words(ask: Ask) -> Ask:
    """Return the search with the words of what was meant instead of the meaning."""
    query, mode = ask.query, WORDS
    said: list[Node] = [Word(word) for text in query.meaning for word in re.findall(r"\w+", text)]
    if query.words is not None:
        said.insert(0, query.words)
    words = All(tuple(said)) if len(said) > 1 else said[0] if said else None
    return replace(ask, query=replace(query, words=words, meaning=()), mode=mode)


def real_embedding(settings: Settings) -> TextEmbedding | None:
    """Return the model that compares meanings, None where the settings choose another; imports what it needs."""
    from stimmung.models.registry import build_embedding

    return build_embedding(settings)


def _vectors(embedding: TextEmbedding, texts: tuple[str, ...]) -> tuple[Samples, ...]:
    return tuple(embedding.embed(list(texts)))
