"""Fits the weights of the distress score on composed calls: a probe, three logistic arms, how evidence adds up.

Nothing here looks at held-out texts or actors; what is chosen is chosen by likelihood, thresholds by false alarms, on
the calls that are given.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # the library has no types
from sklearn.metrics import log_loss  # type: ignore[import-untyped]

from distress_calls import ComposedCall
from stimmung.calls.distress_features import (
    CHANGE,
    VOICE,
    VOICE_CHANGES,
    VOICE_FEATURES,
    WORDS,
    WORDS_CHANGES,
    WORDS_FEATURES,
    FirstMinute,
    Probe,
    features_of,
)
from stimmung.calls.distress_model import Arm, CourseWeights, Display, DistressModel, Threshold, Thresholds, logit
from text_judged import Bools, Floats, Ints

WORDS_COLUMNS: Final = (*WORDS_FEATURES, *(f"{CHANGE}.{name}" for name in WORDS_CHANGES))
VOICE_COLUMNS: Final = (*VOICE_FEATURES, *(f"{CHANGE}.{name}" for name in VOICE_CHANGES))
ALL: Final = (*WORDS_COLUMNS, *VOICE_COLUMNS)
FOLDS: Final = 5  # of texts, so that no probe judges a text that it learnt from
PROBE_PENALTY: Final = 10.0  # inverse strength of the ridge on unit vectors
PENALTY: Final = 0.3  # the same of the arms, on standardised features
# How long agents talk in between, composed calls cannot tell; half of the evidence is forgotten as was designed.
HALF_LIFE: Final = 30.0  # s
RISES: Final = (0.5, 1.0)
FALLS: Final = (0.1, 0.25, 0.5)
FULL: Final = (0.0, 2.0)  # s of speech
MOST: Final = (4.0, 8.0)
LEAST_SECONDS: Final = 3.0  # of speech
# False alarms an hour of calls without distress at which a state is entered; it is left at HELD of the odds.
ALARMS: Final[Mapping[str, float]] = {"uneasy": 4.0, "distressed": 1.0, "urgent": 0.2}
HELD: Final = 0.5
DISPLAY: Final = Display(trend_seconds=30.0, trend_least=0.1, reason_least=0.5, floor_seconds=300.0)

ProbeOf = Callable[[str], Probe | None]  # by written text


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Utterances of calls: features by name (missing: NaN), what is true, which call each belongs to, its time."""

    values: Floats  # (n, ALL)
    shows: Bools  # (n,)
    distressed: Bools  # (n,)
    call: Ints  # (n,)
    end: Floats  # (n,) s
    seconds: Floats  # (n,)

    def column(self, name: str) -> Floats:
        return np.asarray(self.values[:, ALL.index(name)], np.float64)

    def of(self, names: Sequence[str]) -> Floats:
        """Return the columns of these features (n, names)."""
        return np.stack([self.column(name) for name in names], axis=1)

    @property
    def has_words(self) -> Bools:
        return ~np.isnan(self.column(f"{WORDS}.negative"))

    @property
    def has_voice(self) -> Bools:
        return ~np.isnan(self.column(f"{VOICE}.arousal"))


@dataclass(frozen=True, slots=True, eq=False)
class TextVectors:
    """Texts with their vectors (n, width), whether they are said in distress, and in which language."""

    text: tuple[str, ...]
    vector: Floats
    distress: Bools
    language: tuple[str, ...]


def fit_model(calls: Sequence[ComposedCall], texts: TextVectors, text_model: str) -> DistressModel:
    """Fit everything on calls whose texts are among `texts`; `text_model` is the SHA-256 of what made the vectors."""
    probes = fold_probes(texts, text_model)
    rows = rows_of(calls, probes.get)
    known = rows.has_words, rows.has_voice
    arms = [
        fit_arm(rows, ALL, known[0] & known[1]),
        fit_arm(rows, WORDS_COLUMNS, known[0]),
        fit_arm(rows, VOICE_COLUMNS, known[1]),
    ]
    start = CourseWeights(30.0, 1.0, 0.5, 2.0, 6.0, 1.0, 0.0, LEAST_SECONDS)
    dummy = Threshold(1.0, 1.0)
    model = DistressModel(
        base_rate=round(float(rows.shows.mean()), 4),
        probe=fit_probe(texts, np.ones(len(texts.text), bool), text_model),
        both=arms[0],
        words=arms[1],
        voice=arms[2],
        course=start,
        thresholds=Thresholds(dummy, dummy, dummy),
        display=DISPLAY,
    )
    evidence = evidence_of(model, rows)
    model = replace(model, course=fit_course(evidence, rows))
    return replace(model, thresholds=fit_thresholds(model, evidence, rows, calls))


