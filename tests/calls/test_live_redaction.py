"""No identifier leaves a live call: in no event, snapshot, report or result, whatever is heard and judged when."""

import re
from dataclasses import asdict, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.consent import DEPLOYMENT
from tests.calls.live_calls import Line, Turn, asks_of, line, of_script, plain, recorded, said_of, shuffled
from tests.calls.live_parts import said
from tests.calls.toy_distress import judge
from tests.calls.toy_redaction import DIGITS, ToyRedactor

from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.live_events import Ended, LiveEvent, PartialHeard, UtteranceFinal, UtteranceRevised
from stimmung.calls.live_redaction import LOOKED_AT, LiveRedaction
from stimmung.calls.live_tasks import Kind
from stimmung.calls.metrics import measure
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.fakes import FakeTextEmotion
from stimmung.speech.records import SAMPLE_RATE, Audio
from stimmung.speech.settings import RedactionSettings

SECRET = re.compile(rf"(?:\b(?:{'|'.join(DIGITS)})\b\W*){{3,}}|erika", re.IGNORECASE)

# The number is asked for, said in two breaths with a yes between them, and said once more, in anger.
ASKED = (
    Turn(0, 0.5, "wie lautet denn ihr konto"),
    Turn(1, 3.5, "ja also null eins zwei drei"),
    Turn(0, 7.0, "ja bitte"),
    Turn(1, 9.0, "vier fünf sechs sieben acht"),
    Turn(0, 12.0, "danke und ihr name"),
    Turn(1, 15.0, "erika das ist doch eine frechheit"),
    Turn(1, 19.0, "konto null eins zwei drei frechheit"),
)
# What the number is comes out only after it.
BEFORE = (
    Turn(1, 0.5, "hier ist die null eins zwei drei frechheit"),
    Turn(0, 5.0, "ist das ihr konto"),
    Turn(1, 8.0, "ja genau"),
)
# What it costs: nobody's number.
HARMLESS = (
    Turn(1, 0.5, "das sind drei vier fünf"),
    Turn(1, 5.0, "euro meine ich"),
    Turn(0, 8.0, "in ordnung"),
)
# Nobody ever says what it is.
UNCLEAR = (
    Turn(1, 0.5, "hier die drei vier fünf"),
    Turn(0, 5.0, "in ordnung"),
)
# It is heard as something else at first.
MISHEARD = (
    Turn(0, 0.5, "ihr konto bitte"),
    Turn(1, 3.0, "ja null eins zwei drei", at_first="ja nur ein bisschen da"),
    Turn(1, 7.0, "vier fünf sechs"),
    Turn(0, 10.0, "danke sehr"),
)
SCRIPTS = (ASKED, BEFORE, HARMLESS, UNCLEAR, MISHEARD)


def leaks(*told: object) -> list[str]:
    """Return every identifier in what was told."""
    return [found[0] for one in told for found in SECRET.finditer(str(one))]


def shown(event: LiveEvent) -> object:
    """Return all that an event holds."""
    return asdict(event)


