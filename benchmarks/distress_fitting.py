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
from stimmung.calls.distress_model import (
    Arm,
    CourseWeights,
    Display,
    DistressModel,
    Effect,
    Threshold,
    Thresholds,
    logit,
)
from text_judged import Bools, Floats, Ints

WORDS_COLUMNS: Final = (*WORDS_FEATURES, *(f"{CHANGE}.{name}" for name in WORDS_CHANGES))
VOICE_COLUMNS: Final = (*VOICE_FEATURES, *(f"{CHANGE}.{name}" for name in VOICE_CHANGES))
ALL: Final = (*WORDS_COLUMNS, *VOICE_COLUMNS)
FOLDS: Final = 5  # of texts, so that no probe judges a text that it learnt from
PROBE_PENALTY: Final = 10.0  # inverse strength of the ridge on unit vectors
PENALTY: Final = 0.03  # the same of the arms, on standardised parts of features
KNOTS: Final = 6  # points of a feature's line, at quantiles
# How long agents talk in between, composed calls cannot tell: half of what was known is forgotten as was designed.
HALF_LIFE: Final = 30.0  # s
BEGINS: Final = (0.02, 0.05, 0.1)  # share of callers in distress before anything is heard, and where silence leads to
WEIGHTS: Final = (0.25, 0.5, 0.75, 1.0)
FULL_SECONDS: Final = 1.5  # set: composed calls fit as well without, but text models misread a short "No. Goodbye."
MOST: Final = 8.0  # log-odds
LEAST_SECONDS: Final = 3.0  # of speech
# False alarms an hour of calls without distress at which a state is entered; it is left at HELD of the odds.
ALARMS: Final[Mapping[str, float]] = {"uneasy": 4.0, "distressed": 1.0, "urgent": 0.2}
HELD: Final = 0.5
RESTING: Final = 0.02  # of the score, between where silence leads to and where the lowest state is left
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


def anything(name: str) -> bool:
    """Keep every feature."""
    return bool(name)


def fit_model(
    calls: Sequence[ComposedCall], texts: TextVectors, text_model: str, kept: Callable[[str], bool] = anything
) -> DistressModel:
    """Fit everything on calls whose texts are among `texts`; `text_model` is the SHA-256 of what made the vectors.

    `kept` says which features are used.
    """
    probes = fold_probes(texts, text_model)
    rows = rows_of(calls, probes.get)
    known = rows.has_words, rows.has_voice
    arms = [
        fit_arm(rows, list(filter(kept, columns)), chosen)
        for columns, chosen in ((ALL, known[0] & known[1]), (WORDS_COLUMNS, known[0]), (VOICE_COLUMNS, known[1]))
    ]
    start = _course(BEGINS[0], 1.0)
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
    """Fit an additive logistic model on the chosen utterances: a line with KNOTS points for each feature.

    What is missing adds nothing; a feature that is never there, or never moves, is left out.
    """
    truth = rows.shows[chosen]
    parts = [part for name in names if (part := _part(name, rows.column(name)[chosen])) is not None]
    fitted = LogisticRegression(C=PENALTY, max_iter=2000).fit(np.concatenate([one.inputs for one in parts], 1), truth)
    weights, effects, bias = fitted.coef_[0], [], float(fitted.intercept_[0])
    for part in parts:
        own, weights = weights[: part.inputs.shape[1]], weights[part.inputs.shape[1] :]
        adds = np.round(((part.basis - part.centre) / part.scale) @ own, 5)
        values = rows.column(part.name)[chosen]
        calm = values[~truth & np.isfinite(values)]
        told = float(calm.mean()), float(np.interp(calm, part.knots, adds).mean())
        effects.append(Effect(part.name, _plain(part.knots), _plain(adds), round(told[0], 5), round(told[1], 5)))
    return Arm(tuple(effects), round(bias, 5))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A feature as the sum of tents over its knots, but for the first tent."""

    name: str
    knots: Floats  # (knots,)
    basis: Floats  # (knots, knots - 1): what each tent is at each knot
    centre: Floats  # (knots - 1,): means of the tents over the utterances
    scale: Floats
    inputs: Floats  # (n, knots - 1): standardised; 0 where the feature is missing


def _part(name: str, values: Floats) -> _Part | None:
    known = np.isfinite(values)
    if not known.any():
        return None
    knots = np.unique(np.round(np.quantile(values[known], np.linspace(0, 1, KNOTS)), 5))
    if knots.size < 2:
        return None
    basis = np.eye(knots.size)[:, 1:]
    tents = np.stack([np.interp(values[known], knots, column) for column in basis.T], axis=1)
    centre, scale = tents.mean(axis=0), np.maximum(tents.std(axis=0), 1e-6)
    inputs = np.zeros((values.shape[0], basis.shape[1]))
    inputs[known] = (tents - centre) / scale
    return _Part(name, knots, basis, centre, scale, inputs)


def probabilities_of(model: DistressModel, rows: Rows) -> Floats:
    """Return the probability of each utterance by the arm for what is known of it; NaN where that is nothing."""
    found = np.full(rows.shows.shape[0], np.nan)
    for arm, chosen in (
        (model.both, rows.has_words & rows.has_voice),
        (model.words, rows.has_words & ~rows.has_voice),
        (model.voice, ~rows.has_words & rows.has_voice),
    ):
        total = np.full(int(chosen.sum()), arm.bias)
        for one in arm.effects:
            total += np.nan_to_num(np.interp(rows.column(one.feature)[chosen], one.at, one.adds))
        found[chosen] = 1 / (1 + np.exp(-total))
    return found


def evidence_of(model: DistressModel, rows: Rows) -> Floats:
    """Return the evidence of each utterance in log-odds; 0 where nothing is known."""
    likely = np.clip(probabilities_of(model, rows), 1e-6, 1 - 1e-6)
    return np.nan_to_num(np.log(likely / (1 - likely)) - logit(model.base_rate))


def log_odds_of(course: CourseWeights, evidence: Floats, rows: Rows) -> Floats:
    """Return what is known after each utterance, by the product's own filter."""
    found = np.zeros_like(evidence)
    known, time, last = course.start, 0.0, -1
    columns = zip(rows.call.tolist(), rows.end.tolist(), rows.seconds.tolist(), evidence.tolist(), strict=True)
    for place, (number, end, seconds, said) in enumerate(columns):
        if number != last:
            known, time, last = course.start, 0.0, number
        known = course.heard(course.later(known, end - time), said, seconds)
        found[place], time = known, end
    return found


