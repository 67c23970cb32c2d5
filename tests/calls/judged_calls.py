"""Calls with moods and distress made by hand, for what shows them."""

from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    DistressPeak,
    Quarter,
    TurningPoint,
)
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    DistressState,
    Event,
    Reason,
    Span,
    TextEmotionScore,
    Utterance,
)


def agent(start: float, end: float, text: str) -> Utterance:
    """Return what the agent on channel 0 says."""
    return Utterance(0, "agent", "", start, end, text, "en", 0.9, (), ())


def customer(
    start: float, end: float, text: str, mood: float | None = None, state: DistressState | None = None
) -> Utterance:
    """Return what the customer on channel 1 says, with a mood (-5 to 5) and a state where they are given."""
    words = None if mood is None else TextEmotionScore("neutral", mood / 5, {}, {}, {}, True)
    reasons = (Reason("safety", "names an emergency", "an emergency", start),) if state == "urgent" else ()
    distress = DistressScore(0.5, state, reasons) if state else None
    return Utterance(1, "customer", "", start, end, text, "en", 0.9, (), (), text_emotion=words, distress=distress)


JUDGED = CallAnalysis(
    path="calls/heating.wav",
    duration=95.0,
    channels=2,
    language="en",
    info=CallInfo(roles=("agent", "customer")),
    events=(Event("music", 0, 40.0, 55.0), Event("tone", 0, 90.0, 91.0)),
    utterances=(
        agent(0, 4, "How can I help you?"),
        customer(5, 15, "My heating is broken.", -1.0, "calm"),
        agent(14, 22, "That costs $50 or $80, after all."),
        customer(21, 30, "I am old, this is an emergency!", -4.5, "urgent"),
        agent(56, 60, "Somebody is on the way."),
        customer(61, 70, "Thank you.", 3.0, "uneasy"),
    ),
    models=(),
    distress=(CallerDistress(1, "", 0.3, "uneasy", "falling", (), DistressPeak(0.93, "urgent", 30.0)),),
    course=(
        Course(
            channel=1,
            label="improving",
            score=-0.8,
            start=-1.0,
            middle=-4.5,
            end=3.0,
            quarters=(
                Quarter(Span(0, 23.75), -2.0),
                Quarter(Span(23.75, 47.5), -4.5),
                Quarter(Span(47.5, 71.25), 3.0),
                Quarter(Span(71.25, 95), None),
            ),
            peak=CourseMoment(21, -4.5, "I am old, this is an emergency!"),
            turning_point=TurningPoint(61, -2.7, 3.0, "Somebody is on the way.", "agent"),
        ),
    ),
)
