import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from search_corpus import BEGAN, WEEKS, corpus
from search_corpus_plan import plan_rows
from search_corpus_queries import FREQUENT, RARE, band_of, draw_queries, meaning_queries, rows_of_texts
from search_corpus_records import CorpusCall
from search_corpus_texts import MOODS, QUEUES, CorpusText, build_texts, languages_of, read_texts, write_texts
from search_corpus_vectors import PROGRESS_FILE, compute_vectors, done_vectors, vectors, vectors_of
from search_grammar import Grammar
from stimmung.speech.engines import ModelId
from stimmung.speech.fakes import FakeTextEmbedding
from stimmung.speech.records import Samples

ROWS = 6_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    chats, bank = folder / "text" / "multidogo", folder / "text" / "banking77"
    chats.mkdir(parents=True)
    bank.mkdir()
    for domain in ("airline", "finance", "insurance", "media"):
        (chats / f"{domain}.train.tsv").write_text(f"utterance\tintent\nan invented {domain} line\tx\nsame line\tx\n")
    for name in ("train.csv", "test.csv"):
        (bank / name).write_text(f'text,category\n"a question, of {name}",x\n')
    return folder


@pytest.fixture(scope="module")
def texts(data: Path) -> list[CorpusText]:
    return build_texts(data, 1_500, 1_500)


@pytest.fixture(scope="module")
def calls(texts: list[CorpusText]) -> list[CorpusCall]:
    return list(corpus(texts, ROWS))


def test_as_many_distinct_texts_of_each_language_as_asked(texts: list[CorpusText]) -> None:
    formulas = sum(one.queue == "formula" for one in texts)
    assert len({(one.language, one.text) for one in texts if one.queue != "formula"}) == 3_000
    assert len(texts) == 3_000 + formulas
    assert all(one.mood in MOODS and one.queue in (*QUEUES, "any", "formula") for one in texts)
    assert not any("{" in one.text or "|" in one.text for one in texts)
    assert abs(languages_of(texts)["de"] - languages_of(texts)["en"]) < 100


def test_texts_of_others_are_taken_once(texts: list[CorpusText]) -> None:
    found = Counter(one.text for one in texts)
    assert [found[text] for text in ("same line", "an invented media line", "a question, of test.csv")] == [1, 1, 1]


def test_the_same_seed_gives_the_same_texts(data: Path, texts: list[CorpusText]) -> None:
    assert build_texts(data, 1_500, 1_500) == texts
    assert build_texts(data, 1_500, 1_500, seed=1) != texts


def test_any_beginning_of_the_texts_has_both_languages(texts: list[CorpusText]) -> None:
    counted = languages_of(texts[:600])
    assert 200 < counted["de"] < 400


def test_texts_are_kept_in_a_file(tmp_path: Path, texts: list[CorpusText]) -> None:
    write_texts(texts, tmp_path)
    assert read_texts(tmp_path) == texts


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_slot_of_a_pattern_is_known(language: str) -> None:
    import random

    grammar = Grammar("de" if language == "de" else "en")
    chance = random.Random(0)
    assert len(grammar.patterns) > 200
    for pattern in grammar.patterns:
        assert grammar.draw(pattern, chance)


def test_every_text_is_said_and_copies_are_told(texts: list[CorpusText], calls: list[CorpusCall]) -> None:
    said = [one for call in calls for one in call.utterances]
    assert len(said) == ROWS
    assert {one.text_id for one in said} == set(range(len(texts)))
    assert all(texts[one.text_id].text == one.text for one in said)
    assert sum(not one.copy for one in said) == len(texts)
    seen: set[int] = set()
    for one in said:
        assert one.copy == (one.text_id in seen)
        seen.add(one.text_id)


def test_too_few_rows_for_the_texts_are_refused(texts: list[CorpusText]) -> None:
    with pytest.raises(ValueError, match="too few"):
        list(corpus(texts, 2_000))


def test_calls_come_in_time_and_over_half_a_year(calls: list[CorpusCall]) -> None:
    moments = [call.started_at for call in calls]
    assert moments == sorted(moments)
    assert moments[0] >= BEGAN
    assert (moments[-1] - BEGAN).days < 7 * WEEKS
    assert {call.queue for call in calls} == set(QUEUES)
    assert len({call.call_id for call in calls}) == len(calls)


def test_utterances_follow_each_other_within_the_call(calls: list[CorpusCall]) -> None:
    for call in calls:
        assert [one.number for one in call.utterances] == list(range(len(call.utterances)))
        assert all(0 <= one.start < one.end <= call.duration for one in call.utterances)
        assert all(later.start > earlier.end - 0.5 for earlier, later in pairwise(call.utterances))
        assert {one.language for one in call.utterances} == {call.language}


