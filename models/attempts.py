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
TOKENS_PER_SECOND = (
    10  # well above quick speech; a decoder that writes more is looping, and stopping it early saves time
)
TOKENS_AT_LEAST = 12
MIN_LOOP = 4  # the same phrase this often in a row at the end is a loop; people do say "bye-bye" three times
MIN_SHORT_LOOP = 6  # of one or two tokens: an IBAN may well end in "null, null, null, null"
LONGEST_PHRASE = 8
RESTART = 12  # tokens that come again just as the window began: nobody says two sentences twice word for word
PHRASE = 5  # tokens; speakers do repeat three or four


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to decode a window."""

    beam_size: int
    temperature: float = 0.0
    phrase: int = 0  # tokens in a row that may not come twice; 0: any may
    padded: bool = False  # hear the window again, filled up with silence to the 30 s of training

    @property
    def sampling_topk(self) -> int:
        return 1 if self.temperature == 0.0 else 0

    def token_limit(self, seconds: float) -> int:
        """Return how many tokens a window of `seconds` may have before it counts as a loop."""
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
    def retried(self) -> bool:
        """Whether it is not the first attempt's."""
        return self.attempt.phrase > 0

    @property
    def silent(self) -> bool:
        """Whether the decoder itself says that nobody spoke."""
        return not self.tokens or (self.no_speech > MAX_NO_SPEECH and self.logprob < MIN_LOGPROB)

    def better_than(self, other: "Reading") -> bool:
        """Whether this reading should replace the other: no loop first, then the higher probability."""
        return (not self.loop, self.logprob) > (not other.loop, other.logprob)


def first_attempt(beam_size: int) -> Attempt:
    """Return the attempt that every window gets."""
    return Attempt(beam_size)


def retries(reading: Reading) -> tuple[Attempt, ...]:
    """Return what is tried, in order, where a window was read badly.

    A loop first ends by forbidding it, on the states that are there: what follows it in the window comes out then, in
    0.25 s instead of the 0.7 s and more of decoding the window again. What is still doubtful is heard in the full
    window of 30 s, at last with a little chance.
    """
    beam_size = reading.attempt.beam_size
    again = (Attempt(beam_size, phrase=PHRASE, padded=True), Attempt(1, 0.4, PHRASE, padded=True))
    return (Attempt(beam_size, phrase=PHRASE), *again) if reading.loop else again


def quick_retries(reading: Reading) -> tuple[Attempt, ...]:
    """Return what is tried where somebody waits for the words: only what needs no window heard again."""
    return tuple(attempt for attempt in retries(reading) if not attempt.padded)


def judge(
    tokens: Sequence[int], score: float, no_speech: float, limit: int, tokenizer: Tokenizer, attempt: Attempt
) -> Reading:
    """Return the reading of the tokens that CTranslate2 wrote; `score` is its mean log probability."""
    text = tuple(token for token in tokens if token < tokenizer.eot)
    whole = tokenizer.decode(list(text)).encode()
    compression = len(whole) / len(zlib.compress(whole)) if whole else 0.0
    kept = _without_loop(_without_restart(text))
    loop = len(kept) < len(text) or compression > MAX_COMPRESSION or len(tokens) >= limit
    return Reading(kept, score, no_speech, loop, attempt)


def _without_restart(tokens: tuple[int, ...]) -> tuple[int, ...]:
    """Return the tokens without what follows where the text begins once more from its first words."""
    opening = tokens[:RESTART]
    for place in range(RESTART, len(tokens) - RESTART + 1):
        if tokens[place : place + RESTART] == opening:
            return tokens[:place]
    return tokens


def _without_loop(tokens: tuple[int, ...]) -> tuple[int, ...]:
    """Return the tokens with one copy left of a phrase that repeats to the end."""
    for size in range(1, LONGEST_PHRASE + 1):
        copies = 1
        while (copies + 1) * size <= len(tokens) and tokens[-size:] == tokens[
            len(tokens) - (copies + 1) * size : len(tokens) - copies * size
        ]:
            copies += 1
        if copies >= (MIN_SHORT_LOOP if size <= 2 else MIN_LOOP):
            return tokens[: len(tokens) - (copies - 1) * size]
    return tokens
