"""Windows of many calls are heard together, each in its own language, behind its own known words, as if alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.models.toy import Asked, Said, Script, ToyNetwork, ids, raw_tokenizer, special

from stimmung.models.registry import build_engines
from stimmung.models.whisper import Whisper, WhisperOptions
from stimmung.speech.decode import decode
from stimmung.speech.engines import Answer, Ask, Engines, ModelId, TranscriptionOptions
from stimmung.speech.errors import SettingsError
from stimmung.speech.fakes import loud
from stimmung.speech.records import SAMPLE_RATE, Piece, Span, Window
from stimmung.speech.settings import ModelSettings, Settings
from stimmung.speech.utterances import Spoken, utterances_of
from stimmung.speech.windows import window_of

GERMAN, ENGLISH = TranscriptionOptions(languages=("de",)), TranscriptionOptions(languages=("en",))
EITHER = TranscriptionOptions(languages=("de", "en"))
NUMBERS = (" eins", " zwei", " drei", " vier", " fünf")
OTHERS = (" Haus", " Hof", " Post", " er", " sagte", " und", " gut", " ja", " nein")
LOOP = ids(" ja", ",") * 60


def window(*seconds: float, start: float = 100.0) -> Window:
    """Return a window of several pieces that are all speech, ten seconds apart in the call."""
    offsets = [sum(seconds[:place]) for place in range(len(seconds))]
    starts = [start + 10.0 * place + offset for place, offset in enumerate(offsets)]
    spans = tuple(Span(begin, begin + length) for begin, length in zip(starts, seconds, strict=True))
    pieces = tuple(Piece(span, offset) for span, offset in zip(spans, offsets, strict=True))
    return Window(0, loud(sum(seconds)), pieces, spans)


def by_length(asked: Asked) -> Said:
    """Say the whole seconds of the window, and a word for each tenth that is over."""
    whole, tenths = divmod(round(asked.seconds * 10), 10)
    return Said([*ids(NUMBERS[whole - 1]), *ids(*OTHERS[:tenths])])


def says(*words: str, score: float = -0.2, no_speech: float = 0.0) -> Script:
    return lambda asked: Said(ids(*words), score, no_speech)


def whisper(network: ToyNetwork, options: WhisperOptions | None = None) -> Whisper:
    return Whisper(network, raw_tokenizer(), ModelId("toy", "2" * 64), options)


def hear(script: Script, *asks: Ask) -> list[Answer]:
    return whisper(ToyNetwork(script)).hear(asks)


def texts(answers: list[Answer]) -> list[list[str]]:
    return [[utterance.text for utterance in answer.utterances] for answer in answers]


def text_of(asked: Asked) -> tuple[int, ...]:
    """Return what stood in the prompt behind the task."""
    return asked.prompt[asked.prompt.index(special("notimestamps")) + 1 :]


def test_nothing_asked_nothing_done() -> None:
    network = ToyNetwork(by_length)
    assert whisper(network).hear([]) == []
    assert network.encoded == []


def test_calls_in_several_languages_share_a_batch() -> None:
    network = ToyNetwork(by_length)
    answers = whisper(network).hear([Ask(window(1.0), GERMAN), Ask(window(1.5), ENGLISH), Ask(window(1.2), GERMAN)])
    assert [answer.utterances[0].language for answer in answers] == ["de", "en", "de"]
    assert [(asked.batch, asked.prompt[1]) for asked in network.asked] == [
        (3, special("de")),
        (3, special("en")),
        (3, special("de")),
    ]
    assert texts(answers) == [["eins"], ["eins Haus Hof Post er sagte"], ["eins Haus Hof"]]


def test_answers_come_in_the_order_of_the_asks() -> None:
    lengths = (5.0, 1.0, 3.0, 2.0, 4.0, 1.1, 5.1)
    answers = hear(by_length, *(Ask(window(seconds), GERMAN) for seconds in lengths))
    said = ["fünf", "eins", "drei", "zwei", "vier", "eins Haus", "fünf Haus"]
    assert texts(answers) == [[text] for text in said]


options = st.builds(
    TranscriptionOptions,
    st.sampled_from((("de",), ("en",), ("de", "en"))),
    st.sampled_from((1, 5)),
    st.sampled_from((None, "", "Post", "Haus Hof Post")),
)
asks = st.builds(
    Ask,
    st.sampled_from([window(tenths / 20, tenths / 20) for tenths in (10, 13, 19, 21, 38, 41, 54)]),
    options,
    st.sampled_from(("", "hallo", "er sagte ja und nein")),
    st.integers(1, 2),
    st.sampled_from(({}, {"de": -3.0, "en": -0.1})),
    st.booleans(),
)


@given(st.lists(asks, max_size=6))
@examples(max_examples=15)
def test_each_is_heard_as_if_it_were_alone(together: list[Ask]) -> None:
    network = ToyNetwork(by_length)
    for ask, answer in zip(together, whisper(network).hear(together), strict=True):
        (alone,) = hear(by_length, ask)
        assert answer.votes == alone.votes
        assert [(one.text, one.language, one.start, one.flags) for one in answer.utterances] == [
            (one.text, one.language, one.start, one.flags) for one in alone.utterances
        ]
    assert len(network.asked) == len(together)


@pytest.mark.parametrize(
    ("thorough", "states"), [(True, {1.0: 140, 1.5: 140, 4.0: 240}), (False, dict.fromkeys((1.0, 1.5, 4.0), 240))]
)
def test_only_where_somebody_waits_windows_are_padded_to_their_neighbours(
    thorough: bool, states: dict[float, int]
) -> None:
    network = ToyNetwork(by_length)
    whisper(network).hear([Ask(window(seconds), GERMAN, thorough=thorough) for seconds in (1.0, 4.0, 1.5)])
    assert {asked.seconds: asked.states for asked in network.asked} == states


def test_a_whole_window_is_heard_as_that_of_a_recording() -> None:
    heard = window(2.0, 1.0, 1.5)
    (answer,) = hear(says(*NUMBERS), Ask(heard, GERMAN, new=3, thorough=True))
    (recorded,) = whisper(ToyNetwork(says(*NUMBERS))).transcribe([heard], GERMAN)
    assert [(one.text, one.start, one.words, one.flags) for one in answer.utterances] == [
        (one.text, one.start, one.words, one.flags) for one in recorded
    ]
    assert texts([answer]) == [["eins zwei", "drei", "vier fünf"]]


def test_an_error_of_the_network_reaches_the_caller() -> None:
    def fails(asked: Asked) -> Said:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        hear(fails, Ask(window(1.0), GERMAN))


# known words


def test_known_words_are_given_and_not_said_again() -> None:
    network = ToyNetwork(says(" gut", "."))
    (answer,) = whisper(network).hear([Ask(window(2.0, 2.0), GERMAN, "hallo er sagte", 1)])
    assert text_of(network.asked[0]) == tuple(ids(" hallo", " er", " sagte"))
    assert texts([answer]) == [["gut."]]


def test_only_the_new_pieces_come_back_each_with_its_words_and_times() -> None:
    (answer,) = hear(says(*NUMBERS), Ask(window(2.0, 2.0, 2.0), GERMAN, "hallo", 2))
    assert [(one.start, one.end) for one in answer.utterances] == [(112.0, 114.0), (124.0, 126.0)]
    assert " ".join(one.text for one in answer.utterances) == "eins zwei drei vier fünf"
    for one in answer.utterances:
        assert all(one.start <= word.start <= word.end <= one.end for word in one.words)


def test_what_the_attention_places_before_the_new_pieces_is_theirs_all_the_same() -> None:
    """The toy shares the time out evenly, known words included: one known word, and most of the new in its piece."""
    (answer,) = hear(says(" gut", " ja", " nein"), Ask(window(4.0, 1.0), GERMAN, "hallo", 1))
    assert texts([answer]) == [["gut ja nein"]]
    assert answer.utterances[0].start == 114.0


def test_without_known_words_everything_is_read_and_the_new_pieces_come_back() -> None:
    """The piece before gave no words; what is heard there after all belongs to nobody's new utterance but this one."""
    (answer,) = hear(says(" gut", " ja"), Ask(window(2.0, 2.0), GERMAN, "  ", 1))
    assert [one.start for one in answer.utterances] == [112.0]


