"""What a text model must beat on polarity: always the commonest answer, and word counts with a linear classifier."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stimmung.models.training.text_corpora import LabelledText, texts_of
from text_judged import Ints
from text_sets import true_polarities

SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What it is called, and its polarities of the test's texts, as indices into POLARITIES (texts,)."""

    title: str
    polarity: Ints


def baselines(train: Sequence[LabelledText], test: Sequence[LabelledText]) -> list[Baseline]:
    """Learn from all of `train`, whose polarities are known, and return what each says of `test`."""
    known = true_polarities(train)
    commonest = Counter(known.tolist()).most_common(1)[0][0]
    return [Baseline("majority class", np.full(len(test), commonest, np.intp)), *_linear(train, known, test)]


def _linear(train: Sequence[LabelledText], known: Ints, test: Sequence[LabelledText]) -> list[Baseline]:
    """Weigh one and two words, and 3-5 characters inside words; linear SVM, plain and with rare classes weighed up."""
    from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]  # the library has no types
        TfidfVectorizer,
    )
    from sklearn.pipeline import make_union  # type: ignore[import-untyped]  # the same
    from sklearn.svm import LinearSVC  # type: ignore[import-untyped]  # the same

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    features = make_union(words, characters)
    learnt, asked = features.fit_transform(texts_of(train)), features.transform(texts_of(test))
    found = []
    for title, weight in (("TF-IDF + SVM", None), ("TF-IDF + SVM, balanced", "balanced")):
        classifier = LinearSVC(class_weight=weight, random_state=SEED).fit(learnt, known)
        found.append(Baseline(title, np.asarray(classifier.predict(asked), np.intp)))
    return found
