"""A reading that repeats itself, doubts itself or hears nobody is told from a good one, and a better one wins."""

import signal
from collections.abc import Iterator
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models.toy import ids, special, tokenizer

from stimmung.models.attempts import RESTART, Attempt, Reading, first_attempt, judge, quick_retries, retries

GOOD = ids(" hallo", ",", " er", " sagte", " gut", ".")
LIMIT = 100


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Stop a judge that never comes to an end, so that the suite does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError("the judge does not come to an end")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(3)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def read(tokens: list[int], score: float = -0.3, no_speech: float = 0.0, limit: int = LIMIT) -> Reading:
    return judge(tokens, score, no_speech, limit, tokenizer(), first_attempt(1))


def reading(*, loop: bool = False, logprob: float = -0.3, no_speech: float = 0.0, tokens: int = 3) -> Reading:
    return Reading(tuple(range(tokens)), logprob, no_speech, loop, first_attempt(1))


def test_a_good_reading_is_kept_as_it_is() -> None:
    found = read(GOOD)
    assert found.tokens == tuple(GOOD)
    assert (found.logprob, found.loop, found.silent, found.doubtful) == (-0.3, False, False, False)


@pytest.mark.parametrize("tokens", [[], [special("endoftext")], [special("0.00"), special("0.02")]])
def test_a_reading_without_text_is_silence(tokens: list[int]) -> None:
    found = read(tokens)
    assert found.tokens == ()
    assert found.silent
    assert not found.doubtful


def test_timestamps_and_the_end_are_no_text() -> None:
    assert read([special("0.00"), *GOOD, special("0.02"), special("endoftext")]).tokens == tuple(GOOD)


@pytest.mark.parametrize("copies", [4, 5, 12])
@pytest.mark.parametrize("phrase", [[" er", " sagte", " gut"], [" er", " sagte", ":", ' "', "Mail", '"', "!", " ja"]])
def test_a_phrase_that_repeats_to_the_end_is_a_loop_and_left_once(phrase: list[str], copies: int) -> None:
    found = read([*ids(" hallo"), *ids(*phrase) * copies])
    assert found.loop
    assert found.doubtful
    assert found.tokens == (*ids(" hallo"), *ids(*phrase))


@pytest.mark.parametrize(("copies", "loop"), [(2, False), (4, False), (5, False), (6, True), (20, True)])
@pytest.mark.parametrize("phrase", [[" drei"], [" ja", ","]])
def test_a_word_or_a_digit_may_be_repeated_more_often(phrase: list[str], copies: int, loop: bool) -> None:
    found = read([*ids(" hallo"), *ids(*phrase) * copies])
    assert found.loop == loop
    assert found.tokens == (*ids(" hallo"), *ids(*phrase) * (1 if loop else copies))


@pytest.mark.parametrize("copies", [2, 3])
def test_saying_something_two_or_three_times_is_no_loop(copies: int) -> None:
    phrase = ids(" er", " sagte", " gut")
    found = read([*ids(" hallo"), *phrase * copies])
    assert not found.loop
    assert found.tokens == (*ids(" hallo"), *phrase * copies)


def test_a_loop_from_the_first_token_on_is_left_once() -> None:
    assert read(ids(" ja") * 7).tokens == tuple(ids(" ja"))
    assert read(ids(" ja", ",") * 6).tokens == tuple(ids(" ja", ","))


def test_what_repeats_in_the_middle_only_is_kept() -> None:
    text = ids(" hallo", " ja", " ja", " ja", " gut", ".")
    assert read(text).tokens == tuple(text)


def test_a_phrase_too_long_for_a_loop_is_found_by_its_compression() -> None:
    phrase = ids(" Birkenhof", " und", " Haus", " und", " Hof", " er", " sagte", " hallo", " fünf", " Post")
    assert read(phrase * 6, limit=1000).loop
    assert not read(phrase, limit=1000).loop


def test_a_text_that_begins_once_more_is_left_as_it_was_before() -> None:
    text = ids(*(f" {word}" for word in "Birkenhof und Haus hallo er sagte Post".split())) * 2
    end = ids(" fünf", " gut")
    once = [*text[:RESTART], *end]
    found = read([*once, *once], limit=1000)
    assert (found.tokens, found.loop) == (tuple(once), True)


