"""Signs by which the index finds what is filtered by, beside the words: `#mood=negative` needs no other table."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from stimmung.speech.records import TextEmotionScore, Utterance
from stimmung.store.search.language.query import Field
from stimmung.store.search.lexemes.folding import fold

LONGEST = 60  # characters of a value, of longer ones the beginning and a digest: an index entry has its limits
DIGEST = 16
TELLING: Final = 0.3  # probability from which on an emotion is worth a word, as the transcript shows it
NEUTRAL = "neutral"
FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DECILES = 10
DAY_TAG, WEEK_TAG = "day", "week"
DAYS_A_WEEK = 7
DECILE_TAG = "distress.tenth"


def tag(name: str, value: str) -> str:
    """Return the sign for a value; capitals and accents make no difference."""
    folded = " ".join(fold(value).split())
    if len(folded) > LONGEST:
        folded = folded[:LONGEST] + hashlib.sha256(folded.encode()).hexdigest()[:DIGEST]
    return f"#{name}={folded}"


def meta_tag(key: str, value: object) -> str:
    """Return the sign for a value of a call's metadata."""
    return tag(f"{Field.META}.{fold(key)}", str(value))


def day_of(moment: datetime) -> int:
    """Return the number of a moment's day, in UTC."""
    return (moment - FIRST_DAY) // DAY


def day_tag(day: int) -> str:
    """Return the sign for a day."""
    return f"#{DAY_TAG}={day}"


def week_tag(week: int) -> str:
    """Return the sign for seven days; week 0 begins with day 0."""
    return f"#{WEEK_TAG}={week}"


def time_tags(moment: datetime) -> tuple[str, str]:
    """Return the signs for the day and the week of a moment."""
    day = day_of(moment)
    return day_tag(day), week_tag(day // DAYS_A_WEEK)


def day_start(day: int) -> datetime:
    """Return when a day begins."""
    return FIRST_DAY + day * DAY


def decile_tag(decile: int) -> str:
    """Return the sign for a tenth of the range of distress, 0 to 9."""
    return f"#{DECILE_TAG}={decile}"


def utterance_tags(said: Utterance) -> Iterator[str]:
    """Yield the signs of an utterance but for those of its call and its day."""
    yield tag(Field.LANGUAGE, said.language)
    yield tag(Field.BY, said.role)
    if said.text_emotion is not None:
        yield tag(Field.MOOD, said.text_emotion.polarity)
        for emotion in text_emotions(said.text_emotion):
            yield tag(Field.EMOTION, emotion)
            if emotion != NEUTRAL:  # under MOOD that is the polarity
                yield tag(Field.MOOD, emotion)
    if said.voice_emotion is not None and said.voice_emotion.emotions and not said.voice_emotion.uncertain:
        emotions = said.voice_emotion.emotions
        yield tag(Field.VOICE, max(emotions, key=lambda name: emotions[name]))
    if said.distress is not None:
        yield tag(Field.STATE, said.distress.state)
        if said.distress.probability is not None:
            yield decile_tag(min(int(said.distress.probability * DECILES), DECILES - 1))


def text_emotions(score: TextEmotionScore) -> tuple[str, ...]:
    """Return the emotions that an utterance shows: those the transcript would name, or `neutral`."""
    floor = max(TELLING, score.emotions.get(NEUTRAL, 0.0))
    shown = tuple(name for name, value in score.emotions.items() if name != NEUTRAL and value >= floor)
    return shown or ((NEUTRAL,) if score.emotions else ())


def call_tags(values: dict[str, object], metadata: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Yield the signs of a call, from its columns."""
    names = {
        Field.QUEUE: "queue",
        Field.TEAM: "team",
        Field.DIRECTION: "direction",
        Field.CALL_STATE: "distress_peak_state",
        Field.COURSE: "mood",
    }
    for field, column in names.items():
        value = values.get(column)
        if isinstance(value, str) and value:
            yield tag(field, value)
    for key, value in metadata:
        yield meta_tag(key, value)
