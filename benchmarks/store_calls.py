"""Generated calls for measuring the store: as long and as full of scores as those that are analysed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

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
    PartyMetrics,
    Quarter,
    RedactionReport,
    Slice,
    UsedModel,
)
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    Event,
    Reason,
    Role,
    Span,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)
from stimmung.store.content import hash_live
from stimmung.store.records import Provenance, SavedCall

UTTERANCES: Final = 60
WORDS: Final = 11  # an utterance
SECONDS: Final = 5.0  # from one utterance to the next
VECTOR: Final = 384
EMOTIONS: Final = tuple("anger annoyance confusion disappointment fear gratitude joy sadness neutral".split())
LABELS: Final = tuple(f"label {number}" for number in range(28))
VOICES: Final = tuple("anger fear sadness joy neutral".split())
GERMAN: Final = "die Rechnung kam zu spät und der Zähler läuft seit dem Umzug falsch niemand ruft zurück obwohl".split()
ENGLISH: Final = "my parcel never came and the driver left a note that nobody here can read please call back".split()
PROVENANCE: Final = Provenance("generated", {"models.whisper": "base", "languages": "de, en"})
DEPLOYMENT: Final = Deployment("quality of service", "consent", "Hinweis", "notice")
BEGAN: Final = datetime(2026, 1, 5, 7, tzinfo=UTC)
EVERY: Final = timedelta(seconds=37)  # a call


def generated_call(number: int, seed: int = 0) -> SavedCall:
    """Return call `number` of a series, always the same."""
    random = np.random.default_rng((seed, number))
    language = "de" if number % 2 else "en"
    info = CallInfo(
        call_id=call_id_of(number, seed),
        started_at=BEGAN + EVERY * number,
        team=f"team {number % 7}",
        queue=("billing", "meters", "complaints")[number % 3],
        customer=customer_of(number),
        language=language,
        roles=("agent", "customer"),
        consent="granted",
        emotion_notice_given_at=BEGAN,
    )
    said = tuple(_utterance(place, language, random) for place in range(UTTERANCES))
    said = (_marked(said[0], marker(number)), *said[1:])
    parties = (Party("agent", 1.0, 0), Party("customer", 1.0, 1))
    analysis = CallAnalysis(
        path=f"night/{number}.flac",
        duration=SECONDS * UTTERANCES,
        channels=2,
        language=language,
        info=info,
        events=(Event("music", 0, 40.0, 55.0),),
        utterances=said,
        models=(UsedModel("transcription", "base", "a" * 64),),
        distress=_distress(random),
        course=_course(random),
        metrics=_metrics(),
        policy=report_policy(parties, info, DEPLOYMENT),
        redaction=RedactionReport({}, ()),
    )
    return SavedCall(analysis, hash_live(info.call_id, str(seed)), PROVENANCE)


def call_id_of(number: int, seed: int) -> str:
    """Return the id of call `number` of a series."""
    return f"generated-{seed}-{number}"


def customer_of(number: int) -> str:
    """Return the key of its customer, who has no other among the first 4,000."""
    return f"customer {number % 4_000}"


def marker(number: int) -> str:
    """Return a word that nobody says but in this call."""
    return f"vorgang{number:06}q"


def _marked(utterance: Utterance, word: str) -> Utterance:
    """Return the utterance with another first word."""
    first, *rest = utterance.words
    words = (replace(first, text=word), *rest)
    return replace(utterance, words=words, text=" ".join(one.text for one in words))


def _utterance(place: int, language: str, random: np.random.Generator) -> Utterance:
    role: Role = "customer" if place % 2 else "agent"
    start = SECONDS * place
    texts = [str(word) for word in random.choice(GERMAN if language == "de" else ENGLISH, WORDS)]
    words = tuple(
        Word(start + 0.35 * at, start + 0.35 * at + 0.3, text, round(float(random.random()), 3))
        for at, text in enumerate(texts)
    )
    vector = random.standard_normal(VECTOR).astype(np.float32)
    scored = role == "customer"
    return Utterance(
        channel=place % 2,
        role=role,
        speaker="",
        start=start,
        end=start + 4.0,
        text=" ".join(texts),
        language=language,
        confidence=float(random.random()),
        flags=(),
        words=words,
        text_vector=vector / np.float32(np.linalg.norm(vector)),
        text_emotion=_text(random) if scored else None,
        voice_emotion=VoiceEmotionScore(0.3, -0.2, _drawn(VOICES, random)) if scored else None,
        level=-21.5,
        distress=DistressScore(float(random.random()), "uneasy", _reasons(start)) if scored else None,
    )


def _text(random: np.random.Generator) -> TextEmotionScore:
    polarities: dict[str, float] = {"negative": 0.7, "neutral": 0.1, "positive": 0.2}
    return TextEmotionScore(
        polarity="negative",
        score=-0.5,
        polarities=polarities,  # type: ignore[arg-type]  # the keys are Polarity
        emotions=_drawn(EMOTIONS, random),
        labels=_drawn(LABELS, random),
        calibrated=True,
    )


def _drawn(names: Sequence[str], random: np.random.Generator) -> dict[str, float]:
    return {name: float(random.random()) for name in names}


def _reasons(time: float) -> tuple[Reason, ...]:
    return (Reason("words", "sounds angry", "niemand ruft zurück", time),)


def _distress(random: np.random.Generator) -> tuple[CallerDistress, ...]:
    peak = DistressPeak(0.93, "distressed", 25.0)
    return (CallerDistress(1, "", float(random.random()), "uneasy", "falling", _reasons(15.0), peak),)


def _course(random: np.random.Generator) -> tuple[Course, ...]:
    quarter = SECONDS * UTTERANCES / 4
    quarters = tuple(Quarter(Span(quarter * at, quarter * (at + 1)), -1.0) for at in range(4))
    peak = CourseMoment(25.0, -4.5, "niemand ruft zurück")
    return (Course(1, "worsening", float(random.random()), 0.5, -1.0, -3.0, quarters, peak),)


def _metrics() -> Metrics:
    parties = tuple(
        PartyMetrics(channel, role, 120.0, 0.5, 330, 150.0, 4.5, -21.0, 0.6, Span(0.0, 9.0), 1, 4)
        for channel, role in enumerate(_ROLES)
    )
    slices = tuple(Slice(Span(10.0 * at, 10.0 * (at + 1)), (4.0, 4.0), 1.5, 0.5) for at in range(30))
    return Metrics(SECONDS * UTTERANCES, parties, 30.0, Span(40.0, 45.0), 15.0, 2.0, (), slices)


_ROLES: Final[tuple[Role, ...]] = ("agent", "customer")
