"""Word errors of a channel, put down to the sentences in which they were made, and how certain a difference is.

jiwer aligns a channel's whole text, since nobody knows where a recogniser's sentences end; its alignment then tells
which sentence each error belongs to. An inserted word counts where the next word of the truth stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np

RESAMPLES = 5_000
INTERVAL = (2.5, 97.5)  # per cent


@dataclass(frozen=True, slots=True)
class Errors:
    """Words of a sentence, and errors made in it (substituted, left out, put in)."""

    words: int
    errors: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Our rate minus the other's, and the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def score(reference: Sequence[Sequence[str]], heard: Sequence[str]) -> list[Errors]:
    """Return the errors in each sentence of one channel; ValueError where a sentence has no words."""
    if not reference or not all(reference):
        raise ValueError("every sentence of the truth needs words")
    owner = [number for number, sentence in enumerate(reference) for _ in sentence]
    counts = [0] * len(reference)
    truth = " ".join(word for sentence in reference for word in sentence)
    for chunk in jiwer.process_words(truth, " ".join(heard)).alignments[0]:
        if chunk.type == "insert":
            counts[owner[min(chunk.ref_start_idx, len(owner) - 1)]] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            for place in range(chunk.ref_start_idx, chunk.ref_end_idx):
                counts[owner[place]] += 1
    return [Errors(len(sentence), count) for sentence, count in zip(reference, counts, strict=True)]


def rate(scores: Sequence[Errors]) -> float:
    """Return all errors over all words."""
    return sum(score.errors for score in scores) / sum(score.words for score in scores)


def difference(ours: Sequence[Errors], theirs: Sequence[Errors], seed: int = 0) -> Difference:
    """Compare two sides over the same sentences, which are drawn anew together: a paired bootstrap."""
    if [score.words for score in ours] != [score.words for score in theirs]:
        raise ValueError("both sides must be scored on the same sentences")
    words = np.array([score.words for score in ours])
    more = np.array([one.errors - other.errors for one, other in zip(ours, theirs, strict=True)])
    draws = np.random.default_rng(seed).integers(len(words), size=(RESAMPLES, len(words)))
    spread = more[draws].sum(axis=1) / words[draws].sum(axis=1)
    low, high = np.percentile(spread, INTERVAL)
    return Difference(float(more.sum() / words.sum()), float(low), float(high))
