"""Ranks, intervals and losses of retrieval, which distractors are chosen, and how the untouched encoder is asked."""

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertModel

from stimmung.models.training.train_text_emotion import QUERY, load, save
from stimmung.speech.errors import SettingsError
from stimmung.speech.fakes import FakeTextEmbedding
from stimmung.speech.records import Samples
from text_retrieval import (
    BATCH,
    PAIRS,
    Pair,
    Task,
    Untouched,
    build_tasks,
    candidates,
    choose,
    credit,
    english_texts,
    estimate,
    german_texts,
    last_line,
    main,
    measure,
    parse,
    rank_of,
    ranks,
    read_pairs,
    show,
    terms,
)

WIDTH = 16
WORDS = ["<s>", "<pad>", "</s>", "<unk>", "query", ":", "das", "netz", "ist", "weg", "the", "net", "down", "is"]


class Dictionary:
    """Knows the direction of each text; all others are unlike any."""

    def __init__(self, known: dict[str, int]) -> None:
        self._known = known

    def __call__(self, texts: Sequence[str]) -> Samples:
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in enumerate(texts):
            vectors[row, self._known.get(text, WIDTH - 1)] = 1
        return vectors


def task(**changes: tuple[str, ...]) -> Task:
    parts = {"queries": ("Eins!", "Zwei!"), "answers": ("One.", "Two."), "distractors": ("Eleven.", "Twelve.")}
    return Task("de_en", **{**parts, **changes})


PERFECT = Dictionary({"Eins!": 0, "One.": 0, "eins": 0, "Zwei!": 1, "Two.": 1, "zwei": 1})


def test_the_place_is_one_more_than_what_scores_higher() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.7]], np.float32)
    assert rank_of(scores, np.array([0, 1])).tolist() == [1, 3]


def test_what_scores_the_same_goes_before_the_answer() -> None:
    assert rank_of(np.full((2, 50), 0.3, np.float32), np.array([0, 49])).tolist() == [50, 50]


def test_vectors_that_are_no_numbers_find_nothing() -> None:
    assert rank_of(np.full((1, 50), np.nan, np.float32), np.array([0])).tolist() == [50]


def test_each_measure_credits_its_places() -> None:
    found = np.array([1, 2, 10, 11])
    assert credit(found, "recall1").tolist() == [1, 0, 0, 0]
    assert credit(found, "recall10").tolist() == [1, 1, 1, 0]
    assert credit(found, "mrr") == pytest.approx([1, 1 / 2, 1 / 10, 1 / 11])


def test_distractors_compete_with_the_answers() -> None:
    alike = Dictionary({"Eins!": 0, "One.": 0, "Eleven.": 0, "Zwei!": 1, "Two.": 1})
    assert ranks(alike, task())[""].tolist() == [2, 1]
    assert ranks(alike, task(distractors=()))[""].tolist() == [1, 1]


def test_a_plain_query_has_neither_capitals_nor_marks_and_candidates_stay() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Samples:
        asked.extend(texts)
        return PERFECT(texts)

    found = ranks(embed, task())
    assert {form: places.tolist() for form, places in found.items()} == {"": [1, 1], "_plain": [1, 1]}
    assert asked == ["One.", "Two.", "Eleven.", "Twelve.", "Eins!", "Zwei!", "eins", "zwei"]


def test_an_answer_of_two_queries_stands_once_among_the_candidates() -> None:
    shared = task(answers=("One.", "One."), distractors=("One.", "Eleven."))
    assert candidates(shared) == ["One.", "Eleven."]
    both = Dictionary({"Eins!": 0, "Zwei!": 0, "One.": 0})
    assert ranks(both, shared)[""].tolist() == [1, 1]


def test_the_loss_is_before_minus_after_in_the_direction_that_lost_more() -> None:
    forgetful = Dictionary({"Eins!": 0, "One.": 0})
    many = tuple(f"Noise {number}." for number in range(20))  # as far from Zwei! as its answer is
    german, english = task(distractors=many), Task("en_de", ("One.",), ("Eins!",), many)
    figures = measure([german, english], forgetful, PERFECT)
    assert figures["recall10_before_de_en"] == 1
    assert figures["recall10_de_en"] == 0.5
    assert figures["loss_points_de_en"] == 50
    assert figures["loss_points_en_de"] == 0
    assert figures["loss_points"] == 50
    assert measure([german], PERFECT, forgetful)["loss_points"] == -50


def test_what_plain_queries_lose_has_figures_of_its_own() -> None:
    many = tuple(f"Noise {number}." for number in range(20))
    needs_capitals = Dictionary({"Eins!": 0, "One.": 0, "Zwei!": 1, "Two.": 1})
    figures = measure([task(distractors=many)], needs_capitals, PERFECT)
    assert (figures["recall10_de_en"], figures["recall10_plain_de_en"]) == (1, 0)
    assert (figures["loss_points_de_en"], figures["loss_points_plain_de_en"]) == (0, 100)
    assert figures["loss_points"] == 0


