"""Fills a store with the corpus: every row that saving calls writes, by COPY, then all indexes.

The rows are made by the product's own functions. Two processes make and copy rows, each half of the calls; what the
corpus itself takes to be drawn is timed apart and left out.
"""

import datetime
import json
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from search_corpus import corpus
from search_corpus_records import CorpusCall, CorpusScores, CorpusUtterance
from search_corpus_texts import CorpusText, read_texts
from search_corpus_vectors import vectors, vectors_of
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    DistressPeak,
    Metrics,
    PartyMetrics,
)
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.models.voice_label_maps import SCORED
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    Role,
    Samples,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)
from stimmung.speech.settings import StoreSettings
from stimmung.store.content import hash_live
from stimmung.store.copying import copy_rows, half_vector
from stimmung.store.database import Database, open_database
from stimmung.store.drafts import Draft, drafted
from stimmung.store.records import Provenance, SavedCall
from stimmung.store.schema import calls, search_entries, utterance_vectors, utterances
from stimmung.store.search.entries import COLUMNS as ENTRY_COLUMNS
from stimmung.store.search.entries import SEARCH_VERSION, IndexedCall, entry_rows
from stimmung.store.utterance_rows import COLUMNS

PROVENANCE: Final = Provenance("corpus", {})
BATCH: Final = 500  # calls drawn, then copied
FULL: Final = 1.05  # rows a text, below which not every text has a place
VECTOR_COLUMNS: Final = ("call", "number", "embedding")
LOADED: Final = (search_entries, utterance_vectors, utterances)  # whose keys and indexes are made after their rows
MEMORY: Final = "2GB"  # for each index while it is made


@dataclass(frozen=True, slots=True)
class Loaded:
    """How long loading took: copying (of the slower process), each step of indexing, and the rows."""

    rows: int
    calls: int
    copying_s: float
    drawing_s: float
    steps: dict[str, float]

    @property
    def per_second(self) -> float:
        return self.rows / (self.copying_s + sum(self.steps.values()))


def saved_call(call: CorpusCall, embeddings: Sequence[Samples | None]) -> SavedCall:
    """Return a call of the corpus as analysing it would."""
    said = tuple(_utterance(one, vector) for one, vector in zip(call.utterances, embeddings, strict=True))
    info = CallInfo(
        call_id=call.call_id,
        started_at=call.started_at,
        team=call.team,
        queue=call.queue,
        customer=call.customer,
        language=call.language,
        direction="outbound" if call.direction == "outbound" else "inbound",
        roles=("agent", "customer"),
        consent="granted",
        metadata={"region": call.region},
    )
    analysis = CallAnalysis(
        path=f"{call.call_id}.wav",
        duration=call.duration,
        channels=2,
        language=call.language,
        info=info,
        events=(),
        utterances=said,
        models=(),
        distress=_distress(call),
        course=_course(call),
        metrics=_metrics(call),
    )
    return SavedCall(analysis, hash_live(call.call_id, ""), PROVENANCE)


def _utterance(one: CorpusUtterance, vector: Samples | None) -> Utterance:
    texts = one.text.split(" ")
    step = (one.end - one.start) / len(texts)
    words = tuple(Word(one.start + at * step, one.start + (at + 1) * step, word, 0.9) for at, word in enumerate(texts))
    return Utterance(
        channel=one.channel,
        role=one.role,
        speaker="",
        start=one.start,
        end=one.end,
        text=one.text,
        language=one.language,
        confidence=one.confidence,
        flags=(),
        words=words,
        text_vector=vector,
        text_emotion=_text(one.scores) if one.scores else None,
        voice_emotion=_voice(one.scores) if one.scores else None,
        level=-21.0,
        distress=DistressScore(one.scores.distress_probability, one.scores.distress_state) if one.scores else None,
    )


def _text(scores: CorpusScores) -> TextEmotionScore:
    emotions = dict(zip(SERVICE_CLASSES, scores.emotions, strict=True))
    return TextEmotionScore(scores.polarity, scores.sentiment, {scores.polarity: 1.0}, emotions, {}, calibrated=True)


def _voice(scores: CorpusScores) -> VoiceEmotionScore:
    return VoiceEmotionScore(scores.arousal, scores.valence, dict(zip(SCORED, scores.voice_emotions, strict=True)))


def _distress(call: CorpusCall) -> tuple[CallerDistress, ...]:
    peak = DistressPeak(call.distress_peak_score, call.distress_peak_state, 0.0)
    return (CallerDistress(1, "", call.distress_score, call.distress_state, "steady", (), peak),)


