"""Words get their punctuation, their place in the call, and an utterance of their own to stand in."""

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer
from hypothesis import given
from hypothesis import strategies as st
from tests.models.toy import TEXT, ids, raw_tokenizer, tokenizer

from stimmung.models.attempts import Attempt, Reading, first_attempt
from stimmung.models.words import AlignedWord, align_words, place_words, pool
from stimmung.speech.records import SAMPLE_RATE, Piece, Samples, Span, Utterance, Window

READING = Reading((1, 2, 3), -0.3, 0.0, False, first_attempt(1))


def aligned(*texts: str, probabilities: list[float] | None = None) -> list[AlignedWord]:
    """Align tokens that begin 0.2 s after each other."""
    path = [(index, 10 * index) for index in range(len(texts) + 1)]
    return align_words(path, probabilities or [0.9] * len(texts), ids(*texts), tokenizer())


def timed(*texts: str) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start, 3), round(word.end, 3)) for word in aligned(*texts)]


def states_of(window: Window) -> Samples:
    """Return states (states, 2): the number of the state, and a constant."""
    count = int(window.duration * 50) + 30
    return np.stack([np.arange(count), np.full(count, 7.0)], axis=1).astype(np.float32)


def window(*pieces: tuple[Span, list[Span]]) -> Window:
    """Return a window of pieces with the speech in each."""
    found, offset = [], 0.0
    for span, _ in pieces:
        found.append(Piece(span, offset))
        offset += span.duration
    speech = tuple(span for _, inside in pieces for span in inside)
    return Window(1, np.zeros(round(offset * SAMPLE_RATE), np.float32), tuple(found), speech)


def word(text: str, start: float, end: float, logprob: float = -0.1) -> AlignedWord:
    return AlignedWord(text, start, end, logprob, 1)


def place(heard: Window, *words: AlignedWord, reading: Reading = READING) -> tuple[Utterance, ...]:
    return place_words(heard, words, states_of(heard), "de", reading)


def times_of(utterance: Utterance) -> list[float]:
    return [time for w in utterance.words for time in (w.start, w.end)]


# alignment and punctuation


def test_a_word_lasts_from_its_first_token_to_the_next_word() -> None:
    assert timed(" hallo", " Post", "fach", " gut") == [
        ("hallo", 0.0, 0.2),
        ("Postfach", 0.2, 0.6),
        ("gut", 0.6, 0.8),
    ]


def test_a_token_begins_at_the_first_state_of_its_stretch() -> None:
    path = [(0, 3), (0, 4), (0, 5), (1, 5), (1, 6), (1, 9), (2, 12), (2, 13)]
    first, second = align_words(path, [0.9, 0.9], ids(" hallo", " gut"), tokenizer())
    assert (first.start, first.end) == pytest.approx((0.06, 0.10))
    assert (second.start, second.end) == pytest.approx((0.10, 0.24))


def test_a_words_probability_is_the_geometric_mean_of_its_tokens() -> None:
    (first, second) = aligned(" Post", "fach", " gut", probabilities=[0.4, 0.9, 0.5])
    assert first.probability == pytest.approx(0.6)
    assert second.probability == pytest.approx(0.5)


def test_a_token_that_the_network_gives_no_chance_is_no_error() -> None:
    assert 0.0 <= aligned(" gut", probabilities=[0.0])[0].probability < 1e-6


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ([" hallo", ",", " gut", "."], ["hallo,", "gut."]),
        ([" gut", "?", "!"], ["gut?!"]),
        ([" E", "-", "Mail"], ["E-Mail"]),
        ([" E", "-", "Mail", ",", " gut"], ["E-Mail,", "gut"]),
        ([" Haus", "-", " und", " Hof"], ["Haus-", "und", "Hof"]),  # "Vor- und Nachname": the dash ends a word
        ([" er", " sagte", ":", ' "', " gut", '"'], ["er", "sagte:", '"gut"']),
        ([" er", " sagte", ":", " „", " gut", "“", "."], ["er", "sagte:", "„gut“."]),
        ([" (", " ja", ")", " gut"], ["(ja)", "gut"]),
        ([" 50", "%"], ["50%"]),
        ([" gut", "'s"], ["gut's"]),
    ],
)
def test_punctuation_is_part_of_the_word_that_it_belongs_to(tokens: list[str], words: list[str]) -> None:
    assert [found.text for found in aligned(*tokens)] == words


def test_a_mark_does_not_make_its_word_longer() -> None:
    assert timed(" hallo", ",", " gut") == [("hallo,", 0.0, 0.2), ("gut", 0.4, 0.6)]


