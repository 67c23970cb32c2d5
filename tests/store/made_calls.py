"""Calls made by rule, as long and as full as real ones are: what the store's tests keep and look for again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    CourseMoment,
    Deployment,
    DistressPeak,
    Metrics,
    Omission,
    PartyMetrics,
    PolicyReport,
    Quarter,
    RedactionReport,
    Slice,
    TurningPoint,
    UsedModel,
)
from stimmung.calls.redaction.records import Bleep, Original
from stimmung.speech.records import (
    CallInfo,
    Consent,
    DistressScore,
    Event,
    Reason,
    Samples,
    Span,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)
from stimmung.store.content import hash_live
from stimmung.store.places import Places
from stimmung.store.records import Provenance, SavedCall

EMOTIONS = ("anger", "annoyance", "confusion", "disappointment", "fear", "gratitude", "joy", "sadness", "neutral")
LABELS = tuple(f"label {number}" for number in range(28))
VOICES = ("anger", "fear", "sadness", "joy", "neutral")
VECTOR = 384
WORDS = "the meter box in our cellar shows nothing since the storm and nobody told us when the fitter comes".split()
PROVENANCE = Provenance("0.1.0", {"models.whisper": "base", "languages": "de, en"})
DEPLOYMENT = Deployment(
    purpose="quality of service",
    legal_basis="consent",
    notice_de="Ihr Anruf wird ausgewertet.",
    notice_en="Your call is analysed.",
    keep_original=True,
)
STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def places_below(folder: Path) -> Places:
    """Return places of their own in a folder."""
    return Places(folder / "secret", folder / "originals.key", folder / "audio")


def saved_call(number: int = 0, utterances: int = 6, info: CallInfo | None = None) -> SavedCall:
    """Return call `number` of a series, the agent and the customer speaking in turns."""
    known = info or CallInfo(
        call_id=f"call-{number}",
        started_at=STARTED + timedelta(minutes=number),
        agent="Agent Seven",
        team="north",
        queue="meters",
        direction="inbound",
        customer=f"customer-{number}",
        language="en",
        roles=("agent", "customer"),
        consent="granted",
        emotion_notice_given_at=STARTED,
        wait_seconds=12.5,
        metadata={"ticket": number, "tags": ["storm", "meter"], "nested": {"deep": [1.5, None, True]}},
    )
    return SavedCall(analysis_of(number, utterances, known), hash_live(known.call_id, str(number)), PROVENANCE)


def analysis_of(number: int, utterances: int, info: CallInfo) -> CallAnalysis:
    """Return an analysis with something in every field."""
    random = np.random.default_rng(number)
    said = tuple(_utterance(place, random) for place in range(utterances))
    duration = 5.0 * utterances + 3.0
    return CallAnalysis(
        path=f"calls/{number}.flac",
        duration=duration,
        channels=2,
        language="en",
        info=info,
        events=(Event("music", 0, 40.0, 55.0), Event("tone", 1, 0.1, 0.3)),
        utterances=said,
        models=(UsedModel("transcription", "base", "a" * 64), UsedModel("text_emotion", "mood-de-en", "b" * 64)),
        omitted=(Omission("voice_emotion", "nobody asked", "ask"),),
        distress=_distress(float(random.random())),
        course=_course(duration),
        metrics=_metrics(duration, utterances),
        policy=policy(info.consent),
        redaction=RedactionReport({"IBAN": 1, "NAME": 2}, (Bleep(1, Span(5.1, 7.9), "IBAN"),)),
    )


def policy(consent: Consent = "granted", deployment: Deployment = DEPLOYMENT) -> PolicyReport:
    """Return what the rules say of an agent on channel 0 and a customer on channel 1."""
    parties = (Party("agent", 1.0, 0, True), Party("customer", 1.0, 1, True))
    info = CallInfo(consent=consent, language="en", emotion_notice_given_at=STARTED)
    return report_policy(parties, info, deployment)


def with_policy(saved: SavedCall, report: PolicyReport | None) -> SavedCall:
    """Return the call under other rules."""
    return replace(saved, analysis=replace(saved.analysis, policy=report))


def with_words(saved: SavedCall, *texts: str) -> SavedCall:
    """Return the call with other words in its first utterances."""
    said = list(saved.analysis.utterances)
    for place, text in enumerate(texts):
        said[place] = replace(said[place], text=text, words=_words(said[place].start, text.split(" ")))
    return replace(saved, analysis=replace(saved.analysis, utterances=tuple(said)))


def with_originals(saved: SavedCall, *texts: str) -> SavedCall:
    """Return the call with what was truly said in its first utterances."""
    words = (Original(place, text, _words(5.0 * place, text.split(" "))) for place, text in enumerate(texts))
    return replace(saved, originals=tuple(words))


def with_info(saved: SavedCall, info: CallInfo) -> SavedCall:
    """Return the call with something else known of it."""
    return replace(saved, analysis=replace(saved.analysis, info=info))


def _kept(vector: Samples) -> Samples:
    """Return the vector at unit length, with the precision that is kept."""
    return (vector / np.float32(np.linalg.norm(vector))).astype(np.float16).astype(np.float32)


def _words(start: float, texts: Sequence[str]) -> tuple[Word, ...]:
    return tuple(Word(start + 0.25 * at, start + 0.25 * at + 0.2, text, 0.9) for at, text in enumerate(texts))


def _utterance(place: int, random: np.random.Generator) -> Utterance:
    customer = place % 2 == 1
    texts = [str(word) for word in random.choice(WORDS, 10)]
    start = 5.0 * place
    vector = random.standard_normal(VECTOR).astype(np.float32)
    return Utterance(
        channel=int(customer),
        role="customer" if customer else "agent",
        speaker="",
        start=start,
        end=start + 4.0,
        text=" ".join(texts),
        language="en",
        confidence=float(random.random()),
        flags=("fast",) if place % 5 == 0 else (),
        words=_words(start, texts),
        voice_features=random.standard_normal(8).astype(np.float32),
        text_vector=_kept(vector) if customer else None,
        text_emotion=_text_score(random) if customer else None,
        voice_emotion=_voice_score(random) if customer else None,
        level=-20.0 - 5.0 * float(random.random()),
        distress=_distress_score(start, random) if customer else None,
    )


def _text_score(random: np.random.Generator) -> TextEmotionScore:
    return TextEmotionScore(
        polarity="negative",
        score=-0.5,
        polarities={"negative": 0.7, "neutral": 0.1, "positive": 0.2},
        emotions={name: float(random.random()) for name in EMOTIONS},
        labels={name: float(random.random()) for name in LABELS},
        calibrated=True,
        flags=("split",),
    )


def _voice_score(random: np.random.Generator) -> VoiceEmotionScore:
    emotions = {name: float(random.random()) for name in VOICES}
    return VoiceEmotionScore(0.3, -0.2, emotions, uncertain=True, reason="quiet", ambiguous=False)


def _distress_score(start: float, random: np.random.Generator) -> DistressScore:
    reasons = (Reason("words", "sounds afraid", "since the storm", start),)
    return DistressScore(float(random.random()), "uneasy", reasons)


def _distress(score: float) -> tuple[CallerDistress, ...]:
    reasons = (Reason("voice", "louder than before", "", 15.0), Reason("safety", "names a danger", "gas", 25.0))
    return (CallerDistress(1, "", score, "uneasy", "falling", reasons, DistressPeak(0.93, "urgent", 25.0)),)


def _course(duration: float) -> tuple[Course, ...]:
    quarters = tuple(
        Quarter(Span(duration / 4 * at, duration / 4 * (at + 1)), None if at == 3 else -1.0) for at in range(4)
    )
    peak = CourseMoment(25.0, -4.5, "nobody told us")
    return (
        Course(1, "improving", -0.8, -1.0, -4.5, 3.0, quarters, peak, TurningPoint(20.0, -2.7, 3.0, "I see", "agent")),
    )


def _metrics(duration: float, utterances: int) -> Metrics:
    parties = tuple(
        PartyMetrics(
            channel=channel,
            role="customer" if channel else "agent",
            talk_seconds=2.0 * utterances,
            talk_share=0.5,
            words=5 * utterances,
            words_per_minute=150.0,
            articulation_rate=4.5,
            level=-21.5,
            latency=0.4 if channel else None,
            longest_monologue=Span(0.0, 4.0),
            interruptions=channel,
            questions=1,
        )
        for channel in range(2)
    )
    slices = tuple(Slice(Span(10.0 * at, 10.0 * at + 10.0), (4.0, 4.0), 2.0, 0.0) for at in range(int(duration // 10)))
    return Metrics(duration, parties, 11.0, Span(4.0, 5.0), 15.0, 0.0, (), slices)