def _course(call: CorpusCall) -> tuple[Course, ...]:
    moment = CourseMoment(0.0, call.mood, "")
    return (Course(1, call.course, call.mood, call.mood, call.mood, call.mood_end, (), moment, None),)


def _metrics(call: CorpusCall) -> Metrics:
    roles: tuple[Role, Role] = ("agent", "customer")
    own = tuple(
        PartyMetrics(channel, role, 60.0, 0.5, 100, pace, 4.0, -21.0, 0.5, None, 0, 0)
        for channel, role, pace in zip((0, 1), roles, call.words_per_minute, strict=True)
    )
    return Metrics(call.duration, own, call.silence_seconds, None, call.hold_seconds, call.overlap_seconds, (), ())


def texts_for(work: Path, rows: int) -> list[CorpusText]:
    """Return the distinct texts; of a corpus too small for all, the first ones."""
    texts = read_texts(work)
    return texts if rows > FULL * len(texts) else texts[: rows * 2 // 3]


def drawn_calls(
    work: Path, rows: int, share: int, shares: int, with_vectors: bool = True
) -> Iterator[tuple[int, SavedCall]]:
    """Yield every `shares`-th call of the corpus with its number from 1, from the one at `share`."""
    texts, known = texts_for(work, rows), vectors(work)
    for call in corpus(texts, rows, share=share, shares=shares):
        ids = [one.text_id for one in call.utterances]
        copies = [one.copy for one in call.utterances]
        embeddings = vectors_of(known, ids, copies, (0, call.number)) if with_vectors else [None] * len(ids)
        yield call.number + 1, saved_call(call, list(embeddings))


def record_of(folder: Path) -> Path:
    """Return the file beside a store's folder that says how it was loaded; empty while it is."""
    return folder.with_name(f"{folder.name}.load.json")


def loaded_before(folder: Path) -> Loaded | None:
    """Return how long loading the store took, None where nobody wrote that down. Raises SystemExit for half a store."""
    file = record_of(folder)
    if not file.exists():
        return None
    written = file.read_text("utf-8")
    if not written:
        raise SystemExit(f"{folder} was not loaded to its end: remove it and {file}, and it is loaded anew")
    return Loaded(**json.loads(written))


def load(folder: Path, work: Path, rows: int, processes: int = 2, with_vectors: bool = True) -> Loaded:
    """Fill a new store, write down beside it how long that took, and return it."""
    record_of(folder).parent.mkdir(parents=True, exist_ok=True)
    record_of(folder).write_text("", "utf-8")
    loaded = _load(folder, work, rows, processes, with_vectors)
    record_of(folder).write_text(json.dumps(asdict(loaded)), "utf-8")
    return loaded


def _load(folder: Path, work: Path, rows: int, processes: int, with_vectors: bool) -> Loaded:
    with opened(folder) as database:
        keys = database.run(_without_keys)
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes) as pool:
            arguments = [(folder, work, rows, share, processes, with_vectors) for share in range(processes)]
            parts = pool.starmap(_copy_share, arguments)
        steps = _make_keys(database, keys)
        if with_vectors:
            began = time.perf_counter()
            make_index(database)
            steps["nearest vectors"] = time.perf_counter() - began
        began = time.perf_counter()
        with database.outside_transactions() as connection:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('calls', 'id'), max(id)) FROM calls"))
            connection.execute(text("VACUUM (ANALYZE)"))
            connection.execute(text("CHECKPOINT"))
        steps["vacuum and checkpoint"] = time.perf_counter() - began
    return Loaded(
        rows=sum(part[0] for part in parts),
        calls=sum(part[1] for part in parts),
        copying_s=max(part[3] for part in parts),
        drawing_s=max(part[2] for part in parts),
        steps=steps,
    )


def opened(folder: Path) -> Database:
    """Open the store in `folder`."""
    return open_database(StoreSettings(data_dir=folder), tell=lambda line: print(line, flush=True))


def make_index(database: Database) -> None:
    """Make the index over the vectors as the product does."""
    from stimmung.store.search.meaning.vector_index import tend_vectors

    tend_vectors(database, memory=MEMORY)