def test_the_mark_that_ends_the_known_words_is_no_utterance() -> None:
    ask = Ask(window(2.0, 2.0), GERMAN, "er sagte", 1)
    assert texts(hear(says("."), ask)) == [[]]
    assert texts(hear(says(".", " gut", "."), ask)) == [["gut."]]


def test_nothing_new_is_no_utterance() -> None:
    assert texts(hear(says(), Ask(window(2.0, 2.0), GERMAN, "er sagte", 1))) == [[]]


@pytest.mark.parametrize("known", [0, 3, 40])
def test_known_words_vouch_for_nothing_that_is_read_behind_them(known: int) -> None:
    ask = Ask(window(2.0, 2.0), GERMAN, "ja " * known, 1)
    network = ToyNetwork(says(" gut", score=-1.4, no_speech=0.8))
    (answer,) = whisper(network).hear([ask])  # nobody speaks
    assert answer.utterances == ()
    network = ToyNetwork(says(" gut", score=-1.4))
    whisper(network).hear([replace(ask, thorough=True)])  # somebody does, and is read again
    assert len(network.asked) == 3


@pytest.mark.parametrize("beside", [1, 140])
def test_a_loop_is_stopped_by_how_much_is_new_whatever_is_read_beside_it(beside: int) -> None:
    loop = Ask(window(8.0, 2.0), GERMAN, "er sagte", 1)
    network = ToyNetwork(lambda asked: Said(LOOP * 3 if text_of(asked) else ids(" gut")))
    neighbour = Ask(window(9.0, 0.5), GERMAN, "nein " * beside, 1)
    found = whisper(network, WhisperOptions(lengths=(14.8,))).hear([loop, neighbour])
    longest = max(
        2 + 12 + 10 * 6, beside + 12 + 10 * 5
    )  # 6 and 5 s of 14 are not known: ten tokens for each, and twelve
    assert {asked.max_length for asked in network.asked if asked.batch == 2} == {2 * longest}
    assert texts(found[:1]) == [["ja,"]]
    assert "loop" in found[0].utterances[0].flags


