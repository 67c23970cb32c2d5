"""What a tone lies over, and what it costs beside the identifiers."""

import pytest

from redaction_heard import Heard
from redaction_sides import Cleaned
from redaction_silenced import bleeped_share, others_figures, others_of, silenced
from stimmung.speech.bleep import GAP, MARGIN
from stimmung.speech.records import Span, Utterance, Word

WORDS = ("the", "number", "is", "4711", "thank", "you")
SAID = Utterance(
    1, "customer", "", 0.0, 6.0, " ".join(WORDS), "en", 0.9, (),
    tuple(Word(float(n), n + 1.0, word, 0.9) for n, word in enumerate(WORDS)),
)  # fmt: skip
HEARD = Heard((SAID,), ((1, Span(3.0, 4.0)),), ((1, Span(0.0, 6.0)),), 8.0, ((1, Span(3.2, 3.8)), (1, Span(6.5, 7.0))))


def cleaned(*bleeps: Span, unsure: tuple[Span, ...] = ()) -> Cleaned:
    return Cleaned((), (), tuple((1, one) for one in bleeps), tuple((1, one) for one in unsure))


def test_stretches_have_a_margin_and_go_together_where_little_lies_between() -> None:
    ((channel, only),) = silenced(cleaned(Span(1.0, 2.0), Span(2.0 + GAP, 3.5)), HEARD)
    assert channel == 1
    assert [only.start, only.end] == pytest.approx([1.0 - MARGIN, 3.5 + MARGIN])


def test_of_what_nobody_is_sure_of_what_sounds_goes() -> None:
    found = [span for _, span in silenced(cleaned(unsure=(Span(2.5, 4.5), Span(6.0, 6.3))), HEARD)]
    assert [end for one in found for end in (one.start, one.end)] == pytest.approx([3.2 - MARGIN, 3.8 + MARGIN])
    assert silenced(cleaned(unsure=(Span(2.5, 4.5),)), Heard((SAID,), (), HEARD.speech, 8.0, ())) == ()


def test_the_share_of_an_item_that_is_bleeped() -> None:
    assert bleeped_share(HEARD, cleaned(Span(3.0, 4.0))) == pytest.approx(1.0)
    assert bleeped_share(HEARD, cleaned(Span(3.0 + MARGIN, 3.5 - MARGIN))) == pytest.approx(0.5)
    assert bleeped_share(HEARD, cleaned()) == 0.0


def test_other_words_and_other_speech_that_went_are_counted() -> None:
    counts = others_of(HEARD, [(1, Span(2.0, 4.4))])
    assert (counts.words, counts.words_gone) == (5, 1)
    assert [counts.seconds, counts.seconds_gone] == pytest.approx([5.0, 1.4])
    figures = others_figures([counts, others_of(HEARD, [])])
    assert figures == {"other_words_silenced": 0.1, "other_speech_silenced": pytest.approx(0.14)}
    assert others_figures([]) == {"other_words_silenced": None, "other_speech_silenced": None}


def test_the_other_channel_is_another_one() -> None:
    assert others_of(HEARD, [(0, Span(0.0, 6.0))]).words_gone == 0
