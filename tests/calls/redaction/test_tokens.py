"""Words of calls and texts as one stream."""

from stimmung.calls.redaction.records import Part
from stimmung.calls.redaction.tokens import fold, read_text, read_utterances
from stimmung.speech.records import Utterance, Word


def utterance(channel: int, start: float, text: str, timed: bool = True) -> Utterance:
    words = tuple(Word(start + i, start + i + 0.5, word, 0.9) for i, word in enumerate(text.split()))
    end = start + max(1, len(words))
    return Utterance(channel, "unknown", "", start, end, text, "de", 0.9, (), words if timed else ())


def test_words_come_in_the_order_in_which_utterances_began() -> None:
    stream = read_utterances([utterance(0, 5.0, "zweiter Satz"), utterance(1, 1.0, "erster")])

    assert [(one.text, one.utterance, one.word) for one in stream.tokens] == [
        ("erster", 1, 0),
        ("zweiter", 0, 0),
        ("satz", 0, 1),
    ]
    assert stream.spans == {1: (0, 1), 0: (1, 3)}
    assert stream.starts_utterance(1)
    assert stream.ends_utterance(0)
    assert not stream.ends_utterance(1)


def test_word_is_folded_and_its_marks_are_known() -> None:
    token = read_utterances([utterance(0, 0.0, "(Fünfundvierzig)?!")]).tokens[0]

    assert (token.raw, token.text, token.mark, token.digits) == ("(Fünfundvierzig)?!", "fuenfundvierzig", ")?!", "45")


def test_digits_of_other_scripts_and_full_width_ones_are_digits() -> None:
    assert fold("４７") == "47"
    assert fold("٤٧") == "47"


def test_placeholder_of_an_earlier_redaction_says_nothing() -> None:
    token = read_utterances([utterance(0, 0.0, "([CUSTOMER_NUMBER]),")]).tokens[0]

    assert (token.placeholder, token.text, token.digits) == ("CUSTOMER_NUMBER", "", "")


def test_utterance_without_timed_words_is_read_by_its_text() -> None:
    tokens = read_utterances([utterance(0, 2.0, "vier sieben", timed=False)]).tokens

    assert [(one.digits, one.start, one.end) for one in tokens] == [("4", 2.0, 4.0), ("7", 2.0, 4.0)]


def test_parts_are_cut_where_utterances_end() -> None:
    stream = read_utterances([utterance(0, 0.0, "a b"), utterance(0, 5.0, "c d")])

    assert stream.parts(1, 3) == (Part(0, 1, 2), Part(1, 0, 1))


def test_text_is_read_by_lines_and_words_know_their_characters() -> None:
    text = "Tel.:0171/39\n\nIBAN:DE44 (um 14:30)"
    plain = read_text(text, "de")

    assert [text[start:end] for line in plain.places for start, end in line] == [
        "Tel.:",
        "0171/39",
        "IBAN:",
        "DE44",
        "(um",
        "14:30)",
    ]
    assert [one.text for one in plain.utterances] == ["Tel.: 0171/39", "IBAN: DE44 (um 14:30)"]


def test_paths_are_parted_and_addresses_of_mail_are_not() -> None:
    text = "calls/+4930231250.wav max.m1@web.de/x"
    (places,) = read_text(text, "de").places

    assert [text[start:end] for start, end in places] == ["calls/", "+4930231250", ".wav", "max.m1@web.de/x"]