def test_a_long_text_behind_many_known_words_is_no_loop() -> None:
    text = ids(" hallo", ",", " er", " sagte", " gut", " und", " Haus", " und", " Hof", " fünf", " Birkenhof", ".")
    ask = Ask(window(12.0, 2.0), replace(GERMAN, hotwords="Birkenhof " * 500), "nein ja " * 200, 1)
    (answer,) = hear(lambda asked: Said(text), ask)
    assert answer.utterances[0].text == "hallo, er sagte gut und Haus und Hof fünf Birkenhof."
    assert answer.utterances[0].flags == ()


# languages


def heard_in(ask: Ask, chances: Mapping[str, float]) -> tuple[str, Answer]:
    network = ToyNetwork(by_length, languages={2.0: dict(chances)})
    (answer,) = whisper(network).hear([ask])
    return answer.utterances[0].language, answer


def test_one_allowed_language_is_taken_without_asking() -> None:
    network = ToyNetwork(by_length)
    (answer,) = whisper(network).hear([Ask(window(2.0), ENGLISH, votes={"de": -0.1, "en": -9.0})])
    assert answer.utterances[0].language == "en"
    assert answer.votes == {"de": -0.1, "en": -9.0}
    assert network.voted == []


def test_the_windows_vote_counts_by_its_length() -> None:
    language, answer = heard_in(Ask(window(2.0), EITHER), {"de": 0.2, "en": 0.8})
    assert language == "en"
    assert answer.votes == pytest.approx({"de": 2.0 * -1.609, "en": 2.0 * -0.223}, abs=0.01)


def test_votes_of_the_call_add_up() -> None:
    before = {"de": -1.0, "en": -20.0}
    language, answer = heard_in(Ask(window(2.0), EITHER, votes=before), {"de": 0.2, "en": 0.8})
    assert language == "de"  # one short window does not outvote the call
    assert answer.votes == pytest.approx({"de": -1.0 - 3.219, "en": -20.0 - 0.446}, abs=0.01)
    assert before == {"de": -1.0, "en": -20.0}


def test_a_vote_for_what_is_not_allowed_does_not_count() -> None:
    language, answer = heard_in(Ask(window(2.0), EITHER, votes={"nl": -0.1}), {"nl": 0.97, "de": 0.02, "en": 0.01})
    assert language == "de"
    assert set(answer.votes) == {"de", "en"}


def test_each_call_has_its_own_votes() -> None:
    network = ToyNetwork(by_length, languages={1.0: {"de": 0.9, "en": 0.1}, 2.0: {"de": 0.1, "en": 0.9}})
    answers = whisper(network).hear([Ask(window(1.0), EITHER), Ask(window(2.0), EITHER)])
    assert [answer.utterances[0].language for answer in answers] == ["de", "en"]
    assert sorted(network.voted) == [1.0, 2.0]


def test_a_network_of_english_alone_is_not_asked() -> None:
    network = ToyNetwork(by_length, is_multilingual=False)
    (answer,) = whisper(network).hear([Ask(window(2.0), EITHER)])
    assert (answer.utterances[0].language, network.voted) == ("en", [])
    with pytest.raises(SettingsError, match="knows English only"):
        whisper(network).hear([Ask(window(2.0), GERMAN)])


# second attempts


def loops(good: int) -> Script:
    """Return a script that loops until it is asked for the `good`th time in another way."""
    return lambda asked: Said(LOOP) if (asked.phrase > 0) + (asked.states == 1500) < good else Said(ids(" gut"))