def test_an_opening_quote_does_not_make_its_word_earlier() -> None:
    assert timed(' "', " gut", '"') == [('"gut"', 0.2, 0.4)]


def test_a_word_with_a_hyphen_inside_lasts_to_its_end() -> None:
    assert timed(" E", "-", "Mail", " gut") == [("E-Mail", 0.0, 0.6), ("gut", 0.6, 0.8)]


def test_marks_alone_are_not_lost_on_the_way_to_a_word() -> None:
    assert " ".join(found.text for found in aligned(" ja", " ...", " gut")) == "ja... gut"


# place in the call


def test_words_are_moved_from_the_window_to_the_call() -> None:
    heard = window((Span(10.0, 14.0), [Span(10.2, 13.8)]))
    (utterance,) = place(heard, word("ja", 0.8, 1.0), word("sehr", 1.0, 1.3), word("gut.", 1.6, 2.4))
    assert [w.text for w in utterance.words] == ["ja", "sehr", "gut."]
    assert times_of(utterance) == pytest.approx([10.8, 11.0, 11.0, 11.3, 11.6, 12.4])
    assert (utterance.start, utterance.end, utterance.text) == (10.2, 13.8, "ja sehr gut.")
    assert (utterance.channel, utterance.role, utterance.speaker, utterance.language) == (1, "unknown", "", "de")


def test_each_word_goes_to_the_utterance_that_it_was_said_in() -> None:
    heard = window(
        (Span(10.0, 12.0), [Span(10.2, 11.8)]),
        (Span(50.0, 51.0), [Span(50.2, 50.8)]),
        (Span(60.0, 62.0), [Span(60.2, 61.8)]),
    )
    first, second, third = place(
        heard, word("eins", 0.3, 0.6), word("zwei", 1.5, 1.9), word("drei", 2.3, 2.6), word("vier", 4.0, 4.4)
    )
    assert (first.text, second.text, third.text) == ("eins zwei", "drei", "vier")
    assert second.words[0].start == pytest.approx(50.3, abs=0.11)
    assert third.words[0].start == pytest.approx(61.0)


def test_a_word_near_the_edge_of_its_speech_begins_or_ends_with_it() -> None:
    heard = window((Span(10.0, 13.0), [Span(10.2, 12.8)]))
    (utterance,) = place(heard, word("ja", 0.4, 0.7), word("gut.", 1.6, 2.6))
    assert times_of(utterance) == pytest.approx([10.2, 10.7, 11.6, 12.8])


def test_a_word_far_from_the_edge_of_its_speech_is_not_stretched() -> None:
    heard = window((Span(10.0, 14.0), [Span(10.2, 13.8)]))
    (utterance,) = place(heard, word("ja", 1.2, 1.4))
    assert (utterance.words[0].start, utterance.words[0].end) == pytest.approx((11.2, 11.4))


def test_a_word_that_begins_before_a_pause_belongs_to_the_utterance_behind_it() -> None:
    heard = window((Span(10.0, 12.0), [Span(10.2, 11.8)]), (Span(50.0, 51.0), [Span(50.2, 50.8)]))
    first, second = place(heard, word("eins", 0.3, 0.6), word("zwei", 1.8, 2.5))
    assert (first.text, second.text) == ("eins", "zwei")


def test_an_utterance_in_which_no_word_was_heard_is_left_out() -> None:
    heard = window((Span(10.0, 12.0), [Span(10.2, 11.8)]), (Span(50.0, 51.0), [Span(50.2, 50.8)]))
    (only,) = place(heard, word("drei", 2.3, 2.6))
    assert only.start == 50.2
    assert place(heard) == ()


def test_a_word_that_begins_in_the_pause_before_it_is_kept_to_the_speech() -> None:
    heard = window((Span(10.0, 13.0), [Span(10.2, 11.0), Span(11.6, 12.8)]))
    (utterance,) = place(heard, word("ja", 0.0, 0.9), word("gut.", 1.1, 2.2), word("Hof.", 2.3, 3.3))
    (ja, gut, hof) = utterance.words
    assert ja.start == 10.2
    assert 10.9 <= ja.end + 1e-9 <= 11.0 + 1e-9
    assert (gut.start, gut.end) == pytest.approx((11.6, 12.2))
    assert (hof.start, hof.end) == pytest.approx((12.3, 12.8))


def test_a_word_behind_the_end_of_the_window_ends_with_its_speech() -> None:
    heard = window((Span(10.0, 12.0), [Span(10.2, 11.8)]))
    (utterance,) = place(heard, word("ja", 0.3, 0.6), word("gut.", 2.2, 2.6))
    assert utterance.words[1].end == 11.8