def test_a_reading_that_ran_into_its_limit_is_a_loop() -> None:
    assert read(GOOD, limit=len(GOOD)).loop
    assert not read(GOOD, limit=len(GOOD) + 1).loop


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_what_is_taken_away_was_a_repetition(tokens: list[int]) -> None:
    kept = read(tokens, limit=1000).tokens
    assert kept == tuple(tokens[: len(kept)])
    removed = tokens[len(kept) :]
    if not removed:
        assert all(tokens[-n:] * 3 != tokens[-3 * n :] for n in range(3, 9) if 3 * n <= len(tokens))
    else:
        sizes = [n for n in range(1, 9) if len(removed) % n == 0 and len(removed) >= 2 * n and n <= len(kept)]
        assert any(removed == list(kept[-n:]) * (len(removed) // n) for n in sizes)


@pytest.mark.parametrize(
    ("found", "doubtful", "silent"),
    [
        (reading(), False, False),
        (reading(logprob=-0.99), False, False),
        (reading(logprob=-1.01), True, False),
        (reading(no_speech=0.9), False, False),  # the decoder is sure of its words, whatever the first step said
        (reading(logprob=-1.5, no_speech=0.61), False, True),
        (reading(logprob=-1.5, no_speech=0.59), True, False),
        (reading(loop=True), True, False),
        (reading(loop=True, logprob=-1.5, no_speech=0.9), True, True),
        (reading(tokens=0), False, True),
    ],
)
def test_doubt_and_silence(found: Reading, doubtful: bool, silent: bool) -> None:
    assert (found.doubtful, found.silent) == (doubtful, silent)


def test_any_reading_beats_a_loop_and_the_surer_one_wins() -> None:
    looped, unsure, sure = reading(loop=True, logprob=-0.1), reading(logprob=-1.4), reading(logprob=-0.4)
    assert unsure.better_than(looped)
    assert not looped.better_than(unsure)
    assert sure.better_than(unsure)
    assert not unsure.better_than(sure)
    assert not sure.better_than(sure)


@pytest.mark.parametrize("beam_size", [1, 5])
def test_a_loop_is_first_forbidden_and_then_heard_anew_at_last_with_chance(beam_size: int) -> None:
    first = Reading((1,), -0.3, 0.0, True, first_attempt(beam_size))
    again = retries(first)
    assert not first.retried
    assert (first.attempt.beam_size, first.attempt.temperature, first.attempt.phrase) == (beam_size, 0.0, 0)
    assert [attempt.padded for attempt in again] == [False, True, True]
    assert [attempt.temperature for attempt in again] == [0.0, 0.0, 0.4]
    assert [attempt.beam_size for attempt in again] == [beam_size, beam_size, 1]  # sampling has no beam
    assert all(attempt.phrase > 4 for attempt in again)  # speakers do repeat shorter ones
    assert all(Reading((1,), -0.3, 0.0, False, attempt).retried for attempt in again)


def test_an_unsure_reading_is_heard_anew_at_once() -> None:
    assert [attempt.padded for attempt in retries(reading(logprob=-1.5))] == [True, True]


@pytest.mark.parametrize("beam_size", [1, 5])
def test_who_waits_for_words_gets_only_what_needs_no_window_heard_again(beam_size: int) -> None:
    (again,) = quick_retries(Reading((1,), -0.3, 0.0, True, first_attempt(beam_size)))
    assert again == retries(Reading((1,), -0.3, 0.0, True, first_attempt(beam_size)))[0]
    assert (again.beam_size, again.temperature, again.padded) == (beam_size, 0.0, False)
    assert quick_retries(reading(logprob=-1.5)) == ()


def test_only_warm_attempts_sample() -> None:
    assert Attempt(1).sampling_topk == 1
    assert Attempt(1, 0.4).sampling_topk == 0


@pytest.mark.parametrize("seconds", [0.1, 1.0, 15.0])
def test_a_quick_talker_stays_below_the_limit(seconds: float) -> None:
    assert first_attempt(1).token_limit(seconds) > 7 * seconds + 10
