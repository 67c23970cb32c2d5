"""Scores of the corpus' rows: drawn around what the mood of a text would give, higher where the whole call goes badly.

Nothing is judged by a model here; only customers have scores, as in the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from search_corpus_plan import Plan
from search_corpus_records import CorpusScores
from search_corpus_texts import CorpusText
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.models.voice_label_maps import SCORED
from stimmung.speech.records import DistressState, Polarity

# By mood: sentiment -1..1, arousal and valence of the voice -1..1, probability of distress.
TYPICAL: Final = {
    "neutral": (0.0, 0.0, 0.0, 0.06),
    "anger": (-0.8, 0.6, -0.6, 0.5),
    "annoyance": (-0.6, 0.3, -0.4, 0.3),
    "fear": (-0.55, 0.2, -0.4, 0.62),
    "sadness": (-0.6, -0.4, -0.5, 0.55),
    "disappointment": (-0.6, -0.1, -0.4, 0.25),
    "confusion": (-0.2, 0.1, -0.1, 0.18),
    "gratitude": (0.75, 0.1, 0.4, 0.03),
    "joy": (0.85, 0.4, 0.6, 0.02),
}
VOICES: Final = {"anger": "anger", "annoyance": "anger", "fear": "fear", "sadness": "sadness", "joy": "joy"}
BOUNDS: Final[tuple[tuple[float, DistressState], ...]] = ((0.85, "urgent"), (0.6, "distressed"), (0.35, "uneasy"))
RANKS: Final[tuple[DistressState, ...]] = ("unknown", "calm", "uneasy", "distressed", "urgent")
POLAR: Final = 0.3  # sentiment beyond which an utterance is not neutral
BAD_CALL: Final = 0.1  # what a bad call adds to the probability of distress

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class RowScores:
    """Scores of all rows, arrays (rows,) or (rows, classes); those of agents' rows mean nothing."""

    customers: npt.NDArray[np.bool_]
    confidence: Floats
    sentiment: Floats
    arousal: Floats
    valence: Floats
    distress: Floats
    emotions: npt.NDArray[np.float16]
    voices: npt.NDArray[np.float16]

    def of(self, rows: slice, moods: Sequence[str]) -> list[CorpusScores | None]:
        """Return the records of a stretch of rows, None for what agents say."""
        columns = zip(
            self.customers[rows].tolist(),
            moods,
            self.sentiment[rows].tolist(),
            self.arousal[rows].tolist(),
            self.valence[rows].tolist(),
            self.distress[rows].tolist(),
            self.emotions[rows].tolist(),
            self.voices[rows].tolist(),
            strict=True,
        )
        return [
            CorpusScores(
                mood, _polarity(sentiment), sentiment, tuple(emotions), arousal, valence, tuple(voices), distress,
                state_of(distress),
            )
            if customer
            else None
            for customer, mood, sentiment, arousal, valence, distress, emotions, voices in columns
        ]  # fmt: skip


def draw_scores(plan: Plan, texts: Sequence[CorpusText], random: np.random.Generator) -> RowScores:
    """Draw the scores of all rows."""
    moods = np.array([SERVICE_CLASSES.index(one.mood) for one in texts])[plan.texts]
    typical = np.array([TYPICAL[name] for name in SERVICE_CLASSES], np.float32)[moods]
    bad = np.repeat(plan.bad, np.diff(plan.begins))
    rows = len(moods)

    def around(values: Floats, spread: float, low: float = -1.0) -> Floats:
        return np.clip(values + spread * random.standard_normal(rows, np.float32), low, 1.0)

    emotions = random.beta(0.6, 12.0, (rows, len(SERVICE_CLASSES))).astype(np.float16)
    emotions[np.arange(rows), moods] = random.beta(7.0, 2.5, rows)
    voices = random.gamma(0.5, 0.1, (rows, len(SCORED)))
    own = np.array([SCORED.index(VOICES.get(name, "neutral")) for name in SERVICE_CLASSES])[moods]
    voices[np.arange(rows), own] += random.gamma(3.0, 0.15, rows)
    voices /= np.maximum(voices.sum(axis=1, keepdims=True), 1.0)
    return RowScores(
        plan.customers,
        random.beta(12.0, 2.5, rows).astype(np.float32),
        around(typical[:, 0], 0.15),
        around(typical[:, 1], 0.25),
        around(typical[:, 2], 0.25),
        around(typical[:, 3] + BAD_CALL * bad, 0.15, 0.0),
        emotions,
        voices.astype(np.float16),
    )


def state_of(probability: float) -> DistressState:
    """Return a state by the probability alone; the product also weighs what came before."""
    return next((state for bound, state in BOUNDS if probability >= bound), "calm")


def worst_state(states: Sequence[DistressState]) -> DistressState:
    """Return the highest state, `unknown` for none."""
    return max(states, key=RANKS.index, default="unknown")


def _polarity(sentiment: float) -> Polarity:
    return "neutral" if abs(sentiment) < POLAR else "positive" if sentiment > 0 else "negative"
