"""What the decoder is asked for, and how its answer is judged: loops, silence, doubt, and when to ask again.

The measures and thresholds are Whisper's own (Radford et al. 2022, section 4.5): compression ratio 2.4, mean log
probability -1, no-speech probability 0.6.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from faster_whisper.tokenizer import Tokenizer

MAX_COMPRESSION = 2.4  # text that packs better repeats itself
MIN_LOGPROB = -1.0  # mean over tokens
MAX_NO_SPEECH = 0.6
TOKENS_PER_SECOND = 10  # quick German: 7; a decoder that writes more is looping, and stopping it early saves time
TOKENS_AT_LEAST = 12
MIN_LOOP = 3  # the same one to eight tokens, this often in a row at the end, are a loop
LONGEST_PHRASE = 8


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to decode a window."""

    beam_size: int
    temperature: float
    padding: float | None  # seconds of silence behind the window; None: what the transcriber was set to

    @property
    def sampling_topk(self) -> int:
        return 1 if self.temperature == 0.0 else 0

    def token_limit(self, seconds: float) -> int:
        return TOKENS_AT_LEAST + math.ceil(seconds * TOKENS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one attempt wrote: text tokens, mean log probability, and what is wrong with it."""

    tokens: tuple[int, ...]
    logprob: float
    no_speech: float
    loop: bool
    attempt: Attempt

    @property
    def doubtful(self) -> bool:
        """Whether it is worth asking again; a window without speech is not."""
        return self.loop or (self.logprob < MIN_LOGPROB and not self.silent)

    @property
    def silent(self) -> bool:
        """Whether the decoder itself says that nobody spoke."""
        return not self.tokens or (self.no_speech > MAX_NO_SPEECH and self.logprob < MIN_LOGPROB)

    def better_than(self, other: "Reading") -> bool:
        return (not self.loop, self.logprob) > (not other.loop, other.logprob)


def first_attempt(beam_size: int) -> Attempt:
    """Return the attempt that every window gets."""
    return Attempt(beam_size, 0.0, None)


def retries(beam_size: int) -> tuple[Attempt, ...]:
    """Return what is tried, in order, where a window was read badly.

    First the full window of 30 s that the network was trained on, which ends most loops; then warmer sampling.
    """
    return tuple(Attempt(beam_size if t == 0.0 else 1, t, 30.0) for t in (0.0, 0.4, 0.8))


def judge(
    tokens: Sequence[int], score: float, no_speech: float, limit: int, tokenizer: Tokenizer, attempt: Attempt
) -> Reading:
    """Return the reading of the tokens that CTranslate2 wrote; `score` is its mean log probability."""
    text = tuple(token for token in tokens if token < tokenizer.eot)
    whole = tokenizer.decode(list(text)).encode()
    compression = len(whole) / len(zlib.compress(whole)) if whole else 0.0
    kept = _without_loop(text)
    loop = len(kept) < len(text) or compression > MAX_COMPRESSION or len(tokens) >= limit
    return Reading(kept, score, no_speech, loop, attempt)


def _without_loop(tokens: tuple[int, ...]) -> tuple[int, ...]:
    """Return the tokens with one copy left of a phrase that repeats to the end."""
    for size in range(1, LONGEST_PHRASE + 1):
        copies = 1
        while tokens[-size:] == tokens[len(tokens) - (copies + 1) * size : len(tokens) - copies * size]:
            copies += 1
        if copies >= MIN_LOOP and len(tokens) >= copies * size:
            return tokens[: len(tokens) - (copies - 1) * size]
    return tokens