def _copy_share(
    folder: Path, work: Path, rows: int, share: int, shares: int, with_vectors: bool
) -> tuple[int, int, float, float]:
    """Copy a share of the calls; return utterances, calls, and the seconds that drawing and copying took."""
    told = time.monotonic()
    drawing = copying = 0.0
    utterance_count = call_count = 0
    source = drawn_calls(work, rows, share, shares, with_vectors)
    with opened(folder) as database:
        while True:
            began = time.perf_counter()
            batch = list(islice(source, BATCH))
            drawn = time.perf_counter()
            drawing += drawn - began
            if not batch:
                break
            database.run(lambda connection: _copy(connection, database, batch, with_vectors))  # noqa: B023 run at once
            copying += time.perf_counter() - drawn
            utterance_count += sum(len(one.analysis.utterances) for _, one in batch)
            call_count += len(batch)
            if time.monotonic() - told > 20 and not share:
                told = time.monotonic()
                so_far = utterance_count * shares
                print(f"{so_far} of {rows} rows, {so_far / copying:.0f} a second", flush=True)
    return utterance_count, call_count, drawing, copying


def _copy(
    connection: Connection, database: Database, batch: Sequence[tuple[int, SavedCall]], with_vectors: bool
) -> None:
    drafts = [(number, drafted(saved), saved) for number, saved in batch]
    shared = {draft.provenance.digest: draft.provenance for _, draft, _ in drafts}
    for one in shared.values():
        connection.execute(
            text("INSERT INTO provenances VALUES (:digest, cast(:content AS jsonb)) ON CONFLICT DO NOTHING"),
            {"digest": one.digest, "content": "{}"},
        )
    names = [name for name in drafts[0][1].call if name != "agent"]
    columns = ("id", "call_id", "content_hash", "fingerprint", "source", "search_version", *names)
    copy_rows(connection, calls, columns, (_call_row(number, draft, names) for number, draft, _ in drafts))
    copy_rows(connection, utterances, COLUMNS, _utterance_rows(drafts))
    if with_vectors:
        rows = ((number, place, half_vector(one)) for number, draft, _ in drafts for place, one in draft.vectors)
        copy_rows(connection, utterance_vectors, VECTOR_COLUMNS, rows, raw=("embedding",))
    entries = (
        row
        for number, draft, saved in drafts
        for row in entry_rows(IndexedCall(number, _began(saved), draft.call, saved.analysis), database.words)
    )
    copy_rows(connection, search_entries, ENTRY_COLUMNS, entries, raw=("words",))


def _began(saved: SavedCall) -> datetime.datetime:
    began = saved.analysis.info.started_at
    assert began is not None
    return began


def _call_row(number: int, draft: Draft, names: Iterable[str]) -> list[object]:
    known = draft.call
    return [
        number,
        draft.call_id,
        draft.content_hash,
        draft.fingerprint,
        draft.source,
        SEARCH_VERSION,
        *(known[name] for name in names),
    ]


def _utterance_rows(drafts: Sequence[tuple[int, Draft, SavedCall]]) -> Iterator[list[object]]:
    for number, draft, _ in drafts:
        for row in draft.utterances:
            whole = {**row, "call": number}
            yield [whole.get(name) for name in COLUMNS]


def _without_keys(connection: Connection) -> list[tuple[str, str]]:
    """Drop keys and indexes of the large tables, and return how each is made again: own keys before those to them."""
    table_names = [table.name for table in LOADED]
    foreign = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text = ANY(:names) ORDER BY contype = 'f' DESC, conname"
        ),
        {"names": table_names},
    ).all()
    indexes = connection.execute(
        text(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(:names) AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conname = i.indexname)"
        ),
        {"names": table_names},
    ).all()
    for table, name, _ in foreign:
        if "PRIMARY" in _ or "FOREIGN" in _:
            connection.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'))
    for name, _ in indexes:
        connection.execute(text(f'DROP INDEX "{name}"'))
    keys = [
        (name, f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {made}')
        for table, name, made in reversed(foreign)
        if "PRIMARY" in made or "FOREIGN" in made
    ]
    return keys[: len(table_names)] + [(name, made) for name, made in indexes] + keys[len(table_names) :]


def _make_keys(database: Database, keys: Sequence[tuple[str, str]]) -> dict[str, float]:
    steps = {}
    for name, made in keys:
        began = time.perf_counter()
        with database.outside_transactions() as connection:
            connection.execute(text(f"SET maintenance_work_mem = '{MEMORY}'"))
            connection.execute(text("SET max_parallel_maintenance_workers = 2"))
            connection.execute(text(made))
            connection.execute(text("RESET ALL"))
        steps[name] = time.perf_counter() - began
        print(f"{name}: {steps[name]:.1f} s", flush=True)
    return steps
