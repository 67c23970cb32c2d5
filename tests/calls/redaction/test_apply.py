"""What is left of utterances: placeholders, times, counts, originals."""

from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.apply import apply, placed_back, without
from stimmung.calls.redaction.records import Finding, Original, Part
from stimmung.speech.records import Utterance, Word


def test_placeholder_lasts_from_the_first_word_to_the_last_and_keeps_the_marks() -> None:
    (call,) = talk("c: Also (vier sieben eins) und danke.")
    redacted = apply([call], [Finding("CARD", (Part(0, 1, 4),), "context")]).utterances[0]

    assert redacted.text == "Also ([CARD]) und danke."
    assert redacted.words[0] == call.words[0]
    assert redacted.words[2:] == call.words[4:]
    assert (redacted.words[1].start, redacted.words[1].end) == (call.words[1].start, call.words[3].end)


def test_utterance_without_findings_is_the_same_object() -> None:
    call = talk("c: vier sieben", "c: danke")

    assert apply(call, [Finding("CARD", (Part(0, 0, 2),), "context")]).utterances[1] is call[1]


def test_each_finding_counts_once_and_originals_are_whole_utterances() -> None:
    call = talk("c: vier sieben", "c: danke", "c: eins neun")
    redacted = apply(call, [Finding("CARD", (Part(0, 0, 2), Part(2, 0, 2)), "context")])

    assert redacted.counts == {"CARD": 1}
    assert redacted.originals == (Original(0, "vier sieben", call[0].words), Original(2, "eins neun", call[2].words))


def test_text_without_timed_words_is_redacted_and_its_whole_time_bleeped() -> None:
    said = Utterance(1, "customer", "", 3.0, 9.0, "Meine IBAN ist DE44 5001", "de", 0.9, (), ())
    redacted = apply([said], [Finding("IBAN", (Part(0, 3, 5),), "context")])

    assert redacted.utterances[0].text == "Meine IBAN ist [IBAN]"
    assert redacted.utterances[0].words == ()
    assert [(one.channel, one.span.start, one.span.end) for one in redacted.bleeps] == [(1, 2.6, 9.4)]


def test_probability_of_a_placeholder_is_its_least_certain_word() -> None:
    words = (Word(0.0, 1.0, "vier", 0.9), Word(1.0, 2.0, "sieben", 0.2))
    said = Utterance(0, "customer", "", 0.0, 2.0, "vier sieben", "de", 0.9, (), words)
    redacted = apply([said], [Finding("CARD", (Part(0, 0, 2),), "context")])

    assert redacted.utterances[0].words == (Word(0.0, 2.0, "[CARD]", 0.2),)


def test_what_is_found_in_redacted_utterances_is_known_by_the_words_as_they_were() -> None:
    call = talk("c: eins zwei drei vier fünf sechs sieben acht")
    before = [Finding("IBAN", (Part(0, 1, 4), Part(0, 5, 7)), "context")]
    clear = without(call, before)

    assert clear[0].text == "eins [IBAN] fünf [IBAN] acht"
    for word in ("eins", "fünf", "acht"):
        (place,) = [number for number, one in enumerate(clear[0].words) if one.text == word]
        (back,) = placed_back([Finding("PHONE", (Part(0, place, place + 1),), "context")], before)
        assert [one.text for one in call[0].words[back.parts[0].first : back.parts[0].last]] == [word]
    (whole,) = placed_back([Finding("PHONE", (Part(0, 0, 5),), "context")], before)
    assert whole.parts == (Part(0, 0, 8),)
