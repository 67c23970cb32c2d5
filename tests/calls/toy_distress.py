"""A distress model that is simple enough to reckon with, and what callers say to it.

Words are told by `negative` alone: 0.5 is no evidence, 1 is +4 in log-odds and 0 is -4. A voice is told by `arousal`:
0 is no evidence, 1 is +4. A caller begins at -2, where silence leads back to; the score is the sigmoid of it.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from stimmung.calls.distress import CallerState, DistressJudge, Followed
from stimmung.calls.distress_features import Probe
from stimmung.calls.distress_model import Arm, CourseWeights, Display, DistressModel, Effect, Threshold, Thresholds
from stimmung.calls.records import CallerDistress
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.records import Samples, TextEmotionScore, Utterance, VoiceEmotionScore

NOTFALL, DIZZY, ALONE = "Das ist ein Notfall!", "Mir ist schwindelig.", "Ich bin ganz allein."
WORST, CALM = 1.0, 0.0  # `negative` of words
few = settings(max_examples=30)  # calls: a thousand found no more, and the suite stays fast
shares = st.floats(0.0, 1.0)
texts = st.sampled_from(["Also gut", "Ja.", "", NOTFALL, "Das ist kein Notfall.", DIZZY, ALONE])
plain = st.just("Also gut")
TEXT_MODEL = "2" * 64  # of the fake text model
EVIDENCE = 4.0  # log-odds, of the worst words alone, and of the most aroused voice alone
HALF_LIFE = 30.0  # s
FADING = math.log(2) / HALF_LIFE  # a second
USUAL = 1 / (1 + math.exp(2))  # the score of who said nothing that counts


def arm(**columns: tuple[float, float]) -> Arm:
    """Return an arm of features, each with the value that is no evidence, and what one more of it adds in log-odds."""
    return Arm(tuple(_line(name.replace("_", "."), *column) for name, column in columns.items()), bias=0.0)


def _line(feature: str, none: float, weight: float) -> Effect:
    """Return a straight line, as far as features go."""
    return Effect(feature, (none - 9, none + 9), (-9 * weight, 9 * weight), calm=none, calm_adds=0.0)


WORDS = {"words_negative": (0.5, 2 * EVIDENCE), "words_meaning": (0.0, 1.0)}
VOICE = {"voice_arousal": (0.0, EVIDENCE)}
MODEL = DistressModel(
    base_rate=0.5,
    probe=Probe(TEXT_MODEL, np.array([1.0, -1.0], np.float32), 0.0),
    both=arm(**WORDS, **VOICE),
    words=arm(**WORDS),
    voice=arm(**VOICE),
    course=CourseWeights(
        onset=USUAL * FADING,
        relief=(1 - USUAL) * FADING,
        begin=USUAL,
        weight=1.0,
        full_seconds=0.0,
        most=8.0,
        slope=1.0,
        offset=0.0,
        least_seconds=3.0,
    ),
    thresholds=Thresholds(Threshold(0.3, 0.2), Threshold(0.6, 0.5), Threshold(0.85, 0.75)),
    display=Display(trend_seconds=30.0, trend_least=0.1, reason_least=0.5, floor_seconds=300.0),
    sha256="5" * 64,
)


@cache
def phrases() -> SafetyPhrases:
    """Return the shipped list; to read it takes a tenth of a second and more."""
    return SafetyPhrases.load()


@cache
def judge() -> DistressJudge:
    """Return a judge with the toy model and the shipped phrases."""
    return DistressJudge(MODEL, phrases())


def words(negative: float) -> TextEmotionScore:
    """Return what a text model says that knows polarity only."""
    polarities = {"negative": negative, "neutral": 0.0, "positive": 1 - negative}
    return TextEmotionScore("neutral", 1 - 2 * negative, polarities, {}, {}, True)  # type: ignore[arg-type]


def voice(arousal: float, uncertain: bool = False, ambiguous: bool = False) -> VoiceEmotionScore:
    """Return what a voice model says that knows arousal."""
    return VoiceEmotionScore(arousal, 0.0, {}, uncertain, "thin" if uncertain else "", ambiguous)


def said(
    start: float,
    end: float,
    negative: float | None = None,
    arousal: float | None = None,
    text: str = "Also gut",
    vector: Samples | None = None,
) -> Utterance:
    """Return what a customer on channel 1 says, with the scores that are given."""
    return Utterance(
        1, "customer", "", start, end, text, "de", 0.9, (), (),
        text_vector=vector,
        text_emotion=None if negative is None else words(negative),
        voice_emotion=None if arousal is None else voice(arousal),
    )  # fmt: skip


def follow(*utterances: Utterance, by: DistressJudge | None = None, after: CallerState | None = None) -> Followed:
    """Return the caller after all of them, and what is said of the last."""
    caller, followed = after or CallerState(), None
    for utterance in utterances:
        followed = (by or judge()).follow(caller, utterance)
        caller = followed.caller
    assert followed is not None
    return followed


def now(caller: CallerState, time: float, by: DistressJudge | None = None) -> CallerDistress:
    """Return how the caller is at a time."""
    return (by or judge()).now(caller, time, 1, "")


def score_of(evidence: float) -> float:
    """Return the score right after so much evidence in all."""
    return 1 / (1 + math.exp(2 - evidence))


def score(utterances: Sequence[Utterance], by: DistressJudge | None = None) -> float:
    """Return the score right after the last utterance."""
    found = now(follow(*utterances, by=by).caller, utterances[-1].end, by).score
    assert found is not None
    return found


@st.composite
def calls(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> list[Utterance]:
    """Draw what one caller says, in order; pauses, lengths and scores may be anything, even nothing."""
    time, found = 0.0, []
    for _ in range(draw(st.integers(1, 12))):
        start = time + draw(st.sampled_from([0.0, 0.5, 20.0, 90.0, 400.0]))
        time = start + draw(st.sampled_from([0.0, 0.4, 2.0, 15.0]))
        negative, arousal = draw(st.none() | shares), draw(st.none() | st.floats(-1.0, 1.0))
        vector = np.array([draw(shares), draw(shares)], np.float32)
        found.append(said(start, time, negative, arousal, draw(texts), vector))
    return found