def test_without_the_encoder_before_the_loss_is_unknown() -> None:
    figures = measure([task()], PERFECT, None)
    assert figures["loss_points"] is None
    assert figures["recall1_de_en"] == 1
    assert not [name for name in figures if "before" in name]


def test_every_mean_has_an_interval_around_it_that_narrows_with_more_queries() -> None:
    def width(count: int) -> float:
        found = estimate(np.tile([1.0, 0.0], count // 2))
        assert found.low < found.value == 0.5 < found.high
        return found.high - found.low

    assert width(400) < 0.6 * width(50)
    assert width(400) == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)  # of the normal distribution
    figures = measure([task()], FakeTextEmbedding().embed, PERFECT)
    means = [name for name in figures if not name.endswith("_interval") and name != "loss_points"]
    assert len(means) == 2 * 2 * 3 + 2
    assert all(f"{name}_interval" in figures for name in means)


def test_distractors_are_chosen_by_their_hash_whatever_the_order_of_files() -> None:
    texts = [f"Question {number}?" for number in range(200)]
    chosen = choose(texts, (), 50)
    shuffled = random.Random(0).sample(texts, len(texts))
    assert choose([*shuffled, *texts], (), 50) == chosen
    assert len(set(chosen)) == 50
    assert choose(texts, (), 10) == chosen[:10]
    assert list(chosen) != texts[:50]


def test_no_distractor_is_an_answer_or_another_one_in_other_letters() -> None:
    texts = ["The net is down!", "Thank you", "thank you.", "…", "Where is my card?"]
    chosen = choose(texts, ("the net is down",), 10)
    assert sorted(text.strip(".").lower() for text in chosen) == ["thank you", "where is my card?"]


def test_each_direction_is_searched_in_the_language_of_its_answers(data: Path) -> None:
    german, english = build_tasks([Pair("Das Netz ist weg", "The net is down")], data, 100)
    assert (german.queries, german.answers) == (("Das Netz ist weg",), ("The net is down",))
    assert sorted(german.distractors) == ["Where is it?", "Which card?", "i want a seat"]
    assert (english.queries, english.answers) == (("The net is down",), ("Das Netz ist weg",))
    assert sorted(english.distractors) == ["Bahn zu spät", "Komm jetzt her", "wort " * 39 + "ende"]
    assert terms([german, english], data) == ["de_en: 1 answers, 3 distractors", "en_de: 1 answers, 3 distractors"]


def test_long_documents_and_one_word_turns_are_left_out(data: Path) -> None:
    assert max(len(text.split()) for text in german_texts(data / "text")) == 40
    assert "hello" not in english_texts(data / "text")


def test_without_data_the_pairs_are_alone_and_it_is_said() -> None:
    tasks = build_tasks([Pair("ja", "yes"), Pair("nein", "no")], None, 5)
    assert [one.distractors for one in tasks] == [(), ()]
    assert "2 pairs alone" in terms(tasks, None)[0]


def test_a_line_without_two_texts_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("Guten Tag\tHello\n\nnur deutsch\n", "utf-8")
    with pytest.raises(SettingsError, match="line 3"):
        read_pairs(file)
    file.write_text("Guten Tag\tHello\r\n", "utf-8")
    assert read_pairs(file) == [Pair("Guten Tag", "Hello")]
    file.write_text("\n", "utf-8")
    with pytest.raises(SettingsError, match="no pairs"):
        read_pairs(file)


def test_our_pairs_can_be_read_and_none_stands_twice() -> None:
    pairs = read_pairs(PAIRS)
    assert len(pairs) >= 400
    assert len({pair.german for pair in pairs}) == len({pair.english for pair in pairs}) == len(pairs)


def test_the_untouched_encoder_reads_its_prefix_and_means_over_all_tokens(base: Path) -> None:
    untouched = Untouched(base)
    network = BertModel.from_pretrained(base, add_pooling_layer=False, dtype=torch.float32)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    ids = tokenizer.encode(QUERY + "das netz ist weg").ids
    assert [tokenizer.id_to_token(one) for one in ids] == "<s> query : das netz ist weg </s>".split()
    with torch.inference_mode():
        mean = network(torch.tensor([ids])).last_hidden_state[0].mean(0).numpy()
    (vector,) = untouched.embed(["das netz ist weg"])
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector @ mean / np.linalg.norm(mean) == pytest.approx(1, abs=1e-3)  # bfloat16, where the processor has it


def test_vectors_come_in_the_order_of_texts_whatever_stands_beside_them(base: Path) -> None:
    untouched = Untouched(base)
    unlike = ["the net is down " * 2, "net " * 4, "das " * 3, "weg " * 4]
    alone = {text: untouched.embed([text])[0] for text in unlike}
    assert max(alone[one] @ alone[other] for one in unlike for other in unlike if one != other) < 0.99
    texts = [*unlike[:2], *([unlike[2]] * BATCH), unlike[3]]  # of two widths, in more than one batch
    cosines = [vector @ alone[text] for vector, text in zip(untouched.embed(texts), texts, strict=True)]
    assert cosines == pytest.approx([1] * len(texts), abs=1e-3)


def test_fine_tuned_weights_are_no_untouched_encoder(base: Path) -> None:
    BertForSequenceClassification(BertConfig.from_pretrained(base)).save_pretrained(base)
    with pytest.raises(SettingsError, match="not the bare BertModel"):
        Untouched(base)


def test_both_models_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = [task()]
    show(measure(tasks, PERFECT, PERFECT), tasks)
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if "recall10" in line).count("1.0 [1.0, 1.0]") == 2
    assert lines[-1].startswith("loss in the direction that lost more: 0.0 points")
    show(measure(tasks, PERFECT, None), tasks)
    assert "loss in the direction" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data", "nowhere"], "no folder text/"),
        (["--base", "nowhere"], "no config.json"),
        (["--distractors", "-1"], "from 0 up"),
    ],
)
def test_wrong_arguments_end_the_run(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(arguments)
    assert complaint in capsys.readouterr().err


def test_quick_takes_fewer_distractors_unless_a_number_is_given(data: Path, base: Path) -> None:
    assert parse([]).distractors == 5_000
    assert parse(["--quick", "--data", str(data), "--base", str(base)]).distractors == 500
    assert parse(["--quick", "--distractors", "7"]).distractors == 7


def test_unknown_figures_are_null_in_the_last_line() -> None:
    alone = json.loads(last_line(measure([task()], PERFECT, None)))
    assert list(alone) == [
        *("recall10_de_en", "recall10_en_de", "recall1_de_en", "recall1_en_de"),
        *("recall10_before_de_en", "recall10_before_en_de", "loss_points"),
    ]
    assert alone["recall1_de_en"] == 1
    assert alone["loss_points"] is None
    assert alone["recall10_before_de_en"] is None


def test_a_run_writes_its_figures_and_ends_with_json(
    data: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned, pairs, output = tmp_path / "tuned", tmp_path / "pairs.tsv", tmp_path / "figures.json"
    save(load(base), Tokenizer.from_file(str(base / "tokenizer.json")), tuned)
    marks = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>"}
    (tuned / "tokenizer_config.json").write_text(json.dumps(marks), "utf-8")
    pairs.write_text("das netz ist weg\tthe net is down\n", "utf-8")
    folders = ["--data", str(data), "--base", str(base), "--model", str(tuned)]
    main([*folders, "--pairs", str(pairs), "--distractors", "2", "--output", str(output)])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert None not in last.values()
    written = json.loads(output.read_text("utf-8"))["text_retrieval"]
    assert last.items() <= written.items()
    assert (written["pairs"], written["candidates_de_en"]) == (1, 3)
    assert written["sha256"] == hashlib.sha256((tuned / "model.safetensors").read_bytes()).hexdigest()
    assert written["base_sha256"] == hashlib.sha256((base / "model.safetensors").read_bytes()).hexdigest()


def test_a_model_without_sentence_vectors_is_refused(base: Path) -> None:
    names = ("negative", "neutral", "positive")
    config = BertConfig.from_pretrained(base, id2label=dict(enumerate(names)))
    BertForSequenceClassification(config).save_pretrained(base)
    with pytest.raises(SettingsError, match="no sentence vectors"):
        main(["--model", str(base)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Development data of a few lines."""
    folder = tmp_path / "data"
    files = {
        "banking77/train.csv": "text,category\nWhich card?,card\n",
        "banking77/test.csv": 'text,category\n"Where is it?",card\n',
        "multidogo/airline.train.tsv": "conversationId\tutterance\n1\thello\n1\ti want a seat\n",
        "xed/de-projections.tsv": "Komm jetzt her\t1\nDas Netz ist weg.\t6\n",
        "germeval2017/dev_df_opinion.tsv": f"id\ttext\trelevance\tsentiment\n1\t{'wort ' * 40}ende\ttrue\tneutral\n"
        f"2\t{'wort ' * 39}ende\ttrue\tneutral\n",
        "germeval2017/test_syn_df_opinion.tsv": "id\ttext\trelevance\tsentiment\n3\tBahn zu spät\ttrue\tnegative\n",
    }
    for name, text in files.items():
        file = folder / "text" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An encoder of one layer in the form that text_base writes."""
    torch.manual_seed(0)
    folder = tmp_path / "base"
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=WIDTH,
        initializer_range=0.3,  # so that words differ
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    network = BertModel(config, add_pooling_layer=False)
    torch.nn.Module.half(network)
    network.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