def fit_course(evidence: Floats, rows: Rows) -> CourseWeights:
    """Return how evidence adds up so that the caller's true state is likeliest after each utterance."""
    best: tuple[float, CourseWeights] | None = None
    for begin, weight in itertools.product(BEGINS, WEIGHTS):
        course = _course(begin, weight)
        known = log_odds_of(course, evidence, rows)[:, np.newaxis]
        fitted = LogisticRegression(C=1e3).fit(known, rows.distressed)
        loss = float(log_loss(rows.distressed, fitted.predict_proba(known)[:, 1]))
        if best is None or loss < best[0]:
            slope, offset = round(float(fitted.coef_[0, 0]), 5), round(float(fitted.intercept_[0]), 5)
            best = loss, replace(course, slope=slope, offset=offset)
    assert best is not None
    return best[1]


def _course(begin: float, weight: float) -> CourseWeights:
    """Return uncalibrated weights under which silence leads back to where a call begins."""
    rate = float(np.log(2)) / HALF_LIFE
    onset, relief = round(begin * rate, 6), round((1 - begin) * rate, 6)
    return CourseWeights(onset, relief, begin, weight, FULL_SECONDS, MOST, 1.0, 0.0, LEAST_SECONDS)


def scores_of(model: DistressModel, log_odds: Floats) -> Floats:
    """Return the score of what is known."""
    return np.asarray(1 / (1 + np.exp(-(model.course.slope * log_odds + model.course.offset))))


def fit_thresholds(model: DistressModel, evidence: Floats, rows: Rows, calls: Sequence[ComposedCall]) -> Thresholds:
    """Return for each state the lowest score that is passed so rarely by callers who are not in distress."""
    scores = scores_of(model, log_odds_of(model.course, evidence, rows))
    hours = sum(call.plan.duration for call in calls if not call.plan.distressed) / 3600
    calm = ~np.array([call.plan.distressed for call in calls])[rows.call]
    # Silence must let go of every state: the lowest is left above the score that silence leads to.
    resting = np.log(model.score(model.course.start) / (1 - model.score(model.course.start)))
    least = float(1 / (1 + np.exp(-(resting - np.log(HELD))))) + RESTING
    grid = np.round(np.linspace(max(0.02, least), 0.995, 196), 3)  # as the file has them
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
