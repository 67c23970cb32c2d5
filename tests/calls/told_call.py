"""One invented call of which everything is known: every record filled, for whoever exports calls."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from stimmung.calls.exports_tables import CallKey
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    Deployment,
    DistressPeak,
    Interruption,
    Metrics,
    Omission,
    PartyMetrics,
    Quarter,
    RedactionReport,
    Slice,
    TurningPoint,
    UsedModel,
)
from stimmung.calls.redaction.records import Bleep
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    Event,
    Reason,
    Span,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)

KEY = CallKey("4711", "ab12")
INFO = CallInfo(
    call_id="4711",
    started_at=datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
    roles=("agent", "customer"),
    metadata={"campaign": "Frühling", "nested": {"key": 1}},
)
WORDS = (Word(0.40004, 0.81239, "Guten", 0.98765), Word(0.9, 1.3, "Tag.", 0.5))
REASON = Reason("safety", "names an emergency", "Das ist ein Notfall!", 2.00049)
CUSTOMER = Utterance(
    1,
    "customer",
    "",
    2.0,
    3.0,
    "Frechheit!",
    "de",
    0.9,
    (),
    WORDS,
    text_emotion=TextEmotionScore(
        "negative",
        -0.61234,
        {"negative": 0.71234, "neutral": 0.18766, "positive": 0.1},
        {"anger": 0.8},
        {"disgust": 0.75},
        True,
        ("split",),
    ),
    voice_emotion=VoiceEmotionScore(0.61234, -0.45678, {"anger": 0.81239, "neutral": 0.1}, True, "music"),
    level=-21.26,
    distress=DistressScore(0.81239, "urgent", (REASON,)),
)
COURSE = Course(
    channel=1,
    label="worsening",
    score=-1.2345,
    start=0.5,
    middle=-1.0,
    end=-3.14159,
    quarters=(Quarter(Span(0.0, 3.0), None), Quarter(Span(3.0, 6.17288), -2.5)),
    peak=CourseMoment(2.0, -4.5, "Frechheit!"),
    turning_point=TurningPoint(2.0, 0.5, -2.5, "Da kann ich nichts machen.", "agent"),
)
METRICS = Metrics(
    duration=12.34567,
    parties=(
        PartyMetrics(0, "agent", 4.00049, 0.40001, 12, 121.239, 4.5678, -23.456, 0.5, Span(0.4, 1.3), 1, 2),
        PartyMetrics(1, "customer", 0.5, 0.1, 1, None, None, None, None, None, 0, 0),
    ),
    silence_seconds=3.5,
    longest_silence=Span(6.0, 9.0),
    hold_seconds=3.49961,
    overlap_seconds=0.7,
    interruptions=(Interruption(2.0, 0.7, 0, 1),),
    timeline=(Slice(Span(0.0, 1.0), (0.6, 0.25), 0.4, 0.25),),
)
ANALYSIS = CallAnalysis(
    path="calls/a.flac",
    duration=12.34567,
    channels=2,
    language="de",
    info=INFO,
    events=(Event("music", 1, 2.00049, 5.5),),
    utterances=(
        Utterance(
            0, "agent", "", 0.40004, 1.3, "Guten Tag.", "de", 0.712349, ("fast",), WORDS, np.zeros(4, np.float32)
        ),
        CUSTOMER,
    ),
    models=(UsedModel("transcription", "base", "905e"), UsedModel("detection", "silero", "ab12")),
    omitted=(Omission("voice_emotion", "no legal basis", "policy.legal_basis"),),
    distress=(
        CallerDistress(1, "Kim", 0.71239, "distressed", "falling", (REASON,), DistressPeak(0.93219, "urgent", 2.5)),
    ),
    course=(COURSE,),
    metrics=METRICS,
    policy=report_policy(
        (Party("agent", 1.0), Party("customer", 1.0, channel=1)), INFO, Deployment("help sooner", notice_de="Hinweis")
    ),
    redaction=RedactionReport({"IBAN": 2, "NAME": 1}, (Bleep(1, Span(2.00049, 3.5), "IBAN"),)),
)


def numbered(number: int) -> tuple[CallAnalysis, CallKey]:
    """Return another such call, an hour later for each number."""
    began = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number)
    info = replace(INFO, call_id=f"c{number:04}", started_at=began)
    return replace(ANALYSIS, info=info, path=f"calls/{number}.flac"), CallKey(
        f"c{number:04}", hashlib.sha256(b"%d" % number).hexdigest()
    )
