"""How a customer's mood went through the call, on the scale -5 to 5 that users of call analytics know.

Only the words count: how much a voice should weigh against them, nobody has measured yet. Each utterance weighs as many
words as it has, since a model that reads words knows more of a complaint than of a "yes".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from stimmung.calls.records import Course, CourseLabel, CourseMoment, Quarter, TurningPoint
from stimmung.calls.turns import is_back_channel
from stimmung.speech.records import Span, Utterance

SCALE = 5.0  # a text's score is -1..1
QUARTERS = 4
PARTS = 3  # start, middle, end


@dataclass(frozen=True, slots=True)
class CourseOptions:
    """Where moods become words; moods on the scale -5 to 5."""

    polar: float = 1.0  # a mood further from 0 than a tenth of the scale is no longer neutral
    change: float = 2.0  # start and end that differ by less, a fifth of the scale, are one mood
    turn: float = 2.5  # and so are before and after a turning point; it is sought, and would be found in anything
    certainty: float = 2.0  # standard errors between start and end: chance passes them about once in twenty times
    turn_certainty: float = 3.0  # the same for the best of many places
    scatter: float = 1.5  # deviation of the moods of utterances that is expected while nothing changes
    expected: float = 4.0  # utterances that this expectation counts as much as
    least: int = 3  # utterances on either side of a turning point: two are an answer and its reason
    thin: float = 3.0  # words by which a text's score is doubted when the worst moment is looked for


@dataclass(frozen=True, slots=True)
class _Scored:
    """An utterance with a mood, and how many words it rests on."""

    utterance: Utterance
    mood: float
    weight: float


def courses(
    utterances: Sequence[Utterance], duration: float, options: CourseOptions | None = None
) -> tuple[Course, ...]:
    """Return the course of each channel on which a customer's words have scores; `utterances` are ordered by start.

    `duration` is that of the call, or of as much of a live one as there is. One utterance is a course, too, of a mood
    that does not change.
    """
    options = options or CourseOptions()
    own = [one for one in utterances if one.role == "customer" and one.text_emotion is not None]
    channels = sorted({one.channel for one in own})
    return tuple(_course(utterances, _scored(own, channel), duration, options) for channel in channels)


def _scored(own: Sequence[Utterance], channel: int) -> list[_Scored]:
    return [
        _Scored(one, SCALE * one.text_emotion.score, max(1.0, len(one.text.split())))
        for one in own
        if one.channel == channel and one.text_emotion is not None
    ]


def _course(
    utterances: Sequence[Utterance], scored: Sequence[_Scored], duration: float, options: CourseOptions
) -> Course:
    parts = _parts(scored)
    start, middle, end = (_mean(part) for part in parts)
    changed = _certainty(parts, options) >= options.certainty
    score = _mean(scored)
    worst = min(scored, key=lambda one: one.mood * one.weight / (one.weight + options.thin))
    return Course(
        channel=scored[0].utterance.channel,
        label=_label(score, start, end if changed else start, options),
        score=score,
        start=start,
        middle=middle,
        end=end,
        quarters=_quarters(scored, duration),
        peak=CourseMoment(worst.utterance.start, worst.mood, worst.utterance.text.strip()),
        turning_point=_turning_point(utterances, scored, options),
    )


def _parts(scored: Sequence[_Scored]) -> list[list[_Scored]]:
    """Cut what the customer said into thirds of equally many words; an utterance across a cut has a part in each."""
    size = sum(one.weight for one in scored) / PARTS
    parts: list[list[_Scored]] = [[] for _ in range(PARTS)]
    begin = 0.0
    for one in scored:
        for place, part in enumerate(parts):
            share = min(begin + one.weight, (place + 1) * size) - max(begin, place * size)
            if share > 0:
                part.append(_Scored(one.utterance, one.mood, share))
        begin += one.weight
    return parts


def _mean(scored: Sequence[_Scored]) -> float:
    return sum(one.mood * one.weight for one in scored) / sum(one.weight for one in scored)


def _label(score: float, start: float, end: float, options: CourseOptions) -> CourseLabel:
    """Name the course: a direction where the end is another mood than the start and not bad still, or good still."""
    if end - start >= options.change and end > -options.polar:
        return "improving"
    if start - end >= options.change and end < options.polar:
        return "worsening"
    if abs(score) < options.polar:
        return "neutral"
    return "positive" if score > 0 else "negative"


def _certainty(sides: Sequence[Sequence[_Scored]], options: CourseOptions) -> float:
    """Return by how many standard errors the means of the first and the last of `sides` differ.

    The scatter that makes the error is that around the means of all sides and what is expected of any call: of few
    utterances, their own tells little.
    """
    weights = [sum(one.weight for one in side) for side in sides]
    squares = [sum(one.weight**2 for one in side) / weight**2 for side, weight in zip(sides, weights, strict=True)]
    count = sum(1 / square for square in squares)  # utterances of equal weight that would tell as much
    scatter = sum(_scatter(side) / square for side, square in zip(sides, squares, strict=True))
    variance = (scatter + options.expected * options.scatter**2) / (count - len(sides) + options.expected)
    return abs(_mean(sides[-1]) - _mean(sides[0])) / math.sqrt(variance * (squares[0] + squares[-1]))


def _scatter(scored: Sequence[_Scored]) -> float:
    mean = _mean(scored)
    return sum(one.weight * (one.mood - mean) ** 2 for one in scored) / sum(one.weight for one in scored)


def _quarters(scored: Sequence[_Scored], duration: float) -> tuple[Quarter, ...]:
    """Return the quarters of the call; an utterance belongs where its middle is."""
    length = max(duration, 0.0) / QUARTERS
    found: list[list[_Scored]] = [[] for _ in range(QUARTERS)]
    for one in scored:
        middle = (one.utterance.start + one.utterance.end) / 2
        found[sum(middle >= place * length for place in range(1, QUARTERS))].append(one)
    return tuple(
        Quarter(Span(place * length, (place + 1) * length), _mean(own) if own else None)
        for place, own in enumerate(found)
    )


def _turning_point(
    utterances: Sequence[Utterance], scored: Sequence[_Scored], options: CourseOptions
) -> TurningPoint | None:
    """Return where one mean before and one after fit the moods best, if they differ enough."""
    place = _change_point(scored, options.least)
    if place is None:
        return None
    sides = scored[:place], scored[place:]
    before, after = (_mean(side) for side in sides)
    if abs(after - before) < options.turn or _certainty(sides, options) < options.turn_certainty:
        return None
    changed = scored[place].utterance
    said = _said_before(utterances, changed)
    return TurningPoint(changed.start, before, after, said.text.strip(), said.role)


def _change_point(scored: Sequence[_Scored], least: int) -> int | None:
    """Return the least-squares change point with `least` utterances on either side, None where that is too many."""
    weights = list(accumulate(one.weight for one in scored))
    moods = list(accumulate(one.mood * one.weight for one in scored))

    def explained(place: int) -> float:
        before, after = weights[place - 1], weights[-1] - weights[place - 1]
        return (moods[place - 1] / before - (moods[-1] - moods[place - 1]) / after) ** 2 * before * after

    return max(range(least, len(scored) - least + 1), key=explained, default=None)


def _said_before(utterances: Sequence[Utterance], changed: Utterance) -> Utterance:
    """Return the last that anybody said when `changed` began, a listener's "mhm" apart.

    There is always something: utterances of the customer before the turn.
    """
    before = [one for one in utterances if (one.start, one.channel) < (changed.start, changed.channel)]
    spoken = [one for one in before if not is_back_channel(one.text)]
    return max(spoken or before, key=lambda one: one.start)
