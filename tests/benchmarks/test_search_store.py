"""The store that search.py loads: what it notices when the database is changed, and readers beside a writer."""

from dataclasses import replace

import pytest
from sqlalchemy import text

import search_readers
from search_bench import Bench, Options
from search_corpus_texts import build_texts, write_texts
from search_corpus_vectors import compute_vectors
from search_fuzz import TYPED, changed
from search_fuzz_queries import CANARY
from search_fuzz_watch import state_of, watched
from search_load import load, loaded_before, opened
from search_sizes import index_sizes
from search_writing import inserts
from stimmung.speech.fakes import FakeTextEmbedding

pytestmark = pytest.mark.slow
ROWS = 400


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    folder = tmp_path_factory.mktemp("search")
    (folder / "text" / "multidogo").mkdir(parents=True)
    (folder / "text" / "banking77").mkdir()
    for domain in ("airline", "finance", "insurance", "media"):
        (folder / "text" / "multidogo" / f"{domain}.train.tsv").write_text("utterance\tintent\na line\tx\n")
    for name in ("train.csv", "test.csv"):
        (folder / "text" / "banking77" / name).write_text("text,category\na question,x\n")
    work, store = folder / "work", folder / "store"
    texts = build_texts(folder, 1_000, 1_000)
    write_texts(texts, work)
    compute_vectors([one.text for one in texts], FakeTextEmbedding(), work, lambda *_: None)
    load(store, work, ROWS)
    return Options(ROWS, work, store, quick=True)


def test_a_loaded_store_has_its_rows_and_its_record(options: Options) -> None:
    loaded = loaded_before(options.store)
    assert loaded is not None
    assert loaded.rows == ROWS
    with opened(options.store) as database:
        sizes = index_sizes(database)
    assert sizes["rows"] == ROWS
    assert {"search_entries_words", "utterance_vectors_pkey"} <= set(sizes["indexes"])
    assert sizes["index_mb"] > 0.03
    assert sizes["index_mb"] == pytest.approx(sizes["index_mb_per_million"] * ROWS / 1e6)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE calls SET team = 'b' WHERE id = 1", "table calls"),
        ("DELETE FROM utterance_vectors WHERE call = 1 AND number = 0", "table utterance_vectors"),
        ("GRANT SELECT ON calls TO PUBLIC", "rights"),
        ("ALTER ROLE CURRENT_USER SET work_mem = '5MB'", "roles"),
        ("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'", "functions"),
        ("CREATE TABLE another (a int)", "table another"),
        ("ALTER DATABASE stimmung SET work_mem = '5MB'", "settings"),
        ("SELECT lo_create(0)", "large objects"),
    ],
)
def test_whatever_changes_is_seen(options: Options, statement: str, expected: str) -> None:
    with opened(options.store) as database, database.engine.connect() as connection:
        before = state_of(connection)
        assert changed(before, state_of(connection)) == []
        connection.execute(text(statement))
        assert expected in changed(before, state_of(connection))
        connection.rollback()


def test_words_in_statements_are_seen_by_both_witnesses(options: Options) -> None:
    with opened(options.store) as database, watched(database, options.store) as statements:
        database.run(lambda connection: connection.execute(text("SELECT :word"), {"word": CANARY}))
        database.run(lambda connection: connection.execute(text("SELECT pg_sleep(0.1)")))
    assert statements.holding((CANARY,)) == []
    assert statements.kinds == ["SELECT"]
    with opened(options.store) as database, watched(database, options.store) as statements:
        database.run(lambda connection: connection.execute(text(f"SELECT '{CANARY}', pg_sleep(0.3)")))
    assert len(statements.holding(TYPED)) == 2  # as it was sent, and as the server showed it


def test_readers_search_while_calls_are_saved(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_readers, "READERS", (0, 3))
    monkeypatch.setattr(search_readers, "QUICK_SECONDS", 1.0)
    monkeypatch.setattr(search_readers, "MOST_PROCESSES", 2)
    found = search_readers.readers(Bench(options))
    assert found["0 readers, a writer"]["searches"] is None
    assert found["0 readers, a writer"]["savings"]["count"] > 0
    both = found["3 readers, a writer"]
    assert both["searches"]["count"] > 0 < both["savings"]["count"]
    assert found["3 readers"]["savings"] is None
    with opened(options.store) as database:
        calls = database.run(lambda connection: connection.execute(text("SELECT count(*) FROM calls")).scalar_one())
    saved = both["savings"]["count"] + found["0 readers, a writer"]["savings"]["count"] + 2 * search_readers.WARMING
    loaded = loaded_before(options.store)
    assert loaded is not None
    assert calls == loaded.calls + saved


def test_calls_saved_one_by_one_say_whether_vectors_are_indexed(options: Options) -> None:
    found = inserts(Bench(replace(options)))
    assert (found["count"], found["vector_index"]) == (11, False)  # all calls that the corpus has
    assert found["calls_per_s"] > 0
