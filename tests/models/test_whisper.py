"""Windows come back as utterances in their own order, whatever the batches; what was read badly is read again."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.models.toy import Asked, Said, ToyNetwork, ids, raw_tokenizer, special, window

from stimmung.models.whisper import Whisper, WhisperOptions
from stimmung.speech.engines import ModelId, TranscriptionOptions
from stimmung.speech.fakes import loud
from stimmung.speech.records import Piece, Span, Utterance, Window

NUMBERS = (" eins", " zwei", " drei", " vier", " fünf")
GERMAN = TranscriptionOptions(languages=("de",))
LOOP = ids(" ja", ",") * 20


def by_length(asked: Asked) -> Said:
    """Say how many seconds the window has: "zwei" for 2.0, with as many words as tenths are over."""
    whole, tenths = divmod(round(asked.seconds * 10), 10)
    return Said([*ids(NUMBERS[whole - 1]), *ids(*NUMBERS[:tenths])])


def loops_until(good: Callable[[Asked], bool], text: str = " gut") -> Callable[[Asked], Said]:
    """Return a script that loops until it is asked well enough."""
    return lambda asked: Said(ids(text)) if good(asked) else Said(LOOP)


def whisper(network: ToyNetwork, options: WhisperOptions | None = None) -> Whisper:
    return Whisper(network, raw_tokenizer(), ModelId("toy", "2" * 64), options)


def texts(found: list[tuple[Utterance, ...]]) -> list[list[str]]:
    return [[utterance.text for utterance in utterances] for utterances in found]


def test_no_windows_give_nothing_and_ask_nothing() -> None:
    network = ToyNetwork(by_length)
    assert whisper(network).transcribe([], TranscriptionOptions()) == []
    assert network.encoded == []


def test_each_window_gets_its_own_words_in_the_order_it_came() -> None:
    windows = [window(seconds, start) for start, seconds in ((0, 2.0), (10, 4.0), (20, 1.0), (30, 5.0), (40, 3.0))]
    found = whisper(ToyNetwork(by_length)).transcribe(windows, GERMAN)
    assert texts(found) == [["zwei"], ["vier"], ["eins"], ["fünf"], ["drei"]]
    assert [utterances[0].start for utterances in found] == [0.0, 10.0, 20.0, 30.0, 40.0]


@given(
    tenths=st.lists(st.integers(10, 54), max_size=9),
    workers=st.integers(1, 4),
    decode_batch=st.integers(1, 4),
    encode_batch=st.integers(1, 3),
    languages=st.sampled_from((("de",), ("de", "en"))),
)
@examples(max_examples=25)
def test_batches_change_neither_words_nor_order(
    tenths: list[int], workers: int, decode_batch: int, encode_batch: int, languages: tuple[str, ...]
) -> None:
    windows = [window(length / 10) for length in tenths]
    options = WhisperOptions(workers=workers, decode_batch=decode_batch, encode_batch=encode_batch)
    network = ToyNetwork(by_length)
    found = whisper(network, options).transcribe(windows, TranscriptionOptions(languages))
    expected = [[NUMBERS[t // 10 - 1].strip(), *(n.strip() for n in NUMBERS[: t % 10])] for t in tenths]
    assert texts(found) == [[" ".join(words)] for words in expected]
    assert sorted(seconds for batch in network.encoded for seconds in batch) == sorted(t / 10 for t in tenths)
    assert all(len(batch) <= encode_batch for batch in network.encoded)
    assert all(asked.batch <= decode_batch for asked in network.asked)


def test_the_work_is_shared_out_among_the_workers() -> None:
    network = ToyNetwork(by_length)
    whisper(network, WhisperOptions(workers=2)).transcribe([window(1.0 + i / 10) for i in range(6)], GERMAN)
    assert [asked.batch for asked in network.asked] == [3] * 6


def test_windows_are_padded_to_one_of_a_few_lengths_whatever_is_heard_beside_them() -> None:
    options = WhisperOptions(workers=1, padding=0.6, lengths=(3.0, 5.6))
    for windows in ([1.0, 2.4, 2.5, 5.0, 5.1], [5.1], [2.4, 1.0], [2.5]):
        network = ToyNetwork(by_length)
        whisper(network, options).transcribe([window(seconds) for seconds in windows], GERMAN)
        states = {1.0: 150, 2.4: 150, 2.5: 280, 5.0: 280, 5.1: 285}
        assert {asked.seconds: asked.states for asked in network.asked} == {one: states[one] for one in windows}


def test_only_windows_of_one_length_share_a_batch() -> None:
    network = ToyNetwork(by_length)
    options = WhisperOptions(workers=1, padding=0.6, lengths=(3.0, 5.6))
    whisper(network, options).transcribe([window(seconds) for seconds in (1.0, 2.0, 4.0, 4.5, 5.2)], GERMAN)
    assert {(asked.seconds, asked.batch) for asked in network.asked} == {
        (1.0, 2),
        (2.0, 2),
        (4.0, 2),
        (4.5, 2),
        (5.2, 1),
    }


def test_a_window_longer_than_the_network_takes_is_heard_as_far_as_it_goes() -> None:
    network = ToyNetwork(lambda asked: Said(ids(" gut")))
    assert texts(whisper(network).transcribe([window(31.0)], GERMAN)) == [["gut"]]
    assert network.asked[0].states == 1500


def test_every_window_is_reported_once_when_it_is_done() -> None:
    windows = [window(1.0 + index / 10) for index in range(7)]
    heard: list[Window] = []
    whisper(ToyNetwork(by_length), WhisperOptions(decode_batch=2)).transcribe(windows, GERMAN, heard.append)
    assert len(heard) == 7
    assert {id(one) for one in heard} == {id(one) for one in windows}


def test_words_carry_time_probability_and_pooled_states() -> None:
    ((utterance,),) = whisper(ToyNetwork(lambda asked: Said(ids(" ja", ",", " gut", ".")))).transcribe(
        [window(2.0, start=60.0)], GERMAN
    )
    assert [word.text for word in utterance.words] == ["ja,", "gut."]
    assert [word.start for word in utterance.words] == [pytest.approx(60.0, abs=0.05), pytest.approx(61.0, abs=0.05)]
    assert utterance.confidence == pytest.approx(0.9)
    assert utterance.voice_features is not None
    assert utterance.voice_features.shape == (8,)
    assert utterance.flags == ()


# language


def vote(languages: dict[float, dict[str, float]], *seconds: float, allowed: tuple[str, ...] = ("de", "en")) -> str:
    network = ToyNetwork(lambda asked: Said(ids(" gut")), languages=languages)
    found = whisper(network).transcribe([window(length) for length in seconds], TranscriptionOptions(allowed))
    (language,) = {utterance.language for utterances in found for utterance in utterances}
    assert {special(language)} == {asked.prompt[1] for asked in network.asked}
    return language


def test_one_allowed_language_is_taken_without_asking() -> None:
    network = ToyNetwork(by_length)
    ((utterance,),) = whisper(network).transcribe([window(1.0)], TranscriptionOptions(("en",)))
    assert utterance.language == "en"
    assert network.voted == []
    assert network.asked[0].prompt == tuple(
        special(name) for name in ("startoftranscript", "en", "transcribe", "notimestamps")
    )


def test_the_windows_vote_for_the_language_of_the_call() -> None:
    german, english = {"de": 0.8, "en": 0.2}, {"de": 0.1, "en": 0.9}
    assert vote({3.0: english, 2.0: english, 1.0: german}, 3.0, 2.0, 1.0) == "en"
    assert vote({3.0: german, 2.0: german, 1.0: english}, 1.0, 2.0, 3.0) == "de"


def test_a_long_window_counts_for_more_than_a_short_one() -> None:
    assert vote({5.0: {"de": 0.3, "en": 0.7}, 1.0: {"de": 0.75, "en": 0.25}}, 1.0, 5.0) == "en"


def test_a_language_that_is_not_allowed_is_never_chosen() -> None:
    assert vote({2.0: {"nl": 0.98, "de": 0.015, "en": 0.005}}, 2.0) == "de"
    assert vote({2.0: {"nl": 1.0}}, 2.0) in {"de", "en"}


@pytest.mark.parametrize("lengths", [(14.8,), (2.8, 14.8), (2.6, 2.7, 2.8, 2.9)])
@pytest.mark.parametrize(("workers", "decode_batch"), [(1, 16), (2, 16), (2, 3), (4, 1)])
def test_only_the_longest_windows_are_asked(workers: int, decode_batch: int, lengths: tuple[float, ...]) -> None:
    network = ToyNetwork(by_length)
    windows = [window(1.0 + index / 10) for index in range(12)]
    options = WhisperOptions(workers, decode_batch, lengths=lengths)
    whisper(network, options).transcribe(windows, TranscriptionOptions())
    assert sorted(network.voted) == [1.8, 1.9, 2.0, 2.1]


def test_nothing_is_encoded_twice_for_the_language() -> None:
    network = ToyNetwork(by_length)
    whisper(network).transcribe([window(1.0), window(2.0), window(3.0)], TranscriptionOptions())
    assert sorted(seconds for batch in network.encoded for seconds in batch) == [1.0, 2.0, 3.0]


def test_a_network_of_english_alone_is_not_asked_for_the_language() -> None:
    network = ToyNetwork(by_length, is_multilingual=False)
    ((utterance,),) = whisper(network).transcribe([window(2.0)], TranscriptionOptions(("de", "en")))
    assert (utterance.text, utterance.language) == ("zwei", "en")


# second attempts


def test_a_loop_is_forbidden_on_the_states_that_are_there() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.phrase > 0))
    ((utterance,),) = whisper(network).transcribe([window(4.0)], GERMAN)
    assert (utterance.text, utterance.flags) == ("gut", ("fallback",))
    assert len(network.encoded) == 1
    first, again = network.asked
    assert (first.phrase, first.temperature, again.temperature) == (0, 0.0, 0.0)
    assert again.states == first.states


def test_what_still_loops_is_heard_again_on_thirty_seconds() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.states == 1500))
    ((utterance,),) = whisper(network).transcribe([window(4.0)], GERMAN)
    assert (utterance.text, utterance.flags) == ("gut", ("fallback",))
    assert [asked.states == 1500 for asked in network.asked] == [False, False, True]


def test_only_what_was_read_badly_is_read_again() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.seconds != 4.0 or asked.phrase > 0))
    found = whisper(network).transcribe([window(2.0), window(4.0), window(3.0)], GERMAN)
    assert texts(found) == [["gut"], ["gut"], ["gut"]]
    assert [asked.seconds for asked in network.asked if asked.phrase] == [4.0]
    assert [utterances[0].flags for utterances in found] == [(), ("fallback",), ()]


def test_words_of_a_second_attempt_are_timed_on_its_own_states() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.states == 1500))
    ((utterance,),) = whisper(network).transcribe([window(2.0, start=60.0)], GERMAN)
    assert (utterance.words[0].start, utterance.words[0].end) == pytest.approx((60.0, 62.0), abs=0.05)
    assert network.aligned == [1500]


def test_chance_comes_last() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.temperature > 0.0))
    ((utterance,),) = whisper(network).transcribe([window(4.0)], GERMAN)
    assert utterance.text == "gut"
    assert [asked.temperature > 0.0 for asked in network.asked] == [False, False, False, True]


def test_a_window_that_loops_every_time_says_its_phrase_once_and_is_marked() -> None:
    network = ToyNetwork(lambda asked: Said(LOOP))
    ((utterance,),) = whisper(network).transcribe([window(4.0)], GERMAN)
    assert utterance.text == "ja,"
    assert "loop" in utterance.flags
    assert len(network.asked) == 4


def test_of_doubtful_readings_the_surest_is_kept() -> None:
    def answer(asked: Asked) -> Said:
        if asked.temperature > 0.0:
            return Said(ids(" drei"), -1.6)
        return Said(ids(" zwei"), -1.1) if asked.states == 1500 else Said(ids(" eins"), -1.3)

    assert texts(whisper(ToyNetwork(answer)).transcribe([window(4.0)], GERMAN)) == [["zwei"]]


def test_a_window_in_which_nobody_speaks_gives_no_text_and_is_not_read_again() -> None:
    network = ToyNetwork(lambda asked: Said(ids(" gut"), score=-1.4, no_speech=0.8))
    assert whisper(network).transcribe([window(4.0)], GERMAN) == [()]
    assert len(network.asked) == 1


def test_a_decoder_that_writes_nothing_gives_no_text() -> None:
    network = ToyNetwork(lambda asked: Said([]))
    assert whisper(network).transcribe([window(4.0), window(2.0)], GERMAN) == [(), ()]


def test_the_beam_is_an_option_of_the_call() -> None:
    network = ToyNetwork(loops_until(lambda asked: asked.temperature > 0.0))
    whisper(network).transcribe([window(4.0)], TranscriptionOptions(("de",), beam_size=5))
    assert [asked.beam_size for asked in network.asked] == [5, 5, 5, 1]  # sampling has no beam


# hotwords


def prompt_of(hotwords: str | None, seconds: float = 2.0) -> tuple[int, ...]:
    network = ToyNetwork(by_length)
    whisper(network).transcribe([window(seconds)], TranscriptionOptions(("de",), hotwords=hotwords))
    return network.asked[0].prompt


def test_hotwords_stand_before_the_transcript() -> None:
    plain = prompt_of(None)
    assert prompt_of("Birkenhof Post") == (special("startofprev"), *ids(" Birkenhof", " Post"), *plain)
    assert prompt_of("") == plain


def test_a_long_list_of_hotwords_is_cut() -> None:
    assert len(prompt_of("Birkenhof " * 500)) == 1 + 160 + 4


@pytest.mark.parametrize("seconds", [1.0, 15.0, 29.0])
def test_hotwords_take_no_room_from_the_text(seconds: float) -> None:
    text = ids(" hallo", ",", " er", " sagte", " gut", " und", " Haus", " und", " Hof", " fünf", " Birkenhof", ".")
    network = ToyNetwork(lambda asked: Said(text))
    options = TranscriptionOptions(("de",), hotwords="Birkenhof " * 500)
    ((utterance,),) = whisper(network).transcribe([window(seconds)], options)
    assert utterance.text == "hallo, er sagte gut und Haus und Hof fünf Birkenhof."


# errors


def test_an_error_of_the_network_reaches_the_caller() -> None:
    def fails(asked: Asked) -> Said:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        whisper(ToyNetwork(fails)).transcribe([window(1.0), window(2.0)], GERMAN)


def test_an_error_of_whoever_shows_progress_reaches_the_caller() -> None:
    def stop(heard: Window) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whisper(ToyNetwork(by_length)).transcribe([window(1.0)], GERMAN, stop)


def test_one_transcriber_serves_two_calls_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    shared = whisper(ToyNetwork(by_length))
    with ThreadPoolExecutor(2) as pool:
        german = pool.submit(shared.transcribe, [window(2.0)] * 3, GERMAN)
        english = pool.submit(shared.transcribe, [window(3.0)] * 3, TranscriptionOptions(("en",), beam_size=5))
    assert [(u[0].text, u[0].language) for u in german.result()] == [("zwei", "de")] * 3
    assert [(u[0].text, u[0].language) for u in english.result()] == [("drei", "en")] * 3


# pooled states


def joined(*seconds: float) -> Window:
    """Return a window of several pieces behind each other, each at a time of its own in the call."""
    offsets = [sum(seconds[:number]) for number in range(len(seconds))]
    spans = [Span(100 + 2 * offset, 100 + 2 * offset + length) for offset, length in zip(offsets, seconds, strict=True)]
    pieces = tuple(Piece(span, offset) for span, offset in zip(spans, offsets, strict=True))
    return Window(0, loud(sum(seconds)), pieces, tuple(spans))


def test_no_windows_have_no_states() -> None:
    network = ToyNetwork(by_length)
    assert whisper(network).pooled_states([]) == []
    assert network.encoded == []


def test_states_are_those_that_recognition_gives_with_the_words() -> None:
    windows = [window(2.0, 10.0), window(4.0, 20.0), window(1.0, 30.0)]
    network = ToyNetwork(by_length)
    spoken = [found[0].voice_features for found in whisper(network).transcribe(windows, GERMAN)]
    words = len(network.asked)
    states = whisper(network).pooled_states(windows)
    for (state,), features in zip(states, spoken, strict=True):
        assert features is not None
        assert state.dtype == np.float32
        assert np.array_equal(state, features)
    assert len(network.asked) == words  # nothing was decoded for them


def test_each_piece_has_the_mean_and_the_deviation_of_its_own_states() -> None:
    ((first, second, third),) = whisper(ToyNetwork(by_length)).pooled_states([joined(1.0, 2.0, 0.5)])
    for state, (begin, end) in zip((first, second, third), ((0, 50), (50, 150), (150, 175)), strict=True):
        numbers = np.arange(begin, end)  # the toy's second state counts the states
        assert state.shape == (8,)
        assert state[1] == pytest.approx(numbers.mean())
        assert state[5] == pytest.approx(numbers.std())


@given(
    tenths=st.lists(st.lists(st.integers(3, 40), min_size=1, max_size=3), max_size=9),
    workers=st.integers(1, 4),
    batches=st.tuples(st.integers(1, 4), st.integers(1, 3)),
)
@examples(max_examples=25)
def test_batches_change_neither_states_nor_order(
    tenths: list[list[int]], workers: int, batches: tuple[int, int]
) -> None:
    windows = [joined(*(length / 10 for length in lengths)) for lengths in tenths]
    network = ToyNetwork(by_length)
    found = whisper(network, WhisperOptions(workers, *batches)).pooled_states(windows)
    assert [len(pieces) for pieces in found] == [len(lengths) for lengths in tenths]
    for pieces, one in zip(found, windows, strict=True):
        assert [state[0] for state in pieces] == pytest.approx([one.duration * 50] * len(pieces), abs=1.0)
    assert sorted(seconds for batch in network.encoded for seconds in batch) == pytest.approx(
        sorted(one.duration for one in windows), abs=0.051
    )
