"""What searches go through, made of a call: one narrow row per utterance. Written with the call, in its transaction."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, or_

from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import Utterance
from stimmung.store.copying import copy_rows
from stimmung.store.schema import calls, search_entries
from stimmung.store.search.lexemes.folding import fold
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.tags import call_tags, time_tags, utterance_tags
from stimmung.store.search.vectors_of_words import words_vector
from stimmung.store.utterance_rows import Values

SEARCH_VERSION: Final = 1  # grows when words or signs are made otherwise: entries of before are made anew; up to 255
VERSIONS, HOUSES = 256, 2**23  # numbers of ways to make entries, and of lists of words of the house
COLUMNS: Final = tuple(column.name for column in search_entries.columns if column.name != "kept_at")
MOST: Final = float(np.finfo(np.float32).max)
CALL_COLUMNS: Final = {
    "call_mood": "mood_score",
    "call_distress": "distress_peak_score",
    "wait": "wait_seconds",
    "queue": "queue",
}


@dataclass(frozen=True, slots=True)
class IndexedCall:
    """A call as the index takes it: its number, when it began or else was saved, its columns, and what was heard."""

    number: int
    began: datetime
    values: Values
    analysis: CallAnalysis


def search_version(words: WordAnalysis) -> int:
    """Return the version of entries that these words make: `SEARCH_VERSION`, and above it a digest of the words of the
    house, 0 for none.
    """
    if not words.compound_words:
        return SEARCH_VERSION
    digest = hashlib.sha256(" ".join(words.compound_words).encode()).digest()
    house: int = int.from_bytes(digest, "big") % (HOUSES - 1) + 1
    return house * VERSIONS + SEARCH_VERSION


def outdated(words: WordAnalysis) -> ColumnElement[bool]:
    """Return a condition for calls whose entries are missing or made otherwise; those of a newer version stay."""
    version, own = calls.c.search_version, search_version(words)
    not_newer = func.coalesce(version, 0).op("&")(VERSIONS - 1) <= SEARCH_VERSION
    return or_(version.is_(None), version < own, version > own) & not_newer  # so written, the index finds them


def write_entries(connection: Connection, call: IndexedCall, words: WordAnalysis) -> None:
    """Add the entries of a call that has none."""
    copy_rows(connection, search_entries, COLUMNS, entry_rows(call, words), raw=("words",))


def entry_rows(call: IndexedCall, words: WordAnalysis) -> Iterator[Sequence[object]]:
    """Yield the rows of a call in the order of `COLUMNS`."""
    analysis = call.analysis
    shared = {
        **{name: call.values.get(column) for name, column in CALL_COLUMNS.items()},
        "duration": analysis.duration,
        "silence": analysis.metrics.silence_seconds if analysis.metrics else None,
        "hold": analysis.metrics.hold_seconds if analysis.metrics else None,
        "overlap": analysis.metrics.overlap_seconds if analysis.metrics else None,
    }
    paces = {one.channel: one.words_per_minute for one in analysis.metrics.parties} if analysis.metrics else {}
    tags = tuple(call_tags(call.values, tuple(analysis.info.metadata.items())))
    for number, said in enumerate(analysis.utterances):
        at = _later(call.began, said.start)
        own = {
            "call": call.number,
            "number": number,
            "said_at": at,
            "pace": paces.get(said.channel),
            "words": words_vector(
                words.of_text(said.text, said.language),
                [fold(said.text[first:last]) for first, last in words.spans(said.text)],
                (*utterance_tags(said), *tags, *time_tags(at)),
            ),
            **_figures(said, analysis.duration),
            **shared,
        }
        yield [_small(own[name]) for name in COLUMNS]


def _later(began: datetime, seconds: float) -> datetime:
    """Return the moment; one that no calendar has is where the call began."""
    try:
        return began + timedelta(seconds=seconds)
    except OverflowError:
        return began


def _small(value: object) -> object:
    """Return a number inside the range of PostgreSQL's `real`."""
    return min(max(value, -MOST), MOST) if isinstance(value, float) else value


def _figures(said: Utterance, duration: float) -> Values:
    voice = said.voice_emotion
    return {
        "started": said.start,
        "remaining": max(duration - said.start, 0.0),
        "length": said.end - said.start,
        "sentiment": said.text_emotion.score if said.text_emotion else None,
        "distress": said.distress.probability if said.distress else None,
        "polarity": said.text_emotion.polarity if said.text_emotion else None,
        "arousal": voice.arousal if voice else None,
        "valence": voice.valence if voice else None,
    }
