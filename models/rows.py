"""How one window of a batch is read: its language's tokens, and what is known of its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from faster_whisper.tokenizer import Tokenizer

from stimmung.models.words import MARKS, AlignedWord
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.records import Window

HOTWORD_TOKENS = 160  # about 40 words; a longer prompt drowns the sound
MOST_SAID = 150  # tokens of known words: 14 s of speech have some 60, and the decoder needs room to go on


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A window whose last `new` pieces are to be read, behind the tokens of those before, `said`."""

    window: Window
    tokenizer: Tokenizer
    options: TranscriptionOptions
    said: tuple[int, ...] = ()
    new: int = 0  # 0: all of them

    @property
    def new_from(self) -> float:
        """Return the call time before which everything was read."""
        return self.window.pieces[-self.new].span.start

    @property
    def new_offset(self) -> float:
        """Return how many seconds of the window were read."""
        return self.window.pieces[-self.new].offset

    @property
    def start(self) -> list[int]:
        """Return what stands before the text: names and words to expect, language, task."""
        begin = [*self.tokenizer.sot_sequence, self.tokenizer.no_timestamps]
        if not self.options.hotwords:
            return begin
        expected = self.tokenizer.encode(" " + self.options.hotwords.strip())[:HOTWORD_TOKENS]
        return [self.tokenizer.sot_prev, *expected, *begin]

    def fresh(self, tokens: Sequence[int], score: float) -> tuple[Sequence[int], float]:
        """Return what the decoder wrote anew, and its mean log probability.

        CTranslate2 repeats the text that it was given, and takes the mean over it too, though nothing of it is in the
        sum: a bad reading behind many words would pass for a good one.
        """
        known = len(self.said)
        if tuple(tokens[:known]) != self.said:
            return tokens, score
        new = tokens[known:]
        return new, score * len(tokens) / max(1, len(new))

    def placed(self, words: Sequence[AlignedWord]) -> list[AlignedWord]:
        """Move words that were read behind known ones into the new pieces, wherever the attention strayed.

        Marks at their beginning end what was said before.
        """
        if self.said:
            words = list(dropwhile(lambda word: set(word.text) <= MARKS, words))
        return [word.not_before(self.new_offset) for word in words]


def known_tokens(said: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    """Return the last tokens of known words."""
    return tuple(tokenizer.encode(" " + said.strip())[-MOST_SAID:]) if said.strip() else ()