def rows_of(calls: Sequence[ComposedCall], probe_of: ProbeOf) -> Rows:
    """Return the features of all utterances of `calls`, in the order of the calls."""
    values, truth, numbers, times = [], [], [], []
    for number, call in enumerate(calls):
        minute = FirstMinute()
        for utterance, line in zip(call.utterances, call.plan.lines, strict=True):
            found = features_of(utterance, minute, probe_of(line.text))
            minute = minute.with_utterance(utterance, found)
            values.append([found.get(name, np.nan) for name in ALL])
            truth.append((line.shows, line.distressed))
            numbers.append(number)
            times.append((utterance.end, utterance.duration))
    said, when = np.array(truth), np.array(times)
    return Rows(np.array(values), said[:, 0], said[:, 1], np.array(numbers), when[:, 0], when[:, 1])


def fit_probe(texts: TextVectors, chosen: Bools, text_model: str) -> Probe:
    """Fit a probe on the chosen texts; languages, and distress and calm in each, count the same."""
    groups = np.array([f"{language} {said}" for language, said in zip(texts.language, texts.distress, strict=True)])
    counts = {name: int(np.sum(chosen & (groups == name))) for name in set(groups)}
    share = np.array([1 / max(counts[name], 1) for name in groups])[chosen]
    fitted = LogisticRegression(C=PROBE_PENALTY, max_iter=2000).fit(
        texts.vector[chosen], texts.distress[chosen], sample_weight=share / share.mean()
    )
    return Probe(text_model, np.asarray(fitted.coef_[0], np.float32), float(fitted.intercept_[0]))


def fold_probes(texts: TextVectors, text_model: str) -> dict[str, Probe]:
    """Return for each text a probe that did not learn from it."""
    names = sorted(set(texts.text))
    place = {name: number % FOLDS for number, name in enumerate(np.random.default_rng(0).permutation(names).tolist())}
    fold = np.array([place[text] for text in texts.text])
    probes = [fit_probe(texts, fold != number, text_model) for number in range(FOLDS)]
    return {text: probes[place[text]] for text in names}


def fit_arm(rows: Rows, names: Sequence[str], chosen: Bools) -> Arm:
    """Fit one logistic model on the chosen utterances; what is missing counts as in the mean, if it is ever there."""
    names = [name for name in names if np.isfinite(rows.column(name)[chosen]).any()]
    values = rows.of(names)[chosen]
    truth = rows.shows[chosen]
    centre, scale = np.nanmean(values, axis=0), np.maximum(np.nanstd(values, axis=0), 1e-6)
    fitted = LogisticRegression(C=PENALTY, max_iter=2000).fit(np.nan_to_num((values - centre) / scale), truth)
    calm = np.nanmean(values[~truth], axis=0)
    bias = round(float(fitted.intercept_[0]), 5)
    return Arm(tuple(names), _plain(centre), _plain(scale), _plain(calm), _plain(fitted.coef_[0]), bias)


def probabilities_of(model: DistressModel, rows: Rows) -> Floats:
    """Return the probability of each utterance by the arm for what is known of it; NaN where that is nothing."""
    found = np.full(rows.shows.shape[0], np.nan)
    for arm, chosen in (
        (model.both, rows.has_words & rows.has_voice),
        (model.words, rows.has_words & ~rows.has_voice),
        (model.voice, ~rows.has_words & rows.has_voice),
    ):
        values = rows.of(arm.features)[chosen]
        inputs = np.nan_to_num((values - np.array(arm.centre)) / np.array(arm.scale))
        found[chosen] = 1 / (1 + np.exp(-(inputs @ np.array(arm.weights) + arm.bias)))
    return found


