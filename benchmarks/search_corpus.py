"""One million utterances to measure search on, of at least 300,000 distinct texts, call by call in time.

Half German, half English, 26 weeks, six queues; the same seed gives the same calls. Who said which text in which call
is drawn; so is every score, around the mood that a text was written in (texts of others count as neutral), not judged
by a model. search_prepare.py makes the texts and their vectors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from search_corpus_plan import LANGUAGES, Plan, plan_rows
from search_corpus_records import CorpusCall, CorpusUtterance
from search_corpus_scores import RowScores, draw_scores, worst_state
from search_corpus_texts import QUEUES, CorpusText
from stimmung.calls.records import CourseLabel

ROWS: Final = 1_000_000
BEGAN: Final = datetime(2026, 5, 4, tzinfo=UTC)  # a Monday
WEEKS: Final = 26
HOURS: Final = (2, 6, 10, 10, 9, 7, 6, 7, 9, 9, 7, 4, 2)  # weights of the hours from 7 to 19, UTC
DAYS: Final = (22, 19, 17, 16, 15, 8, 3)  # weights of the days of the week
TEAMS: Final = {queue: (f"{queue} 1", f"{queue} 2", f"{queue} 3") for queue in QUEUES}
REGIONS: Final = ("Nord", "Ost", "Süd", "West")
CUSTOMERS: Final = 12_000
PACE: Final = 2.6  # words a second

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    """Of each row when it begins and ends in its call; of each call how long it was on hold and overlapping."""

    starts: Floats
    ends: Floats
    durations: Floats
    holds: Floats
    overlaps: Floats


def corpus(
    texts: Sequence[CorpusText], rows: int = ROWS, seed: int = 0, share: int = 0, shares: int = 1
) -> Iterator[CorpusCall]:
    """Yield calls in the order of time until `rows` utterances are said; each text is said at least once.

    Of `shares` processes each gets every so many-th call, from that at `share` on. Raises ValueError where rows are too
    few for all texts.
    """
    plan = plan_rows(texts, rows, seed)
    random = np.random.default_rng((seed, 1))
    times = _times(plan, texts, random)
    scores = draw_scores(plan, texts, random)
    moments = _moments(len(plan.begins) - 1, random)
    for number in range(share, len(moments), shares):
        yield _call(number, moments[number], plan, times, _Source(texts, scores, seed))


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    texts: Sequence[CorpusText]
    scores: RowScores
    seed: int


def _times(plan: Plan, texts: Sequence[CorpusText], random: np.random.Generator) -> _Times:
    words = np.array([len(one.text.split()) for one in texts])[plan.texts]
    lengths = 0.3 + words / (PACE * random.uniform(0.7, 1.3, len(words)))
    gaps = random.gamma(1.5, 0.6, len(words)) - 0.3  # below 0: both speak
    holding = random.random(len(words)) < 0.008
    gaps[holding] += random.gamma(2.0, 20.0, int(holding.sum()))
    begins, calls = plan.begins[:-1], len(plan.begins) - 1
    sums = np.cumsum(gaps + lengths)
    before = np.concatenate([[0.0], sums])[begins]
    ends = sums - np.repeat(before, np.diff(plan.begins)) + 1.0
    overlaps = np.add.reduceat(np.clip(-gaps, 0.0, None), begins)
    holds = np.add.reduceat(np.where(holding, gaps, 0.0), begins)
    return _Times(ends - lengths, ends, ends[plan.begins[1:] - 1] + random.uniform(0.5, 4.0, calls), holds, overlaps)


def _moments(calls: int, random: np.random.Generator) -> list[datetime]:
    """Return when each call began, in order: by day, mostly on working days."""
    weeks = random.integers(0, WEEKS, calls)
    days = random.choice(len(DAYS), calls, p=np.array(DAYS) / sum(DAYS))
    hours = 7 + random.choice(len(HOURS), calls, p=np.array(HOURS) / sum(HOURS))
    seconds = np.sort((weeks * 7 + days) * 86_400 + hours * 3_600 + random.integers(0, 3_600, calls))
    return [BEGAN + timedelta(seconds=int(one)) for one in seconds]


def _call(number: int, moment: datetime, plan: Plan, times: _Times, source: _Source) -> CorpusCall:
    begin, end = int(plan.begins[number]), int(plan.begins[number + 1])
    said = _utterances(slice(begin, end), plan, times, source)
    random = np.random.default_rng((source.seed, 2, number))
    queue = QUEUES[plan.queues[number]]
    scored = [one.scores for one in said if one.scores]
    moods = [5 * one.sentiment for one in scored] or [0.0]
    third = max(1, len(moods) // 3)
    peak = max((one.distress_probability for one in scored), default=0.0)
    spoken = sum(one.end - one.start for one in said)
    duration = float(times.durations[number])
    first, last = float(np.mean(moods[:third])), float(np.mean(moods[-third:]))
    return CorpusCall(
        number=number,
        call_id=f"corpus-{source.seed}-{number:06}",
        started_at=moment,
        duration=duration,
        queue=queue,
        team=TEAMS[queue][int(random.integers(3))],
        language=LANGUAGES[plan.languages[number]],
        direction="outbound" if random.random() < 0.1 else "inbound",
        customer=f"customer {int(random.integers(CUSTOMERS))}",
        region=REGIONS[int(random.integers(4))],
        course=_course(float(np.mean(moods)), first, last),
        mood=float(np.mean(moods)),
        mood_end=last,
        distress_score=scored[-1].distress_probability if scored else 0.0,
        distress_state=scored[-1].distress_state if scored else "unknown",
        distress_peak_score=peak,
        distress_peak_state=worst_state([one.distress_state for one in scored]),
        silence_seconds=max(0.0, duration - spoken),
        hold_seconds=float(times.holds[number]),
        overlap_seconds=float(times.overlaps[number]),
        words_per_minute=(_pace(said, "agent"), _pace(said, "customer")),
        utterances=said,
    )


def _utterances(rows: slice, plan: Plan, times: _Times, source: _Source) -> tuple[CorpusUtterance, ...]:
    chosen = [source.texts[at] for at in plan.texts[rows].tolist()]
    scores = source.scores.of(rows, [one.mood for one in chosen])
    columns = zip(
        chosen,
        plan.texts[rows].tolist(),
        plan.copies[rows].tolist(),
        times.starts[rows].tolist(),
        times.ends[rows].tolist(),
        source.scores.confidence[rows].tolist(),
        scores,
        strict=True,
    )
    return tuple(
        CorpusUtterance(
            number, text_id, copy, one.text, one.language, "customer" if scored else "agent", int(scored is not None),
            start, end, confidence, scored,
        )
        for number, (one, text_id, copy, start, end, confidence, scored) in enumerate(columns)
    )  # fmt: skip


def _pace(said: Sequence[CorpusUtterance], role: str) -> float:
    own = [one for one in said if one.role == role]
    seconds = sum(one.end - one.start for one in own)
    return 60 * sum(len(one.text.split()) for one in own) / seconds if seconds else 0.0


def _course(mean: float, first: float, last: float) -> CourseLabel:
    """Return a label by about the rules of calls/course.py, without its test whether a change is chance."""
    if last - first >= 2.0 and last > -1.0:
        return "improving"
    if first - last >= 2.0 and last < 1.0:
        return "worsening"
    if abs(mean) < 1.0:
        return "neutral"
    return "positive" if mean > 0 else "negative"