# numbers that are read out with pauses, and written as one word

NUMBERS = (*TEXT, " 34", "3", "129", "79", "000", " A", "B", "C")
TWO_UTTERANCES = window(
    (Span(10.0, 11.2), [Span(10.0, 11.2)]), (Span(50.0, 51.2), [Span(50.0, 50.5), Span(50.7, 51.2)])
)


def read_out(*texts: str, probabilities: list[float] | None = None) -> tuple[Utterance, ...]:
    """Place tokens that begin 0.2 s after each other, in two utterances of which the second pauses once."""
    path = [(index, 10 * index) for index in range(len(texts) + 1)]
    reader = Tokenizer(raw_tokenizer(NUMBERS), True, "transcribe", "de")
    tokens = [NUMBERS.index(text) for text in texts]
    return place(TWO_UTTERANCES, *align_words(path, probabilities or [0.9] * len(texts), tokens, reader))


def in_words(said: tuple[Utterance, ...]) -> list[tuple[str, float, float]]:
    return [(w.text, round(w.start, 2), round(w.end, 2)) for utterance in said for w in utterance.words]


def test_a_number_is_parted_where_the_speaker_paused() -> None:
    said = read_out(" ja", " 34", "-", "3", "-", "129", "-", "79", "-", "3", "-", "3", ".")
    assert [utterance.text for utterance in said] == ["ja 34-3-", "129-79- 3-3."]
    assert in_words(said) == [
        ("ja", 10.0, 10.2),
        ("34-3-", 10.2, 11.2),
        ("129-79-", 50.0, 50.5),
        ("3-3.", 50.7, 51.2),
    ]


def test_digits_without_marks_are_parted_too() -> None:
    said = read_out(" ja", " ja", " ja", " 34", "3", "129", "79", " ja")
    assert [utterance.text for utterance in said] == ["ja ja ja 343", "12979 ja"]


def test_letters_that_are_spelled_are_parted_with_the_digits_behind_them() -> None:
    said = read_out(" ja", " ja", " A", "-", "B", "-", "C", "-", "3", ".")
    assert [utterance.text for utterance in said] == ["ja ja A-B-", "C-3."]


@pytest.mark.parametrize(
    "tokens",
    [
        (" 34", "-", "79"),  # 24-7, 9:30
        (" 34", ",", "79"),
        (" 34", ".", "000"),
        (" 34", ".", "000", ".", "000", ","),
        (" A", "-", "Mail", "-", "fach"),
        (" 34", "-", "Mail"),
    ],
)
def test_amounts_times_and_names_stay_whole(tokens: tuple[str, ...]) -> None:
    said = read_out(*[" ja"] * 5, *tokens)
    assert in_words(said)[-1][0] == "".join(tokens).strip()


def test_a_number_in_one_breath_stays_one_word() -> None:
    said = read_out(" 34", "3", "-", "129", ".")
    assert in_words(said) == [("343-129.", 10.0, 11.2)]


def test_the_parts_of_a_number_keep_its_probability_together() -> None:
    chances = [0.9, 0.9, 0.5, 0.4, 0.5, 0.4, 0.8, 0.4, 0.8]
    tokens = (" ja", " ja", " 34", "-", "3", "-", "129", "-", "79")
    first, second = read_out(*tokens, probabilities=chances)
    assert first.words[-1].probability ** 4 * second.words[0].probability ** 3 == pytest.approx(np.prod(chances[2:]))


@st.composite
def windows_with_words(draw: st.DrawFn) -> tuple[Window, list[AlignedWord]]:
    """Return a window of one to four pieces and words in order, wherever the alignment may have put them."""
    time, pieces = draw(st.floats(0.0, 1000.0)), []
    for _ in range(draw(st.integers(1, 4))):
        start, spans = time, []
        time += draw(st.floats(0.0, 0.2))
        for _ in range(draw(st.integers(1, 3))):
            length = draw(st.floats(0.1, 1.5))
            spans.append(Span(time, time + length))
            time += length + draw(st.sampled_from((0.0, 0.3, 0.7)))
        time = spans[-1].end + draw(st.floats(0.0, 0.2))
        pieces.append((Span(start, time), spans))
        time += draw(st.floats(0.0, 30.0))
    heard = window(*pieces)
    edges = sorted(draw(st.lists(st.floats(0.0, heard.duration + 0.6), min_size=2, max_size=20)))
    gaps = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    pairs = [(one, other) for one, other, gap in zip(edges, edges[1:], gaps, strict=False) if not gap]
    return heard, [word(f"w{index}", start, end) for index, (start, end) in enumerate(pairs)]


