"""Makes whole calls of the quality set from their written matter: greetings around it, times, queues, scores.

Everything drawn is drawn from a seed; scores follow the mood that a line was written in.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from search_corpus_scores import state_of, worst_state
from search_quality_records import NOW, ZONE, QualityCall, QualityUtterance
from search_quality_sources import Filler, Line, Script, read_fillers, read_heard, read_scripts
from stimmung.calls.records import CourseLabel
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.speech.records import Polarity

DAYS: Final = 80  # before NOW
PACE: Final = 2.5  # words a second
CUSTOMERS: Final = 110
HOLD_WORDS: Final = ("in die Warteschleife", "pop you on hold")
REGIONS: Final = ("Nord", "Ost", "Süd", "West")
SEED: Final = "quality"

SENTIMENT: Final = dict(zip(SERVICE_CLASSES, (-0.85, -0.6, -0.55, -0.6, -0.5, -0.1, 0.7, 0.85, 0.0), strict=True))
DISTRESS: Final = dict(zip(SERVICE_CLASSES, (0.45, 0.25, 0.2, 0.62, 0.66, 0.15, 0.03, 0.02, 0.06), strict=True))
DANGER: Final = {"overwhelmed": 0.93, "gas_smell": 0.9, "medical_device": 0.9, "emergency_button": 0.88}
POLAR: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Timed:
    line: Line
    start: float
    end: float


def build_calls() -> Iterator[QualityCall]:
    """Yield all calls, German ones first."""
    fillers = read_fillers()
    for language in ("de", "en"):
        heard = read_heard(language)
        for number, script in enumerate(read_scripts(language), 1):
            key = f"{language}{number:03}"
            chance = random.Random(f"{SEED} {key}")
            lines = _with_fillers(script, fillers[language], chance)
            timed, hold = _timed(lines, chance)
            yield _call(key, script, _utterances(key, script, timed, heard if script.heard else {}), (hold, chance))


def _with_fillers(script: Script, fillers: Sequence[Filler], chance: random.Random) -> list[Line]:
    """Return the matter with greetings before, a farewell after, and one or two asides in between."""

    def one(place: str, role: str) -> Line:
        found = chance.choice([filler for filler in fillers if (filler.place, filler.role) == (place, role)])
        return Line(found.role, found.text)

    matter = list(script.lines)
    for _ in range(chance.choice((1, 2, 2, 3))):
        matter.insert(chance.randrange(1, len(matter) + 1), one("side", chance.choice(("agent", "customer"))))
    before = [one("open", "agent"), one("name", "customer")]
    if chance.random() < 0.75:
        before += [one("ask", "agent"), one("give", "customer")]
    return [*before, *matter, one("close", "agent"), one("close", "customer")]


def _timed(lines: Sequence[Line], chance: random.Random) -> tuple[list[_Timed], float]:
    """Return when each line is said, and for how long music plays after somebody was put on hold."""
    at, hold = 1.0, 0.0
    found: list[_Timed] = []
    for line in lines:
        end = at + 0.4 + len(line.text.split()) / (PACE * chance.uniform(0.8, 1.25))
        found.append(_Timed(line, round(at, 2), round(end, 2)))
        at = end + chance.uniform(0.2, 1.6)
        if any(words in line.text for words in HOLD_WORDS):
            music = chance.uniform(20.0, 150.0)
            at, hold = at + music, hold + music
    return found, round(hold, 1)


def _utterances(
    key: str, script: Script, timed: Sequence[_Timed], heard: Mapping[str, str]
) -> tuple[QualityUtterance, ...]:
    return tuple(
        _utterance(f"{key}.{number:02}", number, script.language, one, heard.get(one.line.text, one.line.text))
        for number, one in enumerate(timed)
    )


def _utterance(key: str, number: int, language: str, timed: _Timed, text: str) -> QualityUtterance:
    line, chance = timed.line, random.Random(f"{SEED} {key}")
    customer = line.role == "customer"
    sentiment = max(-1.0, min(1.0, SENTIMENT[line.mood] + chance.uniform(-0.1, 0.1)))
    danger = DANGER.get(line.intent or "") if line.mood in ("fear", "sadness") else None
    distress = max(0.01, min(0.99, (danger or DISTRESS[line.mood]) + chance.uniform(-0.04, 0.04)))
    intents = (f"{line.intent}{'?' if line.weak else ''}",) if line.intent else ()
    return QualityUtterance(
        key=key,
        number=number,
        role=line.role,
        language=language,
        start=timed.start,
        end=timed.end,
        text=text,
        said=line.text,
        intents=intents,
        mood=line.mood if customer else None,
        polarity=_polarity(sentiment) if customer else None,
        sentiment=round(sentiment, 3) if customer else None,
        distress_probability=round(distress, 3) if customer else None,
        distress_state=state_of(round(distress, 3)) if customer else None,
    )


def _polarity(sentiment: float) -> Polarity:
    return "neutral" if abs(sentiment) < POLAR else "positive" if sentiment > 0 else "negative"


def _call(
    key: str, script: Script, said: tuple[QualityUtterance, ...], drawn: tuple[float, random.Random]
) -> QualityCall:
    hold, chance = drawn
    duration = round(said[-1].end + chance.uniform(0.5, 3.0), 2)
    moods = [5 * one.sentiment for one in said if one.sentiment is not None]
    return QualityCall(
        key=key,
        started_at=_moment(chance),
        duration=duration,
        language=script.language,
        queue=script.queue,
        team=f"{script.queue} {chance.choice((1, 2))}",
        customer=f"K-{1000 + chance.randrange(CUSTOMERS)}",
        metadata={
            "region": chance.choice(REGIONS),
            "company": "Nordlicht" if script.language == "de" else "Northlight",
        },
        course=_course(moods),
        mood=round(sum(moods) / len(moods), 2),
        distress_peak_score=max(one.distress_probability or 0.0 for one in said),
        distress_peak_state=worst_state([one.distress_state for one in said if one.distress_state]),
        silence_seconds=round(duration - hold - sum(one.end - one.start for one in said), 2),
        hold_seconds=hold,
        utterances=said,
    )


def _moment(chance: random.Random) -> datetime:
    """Return when a call began: on a working day, between eight and six."""
    day = NOW.date() - timedelta(days=chance.randrange(1, DAYS))
    day -= timedelta(days=max(0, day.weekday() - 4))
    return datetime(day.year, day.month, day.day, chance.randrange(8, 18), chance.randrange(60), tzinfo=ZONE)


def _course(moods: Sequence[float]) -> CourseLabel:
    third = max(1, len(moods) // 3)
    mean, first, last = (sum(part) / len(part) for part in (moods, moods[:third], moods[-third:]))
    if last - first >= 2.0 and last > -1.0:
        return "improving"
    if first - last >= 2.0 and last < 1.0:
        return "worsening"
    return "neutral" if abs(mean) < 1.0 else "positive" if mean > 0 else "negative"
