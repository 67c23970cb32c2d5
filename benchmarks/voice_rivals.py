"""What a voice head must beat, each speaker by a classifier that learnt from all others: logistic regression on the
states alone, without copies behind lines; and what length alone tells.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from stimmung.models.training.voice_fit import Labelled
from stimmung.models.training.voice_trial import folds
from stimmung.speech.records import Samples
from text_scores import Interval
from voice_folds import scored
from voice_scores import Ints, by_speaker, uar

REGULARISATION = 0.1  # C: on the phone the best of 0.001, 0.01, 0.1 and 1, both groups taken together
FEWEST = 10  # clips in a leaf: a length that fewer have says nothing
SEED = 0
Classifier = Any  # scikit-learn has no types


def logistic(examples: Labelled) -> Interval:
    """Return the unweighted average recall of logistic regression on mean and deviation of the states, packed."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # the library has no types
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # the same
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]  # the same

    def make() -> Classifier:
        regression = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=2_000)
        return make_pipeline(StandardScaler(), regression)

    return _uar(examples, examples.heard.packed, make)


def length_only(examples: Labelled) -> Interval:
    """Return what a decision tree finds out from the seconds of speech."""
    from sklearn.tree import DecisionTreeClassifier  # type: ignore[import-untyped]  # the library has no types

    def make() -> Classifier:
        return DecisionTreeClassifier(min_samples_leaf=FEWEST, class_weight="balanced", random_state=SEED)

    return _uar(examples, examples.heard.seconds[:, np.newaxis], make)


def _uar(examples: Labelled, features: Samples, make: Callable[[], Classifier]) -> Interval:
    """Score the utterances that our head is scored on."""
    rated = scored(examples)
    truth, found = examples.label[rated], _held_out(examples, features, make)[rated]
    return by_speaker(examples.speaker[rated], lambda rows: uar(truth[rows], found[rows]))


def _held_out(examples: Labelled, features: Samples, make: Callable[[], Classifier]) -> Ints:
    """Return the class that each utterance is taken for (n,)."""
    found = np.zeros(examples.label.shape[0], np.intp)
    for held in folds([str(name) for name in examples.speaker]):
        rows = np.isin(examples.speaker, list(held))
        found[rows] = make().fit(features[~rows], examples.label[~rows]).predict(features[rows])
    return found