@given(windows_with_words())
def test_words_stay_in_order_and_inside_the_speech(case: tuple[Window, list[AlignedWord]]) -> None:
    heard, words = case
    utterances = place(heard, *words)
    assert [w.text for utterance in utterances for w in utterance.words] == [w.text for w in words]
    times = [time for utterance in utterances for w in utterance.words for time in (w.start, w.end)]
    assert times == sorted(times)
    for utterance in utterances:
        assert utterance.text == " ".join(w.text for w in utterance.words)
        for w in utterance.words:
            assert any(span.start <= w.start <= w.end <= span.end for span in heard.speech)
            assert utterance.start <= w.start <= w.end <= utterance.end


# doubts


def flags(count: int, seconds: float, logprob: float = -0.1, reading: Reading = READING) -> tuple[str, ...]:
    """Return the flags of `count` words said in so many seconds."""
    heard = window((Span(10.0, 10.0 + seconds), [Span(10.0, 10.0 + seconds)]))
    step = seconds / count
    words = [word("ja", index * step, (index + 1) * step, logprob) for index in range(count)]
    (utterance,) = place(heard, *words, reading=reading)
    return utterance.flags


@pytest.mark.parametrize(
    ("count", "seconds", "expected"),
    [
        (10, 4.0, ()),
        (40, 4.0, ("fast",)),
        (31, 4.0, ()),  # under eight words a second
        (3, 0.2, ()),  # too few words to tell
        (1, 8.0, ("slow",)),
        (2, 7.0, ()),
        (1, 3.9, ()),  # too short to tell
    ],
)
def test_impossible_word_rates_are_marked(count: int, seconds: float, expected: tuple[str, ...]) -> None:
    assert flags(count, seconds) == expected


def test_pauses_do_not_slow_a_speaker_down() -> None:
    heard = window((Span(10.0, 15.0), [Span(10.0, 10.5), Span(11.1, 11.4), Span(12.0, 12.3), Span(14.0, 15.0)]))
    (utterance,) = place(heard, word("ja", 0.0, 0.4))
    assert utterance.flags == ()


@pytest.mark.parametrize(("probability", "expected"), [(0.34, ("low_confidence",)), (0.36, ())])
def test_a_text_that_is_mostly_wrong_is_marked(probability: float, expected: tuple[str, ...]) -> None:
    assert flags(8, 4.0, float(np.log(probability))) == expected


def test_loops_and_second_attempts_are_marked() -> None:
    assert flags(8, 4.0, reading=Reading((1,), -0.3, 0.0, True, first_attempt(1))) == ("loop",)
    assert flags(8, 4.0, reading=Reading((1,), -0.3, 0.0, False, Attempt(1, phrase=5))) == ("fallback",)
    assert flags(8, 4.0, reading=Reading((1,), -0.3, 0.0, True, Attempt(1, 0.4, phrase=5))) == ("loop", "fallback")


def test_confidence_is_the_geometric_mean_over_tokens_not_words() -> None:
    heard = window((Span(10.0, 12.0), [Span(10.0, 12.0)]))
    long, short = AlignedWord("Postfach", 0.0, 1.0, 3 * float(np.log(0.5)), 3), word("ja", 1.0, 1.5, 0.0)
    (utterance,) = place(heard, long, short)
    assert utterance.confidence == pytest.approx(0.5**0.75)
    assert [w.probability for w in utterance.words] == [pytest.approx(0.5), 1.0]


# features of the voice


def test_the_voice_features_are_those_of_the_utterances_own_time() -> None:
    heard = window((Span(10.0, 12.0), [Span(10.2, 11.8)]), (Span(50.0, 51.0), [Span(50.2, 50.8)]))
    first, second = place(heard, word("eins", 0.3, 0.6), word("drei", 2.3, 2.6))
    assert first.voice_features is not None
    assert second.voice_features is not None
    assert first.voice_features.tolist() == pytest.approx([49.5, 7.0, np.arange(100).std(), 0.0])
    assert second.voice_features.tolist() == pytest.approx([124.5, 7.0, np.arange(50).std(), 0.0])
    assert first.voice_features.dtype == np.float32


def test_the_shortest_piece_has_features_too() -> None:
    found = pool(np.ones((10, 3), np.float32), Piece(Span(4.0, 4.001), 0.1))
    assert found.tolist() == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