@pytest.mark.parametrize(("thorough", "asked"), [(False, 2), (True, 4)])
def test_who_waits_for_words_gets_one_quick_attempt_more(thorough: bool, asked: int) -> None:
    network = ToyNetwork(lambda asked: Said(LOOP))
    (answer,) = whisper(network).hear([Ask(window(2.0), GERMAN, thorough=thorough)])
    assert len(network.asked) == asked
    assert len(network.encoded) == (3 if thorough else 1)
    assert "loop" in answer.utterances[0].flags


def test_a_loop_is_forbidden_at_once() -> None:
    (answer,) = hear(loops(1), Ask(window(2.0), GERMAN))
    assert (answer.utterances[0].text, answer.utterances[0].flags) == ("gut", ("fallback",))


def test_an_unsure_reading_is_read_again_only_where_there_is_time() -> None:
    for thorough, times in ((False, 1), (True, 3)):
        network = ToyNetwork(says(" gut", score=-1.5))
        whisper(network).hear([Ask(window(2.0), GERMAN, thorough=thorough)])
        assert len(network.asked) == times


def test_known_words_are_given_to_every_attempt() -> None:
    network = ToyNetwork(lambda asked: Said(LOOP))
    whisper(network).hear([Ask(window(2.0, 2.0), GERMAN, "hallo", 1, thorough=True)])
    assert {text_of(asked) for asked in network.asked} == {tuple(ids(" hallo"))}


def test_one_call_that_is_read_badly_holds_no_other_up() -> None:
    network = ToyNetwork(lambda asked: Said(LOOP) if asked.seconds == 2.0 else Said(ids(" gut")))
    answers = whisper(network).hear([Ask(window(1.0), GERMAN), Ask(window(2.0), GERMAN), Ask(window(1.5), GERMAN)])
    assert [asked.seconds for asked in network.asked] == [1.0, 2.0, 1.5, 2.0]
    assert texts(answers) == [["gut"], ["ja,"], ["gut"]]


# hotwords and beams


def test_calls_that_expect_other_words_are_heard_beside_each_other() -> None:
    expecting = [replace(GERMAN, hotwords=words) for words in (None, "Post", "Haus Hof", "Birkenhof Post", "")]
    network = ToyNetwork(by_length)
    answers = whisper(network).hear([Ask(window(2.0), one) for one in expecting])
    assert texts(answers) == [["zwei"]] * 5
    assert sorted(asked.batch for asked in network.asked) == [1, 1, 1, 2, 2]


def test_each_call_is_heard_with_its_own_beam() -> None:
    network = ToyNetwork(by_length)
    whisper(network).hear([Ask(window(1.0), GERMAN), Ask(window(2.0), replace(GERMAN, beam_size=5))])
    assert {asked.seconds: asked.beam_size for asked in network.asked} == {1.0: 1, 2.0: 5}


# the true weights


@pytest.mark.weights
def test_a_sample_call_is_heard_on_behind_its_first_words(samples: Path) -> None:
    engines = build_engines(Settings(models=ModelSettings(text="none", voice="none")))
    german, english = (spoken(samples / f"{name}.flac", engines) for name in ("de-address", "en-happy"))
    (whole,) = engines.transcriber.hear([Ask(window_of(german[:3]), EITHER, new=3)])
    first, *others = [one.text for one in whole.utterances]
    (alone,) = engines.transcriber.hear([Ask(window_of(german[:3]), EITHER, first, 2)])
    assert [one.text for one in alone.utterances] == others
    assert [one.start for one in alone.utterances] == [one.speech[0].start for one in german[1:3]]
    assert {one.language for one in alone.utterances} == {"de"}
    beside = engines.transcriber.hear(
        [
            Ask(window_of(english[:1]), EITHER),
            Ask(window_of(german[:3]), EITHER, first, 2),
            Ask(window_of(english[:2]), replace(EITHER, hotwords="Fernhill Furniture"), "Good afternoon.", 1),
        ]
    )
    assert [one.text for one in beside[1].utterances] == others
    assert beside[0].utterances[0].language == "en"
    assert beside[0].utterances[0].text.startswith("Good afternoon")
    assert not beside[2].utterances[0].text.startswith("Good afternoon")


def spoken(file: Path, engines: Engines) -> list[Spoken]:
    """Return the utterances of a call's first channel."""
    sound = decode((file,)).samples[0]
    probabilities, _ = engines.detector.probabilities(sound)
    return utterances_of(sound, 0, probabilities, engines.detector.frame_samples / SAMPLE_RATE, ())