def evidence_of(model: DistressModel, rows: Rows) -> Floats:
    """Return the evidence of each utterance in log-odds; 0 where nothing is known."""
    likely = np.clip(probabilities_of(model, rows), 1e-6, 1 - 1e-6)
    return np.nan_to_num(np.log(likely / (1 - likely)) - logit(model.base_rate))


def memories_of(course: CourseWeights, evidence: Floats, rows: Rows) -> Floats:
    """Return what is remembered after each utterance, as `calls.distress` does it; a test holds them together."""
    share = np.minimum(1.0, rows.seconds / course.full_seconds) if course.full_seconds else np.ones_like(rows.seconds)
    added = evidence * share * np.where(evidence > 0, course.rise, course.fall)
    found, memory = np.zeros_like(evidence), 0.0
    for place, number in enumerate(rows.call):
        first = place == 0 or rows.call[place - 1] != number
        passed = rows.end[place] if first else rows.end[place] - rows.end[place - 1]
        memory = 0.0 if first else memory * 0.5 ** (max(0.0, passed) / course.half_life)
        memory = min(max(memory + added[place], -course.most), course.most)
        found[place] = memory
    return found


def fit_course(evidence: Floats, rows: Rows) -> CourseWeights:
    """Return how evidence adds up so that the caller's true state is likeliest after each utterance."""
    best: tuple[float, CourseWeights] | None = None
    for half_life, rise, fall, full, most in itertools.product((HALF_LIFE,), RISES, FALLS, FULL, MOST):
        course = CourseWeights(half_life, rise, fall, full, most, 1.0, 0.0, LEAST_SECONDS)
        memory = memories_of(course, evidence, rows)[:, np.newaxis]
        fitted = LogisticRegression(C=1e3).fit(memory, rows.distressed)
        loss = float(log_loss(rows.distressed, fitted.predict_proba(memory)[:, 1]))
        if best is None or loss < best[0]:
            slope, offset = round(float(fitted.coef_[0, 0]), 5), round(float(fitted.intercept_[0]), 5)
            best = loss, replace(course, slope=slope, offset=offset)
    assert best is not None
    return best[1]


def scores_of(model: DistressModel, memory: Floats) -> Floats:
    """Return the score of each memory."""
    return np.asarray(1 / (1 + np.exp(-(model.course.slope * memory + model.course.offset))))


def fit_thresholds(model: DistressModel, evidence: Floats, rows: Rows, calls: Sequence[ComposedCall]) -> Thresholds:
    """Return for each state the lowest score that is passed so rarely by callers who are not in distress."""
    scores = scores_of(model, memories_of(model.course, evidence, rows))
    hours = sum(call.plan.duration for call in calls if not call.plan.distressed) / 3600
    calm = ~np.array([call.plan.distressed for call in calls])[rows.call]
    grid = np.linspace(0.02, 0.995, 196)
    found = {}
    for state, most in ALARMS.items():
        alarms = [_entered(scores, rows.call, calm, enter) / hours for enter in grid]
        enter = float(grid[next((place for place, count in enumerate(alarms) if count <= most), len(grid) - 1)])
        odds = HELD * enter / (1 - enter)
        found[state] = Threshold(round(enter, 3), round(odds / (1 + odds), 3))
    return Thresholds(**found)


def _entered(scores: Floats, call: Ints, chosen: Bools, enter: float) -> int:
    """Return how often the chosen utterances' score passes `enter` upwards; it is left again at HELD of the odds."""
    odds = HELD * enter / (1 - enter)
    leave, count, inside, last = odds / (1 + odds), 0, False, -1
    for score, number in zip(scores[chosen].tolist(), call[chosen].tolist(), strict=True):
        inside = inside and number == last and score >= leave
        if not inside and score >= enter:
            inside, count = True, count + 1
        last = number
    return count


def _plain(values: npt.NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