def heard_live(script: tuple[Turn, ...], *, partials: bool = False) -> Line:
    """Return a call of a script whose work is done at once."""
    samples, engines = of_script(script)
    call = line(engines=engines)
    for first in range(0, samples.shape[1], SAMPLE_RATE // 2):
        call.feed(samples[:, first : first + SAMPLE_RATE // 2])
        if partials:
            call.call.ask_partial()
        call.work()
    call.end()
    return call


def texts(analysis: CallAnalysis) -> list[str]:
    return [one.text for one in analysis.utterances]


def told_texts(call: Line, start: float) -> list[str]:
    """Return everything that was ever told of the utterance that begins there."""
    every = [one for one in call.told if isinstance(one, UtteranceFinal | UtteranceRevised)]
    return [one.utterance.text for one in every if abs(one.utterance.start - start) < 0.5]


class TestWhatIsTold:
    def test_a_number_that_was_asked_for_is_never_told_nor_a_name(self) -> None:
        call = heard_live(ASKED)
        assert leaks(*map(shown, call.told)) == []
        assert texts(call.analysis()) == [
            "wie lautet denn ihr konto",
            "ja also [IBAN]",
            "ja bitte",
            "[IBAN]",
            "danke und ihr name",
            "[NAME] das ist doch eine frechheit",
            "konto [IBAN] frechheit",
        ]
        assert [one.utterance.text for one in call.of(UtteranceFinal)] == texts(call.analysis())

    def test_digits_are_held_back_until_it_is_clear_what_they_are_and_then_told_anew(self) -> None:
        call = heard_live(BEFORE)
        assert told_texts(call, 0.5) == ["hier ist die [NUMBER] frechheit", "hier ist die [IBAN] frechheit"]
        assert leaks(*map(shown, call.told)) == []
        (revised,) = call.of(UtteranceRevised)
        (final, *_) = call.of(UtteranceFinal)
        assert revised.id == final.id
        assert call.told.index(revised) < call.told.index(call.of(UtteranceFinal)[1])
        assert revised.utterance.text_emotion == final.utterance.text_emotion
        assert revised.utterance.words[3].text == "[IBAN]"
        assert revised.utterance.words[3].end > revised.utterance.words[3].start + 1.0

    def test_digits_that_turn_out_harmless_are_told_then(self) -> None:
        call = heard_live(HARMLESS)
        assert told_texts(call, 0.5) == ["das sind [NUMBER]", "das sind drei vier fünf"]
        assert texts(call.analysis())[0] == "das sind drei vier fünf"

    def test_digits_that_never_become_clear_are_in_the_end_what_a_recording_makes_of_them(self) -> None:
        call = heard_live(UNCLEAR)
        assert told_texts(call, 0.5) == ["hier die [NUMBER]", "hier die drei vier fünf"]
        assert isinstance(call.told[-2], UtteranceRevised)
        assert isinstance(call.told[-1], Ended)

    def test_a_number_that_is_heard_only_once_more_is_not_told_either(self) -> None:
        call = heard_live(MISHEARD)
        assert told_texts(call, 3.0) == ["ja nur ein bisschen da", "ja [IBAN]"]
        assert leaks(*map(shown, call.told)) == []

    def test_reasons_quote_what_may_be_told_by_now(self) -> None:
        samples, engines = of_script(BEFORE)
        call = line(engines=engines).feed(samples[:, : 5 * SAMPLE_RATE]).work()
        (caller,) = call.call.snapshot(5.0)
        assert [one.quote for one in caller.reasons] == ["hier ist die [NUMBER] frechheit"]
        call.feed(samples[:, 5 * SAMPLE_RATE : 8 * SAMPLE_RATE]).work()
        (caller,) = call.call.snapshot(8.0)
        assert {one.quote for one in caller.reasons} == {"hier ist die [IBAN] frechheit"}
        (revised,) = call.of(UtteranceRevised)
        assert {one.quote for one in revised.utterance.distress.reasons} == {"hier ist die [IBAN] frechheit"}

    def test_words_so_far_are_redacted_by_what_was_asked_before_them(self) -> None:
        long = (
            Turn(0, 0.5, "ihr konto bitte"),
            Turn(1, 3.0, "ja also das ist moment ich hole es null eins zwei drei vier fünf sechs sieben acht neun"),
        )
        call = heard_live(long, partials=True)
        partials = [one.text for one in call.of(PartialHeard)]
        assert any("[IBAN]" in text for text in partials)
        assert leaks(*partials) == []

    def test_words_so_far_hold_no_digit_that_may_become_one_of_a_number(self) -> None:
        assert ToyRedactor().redact_partial("also eins zwei", "de") == "also [NUMBER] [NUMBER]"
        unasked = (Turn(1, 0.5, "also hier das ist moment ich hole es eben mal ja eins zwei ich suche es"),)
        call = heard_live(unasked, partials=True)
        assert any("[NUMBER] [NUMBER]" in one.text for one in call.of(PartialHeard))


@settings(max_examples=25)
@given(st.sampled_from(SCRIPTS), st.integers(0, 10_000), st.sampled_from([(), ("record",), ("record", "judge")]))
def test_whatever_is_done_first_or_lost_nothing_leaks_and_the_end_is_the_recordings(
    script: tuple[Turn, ...], seed: int, lost: tuple[Kind, ...]
) -> None:
    samples, engines = of_script(script)
    call = line(engines=engines)
    analysis = shuffled(call, samples, Random(seed), lost)
    harmless = script in (HARMLESS, UNCLEAR)
    assert harmless or leaks(*map(shown, call.told)) == []
    if not lost:
        assert plain(analysis) == plain(recorded(samples, engines=engines))
    told = {(one.channel, one.start): one.text for one in said_of(call).values()}
    assert told == {(one.channel, one.start): one.text for one in analysis.utterances}


@pytest.mark.parametrize("script", [ASKED, BEFORE, MISHEARD])
@pytest.mark.parametrize("lost", [("finish",), ("judge",), ("record", "finish")])
def test_a_call_that_ends_without_its_last_judgement_leaks_nothing(
    script: tuple[Turn, ...], lost: tuple[Kind, ...]
) -> None:
    samples, engines = of_script(script)
    call = line(engines=engines).feed(samples)
    call.call.end()
    call.work_without(*lost)
    assert leaks(*map(shown, call.told)) == []
    assert leaks(call.call.analysis()) == []


@pytest.mark.parametrize("seconds", [4.0, 8.0, 12.0, 22.0])
def test_a_report_on_the_way_is_redacted_and_says_how_much(seconds: float) -> None:
    samples, engines = of_script(ASKED)
    call = line(engines=engines).feed(samples[:, : round(seconds * SAMPLE_RATE)]).work()
    report = call.call.analysis()
    assert report.utterances
    assert leaks(asdict(report), call.call.snapshot(seconds), call.call.metrics(seconds)) == []
    assert report.redaction is not None
    assert report.redaction.counts.get("IBAN", 0) == sum("[IBAN]" in text for text in texts(report))
    assert call.call.originals() == ()


def test_how_the_talk_goes_is_told_of_what_was_said() -> None:
    samples, engines = of_script(ASKED)
    call = line(engines=engines).feed(samples).work()
    words = [sum(len(turn.text.split()) for turn in ASKED if turn.channel == number) for number in (0, 1)]
    assert [party.words for party in call.call.metrics(24.0).parties] == words
    analysis = call.end()
    assert analysis.metrics is not None
    assert [party.words for party in analysis.metrics.parties] == words
    redacted = measure(analysis.utterances, analysis.events, analysis.duration)
    assert redacted.parties[1].words < words[1]


def test_the_recogniser_is_told_the_words_as_they_were_said() -> None:
    call = heard_live((Turn(1, 0.5, "konto null eins zwei"), Turn(1, 3.5, "ja genau")))
    assert "konto null eins zwei" in [ask.said for ask in asks_of(call.engines)]


def test_models_read_redacted_words_only() -> None:
    call = heard_live(ASKED)
    assert isinstance(call.engines.text_emotion, FakeTextEmotion)
    assert call.engines.text_emotion.asked
    assert leaks(*call.engines.text_emotion.asked) == []


class TestOriginals:
    KEEPING = replace(DEPLOYMENT, keep_original=True)

    def test_are_there_in_the_end_where_the_policy_lets_them_be(self) -> None:
        samples, engines = of_script(ASKED)
        call = line(engines=engines, deployment=self.KEEPING)
        analysis = call.feed(samples).end()
        originals = {one.utterance: one.text for one in call.call.originals()}
        assert originals == {number: ASKED[number].text for number in (1, 3, 5, 6)}
        assert leaks(asdict(analysis)) == []

    def test_are_not_where_it_does_not(self) -> None:
        samples, engines = of_script(ASKED)
        call = line(engines=engines)
        call.feed(samples).end()
        assert call.call.originals() == ()

    @pytest.mark.parametrize("late", [False, True])
    def test_go_when_consent_goes(self, *, late: bool) -> None:
        samples, engines = of_script(ASKED)
        call = line(engines=engines, deployment=self.KEEPING).feed(samples)
        if not late:
            call.tell(call.call.consent("withdrawn"))
        call.end()
        if late:
            call.call.consent("withdrawn")
        assert call.call.originals() == ()


class TestCost:
    def test_a_long_call_costs_no_more_each_time_than_a_short_one(self) -> None:
        script = tuple(Turn(number % 2, 3.0 * number + 0.5, "ja also null eins zwei") for number in range(120))
        samples, engines = of_script(script)
        redactor = ToyRedactor()
        call = line(engines=engines, redactor=redactor)
        for first in range(0, samples.shape[1], 2 * SAMPLE_RATE):
            call.feed(samples[:, first : first + 2 * SAMPLE_RATE]).work()
        spans = [each[-1].end - each[0].start for each in redactor.looked_at if each]
        assert max(spans) <= 2 * LOOKED_AT + 20.0
        assert max(len(each) for each in redactor.looked_at) < len(script) * 0.7
        call.end()
        assert len(redactor.looked_at[-1]) == len(script)

    def test_what_is_told_anew_is_judged_with_all_that_is_near_it(self) -> None:
        every = [said(10.0 * number, 10.0 * number + 2.0, channel=number % 2) for number in range(40)]
        redactor = ToyRedactor()
        near = LiveRedaction(redactor).around([every[20]], every)
        (seen,) = redactor.looked_at
        assert (near[0].start, near[-1].start) == (160.0, 240.0)  # TOLD_ANEW around 200 to 202
        assert (seen[0].start, seen[-1].start) == (110.0, 290.0)  # LOOKED_AT around it
        assert [one.voice_features for one in seen] == [None] * len(seen)

    def test_a_new_utterance_replaces_what_was_heard_there(self) -> None:
        known = [said(0.0, 2.0, "alt"), said(3.0, 5.0, "bleibt", channel=1)]
        near = LiveRedaction(ToyRedactor()).around([said(0.0, 2.0, "neu")], known)
        assert [one.text for one in near] == ["neu", "bleibt"]

    def test_nothing_new_is_no_work(self) -> None:
        redactor, known = ToyRedactor(), [said(0.0, 2.0)]
        assert LiveRedaction(redactor).around([], known) == []
        assert redactor.looked_at == []


class TestTheTrueRedactor:
    """The one that a deployment gets, on a call as people talk: the agent asks, the answer comes in breaths."""

    SAID = (
        Turn(0, 0.5, "guten tag wie ist denn ihr name"),
        Turn(1, 4.5, "mein name ist erika beispiel"),
        Turn(0, 8.0, "danke frau beispiel und ihre iban bitte"),
        Turn(1, 12.5, "moment die ist de null zwei eins zwei null drei"),
        Turn(0, 18.0, "ja"),
        Turn(1, 20.0, "doppel null null null null null"),
        Turn(0, 24.0, "mhm"),
        Turn(1, 26.0, "null null zwei null zwei null fünf eins"),
        Turn(0, 31.0, "danke das macht drei euro"),
    )

    @pytest.mark.parametrize("redact_partials", [False, True])
    def test_lets_nothing_out_and_ends_as_the_recording(self, redact_partials: bool) -> None:
        samples, engines = of_script(self.SAID)
        redactor = redactor_of(RedactionSettings(), None)
        german = TranscriptionOptions(("de",))
        call = line(engines=engines, options=german, redactor=redactor)
        for first in range(0, samples.shape[1], SAMPLE_RATE // 2):
            call.feed(samples[:, first : first + SAMPLE_RATE // 2])
            if redact_partials:
                call.call.ask_partial()
            call.work()
        analysis = call.end()
        assert leaks(*map(shown, call.told)) == []
        assert analysis.redaction is not None
        assert analysis.redaction.counts["IBAN"] >= 1
        assert analysis.redaction.counts["NAME"] >= 1
        assert texts(analysis)[-1] == "danke das macht drei euro"
        instructions = Instructions(redactor, german, DEPLOYMENT, judge())
        whole = analyze_audio(Audio(samples), "call", call.call.analysis().info, engines, instructions, lambda *_: None)
        assert plain(analysis) == plain(whole.analysis)
