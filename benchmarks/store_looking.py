"""Looks whether generated calls are in a store, whole and once."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import numpy as np

from stimmung.speech.records import Utterance
from stimmung.store.calls import load_call
from stimmung.store.database import Database
from store_calls import UTTERANCES, call_id_of, generated_call, marker
from store_killing import CALL, DOUBLES, Tally, count_of

HALF: Final = 2.0**-10  # a vector's number may be off by so much: pgvector keeps halves
TORN: Final = (
    f"SELECT count(*) FROM (SELECT call FROM utterances GROUP BY call HAVING count(*) <> {UTTERANCES}) AS torn"
)
BARE: Final = "SELECT (SELECT count(*) FROM calls) - (SELECT count(DISTINCT call) FROM utterances)"


def look(database: Database, tally: Tally, there: Collection[int], seed: int) -> None:
    """Look for each of these calls, and for any that is there twice or in part."""
    tally.doubled += sum(count_of(database, DOUBLES.format(key)) for key in ("call_id", "content_hash"))
    tally.torn += count_of(database, TORN) + abs(count_of(database, BARE))
    for number in sorted(there):
        if not count_of(database, CALL, [call_id_of(number, seed)]):
            tally.lost += 1
        elif not is_whole(database, number, seed):
            tally.torn += 1


def is_whole(database: Database, number: int, seed: int) -> bool:
    """Say whether a call comes back as it was saved."""
    made = generated_call(number, seed).analysis
    kept = load_call(database, call_id_of(number, seed)).analysis
    return len(kept.utterances) == len(made.utterances) and all(map(_alike, kept.utterances, made.utterances))


def traces(folder: Path, number: int) -> int:
    """Return how many files below the folder hold a word that only this call holds."""
    word = marker(number).encode()
    return sum(word in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _alike(kept: Utterance, made: Utterance) -> bool:
    if kept.text_vector is None or made.text_vector is None:
        return False
    same = _told(kept) == _told(made)  # by their texts: scores are not compared otherwise
    return same and bool(np.allclose(kept.text_vector, made.text_vector, atol=HALF))


def _told(one: Utterance) -> str:
    return repr((one.text, one.words, one.text_emotion, one.voice_emotion, one.distress))
