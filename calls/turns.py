"""Whose turn it is: interruptions, how long an answer takes, monologues; a listener's "mhm" takes no turn.

What a listener puts in to show that they listen (Yngve 1970: the back channel) is 16 % of the contributions to German
talk (Knudsen, Creemers and Meyer 2020, Frontiers in Psychology 11). Counted as interruptions it would make the most
attentive listener the rudest.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from stimmung.calls.records import Interruption
from stimmung.calls.talk import Run, covered, gaps
from stimmung.speech.records import Span

BOTH_SPEAK = 0.3  # s: shorter overlaps are how turns change hands
REACTION = 0.2  # s: who begins less after the other cannot have heard it yet (Fry 1975), so nobody interrupts
LONG_PAUSE = 5.0  # s of silence that end a monologue; Google's silence analysis counts from there on, too
ROUNDING = 1e-6  # s that times may be off by, as floats
LONGEST = 40  # characters: a longer text does not consist of back-channels alone
# Spelled as `_spoken` leaves it. Not in here: "nein", "no", "danke", "sorry", "hallo", "moment", which want something.
BACK_CHANNEL = re.compile(
    r"""(?:(?:
      h*m+(?:h+m+)* | h?u+h | u+h?hu+h | a+h | a+ha+ | o+h | o+h?o+ | ach | ach\ ?so
    | (?:ja)+ | jaa+ | jo | jep | jawohl | genau | eben | gut | sch(?:ö|oe)n | klar | alles\ klar | stimmt | richtig
    | (?:ich\ )?verstehe | nat(?:ü|ue)rlich | in\ ordnung | prima | super | gerne? | sicher
    | ok | okay | okey | yes | yeah | yep | yup | ye | right | all\ right | alright | sure | exactly | good | great
    | fine | really | i\ see | i\ understand | got\ it | of\ course | absolutely
    )\ )+""",
    re.VERBOSE,
)
HYPHENS = re.compile(r"[-‐‑'’]")
MARKS = re.compile(r"[\W_]+")


def is_back_channel(text: str) -> bool:
    """Say whether `text` only shows that somebody listens, in German or English; nothing at all does not."""
    return len(text) <= LONGEST and BACK_CHANNEL.fullmatch(_spoken(text)) is not None


def _spoken(text: str) -> str:
    """Return the words in lower case, one blank after each, hyphens left out: "Mm-hmm, ja." is "mmhmm ja "."""
    return MARKS.sub(" ", HYPHENS.sub("", text.lower()) + " ").lstrip()


def find_interruptions(tracks: Sequence[Sequence[Run]]) -> tuple[Interruption, ...]:
    """Find who began to speak while another was speaking; `tracks` are the runs of each channel, in order.

    The other spoke 0.2 s before at least, both speak for 0.3 s at least, and neither is only listening.
    """
    found = [
        Interruption(run.start, min(run.end, other.end) - run.start, run.channel, other.channel)
        for place, track in enumerate(tracks)
        for others in (*tracks[:place], *tracks[place + 1 :])
        for run, other in _overlapping(track, others)
        if min(run.end, other.end) - run.start >= BOTH_SPEAK - ROUNDING
        and not is_back_channel(run.text)
        and not is_back_channel(other.text)
    ]
    return tuple(sorted(found, key=lambda one: (one.time, one.by, one.of)))


def _overlapping(track: Sequence[Run], others: Sequence[Run]) -> list[tuple[Run, Run]]:
    """Return each run with the one of `others` that was spoken when it began."""
    starts = [other.start for other in others]
    found = []
    for run in track:
        before = bisect_left(starts, run.start - REACTION + ROUNDING)
        if before and others[before - 1].end > run.start:
            found.append((run, others[before - 1]))
    return found


def find_turns(tracks: Sequence[Sequence[Run]]) -> list[Run]:
    """Return the runs of all channels that take the turn, by start: all but back-channels that answer no question."""
    turns: list[Run] = []
    for run in sorted((run for track in tracks for run in track), key=lambda run: (run.start, run.channel)):
        if is_back_channel(run.text):
            last = max(turns[-2:], key=lambda turn: turn.end, default=None)
            asked = last and last.channel != run.channel and last.end < run.end and last.text.endswith("?")
            if not asked:
                continue
        turns.append(run)
    return turns


def median_latency(turns: Sequence[Run], channel: int, music: Sequence[Span]) -> float | None:
    """Return the median seconds until `channel` answers, where the turn comes to it; None where it never does.

    An answer that begins before the other has finished took 0 s. Waits with `music` in them are hold, not latency.
    """
    waits = []
    last: Run | None = None  # of all before, the turn that ended last
    for before, turn in pairwise(turns):
        last = before if last is None or before.end > last.end else last
        if turn.channel != channel or channel in (before.channel, last.channel):
            continue
        if not _any_between(music, last.end, turn.start):
            waits.append(max(0.0, turn.start - last.end))
    return median(waits) if waits else None


def longest_monologue(turns: Sequence[Run], channel: int, music: Sequence[Span], duration: float) -> Span | None:
    """Return the longest stretch of `channel` that no other's turn, no music and no long pause ends."""
    barriers = covered([*(turn for turn in turns if turn.channel != channel), *music])
    own = [turn for turn in turns if turn.channel == channel]
    stretches: list[Span] = []
    for part in covered([*own, *gaps(barriers, duration)], depth=2):
        last = stretches[-1] if stretches else None
        if last and part.start - last.end <= LONG_PAUSE and not _any_between(barriers, last.end, part.start):
            stretches[-1] = Span(last.start, part.end)
        else:
            stretches.append(part)
    return max(stretches, key=lambda stretch: stretch.duration, default=None)


def _any_between(spans: Sequence[Span], start: float, end: float) -> bool:
    """Say whether one of ordered `spans` lies in part between `start` and `end`."""
    before = bisect_left(spans, end, key=lambda span: span.start)
    return before > 0 and spans[before - 1].end > start
