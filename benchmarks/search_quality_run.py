"""How well search finds: recall@10 and nDCG@10 of the labelled queries by words, by meaning and by both.

The collection is saved as calls are, with the text model's own vectors. Ablations save it anew with words analysed
otherwise. The held-out half is only ever told in totals.
"""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from machine import Figures
from search_load import PROVENANCE, opened
from search_quality_cut import cut
from search_quality_records import NOW, ZONE, Half, QualityCall, QualityQuery, QualitySet, QualityUtterance
from search_quality_set import read_set
from stimmung.calls.records import CallAnalysis, CallerDistress, Course, CourseMoment, DistressPeak, Metrics
from stimmung.calls.text_emotions import spoken_text
from stimmung.models.text_emotion import TextModel
from stimmung.speech.records import CallInfo, DistressScore, Samples, TextEmotionScore, Utterance, Word
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.content import hash_live
from stimmung.store.database import Database
from stimmung.store.places import places_in
from stimmung.store.pseudonyms import open_secret
from stimmung.store.records import SavedCall
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import CustomerKey, Query
from stimmung.store.search.lexemes.folding import fold
from stimmung.store.search.lexemes.words import Lexemes, WordAnalysis
from stimmung.store.search.records import Ask, Mode
from stimmung.store.search.search import search, wanted_meanings
from text_bench import show

DEPTH: Final = 10  # hits that count
MODES: Final[tuple[Mode, ...]] = ("words", "meaning", "hybrid")
HALVES: Final[tuple[Half, Half]] = ("development", "held-out")
CUSTOMERS_CHANNEL: Final = 1
Change = Callable[[Lexemes, str], Lexemes]  # of a word and its folded form


@dataclass(frozen=True, slots=True)
class Judged:
    """What a mode found for a query: the keys of its first hits, and how good they are, 0 to 1."""

    query: QualityQuery
    keys: tuple[str, ...]
    recall: float
    gain: float


class Changed(WordAnalysis):
    """Analyses words as the product, and changes what comes of it: to see what a part of it is worth."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change

    def of_text(self, text: str, language: str) -> tuple[Lexemes, ...]:
        """Return the words of an utterance, changed."""
        forms = [fold(text[first:last]) for first, last in self.spans(text)]
        found = super().of_text(text, language)
        return tuple(self._change(one, form) for one, form in zip(found, forms, strict=True))

    def of_query(self, word: str) -> Lexemes:
        """Return what finds a word, changed."""
        return self._change(super().of_query(word), fold(word))


ABLATIONS: Final[Mapping[str, Change]] = {
    "without compounds": lambda word, _: replace(word, parts=()),
    "without stems": lambda word, form: word if form.startswith("[") else replace(word, stems=(form,)),
    "without sounds": lambda word, _: replace(word, sounds=()),
}


def recall(query: QualityQuery, keys: Sequence[str]) -> float:
    """Return the share of what is relevant among the first ten, of what could be there."""
    return sum(key in query.relevant for key in keys[:DEPTH]) / min(DEPTH, len(query.relevant))


def gain(query: QualityQuery, keys: Sequence[str]) -> float:
    """Return nDCG@10 with gains 2^grade - 1 (Järvelin and Kekäläinen 2002; Burges et al. 2005)."""
    best = _discounted(sorted(query.relevant.values(), reverse=True)[:DEPTH])
    return _discounted([query.relevant.get(key, 0) for key in keys[:DEPTH]]) / best


def _discounted(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def quality(model: TextModel, held_out: bool, quick: bool = False) -> Figures:
    """Measure, print tables, and return figures of the development half or of both."""
    found = read_set()
    calls = saved_calls(found.calls, model)
    halves = HALVES if held_out else HALVES[:1]
    figures: Figures = {"queries": {half: sum(one.half == half for one in found.queries) for half in halves}}
    asked = _vectors(found, model)
    with tempfile.TemporaryDirectory() as folder:
        runs = dict.fromkeys(["as it is", *([] if quick else ABLATIONS)])
        for number, name in enumerate(runs):
            with opened(Path(folder) / str(number)) as database:
                if name in ABLATIONS:
                    database.words = Changed(ABLATIONS[name])
                keep(database, calls)
                judged = {mode: judge(database, found, mode, asked, halves) for mode in MODES}
                if name not in ABLATIONS:
                    figures["cut"] = cut(database, found.queries, asked, model)
            figures[name] = {half: _told(name, half, judged) for half in halves}
    return figures


def saved_calls(calls: Sequence[QualityCall], model: TextModel) -> list[SavedCall]:
    """Return calls of the collection as analysing them would, with the model's vectors."""
    return [_embedded(call, model) for call in calls]


def keep(database: Database, calls: Sequence[SavedCall]) -> None:
    """Save the calls one by one."""
    places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
    for call in calls:
        save_call(database, places, call)


def judge(
    database: Database, found: QualitySet, mode: Mode, vectors: Mapping[str, Samples], halves: Sequence[Half]
) -> list[Judged]:
    """Ask every query of these halves in one way."""
    return [_judged(database, one, mode, vectors) for one in found.queries if one.half in halves]