def test_only_customers_have_scores_and_they_follow_the_mood(calls: list[CorpusCall]) -> None:
    said = [one for call in calls for one in call.utterances]
    assert all((one.scores is None) == (one.role == "agent") for one in said)
    angry = [one.scores.sentiment for one in said if one.scores and one.scores.mood == "anger"]
    glad = [one.scores.sentiment for one in said if one.scores and one.scores.mood == "joy"]
    assert max(np.mean(angry), -np.mean(glad)) < -0.5
    peaks = [one.scores.distress_probability for one in calls[0].utterances if one.scores]
    assert calls[0].distress_peak_score == max(peaks)


def test_the_same_seed_gives_the_same_calls(texts: list[CorpusText], calls: list[CorpusCall]) -> None:
    assert next(iter(corpus(texts, ROWS))) == calls[0]


def test_processes_share_the_calls(texts: list[CorpusText], calls: list[CorpusCall]) -> None:
    shares = [list(corpus(texts, ROWS, share=share, shares=3)) for share in range(3)]
    assert sorted((call for own in shares for call in own), key=lambda call: call.number) == calls


class _Counting(FakeTextEmbedding):
    """Notes how many texts it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def embed(self, texts: object) -> Samples:
        assert isinstance(texts, list)
        self.asked += len(texts)
        return super().embed(texts)


def test_vectors_go_on_where_an_earlier_run_ended(tmp_path: Path, texts: list[CorpusText]) -> None:
    lines = [one.text for one in texts]
    first, second = _Counting(), _Counting()
    assert compute_vectors(lines, first, tmp_path, lambda *_: None, count=100) == 100
    assert vectors(tmp_path).shape[0] == 100
    assert compute_vectors(lines, second, tmp_path, lambda *_: None) == len(lines)
    assert (first.asked, second.asked) == (100, len(lines) - 100)
    assert done_vectors(tmp_path) == len(lines)
    expected = FakeTextEmbedding().embed(lines)
    np.testing.assert_allclose(vectors(tmp_path), expected, atol=1e-3)


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    compute_vectors(["a text", "another"], FakeTextEmbedding(), tmp_path, lambda *_: None)
    file = tmp_path / PROGRESS_FILE
    file.write_text(json.dumps({"done": 2, "model": ModelId("other", "0").sha256}))
    with pytest.raises(SystemExit, match="another model"):
        compute_vectors(["a text", "another"], FakeTextEmbedding(), tmp_path, lambda *_: None)


def test_copies_have_vectors_near_their_texts() -> None:
    random = np.random.default_rng(0)
    known = random.standard_normal((50, 384)).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    rows = vectors_of(known.astype(np.float16), range(50), [False, True] * 25, seed=3)
    alike = (rows * known).sum(axis=1)
    assert alike[::2].min() > 0.9999
    assert 0.99 < alike[1::2].min() < alike[1::2].max() < 0.999
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_queries_are_in_the_third_that_their_rows_say(texts: list[CorpusText], calls: list[CorpusCall]) -> None:
    counts = rows_of_texts(texts, ROWS)
    assert counts.sum() == ROWS
    drawn = draw_queries(texts, counts, each=10)
    assert {one.kind for one in drawn} == {"word", "phrase", "prefix", "compound", "meaning"}
    lines = [one.text.lower() for call in calls for one in call.utterances]
    phrases = [one for one in drawn if one.kind == "phrase" and one.language == "de"]
    for query in phrases:
        held = sum(query.text.strip('"') in line for line in lines)
        assert held >= query.rows >= 2
        assert query.band == band_of(query.rows, ROWS)
    assert drawn == draw_queries(texts, counts, each=10)


def test_a_query_of_each_third() -> None:
    rows = 1_000_000
    assert [band_of(count, rows) for count in (round(RARE * rows) - 1, 5_000, round(FREQUENT * rows) + 1)] == [
        "rare",
        "middling",
        "frequent",
    ]


def test_there_are_sixty_queries_by_meaning_in_both_languages() -> None:
    found = Counter(one.language for one in meaning_queries())
    assert found["de"] >= 30 <= found["en"]
    assert all(one.text.startswith('~"') for one in meaning_queries())


def test_plan_gives_bad_calls_more_negative_texts(texts: list[CorpusText]) -> None:
    plan = plan_rows(texts, 40_000)
    negative = np.array([one.mood in ("anger", "annoyance", "fear", "sadness") for one in texts])[plan.texts]
    bad = np.repeat(plan.bad, np.diff(plan.begins))
    assert negative[bad & plan.customers].mean() > 1.5 * negative[~bad & plan.customers].mean()
