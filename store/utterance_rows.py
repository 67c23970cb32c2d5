"""Utterances as rows and back. Scores with names (emotions, labels) are arrays; the call says what stands where."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import Row

from stimmung.speech.records import (
    DistressScore,
    Reason,
    Samples,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
    Word,
)
from stimmung.store.copying import Array
from stimmung.store.json_records import clean, many_from_json, to_json
from stimmung.store.schema import utterances

COLUMNS = tuple(column.name for column in utterances.columns)
BLANK = " "
ABSENT = math.nan  # no score; a probability is a number
Values = dict[str, object]  # by column
AnyRow = Row[Any]  # Any: of columns of many types


@dataclass(frozen=True, slots=True)
class ScoreNames:
    """What stands where in the arrays of scores of one call's utterances."""

    text_emotions: tuple[str, ...]
    text_labels: tuple[str, ...]
    voice_emotions: tuple[str, ...]


def score_names(said: Sequence[Utterance]) -> ScoreNames:
    """Return all names that occur, in the order in which they do, as the models have them: see `clean`."""
    by_text = [one.text_emotion for one in said if one.text_emotion]
    by_voice = [one.voice_emotion for one in said if one.voice_emotion]
    return ScoreNames(
        _names(score.emotions for score in by_text),
        _names(score.labels for score in by_text),
        _names(score.emotions for score in by_voice),
    )


def utterance_values(number: int, one: Utterance, names: ScoreNames) -> Values:
    """Return the columns of an utterance but for `call`."""
    return {
        "number": number,
        "channel": one.channel,
        "role": one.role,
        "speaker": clean(one.speaker),
        "started": float(one.start),
        "ended": float(one.end),
        "text": clean(one.text),
        "language": clean(one.language),
        "confidence": float(one.confidence),
        "flags": [clean(flag) for flag in one.flags],
        "level": None if one.level is None else float(one.level),
        **_word_values(one),
        **(_text_values(one.text_emotion, names) if one.text_emotion else {}),
        **(_voice_values(one.voice_emotion, names) if one.voice_emotion else {}),
        **(_distress_values(one.distress) if one.distress else {}),
    }


def utterance_of(row: AnyRow, names: ScoreNames, vector: Samples | None) -> Utterance:
    """Return the utterance of a row; the sentence vector lies in a table of its own."""
    return Utterance(
        channel=row.channel,
        role=row.role,
        speaker=row.speaker,
        start=row.started,
        end=row.ended,
        text=row.text,
        language=row.language,
        confidence=row.confidence,
        flags=tuple(row.flags),
        words=_words(row),
        text_vector=vector,
        text_emotion=None if row.polarity is None else _text_score(row, names),
        voice_emotion=None if row.voice_uncertain is None else _voice_score(row, names),
        level=row.level,
        distress=None if row.distress_state is None else _distress_score(row),
    )


def _word_values(one: Utterance) -> Values:
    texts = [word.text for word in one.words]
    return {
        "word_starts": np.array([word.start for word in one.words], np.float64),
        "word_ends": np.array([word.end for word in one.words], np.float64),
        "word_probabilities": np.array([word.probability for word in one.words], np.float64),
        # The recogniser's words are its text cut at blanks: kept once, there is one place to erase.
        "word_texts": None if one.text.split(BLANK) == texts else [clean(text) for text in texts],
    }


def _words(row: AnyRow) -> tuple[Word, ...]:
    texts = row.text.split(BLANK) if row.word_texts is None else row.word_texts
    parts = zip(row.word_starts, row.word_ends, texts, row.word_probabilities, strict=True)
    return tuple(Word(*part) for part in parts)


def _text_values(score: TextEmotionScore, names: ScoreNames) -> Values:
    return {
        "polarity": score.polarity,
        "sentiment": float(score.score),
        **{name: None if value is None else float(value) for name, value in _polarities(score).items()},
        "text_emotions": _array(score.emotions, names.text_emotions),
        "text_labels": _array(score.labels, names.text_labels),
        "text_calibrated": bool(score.calibrated),
        "text_flags": [clean(flag) for flag in score.flags],
    }


def _polarities(score: TextEmotionScore) -> dict[str, float | None]:
    return {
        "negative": score.polarities.get("negative"),
        "neutral": score.polarities.get("neutral"),
        "positive": score.polarities.get("positive"),
    }


def _text_score(row: AnyRow, names: ScoreNames) -> TextEmotionScore:
    polarities = {"negative": row.negative, "neutral": row.neutral, "positive": row.positive}
    return TextEmotionScore(
        polarity=row.polarity,
        score=row.sentiment,
        polarities={name: value for name, value in polarities.items() if value is not None},  # type: ignore[misc]  # the three are polarities
        emotions=_mapping(row.text_emotions, names.text_emotions),
        labels=_mapping(row.text_labels, names.text_labels),
        calibrated=row.text_calibrated,
        flags=tuple(row.text_flags),
    )


def _voice_values(score: VoiceEmotionScore, names: ScoreNames) -> Values:
    return {
        "arousal": None if score.arousal is None else float(score.arousal),
        "valence": None if score.valence is None else float(score.valence),
        "voice_emotions": _array(score.emotions, names.voice_emotions),
        "voice_uncertain": bool(score.uncertain),
        "voice_reason": clean(score.reason),
        "voice_ambiguous": bool(score.ambiguous),
    }


def _voice_score(row: AnyRow, names: ScoreNames) -> VoiceEmotionScore:
    return VoiceEmotionScore(
        arousal=row.arousal,
        valence=row.valence,
        emotions=_mapping(row.voice_emotions, names.voice_emotions),
        uncertain=row.voice_uncertain,
        reason=row.voice_reason,
        ambiguous=row.voice_ambiguous,
    )


def _distress_values(score: DistressScore) -> Values:
    return {
        "distress_probability": None if score.probability is None else float(score.probability),
        "distress_state": score.state,
        "distress_reasons": Jsonb(to_json(score.reasons)),
    }


def _distress_score(row: AnyRow) -> DistressScore:
    return DistressScore(row.distress_probability, row.distress_state, many_from_json(Reason, row.distress_reasons))


def _names(mappings: Iterable[Mapping[str, float]]) -> tuple[str, ...]:
    names: dict[str, float] = {}
    for mapping in mappings:
        names.update(mapping)
    return tuple(names)


def _array(scores: Mapping[str, float], names: Sequence[str]) -> Array:
    """Return the scores in the order of `names`, NaN where there is none."""
    return np.array([scores.get(name, ABSENT) for name in names], np.float64)


def _mapping(values: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    return {name: value for name, value in zip(names, values, strict=True) if not math.isnan(value)}