def _judged(database: Database, one: QualityQuery, mode: Mode, vectors: Mapping[str, Samples]) -> Judged:
    query = parse(one.by_meaning if mode == "meaning" else one.text, now=NOW, zone=ZONE)
    own = tuple(vectors[text] for text in wanted_meanings(query, mode))
    hits = search(
        database, Ask(query, mode, limit=DEPTH, vectors=own, customers=_customers(database, query), facets=False)
    ).hits
    keys = tuple(f"{hit.call_id}.{hit.number:02}" for hit in hits)
    return Judged(one, keys, recall(one, keys), gain(one, keys))


def _customers(database: Database, query: Query) -> tuple[str, ...]:
    keys = [value.text for one in query.filters for value in one.values if isinstance(value, CustomerKey)]
    if not keys:
        return ()
    file = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir)).secret
    secret = database.run(lambda connection: open_secret(connection, file))
    return tuple(one.value for key in keys for one in secret.pseudonyms("customer", key))


def _vectors(found: QualitySet, model: TextModel) -> dict[str, Samples]:
    """Return the vector of every text that some mode asks for."""
    queries = [parse(text, now=NOW, zone=ZONE) for one in found.queries for text in (one.text, one.by_meaning)]
    texts = sorted({text for query in queries for mode in MODES for text in wanted_meanings(query, mode)})
    return dict(zip(texts, model.embed(texts), strict=True))


def _told(name: str, half: Half, judged: Mapping[Mode, Sequence[Judged]]) -> Figures:
    """Print a table of a half and return its figures; kinds are told of the development half alone."""
    own = {mode: [one for one in judged[mode] if one.query.half == half] for mode in MODES}
    kinds = list(dict.fromkeys(one.query.kind for one in own["words"])) if half == "development" else []
    rows, figures = [], {}
    for kind in ("all", *kinds):
        of = {mode: [one for one in own[mode] if kind in ("all", one.query.kind)] for mode in MODES}
        values = {
            f"{what}_{mode}": fmean(getattr(one, field) for one in of[mode])
            for what, field in (("recall10", "recall"), ("ndcg10", "gain"))
            for mode in MODES
        }
        figures[kind] = {"queries": len(of["words"]), **values}
        rows.append([kind, str(len(of["words"])), *(f"{value:.3f}" for value in values.values())])
    columns = ["kind", "queries", *(f"{what} {mode}" for what in ("recall", "nDCG") for mode in MODES)]
    show(f"Quality, {half}, {name}", columns, rows)
    return figures


def _embedded(call: QualityCall, model: TextModel) -> SavedCall:
    """Return a call as analysing it would give it, vectors by the text model with the turn before."""
    said = [_utterance(one) for one in call.utterances]
    readings = model.read([spoken_text(said, place) for place in range(len(said))])
    heard = tuple(
        replace(one, text_vector=None if reading.vector is None else np.asarray(reading.vector, np.float32))
        for one, reading in zip(said, readings, strict=True)
    )
    info = CallInfo(
        call_id=call.key,
        started_at=call.started_at,
        team=call.team,
        queue=call.queue,
        customer=call.customer,
        language=call.language,
        roles=("agent", "customer"),
        consent="granted",
        metadata=dict(call.metadata),
    )
    peak = DistressPeak(call.distress_peak_score, call.distress_peak_state, 0.0)
    moment = CourseMoment(0.0, call.mood, "")
    analysis = CallAnalysis(
        path=f"{call.key}.wav",
        duration=call.duration,
        channels=2,
        language=call.language,
        info=info,
        events=(),
        utterances=heard,
        models=(),
        distress=(
            CallerDistress(
                CUSTOMERS_CHANNEL, "", call.distress_peak_score, call.distress_peak_state, "steady", peak=peak
            ),
        ),
        course=(Course(CUSTOMERS_CHANNEL, call.course, *(call.mood,) * 4, (), moment, None),),
        metrics=Metrics(call.duration, (), call.silence_seconds, None, call.hold_seconds, 0.0, (), ()),
    )
    return SavedCall(analysis, hash_live(call.key, ""), PROVENANCE)


def _utterance(one: QualityUtterance) -> Utterance:
    return Utterance(
        channel=CUSTOMERS_CHANNEL if one.role == "customer" else 0,
        role=one.role,
        speaker="",
        start=one.start,
        end=one.end,
        text=one.text,
        language=one.language,
        confidence=0.9,
        flags=(),
        words=tuple(_words(one)),
        text_emotion=_emotion(one),
        level=-21.0,
        distress=DistressScore(one.distress_probability, one.distress_state)
        if one.distress_state is not None
        else None,
    )


def _words(one: QualityUtterance) -> Iterator[Word]:
    texts = one.text.split()
    step = (one.end - one.start) / max(len(texts), 1)
    for at, word in enumerate(texts):
        yield Word(one.start + at * step, one.start + (at + 1) * step, word, 0.9)


def _emotion(one: QualityUtterance) -> TextEmotionScore | None:
    if one.polarity is None or one.sentiment is None:
        return None
    return TextEmotionScore(one.polarity, one.sentiment, {one.polarity: 1.0}, one.emotions, {}, calibrated=True)
