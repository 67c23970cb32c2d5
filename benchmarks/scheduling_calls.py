"""Calls to schedule for, and what their work costs: drawn with a seed, in virtual time, without any sound.

The costs are Whisper base (int8, greedy) on one core of the machine named in results/, as measured while the live
path was built: `Cost`. Turns are drawn: seconds of speech with a median of 2.6 s, pauses of 0.3-1.5 s, one
speaker at a time.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from stimmung.models.scheduling import Job

PADDING = 1.0  # s of silence behind what is heard
LONGEST = 15.0  # s of an utterance
WINDOW = 13.0  # s of one channel's speech that are heard again together for the record
MEDIAN_TURN, SPREAD = 2.6, 0.7  # s; sigma of the logarithm
PAUSES = (0.3, 1.5)  # s
PARTIAL_EVERY = 1.5  # s of an utterance that goes on
CALL_SECONDS = (90.0, 270.0)
DISTRESSED = 0.1  # of all calls
PROMPT = 1.0  # s after which a final is late

What = Literal["final", "partial", "record"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that one core takes."""

    window: float = 0.02  # to encode, a window
    second: float = 0.006  # to encode, a second of window
    token: float = 0.006  # to decode, alone
    token_of_eight: float = 0.0014  # a token and window, in batches of eight
    tokens_a_second: float = 3.5  # of speech
    align: float = 0.015  # a window
    judge: float = 0.02  # an utterance's words and voice

    def batch(self, jobs: Sequence[Job]) -> float:
        """Return the seconds that a batch takes: it decodes until its longest window is done."""
        if jobs[0].kind == "judge":
            return self.judge * len(jobs)
        step = self.token + (8 * self.token_of_eight - self.token) / 7 * (len(jobs) - 1)
        longest = max(job.seconds for job in jobs) - PADDING
        align = 0.0 if jobs[0].kind == "partial" else self.align
        encode = sum(self.window + self.second * job.seconds + align for job in jobs)
        return encode + step * math.ceil(self.tokens_a_second * longest)

    def divided_by(self, cores: int) -> "Cost":
        """Return the cost where so many cores share each window ideally."""
        own = {field.name: getattr(self, field.name) / cores for field in fields(self)}
        return Cost(**{**own, "tokens_a_second": self.tokens_a_second})


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of sound that asks for work as soon as it has arrived."""

    time: float
    call: int
    channel: int
    distressed: bool
    what: What
    seconds: float


def sounds(concurrent: int, duration: float, seed: int) -> list[Sound]:
    """Return all that so many calls at once ask for, in order of time; a call that ends is followed by another."""
    drawn: list[Sound] = []
    number = 0
    for place in range(concurrent):
        source = random.Random(f"{seed} {place}")
        time = -source.uniform(0.0, CALL_SECONDS[1])  # the places are out of step from the beginning
        while time < duration:
            end = time + source.uniform(*CALL_SECONDS)
            drawn += _call(source, number * concurrent + place, time, end)
            time, number = end + source.uniform(*PAUSES), number + 1
    return sorted((sound for sound in drawn if 0 <= sound.time < duration), key=lambda sound: sound.time)


def _call(source: random.Random, number: int, time: float, end: float) -> Iterator[Sound]:
    distressed = source.random() < DISTRESSED
    spoken = [0.0, 0.0]
    channel = 0
    while time < end:
        turn = min(max(source.lognormvariate(math.log(MEDIAN_TURN), SPREAD), 0.5), LONGEST)
        for count in range(1, math.ceil(turn / PARTIAL_EVERY)):
            so_far = count * PARTIAL_EVERY
            yield Sound(time + so_far, number, channel, distressed, "partial", so_far + PADDING)
        time += turn
        yield Sound(time, number, channel, distressed, "final", turn + PADDING)
        spoken[channel] += turn
        if spoken[channel] >= WINDOW:
            yield Sound(time, number, channel, distressed, "record", min(spoken[channel], LONGEST) + PADDING)
            spoken[channel] = 0.0
        time += source.uniform(*PAUSES)
        channel = source.choice((channel, 1 - channel, 1 - channel))
