"""Known words go before what is read, and what comes back is only the new: as CTranslate2 itself behaves."""

import ctranslate2
import numpy as np
import pytest
from tests.models.toy import SPECIAL, TEXT, ids, special, tokenizer
from tests.models.toy_whisper import WIDTH, write_whisper

from stimmung.models.rows import HOTWORD_TOKENS, MOST_SAID, Row, known_tokens
from stimmung.models.words import AlignedWord
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.fakes import loud
from stimmung.speech.records import Piece, Span, Window

BEGIN = [special(name) for name in ("startoftranscript", "de", "transcribe", "notimestamps")]
KNOWN = tuple(ids(" hallo", ",", " er", " sagte"))


def row(said: tuple[int, ...] = (), new: int = 0, hotwords: str | None = None, pieces: int = 1) -> Row:
    """Return a row of a window whose pieces last two seconds each, ten seconds apart in the call."""
    spans = [Span(10.0 * place, 10.0 * place + 2.0) for place in range(pieces)]
    placed = tuple(Piece(span, 2.0 * place) for place, span in enumerate(spans))
    heard = Window(0, loud(2.0 * pieces), placed, tuple(spans))
    return Row(heard, tokenizer(), TranscriptionOptions(hotwords=hotwords), said, new)


def word(text: str, start: float = 0.0, end: float = 1.0) -> AlignedWord:
    return AlignedWord(text, start, end, -0.1, 1)


def test_known_words_become_the_last_of_their_tokens() -> None:
    assert known_tokens("", tokenizer()) == known_tokens("  ", tokenizer()) == ()
    assert known_tokens(" er sagte ", tokenizer()) == tuple(ids(" er", " sagte"))
    many = known_tokens("ja " * 500 + "er", tokenizer())
    assert (len(many), many[-1]) == (MOST_SAID, ids(" er")[0])


def test_the_text_begins_behind_the_task_and_the_words_to_expect() -> None:
    assert row(KNOWN).start == row().start == BEGIN
    assert row(hotwords="Birkenhof").start == [special("startofprev"), *ids(" Birkenhof"), *BEGIN]
    assert len(row(hotwords="Birkenhof " * 500).start) == 1 + HOTWORD_TOKENS + len(BEGIN)


def test_only_what_is_new_comes_back_with_its_own_score() -> None:
    new = ids(" gut", ".")
    tokens, score = row(KNOWN).fresh([*KNOWN, *new], -0.5)
    assert tokens == new
    assert score == pytest.approx(-1.5)
    assert row(KNOWN).fresh(list(KNOWN), 0.0) == ([], 0.0)
    assert row().fresh(new, -0.5) == (new, -0.5)
    assert row(KNOWN).fresh(new, -0.5) == (new, -0.5)  # should it ever not be repeated


@pytest.mark.parametrize(("new", "time", "offset"), [(0, 0.0, 0.0), (3, 0.0, 0.0), (2, 10.0, 2.0), (1, 20.0, 4.0)])
def test_the_new_pieces_are_the_last_ones(new: int, time: float, offset: float) -> None:
    found = row(new=new, pieces=3)
    assert (found.new_from, found.new_offset) == (time, offset)


def test_words_that_were_read_behind_known_ones_lie_in_the_new_pieces() -> None:
    strayed = [word("ja", 0.5, 1.5), word("gut", 1.9, 2.4), word("er", 2.4, 3.0)]
    placed = row(KNOWN, new=1, pieces=2).placed(strayed)
    assert [(one.start, one.end) for one in placed] == [(2.0, 2.0), (2.0, 2.4), (2.4, 3.0)]
    assert row(pieces=2).placed(strayed) == strayed


def test_marks_that_end_what_was_said_before_are_no_words() -> None:
    words = [word("."), word('"?'), word("Und,"), word("!")]
    assert [one.text for one in row(KNOWN, new=1).placed(words)] == ["Und,", "!"]
    assert row(KNOWN, new=1).placed([word("...")]) == []
    assert [one.text for one in row().placed(words)] == [".", '"?', "Und,", "!"]


# what CTranslate2 does, with a network of random weights


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> ctranslate2.models.Whisper:
    folder = write_whisper(tmp_path_factory.mktemp("toy") / "whisper")
    return ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="float32")


def generate(
    network: ctranslate2.models.Whisper, prompts: list[list[int]], max_length: int
) -> list[tuple[list[int], float]]:
    """Return the text of each prompt, and its score."""
    states = np.random.default_rng(0).standard_normal((len(prompts), 100, WIDTH)).astype(np.float32)
    states[1:] = states[0]
    results = network.generate(
        ctranslate2.StorageView.from_array(states),
        prompts,
        beam_size=1,
        max_length=max_length,
        return_scores=True,
        suppress_tokens=list(range(len(TEXT), len(TEXT) + len(SPECIAL))),  # which random weights like as much
    )
    return [(list(result.sequences_ids[0]), float(result.scores[0])) for result in results]


def test_ctranslate2_repeats_the_text_that_it_is_given_whatever_stands_beside_it(
    network: ctranslate2.models.Whisper,
) -> None:
    known = [list(KNOWN[:count]) for count in (0, 1, 3, 4)]
    alone = [generate(network, [[*BEGIN, *text]], 40)[0] for text in known]
    for (tokens, _), text in zip(alone, known, strict=True):
        assert tokens[: len(text)] == text
    together = generate(network, [[*BEGIN, *text] for text in known], 40)
    assert [tokens for tokens, _ in together] == [tokens for tokens, _ in alone]
    assert [score for _, score in together] == pytest.approx([score for _, score in alone], abs=1e-4)


def test_ctranslate2_lets_the_text_have_half_of_the_length_known_words_included(
    network: ctranslate2.models.Whisper,
) -> None:
    ((tokens, _),) = generate(network, [[*BEGIN, *KNOWN]], 20)
    assert len(tokens) <= 10
    hot = [special("startofprev"), *ids(" Birkenhof") * 12]
    ((tokens, _),) = generate(network, [[*hot, *BEGIN, *KNOWN]], 24)
    assert len(tokens) <= 24 - len(hot) - len(BEGIN) + 1


def test_ctranslate2_takes_no_batch_whose_texts_begin_at_different_places(network: ctranslate2.models.Whisper) -> None:
    with pytest.raises(ValueError, match="same position"):
        generate(network, [[special("startofprev"), *ids(" Post"), *BEGIN], BEGIN], 20)


def test_ctranslate2_divides_by_the_known_words_too(network: ctranslate2.models.Whisper) -> None:
    """Of words that are all about as likely, those behind known ones would seem ever surer."""
    ((text, score),) = generate(network, [BEGIN], 40)
    for known in range(len(text)):
        ((again, diluted),) = generate(network, [[*BEGIN, *text[:known]]], 40)
        assert again == text
        assert row(tuple(text[:known]), new=1).fresh(text, diluted)[1] == pytest.approx(score, abs=0.3)
        assert diluted == pytest.approx(score * (len(text) - known) / len(text), abs=0.3)
