"""What is told of a call's utterances: each once, in the order of its channel; again only where its words changed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.calls.consent import GRANTED, parties
from tests.calls.live_parts import found, said, spoken
from tests.calls.toy_distress import NOTFALL, judge
from tests.calls.toy_redaction import ToyRedactor

from stimmung.calls.live_callers import LiveCallers
from stimmung.calls.live_channel import Heard
from stimmung.calls.live_events import DistressChanged, LiveEvent, UtteranceFinal, UtteranceRevised
from stimmung.calls.live_judging import Asking, Questions
from stimmung.calls.live_redaction import LiveRedaction
from stimmung.calls.live_script import LiveScript, Moment, Pending
from stimmung.speech.engines import SpokenText
from stimmung.speech.fakes import FakeVoiceEmotion, fake_engines
from stimmung.speech.records import Consent, Role, Utterance

BOTH = parties("agent", "customer")
WINDOW = Heard(0)


def script() -> LiveScript:
    return LiveScript(LiveCallers(judge(), FakeVoiceEmotion()), LiveRedaction(ToyRedactor()))


def customer(start: float, text: str = "ja gut") -> Utterance:
    return said(start, start + 4.0, text, channel=1)


def agent(start: float, text: str = "guten Tag") -> Utterance:
    return said(start, start + 4.0, text, role="agent")


def questions(*utterances: Utterance, voices_from: float = 0.0) -> Questions:
    pairs = [(spoken(one.start, one.end, one.channel), one) for one in utterances]
    return Asking(BOTH, fake_engines(), voices_from).about(pairs, utterances, {})


def moment(time: float = 10.0, consent: Consent = "granted", voices_from: float = 0.0) -> Moment:
    return Moment(time, parties("agent", "customer", info=replace(GRANTED, consent=consent)), (), voices_from)


def expect(of: LiveScript, *utterances: Utterance, window: Heard = WINDOW) -> Pending:
    return of.expect(window, utterances[0].channel, questions(*utterances))


def tell(of: LiveScript, *utterances: Utterance, now: Moment | None = None, score: float = -0.8) -> list[LiveEvent]:
    """Have utterances told that were judged."""
    pending = expect(of, *utterances)
    return of.answer(pending, found(pending.questions.work, score), now or moment())


def window_of(*utterances: Utterance) -> Heard:
    return Heard(0, [spoken(one.start, one.end, one.channel) for one in utterances])


def again(
    of: LiveScript, before: Sequence[Utterance], *after: Utterance, now: Moment | None = None, score: float = 0.4
) -> list[LiveEvent]:
    """Have a window of utterances revised by what was heard of it once more."""
    asked = questions(*after)
    return of.revise(window_of(*before), asked.answered(found(asked.work, score)), now or moment())


def finals(events: Sequence[LiveEvent]) -> list[tuple[int, str]]:
    return [(one.id, one.utterance.text) for one in events if isinstance(one, UtteranceFinal)]


def revisions(events: Sequence[LiveEvent]) -> list[tuple[int, str]]:
    return [(one.id, one.utterance.text) for one in events if isinstance(one, UtteranceRevised)]


# told


def test_an_utterance_is_told_with_its_scores_and_then_how_its_caller_is() -> None:
    final, changed = tell(script(), customer(0.0, NOTFALL))
    assert isinstance(final, UtteranceFinal)
    assert (final.time, final.id) == (4.0, 1)
    one = final.utterance
    assert all((one.text_emotion, one.voice_emotion, one.distress))
    assert (one.voice_features, one.text_vector) == (None, None)
    assert isinstance(changed, DistressChanged)
    assert (changed.time, changed.caller.state) == (10.0, "urgent")


def test_an_agent_is_told_without_any() -> None:
    (final,) = tell(script(), agent(0.0))
    assert isinstance(final, UtteranceFinal)
    one = final.utterance
    assert (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)


def test_a_channel_is_told_in_its_order_whatever_was_judged_first() -> None:
    of = script()
    first, second, third = (expect(of, customer(start)) for start in (0.0, 5.0, 10.0))
    assert of.answer(third, None, moment()) == []
    assert of.answer(second, None, moment()) == []
    assert finals(of.answer(first, None, moment())) == [(1, "ja gut"), (2, "ja gut"), (3, "ja gut")]
    assert [one.start for one in of.told.values()] == [0.0, 5.0, 10.0]
    assert of.pending == []


def test_the_other_channel_does_not_wait() -> None:
    of = script()
    expect(of, customer(0.0))
    assert finals(tell(of, agent(1.0))) == [(1, "guten Tag")]


def test_what_was_said_is_known_before_it_is_told() -> None:
    of = script()
    tell(of, customer(5.0, "zwei"))
    expect(of, agent(0.0, "eins"))
    assert [one.text for one in of.said()] == ["eins", "zwei"]
    assert [one.text for one in of.shown()] == ["zwei"]


def test_a_window_is_expected_until_all_of_it_was_told() -> None:
    of, other = script(), Heard(1)
    first, second = expect(of, customer(0.0)), expect(of, customer(5.0))
    assert (of.expects(WINDOW), of.expects(other)) == (True, False)
    of.answer(second, None, moment())
    assert of.expects(WINDOW)
    of.answer(first, None, moment())
    assert not of.expects(WINDOW)


# heard once more


def test_the_same_words_are_not_told_again() -> None:
    of = script()
    tell(of, customer(0.0))
    assert again(of, [customer(0.0)], customer(0.0)) == []


def test_other_words_are_told_under_the_same_id_with_what_they_say() -> None:
    of = script()
    (final, *_) = tell(of, customer(0.0, "ja gut"))
    assert isinstance(final, UtteranceFinal)
    (revised,) = again(of, [customer(0.0)], customer(0.0, "na gut"))
    assert isinstance(revised, UtteranceRevised)
    assert (revised.id, revised.utterance.text) == (1, "na gut")
    assert revised.utterance.text_emotion is not None
    assert revised.utterance.text_emotion.score == 0.4
    assert revised.utterance.voice_emotion is final.utterance.voice_emotion
    assert revised.utterance.distress is final.utterance.distress
    assert (revised.utterance.voice_features, revised.utterance.text_vector) == (None, None)
    assert [one.text for one in of.shown()] == ["na gut"]


def test_an_utterance_in_which_nothing_was_said_after_all_is_told_without_words() -> None:
    of = script()
    tell(of, customer(0.0), customer(5.0))
    assert revisions(again(of, [customer(0.0), customer(5.0)], customer(5.0))) == [(1, "")]
    assert [one.start for one in of.shown()] == [5.0]
    assert [one.start for one in of.said()] == [5.0]
    assert [one.start for one in of.record.utterances()] == [5.0]


def test_words_that_were_found_only_now_are_told_as_final_and_once() -> None:
    of = script()
    tell(of, customer(0.0))
    late = again(of, [customer(0.0), customer(5.0)], customer(0.0), customer(5.0, "doch"))
    assert finals(late) == [(2, "doch")]
    assert again(of, [customer(5.0)], customer(5.0, "doch")) == []
    (final,) = late
    assert isinstance(final, UtteranceFinal)
    assert final.utterance.text_emotion is not None
    assert final.utterance.distress is None


def test_only_the_revised_window_is_touched() -> None:
    of = script()
    tell(of, customer(0.0), customer(5.0))
    assert again(of, [customer(5.0)], customer(5.0)) == []
    assert [one.start for one in of.shown()] == [0.0, 5.0]


# redacted


def ask_and_clarify(of: LiveScript, one: Utterance) -> list[LiveEvent]:
    """Have an utterance judged by what may be told of it now, and tell others anew for it, as a live call does."""
    clear = of.around([one])
    asked = Asking(BOTH, fake_engines()).about([(spoken(one.start, one.end, one.channel), one)], clear, {})
    pending = of.expect(WINDOW, one.channel, asked)
    events = of.clarify(clear, moment())
    return [*events, *of.answer(pending, found(asked.work), moment())]


def test_an_utterance_is_told_by_what_is_known_when_it_is_told() -> None:
    of, unclear = script(), customer(0.0, "es ist eins zwei drei vier")
    asked = Asking(BOTH, fake_engines()).about([(spoken(0.0, 4.0, 1), unclear)], of.around([unclear]), {})
    pending = of.expect(WINDOW, 1, asked)
    assert [one.utterance.text for one in asked.each] == ["es ist [NUMBER]"]
    ask_and_clarify(of, agent(5.0, "ihr konto also"))
    assert finals(of.answer(pending, None, moment())) == [(2, "es ist [IBAN]")]
    assert of.waiting == {}
    assert [one.text for one in of.record.utterances()] == ["es ist eins zwei drei vier", "ihr konto also"]


def test_a_revision_that_was_asked_for_before_a_question_does_not_forget_it() -> None:
    of, before = script(), customer(0.0, "es ist eins zwei drei")
    ask_and_clarify(of, before)
    after = customer(0.0, "das ist eins zwei drei")
    asked = Asking(BOTH, fake_engines()).about([(spoken(0.0, 4.0, 1), after)], of.around([after]), {})
    assert revisions(ask_and_clarify(of, agent(5.0, "ihr konto also"))) == [(1, "es ist [IBAN]")]
    assert revisions(of.revise(window_of(before), asked.answered(None), moment())) == [(1, "das ist [IBAN]")]


def test_a_revision_makes_others_clear() -> None:
    of, before = script(), agent(0.0, "ihr kanton bitte")
    ask_and_clarify(of, before)
    ask_and_clarify(of, customer(5.0, "eins zwei drei vier"))
    assert [one.text for one in of.shown()] == ["ihr kanton bitte", "[NUMBER]"]
    assert revisions(again(of, [before], agent(0.0, "ihr konto bitte"))) == [(1, "ihr konto bitte"), (2, "[IBAN]")]


# permission


@pytest.mark.parametrize("consent", ["refused", "withdrawn"])
def test_what_was_asked_when_it_was_permitted_needs_permission_when_it_comes(consent: Consent) -> None:
    of = script()
    events = tell(of, customer(0.0, NOTFALL), now=moment(consent=consent))
    ((final),) = events
    assert isinstance(final, UtteranceFinal)
    assert (final.utterance.voice_emotion, final.utterance.distress) == (None, None)
    assert (final.utterance.text_emotion is None) == (consent == "withdrawn")
    assert [one.row for one in of.record.kept.values()] == [None]
    assert len(of.record.readings) == (consent == "refused")


def test_a_voice_from_before_it_might_be_judged_is_not() -> None:
    of = script()
    final, *_ = tell(of, customer(0.0), now=moment(voices_from=0.1))
    assert isinstance(final, UtteranceFinal)
    assert final.utterance.voice_emotion is None
    assert [one.row for one in of.record.kept.values()] == [None]


def test_a_revision_needs_permission_too() -> None:
    of = script()
    tell(of, customer(0.0))
    of.erase()
    (revised,) = again(of, [customer(0.0)], customer(0.0, "na gut"), now=moment(consent="withdrawn"))
    assert isinstance(revised, UtteranceRevised)
    one = revised.utterance
    assert (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)
    assert of.record.readings == {}
    assert [one.row for one in of.record.kept.values()] == [None]


def test_what_is_erased_is_gone_and_the_words_stay() -> None:
    of = script()
    tell(of, customer(0.0, NOTFALL))
    first, second = expect(of, customer(5.0)), expect(of, customer(10.0))
    of.answer(second, found(second.questions.work), moment())
    of.erase()
    (one,) = of.shown()
    assert one.text == NOTFALL
    assert (one.text_emotion, one.voice_emotion, one.distress) == (None, None, None)
    assert of.callers.now(10.0, BOTH) == ()
    assert [(judged.reading, judged.row) for judged in second.judged or ()] == [(None, None)]
    later = of.answer(first, None, moment(consent="withdrawn"))
    assert [text for _, text in finals(later)] == ["ja gut", "ja gut"]


def test_what_words_say_is_remembered_by_the_words_and_what_was_said_before() -> None:
    of = script()
    tell(of, customer(0.0, "ja gut"))
    assert set(of.record.readings) == {SpokenText("ja gut", "de")}


@pytest.mark.parametrize("role", ["agent", "unknown"])
def test_of_others_nothing_is_remembered(role: Role) -> None:
    of = script()
    tell(of, replace(agent(0.0), role=role))
    assert of.record.readings == {}
